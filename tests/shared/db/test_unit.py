"""A unit of work commits its change, its facts and its audit together, or nothing."""

import asyncio
import json
from contextlib import suppress
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.db.audit import AUDIT
from shared.db.log import LOG, place_of_words
from shared.db.sealing import DATA_KEYS
from shared.db.unit import Actor, Trace, Unit, Units, words_from
from shared.events import catalogue
from shared.events.network import CaseClosed, PersonRegistered, PersonWords
from shared.kernel.sealed import KeyKind, KeyOf, Sealed
from tests.shared.db.conftest import STAFF, WRAPPING_KEY, Open
from tests.shared.db.sample.storage.tables import NoteRow

ROSA = PersonWords(given_name="Rosa", family_name="Ejemplo")


def note(unit: Unit, *, id: UUID | None = None) -> NoteRow:
    """A note, added."""
    row = NoteRow(id=id or unit.new_id(), county_id=unit.county_id, title="a note", words=None, at=unit.now)
    unit.session.add(row)
    return row


def registered(unit: Unit, person_id: UUID) -> PersonRegistered:
    """The fact that somebody was registered."""
    plain = {
        "person_id": person_id,
        "time_zone": "America/Los_Angeles",
        "spoken_language": "es",
        "written_language": "es",
        "interpreter_needed": False,
        "is_minor": False,
        "contact_points": [],
        "quiet_from": "21:00",
        "quiet_until": "08:00",
        "voicemail_ok": False,
        "staff_id": None,
        "at": unit.now,
    }
    return catalogue.from_plain(PersonRegistered, plain)


async def test_now_is_one_instant_in_utc(opened: Open) -> None:
    async with opened() as unit:
        assert unit.now.utcoffset() == timedelta(0)
        assert unit.now == (await unit.session.execute(text("SELECT now()"))).scalar_one()


async def test_ids_of_a_unit_sort_as_they_were_made(opened: Open) -> None:
    async with opened() as unit:
        made = [unit.new_id() for _ in range(10_000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)
    assert {each.version for each in made} == {7}


async def test_a_change_its_fact_and_its_audit_commit_together(opened: Open, county: UUID, behind_the_wall: Connection) -> None:
    async with opened() as unit:
        row = note(unit)
        unit.announce(CaseClosed(case_id=row.id, at=unit.now), subject=row.id)
        await unit.audit("case.closed", subject_kind="case", subject_id=row.id, details={"members": 3})
    for table in (NoteRow.__table__, LOG, AUDIT):
        assert behind_the_wall.scalar(select(func.count()).select_from(table).where(table.c.county_id == county)) == 1


async def test_an_exception_leaves_nothing(opened: Open, county: UUID, behind_the_wall: Connection) -> None:
    async def work() -> None:
        async with opened() as unit:
            row = note(unit)
            unit.announce(registered(unit, row.id), subject=row.id, words=ROSA, key=KeyOf(KeyKind.PERSON, row.id))
            await unit.audit("case.closed", subject_kind="case", subject_id=row.id)
            await unit.finish()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await work()
    for table in (NoteRow.__table__, LOG, AUDIT, DATA_KEYS):
        assert behind_the_wall.scalar(select(func.count()).select_from(table).where(table.c.county_id == county)) == 0


async def test_a_change_that_fails_at_the_end_announces_nothing(opened: Open, county: UUID, behind_the_wall: Connection) -> None:
    async with opened() as unit:
        taken = note(unit).id

    async def work() -> None:
        async with opened() as unit:
            note(unit, id=taken)
            unit.announce(CaseClosed(case_id=taken, at=unit.now), subject=taken)

    with pytest.raises(IntegrityError):
        await work()
    assert behind_the_wall.scalar(select(func.count()).select_from(LOG).where(LOG.c.county_id == county)) == 0


async def test_cancelling_leaves_nothing_and_gives_the_connection_back(opened: Open, engine: AsyncEngine) -> None:
    started = asyncio.Event()

    async def work() -> None:
        async with opened() as unit:
            note(unit)
            await unit.session.flush()
            started.set()
            await unit.session.execute(text("SELECT pg_sleep(30)"))

    task = asyncio.create_task(work())
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert "Current Checked out connections: 0" in engine.pool.status()
    async with opened() as unit:
        assert (await unit.session.execute(select(func.count()).select_from(NoteRow))).scalar_one() == 0


async def test_a_fact_carries_its_trace_and_its_words_sealed(
    units: Units, opened: Open, county: UUID, behind_the_wall: Connection
) -> None:
    person_id, trace = uuid4(), Trace("request-12345", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
    async with units.open(county, STAFF, trace) as unit:
        unit.announce(registered(unit, person_id), subject=person_id, words=ROSA, key=KeyOf(KeyKind.PERSON, person_id))
        at = unit.now
    row = behind_the_wall.execute(select(LOG).where(LOG.c.county_id == county)).one()
    assert (row.type, row.subject, row.at) == ("network.person_registered.v1", person_id, at)
    assert row.traceparent == trace.traceparent
    assert "Rosa" not in json.dumps(row.data)
    assert b"Rosa" not in row.words
    async with opened() as unit:
        words = await unit.keys.open(Sealed(row.key_id, row.words), place_of_words(row.id, county))
    kind = catalogue.find_type(row.type)
    assert kind is not None
    assert words_from(kind, words) == ROSA


async def test_facts_of_one_unit_keep_their_order(opened: Open, county: UUID, behind_the_wall: Connection) -> None:
    cases = [uuid4() for _ in range(20)]
    async with opened() as unit:
        for case_id in cases:
            unit.announce(CaseClosed(case_id=case_id, at=unit.now), subject=case_id)
    assert list(behind_the_wall.scalars(select(LOG.c.subject).where(LOG.c.county_id == county).order_by(LOG.c.seq))) == cases


async def test_another_services_fact_cannot_be_announced(units: Units, county: UUID) -> None:
    async with Units(units.engine, service="meetings", wrapping_key=WRAPPING_KEY).open(county, STAFF) as unit:
        with pytest.raises(ValueError, match="may not announce"):
            unit.announce(CaseClosed(case_id=uuid4(), at=unit.now), subject=uuid4())


async def test_words_need_a_key_and_a_fact_that_has_them(opened: Open) -> None:
    async with opened() as unit:
        someone = uuid4()
        with pytest.raises(ValueError, match="no words"):
            unit.announce(registered(unit, someone), subject=someone, words=ROSA)
        with pytest.raises(ValueError, match="no words"):
            unit.announce(CaseClosed(case_id=someone, at=unit.now), subject=someone, words=ROSA, key=KeyOf(KeyKind.PERSON, someone))


async def test_a_lookup_is_equal_within_a_county_only(units: Units, opened: Open) -> None:
    async with opened() as unit, units.open(uuid4(), Actor("system", "test")) as elsewhere:
        assert unit.lookup_of("+19165550199") == unit.lookup_of("+19165550199")
        assert unit.lookup_of("+19165550199") != unit.lookup_of("+19165550198")
        assert unit.lookup_of("+19165550199") != elsewhere.lookup_of("+19165550199")


async def test_an_attempt_that_fails_leaves_no_row_no_fact_no_deed_and_no_key(opened: Open) -> None:
    kept, undone = uuid4(), uuid4()
    async with opened() as unit:
        async with unit.attempt():
            await _close(unit, kept)
        with suppress(LookupError):
            async with unit.attempt():
                await _close(unit, undone)
                raise LookupError
        # Whoever tries again gets a key that is there when the transaction is.
        await unit.seal("words", key=KeyOf(KeyKind.CASE, undone), table="notes", column="words", row_id=undone)
    async with opened() as unit:
        assert (await unit.session.scalars(select(NoteRow.id))).all() == [kept]
        assert (await unit.session.scalars(select(LOG.c.subject))).all() == [kept]
        assert (await unit.session.scalars(select(AUDIT.c.subject_id))).all() == [kept]
        assert set(await unit.session.scalars(select(DATA_KEYS.c.subject_id))) == {kept, undone}


async def _close(unit: Unit, case_id: UUID) -> None:
    """Write, seal, announce and record something."""
    note(unit, id=case_id)
    await unit.seal("words", key=KeyOf(KeyKind.CASE, case_id), table="notes", column="words", row_id=case_id)
    unit.announce(CaseClosed(case_id=case_id, at=unit.now), subject=case_id)
    await unit.audit("case.closed", subject_kind="case", subject_id=case_id)


async def test_the_keys_of_many_new_subjects_are_made_at_once_and_open_what_they_sealed(opened: Open) -> None:
    people = [uuid4() for _ in range(3)]
    async with opened() as unit:
        await unit.make_own_keys(KeyOf(KeyKind.PERSON, each) for each in people)
        boxes = {
            each: await unit.seal(f"words {each}", key=KeyOf(KeyKind.PERSON, each), table="notes", column="words", row_id=each)
            for each in people
        }
    async with opened() as unit:
        await unit.load_keys(boxes.values())
        found = [await unit.open(boxes[each], table="notes", column="words", row_id=each) for each in people]
        assert found == [f"words {each}" for each in people]
        await unit.load_own_keys([KeyOf(KeyKind.PERSON, people[0])])
        await unit.make_own_keys([KeyOf(KeyKind.PERSON, people[0])])
        assert await unit.session.scalar(select(func.count()).select_from(DATA_KEYS)) == 3
