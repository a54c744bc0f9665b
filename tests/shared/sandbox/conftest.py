"""A sandbox on free ports, with a small stand-in for the side of Surround that its answers reach."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import aiohttp
import aiosmtplib
import pytest
from aiohttp import web
from aiosmtpd.smtp import SMTP, Envelope, Session

from deploy.local.sandbox.app import running
from deploy.local.sandbox.box import Box
from deploy.local.sandbox.settings import ClientRow, CountyRow, Settings
from deploy.local.servers import free_port

GRANDMOTHER = "gran@example.org"
GRANDMOTHERS_PHONE = "+15305550123"
COUNTY_NUMBER = "+15305550100"
ORGANIZER = "meetings+t0k3n@alder.example.org"
ACCOUNT = "ACtest"
SECRET = "sms-secret"
PORTAL = "http://127.0.0.1:18004"


@dataclass
class Surround:
    """What reached Surround's side: answers by mail, and the provider's callbacks with their signatures."""

    mails: list[bytes] = field(default_factory=list)
    forms: list[tuple[str, Mapping[str, str], str]] = field(default_factory=list)
    came: asyncio.Event = field(default_factory=asyncio.Event)
    callback_status: int = 200

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - the name aiosmtpd calls
        """Keep an answer."""
        self.mails.append(envelope.original_content or b"")
        return "250 OK"

    async def post(self, request: web.Request) -> web.Response:
        """Keep a callback."""
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.forms.append((str(request.url), form, request.headers.get("X-Twilio-Signature", "")))
        self.came.set()
        return web.Response(status=self.callback_status)

    async def until_forms(self, count: int) -> None:
        """Wait until that many callbacks came."""
        async with asyncio.timeout(10):
            while len(self.forms) < count:
                self.came.clear()
                await self.came.wait()


@dataclass(frozen=True)
class World:
    """A running sandbox, its settings, Surround's side, and an HTTP session to talk to it."""

    box: Box
    settings: Settings
    surround: Surround
    http: aiohttp.ClientSession

    @property
    def url(self) -> str:
        """The sandbox's address."""
        return self.settings.url

    async def send(
        self, calendar: str = "", *, method: str = "REQUEST", to: str = GRANDMOTHER, subject: str = "Invitation"
    ) -> None:
        """Send a mail to the outside world, as notify would."""
        mail = MIMEMultipart("alternative")
        mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = ORGANIZER, to, subject, "<a-mail@surround>"
        mail.attach(MIMEText("Answer here: http://127.0.0.1:18004/m/abc", "plain", "utf-8"))
        mail.attach(MIMEText("<p onclick='x()'>Answer <a href='http://127.0.0.1:18004/m/abc'>here</a></p>", "html", "utf-8"))
        if calendar:
            part = MIMEText(calendar, "calendar", "utf-8")
            part.set_param("method", method)
            mail.attach(part)
        await aiosmtplib.send(mail, hostname="127.0.0.1", port=self.settings.smtp_port, start_tls=False)

    async def get(self, path: str) -> dict[str, object]:
        """Return the JSON of a page of the API."""
        async with self.http.get(f"{self.url}{path}") as answer:
            assert answer.status == 200
            read: dict[str, object] = await answer.json()
            return read


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """A sandbox with two counties, and Surround's side answering."""
    surround = Surround()
    loop, inbox_port, callback_port = asyncio.get_running_loop(), free_port(), free_port()
    callbacks = web.Application()
    callbacks.add_routes([web.post("/{tail:.*}", surround.post)])
    runner = web.AppRunner(callbacks)
    settings = Settings(
        http_port=free_port(),
        smtp_port=free_port(),
        inbox_port=inbox_port,
        portal_url=PORTAL,
        sms_account=ACCOUNT,
        sms_secret=SECRET,
        sms_callback_base=f"http://127.0.0.1:{callback_port}",
        counties=(
            CountyRow("alder", "Alder County", id="0190a000-0000-7000-8000-00000000000a", sms_number=COUNTY_NUMBER),
            CountyRow("birch", "Birch County", sms_number="+15305550101"),
        ),
        clients=(
            ClientRow("portal", "portal-secret", "alder"),
            ClientRow("alder-cws", "cws-secret", "alder"),
            ClientRow("meetings", "meetings-secret", "system"),
        ),
    )
    async with contextlib.AsyncExitStack() as stack:
        inbox = await loop.create_server(lambda: SMTP(surround, loop=loop), "127.0.0.1", inbox_port)
        stack.callback(inbox.close)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", callback_port).start()
        box = await stack.enter_async_context(running(settings))
        yield World(box, settings, surround, await stack.enter_async_context(aiohttp.ClientSession()))


def an_invitation(
    *, sequence: int = 0, starts: str = "20261209T150000", method: str = "REQUEST", stamp: str = "20261122T120000Z"
) -> str:
    """Return the calendar part of an invitation to the grandmother."""
    lines = [
        "BEGIN:VCALENDAR",
        "PRODID:-//Surround//EN",
        "VERSION:2.0",
        f"METHOD:{method}",
        "BEGIN:VTIMEZONE",
        "TZID:America/Los_Angeles",
        "BEGIN:DAYLIGHT",
        "DTSTART:20070311T020000",
        "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU",
        "TZOFFSETFROM:-0800",
        "TZOFFSETTO:-0700",
        "END:DAYLIGHT",
        "BEGIN:STANDARD",
        "DTSTART:20071104T020000",
        "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU",
        "TZOFFSETFROM:-0700",
        "TZOFFSETTO:-0800",
        "END:STANDARD",
        "END:VTIMEZONE",
        "BEGIN:VEVENT",
        "UID:0190a1b2c3d4-0@alder.surround",
        f"SEQUENCE:{sequence}",
        f"DTSTAMP:{stamp}",
        f"DTSTART;TZID=America/Los_Angeles:{starts}",
        "DURATION:PT1H",
        "SUMMARY:Meeting",
        f"ORGANIZER:mailto:{ORGANIZER}",
        f"ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:{GRANDMOTHER}",
        *(["STATUS:CANCELLED"] if method == "CANCEL" else []),
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]
    return "\r\n".join(lines)
