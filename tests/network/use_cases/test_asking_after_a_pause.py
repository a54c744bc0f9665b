"""The asking goes on by the clock, and a process that was away finds its way back: nothing stays open or due that is over."""

from datetime import date
from uuid import UUID

import pytest

from services.network.domain.gaps import GapState
from services.network.domain.plans import PlanKind
from services.network.storage import commitments, gaps
from services.network.use_cases.accept_gap import accept_gap
from services.network.use_cases.look_ahead import list_plans_with_due_gaps
from services.network.use_cases.plan_commands import Said
from shared.db.unit import Units
from tests.network.conftest import BehindTheWall
from tests.network.use_cases.promised import Promised, a_network_county, at, times


@pytest.fixture
async def night(units: Units, county_id: UUID) -> Promised:
    """A plan with one night, which Kim covers, and two backups."""
    family = Promised(units, a_network_county(county_id), at("2027-09-01 09:00"))
    await family.begin(kim={}, abara={}, luis={})
    saturday = times("2027-09-11 20:00", "2027-09-12 08:00")
    await family.plan(saturday, starts_on=date(2027, 9, 1), ends_on=date(2027, 10, 1), kind=PlanKind.SDM_SAFETY_PLAN)
    await family.promise("kim", saturday, backups=("abara", "luis"))
    await family.activate()
    return family


async def cannot(night: Promised, moment: str) -> None:
    night.now = at(moment)
    await night.say("kim", Said.WITHDRAWN)


async def due(night: Promised) -> int:
    async with night.unit() as unit:
        return len(await list_plans_with_due_gaps(unit))


async def states(night: Promised) -> list[GapState]:
    async with night.unit() as unit:
        return [gap.state for gap in await gaps.list_of_plan(unit, night.this_plan, ending_after=at("2027-09-01 00:00"))]


async def test_a_gap_that_nobody_looked_at_until_it_was_over_is_on_record_as_uncovered(
    night: Promised, behind_the_wall: BehindTheWall
) -> None:
    await cannot(night, "2027-09-09 16:40")
    night.now = at("2027-09-12 08:00")
    await night.go_on()
    assert await states(night) == [GapState.ELAPSED_UNCOVERED]
    assert (await night.state(), await due(night)) == ("active", 0)
    told = [fact.data["reason"] for fact in behind_the_wall.facts() if fact.type == "network.staff_needed.v1"]
    assert told == ["coverage_gap", "coverage_uncovered"]
    assert behind_the_wall.types().count("coverage_gap_closed") == 1
    assert await promises(night) == {"kim": "withdrawn", "abara": "expired"}
    assert "backup_closed" not in behind_the_wall.types(), "nobody is thanked for a night that nobody covered"


async def promises(night: Promised) -> dict[str, str]:
    names = {member_id: name for name, member_id in night.members.items()}
    async with night.unit() as unit:
        return {names[each.member_id]: each.state.value for each in await commitments.list_of_plan(unit, night.this_plan)}


async def test_at_the_end_of_an_uncovered_night_the_plan_is_as_before_and_nothing_is_due_any_more(night: Promised) -> None:
    await cannot(night, "2027-09-11 19:00")
    for moment in ("19:10", "19:20", "20:00"):
        night.now = at(f"2027-09-11 {moment}")
        await night.go_on()
    assert (await states(night), await night.state()) == ([GapState.ELAPSED_UNCOVERED], "at_risk")
    night.now = at("2027-09-12 08:00")
    assert await due(night) == 1
    await night.go_on()
    assert (await states(night), await night.state(), await due(night)) == ([GapState.ELAPSED_UNCOVERED], "active", 0)
    assert await promises(night) == {"kim": "withdrawn", "abara": "expired", "luis": "expired"}


async def test_whoever_was_asked_is_told_when_a_worker_accepts_that_the_time_stays_open(
    night: Promised, behind_the_wall: BehindTheWall
) -> None:
    await cannot(night, "2027-09-09 16:40")
    [gap] = await night.standing_gaps()
    async with night.held() as (unit, case, plan):
        await accept_gap(unit, plan, case, gap.id, "Zoe is with her father", night.county)
    assert await night.asks() == [("abara", "covered")]
    assert behind_the_wall.types().count("backup_closed") == 1


async def test_not_this_time_of_a_single_time_leaves_nothing_in_a_calendar(night: Promised, behind_the_wall: BehindTheWall) -> None:
    night.now = at("2027-09-09 16:40")
    for _ in range(2):
        await night.say("kim", Said.TURN_EXCUSED, turn_starts_at=at("2027-09-11 20:00"))
    [ended] = [fact.data for fact in behind_the_wall.facts() if fact.type == "network.commitment_ended.v1"]
    assert (ended["commitment_id"], ended["entry"]["method"]) == (str(night.commitments["kim"]), "CANCEL")
    assert await night.asks() == [("abara", "sent")]


async def test_hours_without_a_process_are_caught_up_in_one_look(night: Promised) -> None:
    await cannot(night, "2027-09-09 16:40")
    night.now = at("2027-09-09 21:00")
    await night.go_on()
    assert await night.asks() == [("abara", "expired"), ("luis", "sent")]
    assert await due(night) == 0
    await night.go_on()
    assert len(await night.asks()) == 2, "looking again asks nobody again"


async def test_a_backup_who_gives_their_part_back_is_told_to_staff_anew(night: Promised, behind_the_wall: BehindTheWall) -> None:
    await cannot(night, "2027-09-09 16:40")
    await night.say(await night.ask_of("abara"), Said.PARTIAL, until=at("2027-09-11 23:00"))
    night.now = at("2027-09-09 17:11")
    await night.go_on()
    assert [gap.told for gap in await night.standing_gaps()] == ["unfilled"]
    night.now = at("2027-09-10 09:00")
    await night.say(await night.ask_of("abara"), Said.WITHDRAWN)
    assert [span.start for gap in await night.standing_gaps() for span in gap.left] == [at("2027-09-11 20:00")]
    told = [fact.data["reason"] for fact in behind_the_wall.facts() if fact.type == "network.staff_needed.v1"]
    assert told == ["coverage_gap", "coverage_unfilled", "coverage_unfilled"]
