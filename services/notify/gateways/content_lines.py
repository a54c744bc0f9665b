"""iCalendar's octets: escaped text, quoted parameters, lines folded at 75 octets, CRLF at every end (RFC 5545 §3.1, RFC 6868)."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime

LONGEST_LINE = 75
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def text(value: str) -> str:
    r"""Escape a TEXT value: `\\ \; \, \n` and only those (RFC 5545 §3.3.11)."""
    return _clean(value).replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def parameter(value: str) -> str:
    """Spell a parameter value: quoted where it needs to be, newline, quote and caret as RFC 6868 says."""
    encoded = _clean(value).replace("^", "^^").replace("\n", "^n").replace('"', "^'").replace("\t", " ")
    return f'"{encoded}"' if any(c in encoded for c in ":;,") else encoded


def _clean(value: str) -> str:
    """Return the text with one kind of line end and no other control character, so that nothing can begin a line of its own."""
    return value if value.isprintable() else _CONTROLS.sub("", _LINE_ENDS.sub("\n", value))


def mailto(address: str) -> str:
    """Return the calendar address of a mailbox; one that could break out of its line or name two people is refused."""
    local, at, domain = address.rpartition("@")
    if (
        not at
        or not local
        or not domain
        or any(c in address for c in ' \t\r\n",;:<>()[]\\')
        or "@" in local
        or not address.isascii()
    ):
        raise ValueError("not a plain mail address")
    return f"mailto:{address}"


def utc_stamp(instant: datetime) -> str:
    """Spell an instant as UTC, to the second."""
    return instant.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def wall_stamp(local: datetime) -> str:
    """Spell a wall time; its zone stands in TZID."""
    return local.strftime("%Y%m%dT%H%M%S")


def fold(line: str) -> bytes:
    """Return one content line with its CRLF, cut into pieces of at most 75 octets, never inside a character."""
    octets = line.encode("utf-8")
    if len(octets) <= LONGEST_LINE:
        return octets + b"\r\n"
    pieces = []
    room = LONGEST_LINE
    while len(octets) > room:
        cut = room
        while octets[cut] & 0xC0 == 0x80:
            cut -= 1
        pieces.append(octets[:cut])
        octets = octets[cut:]
        room = LONGEST_LINE - 1
    return b"\r\n ".join([*pieces, octets]) + b"\r\n"


def joined(lines: Iterable[str]) -> bytes:
    """Return the whole object."""
    return b"".join(fold(line) for line in lines)
