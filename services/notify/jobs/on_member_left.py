"""Somebody left a family's roster."""

from services.notify.use_cases.keep_roster import leave_roster
from shared.bus.consumer import Fact, on
from shared.db.unit import Unit
from shared.events.network import MemberLeft


@on(MemberLeft)
async def end_member_links(unit: Unit, fact: Fact[MemberLeft]) -> None:
    """End their links to its meetings, and their feed if they are around no other."""
    await leave_roster(unit, fact.body, position=fact.position)
