"""Gather one family's page: who stands around it, what is due, which meetings there are; and names for whoever comes to them."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from services.portal.domain.circles import Changed, KinNotice, newest_moves
from services.portal.domain.cover_days import Day, days_of
from services.portal.domain.due import DueItem, due_items
from services.portal.domain.families import Family, Person, Roster, Separation
from services.portal.domain.meetings import Mandates, MeetingLine, Resource
from services.portal.domain.plans import Coverage, Gap, Plan, in_force
from services.portal.gateways.calling import if_allowed, unless_away
from services.portal.gateways.circles import Circles
from services.portal.gateways.meetings import Meetings
from services.portal.gateways.network import Network
from services.portal.gateways.plans import Plans
from services.portal.use_cases.name_staff import name_staff
from services.portal.use_cases.show_plan import SHOWN, days_shown
from shared.kernel.wall import local_date

NO_DATES = Mandates()
SOMEBODY = "Name not shown to you"
LAST_CHANGES = 8


@dataclass(frozen=True, slots=True)
class Seen:
    """One family with everything its page shows."""

    family: Family
    roster: Roster
    separations: tuple[Separation, ...]
    mandates: Mandates
    meetings: tuple[MeetingLine, ...]
    meetings_answer: bool
    plans: tuple[Plan, ...] = ()
    coverage: Coverage | None = None
    days: tuple[Day, ...] = ()
    notices: tuple[KinNotice, ...] = ()
    changes: tuple[Changed, ...] = ()
    staff: Mapping[str, str] = field(default_factory=dict)
    """What colleagues are called who made these changes, by the ids they sign in with."""

    @property
    def moves(self) -> Mapping[str, Changed]:
        """Who was moved to another circle lately, by member: the last time."""
        return newest_moves(self.changes)

    @property
    def plan(self) -> Plan | None:
        """The safety plan that holds now."""
        return in_force(self.plans)

    @property
    def drafts(self) -> tuple[Plan, ...]:
        """Plans that are being made."""
        return tuple(one for one in self.plans if one.is_draft)

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """Time that lies open."""
        return tuple(one for one in self.coverage.gaps if one.is_standing) if self.coverage else ()

    @property
    def due(self) -> tuple[DueItem, ...]:
        """What is due, the most pressing first."""
        return due_items(meeting=self.mandates.combined, plan=self.plan, notices=self.notices, members=self.roster.members)

    def name(self, member_id: str) -> str:
        """Return what a member is called."""
        found = next((one for one in self.roster.members if one.id == member_id), None)
        return found.person.name if found else SOMEBODY


@dataclass(slots=True)
class Names:
    """What people and resources are called, found as they are needed: the roster first, then the pools, then person by person."""

    network: Network
    people: dict[str, Person] = field(default_factory=dict)
    resources: dict[str, Resource] = field(default_factory=dict)

    def name(self, person_id: str) -> str:
        """Return what somebody is called; staff may not see everybody whom a facilitator's meeting holds."""
        person = self.people.get(person_id)
        if person is not None:
            return person.name
        held = next((one for one in self.resources.values() if one.person_id == person_id), None)
        return held.name if held else SOMEBODY

    def resource(self, resource_id: str | None) -> str:
        """Return what a facilitator, room or interpreter is called."""
        found = self.resources.get(resource_id or "")
        return found.name if found else ""

    async def learn(self, person_ids: Iterable[str]) -> None:
        """Ask for those who are not known yet."""
        known = set(self.people) | {one.person_id for one in self.resources.values()}
        missing = sorted(set(person_ids) - known)
        found = await asyncio.gather(*(self.network.person(person_id) for person_id in missing))
        self.people |= {person.id: person for person in found if person is not None}


async def show_family(
    network: Network, meetings: Meetings, plans: Plans, circles: Circles, case_id: str, *, me: str, clock: Callable[[], datetime]
) -> Seen:
    """Return everything about one family that its page shows. `clock` is read after the first answers, which tell the time.

    `me` is who asks, and needs no name.
    """
    (family, roster, separations), (its_plans, notices, changes), (mandates, _), (held, answered) = await asyncio.gather(
        asyncio.gather(network.family(case_id), network.roster(case_id), network.separations(case_id)),
        asyncio.gather(
            if_allowed(plans.of_family(case_id), ()),
            if_allowed(circles.kin_notices(case_id), ()),
            if_allowed(circles.latest_changes(case_id), ()),
        ),
        unless_away(if_allowed(meetings.mandates(case_id), NO_DATES), NO_DATES),
        unless_away(if_allowed(meetings.of_family(case_id), ()), ()),
    )
    plan, now = in_force(its_plans), clock()
    colleagues = [one.actor_id for one in told_of(changes) if one.actor_kind == "staff" and one.actor_id != me]
    staff, coverage = await asyncio.gather(name_staff(network, colleagues), _coverage(plans, plan, now))
    return Seen(
        family=family,
        roster=roster,
        separations=separations,
        mandates=mandates,
        meetings=tuple(sorted(held, key=lambda one: (not one.is_ahead, one.starts_at, one.id))),
        meetings_answer=answered,
        plans=its_plans,
        coverage=coverage,
        days=days_of(coverage, now=now) if coverage else (),
        notices=notices,
        changes=changes,
        staff=staff,
    )


async def _coverage(plans: Plans, plan: Plan | None, now: datetime) -> Coverage | None:
    if plan is None:
        return None
    begin, end = days_shown(plan, local_date(now, plan.time_zone), SHOWN)
    return await plans.coverage(plan.id, begin, end)


def told_of(changes: Sequence[Changed]) -> list[Changed]:
    """Return the changes that a family's page tells of: the last few, and each member's last move."""
    return [*changes[:LAST_CHANGES], *newest_moves(changes).values()]


async def names_of(network: Network, meetings: Meetings, roster: Roster, person_ids: Iterable[str] = ()) -> Names:
    """Return names for a family's meetings."""
    resources, _ = await unless_away(meetings.resources(), ())
    names = Names(network, {one.id: one for one in roster.people}, {one.id: one for one in resources})
    await names.learn(person_ids)
    return names
