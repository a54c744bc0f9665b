"""Entries: one person's view of one thing that has a time, as its owner tells notify.

meetings and network decide revisions, calendar identity (UID, SEQUENCE) and answers; notify writes and carries the entries and
never invents a number (CALENDAR §3).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

MOST_TURNS = 400
"""The most turns that one promise may have ahead of it (our choice: a year of every day and a little more)."""


class Method(StrEnum):
    """The iTIP method of an entry (RFC 5546)."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


class Notice(StrEnum):
    """Why this person is told something now.

    Of promises: OFFER asks for one, ASK asks a backup to step in, CONFIRMED says that a yes was taken, CHANGED that times differ,
    COVERED that somebody else was first, ENDED that it is over.
    """

    INVITATION = "invitation"
    MOVED = "moved"
    CHANGED = "changed"
    CANCELLED = "cancelled"
    REMOVED = "removed"
    AGAIN = "again"
    OFFER = "offer"
    ASK = "ask"
    CONFIRMED = "confirmed"
    COVERED = "covered"
    ENDED = "ended"


class Mode(StrEnum):
    """How one person takes part."""

    IN_PERSON = "in_person"
    VIDEO = "video"
    PHONE = "phone"


class Answer(StrEnum):
    """iCalendar's PARTSTAT, in the suite's spelling."""

    NEEDS_ACTION = "needs_action"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    TENTATIVE = "tentative"
    DELEGATED = "delegated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One time at which a promise is due; local times are wall time in the entry's zone, as they were chosen."""

    starts_local: datetime
    ends_local: datetime
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One person's view of one meeting (or of one part of it), or of one promise, at one revision.

    Local times are wall time in `time_zone`. For a promise `participant_id` is the commitment's id, `part` is 0, and the times are
    those of its first turn. A promise that recurs has an RFC 5545 `rule`, `excluded` lists the local starts of the turns that are
    taken out of it (EXDATE), and `turns` are all turns still to come, at most `MOST_TURNS`.
    """

    participant_id: UUID
    person_id: UUID
    part: int
    uid: str
    sequence: int
    method: Method
    notice: Notice
    required: bool
    mode: Mode
    answer: Answer
    time_zone: str
    starts_local: datetime
    ends_local: datetime
    starts_at: datetime
    ends_at: datetime
    rule: str = ""
    excluded: tuple[datetime, ...] = ()
    turns: tuple[Turn, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceWords:
    """Where or how one person takes part, only what is cleared for that person."""

    place: str = ""
    address: str = ""
    join_url: str = ""
    dial_in: str = ""
