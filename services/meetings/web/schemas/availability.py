"""Shapes of when people and resources can come: usual hours, unavailabilities, calendars."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from services.meetings.domain.busy import Cause, Unavailability, UsualHours, Weekly
from services.meetings.storage.availability import Given
from services.meetings.storage.calendars import CalendarState, LinkedCalendar
from services.meetings.web.schemas.values import Aliased
from shared.web import fields
from shared.web.fields import CalendarId, Clock, Instant, LocalTime, Model, PublicId, ZoneName

UnavailabilityId = Annotated[UUID, PublicId("una")]


class StretchOfWeek(Aliased):
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
