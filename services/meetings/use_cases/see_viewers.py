"""See who has looked at a family's meetings; this look is on record too."""

from uuid import UUID

from services.meetings.storage import access_log
from services.meetings.use_cases.see_family import see_family
from shared.db.looks import Viewer
from shared.db.unit import Unit
from shared.kernel.access import Caller


async def see_viewers(unit: Unit, case_id: UUID, *, caller: Caller) -> list[Viewer]:
    """Return everybody who has looked at the meetings of a family that the caller sees. Raises NotFound."""
    await see_family(unit, case_id, caller=caller)
    found = await access_log.list_viewers(unit, case_id)
    await unit.audit("case.access_log_read", subject_kind="case", subject_id=case_id)
    return found
