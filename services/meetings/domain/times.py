"""What is asked and what is answered when a time is sought. The search itself is in `slots`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from uuid import UUID

from services.meetings.domain.busy import ONE_DAY, Cause, Taken, UsualHours, open_spans
from services.meetings.domain.cells import Horizon
from services.meetings.domain.meetings import WHOLE, Stretch, TeamRole
from services.meetings.domain.resources import Need, Resource, ResourceKind
from shared.events.entries import Mode
from shared.kernel.spans import Span, union

CHILD_ROLES = frozenset({TeamRole.CHILD, TeamRole.YOUTH, TeamRole.NMD})
_CORE = CHILD_ROLES | {
    TeamRole.PARENT,
    TeamRole.GUARDIAN,
    TeamRole.INDIAN_CUSTODIAN,
    TeamRole.CURRENT_CAREGIVER,
    TeamRole.TRIBAL_REPRESENTATIVE,
}
_NETWORK = frozenset({TeamRole.EXTENDED_FAMILY, TeamRole.INFORMAL_SUPPORT})


def weight_of(role: TeamRole) -> int:
    """How much it counts that this person can come without trouble (DOMAIN §4.2)."""
    if role in _CORE:
        return 5
    return 3 if role in _NETWORK else 1


@dataclass(frozen=True, slots=True)
class Availability:
    """One person's or resource's cells on one horizon: worth keeping, it changes only when what they have given changes.

    `hours` are the cells of usual hours. `hard` and `soft` are cells taken, by cause, but for our own meetings: those are in
    `booked`, by site, because how far they reach depends on where the next meeting is.
    """

    horizon: Horizon
    hours: int
    hard: Mapping[Cause, int] = field(default_factory=dict)
    soft: Mapping[Cause, int] = field(default_factory=dict)
    booked: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendee:
    """Somebody who is to come, to all of it or to some stretches.

    Staff keep a gap between their meetings (`busy.GAP_MINUTES`); family members need none.
    """

    person_id: UUID
    role: TeamRole
    required: bool
    mode: Mode
    availability: Availability
    gap_minutes: int = 0
    home_site: str = ""
    stretches: tuple[Stretch, ...] = WHOLE


@dataclass(frozen=True, slots=True)
class Candidate:
    """A resource of a pool, and when it is free."""

    resource: Resource
    availability: Availability


@dataclass(frozen=True, slots=True)
class Presence:
    """Where somebody will be whom one of the people here must not come near. It says neither who nor why."""

    site: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Everything that finding a time depends on. `travel` is minutes between two sites; a pair not named takes none.

    `site` is where the meeting is when no room is needed; empty for one that has no place. `due_on` is a date of `due_zone`.
    Facilitator, room and interpreters are needs, never attendees; whoever is an attendee cannot also serve.
    `per_day` and `apart_minutes` spread what is offered: a family is helped by three days to choose from, not by ten quarter-hours.
    """

    horizon: Horizon
    minutes: int
    now: datetime
    attendees: tuple[Attendee, ...]
    needs: tuple[Need, ...] = ()
    pool: tuple[Candidate, ...] = ()
    site: str = ""
    travel: Mapping[tuple[str, str], int] = field(default_factory=dict)
    presences: tuple[Presence, ...] = ()
    holidays: frozenset[date] = frozenset()
    holidays_wanted: bool = False
    due_on: date | None = None
    due_zone: str = ""
    wishes: tuple[Span, ...] = ()
    last_facilitator_id: UUID | None = None
    step_minutes: int = 15
    limit: int = 10
    per_day: int | None = None
    apart_minutes: int = 0


class Plus(StrEnum):
    """What speaks for a time."""

    EVERYONE = "everyone"
    FAMILY_WISH = "family_wish"
    OUTSIDE_SCHOOL = "outside_school"
    SAME_FACILITATOR = "same_facilitator"


@dataclass(frozen=True, slots=True)
class Trouble:
    """Somebody who would rather not, or (if not required) cannot come at a time, and why."""

    person_id: UUID
    cannot: bool
    causes: tuple[Cause, ...]


@dataclass(frozen=True, slots=True)
class Blocker:
    """Who or what stands in the way at one start: a person, a pool, or neither (the day, the place)."""

    causes: tuple[Cause, ...]
    person_id: UUID | None = None
    need: Need | None = None


@dataclass(frozen=True, slots=True)
class BlockedDay:
    """A day without any possible time: the start (and place) that comes nearest, and everyone who would have to be free then."""

    on: date
    nearest_at: datetime | None
    site: str
    blockers: tuple[Blocker, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Time:
    """A time that works. `resources` are one for each need, in the question's order."""

    starts_at: datetime
    ends_at: datetime
    starts_local: datetime
    ends_local: datetime
    site: str
    score: int
    reasons: tuple[Plus, ...]
    resources: tuple[Resource, ...]
    troubles: tuple[Trouble, ...]
    travel_minutes: int
    before_due: bool

    def chosen(self, kind: ResourceKind) -> tuple[UUID, ...]:
        """The resources of one kind."""
        return tuple(one.resource_id for one in self.resources if one.kind is kind)


@dataclass(frozen=True, slots=True)
class Found:
    """The best times, why the other days have none, and how many starts were possible in all."""

    times: tuple[Time, ...]
    blocked: tuple[BlockedDay, ...]
    possible: int


@dataclass(frozen=True, slots=True)
class TakenCells:
    """Cells of one horizon in which somebody is not free, why, and (for our own meetings) at which site."""

    cells: int
    cause: Cause
    hard: bool = True
    site: str = ""


def availability(among: Horizon, hours: UsualHours | None, taken: Iterable[Taken]) -> Availability:
    """Return somebody's cells. Without usual hours they may come at any hour of the day."""
    alike: dict[tuple[Cause, bool, str], list[Span]] = {}
    for one in taken:
        alike.setdefault((one.cause, one.hard, one.site), []).append(one.span)
    return availability_of_cells(among, hours, [TakenCells(among.touched(spans), *facts) for facts, spans in alike.items()])


def availability_of_cells(among: Horizon, hours: UsualHours | None, taken: Iterable[TakenCells]) -> Availability:
    """The same, of what is in cells already."""
    hard: dict[Cause, int] = {}
    soft: dict[Cause, int] = {}
    booked: dict[str, int] = {}
    for one in taken:
        if one.cause is Cause.BOOKED:
            booked[one.site] = booked.get(one.site, 0) | one.cells
        else:
            those = hard if one.hard else soft
            those[one.cause] = those.get(one.cause, 0) | one.cells
    return Availability(among, among.everything if hours is None else _open_cells(among, hours), hard, soft, booked)


@lru_cache(maxsize=512)
def _open_cells(among: Horizon, hours: UsualHours) -> int:
    """The cells of usual hours, which many share."""
    # Their day may begin before ours, or end after it.
    return among.within(union(open_spans(hours, among.days[0].on - ONE_DAY, among.days[-1].on + ONE_DAY)))
