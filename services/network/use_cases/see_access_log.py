"""See who has looked at a family; this look is on record too."""

from services.network.domain.cases import Case
from services.network.storage import access_log
from services.network.storage.access_log import Look
from shared.db.unit import Unit


async def see_access_log(unit: Unit, case: Case, *, before: int | None, limit: int) -> list[Look]:
    """Return a page of the record of a family that the caller sees."""
    looks = await access_log.list_of(unit, case.id, before=before, limit=limit)
    await unit.audit("case.access_log_read", subject_kind="case", subject_id=case.id)
    return looks
