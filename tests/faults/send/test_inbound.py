"""What comes back from people is stored once, though whoever takes it in dies or the other side brings it again."""

import asyncio
import smtplib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from uuid import uuid4

import aiohttp
import pytest
from icalendar import Calendar

from deploy.local.sandbox.replies import Answer, answer_calendar, answer_mail
from deploy.local.servers import free_port
from shared.events.network import Channel
from tests.faults.send.post import CALLBACK, Post
from tests.notify.office import Office, Person
from tests.support.processes import Running, until

INBOUND, STATUS = "/v1/providers/sms/inbound", "/v1/providers/sms/status"


@dataclass(frozen=True, slots=True)
class Invited:
    """A county that has invited one person by mail and one by text."""

    office: Office
    denise: Person
    carmen: Person

    def reply(self) -> EmailMessage:
        """Return the mail with which Denise's calendar accepts."""
        invitation = Calendar.from_ical(self.office.mail.copies(self.denise.mail)[0].calendar)
        assert isinstance(invitation, Calendar)
        now, mailbox = datetime.now(UTC), self.denise.mail
        calendar = answer_calendar(invitation, mailbox, Answer.ACCEPTED, now=now)
        return answer_mail(invitation, calendar, mailbox, Answer.ACCEPTED, message_id=uuid4(), in_reply_to="", comment="", now=now)

    def text(self, body: str) -> dict[str, str]:
        """Return the form by which the provider tells that Carmen wrote."""
        sid = f"SM{uuid4().hex}"
        return {"MessageSid": sid, "From": self.carmen.phone, "To": self.office.county.sms_number, "Body": body}

    def receipt(self, status: str) -> dict[str, str]:
        """Return the form by which the provider tells what became of Carmen's text."""
        sid = self.office.texts.sid_of(self.carmen.phone)
        return {"MessageSid": sid, "From": self.office.county.sms_number, "MessageStatus": status}


@pytest.fixture
async def invited(post: Post) -> AsyncIterator[Invited]:
    """A county that has invited two people."""
    office = post.county()
    made = Invited(office, await post.somebody(office, Channel.EMAIL), await post.somebody(office, Channel.SMS))
    ticker = await post.start("tick", office)
    await until(lambda: post.are_quiet(office))
    yield made
    await ticker.stop()


async def bring(port: int, mail: EmailMessage) -> bool:
    """Bring a mail as another server does; say whether it may now forget it."""

    def hand_over() -> bool:
        try:
            with smtplib.SMTP("127.0.0.1", port, timeout=10) as server:
                server.send_message(mail)
        except (smtplib.SMTPException, OSError):
            return False
        return True

    return await asyncio.to_thread(hand_over)


async def is_open(port: int) -> bool:
    """Say whether somebody listens."""
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


async def told(post: Post, process: Running, form: Mapping[str, str], path: str) -> int:
    """Let the provider post a form; 0 means that nobody answered."""
    try:
        return await post.texts.call(process.address, CALLBACK, path, form)
    except aiohttp.ClientError:
        return 0


@pytest.mark.parametrize(("place", "stored"), [("mail_in.after_data_before_commit", 0), ("mail_in.after_commit_before_250", 1)])
async def test_a_mail_is_kept_by_one_side_or_the_other_and_answered_once(
    post: Post, invited: Invited, place: str, stored: int
) -> None:
    port, mail = free_port(), invited.reply()
    listen = f"127.0.0.1:{port}"
    victim = await post.start("receive", invited.office, fault=place, SURROUND_INBOX_LISTEN=listen)
    await until(lambda: is_open(port))
    assert not await bring(port, mail)
    await victim.died()
    assert len(await invited.office.rows("SELECT 1 FROM inbound WHERE county_id = :county")) == stored
    await post.start("receive", invited.office, SURROUND_INBOX_LISTEN=listen)
    await until(lambda: is_open(port))
    assert await bring(port, mail)
    assert await bring(port, mail)
    await until(lambda: is_understood(invited.office))
    assert len(await invited.office.rows("SELECT 1 FROM inbound WHERE county_id = :county")) == 1
    assert [(fact["kind"], fact["proof"]) for fact in await invited.office.facts("reply_received")] == [("answer", "token")]


@pytest.mark.parametrize(
    ("place", "stored"), [("webhook_in.after_verify_before_commit", 0), ("webhook_in.after_commit_before_200", 1)]
)
async def test_a_text_and_a_receipt_that_the_provider_brings_again_count_once(
    post: Post, invited: Invited, place: str, stored: int
) -> None:
    answer, receipt = invited.text("1"), invited.receipt("delivered")
    for path, form, table in ((INBOUND, answer, "inbound"), (STATUS, receipt, "receipts")):
        victim = await post.start("serve", invited.office, fault=place)
        await victim.ready()
        assert await told(post, victim, form, path) == 0
        await victim.died()
        assert len(await invited.office.rows(f"SELECT 1 FROM {table} WHERE county_id = :county")) == stored  # noqa: S608  our own tables
    successor = await post.start("serve", invited.office)
    await successor.ready()
    for path, form in ((INBOUND, answer), (STATUS, receipt), (STATUS, invited.receipt("sent"))):
        assert await told(post, successor, form, path) in {200, 204}
        assert await told(post, successor, form, path) in {200, 204}
        assert await post.texts.call(successor.address, CALLBACK, path, form, signature="forged") == 403
    await invited.office.reader.round()
    assert len(await invited.office.rows("SELECT 1 FROM inbound WHERE county_id = :county")) == 1
    assert [fact["partstat"] for fact in await invited.office.facts("reply_received")] == ["accepted"]
    assert (await post.told(invited.office, invited.carmen)).state == "delivered"
    finished = [fact["state"] for fact in await invited.office.facts("message_finished") if fact["channel"] == "sms"]
    assert finished == ["sent", "delivered"]


async def test_a_mail_whose_bringer_hangs_up_after_the_dot_is_stored_once(post: Post, invited: Invited) -> None:
    port, mail = free_port(), invited.reply()
    await post.start("receive", invited.office, SURROUND_INBOX_LISTEN=f"127.0.0.1:{port}")
    await until(lambda: is_open(port))
    for _ in range(3):
        await hang_up_after_the_dot(port, mail)
    assert await bring(port, mail)
    await until(lambda: is_understood(invited.office))
    assert len(await invited.office.rows("SELECT 1 FROM inbound WHERE county_id = :county")) == 1
    assert len(await invited.office.facts("reply_received")) == 1


async def hang_up_after_the_dot(port: int, mail: EmailMessage) -> None:
    """Bring a mail and wait for nothing."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await reader.readline()
    for command in (b"EHLO x", b"MAIL FROM:<x@example.org>", b"RCPT TO:<" + mail["To"].encode() + b">", b"DATA"):
        writer.write(command + b"\r\n")
        while (await reader.readline())[3:4] == b"-":
            pass
    writer.write(mail.as_bytes().replace(b"\n", b"\r\n") + b"\r\n.\r\n")
    await writer.drain()
    writer.close()


async def is_understood(office: Office) -> bool:
    """Say whether all that came in has been read."""
    waiting = await office.rows("SELECT 1 FROM inbound WHERE county_id = :county AND processed_at IS NULL")
    return not waiting and bool(await office.rows("SELECT 1 FROM inbound WHERE county_id = :county"))
