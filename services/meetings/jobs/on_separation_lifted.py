"""network was told that two people may meet again."""

from services.meetings.use_cases.hear_network import hear_separation_lifted
from shared.bus.consumer import Fact, on
from shared.db.unit import Unit
from shared.events.network import SeparationLifted


@on(SeparationLifted)
async def let_meet(unit: Unit, fact: Fact[SeparationLifted]) -> None:
    """Forget the rule."""
    await hear_separation_lifted(unit, fact.body)
