"""Gather what one member may see: the words they were told, their part of each plan, and records by release."""

import asyncio
from dataclasses import dataclass

from services.portal.domain.circles import Release
from services.portal.domain.families import Family, Member, Roster
from services.portal.domain.plans import Plan
from services.portal.domain.sheets import Sheet
from services.portal.domain.sight import Sight, WordsOfMember, opened_by
from services.portal.gateways.circles import Circles
from services.portal.gateways.network import Network
from services.portal.gateways.plans import Plans
from services.portal.gateways.shared_words import SharedWords
from services.portal.gateways.sheets import Sheets
from shared.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class SeenSight:
    """One member's sight, with the plans that stand and what each holds for them."""

    family: Family
    roster: Roster
    member: Member
    sight: Sight
    words: WordsOfMember
    releases: tuple[Release, ...]
    plans: tuple[tuple[Plan, Sheet], ...]

    def opened_by(self, record_class: str) -> tuple[Release, ...]:
        """Return the releases by which records of a class are open to the member."""
        return opened_by(record_class, self.sight, self.releases)

    def name(self, person_id: str) -> str:
        """Return what somebody is called."""
        found = self.roster.person(person_id)
        return found.name if found else "Somebody who left"


async def show_sight(
    network: Network, circles: Circles, shared: SharedWords, plans: Plans, case_id: str, member_id: str
) -> SeenSight:
    """Return what a present member of a family may see. Raises NotFound for anybody else."""
    family, roster = await asyncio.gather(network.family(case_id), network.roster(case_id))
    member = next((one for one in roster.members if one.id == member_id), None)
    if member is None:
        raise NotFound
    sight, words, releases, every = await asyncio.gather(
        circles.sight(case_id, member_id), shared.of_member(case_id, member_id), circles.releases(case_id), plans.of_family(case_id)
    )
    standing = [one for one in every if not one.has_ended]
    sheets = await asyncio.gather(*(Sheets(plans.caller).sheet(one.id, member_id) for one in standing))
    return SeenSight(family, roster, member, sight, words, releases, tuple(zip(standing, sheets, strict=True)))
