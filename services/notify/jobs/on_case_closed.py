"""Work with a family ended."""

from services.notify.use_cases.keep_roster import close_case
from shared.bus.consumer import Fact, on
from shared.db.unit import Unit
from shared.events.network import CaseClosed


@on(CaseClosed)
async def end_case_links(unit: Unit, fact: Fact[CaseClosed]) -> None:
    """End every link to its meetings, and the feeds of those who are around no other."""
    await close_case(unit, fact.body)
