"""Whatever members and workers do, in any order: what is on record as open is what a plain reckoning finds open, and nothing else.

Each history is made by chance from a seed and runs through the use cases on a real database, as it would in a county.
"""

import contextlib
import random
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest

from services.network.domain.commitments import Commitment, CommitmentState
from services.network.domain.gaps import Gap, GapState
from services.network.domain.plans import NIGHTLY_LOOK, PlanKind
from services.network.storage import commitments, gaps, members, plans
from services.network.use_cases.accept_gap import accept_gap
from services.network.use_cases.change_member import change_member
from services.network.use_cases.commands import StandingChanges
from services.network.use_cases.look_ahead import go_on
from services.network.use_cases.plan_commands import Said
from shared.db.unit import Units
from shared.kernel.errors import Conflict, Invalid
from shared.kernel.spans import Span, difference, union
from tests.network.conftest import BehindTheWall
from tests.network.domain import reference_coverage as reference
from tests.network.use_cases.promised import ZONE, Promised, a_network_county, at, times

FIRST, LAST = date(2027, 10, 20), date(2027, 11, 19)
NAMES = ("kim", "abara", "luis", "rosa")


@dataclass
class Evening:
    """One family in one history."""

    family: Promised
    chance: random.Random

    async def promised(self) -> list[Commitment]:
        async with self.family.unit() as unit:
            return await commitments.list_of_plan(unit, self.family.this_plan)

    async def gaps(self) -> list[Gap]:
        async with self.family.unit() as unit:
            return await gaps.list_of_plan(unit, self.family.this_plan, ending_after=at("2027-10-01 00:00"))

    async def something_happens(self) -> None:
        """One of all the things that people do; what is refused changes nothing."""
        often = [self.not_this_time, self.yes, self.time_passes, self.offer]
        now_and_then = [self.take_back, self.after_all, self.only_until, self.all_of_it, self.no]
        with contextlib.suppress(Conflict, Invalid):
            await self.chance.choice([*often * 3, *now_and_then * 2, self.leave_open, self.may_or_may_not_protect])()

    async def one(self, *states: CommitmentState) -> Commitment:
        found = [each for each in await self.promised() if each.state in states]
        return self.chance.choice(found or await self.promised())

    async def take_back(self) -> None:
        await self.family.say((await self.one(CommitmentState.ACTIVE)).id, Said.WITHDRAWN)

    async def not_this_time(self) -> None:
        await self.say_of_a_turn(Said.TURN_EXCUSED)

    async def after_all(self) -> None:
        await self.say_of_a_turn(Said.TURN_CONFIRMED)

    async def say_of_a_turn(self, said: Said) -> None:
        commitment = await self.one(CommitmentState.ACTIVE)
        turn = self.chance.choice(reference.laid_out(as_weekly(commitment, with_excluded=True)))
        await self.family.say(commitment.id, said, turn_starts_at=turn[0])

    async def yes(self) -> None:
        await self.family.say((await self.one(CommitmentState.OFFERED)).id, Said.ACCEPTED)

    async def all_of_it(self) -> None:
        parts = [each for each in await self.promised() if each.asked_until is not None]
        await self.family.say(self.chance.choice(parts or await self.promised()).id, Said.ACCEPTED)

    async def only_until(self) -> None:
        single = [each for each in await self.promised() if each.holds and each.promise.pattern.rule is None]
        commitment = self.chance.choice([*single, await self.one(CommitmentState.OFFERED)])
        begun = reference.laid_out(as_weekly(commitment, with_excluded=True))[0][0]
        await self.family.say(commitment.id, Said.PARTIAL, until=begun + timedelta(hours=self.chance.randint(1, 12)))

    async def no(self) -> None:
        await self.family.say((await self.one(CommitmentState.OFFERED)).id, Said.DECLINED)

    async def offer(self) -> None:
        night = FIRST + timedelta(days=self.chance.randint(0, 28))
        pattern = times(f"{night} 20:00", f"{night + timedelta(days=1)} 0{self.chance.randint(2, 9)}:00", "FREQ=WEEKLY")
        await self.family.promise(self.chance.choice(NAMES), pattern, called="more")

    async def leave_open(self) -> None:
        standing = [gap for gap in await self.gaps() if gap.is_standing]
        async with self.family.held() as (unit, case, plan):
            for gap in standing[:1]:
                await accept_gap(unit, plan, case, gap.id, "because", self.family.county)

    async def may_or_may_not_protect(self) -> None:
        """Somebody is found to have caused harm, or it turns out that they have not."""
        family = self.family
        async with family.held() as (unit, case, _):
            member = await members.get_for_update(unit, case.id, family.members[self.chance.choice(NAMES)])
            turned = StandingChanges(caregiver_of_concern=not member.standing.caregiver_of_concern)
            await change_member(unit, member, turned, today=FIRST, now=unit.now)

    async def time_passes(self) -> None:
        self.family.now += timedelta(hours=self.chance.choice([1, 3, 20, 40]))  # whole ones, as the reference has them
        async with self.family.unit() as unit:
            await go_on(unit, self.family.this_plan, self.family.county, look=NIGHTLY_LOOK)


def as_weekly(commitment: Commitment, *, with_excluded: bool = False) -> reference.Weekly:
    """A promise as the reference lays it out: each week to the plan's last day, or once."""
    pattern = commitment.promise.pattern
    first = pattern.starts_local.date()
    return reference.Weekly(
        zone=pattern.time_zone,
        weekdays=frozenset({first.weekday()}),
        hour=pattern.starts_local.hour,
        hours=int(pattern.length.total_seconds() // 3600),
        first=first,
        last=LAST if pattern.rule else first,
        without=frozenset() if with_excluded else frozenset(each.date() for each in commitment.excluded),
    )


def open_by_reference(promised: list[Commitment], now: datetime) -> list[Span]:
    """The time that lies open, from now on, in windows of every Saturday night."""
    saturday = FIRST + timedelta(days=(5 - FIRST.weekday()) % 7)
    windows = reference.Weekly(ZONE, frozenset({5}), 20, 12, saturday, LAST)
    covers = [(turn, each.person_id) for each in promised if each.covers for turn in reference.laid_out(as_weekly(each))]
    found = reference.shortfalls([(turn, 1) for turn in reference.laid_out(windows)], covers)
    return union(Span(max(start, now), end) for start, end, _ in found if end > now)


@pytest.mark.parametrize("seed", [*range(5), *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(5, 60))])
async def test_what_is_on_record_as_open_is_what_lies_open(
    units: Units, county_id: UUID, behind_the_wall: BehindTheWall, seed: int
) -> None:
    family = Promised(units, a_network_county(county_id), at("2027-10-20 09:00"))
    await family.begin(**{name: {} for name in NAMES})
    night = times("2027-10-23 20:00", "2027-10-24 08:00", "FREQ=WEEKLY")
    await family.plan(night, starts_on=FIRST, ends_on=LAST, kind=PlanKind.SDM_SAFETY_PLAN)
    await family.promise("kim", night, backups=("abara", "luis"))
    await family.promise("rosa", times("2027-10-24 08:00", "2027-10-24 12:00", "FREQ=WEEKLY"))
    await family.activate()
    evening = Evening(family, random.Random(seed))
    for _ in range(50):
        await evening.something_happens()
        promised, known = await evening.promised(), await evening.gaps()

        held = [gap for gap in known if gap.state is not GapState.FILLED]
        past = [Span(at("2027-10-01 00:00"), family.now)]
        assert difference([span for gap in held for span in gap.left], past) == open_by_reference(promised, family.now)
        ends = sorted((gap.span.start, gap.span.end) for gap in held)
        assert all(before[1] <= after[0] for before, after in pairwise(ends)), "no instant is in two gaps"

        asks = Counter((each.ask.gap_id, each.member_id, each.promise.pattern.starts_local) for each in promised if each.ask)
        assert set(asks.values()) <= {1}, "nobody is asked twice"
        async with family.unit() as unit:
            plan = await plans.get(unit, family.this_plan)
        stands = any(gap.is_standing and gap.span.end > family.now for gap in known)
        assert plan.state.value == ("at_risk" if stands else "active")

    facts = behind_the_wall.facts()
    opened = [fact.data["gap_id"] for fact in facts if fact.type == "network.coverage_gap_opened.v1"]
    closed = Counter(fact.data["gap_id"] for fact in facts if fact.type == "network.coverage_gap_closed.v1")
    assert sorted(opened) == sorted(str(gap.id) for gap in known)
    assert closed == Counter(str(gap.id) for gap in known if gap.closed_at is not None), "each is closed once"
    told: dict[str, list[tuple[int, int]]] = {}
    for fact in facts:
        if fact.type.startswith(
            ("network.commitment_offered", "network.commitment_changed", "network.commitment_ended", "network.backup")
        ):
            told.setdefault(fact.data["commitment_id"], []).append((fact.data["revision"], fact.data["entry"]["sequence"]))
    assert all(each == sorted(set(each)) for each in told.values()), "revision and SEQUENCE only rise"
