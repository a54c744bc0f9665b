"""VTIMEZONE in the form every client reads: one STANDARD and one DAYLIGHT part, each with a yearly RRULE.

Written by ourselves because lists of dates (RDATE) are misread by Outlook, an hour off (CALENDAR fact 4, C12). The rule is derived
from the zone data around the years that matter and followed back to the year from which it holds: 2007 for the United States. Where
no yearly rule describes those years (Morocco, or a country that just changed its law) there is none, and times are written in UTC.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from shared.kernel.wall import zone

_EARLIEST = 1970
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(frozen=True, slots=True)
class Transition:
    """One change of a zone's clocks: the wall time before it, and both offsets."""

    local: datetime
    before: timedelta
    after: timedelta
    name: str


@dataclass(frozen=True, slots=True)
class Yearly:
    """When in a year clocks change: `place` is an ordinal (`2SU`, `-1SU`) or a weekday within seven days (`FR;BYMONTHDAY=…`)."""

    month: int
    by: str
    clock: tuple[int, int, int]


@lru_cache(maxsize=512)
def vtimezone(zone_name: str, first_year: int, last_year: int) -> tuple[str, ...] | None:
    """Return the lines of a VTIMEZONE that is right from the year before `first_year` to the year after `last_year`, or None."""
    years = range(first_year - 1, last_year + 2)
    changes = [transitions(zone_name, year) for year in years]
    head = ("BEGIN:VTIMEZONE", f"TZID:{zone_name}")
    if not any(changes):
        place = zone(zone_name)
        moment = datetime(first_year, 7, 1, tzinfo=place)
        offset = moment.utcoffset() or timedelta(0)
        start = datetime(_EARLIEST, 1, 1)  # noqa: DTZ001 # wall time
        fixed = _part("STANDARD", start, offset, offset, moment.tzname() or "", None)
        return (*head, *fixed, "END:VTIMEZONE")
    if any(len(year) != 2 for year in changes):
        return None
    lines = list(head)
    for index in (0, 1):
        series = [year[index] for year in changes]
        rule = _rule(_cycle(zone_name, first_year - 1, index)) or _rule(series)
        if rule is None or len({(t.before, t.after, t.name) for t in series}) != 1:
            return None
        first = _first_year_of(zone_name, rule, index, series[0])
        onset = transitions(zone_name, first)[index]
        kind = "DAYLIGHT" if onset.after > onset.before else "STANDARD"
        lines += _part(kind, onset.local, onset.before, onset.after, onset.name, rule)
    return (*lines, "END:VTIMEZONE")


@lru_cache(maxsize=8192)
def transitions(zone_name: str, year: int) -> tuple[Transition, ...]:
    """Return the changes of a zone's clocks within one UTC year, earliest first."""
    place = zone(zone_name)

    def offset(seconds: int) -> timedelta:
        return datetime.fromtimestamp(seconds, UTC).astimezone(place).utcoffset() or timedelta(0)

    start = int(datetime(year, 1, 1, tzinfo=UTC).timestamp())
    end = int(datetime(year + 1, 1, 1, tzinfo=UTC).timestamp())
    found = []
    step = 7 * 86_400
    at = start
    while at < end:
        following = min(at + step, end)
        if offset(at) != offset(following):
            low, high = at, following
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if offset(middle) == offset(at) else (low, middle)
            instant = datetime.fromtimestamp(high, UTC)
            before = offset(low)
            local = (instant + before).replace(tzinfo=None)
            found.append(Transition(local, before, offset(high), instant.astimezone(place).tzname() or ""))
        at = following
    return tuple(found)


def _cycle(zone_name: str, first_year: int, index: int) -> list[Transition]:
    """Return one change in each of 28 years, after which dates fall on the same weekdays again.

    A rule read off so many years is the same whichever year asks: calendars keep one definition for a zone's name.
    """
    years = [transitions(zone_name, year) for year in range(first_year, first_year + 28)]
    return [year[index] for year in years] if all(len(year) == 2 for year in years) else []


def _rule(series: list[Transition]) -> Yearly | None:
    """Return the yearly rule that gives exactly these changes, one a year."""
    locals_ = [transition.local for transition in series]
    months = {local.month for local in locals_}
    weekdays = {local.weekday() for local in locals_}
    clocks = {(local.hour, local.minute, local.second) for local in locals_}
    if len(months) != 1 or len(clocks) != 1 or len(weekdays) != 1:
        return None
    month, weekday, clock = months.pop(), _WEEKDAYS[weekdays.pop()], clocks.pop()
    for ordinal in (1, 2, 3, -1, 4):
        if all(_ordinal(local.date(), ordinal) for local in locals_):
            return Yearly(month, f"BYDAY={ordinal}{weekday}", clock)
    days = [local.day for local in locals_]
    if max(days) - min(days) > 6:
        return None
    return _within_seven_days(month, weekday, clock, days)


def _within_seven_days(month: int, weekday: str, clock: tuple[int, int, int], days: list[int]) -> Yearly:
    """Return the weekday that falls in a run of seven days of the month; any run that holds all the days gives these years."""
    first = max(1, max(days) - 6)
    run = ",".join(str(day) for day in range(first, first + 7))
    return Yearly(month, f"BYMONTHDAY={run};BYDAY={weekday}", clock)


def _ordinal(day: date, ordinal: int) -> bool:
    """Whether a day is the nth (or the last) of its weekday in its month."""
    if ordinal < 0:
        return (day + timedelta(days=7)).month != day.month
    return (day.day - 1) // 7 + 1 == ordinal


def _first_year_of(zone_name: str, rule: Yearly, index: int, sample: Transition) -> int:
    """Return the earliest year from which a rule has held without a break, so that a zone reads the same in every message."""
    year = sample.local.year
    while year > _EARLIEST:
        earlier = transitions(zone_name, year - 1)
        if len(earlier) != 2 or (earlier[index].before, earlier[index].after) != (sample.before, sample.after):
            break
        if not _matches(rule, earlier[index].local):
            break
        year -= 1
    return year


def _matches(rule: Yearly, local: datetime) -> bool:
    if (local.month, (local.hour, local.minute, local.second)) != (rule.month, rule.clock):
        return False
    days, _, by_day = rule.by.rpartition("BYDAY=")
    if by_day[-2:] != _WEEKDAYS[local.weekday()]:
        return False
    if days:
        return str(local.day) in days.removeprefix("BYMONTHDAY=").rstrip(";").split(",")
    return _ordinal(local.date(), int(by_day[:-2]))


def _part(kind: str, onset: datetime, before: timedelta, after: timedelta, name: str, rule: Yearly | None) -> list[str]:
    lines = [f"BEGIN:{kind}", f"DTSTART:{onset:%Y%m%dT%H%M%S}", f"TZOFFSETFROM:{_offset(before)}", f"TZOFFSETTO:{_offset(after)}"]
    if rule is not None:
        lines.append(f"RRULE:FREQ=YEARLY;BYMONTH={rule.month};{rule.by}")
    if name and name[0].isalpha():
        lines.append(f"TZNAME:{name}")
    return [*lines, f"END:{kind}"]


def _offset(offset: timedelta) -> str:
    seconds = int(offset.total_seconds())
    sign = "-" if seconds < 0 else "+"
    hours, rest = divmod(abs(seconds), 3600)
    minutes, odd = divmod(rest, 60)
    return f"{sign}{hours:02d}{minutes:02d}" + (f"{odd:02d}" if odd else "")
