"""Gather one member's place in a family: what the page that changes it shows, with how they moved between circles."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from services.portal.domain.circles import CircleMove
from services.portal.domain.families import Family, Member
from services.portal.domain.shared_words import Statement
from services.portal.gateways.calling import if_allowed
from services.portal.gateways.circles import Circles
from services.portal.gateways.network import Network
from services.portal.gateways.shared_words import SharedWords
from services.portal.use_cases.name_staff import name_staff
from shared.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class SeenMember:
    """A member, the worries they may understand, and their moves, newest first. `staff` holds colleagues' names."""

    family: Family
    member: Member
    dangers: tuple[Statement, ...]
    moves: tuple[CircleMove, ...]
    staff: Mapping[str, str]


async def show_member(
    network: Network, circles: Circles, shared: SharedWords, case_id: str, member_id: str, *, me: str
) -> SeenMember:
    """Return a present member of a family. Raises NotFound for anybody else. `me` is who asks, and needs no name."""
    family, roster = await asyncio.gather(network.family(case_id), network.roster(case_id))
    found = next((one for one in roster.members if one.id == member_id), None)
    if found is None:
        raise NotFound
    dangers, moves = await asyncio.gather(
        if_allowed(shared.statements(case_id, "danger"), ()), if_allowed(circles.moves(case_id, member_id), ())
    )
    staff = await name_staff(network, [one.moved_by for one in moves if one.moved_by != me])
    return SeenMember(family, found, dangers, moves, {**staff, me: "you"})
