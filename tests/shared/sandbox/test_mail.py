"""Mail that the services send arrives, is shown, and can be answered as a calendar program answers."""

import asyncio
from datetime import UTC, datetime
from email import message_from_bytes, policy

import aiosmtplib
import pytest
from icalendar import Calendar

from deploy.local.sandbox import mailboxes
from deploy.local.sandbox.changes import Changes
from deploy.local.sandbox.mailboxes import Mailboxes, parse_mail
from tests.shared.sandbox.conftest import GRANDMOTHER, ORGANIZER, World, an_invitation

NOW = datetime(2026, 11, 22, tzinfo=UTC)


async def items(world: World, path: str) -> list[dict[str, object]]:
    found = (await world.get(path))["items"]
    assert isinstance(found, list)
    return found


async def the_mail(world: World) -> str:
    return str((await items(world, f"/api/mail?mailbox={GRANDMOTHER}"))[-1]["id"])


async def test_a_mail_is_kept_for_its_recipient_with_its_calendar_part_read(world: World) -> None:
    await world.send(an_invitation(sequence=3))
    (mail,) = await items(world, f"/api/mail?mailbox={GRANDMOTHER.upper()}")
    assert mail["text"] == "Answer here: http://127.0.0.1:18004/m/abc"
    calendar = mail["calendar"]
    assert isinstance(calendar, dict)
    assert (calendar["method"], calendar["sequence"], calendar["starts"]) == ("REQUEST", 3, "2026-12-09T15:00:00-08:00")
    async with world.http.get(f"{world.url}/api/mail/{mail['id']}/raw") as answer:
        assert message_from_bytes(await answer.read())["Message-ID"] == "<a-mail@surround>"


async def test_an_answer_is_a_real_reply_to_the_organiser(world: World) -> None:
    await world.send(an_invitation(sequence=2))
    body = {"answer": "declined", "comment": "I work; sorry"}
    async with world.http.post(f"{world.url}/api/mail/{await the_mail(world)}/reply", json=body) as answer:
        assert (await answer.json())["to"] == ORGANIZER
    reply = message_from_bytes(world.surround.mails[0], policy=policy.default)
    assert (reply["From"], reply["To"], reply["In-Reply-To"]) == (GRANDMOTHER, ORGANIZER, "<a-mail@surround>")
    part = next(p for p in reply.walk() if p.get_content_type() == "text/calendar")
    assert part.get_param("method") == "REPLY"
    calendar = Calendar.from_ical(part.get_content())
    (event,) = calendar.events
    assert (str(calendar["METHOD"]), str(event["UID"]), event["SEQUENCE"]) == ("REPLY", "0190a1b2c3d4-0@alder.surround", 2)
    assert (str(event["ATTENDEE"]), event["ATTENDEE"].params["PARTSTAT"]) == (f"mailto:{GRANDMOTHER}", "DECLINED")
    assert str(event["COMMENT"]) == "I work; sorry"


async def test_another_time_is_proposed_as_a_counter_in_the_invitations_zone(world: World) -> None:
    await world.send(an_invitation())
    body = {"answer": "counter", "starts_local": "2026-12-10T17:30"}
    async with world.http.post(f"{world.url}/api/mail/{await the_mail(world)}/reply", json=body) as answer:
        assert answer.status == 200
    sent = message_from_bytes(world.surround.mails[0], policy=policy.default)
    part = next(p for p in sent.walk() if p.get_content_type() == "text/calendar")
    (event,) = Calendar.from_ical(part.get_content()).events
    assert part.get_param("method") == "COUNTER"
    assert event["DTSTART"].to_ical() == b"20261210T173000"
    assert event["DTSTART"].params["TZID"] == "America/Los_Angeles"
    assert event["DTEND"].to_ical() == b"20261210T183000"


async def test_a_cancellation_cannot_be_answered(world: World) -> None:
    await world.send(an_invitation(method="CANCEL"), method="CANCEL")
    async with world.http.post(f"{world.url}/api/mail/{await the_mail(world)}/reply", json={"answer": "accepted"}) as answer:
        assert answer.status == 409
    assert world.surround.mails == []


async def test_a_moved_meeting_stays_one_entry_and_a_cancelled_one_shows_it(world: World) -> None:
    await world.send(an_invitation())
    async with world.http.post(f"{world.url}/api/mail/{await the_mail(world)}/reply", json={"answer": "accepted"}) as answer:
        assert answer.status == 200
    (entry,) = await items(world, f"/api/calendar?mailbox={GRANDMOTHER}")
    assert (entry["state"], entry["starts"]) == ("accepted", "2026-12-09T15:00:00-08:00")

    await world.send(an_invitation(sequence=1, starts="20261211T100000"))
    (entry,) = await items(world, f"/api/calendar?mailbox={GRANDMOTHER}")
    assert (entry["state"], entry["starts"]) == ("not answered", "2026-12-11T10:00:00-08:00")

    await world.send(an_invitation(sequence=2, method="CANCEL"), method="CANCEL")
    await world.send(an_invitation(sequence=1, starts="20261212T100000"))
    (entry,) = await items(world, f"/api/calendar?mailbox={GRANDMOTHER}")
    assert (entry["state"], entry["sequence"], entry["starts"]) == ("cancelled", 2, "2026-12-11T10:00:00-08:00")


async def test_an_older_revision_or_an_older_stamp_changes_no_entry(world: World) -> None:
    await world.send(an_invitation(sequence=1, starts="20261211T100000", stamp="20261122T130000Z"))
    await world.send(an_invitation(sequence=0))
    await world.send(an_invitation(sequence=1, starts="20261212T100000", stamp="20261122T110000Z"))
    (entry,) = await items(world, f"/api/calendar?mailbox={GRANDMOTHER}")
    assert entry["starts"] == "2026-12-11T10:00:00-08:00"


async def test_waiting_ends_when_the_mail_comes(world: World) -> None:
    waiting = asyncio.create_task(world.get(f"/api/wait?mailbox={GRANDMOTHER}&more_than=0&seconds=10"))
    await asyncio.sleep(0)
    await world.send(an_invitation())
    answer = await waiting
    assert answer["came"] is True


async def test_waiting_is_bounded(world: World) -> None:
    answer = await world.get(f"/api/wait?mailbox={GRANDMOTHER}&more_than=0&seconds=0.05")
    assert (answer["came"], answer["items"]) == (False, [])


async def test_a_mailbox_that_does_not_exist_is_refused(world: World) -> None:
    with pytest.raises(aiosmtplib.SMTPRecipientsRefused):
        await world.send(to="nobody-here@example.org")


async def test_the_page_shows_the_mail_in_a_frame_that_can_run_nothing(world: World) -> None:
    await world.send(an_invitation(), subject="<script>alert(1)</script>")
    async with world.http.get(f"{world.url}/mail/{GRANDMOTHER}") as answer:
        page = await answer.text()
        policy_header = answer.headers["Content-Security-Policy"]
    assert "<script>alert(1)" not in page
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page
    assert "&lt;p onclick=" in page
    assert "script-src 'self'" in policy_header
    assert "Wed 9 Dec 2026, 3:00 pm to 4:00 pm (America/Los_Angeles)" in page


async def test_the_page_s_button_sends_the_answer(world: World) -> None:
    await world.send(an_invitation())
    address = f"{world.url}/mail/{GRANDMOTHER}/{await the_mail(world)}/answer"
    async with world.http.post(address, data={"answer": "accepted"}) as answer:
        assert "Accept sent" in await answer.text()
    assert b'method="REPLY"' in world.surround.mails[0]


async def test_plain_words_reach_the_sender_of_the_mail(world: World) -> None:
    await world.send()
    address = f"{world.url}/mail/{GRANDMOTHER}/{await the_mail(world)}/words"
    async with world.http.post(address, data={"words": "I will come"}) as answer:
        assert answer.status == 200
    mail = message_from_bytes(world.surround.mails[0], policy=policy.default)
    assert (mail["To"], mail.get_content().strip()) == (ORGANIZER, "I will come")


def test_the_oldest_mail_goes_when_there_is_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailboxes, "MOST_MAILS", 2)
    changes = Changes()
    boxes = Mailboxes(changes, lambda: NOW)
    for subject in ("first", "second", "third"):
        raw = f"Subject: {subject}\r\n\r\nwords\r\n".encode()
        boxes.keep(parse_mail(raw, mailbox=GRANDMOTHER, envelope_from="", received_at=NOW))
    assert [m.subject for m in boxes.all()] == ["second", "third"]


@pytest.mark.parametrize(
    "calendar",
    [
        "BEGIN:VCALENDAR",
        "no calendar at all",
        "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:nonsense\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
    ],
)
async def test_a_calendar_part_that_cannot_be_read_is_shown_as_text(world: World, calendar: str) -> None:
    await world.send(calendar)
    async with world.http.get(f"{world.url}/mail/{GRANDMOTHER}") as answer:
        assert answer.status == 200
        assert "Calendar part as text" in await answer.text()


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"no head at all",
        b"From: <\r\nTo: @@\r\nSubject: =?x-none?q?=FF?=\r\n\r\nwords",
        b"Content-Type: text/plain; charset=x-none\r\n\r\n\xff\xfe",
        b"Content-Type: text/calendar; method=REQUEST\r\n\r\nBEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSEQUENCE:x\r\n"
        b"END:VEVENT\r\nEND:VCALENDAR",
    ],
)
def test_a_mail_that_cannot_be_read_is_kept_all_the_same(raw: bytes) -> None:
    assert parse_mail(raw, mailbox=GRANDMOTHER, envelope_from="", received_at=NOW).raw == raw
