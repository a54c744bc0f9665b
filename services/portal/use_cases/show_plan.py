"""Gather what the pages of one plan show: the family, the plan, who promised what, how it is covered, what is missing."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from services.portal.domain.cover_days import Day, days_of
from services.portal.domain.families import Family, Member, Roster
from services.portal.domain.plans import Commitment, Coverage, Gap, Plan, Readiness
from services.portal.gateways.calling import Shape
from services.portal.gateways.network import Network
from services.portal.gateways.plans import Plans
from shared.kernel.errors import NotFound
from shared.kernel.wall import local_date

SHOWN = timedelta(days=7)
LONGEST = timedelta(days=30)
NOT_SAID = Readiness()


@dataclass(frozen=True, slots=True)
class SeenPlan:
    """One plan with everything its page shows."""

    family: Family
    roster: Roster
    plan: Plan
    commitments: tuple[Commitment, ...]
    coverage: Coverage | None
    days: tuple[Day, ...]
    readiness: Readiness

    @property
    def promises(self) -> tuple[Commitment, ...]:
        """What is promised or asked, but for asks to backups, by time."""
        found = (one for one in self.commitments if one.ask is None and one.is_open)
        return tuple(sorted(found, key=lambda one: (not one.is_protective, one.starts_local, one.id)))

    @property
    def over(self) -> tuple[Commitment, ...]:
        """What was declined, taken back or is over."""
        return tuple(one for one in self.commitments if one.ask is None and not one.is_open)

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """What stands open."""
        return tuple(one for one in self.coverage.gaps if one.is_standing) if self.coverage else ()

    @property
    def accepted_gaps(self) -> tuple[Gap, ...]:
        """What somebody took upon themselves to leave open."""
        return tuple(one for one in self.coverage.gaps if one.state == "accepted_by_worker") if self.coverage else ()

    def asks_of(self, gap_id: str) -> tuple[Commitment, ...]:
        """Return who was asked about a gap, in order."""
        asked = (one for one in self.commitments if one.ask is not None and one.ask.gap_id == gap_id)
        return tuple(sorted(asked, key=lambda one: (one.offered_at is not None, one.offered_at, one.id)))

    def member(self, member_id: str) -> Member | None:
        """Return a member of the family, or None for one who left."""
        return next((one for one in self.roster.members if one.id == member_id), None)

    def name(self, member_id: str) -> str:
        """Return what a member is called."""
        found = self.member(member_id)
        return found.person.name if found else "Somebody who left"

    def commitment(self, commitment_id: str) -> Commitment:
        """Return one promise of this plan. Raises NotFound."""
        found = next((one for one in self.commitments if one.id == commitment_id), None)
        if found is None:
            raise NotFound
        return found

    def gap(self, gap_id: str) -> Gap:
        """Return one gap that lies in sight. Raises NotFound."""
        found = next((one for one in (self.coverage.gaps if self.coverage else ()) if one.id == gap_id), None)
        if found is None:
            raise NotFound
        return found


async def show_plan(
    network: Network,
    plans: Plans,
    case_id: str,
    plan_id: str,
    *,
    clock: Callable[[], datetime],
    whole: bool = False,
    cover: bool = True,
) -> SeenPlan:
    """Return a plan of this family: its next days, or with `whole` as much of it as one look takes. Raises NotFound.

    Without `cover` neither how it is covered nor what is missing is asked for.
    """
    family, roster, plan, commitments = await asyncio.gather(
        network.family(case_id), network.roster(case_id), plans.plan(plan_id), plans.commitments(plan_id)
    )
    if plan.case_id != case_id:
        raise NotFound
    now = clock()
    begin, end = days_shown(plan, local_date(now, plan.time_zone), LONGEST if whole else SHOWN)
    coverage, readiness = await asyncio.gather(
        _if(cover and not plan.has_ended, lambda: plans.coverage(plan_id, begin, end), None),
        _if(cover and plan.is_draft, lambda: plans.readiness(plan_id), NOT_SAID),
    )
    return SeenPlan(family, roster, plan, commitments, coverage, days_of(coverage, now=now) if coverage else (), readiness)


async def plan_of(plans: Plans, case_id: str, plan_id: str) -> Plan:
    """Return a plan of this family alone, for a form that needs no more. Raises NotFound."""
    plan = await plans.plan(plan_id)
    if plan.case_id != case_id:
        raise NotFound
    return plan


def days_shown(plan: Plan, today: date, span: timedelta) -> tuple[date, date]:
    """Return which days of a plan a page shows: from today, or its first day, on."""
    begin = max(today - timedelta(days=1), plan.starts_on)
    if plan.ends_on is not None:
        begin = min(begin, plan.ends_on)
    end = begin + span
    return begin, end if plan.ends_on is None else min(end, max(plan.ends_on, begin))


async def _if(asked: bool, ask: Callable[[], Awaitable[Shape]], otherwise: Shape) -> Shape:
    return await ask() if asked else otherwise
