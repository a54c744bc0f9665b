"""Personal links and feeds: one person, one thing; reading changes nothing; every bad one is refused alike."""

import re
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import event

from services.notify.domain.entries import saying
from services.notify.storage import entries
from shared.events.entries import Answer, PlaceWords
from shared.events.meetings import ParticipantRemoved
from shared.events.network import Channel
from tests.notify.office import Booked, Office, Person
from tests.notify.web.conftest import Web
from tests.support.icslint import lint
from tests.support.waiting import waits_for


async def with_link(office: Office) -> tuple[Person, Booked, str]:
    """Somebody who was mailed a link."""
    denise = await office.known(Channel.EMAIL)
    booked = await office.book(denise)
    await office.send_due()
    return denise, booked, secret_in(office, denise)


def secret_in(office: Office, person: Person) -> str:
    found = re.search(r"/m/([a-z2-7]{26})", office.mail.to(person.mail)[-1].text)
    assert found
    return found[1]


async def everything(office: Office) -> list[object]:
    """Every row of the county that a reader might change."""
    tables = ("links", "entries", "messages", "log", "audit", "inbound", "call_tasks", "contact_points", "contacts")
    return [
        await office.rows(f"SELECT t::text FROM {table} t WHERE county_id = :county ORDER BY 1")  # noqa: S608  our own tables
        for table in tables
    ]


async def test_a_link_shows_the_time_and_the_place_and_nobody(office: Office, web: Web) -> None:
    denise, booked, secret = await with_link(office)
    shown = await web.link("GET", "", secret)
    assert shown.status == 200
    assert shown.json["starts_local"] == booked.of(denise).starts_local.isoformat(timespec="minutes")
    assert shown.json["place"]["name"] == "Library, room 2"
    assert (shown.json["answer"], shown.json["can_answer"], shown.json["cancelled"]) == ("needs_action", True, False)
    assert "Denise" not in shown.content.decode()


async def test_reading_a_link_fifty_times_changes_nothing(office: Office, web: Web) -> None:
    _, _, secret = await with_link(office)
    before = await everything(office)
    for _ in range(50):
        assert (await web.link("GET", "", secret)).status == 200
    assert (await web.link("GET", "/entry.ics", secret)).status == 200
    assert await everything(office) == before


@pytest.mark.parametrize("how", ["revoked_at = surround_now()", "expires_at = surround_now() - interval '1 s'"])
async def test_an_ended_secret_costs_as_much_work_as_one_that_never_was(office: Office, web: Web, how: str) -> None:
    denise, booked, secret = await with_link(office)
    token = (await office.feed(web, denise, booked)).rpartition("/")[2]
    await office.run(f"UPDATE links SET {how} WHERE county_id = :county")  # noqa: S608  ours
    asked: list[str] = []

    def note(*given: Any) -> None:
        asked.append(given[2])

    event.listen(office.engine.sync_engine, "before_cursor_execute", note)
    try:
        answers = []
        for ended, unknown in ((secret, "a" * 26), (token.removesuffix(".ics"), "a" * 52)):
            for each in (ended, unknown):
                asked.clear()
                path = f"/f/{each}.ics" if len(each) == 52 else ""
                answer = await (web.send("GET", path) if path else web.link("GET", "", each))
                answers.append((answer.status, answer.json["code"], len(asked)))
    finally:
        event.remove(office.engine.sync_engine, "before_cursor_execute", note)
    assert answers[0] == answers[1]
    assert answers[2] == answers[3]
    assert {status for status, _, _ in answers} == {404}


async def test_an_answer_may_be_repeated_and_changed_and_is_told_once_each(office: Office, web: Web) -> None:
    _, _, secret = await with_link(office)
    for answer in ("accepted", "declined", "declined"):
        said = await web.link("POST", "/answers", secret, {"answer": answer})
        assert (said.status, said.json["answer"]) == (200, answer)
    replies = await office.facts("reply_received")
    assert [(r["partstat"], r["proof"], r["channel"], r["sequence"]) for r in replies] == [
        ("accepted", "token", "link", 0),
        ("declined", "token", "link", 0),
    ]


async def test_what_was_said_last_is_shown_until_it_is_judged_and_not_an_answer_before_it(office: Office, web: Web) -> None:
    denise, booked, secret = await with_link(office)
    for answer in ("accepted", "declined"):
        await web.link("POST", "/answers", secret, {"answer": answer})
    yes, no = await office.facts("reply_received")

    await office.judge(booked, denise, yes, answer=Answer.ACCEPTED, channel="link")
    assert (await web.link("GET", "", secret)).json["answer"] == "declined"
    assert (await web.link("POST", "/answers", secret, {"answer": "declined"})).json["answer"] == "declined"
    assert len(await office.facts("reply_received")) == 2

    await office.judge(booked, denise, no, answer=Answer.DECLINED, channel="link")
    assert (await web.link("GET", "", secret)).json["answer"] == "declined"
    await office.judge(booked, denise, {"reply_id": f"rep_{uuid4().hex}"}, answer=Answer.ACCEPTED, channel="staff")
    assert (await web.link("GET", "", secret)).json["answer"] == "accepted"


async def test_an_answer_that_is_being_given_is_not_lost_to_one_that_is_being_taken_over(office: Office, web: Web) -> None:
    denise, booked, secret = await with_link(office)
    await web.link("POST", "/answers", secret, {"answer": "accepted"})
    [yes] = await office.facts("reply_received")
    async with office.unit() as unit:
        [entry] = await entries.list_of_participant_for_update(unit, booked.id, booked.of(denise).participant_id)
        said = saying(entry, Answer.DECLINED, reply_id="rep_of_the_no")
        assert said is not None
        await entries.save_answer(unit, said)
        taken_over = await waits_for(office.owner, unit, office.judge(booked, denise, yes, channel="link"))
    await taken_over
    assert (await web.link("GET", "", secret)).json["answer"] == "declined"


async def test_another_time_is_a_wish_and_its_words_are_sealed(office: Office, web: Web) -> None:
    _, _, secret = await with_link(office)
    wish = {"words": "After school is better", "starts_local": "2030-01-10T16:00"}
    assert (await web.link("POST", "/other-time", secret, wish)).status == 200
    replies = await office.facts("reply_received")
    assert (replies[0]["kind"], replies[0]["proposed_starts_at"]) == ("other_time", "2030-01-11T00:00:00Z")
    assert not await office.rows("SELECT 1 FROM log WHERE county_id = :county AND data::text LIKE '%school%'")


async def test_every_bad_link_gets_the_same_answer(office: Office, web: Web) -> None:
    _, _, secret = await with_link(office)
    bad = ["a" * 26, "b" * 52, "nonsense", "", secret.upper()]
    answers = [await web.link("GET", "", each) for each in bad]
    await web.link("POST", "/not-me", secret)
    answers.append(await web.link("GET", "", secret))
    bodies = {(a.status, a.json["code"], a.json["detail"], a.json["title"]) for a in answers}
    assert len(bodies) == 1
    assert answers[0].status == 404


async def test_a_cancelled_meetings_link_says_only_that(office: Office, web: Web) -> None:
    _, booked, secret = await with_link(office)
    await office.cancel(booked)
    shown = await web.link("GET", "", secret)
    assert (shown.json["cancelled"], shown.json["can_answer"], shown.json["place"], shown.json["join"]) == (True, False, None, "")
    refused = await web.link("POST", "/answers", secret, {"answer": "accepted"})
    assert (refused.status, refused.json["code"]) == (409, "answer_too_late")


async def test_a_person_taken_off_loses_the_link_in_the_same_transaction(office: Office, web: Web) -> None:
    _, booked, secret = await with_link(office)
    await office.hear(ParticipantRemoved, office.removed(booked))
    assert (await web.link("GET", "", secret)).status == 404


async def test_a_new_mailbox_ends_the_links_sent_to_the_old_one(office: Office, web: Web) -> None:
    denise, _, secret = await with_link(office)
    await office.tell(office.with_new(denise, Channel.EMAIL), changed=True)
    assert (await web.link("GET", "", secret)).status == 404


async def test_an_answer_link_opens_no_feed_and_a_feed_no_page(office: Office, web: Web) -> None:
    denise, booked, secret = await with_link(office)
    feed = await office.feed(web, denise, booked)
    assert (await web.send("GET", f"/f/{secret}.ics")).status == 404
    assert (await web.link("GET", "", feed.rpartition("/")[2].removesuffix(".ics"))).status == 404


async def test_no_string_in_the_database_opens_anything(office: Office, web: Web) -> None:
    denise, booked, secret = await with_link(office)
    feed = await office.feed(web, denise, booked)
    token = feed.rpartition("/")[2].removesuffix(".ics")
    rows = str(await everything(office)) + str(await office.rows("SELECT t::text FROM replies_given t WHERE county_id = :county"))
    assert secret not in rows
    assert token not in rows


async def test_a_feed_is_the_same_octets_until_something_changes(office: Office, web: Web) -> None:
    denise, booked, _ = await with_link(office)
    path = (await office.feed(web, denise, booked)).removeprefix("https://notify.example.org")
    first, second = await web.send("GET", path), await web.send("GET", path)
    assert first.content == second.content
    assert lint(first.content) == []
    assert b"ATTENDEE" not in first.content
    assert b"Denise" not in first.content
    assert booked.of(denise).uid.encode() in first.content.replace(b"\r\n ", b"")
    assert "Last-Modified" in first.headers
    assert (await web.send("GET", path, If_None_Match=first.headers["ETag"])).status == 304
    head = await web.send("HEAD", path)
    assert (head.status, head.content, head.headers["ETag"]) == (200, b"", first.headers["ETag"])
    await office.cancel(booked)
    changed = await web.send("GET", path, If_None_Match=first.headers["ETag"])
    assert changed.status == 200
    assert b"STATUS:CANCELLED" in changed.content
    await web.staff("DELETE", f"/v1/people/per_{denise.id.hex}/feeds")
    assert (await web.send("GET", path)).status == 404


async def test_a_feed_ends_when_another_is_made(office: Office, web: Web) -> None:
    denise, booked, _ = await with_link(office)
    first = (await office.feed(web, denise, booked)).removeprefix("https://notify.example.org")
    await office.feed(web, denise, booked)
    assert (await web.send("GET", first)).status == 404


@pytest.mark.parametrize("language", ["es", "en"])
async def test_the_page_speaks_the_chosen_language(office: Office, web: Web, language: str) -> None:
    _, _, secret = await with_link(office)
    shown = await web.link("POST", "/language", secret, {"language": language})
    assert (shown.json["language"], (await web.link("GET", "", secret)).json["language"]) == (language, language)
    assert (await web.link("POST", "/language", secret, {"language": "fr"})).status == 409


async def test_a_place_is_only_what_is_cleared(office: Office, web: Web) -> None:
    denise = await office.known(Channel.EMAIL)
    await office.book(denise, place=PlaceWords(join_url="https://video.example.org/1"))
    await office.send_due()
    shown = await web.link("GET", "", secret_in(office, denise))
    assert shown.json["join"] == "https://video.example.org/1"
