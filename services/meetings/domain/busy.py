"""When people usually can, and when they cannot, in their own wall time; and what a meeting reserves around itself."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from services.meetings.domain.errors import UnusableTimes
from shared.kernel.errors import Fault
from shared.kernel.spans import Span
from shared.kernel.wall import resolve

MIDNIGHT = time(0)
ONE_DAY = timedelta(days=1)
WEEK = 7

# A meeting of staff reserves this much on each side, inside its claim; so two meetings of one person are twice as far apart.
BUFFER = timedelta(minutes=15)
GAP_MINUTES = 30


class Cause(StrEnum):
    """Why somebody or something is not free. The first five are what a person may give as the reason of an unavailability."""

    SCHOOL = "school"
    WORK = "work"
    COURT = "court"
    TREATMENT = "treatment"
    OTHER = "other"
    OUTSIDE_HOURS = "outside_hours"
    CALENDAR = "calendar"
    BOOKED = "booked"
    TRAVEL = "travel"
    SEPARATION = "separation"
    NONE_FITS = "none_fits"
    DAILY_LIMIT = "daily_limit"
    NOTICE_TOO_SHORT = "notice_too_short"
    ONE_PERSON_TWO_SEATS = "one_person_two_seats"
    HOLIDAY = "holiday"
    AFTER_DUE_DATE = "after_due_date"
    TOO_SOON = "too_soon"
    TOO_LONG = "too_long"


@dataclass(frozen=True, slots=True)
class Weekly:
    """One stretch of a week in wall time. Monday is 0; `until` midnight means the end of the day."""

    weekday: int
    starts: time
    until: time


@dataclass(frozen=True, slots=True)
class UsualHours:
    """The hours of a week in which somebody usually can, in their own zone."""

    time_zone: str
    weekly: tuple[Weekly, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unavailability:
    """A stretch of wall time in which somebody cannot come (hard), or would rather not."""

    starts_local: datetime
    ends_local: datetime
    time_zone: str
    cause: Cause
    hard: bool = True

    @property
    def span(self) -> Span:
        """The instants it means."""
        return Span(resolve(self.starts_local, self.time_zone).instant, resolve(self.ends_local, self.time_zone).instant)


@dataclass(frozen=True, slots=True)
class Taken:
    """A stretch in which somebody is not free, why, and (for our own meetings) at which site. Without any buffer."""

    span: Span
    cause: Cause
    hard: bool = True
    site: str = ""


def usual_hours(time_zone: str, weekly: Iterable[Weekly]) -> UsualHours:
    """Return the hours of a week; refuses stretches that end before they begin, or a weekday that is none."""
    given = tuple(weekly)
    faults = []
    for n, one in enumerate(given):
        if one.weekday not in range(WEEK):
            faults.append(Fault("number_out_of_range", "A weekday is 0 for Monday to 6 for Sunday.", f"#/weekly/{n}"))
        elif MIDNIGHT != one.until <= one.starts:
            faults.append(Fault("end_before_start", "This stretch ends before it begins.", f"#/weekly/{n}"))
    if faults:
        raise UnusableTimes(faults)
    return UsualHours(time_zone, tuple(sorted(given, key=lambda one: (one.weekday, one.starts))))


def open_spans(hours: UsualHours, first_on: date, last_on: date) -> list[Span]:
    """Return the instants of usual hours on these local days, both included; exact over a clock change."""
    spans = []
    for day in days(first_on, last_on):
        for one in hours.weekly:
            if one.weekday == day.weekday():
                ends_on = day + ONE_DAY if one.until == MIDNIGHT else day
                start = resolve(datetime.combine(day, one.starts), hours.time_zone).instant
                end = resolve(datetime.combine(ends_on, one.until), hours.time_zone).instant
                # Half past two to three does not exist on the night the clocks go forward.
                if start < end:
                    spans.append(Span(start, end))
    return spans


def claimed(meeting: Span, *, is_person: bool) -> Span:
    """Return what a booking claims: the meeting with its buffers for a person, the meeting itself for a room."""
    return meeting.widened(BUFFER, BUFFER) if is_person else meeting


def days(first_on: date, last_on: date) -> list[date]:
    """Return the days from the first to the last, both included."""
    return [first_on + timedelta(days=n) for n in range((last_on - first_on).days + 1)]
