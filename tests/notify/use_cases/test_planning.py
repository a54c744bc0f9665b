"""What follows from facts: each message once however often a fact is heard, and never an older revision over a newer one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from sqlalchemy import text

from shared.events.entries import Notice
from shared.events.meetings import MeetingCancelled, MeetingChanged, MeetingRescheduled, MeetingScheduled
from shared.events.network import Channel
from tests.notify.office import SYSTEM, Office, night_now

REMINDERS = ("reminder_7d", "reminder_2d", "reminder_2h")


async def test_hearing_everything_again_from_the_start_sends_nothing_twice(office: Office) -> None:
    denise = await office.known(Channel.EMAIL)
    booked = await office.book(denise)
    await office.send_due()
    moved = await office.move(booked)
    await office.send_due()
    before = await office.states()
    await office.tell(denise, position=1)
    for kind, told in ((MeetingScheduled, booked), (MeetingRescheduled, moved), (MeetingScheduled, booked)):
        await office.hear(kind, told)
    await office.send_due()
    assert await office.states() == before
    assert len(office.mail.to(denise.mail)) == 2


async def test_a_move_leaves_one_live_set_of_reminders_and_raises_sequence(office: Office) -> None:
    denise = await office.known(Channel.EMAIL)
    moved = await office.book(denise)
    for _ in range(3):
        moved = await office.move(moved)
    await office.send_due()
    reminders = await office.rows(
        "SELECT kind, due_at FROM messages WHERE county_id = :county AND state = 'pending' ORDER BY due_at"
    )
    assert [row.kind for row in reminders] == list(REMINDERS)
    assert reminders[2].due_at == moved.of(denise).starts_at - timedelta(hours=2)
    mails = office.mail.to(denise.mail)
    assert len(mails) == 1
    assert b"SEQUENCE:3" in mails[0].calendar


async def test_a_move_there_and_back_brings_the_reminders_back(office: Office) -> None:
    denise = await office.known(Channel.EMAIL)
    booked = await office.book(denise)
    await office.move(await office.move(booked), by=-timedelta(days=1))
    pending = await office.rows(
        "SELECT kind FROM messages WHERE county_id = :county AND state = 'pending' AND kind LIKE 'reminder%'"
    )
    assert len(pending) == 3


async def test_an_older_revision_never_overwrites_a_newer_one(office: Office) -> None:
    denise = await office.known(Channel.EMAIL)
    booked = office.meeting(denise)
    await office.hear(MeetingCancelled, office.cancelled(booked))
    await office.hear(MeetingScheduled, booked)
    await office.send_due()
    assert office.mail.mails == []
    assert (await office.rows("SELECT status FROM entries WHERE county_id = :county"))[0].status == "cancelled"


async def test_a_cancellation_reaches_those_who_were_told_and_stops_the_reminders(office: Office) -> None:
    denise, ray = await office.known(Channel.EMAIL), await office.known(Channel.EMAIL, name="Ray")
    booked = await office.book(denise)
    await office.send_due()
    unsent = await office.book(ray)
    await office.cancel(booked)
    await office.cancel(unsent)
    await office.send_due()
    assert [b"METHOD:CANCEL" in mail.calendar for mail in office.mail.to(denise.mail)] == [False, True]
    assert office.mail.to(ray.mail) == []
    assert {state for kind, _, state in await office.states(*REMINDERS)} == {"cancelled"}


async def test_a_small_change_keeps_the_reminders_and_the_number(office: Office) -> None:
    denise = await office.known(Channel.EMAIL)
    booked = await office.book(denise)
    await office.send_due()
    entries = tuple(replace(entry, notice=Notice.CHANGED) for entry in booked.entries)
    await office.hear(MeetingChanged, replace(booked, revision=2, entries=entries))
    await office.send_due()
    assert {state for _, _, state in await office.states(*REMINDERS)} == {"pending"}
    await office.make_due("reminder_7d")
    await office.send_due()
    mails = office.mail.to(denise.mail)
    assert len(mails) == 3
    assert b"SEQUENCE:0" in mails[1].calendar


async def test_an_entry_asked_for_again_is_sent_once_for_each_request(office: Office) -> None:
    denise = await office.known(Channel.EMAIL)
    booked = await office.book(denise)
    await office.send_due()
    again = replace(booked, entries=tuple(replace(entry, notice=Notice.AGAIN) for entry in booked.entries))
    cause = uuid4()
    for each in (cause, cause, uuid4()):
        await office.hear(MeetingChanged, again, cause=each)
    await office.send_due()
    assert len(office.mail.to(denise.mail)) == 3


async def test_a_person_without_a_channel_becomes_a_call_to_make(office: Office) -> None:
    ruth = await office.known(Channel.VOICE, name="Ruth")
    await office.book(ruth)
    await office.send_due()
    assert (await office.states("invitation")) == [("invitation", "call", "sent")]
    assert [(task["kind"], task["reason"]) for task in await office.facts("call_task_opened")] == [("invitation", "by_phone")]


async def test_a_meeting_heard_of_before_its_person_waits_for_the_person(office: Office) -> None:
    denise = office.person(Channel.EMAIL)
    await office.book(denise)
    await office.ticker.tick()
    await office.ticker.drained()
    assert office.mail.mails == []
    await office.tell(denise)
    await office.make_due("invitation")
    await office.send_due()
    assert len(office.mail.to(denise.mail)) == 1


async def test_a_text_in_the_night_waits_for_the_morning_and_mail_does_not(office: Office) -> None:
    now = datetime.now(UTC)
    quiet = night_now()
    carmen = replace(office.person(Channel.SMS, name="Carmen"), quiet=quiet)
    denise = replace(office.person(Channel.EMAIL), quiet=quiet)
    for each in (carmen, denise):
        await office.tell(each)
        await office.book(each)
    await office.ticker.tick()
    await office.ticker.drained()
    assert office.texts.texts == []
    assert len(office.mail.to(denise.mail)) == 1
    waiting = await office.rows(
        "SELECT due_at, reason FROM messages WHERE county_id = :county AND way = 'sms' AND kind = 'invitation'"
    )
    assert waiting[0].reason == "quiet_hours"
    assert waiting[0].due_at > now


async def test_two_counties_never_see_each_other(office: Office) -> None:
    denise = await office.known(Channel.EMAIL)
    await office.book(denise)
    other = office.settings.service.counties[1]
    async with office.units.open(other.id, SYSTEM) as unit:
        for table in ("messages", "entries", "contacts", "links"):
            assert await unit.session.scalar(text(f"SELECT count(*) FROM {table}")) == 0  # noqa: S608  our own tables
