"""Take back that somebody cannot come."""

from uuid import UUID

from services.meetings.storage import availability
from shared.db.unit import Unit


async def remove_unavailability(unit: Unit, subject_kind: str, subject_id: UUID, unavailability_id: UUID) -> None:
    """Forget a stretch. Raises UnavailabilityNotFound."""
    await availability.drop_given(unit, subject_id, unavailability_id)
    await unit.audit("unavailability.removed", subject_kind=subject_kind, subject_id=subject_id)
