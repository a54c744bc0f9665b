"""A message as a value: what kind it is, which lane carries it, which states it may pass through, and what makes it unique."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from shared.events.entries import Notice
from shared.events.notify import SubjectKind


class Kind(StrEnum):
    """Why a person is told something."""

    INVITATION = "invitation"
    MOVED = "moved"
    CHANGED = "changed"
    AGAIN = "again"
    CANCELLED = "cancelled"
    REMOVED = "removed"
    REMINDER_7D = "reminder_7d"
    REMINDER_2D = "reminder_2d"
    REMINDER_2H = "reminder_2h"
    DOUBLE_OPT_IN = "double_opt_in"
    OPT_IN_CONFIRMATION = "opt_in_confirmation"
    OPT_OUT_CONFIRMATION = "opt_out_confirmation"
    HELP = "help"
    ANSWER_CONFIRMATION = "answer_confirmation"
    OLD_TIME = "old_time"
    UNCLEAR = "unclear"
    WHICH_MEETING = "which_meeting"


class Way(StrEnum):
    """How one message travels. A call and a letter are tasks for a person, not something a machine sends."""

    EMAIL = "email"
    SMS = "sms"
    CALL = "call"
    LETTER = "letter"

    @property
    def is_task(self) -> bool:
        """Whether a person does it."""
        return self in {Way.CALL, Way.LETTER}


class Lane(StrEnum):
    """The Celery queues, the most pressing first; a lane that is full never delays another."""

    URGENT = "urgent"
    INVITES = "invites"
    REMINDERS = "reminders"


class State(StrEnum):
    """Where a message stands. Every row ends in exactly one of `FINALS`."""

    PENDING = "pending"
    CLAIMED = "claimed"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    MISSED = "missed"
    CANCELLED = "cancelled"
    SUPPRESSED = "suppressed"
    UNKNOWN = "unknown"


class Phase(StrEnum):
    """How far one attempt got. `dot` is committed before the provider can have accepted anything."""

    BEGUN = "begun"
    DOT = "dot"
    ANSWERED = "answered"


FINALS = frozenset({State.SENT, State.DELIVERED, State.FAILED, State.MISSED, State.CANCELLED, State.SUPPRESSED, State.UNKNOWN})

REMINDERS = frozenset({Kind.REMINDER_7D, Kind.REMINDER_2D, Kind.REMINDER_2H})
ENTRY_KINDS = frozenset({Kind.INVITATION, Kind.MOVED, Kind.CHANGED, Kind.AGAIN, Kind.CANCELLED, Kind.REMOVED})
DIRECT_REPLIES = frozenset(
    {
        Kind.OPT_OUT_CONFIRMATION,
        Kind.OPT_IN_CONFIRMATION,
        Kind.HELP,
        Kind.ANSWER_CONFIRMATION,
        Kind.OLD_TIME,
        Kind.UNCLEAR,
        Kind.WHICH_MEETING,
    }
)
"""What answers something the person wrote a moment ago: it passes quiet hours."""

PASSES_OPT_OUT = frozenset({Kind.OPT_OUT_CONFIRMATION, Kind.HELP})
"""What may still be texted to a number that said STOP: one confirmation, and the answer to HELP."""

_LANES: Mapping[Kind, Lane] = {
    Kind.INVITATION: Lane.INVITES,
    Kind.CHANGED: Lane.INVITES,
    Kind.AGAIN: Lane.INVITES,
    Kind.DOUBLE_OPT_IN: Lane.INVITES,
    Kind.REMINDER_7D: Lane.REMINDERS,
    Kind.REMINDER_2D: Lane.REMINDERS,
    Kind.REMINDER_2H: Lane.REMINDERS,
}

_KIND_OF_NOTICE: Mapping[Notice, Kind] = {
    Notice.INVITATION: Kind.INVITATION,
    Notice.MOVED: Kind.MOVED,
    Notice.CHANGED: Kind.CHANGED,
    Notice.AGAIN: Kind.AGAIN,
    Notice.CANCELLED: Kind.CANCELLED,
    Notice.REMOVED: Kind.REMOVED,
}

MOST_TEXTS_A_DAY = 3
"""So many texts reach a member in one day of their own (API O8; the number is the contract's, that the day is theirs our choice).

Staff who send an entry once more decide that it leaves all the same. What answers the person's own words neither counts nor waits.
"""

OPT_OUT_CONFIRMATION_WITHIN = timedelta(minutes=5)
DIRECT_REPLY_WITHIN = timedelta(hours=1)
OPT_IN_WITHIN = timedelta(days=3)


def kind_of(notice: Notice) -> Kind:
    """Return the kind of message by which a person learns of a revision."""
    return _KIND_OF_NOTICE[notice]


def lane_of(kind: Kind) -> Lane:
    """Moves, cancellations and direct replies overtake everything else."""
    return _LANES.get(kind, Lane.URGENT)


def has_entry(kind: Kind, way: Way) -> bool:
    """Whether the message carries a calendar object: mail about a revision does, a reminder never."""
    return way is Way.EMAIL and kind in ENTRY_KINDS


def waits_for_morning(kind: Kind, way: Way) -> bool:
    """Whether quiet hours hold this message.

    They are for what makes a phone sound. A calendar entry by mail leaves at once, so that calendars stay in step; a reminder by
    mail waits like a text.
    """
    if kind in DIRECT_REPLIES or way is Way.LETTER:
        return False
    return way in {Way.SMS, Way.CALL} or kind in REMINDERS


def may_be_too_much(kind: Kind) -> bool:
    """Whether a text of this kind goes another way once its person has had their texts of the day; nothing is dropped for it."""
    return kind is not Kind.AGAIN and (kind in ENTRY_KINDS or kind in REMINDERS)


def asks_for_call(kind: Kind, state: State) -> bool:
    """Whether a person must phone because this message did not get through: nothing about a meeting is dropped silently."""
    return state in {State.FAILED, State.MISSED, State.SUPPRESSED} and (kind in ENTRY_KINDS or kind in REMINDERS)


def not_after(kind: Kind, *, now: datetime, starts_at: datetime | None = None, ends_at: datetime | None = None) -> datetime:
    """Return the instant after which sending would be wrong.

    An invitation is pointless once the meeting has begun; a cancellation is not, until it would have ended, since an entry is
    still in the person's calendar. A confirmation of STOP must leave within five minutes.
    """
    if kind is Kind.OPT_OUT_CONFIRMATION:
        return now + OPT_OUT_CONFIRMATION_WITHIN
    if kind in DIRECT_REPLIES:
        return now + DIRECT_REPLY_WITHIN
    if kind is Kind.DOUBLE_OPT_IN or starts_at is None:
        return now + OPT_IN_WITHIN
    if kind in {Kind.CANCELLED, Kind.REMOVED}:
        return ends_at or starts_at
    return starts_at


def dedupe_key(
    kind: Kind,
    subject_id: UUID,
    revision: int | str,
    person_id: UUID,
    way: Way,
    *,
    offset: str = "",
    part: int = 0,
    again: str = "",
) -> str:
    """Return what makes a message unique. It names the person, never a role; `again` is the id of a request to send once more."""
    return "|".join((kind, subject_id.hex, str(part), str(revision), person_id.hex, way, offset, again))


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One thing to tell one person in one way. It holds no words and no address: those are opened when it leaves."""

    id: UUID
    county_id: UUID
    kind: Kind
    way: Way
    lane: Lane
    person_id: UUID
    contact_point_id: UUID | None
    subject_kind: SubjectKind
    subject_id: UUID
    revision: int
    due_at: datetime
    not_after: datetime
    dedupe_key: str
    part: int = 0
    participant_id: UUID | None = None
    entry_id: UUID | None = None
    sequence: int = 0
    offset: str = ""
    detail: str = ""
    state: State = State.PENDING
    attempt: int = 0
    lease_owner: UUID | None = None
    lease_until: datetime | None = None
    finished_at: datetime | None = None
    reason: str = ""
    created_at: datetime | None = None

    @property
    def has_ended(self) -> bool:
        """Whether its state is final."""
        return self.state in FINALS
