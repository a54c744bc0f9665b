"""Work with a family has ended: its meetings to come are called off."""

from datetime import datetime
from uuid import UUID

from services.meetings.storage import families, meetings
from services.meetings.use_cases.cancel_meeting import cancel_meeting
from shared.db.unit import Unit

REASON = "family_closed"


async def close_family(unit: Unit, case_id: UUID, *, at: datetime) -> None:
    """Keep that a family is closed and cancel every meeting that is still to come."""
    await families.wait_for_bookings(unit, case_id)
    await families.close_one(unit, case_id, at)
    for kept in await meetings.list_ahead(unit, case_id=case_id, hold=True):
        await cancel_meeting(unit, kept, reason_code=REASON)
