"""Give back a time that was held."""

from uuid import UUID

from services.meetings.storage import claims
from shared.db.unit import Unit


async def release_hold(unit: Unit, hold_id: UUID, *, staff_id: str) -> None:
    """End a hold of this caller. Raises HoldNotFound."""
    await claims.release_hold(unit, hold_id, held_by=staff_id)
    await unit.audit("time.released", subject_kind="hold", subject_id=hold_id)


async def release_overdue_holds(unit: Unit) -> int:
    """Mark every hold of the county that has run out, and return how many claims that freed."""
    return await claims.release_overdue(unit)
