"""network began work with a family."""

from services.meetings.use_cases.hear_network import hear_case_opened
from shared.bus.consumer import Fact, on
from shared.db.unit import Unit
from shared.events.network import CaseOpened


@on(CaseOpened)
async def keep_family(unit: Unit, fact: Fact[CaseOpened]) -> None:
    """Keep our own copy."""
    await hear_case_opened(unit, fact.body)
