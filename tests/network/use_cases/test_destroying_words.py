"""Words that are destroyed open nowhere again; what happened, and when, stays on record."""

from uuid import UUID

import pytest

from services.network.domain.errors import SecondPersonNeeded, WordsStillNeeded
from services.network.use_cases.destroy_words import destroy_words_of
from shared.db.log import place_of_words
from shared.db.sealing import KeyDestroyed
from shared.kernel.errors import NotFound
from shared.kernel.ids import read
from shared.kernel.sealed import KeyKind, KeyOf, Sealed
from tests.network.bodies import GRANDMOTHER
from tests.network.conftest import BehindTheWall, Counties, OpenUnit
from tests.network.web.test_families import a_member_of, open_family


def id_of(prefix: str, shown: str) -> UUID:
    found = read(prefix, shown)
    assert found is not None
    return found


async def test_words_are_kept_while_work_goes_on(counties: Counties, open_unit: OpenUnit, behind_the_wall: BehindTheWall) -> None:
    amy = counties.staff("amy")
    case = await open_family(amy)
    member = await a_member_of(amy, case, GRANDMOTHER)
    with pytest.raises(WordsStillNeeded):
        async with open_unit() as unit:
            await destroy_words_of(unit, KeyOf(KeyKind.CASE, id_of("case", case["id"])), approved_by="bo")
    with pytest.raises(WordsStillNeeded):
        async with open_unit() as unit:
            await destroy_words_of(unit, KeyOf(KeyKind.PERSON, id_of("per", member["person_id"])), approved_by="bo")
    assert "network.words_destroyed.v1" not in behind_the_wall.types()


async def test_after_the_end_a_persons_words_open_nowhere_and_others_are_told(
    counties: Counties, open_unit: OpenUnit, behind_the_wall: BehindTheWall, county_id: UUID
) -> None:
    amy = counties.staff("amy")
    case = await open_family(amy)
    member = await a_member_of(amy, case, GRANDMOTHER)
    person_id = id_of("per", member["person_id"])
    assert (await amy.post(f"/v1/cases/{case['id']}:close")).status == 200
    async with open_unit() as unit:
        await destroy_words_of(unit, KeyOf(KeyKind.PERSON, person_id), approved_by="bo")
    assert ("words.destruction_approved", "person", person_id) in behind_the_wall.audit()
    told = next(fact for fact in behind_the_wall.facts() if fact.type == "network.words_destroyed.v1")
    assert (told.subject, told.data["kind"]) == (person_id, "person")
    async with open_unit() as unit:
        rows = (await unit.session.connection()).exec_driver_sql
        sealed = (await rows("SELECT id, key_id, words FROM log WHERE type = 'network.person_registered.v1'")).one()
        with pytest.raises(KeyDestroyed):
            await unit.keys.open(Sealed(sealed.key_id, sealed.words), place_of_words(sealed.id, county_id))
    seen = await counties.staff("au", "auditor", units=()).get(f"/v1/people/{member['person_id']}")
    assert seen.status == 200
    assert GRANDMOTHER["family_name"] not in str(seen.json)


async def test_words_of_nobody_are_not_found(open_unit: OpenUnit) -> None:
    with pytest.raises(NotFound):
        async with open_unit() as unit:
            await destroy_words_of(unit, KeyOf(KeyKind.PERSON, unit.new_id()), approved_by="bo")


async def test_nobody_destroys_words_alone(open_unit: OpenUnit) -> None:
    with pytest.raises(SecondPersonNeeded):
        async with open_unit(staff_id="amy") as unit:
            await destroy_words_of(unit, KeyOf(KeyKind.PERSON, unit.new_id()), approved_by="amy")
