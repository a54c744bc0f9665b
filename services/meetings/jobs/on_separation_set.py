"""network was told that two people must never meet."""

from services.meetings.use_cases.hear_network import hear_separation
from shared.bus.consumer import Fact, on
from shared.db.unit import Unit
from shared.events.network import SeparationSet


@on(SeparationSet)
async def keep_apart(unit: Unit, fact: Fact[SeparationSet]) -> None:
    """Keep the rule; meetings that break it show a flag to staff, and nobody is told by us."""
    await hear_separation(unit, fact.body)
