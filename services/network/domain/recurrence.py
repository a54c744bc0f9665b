"""When something happens again: wall times in a place, by a small part of RFC 5545's recurrence rules.

Turns are reckoned on the wall and then made definite, so that "every Saturday from ten at night to six in the morning" stays that
across a clock change: seven hours of it in March, nine in November. A start in the spring gap shifts forward by the gap, of two
equal times in autumn the first is meant (DESIGN §4).
"""

import calendar
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import islice, pairwise

from shared.events.entries import Turn
from shared.kernel.errors import Fault, Invalid
from shared.kernel.spans import Span
from shared.kernel.wall import Clock, zone_names

LONGEST_TURN = timedelta(days=7)
MOST_INTERVAL = 366
MOST_COUNT = 1000
LAST_DAY = date(2100, 12, 31)
EVERY_CASE = timedelta(days=8 * 366)
"""Within this time a rule has shown all it can mean: twice the four years to the next 29 February."""

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_PARTS = frozenset({"FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "COUNT", "UNTIL"})
_UNTIL = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T\d{6}Z?)?")


class Frequency(StrEnum):
    """How often. Nothing shorter than a day: a promise several times a day is several promises."""

    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A recurrence. `weekdays` count from Monday 0; `until` is the last local date on which a turn may begin."""

    frequency: Frequency
    interval: int = 1
    weekdays: frozenset[int] = frozenset()
    month_days: frozenset[int] = frozenset()
    count: int | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """The first turn on the wall of a place, how long each lasts on that wall, and how it recurs; without a rule it is one turn."""

    time_zone: str
    starts_local: datetime
    ends_local: datetime
    rule: Rule | None = None

    @property
    def length(self) -> timedelta:
        """Wall time from start to end; elapsed time differs by an hour where clocks change in between."""
        return self.ends_local - self.starts_local


def span_of(turn: Turn) -> Span:
    """Return the instants of a turn."""
    return Span(turn.starts_at, turn.ends_at)


def check_pattern(pattern: Pattern, *, pointer: str = "#") -> None:
    """Refuse what is no time at all, lasts longer than a week, or overlaps its own next turn."""
    faults = []
    if pattern.time_zone not in zone_names():
        faults.append(
            Fault("timezone_unknown", "Choose a zone of the list, like America/Los_Angeles.", pointer=f"{pointer}/time_zone")
        )
    if pattern.length <= timedelta(0):
        faults.append(Fault("end_before_start", "Choose an end after the start.", pointer=f"{pointer}/ends_local"))
    elif pattern.length > LONGEST_TURN:
        faults.append(
            Fault("duration_out_of_range", "One turn lasts a week at most. Make it several.", pointer=f"{pointer}/ends_local")
        )
    if pattern.rule is not None and not faults:
        faults += _faults_of_rule(pattern, pattern.rule, f"{pointer}/repeats")
    if faults:
        raise Invalid(faults)


def read_rule(text: str, *, pointer: str = "#/repeats") -> Rule | None:
    """Return the rule spelled like `FREQ=WEEKLY;BYDAY=MO,FR;UNTIL=20271001`; empty text is no recurrence.

    Raises Invalid: `recurrence_invalid` for what is no rule, `recurrence_not_allowed` for parts beyond ours, and
    `recurrence_too_long` for more turns than ours.
    """
    if not text:
        return None
    parts: dict[str, str] = {}
    for part in text.upper().removeprefix("RRULE:").split(";"):
        name, mark, value = part.partition("=")
        if not mark or not value or name in parts:
            raise _refused("recurrence_invalid", "Write it like FREQ=WEEKLY;BYDAY=MO,FR.", pointer)
        parts[name] = value
    if "FREQ" not in parts:
        raise _refused("recurrence_invalid", "Say how often: FREQ=DAILY, WEEKLY or MONTHLY.", pointer)
    if parts["FREQ"] not in set(Frequency) or parts.keys() - _PARTS:
        raise _refused(
            "recurrence_not_allowed",
            "Use FREQ of DAILY, WEEKLY or MONTHLY with INTERVAL, BYDAY, BYMONTHDAY, UNTIL, COUNT.",
            pointer,
        )
    frequency = Frequency(parts["FREQ"])
    if ("BYMONTHDAY" in parts) != (frequency is Frequency.MONTHLY) or ("BYDAY" in parts and frequency is Frequency.MONTHLY):
        raise _refused("recurrence_not_allowed", "Use BYMONTHDAY with MONTHLY, and BYDAY with DAILY or WEEKLY.", pointer)
    if "COUNT" in parts and "UNTIL" in parts:
        raise _refused("recurrence_invalid", "Use COUNT or UNTIL, not both.", pointer)
    return Rule(
        frequency=frequency,
        interval=_number(parts.get("INTERVAL", "1"), most=MOST_INTERVAL, pointer=pointer, beyond="recurrence_not_allowed"),
        weekdays=frozenset(_weekday(each, pointer) for each in parts["BYDAY"].split(",")) if "BYDAY" in parts else frozenset(),
        month_days=frozenset(_number(each, most=31, pointer=pointer) for each in parts["BYMONTHDAY"].split(","))
        if "BYMONTHDAY" in parts
        else frozenset(),
        count=_number(parts["COUNT"], most=MOST_COUNT, pointer=pointer, beyond="recurrence_too_long") if "COUNT" in parts else None,
        until=_until(parts["UNTIL"], pointer) if "UNTIL" in parts else None,
    )


def spell_rule(rule: Rule | None) -> str:
    """Return a rule as `read_rule` reads it, its parts in one order; without a rule empty text."""
    if rule is None:
        return ""
    parts = [f"FREQ={rule.frequency}"]
    if rule.interval != 1:
        parts.append(f"INTERVAL={rule.interval}")
    if rule.weekdays:
        parts.append("BYDAY=" + ",".join(_DAYS[day] for day in sorted(rule.weekdays)))
    if rule.month_days:
        parts.append("BYMONTHDAY=" + ",".join(str(day) for day in sorted(rule.month_days)))
    if rule.count is not None:
        parts.append(f"COUNT={rule.count}")
    if rule.until is not None:
        parts.append(f"UNTIL={rule.until:%Y%m%d}")
    return ";".join(parts)


def turns(
    pattern: Pattern, clock: Clock, *, begin: date, end: date | None, excluded: Iterable[datetime] = (), most: int | None = None
) -> list[Turn]:
    """Return the turns that begin on a local date from `begin` to `end` (both included; None is no end), earliest first.

    `clock` is that of the pattern's zone. `excluded` are local starts that do not take place. A rule without an end needs one here.
    """
    return [
        Turn(starts_local=local, ends_local=local + pattern.length, starts_at=span.start, ends_at=span.end)
        for local, span in islice(_dated(pattern, clock, begin, end, excluded), most)
    ]


def spans(pattern: Pattern, clock: Clock, *, begin: date, end: date, excluded: Iterable[datetime] = ()) -> list[Span]:
    """Return the instants of the same turns."""
    return [span for _, span in _dated(pattern, clock, begin, end, excluded)]


def turn_at(pattern: Pattern, clock: Clock, starts_local: datetime) -> Turn:
    """Return the turn that begins at this wall time."""
    once = replace(pattern, starts_local=starts_local, ends_local=starts_local + pattern.length, rule=None)
    [turn] = turns(once, clock, begin=starts_local.date(), end=starts_local.date())
    return turn


def _dated(
    pattern: Pattern, clock: Clock, begin: date, end: date | None, excluded: Iterable[datetime]
) -> Iterator[tuple[datetime, Span]]:
    """Each turn's local start and its instants. One that the clock change swallows keeps its length instead of its end."""
    left_out = frozenset(excluded)
    at = pattern.starts_local.time()
    starts, ends = _since_midnight(pattern.starts_local), _since_midnight(pattern.ends_local)
    nights = pattern.ends_local.date() - pattern.starts_local.date()
    for day in _days(pattern, end=end):
        local = datetime.combine(day, at)
        if day < begin or local in left_out:
            continue
        starts_at, ends_at = clock.at(day, starts), clock.at(day + nights, ends)
        yield local, Span(starts_at, ends_at if ends_at > starts_at else starts_at + pattern.length)


def _since_midnight(local: datetime) -> timedelta:
    return local - datetime.combine(local.date(), time())


def _days(pattern: Pattern, *, end: date | None) -> Iterator[date]:
    """Every local date on which a turn begins, from the first one on."""
    first, rule = pattern.starts_local.date(), pattern.rule
    last = min(day for day in (end, rule.until if rule else None, LAST_DAY) if day is not None)
    days = _candidates(first, rule, last) if rule else iter([first])
    for number, day in enumerate(days):
        if day > last or (rule is not None and rule.count is not None and number >= rule.count):
            return
        yield day


def _candidates(first: date, rule: Rule, last: date) -> Iterator[date]:
    """The days of a rule from the first one on, past `last` by a period at most."""
    if rule.frequency is Frequency.DAILY:
        step = timedelta(days=rule.interval)
        day = first
        while day <= last:
            if not rule.weekdays or day.weekday() in rule.weekdays:
                yield day
            day += step
    elif rule.frequency is Frequency.WEEKLY:
        weekdays = sorted(rule.weekdays or {first.weekday()})
        monday = first - timedelta(days=first.weekday())
        while monday <= last:
            for weekday in weekdays:
                day = monday + timedelta(days=weekday)
                if day >= first:
                    yield day
            monday += timedelta(weeks=rule.interval)
    else:
        year, month = first.year, first.month
        while date(year, month, 1) <= last:
            length = calendar.monthrange(year, month)[1]
            for number in sorted(rule.month_days):
                if number <= length and date(year, month, number) >= first:
                    yield date(year, month, number)
            month += rule.interval
            year, month = year + (month - 1) // 12, (month - 1) % 12 + 1


def _faults_of_rule(pattern: Pattern, rule: Rule, pointer: str) -> list[Fault]:
    days = list(_days(pattern, end=pattern.starts_local.date() + EVERY_CASE))
    if not days or days[0] != pattern.starts_local.date():
        return [Fault("recurrence_never", "Let the first turn be one of the days on which it repeats.", pointer=pointer)]
    if any(later - day < pattern.length for day, later in pairwise(days)):
        return [Fault("recurrence_too_dense", "A turn must end before the next one begins.", pointer=pointer)]
    return []


def _refused(code: str, detail: str, pointer: str) -> Invalid:
    return Invalid([Fault(code, detail, pointer=pointer)])


def _number(text: str, *, most: int, pointer: str, beyond: str = "recurrence_invalid") -> int:
    """Read a number from 1 to `most`; one outside of that is refused as `beyond` says."""
    if not (text.isascii() and text.isdigit()):
        raise _refused("recurrence_invalid", f"Use whole numbers from 1 to {most}.", pointer)
    if len(text) > len(str(most)) or not 1 <= int(text) <= most:
        raise _refused(beyond, f"Use whole numbers from 1 to {most}.", pointer)
    return int(text)


def _weekday(text: str, pointer: str) -> int:
    if text not in _DAYS:
        raise _refused("recurrence_invalid", "Write days as MO, TU, WE, TH, FR, SA, SU.", pointer)
    return _DAYS.index(text)


def _until(text: str, pointer: str) -> date:
    found = _UNTIL.fullmatch(text)
    try:
        if found:
            return date(*(int(each) for each in found.groups()))
    except ValueError:
        pass
    raise _refused("recurrence_invalid", "Write UNTIL as a date, like 20271001.", pointer)
