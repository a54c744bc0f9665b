"""V7 d): over the nights in which the clocks change, those who follow one another leave no false gap and no false overlap."""

from datetime import date
from uuid import UUID

import pytest

from services.network.use_cases.plan_commands import Said
from services.network.use_cases.see_coverage import see_coverage
from shared.db.unit import Units
from tests.network.use_cases.promised import Promised, a_network_county, at, times

UNTIL = "FREQ=WEEKLY;UNTIL=20271231"


@pytest.fixture
async def ivy(units: Units, county_id: UUID) -> Promised:
    """Ivy's family: her grandfather has the nights to Sunday, her aunt has breakfast."""
    family = Promised(units, a_network_county(county_id), at("2027-02-15 09:00"))
    await family.begin(otis={}, gwen={})
    window = times("2027-02-20 22:00", "2027-02-21 10:00", UNTIL)
    await family.plan(window, starts_on=date(2027, 2, 15), ends_on=date(2027, 12, 31))
    await family.promise("otis", times("2027-02-20 22:00", "2027-02-21 06:00", UNTIL), backups=("gwen",))
    await family.promise("gwen", times("2027-02-21 06:00", "2027-02-21 10:00", UNTIL))
    await family.activate()
    return family


@pytest.mark.parametrize(("night", "hours"), [(date(2027, 3, 13), (7, 4)), (date(2027, 11, 6), (9, 4))])
async def test_a_night_of_another_length_is_covered_to_the_minute(ivy: Promised, night: date, hours: tuple[int, int]) -> None:
    ivy.now = at(f"{night} 09:00")
    async with ivy.held() as (unit, case, plan):
        seen = await see_coverage(unit, plan, case, ivy.county, begin=night, end=night.replace(day=night.day + 1))
    assert (list(seen.open), list(seen.gaps)) == ([], [])
    first, second = seen.turns
    assert first.turn.ends_at == second.turn.starts_at
    elapsed = [(each.turn.ends_at - each.turn.starts_at).total_seconds() / 3600 for each in seen.turns]
    assert tuple(elapsed) == hours
    [(_, required)] = seen.windows
    assert (required.starts_at, required.ends_at) == (first.turn.starts_at, second.turn.ends_at)


@pytest.mark.parametrize(("night", "hours"), [("2027-03-13", 7), ("2027-11-06", 9)])
async def test_the_gap_of_such_a_night_is_as_long_as_the_night(ivy: Promised, night: str, hours: int) -> None:
    ivy.now = at(f"{night} 09:00")
    await ivy.say("otis", Said.TURN_EXCUSED, turn_starts_at=at(f"{night} 22:00"))
    [gap] = await ivy.standing_gaps()
    assert gap.span.length.total_seconds() == hours * 3600
    await ivy.say(await ivy.ask_of("gwen"), Said.ACCEPTED)
    assert (await ivy.standing_gaps(), await ivy.state()) == ([], "active")


async def test_part_of_a_night_that_ends_in_the_hour_that_is_not_there(ivy: Promised) -> None:
    ivy.now = at("2027-03-13 09:00")
    await ivy.say("otis", Said.TURN_EXCUSED, turn_starts_at=at("2027-03-13 22:00"))
    await ivy.say(await ivy.ask_of("gwen"), Said.PARTIAL, until=at("2027-03-14 02:30"))
    [gap] = await ivy.standing_gaps()
    assert [(span.start, span.end) for span in gap.left] == [(at("2027-03-14 03:30"), at("2027-03-14 06:00"))]


async def test_part_of_a_night_that_ends_in_the_hour_that_comes_twice(ivy: Promised) -> None:
    ivy.now = at("2027-11-06 09:00")
    await ivy.say("otis", Said.TURN_EXCUSED, turn_starts_at=at("2027-11-06 22:00"))
    second_half_past_one = at("2027-11-07 00:30").replace(hour=9, minute=30)
    await ivy.say(await ivy.ask_of("gwen"), Said.PARTIAL, until=second_half_past_one)
    [gap] = await ivy.standing_gaps()
    covered_until = gap.left[0].start
    assert covered_until <= second_half_past_one, "she promised no minute more"
    assert gap.left[0].end == at("2027-11-07 06:00")
