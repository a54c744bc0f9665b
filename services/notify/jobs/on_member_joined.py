"""Somebody joined a family's roster."""

from services.notify.use_cases.keep_roster import join_roster
from shared.bus.consumer import Fact, on
from shared.db.unit import Unit
from shared.events.network import MemberJoined


@on(MemberJoined)
async def keep_joined(unit: Unit, fact: Fact[MemberJoined]) -> None:
    """Know that they are around it."""
    await join_roster(unit, fact.body, position=fact.position)
