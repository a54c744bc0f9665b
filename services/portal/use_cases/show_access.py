"""Gather who can see a family and who has looked, with the names of those who work here."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from services.portal.domain.families import Family
from services.portal.domain.looking import Holders, Onlooker, together
from services.portal.gateways.calling import if_allowed, unless_away
from services.portal.gateways.meetings import Meetings
from services.portal.gateways.network import Network
from services.portal.use_cases.name_staff import name_staff


@dataclass(frozen=True, slots=True)
class Access:
    """One family's page. `onlookers` is None where this sign-in may not read the record."""

    family: Family
    holders: Holders
    onlookers: tuple[Onlooker, ...] | None
    meetings_answer: bool
    names: Mapping[str, str]

    def name(self, staff_id: str) -> str:
        """Return what somebody is called, or the id they sign in with."""
        return self.names.get(staff_id, staff_id)


async def show_access(network: Network, meetings: Meetings, case_id: str, *, me: tuple[str, str]) -> Access:
    """Return who can see a family and who has looked. `me` is the id and name of whoever asks, who may have no record here."""
    family, holders = await asyncio.gather(network.family(case_id), network.holders(case_id))
    of_record, (of_meetings, answered) = await asyncio.gather(
        if_allowed(network.viewers(case_id), None), unless_away(if_allowed(meetings.viewers(case_id), ()), ())
    )
    onlookers = None if of_record is None else together(of_record, of_meetings)
    held = [*holders.assigned, *holders.shared_with]
    staff = [*(one.staff_id for one in held), *(one.by for one in held if one.by)]
    staff += [one.actor_id for one in onlookers or () if one.actor_kind == "staff"]
    names = await name_staff(network, staff)
    return Access(family, holders, onlookers, answered, dict([me]) | dict(names))
