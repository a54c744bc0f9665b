"""A linter of calendar bytes, written from the RFCs and sharing no code with the writer.

`lint(data)` returns one sentence for each rule broken; an empty list is a clean object. The numbers are those of the checklist in
CALENDAR §4 (octets C1-C10, time C11-C15, REQUEST C16-C24 and C30, CANCEL C25-C26b, feeds C58-C59, everything C66-C67).
"""

import re
from collections import Counter
from dataclasses import dataclass, field

NAME = re.compile(r"^[A-Za-z0-9-]+$")
UTC_STAMP = re.compile(r"^\d{8}T\d{6}Z$")
WALL_STAMP = re.compile(r"^\d{8}T\d{6}$")
OFFSET = re.compile(r"^[+-]\d{4}(\d{2})?$")
BAD_ESCAPE = re.compile(r"(?<!\\)(?:\\\\)*\\(?![\\;,nN])")
MAILTO = re.compile(r"^mailto:[^\s@,;:<>\"]+@[A-Za-z0-9.-]+$")
TEXT_PROPERTIES = {"SUMMARY", "DESCRIPTION", "LOCATION", "COMMENT", "NAME", "X-WR-CALNAME", "UID"}


@dataclass
class Property:
    """One content line taken apart."""

    name: str
    parameters: dict[str, str]
    value: str


@dataclass
class Part:
    """One component: its own properties and the components inside it."""

    name: str
    properties: list[Property] = field(default_factory=list)
    parts: list["Part"] = field(default_factory=list)

    def all(self, name: str) -> list[Property]:
        """Every property of a name."""
        return [p for p in self.properties if p.name == name]

    def value(self, name: str) -> str:
        """The value of the first property of a name, or the empty string."""
        return next((p.value for p in self.all(name)), "")


def lint(data: bytes) -> list[str]:
    """Return what is wrong with a calendar object, in the order found."""
    faults = octets(data)
    if faults:
        return faults
    try:
        calendar = parse(data)
    except ValueError as error:
        return [f"syntax: {error}"]
    faults += whole(calendar)
    for event in events(calendar):
        faults += identity(event) + times(event, calendar) + words(event)
        faults += by_method(event, calendar.value("METHOD"))
    return faults


def octets(data: bytes) -> list[str]:
    """C1-C3: CRLF only, 75 octets, folds that keep characters whole, UTF-8 without BOM."""
    faults = []
    if re.search(rb"(?<!\r)\n|\r(?!\n)", data):
        faults.append("C1: a bare CR or LF")
    if not data.endswith(b"\r\n"):
        faults.append("C1: the last line does not end")
    for line in data.split(b"\r\n"):
        if len(line) > 75:
            faults.append("C2: a line over 75 octets")
        try:
            line.decode("utf-8")
        except UnicodeDecodeError:
            faults.append("C2: a fold inside a character")
    if data.startswith(b"\xef\xbb\xbf"):
        faults.append("C3: a byte order mark")
    if re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", data):
        faults.append("C4: a control character")
    return faults


def parse(data: bytes) -> Part:
    """Unfold and take apart; raises ValueError on anything that is not one well-nested VCALENDAR."""
    stack: list[Part] = []
    done: list[Part] = []
    for line in data.decode("utf-8").replace("\r\n ", "").replace("\r\n\t", "").split("\r\n")[:-1]:
        prop = content_line(line)
        if prop.name == "BEGIN":
            stack.append(Part(prop.value))
        elif prop.name == "END":
            if not stack or stack[-1].name != prop.value:
                raise ValueError("END without BEGIN")
            part = stack.pop()
            (stack[-1].parts if stack else done).append(part)
        elif not stack:
            raise ValueError("a property outside every component")
        else:
            stack[-1].properties.append(prop)
    if stack or len(done) != 1 or done[0].name != "VCALENDAR":
        raise ValueError("not exactly one VCALENDAR")
    return done[0]


def content_line(line: str) -> Property:
    """Take one unfolded line apart, respecting quotes."""
    pieces: list[str] = [""]
    quoted = False
    for index, character in enumerate(line):
        if character == '"':
            quoted = not quoted
        if character == ":" and not quoted:
            value = line[index + 1 :]
            break
        if character == ";" and not quoted:
            pieces.append("")
        else:
            pieces[-1] += character
    else:
        raise ValueError("a line without a value")
    if not NAME.match(pieces[0]):
        raise ValueError("an odd property name")
    parameters: dict[str, str] = {}
    for piece in pieces[1:]:
        name, equals, spelled = piece.partition("=")
        if not equals or not NAME.match(name) or name.upper() in parameters:
            raise ValueError("an odd parameter")
        if spelled.startswith('"') != spelled.endswith('"') or '"' in spelled.strip('"'):
            raise ValueError("C5: a raw quote in a parameter")
        parameters[name.upper()] = spelled.strip('"')
    return Property(pieces[0].upper(), parameters, value)


def events(calendar: Part) -> list[Part]:
    """The VEVENTs of a calendar."""
    return [part for part in calendar.parts if part.name == "VEVENT"]


def whole(calendar: Part) -> list[str]:
    """C6, C11, C12, C16, C53, C58, C59: what is true of the object."""
    faults = []
    for name in ("PRODID", "VERSION"):
        if len(calendar.all(name)) != 1:
            faults.append(f"C6: not exactly one {name}")
    if calendar.value("VERSION") != "2.0":
        faults.append("C6: VERSION is not 2.0")
    if len(calendar.all("METHOD")) > 1:
        faults.append("C6: more than one METHOD")
    zones = [part for part in calendar.parts if part.name == "VTIMEZONE"]
    defined = Counter(zone.value("TZID") for zone in zones)
    used = {p.parameters["TZID"] for event in events(calendar) for p in event.properties if "TZID" in p.parameters}
    faults += [f"C11: {zone} is defined {times_} times" for zone, times_ in defined.items() if times_ != 1]
    faults += [f"C11: {zone} has no VTIMEZONE" for zone in used - set(defined)]
    faults += [f"C11: {zone} is defined and never used" for zone in set(defined) - used]
    for zone in zones:
        faults += zone_rules(zone)
    method = calendar.value("METHOD")
    if method in {"REQUEST", "CANCEL"}:
        if len({event.value("UID") for event in events(calendar)}) != 1:
            faults.append("C16: more than one UID, or none")
    elif method == "PUBLISH":
        if calendar.value("REFRESH-INTERVAL") != "PT1H" or calendar.value("X-PUBLISHED-TTL") != "PT1H":
            faults.append("C59: no refresh hint")
        if not calendar.value("NAME") or not calendar.value("X-WR-CALNAME"):
            faults.append("C59: no name")
    elif method:
        faults.append(f"METHOD {method} is not ours to send")
    return faults


def zone_rules(zone: Part) -> list[str]:
    """C12: STANDARD and DAYLIGHT with RRULE, never RDATE; a fixed zone has one STANDARD and no rule."""
    faults = []
    if not zone.parts or any(part.name not in {"STANDARD", "DAYLIGHT"} for part in zone.parts):
        faults.append("C12: an odd VTIMEZONE")
    for part in zone.parts:
        if part.all("RDATE"):
            faults.append("C12: RDATE in a VTIMEZONE")
        if len(zone.parts) > 1 and len(part.all("RRULE")) != 1:
            faults.append("C12: no RRULE")
        if not WALL_STAMP.match(part.value("DTSTART")):
            faults.append("C12: an onset that is no wall time")
        if not OFFSET.match(part.value("TZOFFSETFROM")) or not OFFSET.match(part.value("TZOFFSETTO")):
            faults.append("C12: an odd offset")
    return faults


def identity(event: Part) -> list[str]:
    """C7, C9, C24: UID, DTSTAMP and SEQUENCE."""
    faults = []
    for name in ("UID", "DTSTAMP", "SEQUENCE"):
        if len(event.all(name)) != 1:
            faults.append(f"C7: not exactly one {name}")
    if not UTC_STAMP.match(event.value("DTSTAMP")):
        faults.append("C7: DTSTAMP is not UTC")
    if not 0 < len(event.value("UID").encode()) <= 255:
        faults.append("C9: UID too long or empty")
    if not event.value("SEQUENCE").isdigit():
        faults.append("C24: SEQUENCE is no number")
    return faults


def times(event: Part, calendar: Part) -> list[str]:
    """C8, C11: DTSTART and DTEND of one kind, in order, with a zone or in UTC, never floating."""
    faults = []
    if len(event.all("DTSTART")) != 1 or len(event.all("DTEND")) != 1 or event.all("DURATION"):
        return ["C8: not one DTSTART and one DTEND"]
    start, end = event.all("DTSTART")[0], event.all("DTEND")[0]
    for prop in (start, end):
        zoned = "TZID" in prop.parameters
        if zoned and not WALL_STAMP.match(prop.value):
            faults.append("C11: TZID on a value that is no wall time")
        if not zoned and not UTC_STAMP.match(prop.value):
            faults.append("C11: a floating time")
    if start.parameters.get("TZID") != end.parameters.get("TZID"):
        faults.append("C8: two kinds of time")
    if start.value >= end.value:
        faults.append("C8: it ends before it starts")
    return faults


def words(event: Part) -> list[str]:
    """C4, C5, C10, C54, C66, C67: escapes, addresses, privacy."""
    faults = []
    for prop in event.properties:
        if prop.name in TEXT_PROPERTIES and BAD_ESCAPE.search(prop.value):
            faults.append(f"C4: an odd escape in {prop.name}")
        if prop.name in TEXT_PROPERTIES and re.search(r"(?<!\\)(\\\\)*[,;]", prop.value):
            faults.append(f"C4: a bare comma or semicolon in {prop.name}")
        if prop.name in {"ORGANIZER", "ATTENDEE"} and not MAILTO.match(prop.value):
            faults.append(f"C10: {prop.name} is no mailto:")
        if "SENT-BY" in prop.parameters:
            faults.append("C54: SENT-BY")
    if event.value("CLASS") != "PRIVATE":
        faults.append("C66: not CLASS:PRIVATE")
    if any(part.name == "VALARM" and part.value("ACTION") != "DISPLAY" for part in event.parts):
        faults.append("C67: a VALARM that is not DISPLAY")
    return faults


def by_method(event: Part, method: str) -> list[str]:
    """C16, C17, C25-C26b, C30, C58: what each method demands and forbids."""
    faults = []
    attendees, status = event.all("ATTENDEE"), event.value("STATUS")
    if len(event.all("ORGANIZER")) != 1:
        faults.append("C16: not exactly one ORGANIZER")
    if len(event.all("SUMMARY")) != 1:
        faults.append("C16: not exactly one SUMMARY")
    if method == "REQUEST":
        if len(attendees) != 1:
            faults.append("C16: not exactly one ATTENDEE")
        for attendee in attendees:
            if attendee.parameters.get("RSVP") != "TRUE" or "PARTSTAT" not in attendee.parameters:
                faults.append("C17: no RSVP or PARTSTAT")
            if attendee.parameters.get("ROLE") not in {"REQ-PARTICIPANT", "OPT-PARTICIPANT"}:
                faults.append("C17: an odd ROLE")
        if status == "CANCELLED":
            faults.append("C30: a REQUEST that says CANCELLED")
    elif method == "CANCEL":
        if len(attendees) != 1:
            faults.append("C25: not exactly one ATTENDEE")
        if event.all("RECURRENCE-ID"):
            faults.append("C25: RECURRENCE-ID in a whole cancel")
        if status not in {"", "CANCELLED"}:
            faults.append("C26b: a STATUS that a CANCEL may not have")
        if event.parts or event.all("REQUEST-STATUS"):
            faults.append("C26b: VALARM or REQUEST-STATUS in a CANCEL")
    else:
        if attendees:
            faults.append("C58: ATTENDEE in a feed")
        if len(event.all("LAST-MODIFIED")) != 1:
            faults.append("C59: no LAST-MODIFIED")
    return faults
