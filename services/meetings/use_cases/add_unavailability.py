"""Say when somebody cannot come, or would rather not."""

from uuid import UUID

from services.meetings.domain.busy import Unavailability
from services.meetings.storage import availability
from services.meetings.storage.availability import Given
from shared.db.unit import Unit
from shared.kernel.errors import Fault, Invalid
from shared.kernel.wall import resolve

LONGEST_DAYS = 366


async def add_unavailability(unit: Unit, subject_kind: str, subject_id: UUID, unavailability: Unavailability) -> Given:
    """Keep a stretch in which a person or a resource is not free."""
    one = unavailability
    starts_at, ends_at = resolve(one.starts_local, one.time_zone).instant, resolve(one.ends_local, one.time_zone).instant
    if ends_at <= starts_at:
        raise Invalid([Fault("end_before_start", "The end has to come after the start.", pointer="#/ends_local")])
    if (ends_at - starts_at).days > LONGEST_DAYS:
        raise Invalid([Fault("duration_out_of_range", "Use at most one year at once.", pointer="#/ends_local")])
    given = Given(unit.new_id(), one)
    await availability.add_given(unit, subject_id, given)
    await unit.audit("unavailability.added", subject_kind=subject_kind, subject_id=subject_id)
    return given


async def see_unavailabilities(unit: Unit, subject_kind: str, subject_id: UUID) -> list[Given]:
    """Return what a person or a resource has given and is not over."""
    await unit.audit("unavailability.read", subject_kind=subject_kind, subject_id=subject_id)
    return await availability.list_given(unit, subject_id)
