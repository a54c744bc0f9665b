"""Due dates over all families."""

from datetime import date
from uuid import UUID

from services.meetings.use_cases.see_all_mandates import see_all_mandates
from services.meetings.web.county import county_of
from services.meetings.web.schemas.mandates import DueOut, due_out
from shared.db.unit import Unit
from shared.web.fields import CaseId, Model
from shared.web.routing import Call, Reply, page


class FamilyDueOut(Model):
    """The next due date of one family."""

    case_id: CaseId
    combined: DueOut


async def get_all_mandates(unit: Unit, call: Call) -> Reply:
    """List the families that the caller may see by their next due date, earliest first; families without one are left out."""
    place = call.page_place
    found = await see_all_mandates(
        unit,
        caller=call.staff,
        county=county_of(call),
        after=None if place is None else (date.fromisoformat(place[0]), UUID(place[1])),
        limit=call.query.limit,
    )
    last = found[-1] if len(found) == call.query.limit else None
    return page(
        [FamilyDueOut(case_id=one.case_id, combined=due_out(one.due)) for one in found],
        next=(last.due.due_on.isoformat(), str(last.case_id)) if last else None,
    )
