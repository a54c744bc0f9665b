"""One mail for one person: text, HTML and calendar part in the shape that Gmail and Outlook show with buttons (CALENDAR C49-C56).

`MIMEMultipart` and `MIMEText` are three times as fast as `EmailMessage`. The same facts give the same bytes: the Message-ID, the
boundaries and the date are derived or given. Every mail is parsed again before it leaves, because header text has been known to
become headers.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from email import charset, message_from_bytes
from email.generator import BytesGenerator
from email.header import Header
from email.message import Message
from email.mime.application import MIMEApplication
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import format_datetime, formataddr, getaddresses
from io import BytesIO
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
_QUOTED = charset.Charset("utf-8")
_QUOTED.body_encoding = charset.QP


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
    message = _body(mail)
    _set_headers(message, mail)
    buffer = BytesIO()
    BytesGenerator(buffer, mangle_from_=False, maxheaderlen=0).flatten(message, linesep="\r\n")
    data = buffer.getvalue()
    check(data, mail)
    return data


def check(data: bytes, mail: Mail) -> None:
    """Parse a mail again and compare it with what was meant: known headers only, once each, one recipient, this calendar object."""
    parsed = message_from_bytes(data)
    names = [name.lower() for name in parsed.keys()]  # noqa: SIM118 # a message's keys repeat
    if not set(names) <= ALLOWED_HEADERS:
        raise UnsafeMail("a header that is not ours")
    if any(names.count(name) != 1 for name in _ONCE):
        raise UnsafeMail("a header missing or doubled")
    if [address for _, address in getaddresses(parsed.get_all("to", []))] != [mail.recipient]:
        raise UnsafeMail("not exactly the one recipient")
    if [address for _, address in getaddresses(parsed.get_all("from", []))] != [mail.sender]:
        raise UnsafeMail("not the one sender")
    calendars = [part for part in parsed.walk() if part.get_content_type() in {"text/calendar", "application/ics"}]
    expected = 2 if mail.calendar else 0
    if len(calendars) != expected or any(part.get_payload(decode=True) != mail.calendar for part in calendars):
        raise UnsafeMail("not the one calendar object")


def _body(mail: Mail) -> MIMEMultipart:
    boundary = hashlib.sha256(f"{mail.message_id.hex}.{mail.content_version}".encode()).hexdigest()[:24]
    alternative = MIMEMultipart("alternative", boundary=f"=_a{boundary}")
    alternative.attach(_text(mail.text, "plain"))
    alternative.attach(_text(mail.html, "html"))
    if not mail.calendar:
        return alternative
    alternative.attach(_calendar_part(mail))
    mixed = MIMEMultipart("mixed", boundary=f"=_m{boundary}")
    mixed.attach(alternative)
    attached = MIMEApplication(mail.calendar, "ics", name="invite.ics")
    attached.add_header("Content-Disposition", "attachment", filename="invite.ics")
    mixed.attach(attached)
    return mixed


def _text(words: str, subtype: str) -> MIMEText:
    return MIMEText(words, subtype, _QUOTED)  # type: ignore[arg-type]  # a Charset is taken, says the library's documentation


def _calendar_part(mail: Mail) -> MIMEBase:
    """Return the part with the method in its type; base64 keeps every octet, CRLF and folds included."""
    method = mail.method.upper()
    if f"\r\nMETHOD:{method}\r\n".encode() not in mail.calendar:
        raise UnsafeMail("the method of the part is not the method of the object")
    part = MIMEApplication(mail.calendar, "octet-stream")
    del part["Content-Type"]
    part.add_header("Content-Type", "text/calendar", method=method, charset="utf-8")
    return part


def _set_headers(message: Message, mail: Mail) -> None:
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
    for name, value in headers.items():
        message[name] = value


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
