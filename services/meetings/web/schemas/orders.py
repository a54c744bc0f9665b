"""Shapes of what staff do with a meeting: book, move, change, cancel, revive, confirm, answer for somebody."""

from typing import Annotated, Literal

from pydantic import Field

from services.meetings.domain.meetings import MeetingKind, MeetingPurpose, TeamRole
from services.meetings.use_cases.commands import BookMeeting, ChangeMeeting, Excuses, MoveMeeting, Pools, When
from services.meetings.web.schemas.participants import Participants, wish_from
from services.meetings.web.schemas.values import Children, Comment, Dial, Interpreters, Link, Reason, absent
from shared.events.entries import Answer, Mode, PlaceWords
from shared.web import fields
from shared.web.fields import (
    CaseId,
    Code,
    HoldId,
    LocalTime,
    MeetingId,
    Minutes,
    Model,
    OptionalLine,
    ParticipantId,
    ResourceId,
    ZoneName,
)


class PlaceIn(Model):
    """Where a meeting is and how to join from afar; each person is told only what they need."""

    name: OptionalLine = ""
    address: Annotated[str, fields.Text(300, may_be_blank=True)] = ""
    join_url: Link | None = None
    dial_in: Dial | None = None


class MeetingIn(Model):
    """A meeting to be booked. `after_due_reason` counts from a supervisor only; `family_asked` allows nights and holidays."""

    case_id: CaseId
    kind: MeetingKind = MeetingKind.CFT
    purposes: list[MeetingPurpose] = Field(default_factory=list, max_length=17)
    children: Children = Field(default_factory=list)
    title_code: Code | None = None
    starts_local: LocalTime
    time_zone: ZoneName
    minutes: Minutes
    participants: Participants
    facilitator_id: ResourceId | None = None
    room_id: ResourceId | None = None
    interpreter_ids: Interpreters = Field(default_factory=list)
    place: PlaceIn | None = None
    hold_id: HoldId | None = None
    linked_to: MeetingId | None = None
    after_due_reason: Reason | None = None
    family_asked: bool = False


class MoveIn(Model):
    """Another time for a meeting; what is left out stays. `room_id` null gives the room up."""

    starts_local: LocalTime
    time_zone: ZoneName | None = None
    minutes: Minutes | None = None
    facilitator_id: ResourceId | None = None
    room_id: ResourceId | None = None
    interpreter_ids: Interpreters | None = None
    place: PlaceIn | None = None
    hold_id: HoldId | None = None
    after_due_reason: Reason | None = None
    family_asked: bool = False


class ParticipantChange(Model):
    """How one person shall take part from now on."""

    participant_id: ParticipantId
    mode: Mode | None = None
    required: bool | None = None


class MeetingPatch(Model):
    """What shall change but the time. `correction` says that the place is the same and only its words were wrong."""

    place: PlaceIn = absent()
    correction: bool = False
    purposes: list[MeetingPurpose] = absent()
    participants: Annotated[list[ParticipantChange], Field(max_length=40)] = absent()


class CancelIn(Model):
    """Why a meeting is called off; the reason stays with staff."""

    reason_code: Code


class ReviveIn(Model):
    """Takes a cancellation back, perhaps at another time."""

    starts_local: LocalTime | None = None
    minutes: Minutes | None = None
    after_due_reason: Reason | None = None
    family_asked: bool = False


class WaiverIn(Model):
    """Why a seat stays empty."""

    role: TeamRole
    reason: Reason


class ConfirmIn(Model):
    """Says that a meeting stands, with written reasons for seats that nobody fills."""

    waivers: list[WaiverIn] = Field(default_factory=list, max_length=20)


class ResponseIn(Model):
    """An answer that a member of staff heard."""

    answer: Answer
    source: Literal["phone", "in_person"]
    comment: Comment = ""


class ApplyIn(Model):
    """Whose reply it is, where that is not plain."""

    participant_id: ParticipantId | None = None


def place_words_from(body: PlaceIn | None) -> PlaceWords | None:
    """Read a place."""
    if body is None:
        return None
    return PlaceWords(place=body.name or "", address=body.address or "", join_url=body.join_url or "", dial_in=body.dial_in or "")


def book_meeting_from(body: MeetingIn) -> BookMeeting:
    """Read the order to book a meeting."""
    return BookMeeting(
        case_id=body.case_id,
        kind=body.kind,
        purposes=tuple(dict.fromkeys(body.purposes)),
        children=tuple(dict.fromkeys(body.children)),
        title_code=body.title_code or "",
        when=When(starts_local=body.starts_local, time_zone=body.time_zone, minutes=body.minutes),
        wishes=tuple(wish_from(one) for one in body.participants),
        pools=Pools(
            facilitator_id=body.facilitator_id,
            room_id=body.room_id,
            interpreter_ids=tuple(dict.fromkeys(body.interpreter_ids)),
        ),
        place=place_words_from(body.place),
        hold_id=body.hold_id,
        linked_to=body.linked_to,
        excuses=Excuses(after_due_reason=body.after_due_reason or "", family_asked=body.family_asked),
    )


def move_meeting_from(body: MoveIn) -> MoveMeeting:
    """Read the order to move a meeting."""
    return MoveMeeting(
        starts_local=body.starts_local,
        time_zone=body.time_zone,
        minutes=body.minutes,
        facilitator_id=body.facilitator_id,
        room_id=body.room_id,
        interpreter_ids=None if body.interpreter_ids is None else tuple(dict.fromkeys(body.interpreter_ids)),
        place=place_words_from(body.place),
        hold_id=body.hold_id,
        excuses=Excuses(after_due_reason=body.after_due_reason or "", family_asked=body.family_asked),
        gives_up_room="room_id" in body.model_fields_set and body.room_id is None,
    )


def change_meeting_from(body: MeetingPatch) -> ChangeMeeting:
    """Read the order to change a meeting."""
    given = body.model_fields_set
    changes = body.participants if "participants" in given else []
    return ChangeMeeting(
        place=place_words_from(body.place) if "place" in given else None,
        is_correction=body.correction,
        purposes=tuple(dict.fromkeys(body.purposes)) if "purposes" in given else None,
        modes={one.participant_id: one.mode for one in changes if one.mode is not None},
        required={one.participant_id: one.required for one in changes if one.required is not None},
    )
