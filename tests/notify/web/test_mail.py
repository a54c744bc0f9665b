"""Mail that comes back: proved by the token in its address, stored before 250, and never believed beyond that."""

import asyncio
import smtplib
from datetime import UTC, datetime
from email import message_from_string, policy
from email.message import EmailMessage
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from deploy.local.sandbox.replies import Answer, Proposal, answer_calendar, answer_mail
from services.notify.jobs.inbox import Mailroom
from shared.events.entries import Notice
from shared.events.network import Channel
from tests.notify.office import Booked, Office, Person
from tests.notify.promises import promise, turns_from, whole_hours
from tests.support.processes import until


async def invited(office: Office) -> tuple[Person, Booked, Calendar]:
    """Somebody who was invited by mail, and the invitation as their calendar has it."""
    denise = await office.known(Channel.EMAIL)
    booked = await office.book(denise)
    await office.send_due()
    calendar = Calendar.from_ical(office.mail.to(denise.mail)[-1].calendar)
    assert isinstance(calendar, Calendar)
    return denise, booked, calendar


def reply(
    office: Office, person: Person, invitation: Calendar, answer: Answer, *, sender: str = "", comment: str = ""
) -> EmailMessage:
    """Return what a calendar program sends."""
    now = datetime.now(UTC)
    proposal = Proposal(datetime(2030, 1, 10, 16)) if answer is Answer.COUNTER else None  # noqa: DTZ001  wall time
    mailbox = sender or person.mail
    calendar = answer_calendar(invitation, mailbox, answer, now=now, comment=comment, proposal=proposal)
    return answer_mail(invitation, calendar, mailbox, answer, message_id=uuid4(), in_reply_to="", comment=comment, now=now)


async def bring(office: Office, *mails: EmailMessage, to: str = "") -> None:
    """Bring mails to the inbox as another server would, and let notify understand them."""
    stop = asyncio.Event()
    room = Mailroom(office.units, [office.county], office.settings.inbox_url, vouched_by=office.settings.inbox_vouched_by)
    listening = asyncio.create_task(room.run(stop))

    async def is_open() -> bool:
        try:
            return room.port > 0
        except RuntimeError:
            return False

    def hand_over() -> None:
        with smtplib.SMTP("127.0.0.1", room.port, timeout=10) as server:
            for mail in mails:
                server.send_message(mail, to_addrs=[to or mail["To"]])

    await until(is_open)
    await asyncio.to_thread(hand_over)
    stop.set()
    await listening
    await office.reader.round()


@pytest.mark.parametrize("answer", [Answer.ACCEPTED, Answer.DECLINED, Answer.TENTATIVE])
async def test_an_answer_from_a_calendar_is_proved_by_the_address_it_was_sent_to(office: Office, answer: Answer) -> None:
    denise, booked, invitation = await invited(office)
    mail = reply(office, denise, invitation, answer, comment="I may be late")
    await bring(office, mail, mail)
    replies = await office.facts("reply_received")
    assert [(r["kind"], r["partstat"], r["proof"], r["channel"], r["sequence"]) for r in replies] == [
        ("answer", answer.value, "token", "mail", 0)
    ]
    assert (replies[0]["uid"], replies[0]["person_id"]) == (booked.of(denise).uid, str(denise.id))
    assert not await office.rows("SELECT 1 FROM log WHERE county_id = :county AND data::text LIKE '%late%'")


@pytest.mark.parametrize("form", ["TZID", "UTC"])
@pytest.mark.parametrize("answer", [Answer.ACCEPTED, Answer.DECLINED])
async def test_an_answer_to_one_instance_of_a_promise_is_about_that_turn(office: Office, answer: Answer, form: str) -> None:
    kim = await office.known(Channel.EMAIL, name="Kim")
    told = await (await promise(office, kim, *turns_from(whole_hours(days=3), count=3)).offer()).confirm()
    await office.send_due()
    asked = Calendar.from_ical(office.mail.to(kim.mail)[-1].calendar)
    assert isinstance(asked, Calendar)
    turn = told.turns[1]
    place = ZoneInfo(told.entry(Notice.CONFIRMED).time_zone if form == "TZID" else "UTC")
    for event in asked.walk("VEVENT"):
        event.add("RECURRENCE-ID", turn.starts_at.astimezone(place))
    mail = reply(office, kim, asked, answer)
    whole = reply(office, kim, Calendar.from_ical(office.mail.to(kim.mail)[-1].calendar), answer)
    await bring(office, mail, whole)
    found = await office.facts("reply_received")
    assert [(r["kind"], r["partstat"], r["subject_kind"], r["proof"]) for r in found] == [
        ("turn", answer.value, "commitment", "token"),
        ("answer", answer.value, "commitment", "token"),
    ]
    assert datetime.fromisoformat(found[0]["recurrence_id"]) == turn.starts_at
    assert found[1]["recurrence_id"] is None


async def test_another_time_from_a_calendar_is_a_proposal(office: Office) -> None:
    denise, _, invitation = await invited(office)
    await bring(office, reply(office, denise, invitation, Answer.COUNTER))
    replies = await office.facts("reply_received")
    assert (replies[0]["kind"], replies[0]["proof"]) == ("other_time", "token")
    assert replies[0]["proposed_starts_at"] == "2030-01-11T00:00:00Z"


async def test_an_answer_in_somebody_elses_name_proves_nothing(office: Office) -> None:
    denise, _, invitation = await invited(office)
    await bring(office, reply(office, denise, invitation, Answer.ACCEPTED, sender="mallory@example.org"))
    assert [r["proof"] for r in await office.facts("reply_received")] == ["none"]


async def test_an_answer_without_the_token_proves_nothing_unless_our_server_vouches(office: Office) -> None:
    denise, _, invitation = await invited(office)
    plain = reply(office, denise, invitation, Answer.ACCEPTED)
    vouched = reply(office, denise, invitation, Answer.DECLINED)
    vouched["Authentication-Results"] = "mx.alder.test; dkim=pass header.d=example.org"
    await bring(office, plain, vouched, to=office.county.mailbox)
    assert [(r["partstat"], r["proof"]) for r in await office.facts("reply_received")] == [
        ("accepted", "none"),
        ("declined", "aligned"),
    ]


async def test_an_out_of_office_mail_is_no_answer(office: Office) -> None:
    denise, _, invitation = await invited(office)
    away = EmailMessage()
    away["From"], away["To"], away["Subject"] = denise.mail, reply(office, denise, invitation, Answer.ACCEPTED)["To"], "Away"
    away["Message-ID"], away["Auto-Submitted"] = f"<{uuid4()}@example.org>", "auto-replied"
    away.set_content("I am away.")
    await bring(office, away)
    assert [r["kind"] for r in await office.facts("reply_received")] == ["not_an_answer"]


async def test_a_mail_to_a_mailbox_that_is_not_ours_is_refused(office: Office) -> None:
    denise, _, invitation = await invited(office)
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        await bring(office, reply(office, denise, invitation, Answer.ACCEPTED), to="somebody@else.test")


async def test_a_bounce_ends_the_message_and_somebody_phones(office: Office) -> None:
    denise, _, _ = await invited(office)
    sent = office.mail.to(denise.mail)[-1].message
    lines = (
        "From: mailer-daemon@example.org",
        f"To: {sent['From']}",
        f"Message-ID: <{uuid4()}@example.org>",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
        "",
        "--b",
        "Content-Type: message/delivery-status",
        "",
        "Reporting-MTA: dns; example.org",
        "",
        "Final-Recipient: rfc822; somebody@example.org",
        "Action: failed",
        "Status: 5.1.1",
        "",
        "--b",
        "Content-Type: text/rfc822-headers",
        "",
        f"Message-ID: {sent['Message-ID']}",
        "",
        "--b--",
        "",
    )
    report = message_from_string("\r\n".join(lines), policy=policy.SMTP)
    assert isinstance(report, EmailMessage)
    await bring(office, report, to=str(sent["From"]).partition("<")[2].rstrip(">"))
    assert ("invitation", "email", "failed") in await office.states()
    assert {task["reason"] for task in await office.facts("call_task_opened")} == {"bounced", "find_new_contact"}
    assert [fact["reason"] for fact in await office.facts("contact_lost")] == ["bounced"]
