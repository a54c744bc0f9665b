"""V5 d): fifty backups say yes to the same night in the same moment, each in a transaction of their own."""

import asyncio
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from services.network.domain.commitments import (
    Ask,
    AskState,
    Commitment,
    CommitmentId,
    CommitmentState,
    Promise,
)
from services.network.domain.gaps import GapState
from services.network.domain.plan_errors import AlreadyCovered
from services.network.domain.plans import PlanKind
from services.network.domain.recurrence import Pattern
from services.network.storage import commitments, gaps, members
from services.network.use_cases.plan_commands import Said
from services.network.use_cases.tell_promise import tell_new
from shared.db.unit import Units
from shared.events.network import CommitmentClass
from shared.kernel.ids import spell
from shared.kernel.wall import local_date
from tests.network.conftest import BehindTheWall, Counties
from tests.network.use_cases.promised import ZONE, Promised, a_network_county, at, times

BEGINS = date(2027, 9, 1)
MANY = 50


def night_of(begins: date) -> Pattern:
    """The one night of a plan that begins on this day, ten days later."""
    return times(f"{begins + timedelta(days=10)} 20:00", f"{begins + timedelta(days=11)} 08:00")


NIGHT = night_of(BEGINS)


@dataclass
class Crowd:
    """A family whose night lies open, and fifty who were asked to cover it."""

    family: Promised
    asks: list[CommitmentId]

    async def states(self) -> Counter[AskState]:
        async with self.family.unit() as unit:
            found = await commitments.list_of_plan(unit, self.family.this_plan)
        return Counter(each.ask.state for each in found if each.ask)

    async def gap_states(self) -> list[tuple[GapState, int]]:
        async with self.family.unit() as unit:
            return [
                (gap.state, len(gap.left)) for gap in await gaps.list_of_plan(unit, self.family.this_plan, ending_after=unit.now)
            ]


async def a_crowd(units: Units, county_id: UUID, *, begins: date = BEGINS, adults: int = 1, asked: int = MANY) -> Crowd:
    """Those who had the night take it back two days before; then as many are asked at once, as when the chain is at its end."""
    family = Promised(units, a_network_county(county_id), at(f"{begins} 09:00"))
    night = night_of(begins)
    had_it = [f"aunt{n}" for n in range(adults)]
    backups = [f"backup{n}" for n in range(asked)]
    await family.begin(**{name: {} for name in (*had_it, *backups)})
    ends = begins + timedelta(days=29)
    await family.plan(night, starts_on=begins, ends_on=ends, kind=PlanKind.SDM_SAFETY_PLAN, adults=adults)
    for name in had_it:
        await family.promise(name, night)
    await family.activate()
    family.now = at(f"{begins + timedelta(days=8)} 16:40")
    for name in had_it:
        await family.say(name, Said.WITHDRAWN)
    [gap] = await family.standing_gaps()
    assert (gap.adults, gap.span.start) == (adults, at(f"{begins + timedelta(days=10)} 20:00"))
    asks = []
    async with family.held() as (unit, _, plan):
        for name in backups:
            member = await members.get(unit, family.case_id, family.members[name])
            offer = Commitment(
                id=CommitmentId(unit.new_id()),
                case_id=family.case_id,
                plan_id=plan.id,
                member_id=member.id,
                person_id=member.person_id,
                promise=Promise(action="Stay", place="", commitment_class=CommitmentClass.PROTECTIVE, pattern=night),
                state=CommitmentState.OFFERED,
                offered_at=unit.now,
                ask=Ask(gap_id=gap.id, state=AskState.SENT, answer_by=unit.now + timedelta(minutes=30)),
                updated_at=unit.now,
            )
            asks.append((await tell_new(unit, offer, plan, family.county)).id)
    return Crowd(family, asks)


@pytest.mark.parametrize("adults", [1, 3])
async def test_as_many_win_as_are_missing_and_everybody_else_is_thanked(
    units: Units, county_id: UUID, behind_the_wall: BehindTheWall, adults: int
) -> None:
    crowd = await a_crowd(units, county_id, adults=adults)
    answers = await asyncio.gather(*(crowd.family.say(ask, Said.ACCEPTED) for ask in crowd.asks), return_exceptions=True)
    assert Counter(type(answer) for answer in answers) == {Commitment: adults, AlreadyCovered: MANY - adults}
    assert await crowd.states() == {AskState.ACCEPTED: adults, AskState.COVERED: MANY - adults}
    assert await crowd.gap_states() == [(GapState.FILLED, 0)]
    assert await crowd.family.state() == "active"
    told = Counter(behind_the_wall.types())
    assert told["coverage_gap_opened"] == told["coverage_gap_closed"] == told["plan_at_risk"] == told["plan_restored"] == 1
    assert told["backup_closed"] == MANY - adults
    closed = [fact.data["commitment_id"] for fact in behind_the_wall.facts() if fact.type == "network.backup_closed.v1"]
    confirmed = [
        fact.data["commitment_id"]
        for fact in behind_the_wall.facts()
        if fact.type == "network.commitment_changed.v1" and fact.data["gap_id"]
    ]
    assert len(confirmed) == adults
    assert sorted(closed + confirmed) == sorted(str(ask) for ask in crowd.asks), "each hears one thing"


async def test_fifty_equal_answers_of_one_person_are_one(units: Units, county_id: UUID, behind_the_wall: BehindTheWall) -> None:
    crowd = await a_crowd(units, county_id, asked=2)
    first = crowd.asks[0]
    answers = await asyncio.gather(*(crowd.family.say(first, Said.ACCEPTED) for _ in range(MANY)))
    assert {(answer.id, answer.state, answer.sequence, answer.version) for answer in answers} == {
        (first, CommitmentState.ACTIVE, 1, answers[0].version)
    }
    told = [fact.data["gap_id"] for fact in behind_the_wall.facts() if fact.type == "network.commitment_changed.v1"]
    assert sum(gap_id is not None for gap_id in told) == 1
    assert await crowd.states() == {AskState.ACCEPTED: 1, AskState.COVERED: 1}


async def test_fifty_who_withdraw_what_one_had_promised_open_one_gap(
    units: Units, county_id: UUID, behind_the_wall: BehindTheWall
) -> None:
    family = Promised(units, a_network_county(county_id), at("2027-09-01 09:00"))
    await family.begin(kim={}, abara={})
    await family.plan(NIGHT, starts_on=BEGINS, ends_on=date(2027, 9, 30), kind=PlanKind.SDM_SAFETY_PLAN)
    await family.promise("kim", NIGHT, backups=("abara",))
    await family.activate()
    family.now = at("2027-09-09 16:40")
    turn = at("2027-09-11 20:00")
    await asyncio.gather(*(family.say("kim", Said.TURN_EXCUSED, turn_starts_at=turn) for _ in range(MANY)))
    told = Counter(behind_the_wall.types())
    assert (told["coverage_gap_opened"], told["backup_asked"], told["plan_at_risk"]) == (1, 1, 1)
    assert await family.asks() == [("abara", "sent")]


async def test_over_http_fifty_recorded_at_once_are_one_promise(units: Units, county_id: UUID, counties: Counties) -> None:
    tomorrow = local_date(datetime.now(UTC), ZONE) + timedelta(days=1)
    crowd = await a_crowd(units, county_id, begins=tomorrow)
    omar = counties.staff("omar")
    path = f"/v1/plans/{spell('plan', crowd.family.this_plan)}/commitments"
    said = {"said": "accepted", "witness": "Omar"}
    answers = await asyncio.gather(*(omar.post(f"{path}/{spell('com', ask)}/answers", said) for ask in crowd.asks))
    assert Counter(answer.status for answer in answers) == {200: 1, 409: MANY - 1}
    assert {answer.code for answer in answers if answer.status == 409} == {"already_covered"}
    assert await crowd.states() == {AskState.ACCEPTED: 1, AskState.COVERED: MANY - 1}
