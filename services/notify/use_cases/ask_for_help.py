"""Let somebody phone a member who says that they need help."""

from datetime import timedelta

from services.notify.domain.entries import KeptEntry
from services.notify.use_cases.open_call_task import open_person_task
from shared.db.unit import Unit

NEEDS_HELP = "needs_help"
WITHIN = timedelta(minutes=15)
"""So soon they are phoned (V4)."""


async def ask_for_help(unit: Unit, entry: KeptEntry, *, cause: str) -> None:
    """Open a call for those who hold the family, once for each cause; network tells them too, by its own fact."""
    await open_person_task(
        unit,
        entry.person_id,
        case_id=entry.case_id,
        reason=NEEDS_HELP,
        dedupe_key=f"{NEEDS_HELP}|{entry.id.hex}|{cause}",
        due_at=unit.now + WITHIN,
    )
