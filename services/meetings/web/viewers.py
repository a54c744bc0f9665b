"""The handler that says who has looked."""

from services.meetings.use_cases.see_viewers import see_viewers
from shared.db.unit import Unit
from shared.web.looks import viewer_out
from shared.web.routing import Call, Reply, page


async def get_viewers(unit: Unit, call: Call) -> Reply:
    """See who has looked at a family's meetings, how often, and who was turned away; the last one first."""
    return page([viewer_out(each) for each in await see_viewers(unit, call.ids["case_id"], caller=call.staff)])
