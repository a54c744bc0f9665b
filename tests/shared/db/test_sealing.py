"""Sealed words open only where they stand, and never again once their key is destroyed."""

import asyncio
import base64
import os
from collections.abc import Coroutine
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, func, select, update

from shared.db import sealing
from shared.db.erasure import destroy_words
from shared.db.sealing import DATA_KEYS, KeyDestroyed, SealBroken
from shared.db.unit import Unit, Units
from shared.events.envelope import WrappedKey
from shared.kernel.sealed import KeyKind, KeyOf, Sealed
from tests.shared.db.conftest import STAFF, WRAPPING_KEY, Open

WORDS = "Abuela Inés, 916 555 0199 ☎"


def a_person() -> KeyOf:
    """Somebody new."""
    return KeyOf(KeyKind.PERSON, uuid4())


async def seal(unit: Unit, key: KeyOf, row_id: UUID, words: str = WORDS) -> bytes:
    return await unit.seal(words, key=key, table="notes", column="words", row_id=row_id)


async def read(unit: Unit, stored: bytes, row_id: UUID, column: str = "words", table: str = "notes") -> str:
    return await unit.open(stored, table=table, column=column, row_id=row_id)


async def test_words_come_back_in_a_later_unit(opened: Open) -> None:
    row_id = uuid4()
    async with opened() as unit:
        stored = await seal(unit, a_person(), row_id)
        assert WORDS.encode() not in stored
    async with opened() as unit:
        assert await read(unit, stored, row_id) == WORDS


async def test_the_same_words_never_look_the_same(opened: Open) -> None:
    key, row_id = a_person(), uuid4()
    async with opened() as unit:
        assert await seal(unit, key, row_id) != await seal(unit, key, row_id)


@pytest.mark.parametrize("moved", ["row", "column", "table", "changed"])
async def test_words_open_nowhere_else(opened: Open, moved: str) -> None:
    row_id = uuid4()
    async with opened() as unit:
        stored = await seal(unit, a_person(), row_id)
        place = {"row": row_id, "column": "words", "table": "notes"} | ({moved: uuid4() if moved == "row" else "other"})
        last = stored[-1] ^ (moved == "changed")
        with pytest.raises(SealBroken):
            await unit.open(
                stored[:-1] + bytes([last]), table=str(place["table"]), column=str(place["column"]), row_id=UUID(str(place["row"]))
            )


async def test_another_county_has_no_key(units: Units, opened: Open) -> None:
    row_id = uuid4()
    async with opened() as unit:
        stored = await seal(unit, a_person(), row_id)
    async with units.open(uuid4(), STAFF) as unit:
        with pytest.raises(KeyDestroyed):
            await read(unit, stored, row_id)


async def test_a_subject_has_one_key_however_many_are_first(opened: Open, county: UUID, behind_the_wall: Connection) -> None:
    key, row_id = a_person(), uuid4()

    async def use() -> UUID:
        async with opened() as unit:
            return Sealed.from_bytes(await seal(unit, key, row_id)).key_id

    used = await asyncio.gather(*(use() for _ in range(6)))
    assert len(set(used)) == 1
    assert behind_the_wall.scalar(select(func.count()).select_from(DATA_KEYS).where(DATA_KEYS.c.county_id == county)) == 1


async def test_a_key_lies_wrapped_and_bound_to_its_subject(opened: Open, county: UUID, behind_the_wall: Connection) -> None:
    row_id = uuid4()
    async with opened() as unit:
        mine = await seal(unit, a_person(), row_id)
        theirs = await seal(unit, a_person(), row_id)
    ids = [Sealed.from_bytes(stored).key_id for stored in (mine, theirs)]
    wrapped = behind_the_wall.scalar(select(DATA_KEYS.c.wrapped).where(DATA_KEYS.c.key_id == ids[0]))
    behind_the_wall.execute(update(DATA_KEYS).where(DATA_KEYS.c.key_id == ids[1]).values(wrapped=wrapped))
    behind_the_wall.commit()
    async with opened() as unit:
        with pytest.raises(SealBroken):
            await read(unit, theirs, row_id)


async def test_destroying_the_key_destroys_the_words(opened: Open) -> None:
    key, row_id = a_person(), uuid4()
    async with opened() as unit:
        stored = await seal(unit, key, row_id)
        other = await seal(unit, a_person(), row_id, "unharmed")
    async with opened() as unit:
        await read(unit, stored, row_id)
        await destroy_words(unit, key)
        with pytest.raises(KeyDestroyed):
            await read(unit, stored, row_id)
    async with opened() as unit:
        with pytest.raises(KeyDestroyed) as refusal:
            await read(unit, stored, row_id)
        assert refusal.value.code == "words_destroyed"
        with pytest.raises(KeyDestroyed):
            await seal(unit, key, row_id)
        assert await read(unit, other, row_id) == "unharmed"
        assert await sealing.export_wrapped(unit.session, [Sealed.from_bytes(stored).key_id]) == []


async def test_destruction_that_is_undone_destroys_nothing(opened: Open) -> None:
    key, row_id = a_person(), uuid4()
    async with opened() as unit:
        stored = await seal(unit, key, row_id)

    async def change_of_mind() -> None:
        async with opened() as unit:
            await destroy_words(unit, key)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await change_of_mind()
    async with opened() as unit:
        assert await read(unit, stored, row_id) == WORDS


async def test_a_subject_without_a_key_can_be_destroyed_beforehand(opened: Open) -> None:
    key = a_person()
    async with opened() as unit:
        await unit.keys.destroy(key)
    async with opened() as unit:
        with pytest.raises(KeyDestroyed):
            await seal(unit, key, uuid4())


async def test_a_key_that_is_made_while_its_subject_is_destroyed_goes_too(opened: Open) -> None:
    key, row_id = a_person(), uuid4()
    async with opened() as unit:
        stored = await seal(unit, key, row_id)
        destroying = await begun(destroy(opened, key))
    await destroying
    async with opened() as unit:
        with pytest.raises(KeyDestroyed):
            await read(unit, stored, row_id)


async def test_a_key_that_is_imported_while_its_subject_is_destroyed_goes_too(opened: Open) -> None:
    key = a_person()
    async with opened() as unit:
        elsewhere = WrappedKey(*await a_wrapped_key(unit, key))
        await unit.keys.import_wrapped([elsewhere])
        destroying = await begun(destroy(opened, key))
    await destroying
    async with opened() as unit:
        assert await sealing.export_wrapped(unit.session, [elsewhere.key_id]) == []


async def destroy(opened: Open, key: KeyOf) -> None:
    async with opened() as unit:
        await destroy_words(unit, key)


async def begun(work: Coroutine[None, None, None]) -> asyncio.Task[None]:
    """Begin something, and give it the time to come as far as it can."""
    task = asyncio.create_task(work)
    await asyncio.sleep(0.3)
    return task


async def a_wrapped_key(unit: Unit, key: KeyOf) -> tuple[UUID, str, UUID, str]:
    """A key of the subject as another service would have made it."""
    key_id = uuid4()
    place = f"data-key|{unit.county_id}|{key.kind}|{key.id}|{key_id}".encode()
    wrapped = sealing.shut(WRAPPING_KEY, os.urandom(32), place)
    return key_id, key.kind.value, key.id, base64.b64encode(wrapped).decode()


async def test_keys_travel_wrapped_between_databases(opened: Open, county: UUID, behind_the_wall: Connection) -> None:
    key, row_id = a_person(), uuid4()
    async with opened() as unit:
        stored = await seal(unit, key, row_id)
        travelling = await sealing.export_wrapped(unit.session, [Sealed.from_bytes(stored).key_id])
    behind_the_wall.execute(DATA_KEYS.delete().where(DATA_KEYS.c.county_id == county))  # as in a consumer's database
    behind_the_wall.commit()
    async with opened() as unit:
        own = await seal(unit, key, row_id, "the consumer's own words")
        await unit.keys.import_wrapped(travelling)
        await unit.keys.import_wrapped(travelling)
        assert await read(unit, stored, row_id) == WORDS
    async with opened() as unit:
        assert await read(unit, stored, row_id) == WORDS
        assert await read(unit, own, row_id) == "the consumer's own words"
        assert Sealed.from_bytes(own).key_id != Sealed.from_bytes(stored).key_id


async def test_a_destroyed_subject_gets_no_key_by_a_late_fact(opened: Open, county: UUID, behind_the_wall: Connection) -> None:
    key, row_id = a_person(), uuid4()
    async with opened() as unit:
        stored = await seal(unit, key, row_id)
        travelling = await sealing.export_wrapped(unit.session, [Sealed.from_bytes(stored).key_id])
    behind_the_wall.execute(DATA_KEYS.delete().where(DATA_KEYS.c.county_id == county))
    behind_the_wall.commit()
    async with opened() as unit:
        await destroy_words(unit, key)
        await unit.keys.import_wrapped(travelling)
        with pytest.raises(KeyDestroyed):
            await read(unit, stored, row_id)


async def test_the_logs_reader_gets_wrapped_keys_of_every_county(units: Units, opened: Open) -> None:
    async with opened() as unit:
        stored = await seal(unit, a_person(), uuid4())
    key_id = Sealed.from_bytes(stored).key_id
    async with units.outside(log_reader="on") as session:
        [found] = await sealing.export_wrapped(session, [key_id])
        assert found.key_id == key_id
    async with units.outside() as session:
        assert await sealing.export_wrapped(session, [key_id]) == []


async def test_many_keys_are_fetched_in_one_question(opened: Open) -> None:
    async with opened() as unit:
        row_id = unit.new_id()
        stored = [await seal(unit, a_person(), row_id, str(number)) for number in range(5)]
    async with opened() as unit:
        await unit.load_keys([*stored, None])
        await unit.session.rollback()
        assert [await read(unit, box, row_id) for box in stored] == list("01234")


async def test_the_keys_to_seal_with_are_fetched_in_one_question(opened: Open) -> None:
    known, gone, new = a_person(), a_person(), a_person()
    async with opened() as unit:
        row_id = unit.new_id()
        stored = await seal(unit, known, row_id)
        await seal(unit, gone, row_id)
    async with opened() as unit:
        await unit.keys.destroy(gone)
    async with opened() as unit:
        await unit.load_own_keys([known, gone, new])
        with pytest.raises(KeyDestroyed):
            await seal(unit, gone, row_id)
        assert await read(unit, await seal(unit, new, row_id), row_id) == WORDS
        await unit.session.rollback()
        again = await seal(unit, known, row_id)
        assert Sealed.from_bytes(again).key_id == Sealed.from_bytes(stored).key_id
