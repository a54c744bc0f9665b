"""Meetings as pages show them, and what is asked and answered when a time is sought. Local times are wall time in `time_zone`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from services.portal.domain.promises import OwnPromise


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """One person in a meeting, and what they last said about its present time."""

    id: str
    person_id: str
    role: str
    required: bool = True
    mode: str = "in_person"
    answer: str = "needs_action"
    answered_at: datetime | None = None
    answered_channel: str | None = None
    stale: bool = False

    @property
    def has_answered(self) -> bool:
        """Whether we know if this person comes."""
        return self.answer != "needs_action"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where or how people take part."""

    name: str = ""
    address: str = ""
    join_url: str = ""
    dial_in: str = ""

    def __bool__(self) -> bool:
        """Whether anything is known."""
        return bool(self.name or self.address or self.join_url or self.dial_in)


NOWHERE = Place()


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """A meeting at its present revision."""

    id: str
    case_id: str
    state: str
    revision: int
    time_zone: str
    starts_local: datetime
    ends_local: datetime
    starts_at: datetime
    ends_at: datetime
    minutes: int
    purposes: tuple[str, ...] = ()
    children: tuple[str, ...] = ()
    place: Place = NOWHERE
    participants: tuple[Participant, ...] = ()
    facilitator_id: str | None = None
    room_id: str | None = None
    interpreter_ids: tuple[str, ...] = ()
    linked_to: str | None = None
    missing_roles: tuple[str, ...] = ()
    unfilled_languages: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    etag: str = ""

    @property
    def people(self) -> tuple[Participant, ...]:
        """Those who are in it now."""
        return self.participants

    @property
    def is_ahead(self) -> bool:
        """Whether people are expected at it."""
        return self.state in {"scheduled", "confirmed"}

    @property
    def required_unanswered(self) -> int:
        """How many must be there and have not said yet whether they come."""
        return sum(1 for one in self.people if one.required and not one.has_answered)

    def tally(self) -> Mapping[str, int]:
        """Return how many gave each answer."""
        counts = dict.fromkeys(("accepted", "declined", "tentative", "needs_action", "delegated"), 0)
        for one in self.people:
            counts[one.answer] = counts.get(one.answer, 0) + 1
        return counts


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingLine:
    """A meeting as a list shows it: when, and how the answers stand."""

    id: str
    case_id: str
    state: str
    time_zone: str
    starts_local: datetime
    ends_local: datetime
    starts_at: datetime
    ends_at: datetime
    people: int = 0
    answers: Mapping[str, int] = field(default_factory=dict)
    answers_missing: int = 0
    replies_waiting: int = 0

    @property
    def is_ahead(self) -> bool:
        """Whether people are expected at it."""
        return self.state in {"scheduled", "confirmed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """Something that came back about a meeting, and its end."""

    id: str
    outcome: str
    kind: str = "answer"
    channel: str = ""
    partstat: str = ""
    participant_id: str | None = None
    person_id: str | None = None
    received_at: datetime
    proposed_starts_at: datetime | None = None
    comment: str = ""
    delegated_to: str = ""

    @property
    def waits_for_staff(self) -> bool:
        """Whether somebody has to decide something about it."""
        return self.outcome in {"quarantined", "proposal"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A date by which a child's team must meet, and the rule that set it."""

    rule_id: str
    due_on: date
    status: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildDues:
    """One child's due dates, earliest first."""

    child_id: str
    dues: tuple[Due, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Mandates:
    """A family's due dates; `combined` is the earliest that is not met."""

    children: tuple[ChildDues, ...] = ()
    combined: Due | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One facilitator, room or interpreter of the county's pools."""

    id: str
    kind: str
    name: str
    person_id: str | None = None
    languages: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    capacity: int | None = None
    site: str | None = None
    modes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unavailable:
    """Somebody who would rather not, or cannot, come at a time, and why."""

    person_id: str
    causes: tuple[str, ...] = ()
    cannot: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Time:
    """A time that works, and what it takes."""

    starts_local: datetime
    ends_local: datetime
    starts_at: datetime | None = None
    reasons: tuple[str, ...] = ()
    facilitator_id: str | None = None
    room_id: str | None = None
    interpreter_ids: tuple[str, ...] = ()
    before_due: bool = True
    unavailable: tuple[Unavailable, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocked:
    """Who or what stands in the way on a day that has no time: a person, a pool, or the day itself."""

    date: date
    causes: tuple[str, ...] = ()
    person_id: str | None = None
    resource_kind: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedPair:
    """The people of each meeting that is proposed instead of one, because some of them must never meet."""

    tables: tuple[tuple[str, ...], ...]
    gap_minutes: int = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The answer to a search for times."""

    times: tuple[Time, ...] = ()
    blocked: tuple[Blocked, ...] = ()
    due: Due | None = None
    linked_pair: LinkedPair | None = None

    def blocked_days(self) -> tuple[tuple[date, tuple[Blocked, ...]], ...]:
        """Return the days without a time, in order, each with all that stands in its way."""
        days: dict[date, list[Blocked]] = {}
        for one in sorted(self.blocked, key=lambda blocked: blocked.date):
            days.setdefault(one.date, []).append(one)
        return tuple((day, tuple(those)) for day, those in days.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One thing that was or will be told to one person about a meeting."""

    id: str
    person_id: str
    kind: str
    channel: str
    state: str
    due_at: datetime | None = None
    finished_at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallTask:
    """A call to make, because no machine reaches this person, or may. It is a relay who is phoned, where there is one."""

    id: str
    person_id: str
    relay_person_id: str | None = None
    kind: str = ""
    way: str = "call"
    reason: str = ""
    due_at: datetime | None = None
    case_id: str | None = None
    subject_id: str | None = None
    participant_id: str | None = None
    language: str = ""
    script: str = ""
    script_english: str = ""
    safe_words: str = ""
    voicemail_ok: bool | None = None
    number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkPage:
    """What a personal link shows: one meeting of one person, or the next time of a promise, and nothing of anybody else."""

    programme: str
    language: str
    time_zone: str
    starts_local: datetime
    ends_local: datetime
    zone_name: str = ""
    languages: tuple[str, ...] = ("en", "es")
    place: Place | None = None
    join: str = ""
    mode: str = "in_person"
    answer: str = "needs_action"
    sequence: int | None = None
    can_answer: bool = True
    cancelled: bool = False
    call_number: str = ""
    county_slug: str = ""
    promise: OwnPromise | None = None
