"""Call a meeting off."""

from services.meetings.domain.revisions import cancel
from services.meetings.storage import claims
from services.meetings.storage.meetings import Kept
from services.meetings.use_cases.revise import revise
from shared.db.unit import Unit


async def cancel_meeting(unit: Unit, kept: Kept, *, reason_code: str) -> Kept:
    """Cancel a meeting whose row is held, give back what it claimed, and tell everyone whose calendar holds it."""
    revision = cancel(kept.meeting, reason_code=reason_code, now=unit.now)
    await claims.release_meeting(unit, kept.meeting.meeting_id)
    after = await revise(unit, kept, revision)
    await unit.audit(
        "meeting.cancelled", subject_kind="meeting", subject_id=kept.meeting.meeting_id, details={"reason": reason_code}
    )
    return after
