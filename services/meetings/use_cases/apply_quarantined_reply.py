"""Vouch for a reply that was set aside, and say whose it is."""

from dataclasses import replace
from uuid import UUID

from services.meetings.domain.errors import ReplyNeedsNothing
from services.meetings.domain.responses import Outcome, approve, match
from services.meetings.storage import replies
from services.meetings.storage.meetings import Kept
from services.meetings.use_cases.record_response import rejudge
from shared.db.unit import Unit
from shared.kernel.errors import Fault, Invalid


async def apply_quarantined_reply(
    unit: Unit, kept: Kept, reply_id: UUID, *, participant_id: UUID | None, staff_id: str
) -> tuple[Kept, Outcome]:
    """Apply a quarantined reply about a meeting whose row is held; it keeps its own place in the order of replies."""
    meeting = kept.meeting
    received = await replies.get(unit, meeting.meeting_id, reply_id)
    if received.outcome is not Outcome.QUARANTINED:
        raise ReplyNeedsNothing
    known = match(meeting, uid=received.uid, participant_id=received.participant_id, person_id=received.person_id)
    if participant_id is None and not known:
        raise Invalid([Fault("required", "Say whose reply this is.", pointer="#/participant_id")])
    whose = meeting.participant(participant_id) if participant_id else known[0][0]
    uid = received.uid if any(part.uid == received.uid for part in whose.parts) else ""
    await replies.approve(unit, reply_id, participant_id=whose.participant_id, person_id=whose.person_id, uid=uid, by=staff_id)
    vouched = replace(
        received, reply=approve(received.reply), participant_id=whose.participant_id, person_id=whose.person_id, uid=uid
    )
    after, outcome = await rejudge(unit, kept, vouched)
    await unit.audit("reply.applied", subject_kind="meeting", subject_id=meeting.meeting_id, details={"reply": str(reply_id)})
    return after, outcome
