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
    WHICH_TIME = "which_time"
    PROMISE_OFFER = "promise_offer"
    PROMISE_CHANGED = "promise_changed"
    PROMISE_CONFIRMED = "promise_confirmed"
    PROMISE_ENDED = "promise_ended"
    BACKUP_ASK = "backup_ask"
    BACKUP_COVERED = "backup_covered"
    TURN_EXCUSED = "turn_excused"
    TURN_REMINDER = "turn_reminder"
    CHECK_IN = "check_in"
    PROMISE_ANSWER = "promise_answer"
    PROMISE_OLD_TIME = "promise_old_time"
    STAFF_ALERT = "staff_alert"


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

OF_TURNS = frozenset({Kind.TURN_REMINDER, Kind.CHECK_IN})
"""What is about one turn of a promise, by a row of its own."""

REMINDERS = frozenset({Kind.REMINDER_7D, Kind.REMINDER_2D, Kind.REMINDER_2H}) | OF_TURNS
ENDINGS = frozenset({Kind.CANCELLED, Kind.REMOVED, Kind.PROMISE_ENDED, Kind.BACKUP_COVERED})
"""What may still be said of an entry that is over."""

OF_PROMISES = frozenset(
    {
        Kind.PROMISE_OFFER,
        Kind.PROMISE_CHANGED,
        Kind.PROMISE_CONFIRMED,
        Kind.PROMISE_ENDED,
        Kind.BACKUP_ASK,
        Kind.BACKUP_COVERED,
        Kind.TURN_EXCUSED,
    }
)
"""What tells a member of a revision of their promise."""

ENTRY_KINDS = frozenset({Kind.INVITATION, Kind.MOVED, Kind.CHANGED, Kind.AGAIN, Kind.CANCELLED, Kind.REMOVED}) | OF_PROMISES
FIRST_KINDS = frozenset({Kind.INVITATION, Kind.PROMISE_OFFER, Kind.BACKUP_ASK})
"""What somebody learns of a meeting or a promise by."""

AFTER_OWN_WORD = frozenset({Kind.PROMISE_CONFIRMED, Kind.TURN_EXCUSED})
"""What follows a moment after the person's own yes or no: it passes quiet hours. Who said it by text is answered instead."""

DIRECT_REPLIES = frozenset(
    {
        Kind.OPT_OUT_CONFIRMATION,
        Kind.OPT_IN_CONFIRMATION,
        Kind.HELP,
        Kind.ANSWER_CONFIRMATION,
        Kind.OLD_TIME,
        Kind.UNCLEAR,
        Kind.WHICH_MEETING,
        Kind.WHICH_TIME,
        Kind.PROMISE_ANSWER,
        Kind.PROMISE_OLD_TIME,
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
    Kind.PROMISE_OFFER: Lane.INVITES,
    Kind.TURN_REMINDER: Lane.REMINDERS,
    Kind.CHECK_IN: Lane.REMINDERS,
}

BY_MACHINE_ALONE = frozenset({Kind.CHECK_IN, Kind.STAFF_ALERT})
"""What nobody is phoned for: a check-in that cannot be sent leaves its turn unknown, which is the truth, and staff have a page."""

LOUD_REASONS = frozenset({"coverage_urgent", "coverage_uncovered"})
"""Why anybody of staff is woken: nobody is with a child, or soon nobody will be (V5). Who is on call is woken for everything."""

_KIND_OF_NOTICE: Mapping[Notice, Kind] = {
    Notice.INVITATION: Kind.INVITATION,
    Notice.MOVED: Kind.MOVED,
    Notice.CHANGED: Kind.CHANGED,
    Notice.AGAIN: Kind.AGAIN,
    Notice.CANCELLED: Kind.CANCELLED,
    Notice.REMOVED: Kind.REMOVED,
}

_KIND_OF_PROMISE_NOTICE: Mapping[Notice, Kind] = {
    Notice.INVITATION: Kind.PROMISE_OFFER,
    Notice.OFFER: Kind.PROMISE_OFFER,
    Notice.ASK: Kind.BACKUP_ASK,
    Notice.CONFIRMED: Kind.PROMISE_CONFIRMED,
    Notice.CHANGED: Kind.PROMISE_CHANGED,
    Notice.MOVED: Kind.PROMISE_CHANGED,
    Notice.COVERED: Kind.BACKUP_COVERED,
    Notice.ENDED: Kind.PROMISE_ENDED,
    Notice.CANCELLED: Kind.PROMISE_ENDED,
    Notice.REMOVED: Kind.PROMISE_ENDED,
}

MOST_TEXTS_A_DAY = 3
"""So many texts reach a member in one day of their own (API O8; the number is the contract's, that the day is theirs our choice).

Staff who send an entry once more decide that it leaves all the same. What answers the person's own words neither counts nor waits.
"""

OPT_OUT_CONFIRMATION_WITHIN = timedelta(minutes=5)
DIRECT_REPLY_WITHIN = timedelta(hours=1)
OPT_IN_WITHIN = timedelta(days=3)
ALERT_WITHIN = timedelta(days=1)


def kind_of(notice: Notice, subject_kind: SubjectKind = SubjectKind.MEETING) -> Kind:
    """Return the kind of message by which a person learns of a revision."""
    return (_KIND_OF_PROMISE_NOTICE if subject_kind is SubjectKind.COMMITMENT else _KIND_OF_NOTICE)[notice]


def lane_of(kind: Kind) -> Lane:
    """Moves, cancellations and direct replies overtake everything else."""
    return _LANES.get(kind, Lane.URGENT)


def has_entry(kind: Kind, way: Way) -> bool:
    """Whether the message carries a calendar object: mail about a revision does, a reminder never."""
    return way is Way.EMAIL and kind in ENTRY_KINDS


def waits_for_morning(kind: Kind, way: Way, *, urgent_at_night: bool = False, detail: str = "") -> bool:
    """Whether quiet hours hold this message.

    They are for what makes a phone sound. A calendar entry by mail leaves at once, so that calendars stay in step; a reminder by
    mail waits like a text. A backup is asked in their night only if they allowed it; of staff those who are on call are
    `urgent_at_night`, and the others are woken for what is loud.
    """
    if kind in DIRECT_REPLIES or kind in AFTER_OWN_WORD or way is Way.LETTER:
        return False
    if urgent_at_night and kind in {Kind.BACKUP_ASK, Kind.BACKUP_COVERED, Kind.STAFF_ALERT}:
        return False
    if kind is Kind.STAFF_ALERT and detail in LOUD_REASONS:
        return False
    return way in {Way.SMS, Way.CALL} or kind in REMINDERS


def may_be_too_much(kind: Kind) -> bool:
    """Whether a text of this kind goes another way once its person has had their texts of the day; nothing is dropped for it.

    An ask and what ends it pass: the time that nobody covers does not wait for tomorrow.
    """
    passes = {Kind.AGAIN, Kind.BACKUP_ASK, Kind.BACKUP_COVERED}
    return kind not in passes and (kind in ENTRY_KINDS or kind in REMINDERS)


def asks_for_call(kind: Kind, state: State) -> bool:
    """Whether a person must phone because this message did not get through: nothing that has a time is dropped silently."""
    unheard = state in {State.FAILED, State.MISSED, State.SUPPRESSED}
    return unheard and kind not in BY_MACHINE_ALONE and (kind in ENTRY_KINDS or kind in REMINDERS)


def not_after(kind: Kind, *, now: datetime, starts_at: datetime | None = None, ends_at: datetime | None = None) -> datetime:
    """Return the instant after which sending would be wrong.

    An invitation is pointless once the meeting has begun; a cancellation is not, until it would have ended, since an entry is
    still in the person's calendar. A promise is spoken of until its last turn has ended, an ask too: what is left of the time can
    still be covered. A confirmation of STOP must leave within five minutes.
    """
    if kind is Kind.OPT_OUT_CONFIRMATION:
        return now + OPT_OUT_CONFIRMATION_WITHIN
    if kind in DIRECT_REPLIES:
        return now + DIRECT_REPLY_WITHIN
    if kind is Kind.STAFF_ALERT:
        return now + ALERT_WITHIN
    if kind is Kind.DOUBLE_OPT_IN or starts_at is None:
        return now + OPT_IN_WITHIN
    if kind in {Kind.CANCELLED, Kind.REMOVED} or kind in OF_PROMISES:
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
    """One thing to tell one person in one way. It holds no words and no address: those are opened when it leaves.

    `turn_starts_at` and `turn_ends_at` name the turn of a promise that it is about, where it is about one.
    """

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
    turn_starts_at: datetime | None = None
    turn_ends_at: datetime | None = None
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
