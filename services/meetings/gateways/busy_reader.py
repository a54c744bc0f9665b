"""Reads busy times out of an iCalendar file that somebody else made. Runs in a process of its own, which may be killed.

Nothing of the file leaves but times, and the addresses of attendees who declined.
"""

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events
from icalendar.prop.broken import vBroken

MAX_BYTES = 2 * 1024 * 1024
MAX_COMPONENTS = 5_000
MAX_DEPTH = 4
MAX_RDATES = 1_000
MAX_OCCURRENCES = 20_000
MAX_COUNT = 1_000
MAX_INTERVAL = 366

FREQUENCIES = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
TAKES_A_MOMENT = timedelta(minutes=15)
"""What an event without an end takes: one cell of ours."""

_COUNT = re.compile(r"(?i);?\bCOUNT=(\d+)")
_SHORT = re.compile(r"[0-9]{1,12}")
_FOLD = re.compile(r"\r?\n[ \t]")


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch in which the owner is busy; tentatively if not `hard`. `declined` are attendees who said no to it."""

    starts_at: str
    ends_at: str
    hard: bool
    declined: list[str]


class Unusable(Exception):
    """The file cannot be used; the message is a stable code."""


def read_busy(raw: bytes, zone_name: str, start: datetime, end: datetime) -> tuple[list[Block], list[str]]:
    """Return the busy blocks between two instants, and codes of what had to be passed over. Raises Unusable."""
    warnings: set[str] = set()
    text = _checked(raw, warnings)
    try:
        calendar: Any = icalendar.Calendar.from_ical(text)
    except (ValueError, IndexError, KeyError, TypeError, AttributeError) as error:
        raise Unusable("ics_invalid") from error
    _drop_unreadable(calendar, warnings)
    try:
        found = recurring_ical_events.of(calendar, skip_bad_series=True).between(start, end)
    except Exception as error:  # a library of many corners: whatever it trips over, the file is at fault
        raise Unusable("ics_invalid") from error
    if len(found) > MAX_OCCURRENCES:
        raise Unusable("ics_too_complex")
    zone = ZoneInfo(zone_name)
    blocks = [block for event in found if (block := _block(event, zone, start, end)) is not None]
    return sorted(blocks, key=lambda one: (one.starts_at, one.ends_at)), sorted(warnings)


def _checked(raw: bytes, warnings: set[str]) -> str:
    """Refuse by size, shape and density before anything is parsed; an endless rule is read as far as the window goes."""
    if len(raw) > MAX_BYTES:
        raise Unusable("ics_too_complex")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unusable("ics_invalid") from error
    text = text.strip()
    if not text[:15].upper() == "BEGIN:VCALENDAR":
        raise Unusable("not_a_calendar")
    if "\0" in text:
        raise Unusable("ics_invalid")
    lines = _FOLD.sub("", text).replace("\r\n", "\n").split("\n")
    return "\r\n".join(_lines(lines, warnings)) + "\r\n"


def _lines(lines: list[str], warnings: set[str]) -> Iterator[str]:
    depth = components = rdates = 0
    for line in lines:
        name = re.split("[;:]", line, maxsplit=1)[0].upper()
        value = line.partition(":")[2]
        if name == "BEGIN":
            depth, components = depth + 1, components + 1
            if depth > MAX_DEPTH or components > MAX_COMPONENTS:
                raise Unusable("ics_too_complex")
        elif name == "END":
            depth -= 1
        elif name in {"RDATE", "EXDATE"}:
            rdates += value.count(",") + 1
            if rdates > MAX_RDATES:
                raise Unusable("ics_too_complex")
        elif name == "EXRULE":
            # Obsolete since 2009, and able to run for ever: without it the owner only looks busier.
            warnings.add("exrule_passed_over")
            continue
        yield _rule(line, value) if name == "RRULE" else line
    if depth != 0:
        raise Unusable("ics_invalid")


def _rule(line: str, value: str) -> str:
    parts = dict(part.upper().partition("=")[::2] for part in value.split(";") if part)
    interval, count = parts.get("INTERVAL", "1"), parts.get("COUNT", "1")
    if parts.get("FREQ") not in FREQUENCIES or "BYSECOND" in parts or "," in parts.get("BYMINUTE", ""):
        raise Unusable("recurrence_too_dense")
    if not _SHORT.fullmatch(interval) or not _SHORT.fullmatch(count) or not 1 <= int(interval) <= MAX_INTERVAL:
        raise Unusable("recurrence_invalid")
    return _COUNT.sub("", line) if int(count) > MAX_COUNT else line


def _drop_unreadable(calendar: Any, warnings: set[str]) -> None:
    """Pass over events whose time nobody can know: no start, a broken one, or one without a zone."""
    kept = []
    for component in calendar.subcomponents:
        if component.name == "VEVENT":
            trouble = _trouble(component)
            if trouble:
                warnings.add(trouble)
                continue
        kept.append(component)
    calendar.subcomponents[:] = kept


def _trouble(event: Any) -> str:
    # The parser keeps a broken value and raises only when it is looked at, so each is looked at here.
    if any(_is_broken(event.get(name)) for name in ("DTSTART", "DTEND", "DURATION", "RECURRENCE-ID", "RRULE", "RDATE", "EXDATE")):
        return "time_broken"
    if event.get("DTSTART") is None:
        return "time_missing"
    for name in ("DTSTART", "DTEND", "RECURRENCE-ID"):
        found = event[name].dt if name in event else None
        if isinstance(found, datetime) and found.tzinfo is None:
            return "floating_time"
        if found is not None and not isinstance(found, date):
            return "time_broken"
    return ""


def _is_broken(value: Any) -> bool:
    if isinstance(value, list):
        return not all(hasattr(one, "dts") for one in value)
    return isinstance(value, vBroken)


def _block(event: Any, zone: ZoneInfo, start: datetime, end: datetime) -> Block | None:
    status = str(event.get("STATUS", "")).upper()
    shown = str(event.get("X-MICROSOFT-CDO-BUSYSTATUS", "")).upper()
    if status == "CANCELLED" or str(event.get("TRANSP", "")).upper() == "TRANSPARENT" or shown == "FREE":
        return None
    begins, ends = _span(event, zone)
    begins, ends = max(begins, start), min(ends, end)
    if begins >= ends:
        return None
    tentative = "TENTATIVE" in {status, shown}
    return Block(begins.isoformat(), ends.isoformat(), not tentative, _declined(event))


def _span(event: Any, zone: ZoneInfo) -> tuple[datetime, datetime]:
    first = event["DTSTART"].dt
    last = event["DTEND"].dt if "DTEND" in event else None
    if last is None and "DURATION" in event:
        last = first + event["DURATION"].dt
    if not isinstance(first, datetime):
        after = last if isinstance(last, date) and last > first else first + timedelta(days=1)
        return _midnight(first, zone), _midnight(after, zone)
    begins = first.astimezone(UTC)
    ends = last.astimezone(UTC) if isinstance(last, datetime) else begins
    return begins, ends if ends > begins else begins + TAKES_A_MOMENT


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(0), zone).astimezone(UTC)


def _declined(event: Any) -> list[str]:
    found = event.get("ATTENDEE", [])
    attendees = found if isinstance(found, list) else [found]
    return [
        str(one).lower().removeprefix("mailto:")
        for one in attendees
        if str(getattr(one, "params", {}).get("PARTSTAT", "")).upper() == "DECLINED"
    ]


def read_apart(raw: bytes, asked: dict[str, Any]) -> dict[str, Any]:
    """Read one file as `freebusy` asks for it; what comes back is JSON-plain."""
    start, end = datetime.fromisoformat(asked["start"]), datetime.fromisoformat(asked["end"])
    try:
        blocks, warnings = read_busy(raw, asked["zone"], start, end)
    except Unusable as unusable:
        return {"blocks": [], "warnings": [], "error": str(unusable)}
    return {"blocks": [asdict(block) for block in blocks], "warnings": warnings, "error": ""}
