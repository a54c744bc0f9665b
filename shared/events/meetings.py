"""What meetings announces: who is to be told what about a meeting, and what became of an answer.

Each revision of a meeting names the entries that must leave: one for each person (and part) concerned, with that person's own
UID and SEQUENCE. notify writes and carries them and never invents a number (CALENDAR §3).
"""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from shared.events.catalogue import event
from shared.events.entries import Answer, Entry, PlaceWords


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingWords:
    """The places of a revision, by participant id as text."""

    places: dict[str, PlaceWords] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingRevision:
    """One revision of a meeting and the entries that must leave because of it; people without one are told nothing."""

    meeting_id: UUID
    case_id: UUID
    revision: int
    time_zone: str
    starts_at: datetime
    ends_at: datetime
    entries: tuple[Entry, ...]
    at: datetime


@event("meetings.meeting_scheduled.v1", words=MeetingWords)
@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingScheduled(MeetingRevision):
    """A meeting was booked (or revived): everyone invited gets an invitation."""


@event("meetings.meeting_rescheduled.v1", words=MeetingWords)
@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingRescheduled(MeetingRevision):
    """A meeting moved in time, length or to a distant place: SEQUENCE rises and answers start anew."""


@event("meetings.meeting_changed.v1", words=MeetingWords)
@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingChanged(MeetingRevision):
    """Something small changed for some people's own view; answers stand. Also sent when an entry is asked for again."""


@event("meetings.meeting_cancelled.v1")
@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingCancelled(MeetingRevision):
    """A meeting will not take place: everyone ever sent a live invitation gets a cancellation."""


@event("meetings.participant_invited.v1", words=MeetingWords)
@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantInvited(MeetingRevision):
    """A person was added to a meeting; only that person is told."""


@event("meetings.participant_removed.v1")
@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantRemoved(MeetingRevision):
    """A person was taken off a meeting; only that person is told."""


@event("meetings.response_recorded.v1")
@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseRecorded:
    """An answer was judged. `outcome` is one of the eight ends of a reply (CALENDAR I14).

    `answer` is how the person's answer stands after it: only `applied`, and a `proposal` to delegate, changed it.
    """

    meeting_id: UUID
    case_id: UUID
    participant_id: UUID | None
    person_id: UUID | None
    revision: int
    answer: Answer
    outcome: str
    channel: str
    reply_id: str
    at: datetime
