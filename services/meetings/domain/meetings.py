"""A meeting and the people in it, as values. `revisions` changes them and says who is told; `responses` says what answers mean.

Each person, and each part of a meeting that a person attends apart, has a calendar entry with its own UID and SEQUENCE.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from services.meetings.domain.errors import ParticipantNotFound
from shared.events.entries import Answer, Method, Mode, PlaceWords
from shared.kernel.spans import Span
from shared.kernel.wall import Resolved, at_wall, resolve


class MeetingKind(StrEnum):
    """What sort of meeting it is; mandates and required seats rest on `cft` (DOMAIN §6.1)."""

    CFT = "cft"
    NETWORK_MEETING = "network_meeting"
    FAMILY_TEAM_MEETING = "family_team_meeting"
    RED_TEAM = "red_team"
    GROUP_SUPERVISION = "group_supervision"
    FAMILY_TIME_REVIEW = "family_time_review"
    TDM = "tdm"
    ICC_TEAM = "icc_team"
    COACHING = "coaching"
    COMMITTEE_IN_PERSON = "committee_in_person"
    COMMITTEE_VIDEO = "committee_video"
    OTHER = "other"


class MeetingPurpose(StrEnum):
    """What a meeting is for; a meeting that counts has at least one (DOMAIN §6.1)."""

    SAFETY_PLAN = "safety_plan"
    INITIAL_CFT = "initial_cft"
    CASE_PLAN_DEVELOPMENT = "case_plan_development"
    CASE_PLAN_REVIEW = "case_plan_review"
    PLACEMENT_PRESERVATION = "placement_preservation"
    PLACEMENT_CHANGE = "placement_change"
    EMERGENCY_REMOVAL = "emergency_removal"
    RETURN_HOME = "return_home"
    TRANSITION_PLANNING = "transition_planning"
    CASE_CLOSURE = "case_closure"
    SAFETY_MAPPING = "safety_mapping"
    PERMANENCY = "permanency"
    YOUTH_INDEPENDENCE = "youth_independence"
    CANS_REVIEW = "cans_review"
    STRTP_CONSIDERATION = "strtp_consideration"
    FAMILY_REQUESTED = "family_requested"
    OTHER = "other"


class MeetingState(StrEnum):
    """Where a meeting stands. A move makes a confirmed meeting scheduled again: everyone is asked anew (DOMAIN §6.1)."""

    REQUESTED = "requested"
    PREPARING = "preparing"
    PROPOSING = "proposing"
    SCHEDULED = "scheduled"
    CONFIRMED = "confirmed"
    HELD = "held"
    HELD_PARTIAL = "held_partial"
    CANCELLED = "cancelled"
    NO_QUORUM = "no_quorum"
    DECLINED_BY_YOUTH = "declined_by_youth"


class TeamRole(StrEnum):
    """In what capacity a person is at the table (DOMAIN §3.2, §6.4)."""

    CHILD = "child"
    YOUTH = "youth"
    NMD = "nmd"
    PARENT = "parent"
    GUARDIAN = "guardian"
    INDIAN_CUSTODIAN = "indian_custodian"
    CURRENT_CAREGIVER = "current_caregiver"
    PLACING_AGENCY_WORKER = "placing_agency_worker"
    FFA_REP = "ffa_rep"
    STRTP_REP = "strtp_rep"
    COUNTY_MENTAL_HEALTH_REP = "county_mental_health_rep"
    ICC_COORDINATOR = "icc_coordinator"
    REGIONAL_CENTER_REP = "regional_center_rep"
    CASA = "casa"
    TRIBAL_REPRESENTATIVE = "tribal_representative"
    EDUCATION_RIGHTS_HOLDER = "education_rights_holder"
    PROBATION_OFFICER = "probation_officer"
    EXTENDED_FAMILY = "extended_family"
    INFORMAL_SUPPORT = "informal_support"
    EDUCATOR = "educator"
    SUD_PROFESSIONAL = "sud_professional"
    SERVICE_PROVIDER = "service_provider"
    ATTORNEY_CHILD = "attorney_child"
    ATTORNEY_PARENT = "attorney_parent"
    COUNTY_COUNSEL = "county_counsel"
    FACILITATOR = "facilitator"
    INTERPRETER = "interpreter"
    SCHEDULER = "scheduler"
    SUPERVISOR = "supervisor"
    COACH_OBSERVER = "coach_observer"
    SECURITY = "security"
    CHILDCARE_SUPPORT = "childcare_support"


AHEAD = frozenset({MeetingState.SCHEDULED, MeetingState.CONFIRMED})
OVER = frozenset({MeetingState.HELD, MeetingState.HELD_PARTIAL})

OF_A_TEAM = frozenset({MeetingKind.CFT, MeetingKind.FAMILY_TEAM_MEETING})
"""The kinds that due dates and required seats are about: each needs a purpose, and at least one child."""


@dataclass(frozen=True, slots=True)
class Issue:
    """A number that went out for one entry: when, and whether as an invitation or a cancellation."""

    sequence: int
    method: Method
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """The newest answer of one person about one entry, as the reducer ordered them (`responses.judge`)."""

    answer: Answer
    sequence: int
    stamp: datetime
    received_at: datetime
    reply_id: str
    channel: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """The minutes of a meeting that one person attends; without `minutes`, to its end."""

    offset_minutes: int = 0
    minutes: int | None = None


WHOLE = (Stretch(),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One stretch that one person attends, and its calendar entry. `issues` is every number ever sent, oldest first."""

    part: int
    uid: str
    stretch: Stretch = Stretch()
    removed: bool = False
    issues: tuple[Issue, ...] = ()
    heard: Heard | None = None

    @property
    def sequence(self) -> int | None:
        """The last number sent, or None if nothing ever was."""
        return self.issues[-1].sequence if self.issues else None

    @property
    def live(self) -> bool:
        """Whether the person's calendar holds this entry: the last thing sent was a REQUEST."""
        return bool(self.issues) and self.issues[-1].method is Method.REQUEST

    @property
    def was_invited(self) -> bool:
        """Whether a live REQUEST was ever sent."""
        return bool(self.issues)

    @property
    def asked(self) -> int | None:
        """The number that an answer must name to count: that of the last REQUEST."""
        return next((issue.sequence for issue in reversed(self.issues) if issue.method is Method.REQUEST), None)

    @property
    def answer(self) -> Answer:
        """What the person said about the present time; an answer to an older time is none."""
        return self.heard.answer if self.heard and self.heard.sequence == self.asked else Answer.NEEDS_ACTION

    @property
    def answered_old_time(self) -> bool:
        """Whether the newest answer was about a time that has since changed."""
        return self.heard is not None and self.asked is not None and self.heard.sequence < self.asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """One person in one meeting. The row stays after removal, so that coming back continues the same calendar entry."""

    participant_id: UUID
    person_id: UUID
    role: TeamRole
    required: bool
    mode: Mode
    parts: tuple[Part, ...]

    @property
    def removed(self) -> bool:
        """Whether the person was taken off the meeting."""
        return all(part.removed for part in self.parts)

    @property
    def answer(self) -> Answer:
        """One word for all parts: what was said of each, or the least hopeful of them."""
        said = {part.answer for part in self.parts if not part.removed}
        order = (Answer.DECLINED, Answer.DELEGATED, Answer.NEEDS_ACTION, Answer.TENTATIVE, Answer.ACCEPTED)
        return next((answer for answer in order if answer in said), Answer.NEEDS_ACTION)

    @property
    def answered_old_time(self) -> bool:
        """Whether some part's newest answer was about a time that has since changed."""
        return any(part.answered_old_time for part in self.parts if not part.removed)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a meeting is. Two places with the same `site` are near each other: going from one to the other changes no answer."""

    site: str = ""
    words: PlaceWords = field(default_factory=PlaceWords)


def site_of(words: PlaceWords) -> str:
    """Return a key for a place nobody named: its address, or its name, without punctuation and case."""
    return "".join(c for c in (words.address or words.place).casefold() if c.isalnum())


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitee:
    """Somebody to invite. `participant_id` is new; a person who was there before keeps the old one."""

    participant_id: UUID
    person_id: UUID
    role: TeamRole
    required: bool
    mode: Mode
    stretches: tuple[Stretch, ...] = WHOLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """One meeting at one revision. `sequence` is the number at which a person added now begins."""

    meeting_id: UUID
    case_id: UUID
    county_slug: str
    kind: MeetingKind
    purposes: tuple[MeetingPurpose, ...]
    children: tuple[UUID, ...]
    state: MeetingState
    revision: int
    sequence: int
    time_zone: str
    starts_local: datetime
    minutes: int
    place: Place
    participants: tuple[Participant, ...]
    facilitator_id: UUID | None = None
    room_id: UUID | None = None
    interpreter_ids: tuple[UUID, ...] = ()
    title_code: str = ""
    cancel_reason: str = ""
    linked_to: UUID | None = None

    @property
    def resolved(self) -> Resolved:
        """The start made definite, and whether a clock change shifted it."""
        return resolve(self.starts_local, self.time_zone)

    @property
    def span(self) -> Span:
        """The instants of the meeting; its length is elapsed time."""
        start = self.resolved.instant
        return Span(start, start + timedelta(minutes=self.minutes))

    @property
    def starts_at(self) -> datetime:
        """The instant at which it begins."""
        return self.resolved.instant

    @property
    def ends_at(self) -> datetime:
        """The instant at which it ends."""
        return self.span.end

    @property
    def ends_local(self) -> datetime:
        """What clocks there show when it ends."""
        return at_wall(self.ends_at, self.time_zone)

    @property
    def is_ahead(self) -> bool:
        """Whether people are invited to it: scheduled or confirmed."""
        return self.state in AHEAD

    @property
    def resource_ids(self) -> tuple[UUID, ...]:
        """Its facilitator, room and interpreters, as far as it has them."""
        return tuple(one for one in (self.facilitator_id, self.room_id, *self.interpreter_ids) if one is not None)

    @property
    def people(self) -> tuple[Participant, ...]:
        """Those who are in it now."""
        return tuple(one for one in self.participants if not one.removed)

    def participant(self, participant_id: UUID) -> Participant:
        """Return one participant, removed ones too; raises ParticipantNotFound."""
        found = next((one for one in self.participants if one.participant_id == participant_id), None)
        if found is None:
            raise ParticipantNotFound(meeting_id=self.meeting_id, participant_id=participant_id)
        return found


def uid_of(participant_id: UUID, part: int, county_slug: str) -> str:
    """Return the calendar identity of one person's part: unique, constant, and without a word about anybody."""
    return f"{participant_id.hex}-{part}@{county_slug}.surround"
