"""What notify announces: what came back from people outside, and what became of what was sent."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from shared.events.catalogue import event
from shared.events.network import Channel, Consent


class SubjectKind(StrEnum):
    """What a message or a reply is about."""

    MEETING = "meeting"
    COMMITMENT = "commitment"
    PERSON = "person"


class ReplyChannel(StrEnum):
    """The way an answer came."""

    MAIL = "mail"
    SMS = "sms"
    LINK = "link"
    STAFF = "staff"


class ReplyKind(StrEnum):
    """What kind of answer it is. Of promises: TURN is about one time of one, WITHDRAWAL ends it as a whole."""

    ANSWER = "answer"
    OTHER_TIME = "other_time"
    DELEGATION = "delegation"
    REFRESH = "refresh"
    TURN = "turn"
    WITHDRAWAL = "withdrawal"
    NOT_AN_ANSWER = "not_an_answer"


class Proof(StrEnum):
    """How the sender was proved (CALENDAR I2); `none` changes nothing and waits for staff."""

    TOKEN = "token"
    ALIGNED = "aligned"
    PHONE_NUMBER = "phone_number"
    STAFF = "staff"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyWords:
    """What the person wrote beside the answer; for staff only."""

    comment: str = ""
    delegated_to: str = ""


@event("notify.reply_received.v1", words=ReplyWords)
@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyReceived:
    """Something came back: by mail, text or link, in one shape.

    `partstat` is the raw RFC 5545 word in lower case. `sequence` is the SEQUENCE the answer names; a link or text names the one it
    was made for. `stamp` is the sender's DTSTAMP. `refused` is the stable code of a reply that cannot be one, else empty.

    About a promise, `subject_id` and `participant_id` are the commitment's id. A reply of kind `turn` names by `recurrence_id` the
    instant at which the turn starts, and its `partstat` is accepted, declined (not this time), kept, partly_kept, missed or help.
    An answer `accepted` with `proposed_ends_at` is a yes up to that instant only.
    """

    reply_id: str
    subject_kind: SubjectKind
    subject_id: UUID | None
    person_id: UUID | None
    participant_id: UUID | None
    uid: str
    recurrence_id: datetime | None
    sequence: int | None
    stamp: datetime | None
    received_at: datetime
    channel: ReplyChannel
    kind: ReplyKind
    partstat: str
    proof: Proof
    refused: str
    proposed_starts_at: datetime | None
    proposed_ends_at: datetime | None


@event("notify.consent_changed.v1")
@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentChanged:
    """A person allowed or refused messages on one contact point, and by what word, tap or record."""

    person_id: UUID
    contact_point_id: UUID
    channel: Channel
    consent: Consent
    source: str
    at: datetime


@event("notify.contact_lost.v1")
@dataclass(frozen=True, slots=True, kw_only=True)
class ContactLost:
    """A number or address turned out not to work; a person must find a new one."""

    person_id: UUID
    contact_point_id: UUID
    channel: Channel
    reason: str
    at: datetime


@event("notify.message_finished.v1")
@dataclass(frozen=True, slots=True, kw_only=True)
class MessageFinished:
    """A message reached one of its final states: sent, delivered, failed, missed, cancelled, suppressed, unknown."""

    message_id: UUID
    person_id: UUID
    subject_kind: SubjectKind
    subject_id: UUID
    revision: int
    kind: str
    channel: str
    state: str
    reason: str
    at: datetime


@event("notify.call_task_opened.v1")
@dataclass(frozen=True, slots=True, kw_only=True)
class CallTaskOpened:
    """Somebody must phone a person, because no other way reaches them or a machine must not."""

    task_id: UUID
    person_id: UUID
    subject_kind: SubjectKind
    subject_id: UUID
    revision: int
    kind: str
    reason: str
    due_at: datetime
    at: datetime
