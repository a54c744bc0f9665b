"""network ended work with a family."""

from services.meetings.use_cases.close_family import close_family
from shared.bus.consumer import Fact, on
from shared.db.unit import Unit
from shared.events.network import CaseClosed


@on(CaseClosed)
async def cancel_meetings(unit: Unit, fact: Fact[CaseClosed]) -> None:
    """Call off what is still to come."""
    await close_family(unit, fact.body.case_id, at=fact.body.at)
