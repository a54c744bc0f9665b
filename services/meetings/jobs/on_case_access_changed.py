"""network says who holds a family now."""

from services.meetings.use_cases.hear_network import hear_case_access
from shared.bus.consumer import Fact, on
from shared.db.unit import Unit
from shared.events.network import CaseAccessChanged


@on(CaseAccessChanged)
async def keep_access(unit: Unit, fact: Fact[CaseAccessChanged]) -> None:
    """Whoever lost the family loses sight of its meetings at once."""
    await hear_case_access(unit, fact.body, position=fact.position)
