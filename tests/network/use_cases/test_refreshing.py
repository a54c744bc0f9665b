"""Members' states after what others decide, and those who enter another age band in the night."""

from datetime import date, timedelta
from uuid import UUID, uuid4

from services.network.domain.cases import CaseId
from services.network.domain.members import MemberId, MemberState, Quality, SeenQuality
from services.network.storage import members
from services.network.use_cases.add_member import add_member
from services.network.use_cases.commands import AddMember, OpenCase
from services.network.use_cases.open_case import open_case
from services.network.use_cases.record_quality import record_quality
from services.network.use_cases.refresh_age_bands import refresh_age_bands
from services.network.use_cases.refresh_member_state import refresh_member_state, refresh_understanding
from services.network.use_cases.register_person import register_person
from services.network.use_cases.remove_member import remove_member
from shared.db.unit import Unit
from shared.kernel.sealed import KeyKind, KeyOf
from tests.network.conftest import BehindTheWall, OpenUnit
from tests.support.factories import TODAY, ZONE, a_caller, a_registration, a_standing

DANGER = uuid4()


async def a_member_who_understands(unit: Unit, county_id: UUID) -> tuple[CaseId, MemberId]:
    """Somebody of whom all is on record that people can see."""
    caller = a_caller(county_id=county_id)
    person = await register_person(unit, a_registration(), caller=caller, today=TODAY, now=unit.now)
    opening = OpenCase(title="The L. family", time_zone=None, unit="north", assigned=frozenset({"amy"}), external_id=None)
    case = await open_case(unit, opening, caller=caller, county_zone=ZONE, now=unit.now)
    joining = AddMember(person_id=person.id, standing=a_standing())
    member = await add_member(unit, case, joining, caller=caller, today=TODAY, now=unit.now)
    for quality in (Quality.CARES, Quality.WILLING_TO_MEET):
        seen = SeenQuality(quality=quality, seen_on=TODAY, seen_by="amy")
        member = await record_quality(unit, member, seen, today=TODAY, now=unit.now)
    told = SeenQuality(quality=Quality.UNDERSTANDS_CONCERN, seen_on=TODAY, seen_by="amy", statement_id=DANGER, statement_version=1)
    await record_quality(unit, member, told, today=TODAY, now=unit.now)
    return case.id, member.id


async def test_a_commitment_makes_active_and_its_end_lapses(
    open_unit: OpenUnit, county_id: UUID, behind_the_wall: BehindTheWall
) -> None:
    async with open_unit() as unit:
        case_id, member_id = await a_member_who_understands(unit, county_id)
        for has_commitment in (True, True, False):
            await refresh_member_state(unit, member_id, has_commitment=has_commitment, now=unit.now)
    states = [fact.data["state"] for fact in behind_the_wall.facts() if fact.type == "network.member_changed.v1"]
    assert states[-2:] == ["active", "lapsed"]
    async with open_unit() as unit:
        (kept,) = await members.list_present(unit, case_id)
    assert (kept.state, kept.was_active, kept.will_do_something) == (MemberState.LAPSED, True, False)


async def test_who_left_stays_as_they_were(open_unit: OpenUnit, county_id: UUID, behind_the_wall: BehindTheWall) -> None:
    async with open_unit() as unit:
        case_id, member_id = await a_member_who_understands(unit, county_id)
        await remove_member(unit, await members.get_for_update(unit, case_id, member_id), now=unit.now)
        await refresh_member_state(unit, member_id, has_commitment=True, now=unit.now)
        left = await members.get_by_id_for_update(unit, member_id)
    assert left.state is MemberState.LEFT
    assert behind_the_wall.types()[-1] == "member_left"


async def test_a_newer_danger_statement_asks_to_be_told_and_keeps_the_state(
    open_unit: OpenUnit, county_id: UUID, behind_the_wall: BehindTheWall
) -> None:
    async with open_unit() as unit:
        case_id, member_id = await a_member_who_understands(unit, county_id)
        await refresh_member_state(unit, member_id, has_commitment=True, now=unit.now)
        await refresh_understanding(unit, case_id, (DANGER, 2))
        await refresh_understanding(unit, case_id, (DANGER, 2))
        (member,) = await members.list_present(unit, case_id)
    understood = member.seen(Quality.UNDERSTANDS_CONCERN)
    assert understood is not None
    assert (understood.needs_refresh, understood.statement_version, member.state) == (True, 1, MemberState.ACTIVE)
    told = [fact.data["state"] for fact in behind_the_wall.facts() if fact.type == "network.member_changed.v1"]
    assert told == ["contacted", "informed_of_concern", "active"]


def a_day_to_come(unit: Unit) -> date:
    """A day that every year has."""
    return date(unit.now.year + 1, 6, 15)


async def registered(unit: Unit, county_id: UUID, born_on: date, today: date) -> None:
    await register_person(unit, a_registration(born_on=born_on), caller=a_caller(county_id=county_id), today=today, now=unit.now)


async def test_those_who_enter_a_band_today_are_told_once(
    open_unit: OpenUnit, county_id: UUID, behind_the_wall: BehindTheWall
) -> None:
    async with open_unit() as unit:
        today = a_day_to_come(unit)
        for years, days in ((18, 0), (16, 0), (18, 1), (17, 0), (12, -1)):
            await registered(unit, county_id, today.replace(year=today.year - years) + timedelta(days=days), today)
        assert await refresh_age_bands(unit, today - timedelta(days=2)) == 0
        assert await refresh_age_bands(unit, today) == 3
        assert await refresh_age_bands(unit, today) == 0
        assert await refresh_age_bands(unit, today + timedelta(days=1)) == 1
    bands = [fact.data["age_band"] for fact in behind_the_wall.facts() if fact.type == "network.person_changed.v1"]
    assert sorted(bands[:3]) == ["12_to_15", "16_to_17", "adult"]
    assert bands[3:] == ["adult"]


async def test_a_missed_night_is_made_up_for(open_unit: OpenUnit, county_id: UUID) -> None:
    async with open_unit() as unit:
        today = a_day_to_come(unit)
        await registered(unit, county_id, today.replace(year=today.year - 18), today)
        assert await refresh_age_bands(unit, today + timedelta(days=9)) == 1


async def test_whose_words_were_destroyed_is_told_of_no_more(open_unit: OpenUnit, county_id: UUID) -> None:
    async with open_unit() as unit:
        today = a_day_to_come(unit)
        person = await register_person(
            unit,
            a_registration(born_on=today.replace(year=today.year - 18)),
            caller=a_caller(county_id=county_id),
            today=today,
            now=unit.now,
        )
    async with open_unit() as unit:
        await unit.keys.destroy(KeyOf(KeyKind.PERSON, person.id))
    async with open_unit() as unit:
        assert await refresh_age_bands(unit, today) == 0


async def test_no_row_gives_a_birth_date_away(open_unit: OpenUnit, county_id: UUID, behind_the_wall: BehindTheWall) -> None:
    async with open_unit() as unit:
        await registered(unit, county_id, date(2019, 7, 21), TODAY)
    kept = behind_the_wall.everything()
    assert all(day not in kept for day in ("2019-07-21", "2029-07-21", "2037-07-21"))
