"""Gather one family's page: who stands around it, what is due, which meetings there are; and names for whoever comes to them."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field

from services.portal.domain.families import Family, Person, Roster, Separation
from services.portal.domain.meetings import Mandates, MeetingLine, Resource
from services.portal.gateways.calling import if_allowed, unless_away
from services.portal.gateways.meetings import Meetings
from services.portal.gateways.network import Network

NO_DATES = Mandates()
SOMEBODY = "Name not shown to you"


@dataclass(frozen=True, slots=True)
class Seen:
    """One family with everything its page shows."""

    family: Family
    roster: Roster
    separations: tuple[Separation, ...]
    mandates: Mandates
    meetings: tuple[MeetingLine, ...]
    meetings_answer: bool


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


async def show_family(network: Network, meetings: Meetings, case_id: str) -> Seen:
    """Return everything about one family that its page shows."""
    family, roster, separations = await asyncio.gather(
        network.family(case_id), network.roster(case_id), network.separations(case_id)
    )
    (mandates, _), (held, answered) = await asyncio.gather(
        unless_away(if_allowed(meetings.mandates(case_id), NO_DATES), NO_DATES), unless_away(meetings.of_family(case_id), ())
    )
    ordered = tuple(sorted(held, key=lambda one: (not one.is_ahead, one.starts_at, one.id)))
    return Seen(family, roster, separations, mandates, ordered, answered)


async def names_of(network: Network, meetings: Meetings, roster: Roster, person_ids: Iterable[str] = ()) -> Names:
    """Return names for a family's meetings."""
    resources, _ = await unless_away(meetings.resources(), ())
    names = Names(network, {one.id: one for one in roster.people}, {one.id: one for one in resources})
    await names.learn(person_ids)
    return names
