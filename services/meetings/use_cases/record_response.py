"""Take in an answer, whatever way it came: from notify's fact, or from a member of staff who heard it. One reducer for all."""

from dataclasses import replace
from uuid import UUID

from services.meetings.domain.errors import MeetingIsCancelled, ParticipantNotFound
from services.meetings.domain.meetings import Meeting, MeetingState
from services.meetings.domain.responses import Outcome, asks_again, match, reply_from, taken_by_staff
from services.meetings.storage import meetings, replies
from services.meetings.storage.meetings import Kept
from services.meetings.storage.replies import Received
from services.meetings.use_cases.commands import TakeResponse
from services.meetings.use_cases.judge_replies import judge_all
from services.meetings.use_cases.keep_history import keep_history
from services.meetings.use_cases.resend_entry import resend_entry
from shared.db.unit import Unit
from shared.events.entries import Answer
from shared.events.meetings import ResponseRecorded
from shared.events.notify import ReplyReceived, ReplyWords


async def record_reply(unit: Unit, fact: ReplyReceived, words: ReplyWords | None) -> None:
    """Keep what notify took in, judge it beside all earlier replies, and announce what became of it. Once for each reply."""
    written = words or ReplyWords()
    kept = await _meeting_of(unit, fact)
    received = Received(
        id=unit.new_id(),
        reply=reply_from(fact, delegated_to=written.delegated_to),
        uid=fact.uid.strip().lower(),
        participant_id=fact.participant_id,
        person_id=fact.person_id,
        outcome=Outcome.QUARANTINED,
        comment=written.comment,
        delegated_to=written.delegated_to,
    )
    if kept is None:
        await replies.add(unit, None, received)
        return
    if not await replies.add(unit, kept.meeting.meeting_id, received):
        return
    after, outcome = await rejudge(unit, kept, received)
    if outcome is Outcome.NOT_AN_ANSWER:
        for participant, part in match(
            after.meeting, uid=received.uid, participant_id=received.participant_id, person_id=received.person_id
        ):
            if asks_again(part, received.reply):
                await resend_entry(unit, after, participant.participant_id)
                break


async def record_response(unit: Unit, kept: Kept, participant_id: UUID, command: TakeResponse, *, staff_id: str) -> Kept:
    """Keep an answer that a member of staff heard about a meeting whose row is held; it is about the present time."""
    participant = kept.meeting.participant(participant_id)
    if kept.meeting.state is MeetingState.CANCELLED:
        raise MeetingIsCancelled(meeting_id=kept.meeting.meeting_id)
    if participant.removed:
        raise ParticipantNotFound(meeting_id=kept.meeting.meeting_id, participant_id=participant_id)
    for part in participant.parts:
        if part.removed:
            continue
        reply_id = unit.new_id()
        received = Received(
            id=reply_id,
            reply=taken_by_staff(f"staff-{reply_id.hex}", command.answer, part=part, now=unit.now),
            uid=part.uid,
            participant_id=participant_id,
            person_id=participant.person_id,
            outcome=Outcome.QUARANTINED,
            comment=command.comment,
            approved_by=staff_id,
        )
        await replies.add(unit, kept.meeting.meeting_id, received)
        kept, _ = await rejudge(unit, kept, received)
    await unit.audit(
        "response.recorded",
        subject_kind="meeting",
        subject_id=kept.meeting.meeting_id,
        details={"participant": str(participant_id), "answer": command.answer.value, "source": command.source},
    )
    return kept


async def rejudge(unit: Unit, kept: Kept, received: Received) -> tuple[Kept, Outcome]:
    """Judge all replies about a meeting whose row is held, now that one is new or vouched for, and announce its end."""
    judged = judge_all(kept.meeting, await replies.list_of(unit, kept.meeting.meeting_id))
    await replies.keep_outcomes(unit, judged.outcomes)
    outcome = judged.outcomes.get(received.id, received.outcome)
    after = await meetings.save(unit, replace(kept, meeting=judged.meeting))
    keep_history(unit, kept, after)
    _announce(unit, judged.meeting, received, outcome)
    return after, outcome


def _announce(unit: Unit, meeting: Meeting, received: Received, outcome: Outcome) -> None:
    entries = match(meeting, uid=received.uid, participant_id=received.participant_id, person_id=received.person_id)
    one = entries[0][0] if entries else None
    unit.announce(
        ResponseRecorded(
            meeting_id=meeting.meeting_id,
            case_id=meeting.case_id,
            participant_id=one.participant_id if one else None,
            person_id=one.person_id if one else None,
            revision=meeting.revision,
            answer=one.answer if one else Answer.NEEDS_ACTION,
            outcome=outcome.value,
            channel=received.reply.channel.value,
            reply_id=received.reply.reply_id,
            at=unit.now,
        ),
        subject=meeting.meeting_id,
    )


async def _meeting_of(unit: Unit, fact: ReplyReceived) -> Kept | None:
    meeting_id = fact.subject_id or (await meetings.find_by_uid(unit, fact.uid) if fact.uid else None)
    return await meetings.find(unit, meeting_id, hold=True) if meeting_id else None
