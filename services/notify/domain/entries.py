"""An entry as notify keeps it: one person's view of one meeting, which revision replaces it, and what becomes of its reminders.

A revision never overwrites a later one, in whatever order and however often facts arrive (RELIABILITY R9).
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from shared.events.entries import Answer, Entry, Method, Mode, Notice
from shared.events.meetings import MeetingRevision


class EntryStatus(StrEnum):
    """Whether the person is expected: `removed` concerns this person alone, `cancelled` the meeting."""

    LIVE = "live"
    CANCELLED = "cancelled"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptEntry:
    """What messages are made from. `timed_revision` is the revision that set the present time: reminders are unique by it."""

    id: UUID
    meeting_id: UUID
    case_id: UUID
    participant_id: UUID
    person_id: UUID
    part: int
    uid: str
    revision: int
    timed_revision: int
    sequence: int
    status: EntryStatus
    required: bool
    mode: Mode
    answer: Answer
    time_zone: str
    starts_local: datetime
    ends_local: datetime
    starts_at: datetime
    ends_at: datetime
    revised_at: datetime
    answer_at: datetime | None = None
    said: str = ""
    said_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def shown_answer(self) -> Answer:
        """What the person is shown: the answer they gave on the link's page a moment ago, else the one that stands."""
        answer, _, sequence = self.said.partition("@")
        later = self.said_at is not None and (self.answer_at is None or self.answer_at <= self.said_at)
        return Answer(answer) if later and sequence == str(self.sequence) else self.answer

    @property
    def is_live(self) -> bool:
        """Whether the person is expected."""
        return self.status is EntryStatus.LIVE


class Step(StrEnum):
    """What a revision means for the messages of an entry."""

    NOTHING = "nothing"
    REPEAT = "repeat"
    KEEP_REMINDERS = "keep_reminders"
    NEW_REMINDERS = "new_reminders"
    END = "end"


@dataclass(frozen=True, slots=True)
class Revised:
    """An entry after a fact, and what is to be done about its messages."""

    entry: KeptEntry
    step: Step


def revise(kept: KeptEntry | None, told: Entry, fact: MeetingRevision, *, new_id: UUID) -> Revised | None:
    """Return what becomes of an entry, or None for a fact that is no news: an older revision, or the same one again.

    An entry that was asked for once more has the revision it had, and changes nothing but that one message.
    """
    if kept is not None and told.notice is Notice.AGAIN and fact.revision == kept.revision:
        return Revised(kept, Step.REPEAT) if kept.is_live else None
    if kept is not None and fact.revision <= kept.revision:
        return None
    status = _status(told)
    same_time = kept is not None and kept.is_live and (kept.starts_at, kept.time_zone) == (told.starts_at, told.time_zone)
    fresh = KeptEntry(
        id=kept.id if kept else new_id,
        meeting_id=fact.meeting_id,
        case_id=fact.case_id,
        participant_id=told.participant_id,
        person_id=told.person_id,
        part=told.part,
        uid=told.uid,
        revision=fact.revision,
        timed_revision=kept.timed_revision if kept and same_time else fact.revision,
        sequence=told.sequence,
        status=status,
        required=told.required,
        mode=told.mode,
        answer=told.answer,
        time_zone=told.time_zone,
        starts_local=told.starts_local,
        ends_local=told.ends_local,
        starts_at=told.starts_at,
        ends_at=told.ends_at,
        revised_at=fact.at,
        answer_at=kept.answer_at if kept else None,
        said=kept.said if kept else "",
        said_at=kept.said_at if kept else None,
        ended_at=None if status is EntryStatus.LIVE else fact.at,
    )
    if status is not EntryStatus.LIVE:
        return Revised(fresh, Step.END)
    return Revised(fresh, Step.KEEP_REMINDERS if same_time else Step.NEW_REMINDERS)


def answered(kept: KeptEntry, answer: Answer, *, at: datetime) -> KeptEntry:
    """Return the entry with an answer that meetings has applied; one judged earlier changes nothing."""
    if kept.answer_at is not None and at < kept.answer_at:
        return kept
    return replace(kept, answer=answer, answer_at=at)


def may_answer(entry: KeptEntry, *, at: datetime) -> bool:
    """Whether an answer still makes sense: until the meeting starts."""
    return entry.is_live and at < entry.starts_at


def saying(entry: KeptEntry, answer: Answer, *, at: datetime) -> KeptEntry | None:
    """Return the entry with an answer given on the link's page; None when that is what is shown already."""
    if entry.shown_answer is answer:
        return None
    return replace(entry, said=f"{answer.value}@{entry.sequence}", said_at=at)


def _status(told: Entry) -> EntryStatus:
    if told.method is Method.REQUEST:
        return EntryStatus.LIVE
    return EntryStatus.REMOVED if told.notice is Notice.REMOVED else EntryStatus.CANCELLED
