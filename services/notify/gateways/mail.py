"""One mail for one person: text, HTML and calendar part in the shape that Gmail and Outlook show with buttons (CALENDAR C49-C56).

Its lines are written here, at a third of the time that the library's `MIMEMultipart` takes. The same facts give the same bytes:
the Message-ID, the boundaries and the date are derived or given. Every mail is taken apart again before it leaves, its headers by
the library's parser, because header text has been known to become headers.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.parser import BytesHeaderParser
from email.utils import format_datetime, formataddr, getaddresses
from uuid import UUID

from services.notify.domain.errors import UnsafeText
from services.notify.gateways.content_lines import mailto

ALLOWED_HEADERS = frozenset(
    {
        "from",
        "to",
        "subject",
        "date",
        "message-id",
        "in-reply-to",
        "references",
        "mime-version",
        "content-type",
        "content-language",
        "auto-submitted",
        "list-unsubscribe",
        "list-unsubscribe-post",
    }
)
_ONCE = ("from", "to", "subject", "date", "message-id", "mime-version", "content-type", "auto-submitted")
_UNSAFE = re.compile(r"=\?|[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_PART_HEADERS = frozenset({"content-type", "content-transfer-encoding", "content-disposition"})
_BASE64 = "Content-Transfer-Encoding: base64"
_TEXT_TYPES = ("text/plain", "text/html")


class UnsafeMail(Exception):
    """A mail that does not read back as it was meant. It never leaves; the message names the rule, not the content."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """Everything one mail needs. `sender` is the county's mailbox with the person's reply token, equal to the entry's ORGANIZER.

    `content_version` counts renderings: attempts of one rendering share a Message-ID. `thread` is one a meeting and person.
    """

    message_id: UUID
    content_version: int
    thread: str
    sender: str
    sender_name: str
    recipient: str
    subject: str
    text: str
    html: str
    language: str
    written_at: datetime
    calendar: bytes = b""
    method: str = ""
    unsubscribe_url: str = ""


def message_id_of(message_id: UUID, content_version: int, sender: str) -> str:
    """Return the Message-ID of a rendering, the same in all attempts."""
    return f"<{message_id.hex}.{content_version}@{_domain(sender)}>"


def thread_of(subject_id: UUID, person_id: UUID) -> str:
    """Return what keeps one thread a meeting and person, without naming either."""
    return hashlib.sha256(subject_id.bytes + person_id.bytes).hexdigest()[:32]


def message_of(header: str) -> tuple[UUID, int] | None:
    """Return the message and rendering that a Message-ID of ours names, as it stands in a bounce; None for any other."""
    found = re.search(r"<([0-9a-f]{32})\.(\d{1,6})@[^<>@\s]+>", header)
    return (UUID(hex=found[1]), int(found[2])) if found else None


def build(mail: Mail) -> bytes:
    """Return the bytes of a mail with CRLF line ends; raises UnsafeText or UnsafeMail rather than sending something odd."""
    head, body = _body(mail)
    lines = [f"{name}: {value}" for name, value in _headers(mail).items()]
    data = _block([*lines, "MIME-Version: 1.0", head], body)
    check(data, mail)
    return data


def check(data: bytes, mail: Mail) -> None:
    """Take a mail apart and compare it with what was meant: known headers only, once each, one recipient, this calendar object."""
    head, _, body = data.partition(b"\r\n\r\n")
    parsed = BytesHeaderParser().parsebytes(head + b"\r\n\r\n")
    names = [name.lower() for name in parsed.keys()]  # noqa: SIM118 # a message's keys repeat
    if not set(names) <= ALLOWED_HEADERS or parsed.get_payload():
        raise UnsafeMail("a header that is not ours")
    if any(names.count(name) != 1 for name in _ONCE):
        raise UnsafeMail("a header missing or doubled")
    if parsed.get_all("to") != [mail.recipient]:
        raise UnsafeMail("not exactly the one recipient")
    if [address for _, address in getaddresses(parsed.get_all("from", []))] != [mail.sender]:
        raise UnsafeMail("not the one sender")
    try:
        leaves = [
            (kind, base64.b64decode(part) if kind not in _TEXT_TYPES else b"")
            for kind, part in _leaves(parsed["content-type"], body)
        ]
    except (ValueError, KeyError) as error:
        raise UnsafeMail("parts that cannot be read") from error
    expected = ["text/calendar", "application/ics"] if mail.calendar else []
    if [kind for kind, _ in leaves] != [*_TEXT_TYPES, *expected]:
        raise UnsafeMail("not the parts it should have")
    if any(octets != mail.calendar for kind, octets in leaves if kind in expected):
        raise UnsafeMail("not the one calendar object")


def _leaves(content_type: str, body: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield type and encoded body of each part that holds no others, in order."""
    kind = content_type.partition(";")[0].strip().lower()
    if not kind.startswith("multipart/"):
        yield kind, body
        return
    boundary = re.search(r'boundary="([^"]+)"', content_type)
    if boundary is None:
        raise UnsafeMail("parts without a boundary")
    first, *parts, last = (b"\r\n" + body).split(b"\r\n--" + boundary[1].encode())
    if first or last != b"--\r\n":
        raise UnsafeMail("something outside the parts")
    for part in parts:
        head, _, inner = part.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode("ascii").strip().split("\r\n"))
        if not {name.lower() for name in headers} <= _PART_HEADERS:
            raise UnsafeMail("a header of a part that is not ours")
        yield from _leaves(headers["Content-Type"], inner)


def _body(mail: Mail) -> tuple[str, bytes]:
    """Return the outermost Content-Type and what stands below the headers."""
    boundary = hashlib.sha256(f"{mail.message_id.hex}.{mail.content_version}".encode()).hexdigest()[:24]
    said = [_text(words, kind) for words, kind in zip((mail.text, mail.html), _TEXT_TYPES, strict=True)]
    if not mail.calendar:
        return _multipart("alternative", f"=_a{boundary}", said)
    octets = base64.encodebytes(mail.calendar).replace(b"\n", b"\r\n")
    inline = [f'Content-Type: text/calendar; method="{_method(mail)}"; charset="utf-8"', _BASE64]
    attached = [
        'Content-Type: application/ics; name="invite.ics"',
        _BASE64,
        'Content-Disposition: attachment; filename="invite.ics"',
    ]
    head, alternative = _multipart("alternative", f"=_a{boundary}", [*said, _block(inline, octets)])
    return _multipart("mixed", f"=_m{boundary}", [_block([head], alternative), _block(attached, octets)])


def _multipart(kind: str, boundary: str, parts: list[bytes]) -> tuple[str, bytes]:
    line = f"--{boundary}".encode()
    body = b"".join(line + b"\r\n" + part + b"\r\n" for part in parts) + line + b"--\r\n"
    return f'Content-Type: multipart/{kind}; boundary="{boundary}"', body


def _block(headers: list[str], body: bytes) -> bytes:
    return "\r\n".join(headers).encode("ascii") + b"\r\n\r\n" + body


def _text(words: str, kind: str) -> bytes:
    """Return words in quoted-printable: no line is long, none begins a boundary, since `=` is always escaped."""
    lines = words.replace("\r\n", "\n").replace("\r", "\n").encode()
    quoted = binascii.b2a_qp(lines).replace(b"\n", b"\r\n")
    return _block([f'Content-Type: {kind}; charset="utf-8"', "Content-Transfer-Encoding: quoted-printable"], quoted)


def _method(mail: Mail) -> str:
    """Return the method for the part's type; base64 keeps every octet of the object, CRLF and folds included."""
    method = mail.method.upper()
    if f"\r\nMETHOD:{method}\r\n".encode() not in mail.calendar:
        raise UnsafeMail("the method of the part is not the method of the object")
    return method


def _headers(mail: Mail) -> dict[str, str]:
    root = f"<thread.{mail.thread}@{_domain(mail.sender)}>"
    headers = {
        "From": formataddr((_header(mail.sender_name), _mailbox(mail.sender))),
        "To": _mailbox(mail.recipient),
        "Subject": _encoded(_header(mail.subject)),
        "Date": format_datetime(mail.written_at),
        "Message-ID": message_id_of(mail.message_id, mail.content_version, mail.sender),
        "In-Reply-To": root,
        "References": root,
        "Content-Language": _header(mail.language),
        "Auto-Submitted": "auto-generated",
    }
    if mail.unsubscribe_url:
        headers["List-Unsubscribe"] = f"<{_header(mail.unsubscribe_url)}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


def _header(words: str) -> str:
    """Return words that are safe in a header; `=?` could be decoded into a header of its own (cpython#121650)."""
    if _UNSAFE.search(words):
        raise UnsafeText
    return words


def _encoded(words: str) -> str:
    return words if words.isascii() else Header(words, "utf-8", maxlinelen=70).encode(linesep="\r\n")


def _mailbox(address: str) -> str:
    """Return one plain address; a list, a display name or a line break is refused."""
    try:
        return mailto(_header(address)).removeprefix("mailto:")
    except ValueError as error:
        raise UnsafeText from error


def _domain(address: str) -> str:
    return address.rpartition("@")[2]
