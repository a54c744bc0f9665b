"""Mails that no parser should meet: reading one is ended after two seconds of work, and nobody else waits for it."""

import asyncio
import time

from deploy.local.sandbox.replies import Answer, first_event
from services.notify.gateways.inbox import LARGEST_MAIL, Inbox, parse_mail_apart
from services.notify.jobs.inbox import Mailroom
from tests.hostile.latency import answered
from tests.hostile.wire import Listening
from tests.notify.gateways.test_inbox import ADDRESS, SHAPES
from tests.notify.office import Office
from tests.notify.web.conftest import Web
from tests.notify.web.test_mail import bring, invited, reply


def a_bomb(sender: str, to: str) -> bytes:
    """Return 360 kB with a type whose parameter never ends: the library reads it anew from each semicolon, for a minute."""
    head = f'From: {sender}\r\nTo: {to}\r\nContent-Type: multipart/mixed; a="\r\n'
    return (head + (" " + ";" * 900 + "\r\n") * 400 + "\r\nYes").encode()


async def hand_in(office: Office, sender: str, to: str, raw: bytes) -> None:
    """Bring octets as another server would, and let notify understand them."""
    room = Mailroom(office.units, [office.county], office.settings.inbox_url)
    inbox = Inbox(office.settings.inbox_url, [office.county.mailbox], room.deliver)
    await inbox.start()

    reader, writer = await asyncio.open_connection("127.0.0.1", inbox.port)
    for said in ("", "HELO there", f"MAIL FROM:<{sender}>", f"RCPT TO:<{to}>", "DATA"):
        writer.write(f"{said}\r\n".encode() if said else b"")
        assert (await reader.readline())[:1] in {b"2", b"3"}
    writer.write(raw + b"\r\n.\r\n")
    assert (await reader.readline()).startswith(b"250")
    writer.close()
    await inbox.stop()
    await office.reader.round()


async def test_a_mail_that_is_read_for_a_minute_is_ended_after_two_seconds_of_work_and_nobody_else_waits(
    office: Office, web: Web, listening: Listening
) -> None:
    denise, _, invitation = await invited(office)
    organizer = str(first_event(invitation)["ORGANIZER"]).removeprefix("mailto:")
    bomb = a_bomb(denise.mail, organizer)
    assert len(bomb) < LARGEST_MAIL
    await parse_mail_apart(b"", recipient=organizer, envelope_from=None, vouched_by="")  # the first reader has been started

    async def look() -> None:
        assert (await web.send("GET", "/livez")).status == 200

    begun = time.monotonic()
    assert await answered(look, during=hand_in(office, denise.mail, organizer, bomb)) > 10, "all the while, not in the end"
    assert 2.0 <= time.monotonic() - begun < 30.0
    told = [(r["kind"], r["refused"], r["partstat"], r["proof"]) for r in await office.facts("reply_received")]
    assert told == [("answer", "ics_too_complex", "", "token")]
    assert denise.mail not in listening.heard()
    await bring(office, reply(office, denise, invitation, Answer.ACCEPTED))
    assert [r["partstat"] for r in await office.facts("reply_received")] == ["", "accepted"]


async def test_an_ordinary_mail_is_read_apart_in_a_moment() -> None:
    took = []
    for _ in range(50):
        begun = time.perf_counter()
        mail = await parse_mail_apart(SHAPES["base64"], recipient=ADDRESS, envelope_from="ann@example.org", vouched_by="")
        took.append(time.perf_counter() - begun)
        assert mail.reply is not None
        assert mail.reply.partstat == "accepted"
    assert min(took) < 0.03  # the quickest, whatever else the machine does
