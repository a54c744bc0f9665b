"""An entry as iCalendar text, and what comes back as a value. The only module that imports `icalendar`.

What leaves is written line by line, so that the same facts give the same bytes; what arrives is read by the library and then
checked type by type, because a parser is no validator. One object names one person: the recipient is the only ATTENDEE, the
county's mailbox the only ORGANIZER, and the words say nothing (CALENDAR §4, C1-C30, C58-C67).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

from icalendar import Calendar, Component, vDDDTypes, vText
from pydantic import TypeAdapter

from services.notify.gateways.content_lines import joined, mailto, parameter, text, utc_stamp, wall_stamp
from services.notify.gateways.vtimezone import vtimezone
from shared.events.entries import Answer, Method, Turn
from shared.kernel.wall import resolve

PRODUCT = "-//Surround//Calendar//EN"
LONGEST_UID = 255
_UNTIL_DATE = re.compile(r"UNTIL=(\d{8})(?:T\d{6})?(?=;|$)")


class Status(StrEnum):
    """What STATUS says. `none` leaves it out, as a CANCEL to one removed person must (C26)."""

    CONFIRMED = "CONFIRMED"
    CANCELLED = "CANCELLED"
    NONE = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarEntry:
    """One person's entry, ready to be written. `summary`, `description` and `location` are neutral and cleared for this person.

    `stamped_at` becomes DTSTAMP: when the message was made, or in a feed when the revision was. Wall times are in `time_zone`.
    What recurs has an RFC 5545 `rule`, whose UNTIL may be the last local date on which a turn begins, the local starts that are
    `excluded` from it, and the `turns` that it comes to.
    """

    uid: str
    sequence: int
    status: Status
    stamped_at: datetime
    starts_local: datetime
    ends_local: datetime
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    summary: str
    organizer: str
    organizer_name: str
    language: str = "en"
    description: str = ""
    location: str = ""
    attendee: str = ""
    required: bool = True
    answer: Answer = Answer.NEEDS_ACTION
    rule: str = ""
    excluded: tuple[datetime, ...] = ()
    turns: tuple[Turn, ...] = ()


def status_for(method: Method, *, removed: bool) -> Status:
    """Return STATUS for what meetings decided: confirmed, cancelled for all, or silent towards one removed person."""
    if method is Method.REQUEST:
        return Status.CONFIRMED
    return Status.NONE if removed else Status.CANCELLED


def write_entry(entry: CalendarEntry, method: Method) -> bytes:
    """Return one VCALENDAR with one METHOD and one VEVENT, for one person."""
    if method is Method.REQUEST and entry.status is not Status.CONFIRMED:
        raise ValueError("a REQUEST is never cancelled")
    if not entry.attendee:
        raise ValueError("an invitation names its recipient")
    zone_lines = _zone(entry)
    zoned = zone_lines is not None
    lines = [*_head(method.value), *(zone_lines or ()), *_event(entry, zoned=zoned)]
    if method is Method.REQUEST:
        lines += _odd_turns(entry, zoned=zoned)
    return joined([*lines, "END:VCALENDAR"])


def write_feed(entries: Sequence[CalendarEntry], *, name: str) -> bytes:
    """Return a person's own calendar: METHOD:PUBLISH, no ATTENDEE, the UIDs and SEQUENCEs of the invitations so that clients merge.

    Nothing in it depends on the time of reading, so unchanged data give the same bytes.
    """
    lines = [
        *_head("PUBLISH"),
        f"NAME:{text(name)}",
        f"X-WR-CALNAME:{text(name)}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
    ]
    ordered = sorted(entries, key=lambda entry: (entry.starts_at, entry.uid))
    zones = {}
    for zone_name in sorted({entry.time_zone for entry in ordered}):
        years = [year for entry in ordered if entry.time_zone == zone_name for year in _years(entry)]
        zones[zone_name] = vtimezone(zone_name, min(years), max(years)) if zone_name != "UTC" else None
    used = {entry.time_zone for entry in ordered if zones[entry.time_zone] and _walls_are_plain(entry)}
    for zone_name in sorted(used):
        lines += zones[zone_name] or ()
    for entry in ordered:
        zoned = entry.time_zone in used and _walls_are_plain(entry)
        lines += _event(entry, zoned=zoned, feed=True) + _odd_turns(entry, zoned=zoned, feed=True)
    return joined([*lines, "END:VCALENDAR"])


def _head(method: str) -> list[str]:
    return ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", "CALSCALE:GREGORIAN", f"METHOD:{method}"]


def _zone(entry: CalendarEntry) -> tuple[str, ...] | None:
    """Return the VTIMEZONE lines, or None where the entry must be written in UTC."""
    if entry.time_zone == "UTC" or not _walls_are_plain(entry):
        return None
    years = _years(entry)
    return vtimezone(entry.time_zone, min(years), max(years))


def _years(entry: CalendarEntry) -> list[int]:
    """Return the first and the last years in which an entry has a time."""
    locals_ = [entry.starts_local, entry.ends_local, *(turn.ends_local for turn in entry.turns[-1:])]
    return [local.year for local in locals_]


def _walls_are_plain(entry: CalendarEntry) -> bool:
    """Whether both wall times mean their instants to every reader: not so for the second time round in the autumn fold."""
    return all(
        resolve(local, entry.time_zone).instant == instant
        for local, instant in ((entry.starts_local, entry.starts_at), (entry.ends_local, entry.ends_at))
    )


def _event(entry: CalendarEntry, *, zoned: bool, feed: bool = False) -> list[str]:
    if entry.ends_at <= entry.starts_at:
        raise ValueError("an entry ends after it starts")
    if not entry.uid or len(entry.uid.encode()) > LONGEST_UID or entry.sequence < 0:
        raise ValueError("not a calendar identity")
    lines = ["BEGIN:VEVENT", f"UID:{text(entry.uid)}", f"DTSTAMP:{utc_stamp(entry.stamped_at)}", f"SEQUENCE:{entry.sequence}"]
    if feed:
        lines.append(f"LAST-MODIFIED:{utc_stamp(entry.stamped_at)}")
    if zoned:
        lines.append(f"DTSTART;TZID={entry.time_zone}:{wall_stamp(entry.starts_local)}")
        lines.append(f"DTEND;TZID={entry.time_zone}:{wall_stamp(entry.ends_local)}")
    else:
        lines += [f"DTSTART:{utc_stamp(entry.starts_at)}", f"DTEND:{utc_stamp(entry.ends_at)}"]
    lines += _recurrence(entry, zoned=zoned)
    lines.append(f"SUMMARY;LANGUAGE={parameter(entry.language)}:{text(entry.summary)}")
    if entry.description:
        lines.append(f"DESCRIPTION;LANGUAGE={parameter(entry.language)}:{text(entry.description)}")
    if entry.location:
        lines.append(f"LOCATION:{text(entry.location)}")
    lines.append("CLASS:PRIVATE")
    lines.append("TRANSP:TRANSPARENT" if entry.status is Status.CANCELLED else "TRANSP:OPAQUE")
    if entry.status is not Status.NONE:
        lines.append(f"STATUS:{entry.status.value}")
    lines.append(f"ORGANIZER;CN={parameter(entry.organizer_name)}:{mailto(entry.organizer)}")
    if not feed:
        lines.append(_attendee(entry))
    return [*lines, "END:VEVENT"]


def _recurrence(entry: CalendarEntry, *, zoned: bool) -> list[str]:
    """Return how an entry recurs. Where its wall times cannot be written with their zone each turn is listed, in UTC."""
    if not entry.rule:
        return []
    if not zoned:
        later = [turn.starts_at for turn in entry.turns if turn.starts_at > entry.starts_at]
        return [f"RDATE:{utc_stamp(each)}" for each in later]
    lines = [f"RRULE:{_rule(entry)}"]
    lines += [f"EXDATE;TZID={entry.time_zone}:{wall_stamp(each)}" for each in sorted(entry.excluded)]
    return lines


def _rule(entry: CalendarEntry) -> str:
    """Return the rule with its end in UTC, as it must be where the start has a zone (C15); a date lets that day's turn begin."""
    rule = entry.rule.removeprefix("RRULE:")
    until = _UNTIL_DATE.search(rule)
    if until is None:
        return rule
    day = datetime.strptime(until[1], "%Y%m%d").date()  # noqa: DTZ007 # a local date
    last = resolve(datetime.combine(day, entry.starts_local.time()), entry.time_zone).instant
    return _UNTIL_DATE.sub(f"UNTIL={utc_stamp(last)}", rule)


def _odd_turns(entry: CalendarEntry, *, zoned: bool, feed: bool = False) -> list[str]:
    """Return the turns that a clock change makes longer or shorter, each as an instance of its own.

    A DTEND gives every turn of a rule the same exact length (RFC 5545 §3.8.5.3): without them such a night would end an hour off.
    """
    if not (entry.rule and zoned and entry.status is Status.CONFIRMED):
        return []
    length = entry.ends_at - entry.starts_at
    lines: list[str] = []
    for turn in entry.turns:
        if turn.ends_at - turn.starts_at != length and turn.starts_local not in entry.excluded:
            lines += _instance(entry, turn, feed=feed)
    return lines


def _instance(entry: CalendarEntry, turn: Turn, *, feed: bool) -> list[str]:
    alone = replace(
        entry,
        rule="",
        starts_local=turn.starts_local,
        ends_local=turn.ends_local,
        starts_at=turn.starts_at,
        ends_at=turn.ends_at,
    )
    head, uid, *rest = _event(alone, zoned=True, feed=feed)
    return [head, uid, f"RECURRENCE-ID;TZID={entry.time_zone}:{wall_stamp(turn.starts_local)}", *rest]


def _attendee(entry: CalendarEntry) -> str:
    role = "REQ-PARTICIPANT" if entry.required else "OPT-PARTICIPANT"
    answer = entry.answer.value.upper().replace("_", "-")
    return f"ATTENDEE;CUTYPE=INDIVIDUAL;ROLE={role};PARTSTAT={answer};RSVP=TRUE:{mailto(entry.attendee)}"


# --- what comes back -------------------------------------------------------------------------------------------------------

LARGEST_REPLY = 128 * 1024
MOST_LINES = 2_000
MOST_COMPONENTS = 50
DEEPEST = 4
LONGEST_COMMENT = 2_000
_METHODS = frozenset({"REPLY", "COUNTER", "REFRESH"})
_PARTSTAT = re.compile(r"[A-Z0-9-]{1,40}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedReply:
    """What an iTIP REPLY, COUNTER or REFRESH says. `refused` is the stable code of one that cannot be used, else empty.

    `attendee`, `sent_by` and `delegated_to` are bare addresses in lower case; `partstat` is the raw word in lower case (an
    unknown word is for meetings to judge). A missing SEQUENCE or DTSTAMP stays None: nothing is guessed here.
    """

    method: str = ""
    uid: str = ""
    recurrence_id: datetime | None = None
    sequence: int | None = None
    stamp: datetime | None = None
    attendee: str = ""
    sent_by: str = ""
    partstat: str = ""
    delegated_to: str = ""
    comment: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    request_status: str = ""
    refused: str = ""


class _Unusable(Exception):
    """Why a reply is refused."""


_REPLY = TypeAdapter(ParsedReply)


def spell_reply(reply: ParsedReply) -> str:
    """Return a reply as it is stored."""
    return _REPLY.dump_json(reply).decode()


def unspell_reply(spelled: str) -> ParsedReply:
    """Return a reply that was stored."""
    return _REPLY.validate_json(spelled)


def read_reply(data: bytes | str) -> ParsedReply:
    """Read what a calendar sent back. It never raises: what cannot be a reply says why in `refused`."""
    try:
        calendar = _parsed(_checked_text(data))
        method = _method(calendar)
        event = _only_event(calendar)
        return _reply(event, method)
    except _Unusable as why:
        return ParsedReply(refused=str(why))


def _checked_text(data: bytes | str) -> str:
    """Return the text if it is small and flat enough to be worth parsing at all (C70)."""
    if len(data) > LARGEST_REPLY:
        raise _Unusable("ics_too_complex")
    words = data.decode("utf-8", "replace") if isinstance(data, bytes) else data
    words = words.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n").strip("\n\x00 ")
    lines = words.split("\n")
    begins = [line for line in lines if line[:6].upper() == "BEGIN:"]
    if len(lines) > MOST_LINES or len(begins) > MOST_COMPONENTS or _depth(lines) > DEEPEST:
        raise _Unusable("ics_too_complex")
    if not begins or begins[0].strip().upper() != "BEGIN:VCALENDAR":
        raise _Unusable("ics_invalid")
    return "\r\n".join(lines) + "\r\n"


def _depth(lines: list[str]) -> int:
    depth = deepest = 0
    for line in lines:
        if line[:6].upper() == "BEGIN:":
            depth += 1
            deepest = max(deepest, depth)
        elif line[:4].upper() == "END:":
            depth -= 1
    return deepest


def _parsed(words: str) -> Calendar:
    try:
        calendar = Calendar.from_ical(words)
    except Exception as error:  # a foreign parser on foreign bytes: whatever it raises, the file cannot be read
        raise _Unusable("ics_invalid") from error
    if not isinstance(calendar, Calendar):
        raise _Unusable("ics_invalid")
    return calendar


def _method(calendar: Calendar) -> str:
    method = calendar.get("METHOD")
    if not isinstance(method, vText):
        raise _Unusable("ics_invalid")
    name = str(method).strip().upper()
    if name not in _METHODS:
        raise _Unusable("method_not_allowed")
    return name


def _only_event(calendar: Calendar) -> Component:
    events = [component for component in calendar.subcomponents if component.name == "VEVENT"]
    if len(events) != 1:
        raise _Unusable("ics_invalid")
    return events[0]


def _reply(event: Component, method: str) -> ParsedReply:
    attendee = event.get("ATTENDEE")
    if isinstance(attendee, list) or attendee is None:
        raise _Unusable("ics_invalid")  # C39: exactly one
    parameters = {str(key).upper(): value for key, value in getattr(attendee, "params", {}).items()}
    partstat = str(parameters.get("PARTSTAT", "NEEDS-ACTION")).strip().upper()
    if not _PARTSTAT.fullmatch(partstat):
        raise _Unusable("partstat_unknown")
    starts_at, ends_at = _proposal(event) if method == "COUNTER" else (None, None)
    return ParsedReply(
        method=method,
        uid=_uid(event),
        recurrence_id=_moment(event, "RECURRENCE-ID"),
        sequence=_sequence(event),
        stamp=_moment(event, "DTSTAMP"),
        attendee=_address(str(attendee)),
        sent_by=_address(str(parameters.get("SENT-BY", ""))),
        partstat=partstat.lower(),
        delegated_to=_address(_first_text(parameters.get("DELEGATED-TO", ""))),
        comment=_comment(event),
        starts_at=starts_at,
        ends_at=ends_at,
        request_status=_first_text(event.get("REQUEST-STATUS", ""))[:100],
    )


def _uid(event: Component) -> str:
    uid = event.get("UID")
    if not isinstance(uid, vText) or not 0 < len(str(uid).strip()) <= LONGEST_UID:
        raise _Unusable("ics_invalid")
    return str(uid).strip()


def _sequence(event: Component) -> int | None:
    value = event.get("SEQUENCE")
    if value is None:
        return None
    if not isinstance(value, int) or not 0 <= value < 2**31:
        raise _Unusable("ics_invalid")
    return int(value)


def _moment(event: Component, name: str) -> datetime | None:
    """Return a date-time property as UTC; a value that is none, or floats without a zone, makes the reply unusable."""
    value = event.get(name)
    if value is None:
        return None
    moment = _instant(value)
    if moment is None:
        raise _Unusable("ics_invalid")
    return moment


def _instant(value: object) -> datetime | None:
    if not isinstance(value, vDDDTypes) or not isinstance(value.dt, datetime) or value.dt.tzinfo is None:
        return None
    if not 2000 <= value.dt.year <= 2100:
        return None
    return value.dt.astimezone(UTC)


def _proposal(event: Component) -> tuple[datetime | None, datetime | None]:
    """Return the time a COUNTER proposes; half a proposal is none, and staff read the comment."""
    starts_at, ends_at = _instant(event.get("DTSTART")), _instant(event.get("DTEND"))
    if starts_at is None or ends_at is None or ends_at <= starts_at:
        return None, None
    return starts_at, ends_at


def _address(value: str) -> str:
    bare = value.strip().strip('"')
    if bare[:7].lower() == "mailto:":
        bare = bare[7:]
    return bare.strip().lower()[:320]


def _first_text(value: object) -> str:
    if isinstance(value, (list, tuple)):
        return _first_text(value[0]) if value else ""
    return str(value)


def _comment(event: Component) -> str:
    value = event.get("COMMENT")
    parts = value if isinstance(value, list) else [value]
    said = "\n".join(str(part) for part in parts if isinstance(part, vText))
    return "".join(c for c in said if c == "\n" or c.isprintable()).strip()[:LONGEST_COMMENT]
