"""Mail in: an SMTP or LMTP listener that turns each mail into a value: an answer, a bounce, an automatic reply, or words.

It answers 250 only after the caller has stored the mail, and 451 when that failed, so that nothing is lost between two machines.
What a mail claims is kept apart from what is proved: the token in the address it was sent to, or a From that our own mail server
vouches for.
"""

import asyncio
import hashlib
import re
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from email import message_from_bytes
from email.message import Message
from email.utils import getaddresses
from enum import StrEnum
from typing import Any, cast
from urllib.parse import urlsplit
from uuid import UUID

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session, syntax
from prometheus_client import Counter
from pydantic import TypeAdapter

from services.notify.domain.links import token_in
from services.notify.gateways.ics import ParsedReply, read_reply
from services.notify.gateways.mail import message_of
from shared import fault
from shared import logs as log
from shared.jobs.apart import Apart, Unread

LARGEST_MAIL = 1024 * 1024
MOST_LINES = 20_000
MOST_PARTS = 60
LONGEST_TEXT = 4_000
STALLED_SECONDS = 60.0

NOT_STORED = Counter("surround_inbox_not_stored", "Mails that could not be stored; the other side keeps them and tries again.")


class Origin(StrEnum):
    """Who, or what, wrote a mail. Only a person's mail can hold an answer (C41)."""

    PERSON = "person"
    AUTOMATIC = "automatic"
    BOUNCE = "bounce"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce:
    """A delivery report about a mail of ours: which rendering, whether it is final, and the status code (`5.1.1`)."""

    message_id: UUID
    content_version: int
    is_final: bool
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedMail:
    """One mail as received. `message_id` is unique for a mail (derived from its bytes where it has none).

    `mailbox` is the county's address without the token. `is_aligned` says that our own mail server vouches for the From address;
    without it, and without a token, nothing is proved. `reply` is what the calendar part says, None where there is none.
    """

    message_id: str
    mailbox: str
    token: str | None
    from_address: str
    is_aligned: bool
    origin: Origin
    reply: ParsedReply | None
    text: str
    bounce: Bounce | None = None


Deliver = Callable[[ParsedMail, bytes], Awaitable[None]]
"""Store one mail (the value, and its bytes) and return; raise to have it sent again later."""


def parse_mail(raw: bytes, *, recipient: str, envelope_from: str | None = None, vouched_by: str = "") -> ParsedMail:
    """Read a mail. It never raises: one that cannot be read is a mail without calendar and words, for a person to look at.

    An empty `envelope_from` is the null sender of reports and automatic replies. `vouched_by` is the name under which our own mail
    server writes Authentication-Results; results of any other are ignored.
    """
    mailbox = _mailbox(recipient)
    try:
        return _read(raw, mailbox, token_in(recipient), nobody=envelope_from == "", vouched_by=vouched_by)
    except Exception:  # the library's parser on a stranger's bytes: whatever it raises, the mail is kept as it came
        return _unread(raw, recipient)


async def parse_mail_apart(raw: bytes, *, recipient: str, envelope_from: str | None, vouched_by: str) -> ParsedMail:
    """Read a mail in a process that is ended after two seconds; what it could not read by then is too complex to be an answer."""
    try:
        return _PARSED.validate_python(
            await _READER.read(raw, recipient=recipient, envelope_from=envelope_from, vouched_by=vouched_by)
        )
    except Unread:
        return replace(_unread(raw, recipient), origin=Origin.PERSON, reply=ParsedReply(refused="ics_too_complex"))


def read_apart(raw: bytes, asked: dict[str, Any]) -> Any:
    """Read a mail as `parse_mail_apart` asks for it; what comes back is JSON-plain."""
    return _PARSED.dump_python(parse_mail(raw, **asked), mode="json")


def close_reader() -> None:
    """End the processes that read."""
    _READER.close()


_READER = Apart(f"{__name__}:read_apart")
_PARSED = TypeAdapter(ParsedMail)


def _mailbox(recipient: str) -> str:
    local, _, domain = recipient.strip().strip("<>").rpartition("@")
    return f"{local.partition('+')[0]}@{domain}".lower()


def _unread(raw: bytes, recipient: str) -> ParsedMail:
    return ParsedMail(
        message_id=f"<{hashlib.sha256(raw).hexdigest()}@derived>",
        mailbox=_mailbox(recipient),
        token=token_in(recipient),
        from_address="",
        is_aligned=False,
        origin=Origin.AUTOMATIC,
        reply=None,
        text="",
    )


def _read(raw: bytes, mailbox: str, token: str | None, *, nobody: bool, vouched_by: str) -> ParsedMail:
    message = message_from_bytes(raw)
    parts = list(_parts(message))
    origin = _origin(message, parts, nobody=nobody)
    calendar = _calendar(parts)
    return ParsedMail(
        message_id=_message_id(message, raw),
        mailbox=mailbox,
        token=token,
        from_address=_from(message),
        is_aligned=bool(vouched_by) and _is_aligned(message, vouched_by),
        origin=origin,
        reply=read_reply(calendar) if calendar else None,
        text=_words(parts),
        bounce=_bounce(parts) if origin is Origin.BOUNCE else None,
    )


class _Limited(SMTP):
    """A dialogue that ends where a mail does not: the library reads on line by line, and keeps a line that never ends."""

    _octets = _lines = 0

    def data_received(self, data: bytes) -> None:
        """Count what comes of one mail."""
        self._octets += len(data)
        self._lines += data.count(b"\n")
        if self._octets <= 2 * LARGEST_MAIL and self._lines <= MOST_LINES:
            super().data_received(data)
        elif self.transport is not None:
            transport = cast(asyncio.Transport, self.transport)
            transport.write(b"552 5.3.4 too much mail data\r\n")
            transport.close()

    @syntax("DATA")
    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 # aiosmtpd's name for it
        """Begin to count at each mail."""
        self._octets = self._lines = 0
        await super().smtp_DATA(arg)
        self._octets = self._lines = 0


class _LimitedLmtp(_Limited, LMTP):
    """The same, greeted by LHLO."""


class Inbox:
    """The listener. `smtp://host:port` or `lmtp://host:port`; only addresses of the given mailboxes are taken."""

    def __init__(self, url: str, mailboxes: Sequence[str], deliver: Deliver, *, vouched_by: str = "") -> None:
        """Listen to nothing yet."""
        parts = urlsplit(url)
        if parts.scheme not in {"smtp", "lmtp"}:
            raise ValueError("SURROUND_INBOX_LISTEN is smtp://host:port or lmtp://host:port")
        self._protocol = _LimitedLmtp if parts.scheme == "lmtp" else _Limited
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 0
        self._handler = _Handler(frozenset(mailbox.lower() for mailbox in mailboxes), deliver, vouched_by)
        self._server: asyncio.Server | None = None

    @property
    def port(self) -> int:
        """The port in use, once started."""
        if self._server is None:
            raise RuntimeError("the inbox is not open")
        return int(self._server.sockets[0].getsockname()[1])

    async def start(self) -> None:
        """Begin to listen."""
        loop = asyncio.get_running_loop()

        def connection() -> SMTP:
            return self._protocol(
                self._handler,
                data_size_limit=LARGEST_MAIL,
                enable_SMTPUTF8=False,
                decode_data=False,
                hostname="inbox",
                ident="inbox",
                timeout=STALLED_SECONDS,
                loop=loop,
            )

        self._server = await loop.create_server(connection, self._host, self._port)

    async def stop(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None


class _Handler:
    def __init__(self, mailboxes: frozenset[str], deliver: Deliver, vouched_by: str) -> None:
        self._mailboxes = mailboxes
        self._deliver = deliver
        self._vouched_by = vouched_by

    async def handle_RCPT(  # noqa: N802 # aiosmtpd's name for it
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        local, _, domain = address.rpartition("@")
        if f"{local.partition('+')[0]}@{domain}".lower() not in self._mailboxes:
            return "550 5.1.1 no such mailbox"
        if envelope.rcpt_tos:
            return "452 4.5.3 one recipient at a time"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 # aiosmtpd's name
        raw = envelope.content if isinstance(envelope.content, bytes) else b""
        try:
            mail = await parse_mail_apart(
                raw, recipient=envelope.rcpt_tos[0], envelope_from=envelope.mail_from, vouched_by=self._vouched_by
            )
            fault.here("mail_in.after_data_before_commit")
            await self._deliver(mail, raw)
            fault.here("mail_in.after_commit_before_250")
        except Exception as error:  # whatever went wrong, the other side keeps the mail and tries again
            NOT_STORED.inc()
            log.get().error("inbox.not_stored", cause=type(error).__name__)
            return "451 4.3.0 try again later"
        return "250 2.0.0 stored"


def _parts(message: Message) -> Iterator[Message]:
    """Yield the parts of a mail, outermost first; what is inside a forwarded mail is not part of this one."""
    waiting = [message]
    seen = 0
    while waiting and seen < MOST_PARTS:
        part = waiting.pop(0)
        seen += 1
        yield part
        payload = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(payload, list):
            waiting += [child for child in payload if isinstance(child, Message)]


def _origin(message: Message, parts: Sequence[Message], *, nobody: bool) -> Origin:
    if message.get_content_type() == "multipart/report" or any(p.get_content_type() == "message/delivery-status" for p in parts):
        return Origin.BOUNCE
    automatic = str(message.get("Auto-Submitted", "no")).split(";")[0].strip().lower()
    if automatic not in {"no", ""} or nobody or str(message.get("Return-Path", "")).strip() == "<>":
        return Origin.AUTOMATIC
    bulk = str(message.get("Precedence", "")).strip().lower() in {"auto_reply", "bulk", "junk", "list"}
    marked = bool(message.get("X-Autoreply") or message.get("X-Autorespond"))
    if (bulk or marked) and not any(_is_calendar(part) for part in parts):
        return Origin.AUTOMATIC
    return Origin.PERSON


def _is_calendar(part: Message) -> bool:
    return part.get_content_type() in {"text/calendar", "application/ics"}


def _calendar(parts: Sequence[Message]) -> str:
    """Return the first calendar part's text, `text/calendar` before an attachment of the same."""
    found = sorted((part for part in parts if _is_calendar(part)), key=lambda part: part.get_content_type() != "text/calendar")
    return _decoded(found[0]) if found else ""


def _words(parts: Sequence[Message]) -> str:
    for part in parts:
        if part.get_content_type() == "text/plain" and part.get_content_disposition() != "attachment":
            words = _decoded(part)[: 4 * LONGEST_TEXT]
            kept = "".join(c for c in words.replace("\r\n", "\n") if c == "\n" or c.isprintable())
            return kept.strip()[:LONGEST_TEXT]
    return ""


def _decoded(part: Message) -> str:
    """Return a part's text whatever its transfer encoding; an unknown charset is read as UTF-8 with marks for what is not."""
    payload = part.get_payload(decode=True)
    octets = payload if isinstance(payload, bytes) else b""
    charset = str(part.get_content_charset() or "utf-8")
    try:
        return octets.decode(charset, "replace")
    except (LookupError, ValueError):
        return octets.decode("utf-8", "replace")


def _message_id(message: Message, raw: bytes) -> str:
    given = str(message.get("Message-ID", "")).strip()
    if re.fullmatch(r"<[!-;=?-~]{1,240}>", given):
        return given
    return f"<{hashlib.sha256(raw).hexdigest()}@derived>"


def _from(message: Message) -> str:
    addresses = getaddresses([str(value) for value in message.get_all("From", [])])
    if len(addresses) != 1:
        return ""
    address = addresses[0][1].strip().lower()
    return address if re.fullmatch(r"[!-;=?-~]{1,255}@[a-z0-9.-]{1,255}", address) else ""


def _is_aligned(message: Message, vouched_by: str) -> bool:
    """Whether our own mail server found a DKIM signature of the From domain (or a passing DMARC)."""
    results = message.get_all("Authentication-Results", [])
    if not results:
        return False
    # Only the topmost result is ours: anything below may have been written by the sender.
    server, _, findings = str(results[0]).partition(";")
    domain = _from(message).rpartition("@")[2]
    if server.strip().split(" ")[0].lower() != vouched_by.lower() or not domain:
        return False
    for finding in findings.lower().split(";"):
        if re.search(r"\bdmarc\s*=\s*pass\b", finding) and re.search(
            rf"\bheader\.from\s*=\s*{re.escape(domain)}(?![\w.-])", finding
        ):
            return True
        signer = re.search(r"\bheader\.d\s*=\s*([a-z0-9.-]+)", finding)
        if re.search(r"\bdkim\s*=\s*pass\b", finding) and signer and _covers(signer[1], domain):
            return True
    return False


def _covers(signer: str, domain: str) -> bool:
    return domain == signer or (domain.endswith(f".{signer}") and "." in signer)


def _bounce(parts: Sequence[Message]) -> Bounce | None:
    """Return which mail of ours a report is about, found in the part that repeats its headers."""
    status, is_final, about = "", False, None
    for part in parts:
        kind = part.get_content_type()
        if kind == "message/delivery-status":
            flat = _flat(part)
            found = re.search(r"(?im)^Status:\s*([245]\.\d{1,3}\.\d{1,3})", flat)
            status = found[1] if found else status
            is_final = is_final or bool(re.search(r"(?im)^Action:\s*failed", flat))
        elif kind in {"message/rfc822", "text/rfc822-headers", "message/rfc822-headers"}:
            found = re.search(r"(?im)^Message-ID:\s*(<[^>\s]+>)", _flat(part))
            about = message_of(found[1]) if found else about
    if about is None:
        return None
    return Bounce(message_id=about[0], content_version=about[1], is_final=is_final or status.startswith("5"), status=status)


def _flat(part: Message) -> str:
    """Return a part as text, its inner headers included."""
    return part.as_bytes().decode("utf-8", "replace")[: 64 * 1024]
