"""Look at what is due over all of one's families: the next due date of each, the most pressing first."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.meetings.domain.mandates import Due, combined, dues_of
from services.meetings.storage import mandates
from services.meetings.use_cases.county import CountyFacts
from shared.db.unit import Unit
from shared.kernel.access import Caller
from shared.kernel.wall import local_date


@dataclass(frozen=True, slots=True)
class FamilyDue:
    """The next due date of one family."""

    case_id: UUID
    due: Due


async def see_all_mandates(
    unit: Unit, *, caller: Caller, county: CountyFacts, after: tuple[date, UUID] | None, limit: int
) -> list[FamilyDue]:
    """Return a page of the families in sight that have something due. Due dates are worked out, never stored."""
    found = []
    for (case_id, time_zone), children in (await mandates.list_children(unit, caller)).items():
        today = local_date(unit.now, time_zone)
        due = combined(due for child in children for due in dues_of(child, county.rules, today=today))
        if due is not None and (after is None or (due.due_on, case_id) > after):
            found.append(FamilyDue(case_id, due))
    page = sorted(found, key=lambda one: (one.due.due_on, one.case_id))[:limit]
    for one in page:
        await unit.audit("mandates.listed", subject_kind="case", subject_id=one.case_id)
    return page
