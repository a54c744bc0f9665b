"""Shapes of finding and holding a time."""

from datetime import date, datetime

from pydantic import Field

from services.meetings.domain.busy import Cause
from services.meetings.domain.resources import ResourceKind, distinct
from services.meetings.domain.separation import LinkedMeetings
from services.meetings.domain.times import Blocker, Time
from services.meetings.storage.claims import Hold
from services.meetings.use_cases.commands import FindTimes, Hope, WantedFacilitator, WantedRoom
from services.meetings.use_cases.find_times import FoundTimes
from services.meetings.web.schemas.mandates import DueOut, due_out
from services.meetings.web.schemas.participants import Participants, wish_from
from services.meetings.web.schemas.values import Children, Site, Skills
from shared.web.fields import (
    CaseId,
    Day,
    HoldId,
    Instant,
    Language,
    LocalTime,
    MeetingId,
    Minutes,
    Model,
    PersonId,
    ResourceId,
    ZoneName,
)


class FacilitatorWanted(Model):
    """A facilitator by name, or any with these skills."""

    resource_id: ResourceId | None = None
    skills: Skills = Field(default_factory=list)


class RoomWanted(Model):
    """A room by name, or any at a site."""

    needed: bool = True
    site: Site | None = None
    resource_id: ResourceId | None = None


class InterpreterWanted(Model):
    """A language for which an interpreter is needed, and for whom."""

    language: Language
    person_id: PersonId | None = None


class WishIn(Model):
    """A stretch of wall time, in the search's zone, in which the family would like to meet."""

    starts_local: LocalTime
    ends_local: LocalTime


class TimesIn(Model):
    """Who is to come to what, how long, and between which days. `wishes` are the family's own: a time inside one ranks higher.

    `moving` is a meeting that is to be moved.
    """

    case_id: CaseId
    children: Children = Field(default_factory=list)
    participants: Participants
    minutes: Minutes
    earliest_on: Day | None = None
    latest_on: Day | None = None
    time_zone: ZoneName
    facilitator: FacilitatorWanted | None = None
    room: RoomWanted | None = None
    interpreters: list[InterpreterWanted] = Field(default_factory=list, max_length=5)
    family_asked: bool = False
    wishes: list[WishIn] = Field(default_factory=list, max_length=50)
    moving: MeetingId | None = None
    limit: int = Field(default=10, ge=1, le=50)


class TroubleOut(Model):
    """Somebody who cannot come at a time, or would rather not."""

    person_id: PersonId
    cannot: bool
    causes: list[str]


class TimeOut(Model):
    """A time that works, with who would serve it."""

    starts_local: LocalTime
    ends_local: LocalTime
    starts_at: Instant
    ends_at: Instant
    score: int
    reasons: list[str]
    site: str | None
    facilitator_id: ResourceId | None
    room_id: ResourceId | None
    interpreter_ids: list[ResourceId]
    before_due: bool
    unavailable: list[TroubleOut]


class BlockedOut(Model):
    """Who or what stands in the way on a day without a time: a person, a pool (`resource_kind`), or the day itself."""

    date: Day
    person_id: PersonId | None
    resource_kind: ResourceKind | None
    language: str | None
    cause: str
    causes: list[str]
    nearest_at: Instant | None


class LinkedPairOut(Model):
    """Meetings instead of one, because some of these people must never meet; at one place at least `gap_minutes` apart."""

    tables: list[list[PersonId]]
    gap_minutes: int


class TimesOut(Model):
    """Times, best first; for each day without one, who stands in the way; and the due date that bounds them."""

    times: list[TimeOut]
    blocked: list[BlockedOut]
    possible: int
    due: DueOut | None
    linked_pair: LinkedPairOut | None
    time_zone: str


def find_times_from(body: TimesIn) -> FindTimes:
    """Read the order to find times."""
    facilitator = body.facilitator
    room = body.room if body.room and body.room.needed else None
    return FindTimes(
        case_id=body.case_id,
        children=tuple(body.children),
        wishes=tuple(wish_from(one) for one in body.participants),
        minutes=body.minutes,
        time_zone=body.time_zone,
        earliest_on=body.earliest_on,
        latest_on=body.latest_on,
        facilitator=WantedFacilitator(resource_id=facilitator.resource_id, skills=frozenset(facilitator.skills))
        if facilitator
        else None,
        room=WantedRoom(resource_id=room.resource_id, site=room.site or "") if room else None,
        languages=distinct(one.language for one in body.interpreters),
        family_asked=body.family_asked,
        hoped_for=tuple(Hope(one.starts_local, one.ends_local) for one in body.wishes),
        moving=body.moving,
        limit=body.limit,
    )


def times_out(found: FoundTimes, time_zone: str) -> TimesOut:
    """Write what was found."""
    return TimesOut(
        times=[_time_out(one) for one in found.found.times],
        blocked=[_blocked_out(day.on, blocker, day.nearest_at) for day in found.found.blocked for blocker in day.blockers],
        possible=found.found.possible,
        due=due_out(found.due) if found.due else None,
        linked_pair=linked_pair_out(found.linked_pair) if found.linked_pair else None,
        time_zone=time_zone,
    )


def _time_out(one: Time) -> TimeOut:
    facilitators, rooms = one.chosen(ResourceKind.FACILITATOR), one.chosen(ResourceKind.ROOM)
    return TimeOut(
        starts_local=one.starts_local,
        ends_local=one.ends_local,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        score=one.score,
        reasons=[reason.value for reason in one.reasons],
        site=one.site or None,
        facilitator_id=facilitators[0] if facilitators else None,
        room_id=rooms[0] if rooms else None,
        interpreter_ids=list(one.chosen(ResourceKind.INTERPRETER)),
        before_due=one.before_due,
        unavailable=[
            TroubleOut(person_id=each.person_id, cannot=each.cannot, causes=[cause.value for cause in each.causes])
            for each in one.troubles
        ],
    )


def _blocked_out(on: date, blocker: Blocker, nearest_at: datetime | None) -> BlockedOut:
    causes = [cause.value for cause in blocker.causes]
    return BlockedOut(
        date=on,
        person_id=blocker.person_id,
        resource_kind=blocker.need.kind if blocker.need else None,
        language=blocker.need.language or None if blocker.need else None,
        cause=causes[0] if causes else Cause.OTHER.value,
        causes=causes,
        nearest_at=nearest_at,
    )


def linked_pair_out(linked: LinkedMeetings) -> LinkedPairOut:
    """Write meetings instead of one."""
    return LinkedPairOut(tables=[sorted(table) for table in linked.tables], gap_minutes=linked.gap_minutes)


class HoldIn(Model):
    """A time to be kept while somebody chooses."""

    starts_local: LocalTime
    time_zone: ZoneName
    minutes: Minutes
    resource_ids: list[ResourceId] = Field(min_length=1, max_length=10)


class HoldOut(Model):
    """A time that is kept until `hold_until`."""

    id: HoldId
    hold_until: Instant
    starts_local: LocalTime
    time_zone: str
    minutes: int
    resource_ids: list[ResourceId]


def hold_out(hold: Hold) -> HoldOut:
    """Write a hold."""
    return HoldOut(
        id=hold.hold_id,
        hold_until=hold.hold_until,
        starts_local=hold.starts_local,
        time_zone=hold.time_zone,
        minutes=hold.minutes,
        resource_ids=list(hold.resource_ids),
    )
