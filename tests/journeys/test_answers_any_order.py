"""Answers come by mail, text and link, twice, late and from strangers; the end is the same whatever the order."""

import re
from datetime import datetime, time, timedelta
from email.message import EmailMessage

import pytest

from tests.support.journey import Journey, seat
from tests.support.outside import ZONE, Item, until

pytestmark = pytest.mark.stack


def a_reply(invitation: Item, *, sender: str, partstat: str, to: str, stamp: datetime) -> EmailMessage:
    """A calendar program's answer to an invitation, as its owner's mail server would bring it."""
    calendar = invitation["calendar"]
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//A calendar program//EN",
        "METHOD:REPLY",
        "BEGIN:VEVENT",
        f"UID:{calendar['uid']}",
        f"SEQUENCE:{calendar['sequence']}",
        f"DTSTAMP:{stamp:%Y%m%dT%H%M%SZ}",
        f"ATTENDEE;PARTSTAT={partstat}:mailto:{sender}",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]
    message = EmailMessage()
    message["From"] = sender
    message["To"] = to
    message["Subject"] = "Answer"
    message["Message-ID"] = f"<{calendar['uid'][:32]}.{partstat.lower()}@{sender.partition('@')[2]}>"
    message.set_content("\r\n".join(lines), subtype="calendar", params={"method": "REPLY"})
    return message


async def test_each_answers_in_their_own_way(journey: Journey) -> None:
    outside = journey.outside
    family = await journey.family()
    kim = await family.member("Kim", "aunt_uncle", mail=True)
    luis = await family.member("Luis", "aunt_uncle", text="granted")
    joan = await family.member("Joan", "grandparent_maternal", mail=True)
    day = family.county.workday((await outside.now()).astimezone(ZONE).date(), days=9)
    meeting = await family.book(datetime.combine(day, time(10), ZONE), seat(kim), seat(luis), seat(joan))
    first = (await outside.mails(kim.mailbox, count=1))[0]
    await outside.texts(luis.phone, count=1)
    old_link = (await family.county.post("notify", f"/v1/people/{joan.id}/links", {"meeting_id": meeting.id})).ok()["url"]

    await outside.answer(first, "accepted", comment="I will bring fruit")
    await outside.text(luis.phone, "1")
    async with journey.session.post(f"{old_link}/answer", data={"answer": "accepted"}) as answer:
        assert answer.status == 200
    for person in (kim, luis, joan):
        await meeting.answer_of(person, "accepted")

    # After a move, an answer to the old time is kept as that and counts for nothing.
    await meeting.move(datetime.combine(day, time(15), ZONE))
    second = (await outside.mails(kim.mailbox, count=2))[1]
    await outside.answer(first, "declined")
    replies = await meeting.replies(count=4)
    assert [reply["outcome"] for reply in replies if reply["person_id"] == kim.id] == ["answered_old_time"] * 2
    place = await meeting.seat(kim)
    assert place["answer"] == "needs_action"
    assert place["stale"]
    await outside.answer(second, "tentative")
    await meeting.answer_of(kim, "tentative")


async def test_a_text_that_answers_the_old_time_is_answered_with_the_new_one(journey: Journey) -> None:
    outside = journey.outside
    family = await journey.family()
    luis = await family.member("Luis", "aunt_uncle", text="granted")
    today = (await outside.now()).astimezone(ZONE).date()
    day = family.county.workday(today, days=9)
    meeting = await family.book(datetime.combine(day, time(10), ZONE), seat(luis))
    await outside.texts(luis.phone, count=1)
    await outside.caught_up()

    # It is moved late in the evening, so that the text about it waits for the morning; Luis answers what he has read.
    await outside.move_to(datetime.combine(today, time(21, 30), ZONE))
    await meeting.move(datetime.combine(day, time(15), ZONE))
    await outside.text(luis.phone, "1")
    (reply,) = await meeting.replies(count=1)
    assert reply["outcome"] == "answered_old_time"
    place = await meeting.seat(luis)
    assert (place["answer"], place["stale"]) == ("needs_action", True)
    told = (await outside.texts(luis.phone, count=2))[1]["body"]
    assert "that time changed" in told
    assert "3:00 PM" in told
    await outside.text(luis.phone, "1")
    await meeting.answer_of(luis, "accepted")


async def test_a_page_opened_before_a_move_answers_the_old_time(journey: Journey) -> None:
    family = await journey.family()
    joan = await family.member("Joan", "grandparent_maternal", mail=True)
    day = family.county.workday((await journey.outside.now()).astimezone(ZONE).date(), days=9)
    meeting = await family.book(datetime.combine(day, time(10), ZONE), seat(joan))
    await journey.outside.mails(joan.mailbox, count=1)
    link = (await family.county.post("notify", f"/v1/people/{joan.id}/links", {"meeting_id": meeting.id})).ok()["url"]
    async with journey.session.get(link) as page:
        shown = re.findall(r'name="sequence" value="(\d+)"', await page.text())
    assert shown == ["0"]
    await meeting.move(datetime.combine(day, time(15), ZONE))
    await journey.outside.mails(joan.mailbox, count=2)

    async with journey.session.post(f"{link}/answer", data={"answer": "accepted", "sequence": "0"}) as page:
        words = await page.text()
    assert "The time changed after you opened this page." in words
    assert "3:00 PM" in words
    assert [reply["outcome"] for reply in await meeting.replies(count=1)] == ["answered_old_time"]
    assert (await meeting.seat(joan))["answer"] == "needs_action"
    async with journey.session.post(f"{link}/answer", data={"answer": "accepted", "sequence": "1"}) as page:
        assert "You said" in await page.text()
    await meeting.answer_of(joan, "accepted")


async def test_the_newest_answer_stands_whichever_comes_first(journey: Journey) -> None:
    outside = journey.outside
    family = await journey.family()
    kim = await family.member("Kim", "aunt_uncle", mail=True)
    joan = await family.member("Joan", "grandparent_maternal", mail=True)
    day = family.county.workday((await outside.now()).astimezone(ZONE).date(), days=9)
    meeting = await family.book(datetime.combine(day, time(10), ZONE), seat(kim), seat(joan))
    for person, order in ((kim, (1, 2, 3)), (joan, (3, 1, 2))):
        invitation = (await outside.mails(person.mailbox, count=1))[0]
        now = await outside.now()
        words = {1: "accepted", 2: "tentative", 3: "declined"}
        for age in order:
            stamp = (now - timedelta(minutes=10 - age)).isoformat()
            await outside.answer(invitation, words[age], dtstamp=stamp)

    replies = await meeting.replies(count=6)
    for person in (kim, joan):
        ends = [reply["outcome"] for reply in replies if reply["person_id"] == person.id]
        assert sorted(ends) == ["applied", "superseded", "superseded"]
        assert (await meeting.answer_of(person, "declined"))["answer"] == "declined"


async def test_what_comes_twice_counts_once_and_a_stranger_changes_nothing(journey: Journey) -> None:
    outside = journey.outside
    family = await journey.family()
    kim = await family.member("Kim", "aunt_uncle", mail=True)
    luis = await family.member("Luis", "aunt_uncle", text="granted")
    day = family.county.workday((await outside.now()).astimezone(ZONE).date(), days=9)
    meeting = await family.book(datetime.combine(day, time(10), ZONE), seat(kim), seat(luis))
    invitation = (await outside.mails(kim.mailbox, count=1))[0]
    await outside.texts(luis.phone, count=1)
    own_address = invitation["calendar"]["organizer"].partition(":")[2]
    stamp = await outside.now()

    accepts = a_reply(invitation, sender=kim.mailbox, partstat="ACCEPTED", to=own_address, stamp=stamp)
    await outside.post_mail(accepts)
    await outside.post_mail(accepts)
    await outside.text(luis.phone, "1", sid="SM" + "0" * 24 + luis.phone[-8:])
    await outside.text(luis.phone, "1", sid="SM" + "0" * 24 + luis.phone[-8:])
    await meeting.answer_of(kim, "accepted")
    await meeting.answer_of(luis, "accepted")

    # A stranger who has seen the entry writes to the county's mailbox: it waits for staff, who see nobody new at the table.
    stranger = a_reply(
        invitation, sender="stranger@example.net", partstat="DECLINED", to=family.county.facts["mailbox"], stamp=stamp
    )
    await outside.post_mail(stranger)
    replies = await meeting.replies(count=3)
    assert sorted(reply["outcome"] for reply in replies) == ["applied", "applied", "quarantined"]
    table = await meeting.read()
    assert {one["person_id"]: one["answer"] for one in table["participants"]} == {kim.id: "accepted", luis.id: "accepted"}
    await outside.caught_up()
    assert await outside.mails("stranger@example.net") == []
    assert len(await outside.texts(luis.phone)) == 2


async def test_another_time_is_a_proposal_and_the_meeting_stands(journey: Journey) -> None:
    outside = journey.outside
    family = await journey.family()
    kim = await family.member("Kim", "aunt_uncle", mail=True)
    joan = await family.member("Joan", "grandparent_maternal", mail=True)
    day = family.county.workday((await outside.now()).astimezone(ZONE).date(), days=9)
    meeting = await family.book(datetime.combine(day, time(10), ZONE), seat(kim), seat(joan))
    before = await meeting.read()
    invitation = (await outside.mails(kim.mailbox, count=1))[0]
    await outside.answer(invitation, "counter", starts_local=f"{day}T16:00")
    link = (await family.county.post("notify", f"/v1/people/{joan.id}/links", {"meeting_id": meeting.id})).ok()["url"]
    async with journey.session.post(f"{link}/other-time", data={"words": "After four would be better"}) as answer:
        assert answer.status == 200

    replies = {reply["person_id"]: reply for reply in await meeting.replies(count=2)}
    assert {reply["outcome"] for reply in replies.values()} == {"proposal"}
    proposed = datetime.fromisoformat(replies[kim.id]["proposed_starts_at"])
    assert proposed == datetime.combine(day, time(16), ZONE)
    assert replies[joan.id]["comment"] == "After four would be better"
    after = await meeting.read()
    assert (after["starts_at"], after["revision"]) == (before["starts_at"], before["revision"])
    assert {one["answer"] for one in after["participants"]} == {"needs_action"}
    await outside.caught_up()
    assert len(await outside.mails(kim.mailbox)) == len(await outside.mails(joan.mailbox)) == 1


async def test_an_answer_by_phone_is_recorded_by_staff(journey: Journey) -> None:
    family = await journey.family(assigned=("amy",))
    mae = await family.member("Mae", "grandparent_maternal", landline=True)
    day = family.county.workday((await journey.outside.now()).astimezone(ZONE).date(), days=9)
    meeting = await family.book(datetime.combine(day, time(10), ZONE), seat(mae), staff="amy")
    (call,) = await meeting.calls(mae, count=1)
    assert call["id"] in (await family.county.get("notify", "/v1/call-tasks", staff="amy")).text
    assert call["id"] not in (await family.county.get("notify", "/v1/call-tasks", staff="jo")).text
    place = await meeting.seat(mae)
    answer = {"answer": "accepted", "source": "phone"}
    path = f"{meeting.path}/participants/{place['id']}/responses"
    (await family.county.post("meetings", path, answer, staff="amy")).ok()
    (await family.county.post("notify", f"/v1/call-tasks/{call['id']}:complete", {"outcome": "reached"}, staff="amy")).ok()
    assert (await meeting.seat(mae))["answer"] == "accepted"
    await until(lambda: meeting.calls(mae), lambda calls: calls == [])
