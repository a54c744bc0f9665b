"""Send one person their calendar entry once more."""

from uuid import UUID

from services.meetings.domain.revisions import again
from services.meetings.storage.meetings import Kept
from services.meetings.use_cases.revise import announce
from shared.db.unit import Unit


async def resend_entry(unit: Unit, kept: Kept, participant_id: UUID) -> None:
    """Send the present entry again, with the same number and the answer as it stands."""
    announce(unit, again(kept.meeting, participant_id, now=unit.now))
    await unit.audit(
        "entry.resent",
        subject_kind="meeting",
        subject_id=kept.meeting.meeting_id,
        details={"participant": str(participant_id)},
    )
