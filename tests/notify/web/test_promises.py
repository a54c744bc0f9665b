"""The page of a member's promises: theirs alone, and what was promised only after a proof."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from shared.events.network import Channel
from tests.notify.office import Office, Person
from tests.notify.promises import Promised, promise, turns_from, whole_hours
from tests.notify.web.conftest import Answer, Web

WORDS = ("Sleep in the home", "Elm Street")


def secret_in(words: str) -> str:
    """The secret of the newest link in some words."""
    found = re.findall(r"/m/([a-z2-7]{26})", words)
    assert found
    return str(found[-1])


async def with_page(office: Office, *, count: int = 3, confirmed: bool = True) -> tuple[Person, Promised, str]:
    """Somebody with a promise and a link to its page."""
    kim = await office.known(Channel.EMAIL, Channel.SMS, name="Kim")
    told = await promise(office, kim, *turns_from(whole_hours(days=2), count=count)).offer()
    if confirmed:
        told = await told.confirm()
    await office.send_due()
    return kim, told, secret_in(office.mail.to(kim.mail)[-1].text)


def path_of(told: Promised, what: str) -> str:
    return f"/promises/com_{told.id.hex}/{what}"


def spelled(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def last_four(person: Person) -> str:
    return person.phone[-4:]


async def last_reply(office: Office) -> tuple[str, str, str]:
    """Kind, partstat and channel of the newest reply."""
    reply = (await office.facts("reply_received"))[-1]
    return reply["kind"], reply["partstat"], reply["channel"]


async def test_a_link_to_a_promise_shows_its_times_and_not_its_words(office: Office, web: Web) -> None:
    _, told, secret = await with_page(office)
    shown = await web.link("GET", "", secret)
    assert shown.status == 200, shown.content
    seen = shown.json["promise"]
    assert (seen["commitment_id"], seen["state"], seen["asks"]) == (f"com_{told.id.hex}", "active", False)
    assert [turn["starts_at"] for turn in seen["turns"]] == [spelled(turn.starts_at) for turn in told.turns[:2]]
    assert seen["more"] == 1
    assert shown.json["starts_local"] == told.turns[0].starts_local.isoformat(timespec="minutes")
    assert not any(word in shown.content.decode() for word in WORDS)


async def test_all_of_ones_promises_are_on_the_page_and_nobody_elses(office: Office, web: Web) -> None:
    kim, told, secret = await with_page(office)
    other = await promise(office, kim, *turns_from(whole_hours(days=4))).ask()
    await promise(office, await office.known(Channel.EMAIL)).offer()
    await (await promise(office, kim).offer()).end()
    shown = await web.link("GET", "/promises", secret)
    items = {each["commitment_id"]: each for each in shown.json["items"]}
    assert set(items) == {f"com_{told.id.hex}", f"com_{other.id.hex}"}
    ask = items[f"com_{other.id.hex}"]
    assert (ask["asks"], ask["is_backup"], ask["answer_by"] is not None) == (True, True, True)
    assert not any(word in shown.content.decode() for word in WORDS)


@pytest.mark.parametrize("answer", ["accepted", "declined"])
async def test_an_offer_is_answered_on_the_page_once_however_often_it_is_tapped(office: Office, web: Web, answer: str) -> None:
    _, told, secret = await with_page(office, confirmed=False)
    for _ in range(2):
        answered = await web.link("POST", path_of(told, "answers"), secret, {"answer": answer, "sequence": 0})
        assert (answered.status, answered.json["answer"]) == (200, answer)
    [reply] = await office.facts("reply_received")
    assert (reply["kind"], reply["partstat"], reply["proof"]) == ("answer", answer, "token")
    assert (reply["subject_kind"], reply["subject_id"]) == ("commitment", str(told.id))


async def test_an_answer_before_the_last_one_changes_nothing_on_the_page_of_promises(office: Office, web: Web) -> None:
    _, told, secret = await with_page(office, confirmed=False)
    for answer in ("accepted", "declined"):
        await web.link("POST", path_of(told, "answers"), secret, {"answer": answer, "sequence": 0})
    yes, no = await office.facts("reply_received")
    for outcome in ("applied", "old_time"):
        await told.judge("accepted", outcome=outcome, channel="link", reply_id=yes["reply_id"])
        again = await web.link("POST", path_of(told, "answers"), secret, {"answer": "declined", "sequence": 0})
        assert again.json["answer"] == "declined"
    assert len(await office.facts("reply_received")) == 2
    await told.judge("declined", outcome="not_possible", channel="link", reply_id=no["reply_id"])
    again = await web.link("POST", path_of(told, "answers"), secret, {"answer": "accepted", "sequence": 0})
    assert (again.json["answer"], len(await office.facts("reply_received"))) == ("accepted", 2)


async def test_a_backup_says_until_when_within_what_was_asked(office: Office, web: Web) -> None:
    luis = await office.known(Channel.EMAIL, name="Luis")
    asked = await promise(office, luis).ask()
    await office.send_due()
    secret = secret_in(office.mail.to(luis.mail)[0].text)
    turn = asked.turns[0]
    for until in (turn.starts_at, turn.ends_at + timedelta(minutes=1)):
        body = {"answer": "accepted", "until": spelled(until)}
        refused = await web.link("POST", path_of(asked, "answers"), secret, body)
        assert (refused.status, refused.json["code"]) == (409, "until_outside")
    until = turn.starts_at + timedelta(hours=3)
    taken = await web.link("POST", path_of(asked, "answers"), secret, {"answer": "accepted", "until": spelled(until)})
    assert taken.status == 200
    [reply] = await office.facts("reply_received")
    assert datetime.fromisoformat(reply["proposed_ends_at"]) == until


@pytest.mark.parametrize("said", ["declined", "kept", "partly_kept", "help"])
async def test_one_turn_is_spoken_of_alone(office: Office, web: Web, said: str) -> None:
    _, told, secret = await with_page(office)
    body = {"starts_at": spelled(told.turns[1].starts_at), "said": said}
    taken = await web.link("POST", path_of(told, "turns"), secret, body)
    assert taken.status == 200, taken.content
    assert await last_reply(office) == ("turn", said, "link")
    reply = (await office.facts("reply_received"))[-1]
    assert datetime.fromisoformat(reply["recurrence_id"]) == told.turns[1].starts_at
    calls = await office.rows("SELECT reason FROM call_tasks WHERE county_id = :county")
    assert [row.reason for row in calls] == (["needs_help"] if said == "help" else [])


async def test_a_time_that_the_plan_does_not_have_is_refused(office: Office, web: Web) -> None:
    _, told, secret = await with_page(office)
    body = {"starts_at": spelled(told.turns[0].starts_at + timedelta(hours=1)), "said": "declined"}
    refused = await web.link("POST", path_of(told, "turns"), secret, body)
    assert (refused.status, refused.json["code"]) == (409, "turn_not_found")


async def test_a_promise_is_taken_back_without_a_reason_and_then_is_over(office: Office, web: Web) -> None:
    _, told, secret = await with_page(office)
    assert (await web.link("POST", path_of(told, "withdrawal"), secret)).status == 200
    assert await last_reply(office) == ("withdrawal", "", "link")
    await told.end()
    for what, body in (("withdrawal", None), ("answers", {"answer": "accepted"})):
        refused = await web.link("POST", path_of(told, what), secret, body)
        assert (refused.status, refused.json["code"]) == (409, "promise_over")
    assert (await web.link("GET", "/promises", secret)).json["items"] == []


async def test_somebody_elses_promise_is_not_there(office: Office, web: Web) -> None:
    _, _, secret = await with_page(office)
    _, theirs, _ = await with_page(office)
    bodies = {
        "answers": {"answer": "declined"},
        "turns": {"starts_at": spelled(theirs.turns[0].starts_at), "said": "declined"},
        "withdrawal": None,
    }
    for what, body in bodies.items():
        answers = [
            await web.link("POST", path, secret, body) for path in (path_of(theirs, what), f"/promises/com_{uuid4().hex}/{what}")
        ]
        assert {(each.status, each.json["code"]) for each in answers} == {(404, "promise_not_found")}
    assert await office.facts("reply_received") == []


async def test_staff_who_hold_the_family_see_what_was_sent_about_a_promise(office: Office, web: Web) -> None:
    _, told, _ = await with_page(office)
    path = f"/v1/messages?subject_id=com_{told.id.hex}"
    assert (await web.staff("GET", path)).status == 404
    await office.held_by_case(told.case_id, "amy")
    seen = await web.staff("GET", path)
    assert {each["kind"] for each in seen.json["items"]} == {"promise_offer", "promise_confirmed", "turn_reminder", "check_in"}
    assert (await web.staff("GET", f"/v1/messages?subject_id=per_{told.id.hex}")).status == 400


# --- the words ---------------------------------------------------------------------------------------------------------------


async def digits(web: Web, secret: str, said: str) -> Answer:
    """Say the last four digits of one's number."""
    return await web.link("POST", "/words", secret, {"last_four": said})


def wrong_for(person: Person) -> str:
    return f"{(int(last_four(person)) + 1) % 10_000:04d}"


async def test_the_words_are_shown_once_to_who_knows_the_number(office: Office, web: Web) -> None:
    kim, told, secret = await with_page(office)
    shown = await digits(web, secret, last_four(kim))
    assert shown.status == 200, shown.content
    assert shown.json["items"] == [
        {"commitment_id": f"com_{told.id.hex}", "action": "Sleep in the home with Zoe", "place": "14 Elm Street"}
    ]
    assert shown.headers["Cache-Control"] == "no-store"
    again = await web.link("GET", "/promises", secret)
    assert not any(word in again.content.decode() for word in WORDS)
    read = await office.rows("SELECT 1 FROM audit WHERE county_id = :county AND action = 'promise_words.read'")
    assert len(read) == 1


async def test_five_wrong_tries_lock_even_the_right_digits_for_an_hour(office: Office, web: Web) -> None:
    kim, _, secret = await with_page(office)
    for _ in range(5):
        refused = await digits(web, secret, wrong_for(kim))
        assert (refused.status, refused.json["code"]) == (403, "digits_wrong")
    locked = await digits(web, secret, last_four(kim))
    assert (locked.status, locked.json["code"]) == (403, "too_many_tries")
    await office.run("UPDATE step_ups SET locked_until = surround_now() - interval '1 s' WHERE county_id = :county")
    assert (await digits(web, secret, last_four(kim))).status == 200
    assert await office.rows("SELECT 1 FROM step_ups WHERE county_id = :county") == []


async def test_the_right_digits_begin_a_new_row_of_tries(office: Office, web: Web) -> None:
    kim, _, secret = await with_page(office)
    for _ in range(2):
        for _ in range(4):
            assert (await digits(web, secret, wrong_for(kim))).status == 403
        assert (await digits(web, secret, last_four(kim))).status == 200


@pytest.mark.parametrize("said", ["", "131", "01311", "abcd", "٠١٣١"])
async def test_what_is_no_four_digits_is_no_try(office: Office, web: Web, said: str) -> None:
    _, _, secret = await with_page(office)
    assert (await digits(web, secret, said)).status == 422
    assert await office.rows("SELECT 1 FROM step_ups WHERE county_id = :county") == []


async def test_without_a_number_there_is_nothing_to_prove(office: Office, web: Web) -> None:
    kim = await office.known(Channel.EMAIL, name="Kim")
    await promise(office, kim).offer()
    await office.send_due()
    refused = await digits(web, secret_in(office.mail.to(kim.mail)[0].text), "0131")
    assert (refused.status, refused.json["code"]) == (409, "no_number_known")


async def test_the_file_and_the_feed_have_the_whole_series(office: Office, web: Web) -> None:
    kim, told, secret = await with_page(office)
    shown = (await web.link("GET", "/entry.ics", secret)).content
    assert b"RRULE:FREQ=WEEKLY" in shown
    feed = await office.feed_of(web, kim, told.case_id)
    assert b"RRULE:FREQ=WEEKLY" in (await web.send("GET", feed.removeprefix("https://notify.example.org"))).content


def links_of(person: Person) -> str:
    return f"/v1/people/per_{person.id.hex}/links"


@pytest.mark.parametrize("asked", [False, True])
async def test_staff_hand_over_the_page_of_a_promise_and_end_it(office: Office, web: Web, asked: bool) -> None:
    kim = await office.known(Channel.EMAIL, Channel.SMS, name="Kim")
    offer = promise(office, kim)
    told = await {False: offer.offer, True: offer.ask}[asked]()
    await office.held_by_case(told.case_id, "amy")
    made = await web.staff("POST", links_of(kim), {"commitment_id": f"com_{told.id.hex}"})
    assert (made.status, set(made.json)) == (200, {"url"})
    secret = secret_in(made.json["url"])
    shown = await web.link("GET", "", secret)
    assert (shown.status, shown.json["promise"]["commitment_id"]) == (200, f"com_{told.id.hex}")
    assert not any(word in shown.content.decode() for word in WORDS)
    assert (await web.staff("DELETE", links_of(kim))).status == 204
    assert (await web.link("GET", "", secret)).status == 404
    deeds = await office.rows("SELECT action, actor_id, subject_id FROM audit WHERE county_id = :county ORDER BY seq")
    assert [(each.action, each.actor_id, each.subject_id) for each in deeds if each.action.startswith("link.")] == [
        ("link.handed_over", "amy", kim.id),
        ("link.ended", "amy", kim.id),
    ]


async def test_the_secret_of_a_promises_page_stands_in_no_row_and_in_no_kept_reply(office: Office, web: Web) -> None:
    kim = await office.known(Channel.EMAIL, name="Kim")
    told = await promise(office, kim).offer()
    await office.held_by_case(told.case_id, "amy")
    made = await web.staff("POST", links_of(kim), {"commitment_id": f"com_{told.id.hex}"})
    secret, tables = secret_in(made.json["url"]), ("links", "entries", "log", "audit", "replies_given")
    for table in tables:
        rows = await office.rows(f"SELECT t::text FROM {table} t WHERE county_id = :county")  # noqa: S608  our own tables
        assert secret not in str(rows), table
    assert await office.rows("SELECT 1 FROM replies_given WHERE county_id = :county") == []


async def test_the_page_of_a_promise_is_handed_over_to_nobody_who_does_not_hold_the_family(office: Office, web: Web) -> None:
    kim, other = await office.known(Channel.EMAIL, name="Kim"), await office.known(Channel.EMAIL)
    told, theirs = await promise(office, kim).offer(), await promise(office, other).offer()
    await office.held_by_case(told.case_id, "amy")
    await office.held_by_case(theirs.case_id, "bob")
    over = await (await replace(promise(office, kim), case_id=told.case_id).offer()).end()
    refused = [
        await web.staff("POST", links_of(person), body, staff_id=staff)
        for person, body, staff in (
            (kim, {"commitment_id": f"com_{told.id.hex}"}, "bob"),
            (kim, {"commitment_id": f"com_{theirs.id.hex}"}, "amy"),
            (other, {"commitment_id": f"com_{told.id.hex}"}, "amy"),
            (other, {"commitment_id": f"com_{theirs.id.hex}"}, "amy"),
            (kim, {"commitment_id": f"com_{over.id.hex}"}, "amy"),
            (kim, {"meeting_id": f"mtg_{told.id.hex}"}, "amy"),
        )
    ]
    assert {each.status for each in refused} == {404}
    assert len({str({**each.json, "instance": "", "request_id": ""}) for each in refused}) == 1
    assert await office.rows("SELECT 1 FROM links WHERE county_id = :county AND purpose = 'answer'") == []


@pytest.mark.parametrize(("body", "code"), [({}, "needed_here"), ({"meeting_id": "mtg", "commitment_id": "com"}, "not_applicable")])
async def test_a_link_has_one_purpose(office: Office, web: Web, body: dict[str, str], code: str) -> None:
    kim = await office.known(Channel.EMAIL, name="Kim")
    told = await promise(office, kim).offer()
    await office.held_by_case(told.case_id, "amy")
    refused = await web.staff("POST", links_of(kim), {name: f"{kind}_{told.id.hex}" for name, kind in body.items()})
    assert (refused.status, [(each["code"], each["pointer"]) for each in refused.json["errors"]]) == (422, [(code, "#/meeting_id")])
