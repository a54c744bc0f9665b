"""The orders that use cases take: frozen, as the edge read them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from services.meetings.domain.meetings import WHOLE, MeetingKind, MeetingPurpose, Stretch, TeamRole
from services.meetings.domain.resources import ResourceKind
from shared.events.entries import Answer, Mode, PlaceWords


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Somebody who is to come."""

    person_id: UUID
    role: TeamRole
    required: bool
    mode: Mode
    stretches: tuple[Stretch, ...] = WHOLE


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """A time as it was chosen: wall time in a zone, and elapsed minutes."""

    starts_local: datetime
    time_zone: str
    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Excuses:
    """Why a rule about the time shall not bind: a supervisor's reason for a late date, and whether the family asked."""

    after_due_reason: str = ""
    family_asked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Pools:
    """The facilitator, room and interpreters of a meeting."""

    facilitator_id: UUID | None = None
    room_id: UUID | None = None
    interpreter_ids: tuple[UUID, ...] = ()

    @property
    def resource_ids(self) -> frozenset[UUID]:
        """All of them."""
        return frozenset(one for one in (self.facilitator_id, self.room_id, *self.interpreter_ids) if one is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class BookMeeting:
    """Book a meeting and invite everyone."""

    case_id: UUID
    kind: MeetingKind
    purposes: tuple[MeetingPurpose, ...]
    children: tuple[UUID, ...]
    title_code: str
    when: When
    wishes: tuple[Wish, ...]
    pools: Pools
    place: PlaceWords | None
    hold_id: UUID | None
    linked_to: UUID | None
    excuses: Excuses


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveMeeting:
    """Put a meeting at another time; what is None stays."""

    starts_local: datetime
    time_zone: str | None
    minutes: int | None
    facilitator_id: UUID | None
    room_id: UUID | None
    interpreter_ids: tuple[UUID, ...] | None
    place: PlaceWords | None
    hold_id: UUID | None
    excuses: Excuses
    gives_up_room: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeMeeting:
    """Change anything but the time; what is None stays. `modes` and `required` are by participant."""

    place: PlaceWords | None
    is_correction: bool
    purposes: tuple[MeetingPurpose, ...] | None
    modes: Mapping[UUID, Mode] = field(default_factory=dict)
    required: Mapping[UUID, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeResponse:
    """An answer that a member of staff heard."""

    answer: Answer
    source: str
    comment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedRoom:
    """The room that is wanted."""

    resource_id: UUID | None
    site: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedFacilitator:
    """The facilitator who is wanted."""

    resource_id: UUID | None
    skills: frozenset[str]


@dataclass(frozen=True, slots=True)
class Hope:
    """A stretch of wall time in which the family would like to meet."""

    starts_local: datetime
    ends_local: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FindTimes:
    """Find times at which these people can come."""

    case_id: UUID
    children: tuple[UUID, ...]
    wishes: tuple[Wish, ...]
    minutes: int
    time_zone: str
    earliest_on: date | None
    latest_on: date | None
    facilitator: WantedFacilitator | None
    room: WantedRoom | None
    languages: tuple[str, ...]
    family_asked: bool
    hoped_for: tuple[Hope, ...]
    moving: UUID | None
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AddResource:
    """Put a facilitator, room or interpreter into the county's pools."""

    kind: ResourceKind
    name: str
    person_id: UUID | None
    staff_id: str | None
    skills: frozenset[str]
    languages: frozenset[str]
    capacity: int
    site: str
    modes: frozenset[Mode]
    notice_working_days: int
    daily_limit: int | None
