"""Say when somebody usually can."""

from collections.abc import Sequence
from uuid import UUID

from services.meetings.domain.busy import UsualHours, Weekly, usual_hours
from services.meetings.storage import availability
from shared.db.unit import Unit


async def set_usual_hours(
    unit: Unit, subject_kind: str, subject_id: UUID, *, time_zone: str, weekly: Sequence[Weekly]
) -> UsualHours:
    """Keep the hours of a week of a person or a resource, in place of any before."""
    hours = usual_hours(time_zone, weekly)
    await availability.set_usual_hours(unit, subject_id, hours)
    await unit.audit("usual_hours.set", subject_kind=subject_kind, subject_id=subject_id)
    return hours


async def see_usual_hours(unit: Unit, subject_kind: str, subject_id: UUID) -> UsualHours | None:
    """Return the hours of a week, or None when none were given: then any hour will do."""
    await unit.audit("usual_hours.read", subject_kind=subject_kind, subject_id=subject_id)
    return (await availability.list_usual_hours(unit, [subject_id])).get(subject_id)
