"""Shapes of meetings as staff see them."""

from collections.abc import Sequence
from datetime import UTC
from typing import Any, Literal

from pydantic import create_model

from services.meetings.domain.meetings import Meeting, MeetingKind, MeetingPurpose, MeetingState, Participant, TeamRole
from services.meetings.domain.responses import Outcome
from services.meetings.domain.table import SeatVerdict
from services.meetings.storage.replies import Received
from services.meetings.use_cases.see_meeting import SeenMeeting
from services.meetings.use_cases.see_meetings import ListedMeeting
from services.meetings.web.schemas.mandates import DueOut, due_out
from services.meetings.web.schemas.participants import PartIn
from services.meetings.web.schemas.values import quoted
from shared.events.entries import Answer, Mode
from shared.events.notify import ReplyKind
from shared.kernel.wall import Adjustment, at_wall, resolve, zone
from shared.web.fields import (
    CaseId,
    Day,
    Instant,
    LocalTime,
    MeetingId,
    Model,
    PageQuery,
    ParticipantId,
    PersonId,
    ReplyId,
    ResourceId,
)


class PlaceOut(Model):
    """Where a meeting is and how to join from afar."""

    name: str
    address: str
    join_url: str
    dial_in: str
    site: str | None


class Reading(Model):
    """One of the instants that a wall time could mean."""

    starts_local: LocalTime
    starts_at: Instant
    taken: bool


class TimeAdjusted(Model):
    """A wall time that does not exist (`gap`) or exists twice (`fold`) in the night of a clock change, and how it was read."""

    reason: Literal["gap", "fold"]
    asked_local: LocalTime
    readings: list[Reading]


class ProposalOut(Model):
    """Another time that somebody proposed, or somebody they send instead; the meeting stands until staff answer."""

    reply_id: ReplyId
    kind: ReplyKind
    starts_at: Instant | None
    ends_at: Instant | None
    received_at: Instant


class ParticipantOut(Model):
    """Somebody in a meeting. `stale` is an answer to an older time; it counts as none."""

    id: ParticipantId
    person_id: PersonId
    role: TeamRole
    required: bool
    mode: Mode
    answer: Answer
    answered_at: Instant | None
    answered_channel: str | None
    answered_sequence: int | None
    sequence: int | None
    stale: bool
    parts: list[PartIn]
    proposals: list[ProposalOut]


class SeatOut(Model):
    """One seat of one child, and who fills it."""

    child_id: PersonId
    role: str
    verdict: str
    filled_by: list[PersonId]
    source: str
    reason: str | None


class MeetingOut(Model):
    """A meeting as staff see it. `flags` are codes of what needs attention; nobody in the meeting sees them."""

    id: MeetingId
    case_id: CaseId
    kind: MeetingKind
    purposes: list[MeetingPurpose]
    children: list[PersonId]
    title_code: str | None
    state: MeetingState
    revision: int
    time_zone: str
    starts_local: LocalTime
    ends_local: LocalTime
    starts_at: Instant
    ends_at: Instant
    minutes: int
    time_adjusted: TimeAdjusted | None
    place: PlaceOut
    facilitator_id: ResourceId | None
    room_id: ResourceId | None
    interpreter_ids: list[ResourceId]
    participants: list[ParticipantOut]
    table: list[SeatOut]
    missing_roles: list[str]
    unfilled_languages: list[str]
    answers_missing: int
    replies_waiting: int
    due: DueOut | None
    flags: list[str]
    linked_to: MeetingId | None
    cancel_reason: str | None
    after_due_reason: str | None
    booked_by: str
    updated_at: Instant
    etag: str


class MeetingLineOut(Model):
    """A meeting in a list. `answers` counts people by answer; `answers_missing` counts those who must come and have not said."""

    id: MeetingId
    case_id: CaseId
    kind: MeetingKind
    title_code: str | None
    state: MeetingState
    revision: int
    time_zone: str
    starts_local: LocalTime
    ends_local: LocalTime
    starts_at: Instant
    ends_at: Instant
    minutes: int
    people: int
    answers: dict[str, int]
    answers_missing: int
    replies_waiting: int
    facilitator_id: ResourceId | None
    room_id: ResourceId | None
    etag: str


# `from` is a word of Python, so these parameters are named here and read by `getattr`.
_QUERY: dict[str, Any] = {"case_id": (CaseId | None, None), "from": (Day | None, None), "until": (Day | None, None)}


MeetingsQuery = create_model(
    "MeetingsQuery",
    __base__=PageQuery,
    __doc__="Which meetings to list: of one family, from a day, until a day (both included, in the county's zone).",
    **_QUERY,
)


def meeting_out(seen: SeenMeeting) -> MeetingOut:
    """Write a meeting for staff."""
    kept, meeting = seen.kept, seen.kept.meeting
    words = meeting.place.words
    return MeetingOut(
        id=meeting.meeting_id,
        case_id=meeting.case_id,
        kind=meeting.kind,
        purposes=list(meeting.purposes),
        children=list(meeting.children),
        title_code=meeting.title_code or None,
        state=meeting.state,
        revision=meeting.revision,
        time_zone=meeting.time_zone,
        starts_local=meeting.resolved.local,
        ends_local=meeting.ends_local,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        minutes=meeting.minutes,
        time_adjusted=_adjusted(meeting),
        place=PlaceOut(
            name=words.place,
            address=words.address,
            join_url=words.join_url,
            dial_in=words.dial_in,
            site=meeting.place.site or None,
        ),
        facilitator_id=meeting.facilitator_id,
        room_id=meeting.room_id,
        interpreter_ids=list(meeting.interpreter_ids),
        participants=[_participant_out(one, seen.waiting) for one in meeting.people],
        table=[_seat_out(one) for one in seen.table.verdicts],
        missing_roles=list(seen.table.missing_roles),
        unfilled_languages=list(seen.table.unfilled_languages),
        answers_missing=_missing(meeting),
        replies_waiting=len(seen.waiting),
        due=due_out(seen.due) if seen.due else None,
        flags=list(seen.flags),
        linked_to=meeting.linked_to,
        cancel_reason=meeting.cancel_reason or None,
        after_due_reason=kept.after_due_reason or None,
        booked_by=kept.booked_by,
        updated_at=kept.updated_at,
        etag=quoted(kept.etag),
    )


def meeting_line_out(listed: ListedMeeting) -> MeetingLineOut:
    """Write a meeting for a list."""
    meeting = listed.kept.meeting
    answers = {answer.value: 0 for answer in Answer}
    for one in meeting.people:
        answers[one.answer.value] += 1
    return MeetingLineOut(
        id=meeting.meeting_id,
        case_id=meeting.case_id,
        kind=meeting.kind,
        title_code=meeting.title_code or None,
        state=meeting.state,
        revision=meeting.revision,
        time_zone=meeting.time_zone,
        starts_local=meeting.resolved.local,
        ends_local=meeting.ends_local,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        minutes=meeting.minutes,
        people=len(meeting.people),
        answers=answers,
        answers_missing=_missing(meeting),
        replies_waiting=listed.replies_waiting,
        facilitator_id=meeting.facilitator_id,
        room_id=meeting.room_id,
        etag=quoted(listed.kept.etag),
    )


def _missing(meeting: Meeting) -> int:
    return sum(one.required and one.answer is Answer.NEEDS_ACTION for one in meeting.people) if meeting.is_ahead else 0


def _participant_out(one: Participant, waiting: Sequence[Received]) -> ParticipantOut:
    parts = [part for part in one.parts if not part.removed]
    heard = max((part.heard for part in parts if part.heard), key=lambda each: (each.sequence, each.stamp), default=None)
    return ParticipantOut(
        id=one.participant_id,
        person_id=one.person_id,
        role=one.role,
        required=one.required,
        mode=one.mode,
        answer=one.answer,
        answered_at=heard.received_at if heard else None,
        answered_channel=heard.channel if heard else None,
        answered_sequence=heard.sequence if heard else None,
        sequence=max((part.sequence for part in parts if part.sequence is not None), default=None),
        stale=one.answered_old_time,
        parts=[PartIn(offset_minutes=part.stretch.offset_minutes, minutes=part.stretch.minutes) for part in parts],
        proposals=[_proposal_out(each) for each in waiting if each.outcome is Outcome.PROPOSAL and _is_of(each, one)],
    )


def _is_of(received: Received, one: Participant) -> bool:
    return (
        received.participant_id == one.participant_id
        or received.person_id == one.person_id
        or any(part.uid == received.uid for part in one.parts)
    )


def _proposal_out(received: Received) -> ProposalOut:
    return ProposalOut(
        reply_id=received.id,
        kind=received.reply.kind,
        starts_at=received.reply.proposed_starts_at,
        ends_at=received.reply.proposed_ends_at,
        received_at=received.reply.received_at,
    )


def _seat_out(verdict: SeatVerdict) -> SeatOut:
    return SeatOut(
        child_id=verdict.child_id,
        role=verdict.seat.name,
        verdict=verdict.verdict.value,
        filled_by=list(verdict.filled_by),
        source=verdict.seat.source,
        reason=verdict.reason or None,
    )


def _adjusted(meeting: Meeting) -> TimeAdjusted | None:
    resolved = resolve(meeting.starts_local, meeting.time_zone)
    if resolved.adjustment is Adjustment.NONE:
        return None
    other = meeting.starts_local.replace(tzinfo=zone(meeting.time_zone), fold=1).astimezone(UTC)
    return TimeAdjusted(
        reason="gap" if resolved.adjustment is Adjustment.GAP else "fold",
        asked_local=meeting.starts_local,
        readings=[
            Reading(starts_local=resolved.local, starts_at=resolved.instant, taken=True),
            Reading(starts_local=at_wall(other, meeting.time_zone), starts_at=other, taken=False),
        ],
    )
