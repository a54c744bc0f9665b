"""A meeting is booked, moved twice and cancelled; each person follows in their own way, and reminders come once or never."""

from datetime import datetime, time, timedelta

import pytest
import vobject

from tests.support.icslint import lint
from tests.support.journey import Journey, seat
from tests.support.outside import ZONE, calendar_part, until

pytestmark = pytest.mark.stack

BEFORE = (timedelta(days=7), timedelta(days=2), timedelta(hours=2))


async def test_every_calendar_follows_two_moves_and_a_cancellation(journey: Journey) -> None:
    outside = journey.outside
    family = await journey.family()
    kim = await family.member("Kim", "aunt_uncle", mail=True)
    carmen = await family.member("Carmen", "grandparent_maternal", text="requested", language="es")
    mae = await family.member("Mae", "grandparent_paternal", landline=True)
    await journey.opts_in(carmen)
    # So far ahead that no reminder falls due before it is cancelled.
    day = family.county.workday((await outside.now()).astimezone(ZONE).date(), days=12)
    ten = datetime.combine(day, time(10), ZONE)

    # Booked: a calendar entry by mail, a text in Spanish, a call to make.
    meeting = await family.book(ten, seat(kim), seat(carmen), seat(mae))
    invitation = (await outside.mails(kim.mailbox, count=1))[0]
    assert (invitation["calendar"]["method"], invitation["calendar"]["sequence"]) == ("REQUEST", 0)
    assert invitation["calendar"]["attendees"] == [f"mailto:{kim.mailbox}"]
    asked = (await outside.texts(carmen.phone, count=3))[2]
    assert "10:00 AM. Responda 1 si viene" in asked["body"]
    (call,) = await meeting.calls(mae, count=1)
    assert call["kind"] == "invitation"
    (await family.county.post("notify", f"/v1/call-tasks/{call['id']}:complete", {"outcome": "reached"}, staff="amy")).ok()
    await outside.answer(invitation, "accepted")
    await outside.text(carmen.phone, "1")
    await meeting.answer_of(kim, "accepted")
    await meeting.answer_of(carmen, "accepted")
    await outside.texts(carmen.phone, count=4)

    # Moved twice, on days of their own, since three texts a day are the most that reach a member: the same entry, a higher number,
    # and everybody is asked anew.
    for number, hour in ((1, 13), (2, 15)):
        await outside.move_to(await outside.now() + timedelta(days=1))
        await meeting.move(ten.replace(hour=hour))
        await outside.mails(kim.mailbox, count=1 + number)
        assert {one["answer"] for one in (await meeting.read())["participants"]} == {"needs_action"}
        (entry,) = await outside.entries(kim.mailbox)
        assert (entry["sequence"], entry["state"]) == (number, "not answered")
        assert datetime.fromisoformat(entry["starts"]) == ten.replace(hour=hour)

    # Cancelled: the entry goes; five texts and one more of thanks have come to the phone, and one call is left to make.
    (await meeting.do("cancel", {"reason_code": "family_request"})).ok()
    mails = await outside.mails(kim.mailbox, count=4)
    numbers = [(mail["calendar"]["method"], mail["calendar"]["sequence"]) for mail in mails]
    assert numbers == [("REQUEST", 0), ("REQUEST", 1), ("REQUEST", 2), ("CANCEL", 3)]
    assert len({mail["calendar"]["uid"] for mail in mails}) == 1
    assert mails[3]["calendar"]["status"] == "CANCELLED"
    assert [entry["state"] for entry in await outside.entries(kim.mailbox)] == ["cancelled"]
    for mail in mails:
        octets = calendar_part(await outside.raw(mail))
        assert lint(octets) == []
        assert vobject.readOne(octets.decode()).vevent.uid.value == mail["calendar"]["uid"]
    texts = await outside.texts(carmen.phone, count=7)
    assert ["Su respuesta" in text["body"] for text in texts] == [False, False, False, True, False, False, False]
    assert ["nueva hora" in text["body"] for text in texts] == [False, False, False, False, True, True, False]
    await until(lambda: meeting.calls(mae), lambda calls: [call["kind"] for call in calls] == ["cancelled"])


async def test_who_joins_or_leaves_is_told_and_nobody_else(journey: Journey) -> None:
    outside = journey.outside
    family = await journey.family()
    kim = await family.member("Kim", "aunt_uncle", mail=True)
    joan = await family.member("Joan", "grandparent_maternal", mail=True)
    wanda = await family.member("Wanda", "family_friend", mail=True)
    day = family.county.workday((await outside.now()).astimezone(ZONE).date(), days=9)
    meeting = await family.book(datetime.combine(day, time(10), ZONE), seat(kim), seat(joan))
    for person in (kim, joan):
        await outside.mails(person.mailbox, count=1)
    await meeting.move(datetime.combine(day, time(13), ZONE))
    for person in (kim, joan):
        await outside.mails(person.mailbox, count=2)

    # Who comes late starts at the present number; who is taken off gets a cancellation that leaves the others' entries alive.
    etag = (await meeting.read())["etag"]
    (await family.county.post("meetings", f"{meeting.path}/participants", seat(wanda), etag=etag)).ok()
    invitation = (await outside.mails(wanda.mailbox, count=1))[0]["calendar"]
    assert (invitation["method"], invitation["sequence"], invitation["partstat"]) == ("REQUEST", 1, "NEEDS-ACTION")
    path = f"{meeting.path}/participants/{(await meeting.seat(joan))['id']}"
    (await family.county.call("DELETE", "meetings", path, etag=(await meeting.read())["etag"])).ok()
    farewell = (await outside.mails(joan.mailbox, count=3))[2]
    assert (farewell["calendar"]["method"], farewell["calendar"]["sequence"], farewell["calendar"]["status"]) == ("CANCEL", 2, "")
    assert lint(calendar_part(await outside.raw(farewell))) == []
    assert [entry["state"] for entry in await outside.entries(joan.mailbox)] == ["cancelled"]
    await outside.caught_up()
    assert (len(await outside.mails(kim.mailbox)), len(await outside.mails(wanda.mailbox))) == (2, 1)


async def test_a_cancelled_meeting_reminds_nobody(journey: Journey) -> None:
    outside = journey.outside
    family = await journey.family()
    kim = await family.member("Kim", "aunt_uncle", mail=True)
    carmen = await family.member("Carmen", "grandparent_maternal", text="granted", language="es")
    wanda = await family.member("Wanda", "family_friend", mail=True)
    day = family.county.workday((await outside.now()).astimezone(ZONE).date(), days=9)
    called_off = await family.book(datetime.combine(day, time(13), ZONE), seat(kim), seat(carmen))
    await family.book(datetime.combine(day, time(14), ZONE), seat(wanda))
    await outside.mails(kim.mailbox, count=1)
    await outside.texts(carmen.phone, count=1)
    (await called_off.do("cancel", {"reason_code": "family_request"})).ok()
    await outside.mails(kim.mailbox, count=2)
    await outside.texts(carmen.phone, count=2)

    # Wanda's reminders are due an hour after those that must not come.
    for number, before in enumerate(BEFORE):
        await outside.move_to(datetime.combine(day, time(14), ZONE) - before + timedelta(seconds=1))
        await outside.mails(wanda.mailbox, count=2 + number)

    await outside.caught_up()
    assert len(await outside.mails(kim.mailbox)) == 2
    assert len(await outside.texts(carmen.phone)) == 2
    reminders = [message for message in await called_off.messages() if message["kind"].startswith("reminder")]
    assert {message["state"] for message in reminders} == {"cancelled"}


async def test_reminders_come_once_each_at_the_same_wall_time(journey: Journey) -> None:
    outside = journey.outside
    family = await journey.family()
    kim = await family.member("Kim", "aunt_uncle", mail=True)
    luis = await family.member("Luis", "aunt_uncle", text="granted")
    day = family.county.workday((await outside.now()).astimezone(ZONE).date(), days=9)
    starts = datetime.combine(day, time(14), ZONE)
    meeting = await family.book(starts, seat(kim), seat(luis))
    await outside.mails(kim.mailbox, count=1)
    await outside.texts(luis.phone, count=1)

    for number, before in enumerate(BEFORE):
        await outside.move_to(starts - before - timedelta(minutes=2))
        await outside.caught_up()
        early = len(await outside.mails(kim.mailbox)), len(await outside.texts(luis.phone))
        assert early == (1 + number, 1 + number)
        await outside.move_to(starts - before + timedelta(seconds=1))
        await outside.mails(kim.mailbox, count=2 + number)
        await outside.texts(luis.phone, count=2 + number)

    done = await until(meeting.messages, lambda items: all(item["finished_at"] for item in items))
    assert sorted(item["kind"] for item in done) == sorted(["invitation", "reminder_7d", "reminder_2d", "reminder_2h"] * 2)
    assert len(await outside.mails(kim.mailbox)) == 4
    assert len(await outside.texts(luis.phone)) == 4
    # A reminder is no second entry in the calendar.
    assert [mail["calendar"] is None for mail in await outside.mails(kim.mailbox)] == [False, True, True, True]
    assert len(await outside.entries(kim.mailbox)) == 1


async def test_a_reminder_due_at_night_waits_for_the_morning(journey: Journey) -> None:
    outside = journey.outside
    family = await journey.family()
    luis = await family.member("Luis", "aunt_uncle", text="granted")
    day = family.county.workday((await outside.now()).astimezone(ZONE).date(), days=1)
    starts = datetime.combine(day, time(9), ZONE)
    meeting = await family.book(starts, seat(luis))
    await outside.texts(luis.phone, count=1)
    await outside.caught_up()

    reminders = [item for item in await meeting.messages(luis) if item["kind"] == "reminder_2h"]
    assert [datetime.fromisoformat(item["due_at"]) for item in reminders] == [starts.replace(hour=8)]
    await outside.move_to(starts.replace(hour=7, minute=59))
    await outside.caught_up()
    assert len(await outside.texts(luis.phone)) == 1
    await outside.move_to(starts.replace(hour=8, second=1))
    assert "9:00 AM" in (await outside.texts(luis.phone, count=2))[1]["body"]
