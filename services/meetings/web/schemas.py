"""What comes in and goes out: shapes of meetings, times, resources and replies, and how they become orders and answers.

`…In` is a body, `…Patch` a merge patch (an absent member stays as it is), `…Out` an answer. People are ids: names are network's.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, create_model
from pydantic.config import JsonDict

from services.meetings.domain.busy import Cause, Unavailability, UsualHours, Weekly
from services.meetings.domain.mandates import Due
from services.meetings.domain.meetings import (
    WHOLE,
    Meeting,
    MeetingKind,
    MeetingPurpose,
    MeetingState,
    Participant,
    Stretch,
    TeamRole,
)
from services.meetings.domain.resources import ResourceKind, distinct
from services.meetings.domain.responses import Outcome
from services.meetings.domain.separation import LinkedMeetings
from services.meetings.domain.table import SeatVerdict
from services.meetings.domain.times import Blocker, Time
from services.meetings.storage.availability import Given
from services.meetings.storage.calendars import CalendarState, LinkedCalendar
from services.meetings.storage.claims import Hold
from services.meetings.storage.replies import Received
from services.meetings.storage.resources import Pooled
from services.meetings.use_cases.commands import (
    AddResource,
    BookMeeting,
    ChangeMeeting,
    Excuses,
    FindTimes,
    Hope,
    MoveMeeting,
    Pools,
    WantedFacilitator,
    WantedRoom,
    When,
    Wish,
)
from services.meetings.use_cases.find_times import FoundTimes
from services.meetings.use_cases.see_mandates import Mandates
from services.meetings.use_cases.see_meeting import SeenMeeting
from services.meetings.use_cases.see_meetings import ListedMeeting
from shared.events.meetings import Answer, Mode, PlaceWords
from shared.events.notify import Proof, ReplyChannel, ReplyKind
from shared.kernel.wall import Adjustment, at_wall, resolve, zone
from shared.web import fields
from shared.web.fields import (
    CalendarId,
    CaseId,
    Clock,
    Code,
    Day,
    HoldId,
    Instant,
    Language,
    Line,
    LocalTime,
    MeetingId,
    Minutes,
    Model,
    OptionalLine,
    PageQuery,
    ParticipantId,
    PersonId,
    PublicId,
    ReplyId,
    ResourceId,
    StaffId,
    ZoneName,
)

PREFIXES = {
    "case_id": "case",
    "child_id": "per",
    "person_id": "per",
    "meeting_id": "mtg",
    "participant_id": "par",
    "resource_id": "res",
    "hold_id": "hold",
    "reply_id": "rep",
    "calendar_id": "cal",
    "unavailability_id": "una",
    # The people of each meeting of a linked pair, in a refusal.
    "tables": "per",
}

UnavailabilityId = Annotated[UUID, PublicId("una")]
Site = Annotated[str, fields.Pattern(r"[a-z0-9][a-z0-9_\-]{0,63}", "Use the site's short name, like main_office.", 64)]
Reason = Annotated[str, fields.Text(1000, lines=True)]
Comment = Annotated[str, fields.Text(2000, lines=True, may_be_blank=True)]
Link = Annotated[str, fields.Pattern(r"https://[\x21-\x7e]{1,490}", "Use an address that begins with https.", 500)]
Dial = Annotated[str, fields.Pattern(r"[+0-9][0-9 ()\-,;#*.x]{2,59}", "Use a phone number, with a code if there is one.", 60)]
Skills = Annotated[list[Code], Field(max_length=30)]
Languages = Annotated[list[Language], Field(max_length=30)]
Interpreters = Annotated[list[ResourceId], Field(max_length=5)]

UNTIL_MIDNIGHT: Final = "24:00"


class _Aliased(Model):
    """A shape with members whose names Python keeps for itself."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_by_alias=True, validate_by_name=True, serialize_by_alias=True)


def _absent() -> Any:
    """A member of a merge patch that may be left out; its default is never used and not part of the API's description."""
    return Field(default=None, json_schema_extra=_without_default)


def _without_default(schema: JsonDict) -> None:
    schema.pop("default", None)


def quoted(etag: str) -> str:
    """Return a version as an item's `etag` spells it."""
    return f'"{etag}"'


# --- resources and times -------------------------------------------------------------------------------------------------------


class ResourceIn(Model):
    """A facilitator, room or interpreter. With `person_id` it gets invitations; `staff_id` is whose sign-in it is."""

    kind: ResourceKind
    name: Line
    person_id: PersonId | None = None
    staff_id: StaffId | None = None
    skills: Skills = Field(default_factory=list)
    languages: Languages = Field(default_factory=list)
    capacity: int = Field(default=0, ge=0, le=1000)
    site: Site | None = None
    modes: list[Mode] = Field(default_factory=list, max_length=3)
    notice_working_days: int = Field(default=0, ge=0, le=60)
    daily_limit: int | None = Field(default=None, ge=1, le=50)


class ResourcePatch(Model):
    """What shall change about a resource. `retired` takes it out of its pool."""

    name: Line = _absent()
    person_id: PersonId | None = _absent()
    staff_id: StaffId | None = _absent()
    skills: Skills = _absent()
    languages: Languages = _absent()
    capacity: int = Field(default=0, ge=0, le=1000, json_schema_extra=_without_default)
    site: Site | None = _absent()
    modes: Annotated[list[Mode], Field(max_length=3)] = _absent()
    notice_working_days: int = Field(default=0, ge=0, le=60, json_schema_extra=_without_default)
    daily_limit: int | None = Field(default=None, ge=1, le=50, json_schema_extra=_without_default)
    retired: bool = _absent()


class ResourceOut(Model):
    """A resource of the county's pools."""

    id: ResourceId
    kind: ResourceKind
    name: str
    person_id: PersonId | None
    staff_id: str | None
    skills: list[str]
    languages: list[str]
    capacity: int
    site: str | None
    modes: list[Mode]
    notice_working_days: int
    daily_limit: int | None
    updated_at: Instant
    etag: str


class ResourceQuery(PageQuery):
    """Which resources to list."""

    kind: ResourceKind | None = None


class StretchOfWeek(_Aliased):
    """A stretch of a week in wall time; Monday is 0, and `until` 00:00 is the end of the day."""

    weekday: int = Field(ge=0, le=6)
    starts: Clock = Field(alias="from")
    until: Clock


class UsualHoursIn(Model):
    """The hours of a week in which somebody usually can, in their own zone."""

    time_zone: ZoneName
    weekly: list[StretchOfWeek] = Field(max_length=70)


class UsualHoursOut(Model):
    """The hours of a week; without any, `weekly` is null: any hour will do."""

    time_zone: str | None
    weekly: list[StretchOfWeek] | None


LabelCode = Literal["school", "work", "court", "treatment", "other"]


class UnavailabilityIn(Model):
    """A stretch in which somebody cannot come, or (`hard` false) would rather not."""

    starts_local: LocalTime
    ends_local: LocalTime
    time_zone: ZoneName
    label_code: LabelCode = "other"
    hard: bool = True


class UnavailabilityOut(Model):
    """A stretch as it was given, and the instants it means."""

    id: UnavailabilityId
    starts_local: LocalTime
    ends_local: LocalTime
    time_zone: str
    starts_at: Instant
    ends_at: Instant
    label_code: LabelCode
    hard: bool


class CalendarIn(Model):
    """A calendar: its address, or the text of an iCalendar file. Only busy times are kept of either."""

    url: Annotated[str, fields.Pattern(r"[\x21-\x7e]{8,2000}", "Copy the address of the calendar again.", 2000)] | None = None
    ics: Annotated[str, Field(max_length=2 * 1024 * 1024)] | None = None


class CalendarOut(Model):
    """How a calendar stands: `new`, `ok`, `feed_warning` (some of it could not be read), `feed_error` (the last copy is kept)."""

    id: CalendarId
    kind: Literal["linked", "uploaded"]
    state: CalendarState
    reason: str | None
    fetched_at: Instant | None


def calendar_out(calendar: LinkedCalendar) -> CalendarOut:
    """Write how a calendar stands; its address is a secret of its owner's."""
    return CalendarOut(
        id=calendar.calendar_id,
        kind="linked" if calendar.url else "uploaded",
        state=calendar.state,
        reason=calendar.reason or None,
        fetched_at=calendar.fetched_at,
    )


def add_resource_from(body: ResourceIn) -> AddResource:
    """Read the order to add a resource."""
    return AddResource(
        kind=body.kind,
        name=body.name,
        person_id=body.person_id,
        staff_id=body.staff_id,
        skills=frozenset(body.skills),
        languages=frozenset(body.languages),
        capacity=body.capacity,
        site=body.site or "",
        modes=frozenset(body.modes),
        notice_working_days=body.notice_working_days,
        daily_limit=body.daily_limit,
    )


def resource_changes_from(body: ResourcePatch) -> dict[str, Any]:
    """Read what shall change about a resource."""
    given = {name: getattr(body, name) for name in body.model_fields_set}
    if "retired" in given:
        given["is_retired"] = given.pop("retired")
    if "site" in given:
        given["site"] = given["site"] or ""
    for name in ("skills", "languages", "modes"):
        if name in given:
            given[name] = frozenset(given[name])
    return given


def resource_out(pooled: Pooled) -> ResourceOut:
    """Write a resource."""
    one = pooled.resource
    return ResourceOut(
        id=one.resource_id,
        kind=one.kind,
        name=pooled.name,
        person_id=one.person_id,
        staff_id=pooled.staff_id,
        skills=sorted(one.skills),
        languages=sorted(one.languages),
        capacity=one.capacity,
        site=one.site or None,
        modes=sorted(one.modes),
        notice_working_days=one.notice_working_days,
        daily_limit=one.daily_limit,
        updated_at=pooled.updated_at,
        etag=quoted(str(pooled.version)),
    )


def weekly_from(body: UsualHoursIn) -> list[Weekly]:
    """Read the hours of a week."""
    return [Weekly(one.weekday, one.starts, one.until) for one in body.weekly]


def usual_hours_out(hours: UsualHours | None) -> UsualHoursOut:
    """Write the hours of a week."""
    if hours is None:
        return UsualHoursOut(time_zone=None, weekly=None)
    return UsualHoursOut(
        time_zone=hours.time_zone,
        weekly=[StretchOfWeek(weekday=one.weekday, starts=one.starts, until=one.until) for one in hours.weekly],
    )


def unavailability_from(body: UnavailabilityIn) -> Unavailability:
    """Read a stretch in which somebody cannot come."""
    return Unavailability(
        starts_local=body.starts_local,
        ends_local=body.ends_local,
        time_zone=body.time_zone,
        cause=Cause(body.label_code),
        hard=body.hard,
    )


def unavailability_out(given: Given) -> UnavailabilityOut:
    """Write a stretch."""
    one = given.unavailability
    return UnavailabilityOut(
        id=given.id,
        starts_local=one.starts_local,
        ends_local=one.ends_local,
        time_zone=one.time_zone,
        starts_at=one.span.start,
        ends_at=one.span.end,
        label_code=one.cause.value,
        hard=one.hard,
    )


# --- finding a time ------------------------------------------------------------------------------------------------------------


class PartIn(Model):
    """The minutes of a meeting that one person attends; without `minutes`, to its end."""

    offset_minutes: int = Field(ge=0, le=24 * 60)
    minutes: int | None = Field(default=None, ge=5, le=24 * 60)


class ParticipantIn(Model):
    """Somebody who is to come. `parts` is for whoever attends only some of it: each becomes a calendar entry of its own."""

    person_id: PersonId
    role: TeamRole
    required: bool = True
    mode: Mode = Mode.IN_PERSON
    parts: list[PartIn] | None = Field(default=None, min_length=1, max_length=5)


Participants = Annotated[list[ParticipantIn], Field(min_length=1, max_length=40)]
Children = Annotated[list[PersonId], Field(max_length=20)]


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


class DueOut(Model):
    """A due date, and the rule that set it."""

    due_on: Day
    rule_id: str
    source: str
    child_id: PersonId
    last_working_day: Day
    status: str


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


def wish_from(body: ParticipantIn) -> Wish:
    """Read somebody who is to come."""
    stretches = tuple(Stretch(part.offset_minutes, part.minutes) for part in body.parts) if body.parts else WHOLE
    return Wish(person_id=body.person_id, role=body.role, required=body.required, mode=body.mode, stretches=stretches)


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


def due_out(due: Due) -> DueOut:
    """Write a due date."""
    return DueOut(
        due_on=due.due_on,
        rule_id=due.rule_id.value,
        source=due.source,
        child_id=due.child_id,
        last_working_day=due.last_working_day,
        status=due.status.value,
    )


def linked_pair_out(linked: LinkedMeetings) -> LinkedPairOut:
    """Write meetings instead of one."""
    return LinkedPairOut(tables=[sorted(table) for table in linked.tables], gap_minutes=linked.gap_minutes)


class ChildDuesOut(Model):
    """The due dates of one child."""

    child_id: PersonId
    dues: list[DueOut]


class MandatesOut(Model):
    """The due dates of a family's children, and the earliest unmet one."""

    children: list[ChildDuesOut]
    combined: DueOut | None


def mandates_out(found: Mandates) -> MandatesOut:
    """Write due dates."""
    by_child: dict[UUID, list[DueOut]] = {}
    for due in found.dues:
        by_child.setdefault(due.child_id, []).append(due_out(due))
    return MandatesOut(
        children=[ChildDuesOut(child_id=child_id, dues=dues) for child_id, dues in sorted(by_child.items())],
        combined=due_out(found.combined) if found.combined else None,
    )


# --- holds ---------------------------------------------------------------------------------------------------------------------


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


# --- meetings ------------------------------------------------------------------------------------------------------------------


class PlaceIn(Model):
    """Where a meeting is and how to join from afar; each person is told only what they need."""

    name: OptionalLine = ""
    address: Annotated[str, fields.Text(300, may_be_blank=True)] = ""
    join_url: Link | None = None
    dial_in: Dial | None = None


class MeetingIn(Model):
    """A meeting to be booked. `after_due_reason` counts from a supervisor only; `family_asked` allows nights and holidays."""

    case_id: CaseId
    kind: MeetingKind = MeetingKind.CFT
    purposes: list[MeetingPurpose] = Field(default_factory=list, max_length=17)
    children: Children = Field(default_factory=list)
    title_code: Code | None = None
    starts_local: LocalTime
    time_zone: ZoneName
    minutes: Minutes
    participants: Participants
    facilitator_id: ResourceId | None = None
    room_id: ResourceId | None = None
    interpreter_ids: Interpreters = Field(default_factory=list)
    place: PlaceIn | None = None
    hold_id: HoldId | None = None
    linked_to: MeetingId | None = None
    after_due_reason: Reason | None = None
    family_asked: bool = False


class MoveIn(Model):
    """Another time for a meeting; what is left out stays. `room_id` null gives the room up."""

    starts_local: LocalTime
    time_zone: ZoneName | None = None
    minutes: Minutes | None = None
    facilitator_id: ResourceId | None = None
    room_id: ResourceId | None = None
    interpreter_ids: Interpreters | None = None
    place: PlaceIn | None = None
    hold_id: HoldId | None = None
    after_due_reason: Reason | None = None
    family_asked: bool = False


class ParticipantChange(Model):
    """How one person shall take part from now on."""

    participant_id: ParticipantId
    mode: Mode | None = None
    required: bool | None = None


class MeetingPatch(Model):
    """What shall change but the time. `correction` says that the place is the same and only its words were wrong."""

    place: PlaceIn = _absent()
    correction: bool = False
    purposes: list[MeetingPurpose] = _absent()
    participants: Annotated[list[ParticipantChange], Field(max_length=40)] = _absent()


class CancelIn(Model):
    """Why a meeting is called off; the reason stays with staff."""

    reason_code: Code


class ReviveIn(Model):
    """Takes a cancellation back, perhaps at another time."""

    starts_local: LocalTime | None = None
    minutes: Minutes | None = None
    after_due_reason: Reason | None = None
    family_asked: bool = False


class WaiverIn(Model):
    """Why a seat stays empty."""

    role: TeamRole
    reason: Reason


class ConfirmIn(Model):
    """Says that a meeting stands, with written reasons for seats that nobody fills."""

    waivers: list[WaiverIn] = Field(default_factory=list, max_length=20)


class ResponseIn(Model):
    """An answer that a member of staff heard."""

    answer: Answer
    source: Literal["phone", "in_person"]
    comment: Comment = ""


class ApplyIn(Model):
    """Whose reply it is, where that is not plain."""

    participant_id: ParticipantId | None = None


class PlaceOut(Model):
    """Where a meeting is and how to join from afar."""

    name: str
    address: str
    join_url: str
    dial_in: str
    site: str | None


class Reading(Model):
    """One of the instants that a wall time could mean."""

    starts_local: LocalTime
    starts_at: Instant
    taken: bool


class TimeAdjusted(Model):
    """A wall time that does not exist (`gap`) or exists twice (`fold`) in the night of a clock change, and how it was read."""

    reason: Literal["gap", "fold"]
    asked_local: LocalTime
    readings: list[Reading]


class ProposalOut(Model):
    """Another time that somebody proposed, or somebody they send instead; the meeting stands until staff answer."""

    reply_id: ReplyId
    kind: ReplyKind
    starts_at: Instant | None
    ends_at: Instant | None
    received_at: Instant


class ParticipantOut(Model):
    """Somebody in a meeting. `stale` is an answer to an older time; it counts as none."""

    id: ParticipantId
    person_id: PersonId
    role: TeamRole
    required: bool
    mode: Mode
    answer: Answer
    answered_at: Instant | None
    answered_channel: str | None
    answered_sequence: int | None
    sequence: int | None
    stale: bool
    parts: list[PartIn]
    proposals: list[ProposalOut]


class SeatOut(Model):
    """One seat of one child, and who fills it."""

    child_id: PersonId
    role: str
    verdict: str
    filled_by: list[PersonId]
    source: str
    reason: str | None


class MeetingOut(Model):
    """A meeting as staff see it. `flags` are codes of what needs attention; nobody in the meeting sees them."""

    id: MeetingId
    case_id: CaseId
    kind: MeetingKind
    purposes: list[MeetingPurpose]
    children: list[PersonId]
    title_code: str | None
    state: MeetingState
    revision: int
    time_zone: str
    starts_local: LocalTime
    ends_local: LocalTime
    starts_at: Instant
    ends_at: Instant
    minutes: int
    time_adjusted: TimeAdjusted | None
    place: PlaceOut
    facilitator_id: ResourceId | None
    room_id: ResourceId | None
    interpreter_ids: list[ResourceId]
    participants: list[ParticipantOut]
    table: list[SeatOut]
    missing_roles: list[str]
    unfilled_languages: list[str]
    answers_missing: int
    replies_waiting: int
    due: DueOut | None
    flags: list[str]
    linked_to: MeetingId | None
    cancel_reason: str | None
    after_due_reason: str | None
    booked_by: str
    updated_at: Instant
    etag: str


class MeetingLineOut(Model):
    """A meeting in a list. `answers` counts people by answer; `answers_missing` counts those who must come and have not said."""

    id: MeetingId
    case_id: CaseId
    kind: MeetingKind
    title_code: str | None
    state: MeetingState
    revision: int
    time_zone: str
    starts_local: LocalTime
    ends_local: LocalTime
    starts_at: Instant
    ends_at: Instant
    minutes: int
    people: int
    answers: dict[str, int]
    answers_missing: int
    replies_waiting: int
    facilitator_id: ResourceId | None
    room_id: ResourceId | None
    etag: str


class ReplyOut(Model):
    """A reply as it came, and its end."""

    id: ReplyId
    participant_id: ParticipantId | None
    person_id: PersonId | None
    kind: ReplyKind
    partstat: str
    sequence: int | None
    channel: ReplyChannel
    proof: Proof
    refused: str | None
    received_at: Instant
    proposed_starts_at: Instant | None
    proposed_ends_at: Instant | None
    outcome: Outcome
    comment: str
    delegated_to: str
    approved_by: str | None


# `from` is a word of Python, so these parameters are named here and read by `getattr`.
_QUERY: dict[str, Any] = {"case_id": (CaseId | None, None), "from": (Day | None, None), "until": (Day | None, None)}
MeetingsQuery = create_model(
    "MeetingsQuery",
    __base__=PageQuery,
    __doc__="Which meetings to list: of one family, from a day, until a day (both included, in the county's zone).",
    **_QUERY,
)


def place_words_from(body: PlaceIn | None) -> PlaceWords | None:
    """Read a place."""
    if body is None:
        return None
    return PlaceWords(place=body.name or "", address=body.address or "", join_url=body.join_url or "", dial_in=body.dial_in or "")


def book_meeting_from(body: MeetingIn) -> BookMeeting:
    """Read the order to book a meeting."""
    return BookMeeting(
        case_id=body.case_id,
        kind=body.kind,
        purposes=tuple(dict.fromkeys(body.purposes)),
        children=tuple(dict.fromkeys(body.children)),
        title_code=body.title_code or "",
        when=When(starts_local=body.starts_local, time_zone=body.time_zone, minutes=body.minutes),
        wishes=tuple(wish_from(one) for one in body.participants),
        pools=Pools(
            facilitator_id=body.facilitator_id,
            room_id=body.room_id,
            interpreter_ids=tuple(dict.fromkeys(body.interpreter_ids)),
        ),
        place=place_words_from(body.place),
        hold_id=body.hold_id,
        linked_to=body.linked_to,
        excuses=Excuses(after_due_reason=body.after_due_reason or "", family_asked=body.family_asked),
    )


def move_meeting_from(body: MoveIn) -> MoveMeeting:
    """Read the order to move a meeting."""
    return MoveMeeting(
        starts_local=body.starts_local,
        time_zone=body.time_zone,
        minutes=body.minutes,
        facilitator_id=body.facilitator_id,
        room_id=body.room_id,
        interpreter_ids=None if body.interpreter_ids is None else tuple(dict.fromkeys(body.interpreter_ids)),
        place=place_words_from(body.place),
        hold_id=body.hold_id,
        excuses=Excuses(after_due_reason=body.after_due_reason or "", family_asked=body.family_asked),
        gives_up_room="room_id" in body.model_fields_set and body.room_id is None,
    )


def change_meeting_from(body: MeetingPatch) -> ChangeMeeting:
    """Read the order to change a meeting."""
    given = body.model_fields_set
    changes = body.participants if "participants" in given else []
    return ChangeMeeting(
        place=place_words_from(body.place) if "place" in given else None,
        is_correction=body.correction,
        purposes=tuple(dict.fromkeys(body.purposes)) if "purposes" in given else None,
        modes={one.participant_id: one.mode for one in changes if one.mode is not None},
        required={one.participant_id: one.required for one in changes if one.required is not None},
    )


def meeting_out(seen: SeenMeeting) -> MeetingOut:
    """Write a meeting for staff."""
    kept, meeting = seen.kept, seen.kept.meeting
    words = meeting.place.words
    return MeetingOut(
        id=meeting.meeting_id,
        case_id=meeting.case_id,
        kind=meeting.kind,
        purposes=list(meeting.purposes),
        children=list(meeting.children),
        title_code=meeting.title_code or None,
        state=meeting.state,
        revision=meeting.revision,
        time_zone=meeting.time_zone,
        starts_local=meeting.resolved.local,
        ends_local=meeting.ends_local,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        minutes=meeting.minutes,
        time_adjusted=_adjusted(meeting),
        place=PlaceOut(
            name=words.place,
            address=words.address,
            join_url=words.join_url,
            dial_in=words.dial_in,
            site=meeting.place.site or None,
        ),
        facilitator_id=meeting.facilitator_id,
        room_id=meeting.room_id,
        interpreter_ids=list(meeting.interpreter_ids),
        participants=[_participant_out(one, seen.waiting) for one in meeting.people],
        table=[_seat_out(one) for one in seen.table.verdicts],
        missing_roles=list(seen.table.missing_roles),
        unfilled_languages=list(seen.table.unfilled_languages),
        answers_missing=_missing(meeting),
        replies_waiting=len(seen.waiting),
        due=due_out(seen.due) if seen.due else None,
        flags=list(seen.flags),
        linked_to=meeting.linked_to,
        cancel_reason=meeting.cancel_reason or None,
        after_due_reason=kept.after_due_reason or None,
        booked_by=kept.booked_by,
        updated_at=kept.updated_at,
        etag=quoted(kept.etag),
    )


def meeting_line_out(listed: ListedMeeting) -> MeetingLineOut:
    """Write a meeting for a list."""
    meeting = listed.kept.meeting
    answers = {answer.value: 0 for answer in Answer}
    for one in meeting.people:
        answers[one.answer.value] += 1
    return MeetingLineOut(
        id=meeting.meeting_id,
        case_id=meeting.case_id,
        kind=meeting.kind,
        title_code=meeting.title_code or None,
        state=meeting.state,
        revision=meeting.revision,
        time_zone=meeting.time_zone,
        starts_local=meeting.resolved.local,
        ends_local=meeting.ends_local,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        minutes=meeting.minutes,
        people=len(meeting.people),
        answers=answers,
        answers_missing=_missing(meeting),
        replies_waiting=listed.replies_waiting,
        facilitator_id=meeting.facilitator_id,
        room_id=meeting.room_id,
        etag=quoted(listed.kept.etag),
    )


def reply_out(received: Received) -> ReplyOut:
    """Write a reply."""
    reply = received.reply
    return ReplyOut(
        id=received.id,
        participant_id=received.participant_id,
        person_id=received.person_id,
        kind=reply.kind,
        partstat=reply.partstat,
        sequence=reply.sequence,
        channel=reply.channel,
        proof=reply.proof,
        refused=reply.refused or None,
        received_at=reply.received_at,
        proposed_starts_at=reply.proposed_starts_at,
        proposed_ends_at=reply.proposed_ends_at,
        outcome=received.outcome,
        comment=received.comment,
        delegated_to=received.delegated_to,
        approved_by=received.approved_by,
    )


def _missing(meeting: Meeting) -> int:
    return sum(one.required and one.answer is Answer.NEEDS_ACTION for one in meeting.people) if meeting.is_ahead else 0


def _participant_out(one: Participant, waiting: Sequence[Received]) -> ParticipantOut:
    parts = [part for part in one.parts if not part.removed]
    heard = max((part.heard for part in parts if part.heard), key=lambda each: (each.sequence, each.stamp), default=None)
    return ParticipantOut(
        id=one.participant_id,
        person_id=one.person_id,
        role=one.role,
        required=one.required,
        mode=one.mode,
        answer=one.answer,
        answered_at=heard.received_at if heard else None,
        answered_channel=heard.channel if heard else None,
        answered_sequence=heard.sequence if heard else None,
        sequence=max((part.sequence for part in parts if part.sequence is not None), default=None),
        stale=one.answered_old_time,
        parts=[PartIn(offset_minutes=part.stretch.offset_minutes, minutes=part.stretch.minutes) for part in parts],
        proposals=[_proposal_out(each) for each in waiting if each.outcome is Outcome.PROPOSAL and _is_of(each, one)],
    )


def _is_of(received: Received, one: Participant) -> bool:
    return (
        received.participant_id == one.participant_id
        or received.person_id == one.person_id
        or any(part.uid == received.uid for part in one.parts)
    )


def _proposal_out(received: Received) -> ProposalOut:
    return ProposalOut(
        reply_id=received.id,
        kind=received.reply.kind,
        starts_at=received.reply.proposed_starts_at,
        ends_at=received.reply.proposed_ends_at,
        received_at=received.reply.received_at,
    )


def _seat_out(verdict: SeatVerdict) -> SeatOut:
    return SeatOut(
        child_id=verdict.child_id,
        role=verdict.seat.name,
        verdict=verdict.verdict.value,
        filled_by=list(verdict.filled_by),
        source=verdict.seat.source,
        reason=verdict.reason or None,
    )


def _adjusted(meeting: Meeting) -> TimeAdjusted | None:
    resolved = resolve(meeting.starts_local, meeting.time_zone)
    if resolved.adjustment is Adjustment.NONE:
        return None
    other = meeting.starts_local.replace(tzinfo=zone(meeting.time_zone), fold=1).astimezone(UTC)
    return TimeAdjusted(
        reason="gap" if resolved.adjustment is Adjustment.GAP else "fold",
        asked_local=meeting.starts_local,
        readings=[
            Reading(starts_local=resolved.local, starts_at=resolved.instant, taken=True),
            Reading(starts_local=at_wall(other, meeting.time_zone), starts_at=other, taken=False),
        ],
    )


def place_from(place: Sequence[Any] | None) -> tuple[datetime, UUID] | None:
    """Read a place that a cursor kept; the cursor's signature says that it is one of ours."""
    return None if place is None else (datetime.fromisoformat(place[0]), UUID(place[1]))


def place_of(at: datetime, row_id: UUID) -> tuple[str, str]:
    """Return the place of a row in a list, as a cursor keeps it."""
    return at.isoformat(), str(row_id)
