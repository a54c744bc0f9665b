"""Who holds a family changed."""

from services.notify.use_cases.keep_case_access import keep_case_access
from shared.bus.consumer import Fact, on
from shared.db.unit import Unit
from shared.events.network import CaseAccessChanged


@on(CaseAccessChanged)
async def keep_access(unit: Unit, fact: Fact[CaseAccessChanged]) -> None:
    """Show calls to make to those who hold the family now."""
    await keep_case_access(unit, fact.body, position=fact.position)
