"""Let somebody phone a member who says that they need help, and tell those who can."""

from datetime import timedelta

from services.notify.domain.entries import KeptEntry
from services.notify.domain.working_hours import is_open
from services.notify.storage import case_access
from services.notify.use_cases.alert_staff import alert
from services.notify.use_cases.open_call_task import open_person_task
from shared.db.unit import Unit
from shared.settings import County

NEEDS_HELP = "needs_help"
WITHIN = timedelta(minutes=15)
"""So soon they are phoned (V4)."""

_REASON = "help_wanted"


async def ask_for_help(unit: Unit, entry: KeptEntry, county: County, *, cause: str) -> None:
    """Open a call for those who hold the family, and alert them; after hours whoever is on call too. Once for each cause."""
    await open_person_task(
        unit,
        entry.person_id,
        case_id=entry.case_id,
        reason=NEEDS_HELP,
        dedupe_key=f"{NEEDS_HELP}|{entry.id.hex}|{cause}",
        due_at=unit.now + WITHIN,
        dial=True,
    )
    access = (await case_access.list_by_case(unit, {entry.case_id})).get(entry.case_id)
    staff = set(access.assigned) if access else set()
    if not is_open(unit.now, county.time_zone, county.holidays):
        staff |= set(county.on_call)
    await alert(unit, staff, subject_id=entry.subject_id, reason=_REASON, cause=cause)
