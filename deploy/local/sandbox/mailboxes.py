"""Every mailbox of the outside world: an SMTP server that accepts all mail, and what a person can do with what came.

Mail is kept in memory, the newest up to a cap; nothing about its words or its recipients is logged.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from uuid import uuid4

import aiosmtplib
from aiosmtpd.smtp import SMTP, Envelope, Session
from icalendar import Calendar

from deploy.local.sandbox.changes import Changes
from deploy.local.sandbox.entries import Entry, Invitation, entries_of, read_invitation
from deploy.local.sandbox.replies import Answer, CannotAnswer, Proposal, answer_calendar, answer_mail, organizer_of

MOST_BYTES_A_MAIL = 10 * 1024 * 1024
MOST_BYTES = 64 * 1024 * 1024
MOST_MAILS = 5_000
_SEND_SECONDS = 10
# A tester needs mail that comes back: no mailbox of this local part exists.
NOBODY = "nobody-here"


@dataclass(frozen=True, slots=True)
class Header:
    """One line of a mail's head, as received."""

    name: str
    value: str


@dataclass(slots=True)
class Mail:
    """One mail in one mailbox."""

    id: str
    mailbox: str
    raw: bytes
    received_at: datetime
    envelope_from: str
    headers: tuple[Header, ...]
    text: str
    html: str
    calendar_text: str
    calendar_type: str
    attachments: tuple[str, ...]
    calendar: Calendar | None
    invitation: Invitation | None
    answers: list[Answer] = field(default_factory=list)

    def header(self, name: str) -> str:
        """Return the first header of that name, or nothing."""
        return next((h.value for h in self.headers if h.name.lower() == name.lower()), "")

    @property
    def subject(self) -> str:
        """The subject as shown in a list."""
        return self.header("Subject") or "(no subject)"


def parse_mail(raw: bytes, *, mailbox: str, envelope_from: str, received_at: datetime) -> Mail:
    """Read a mail as a mail program would; what cannot be read is left out, never refused."""
    message = message_from_bytes(raw, policy=policy.default)
    texts: dict[str, str] = {}
    calendar_type = ""
    attachments: list[str] = []
    for part in message.walk():
        if part.is_multipart():
            continue
        kind = part.get_content_type()
        if part.get_content_disposition() == "attachment":
            attachments.append(f"{part.get_filename() or 'attachment'} ({kind})")
        elif kind in {"text/plain", "text/html", "text/calendar"} and kind not in texts:
            texts[kind] = _words(part)
            if kind == "text/calendar":
                calendar_type = str(part["Content-Type"])
    calendar, invitation = _calendar(texts.get("text/calendar", ""))
    return Mail(
        id=uuid4().hex,
        mailbox=mailbox,
        raw=raw,
        received_at=received_at,
        envelope_from=envelope_from,
        headers=tuple(_headers(message)),
        text=texts.get("text/plain", ""),
        html=texts.get("text/html", ""),
        calendar_text=texts.get("text/calendar", ""),
        calendar_type=calendar_type,
        attachments=tuple(attachments),
        calendar=calendar,
        invitation=invitation,
    )


def _headers(message: EmailMessage) -> list[Header]:
    try:
        return [Header(name, str(value)) for name, value in message.items()]
    except (ValueError, LookupError, AttributeError, TypeError):  # the standard parser trips over some malformed addresses
        return [Header(name, str(value)) for name, value in message.raw_items()]


def _words(part: EmailMessage) -> str:
    try:
        content = part.get_content()
    except (LookupError, ValueError):  # a character set that does not exist
        content = part.get_payload(decode=True)
    return content if isinstance(content, str) else bytes(content).decode("utf-8", errors="replace")


def _calendar(text: str) -> tuple[Calendar | None, Invitation | None]:
    """Read a calendar part; what no calendar program could read is no calendar."""
    if not text:
        return None, None
    try:
        read = Calendar.from_ical(text)
        return (read, read_invitation(read)) if isinstance(read, Calendar) else (None, None)
    except (ValueError, LookupError, AttributeError, TypeError):
        return None, None


class Mailboxes:
    """All mail of the box, newest last, and the SMTP handler that brings it in."""

    def __init__(self, changes: Changes, now: Callable[[], datetime]) -> None:
        self._changes = changes
        self._now = now
        self._mails: OrderedDict[str, Mail] = OrderedDict()
        self._bytes = 0

    async def handle_RCPT(  # noqa: N802 - the name aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take every recipient but the one that never exists."""
        if address.lower().startswith(f"{NOBODY}@"):
            return "550 5.1.1 No such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - the name aiosmtpd calls
        """Put one copy into each recipient's mailbox."""
        for address in envelope.rcpt_tos:
            content = envelope.original_content or b""
            self.keep(parse_mail(content, mailbox=address.lower(), envelope_from=envelope.mail_from or "", received_at=self._now()))
        return "250 2.0.0 Kept"

    def keep(self, mail: Mail) -> None:
        """Add a mail and let the oldest go where there are too many."""
        self._mails[mail.id] = mail
        self._bytes += len(mail.raw)
        while len(self._mails) > MOST_MAILS or (self._bytes > MOST_BYTES and len(self._mails) > 1):
            _, oldest = self._mails.popitem(last=False)
            self._bytes -= len(oldest.raw)
        self._changes.mark()

    def clear(self) -> None:
        """Empty every mailbox."""
        self._mails.clear()
        self._bytes = 0
        self._changes.mark()

    def find(self, mail_id: str) -> Mail | None:
        """Return one mail."""
        return self._mails.get(mail_id)

    def in_mailbox(self, mailbox: str) -> list[Mail]:
        """Return one mailbox's mail, oldest first."""
        return [m for m in self._mails.values() if m.mailbox == mailbox.lower()]

    def all(self) -> list[Mail]:
        """Return all mail, oldest first."""
        return list(self._mails.values())

    def boxes(self) -> Mapping[str, list[Mail]]:
        """Return every mailbox with its mail, the one with the newest mail first."""
        found: dict[str, list[Mail]] = {}
        for mail in reversed(self._mails.values()):
            found.setdefault(mail.mailbox, []).insert(0, mail)
        return found

    def entries(self, mailbox: str) -> list[Entry]:
        """Return the mailbox's calendar."""
        return entries_of((m.invitation, m.answers[-1] if m.answers else None) for m in self.in_mailbox(mailbox) if m.invitation)

    def answered(self, mail: Mail, answer: Answer) -> None:
        """Remember which button was pressed."""
        mail.answers.append(answer)
        self._changes.mark()


class Postman:
    """Carries answers from the outside world to the inbox that notify reads."""

    def __init__(self, mailboxes: Mailboxes, now: Callable[[], datetime], *, host: str, port: int) -> None:
        self._mailboxes = mailboxes
        self._now = now
        self._host = host
        self._port = port

    async def answer(
        self, mail: Mail, answer: Answer, *, comment: str = "", proposal: Proposal | None = None, stamp: datetime | None = None
    ) -> EmailMessage:
        """Send a real iMIP answer to the invitation's organiser and return it; raises CannotAnswer."""
        if mail.calendar is None:
            raise CannotAnswer("This mail carries no calendar part that can be read.")
        now = self._now()
        calendar = answer_calendar(mail.calendar, mail.mailbox, answer, now=stamp or now, comment=comment, proposal=proposal)
        message = answer_mail(
            mail.calendar,
            calendar,
            mail.mailbox,
            answer,
            message_id=uuid4(),
            in_reply_to=mail.header("Message-ID"),
            comment=comment,
            now=now,
        )
        await self._deliver(message.as_bytes(policy=policy.SMTP), sender=mail.mailbox, recipient=organizer_of(mail.calendar))
        self._mailboxes.answered(mail, answer)
        return message

    async def write(self, *, sender: str, recipient: str, subject: str, words: str, in_reply_to: str = "") -> EmailMessage:
        """Send plain words to the inbox, as somebody who presses Reply does; raises CannotAnswer."""
        message = EmailMessage()
        message["From"] = sender
        message["To"] = recipient
        message["Subject"] = subject
        message["Message-ID"] = f"<{uuid4()}@{sender.rpartition('@')[2] or 'localhost'}>"
        if in_reply_to:
            message["In-Reply-To"] = in_reply_to
        message.set_content(words)
        await self._deliver(message.as_bytes(policy=policy.SMTP), sender=sender, recipient=recipient)
        return message

    async def _deliver(self, raw: bytes, *, sender: str, recipient: str) -> None:
        if not self._port:
            raise CannotAnswer("No inbox of Surround is known, so nothing can be answered.")
        try:
            await aiosmtplib.send(
                raw,
                sender=sender,
                recipients=[recipient],
                hostname=self._host,
                port=self._port,
                start_tls=False,
                timeout=_SEND_SECONDS,
            )
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            raise CannotAnswer(f"Surround's inbox did not take the answer ({type(error).__name__}).") from error


async def listen(mailboxes: Mailboxes, host: str, port: int) -> asyncio.Server:
    """Start the SMTP server that all outgoing mail arrives at."""
    loop = asyncio.get_running_loop()
    return await loop.create_server(
        lambda: SMTP(
            mailboxes, data_size_limit=MOST_BYTES_A_MAIL, enable_SMTPUTF8=True, hostname="sandbox", ident="sandbox", loop=loop
        ),
        host=host,
        port=port,
    )
