"""Handlers about what meetings were before they were changed."""

from services.meetings.use_cases.see_history import see_history
from services.meetings.web.schemas import PREFIXES
from shared.db.unit import Unit
from shared.web.history import change_out, next_place, place_before
from shared.web.routing import Call, Reply, page


async def get_history(unit: Unit, call: Call) -> Reply:
    """Read what a meeting was before each change, and after it, newest first: answers too."""
    found = await see_history(
        unit, call.ids["meeting_id"], caller=call.staff, before=place_before(call.page_place), limit=call.query.limit
    )
    return page([change_out(one, PREFIXES) for one in found], next=next_place(found, call.query.limit))
