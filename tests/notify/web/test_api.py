"""What staff see and do: messages of their own families, calls to make, and nothing of anybody else's."""

from shared.events.network import Channel
from tests.notify.office import Booked, Office, Person
from tests.notify.web.conftest import Web

BLIND = "messages.read messages.write tasks.read tasks.write"


async def sent(office: Office, *ways: Channel) -> tuple[Person, Booked]:
    """Somebody of Amy's family, invited."""
    person = await office.known(*(ways or (Channel.EMAIL,)))
    booked = await office.book(person)
    await office.held_by(booked, "amy")
    await office.send_due()
    return person, booked


async def test_the_messages_of_a_meeting_are_listed_page_by_page(office: Office, web: Web) -> None:
    person, booked = await sent(office)
    path = f"/v1/messages?subject_id=mtg_{booked.id.hex}&limit=3"
    first = await web.staff("GET", path)
    assert first.status == 200, first.content
    rest = await web.staff("GET", first.json["next"].removeprefix("https://notify.example.org"))
    items = first.json["items"] + rest.json["items"]
    assert (items[0]["kind"], items[0]["channel"], items[0]["state"]) == ("invitation", "email", "sent")
    assert len({each["id"] for each in items}) == 4
    assert {each["person_id"] for each in items} == {f"per_{person.id.hex}"}


async def test_nobody_else_sees_a_familys_messages(office: Office, web: Web) -> None:
    _, booked = await sent(office)
    path = f"/v1/messages?subject_id=mtg_{booked.id.hex}"
    message_id = (await web.staff("GET", path)).json["items"][0]["id"]
    for who in ({"staff_id": "bob", "units": ["south"]}, {"birch": True}):
        assert (await web.staff("GET", path, **who)).status == 404
        assert (await web.staff("GET", f"/v1/messages/{message_id}", **who)).status == 404
        assert (await web.staff("POST", f"/v1/messages/{message_id}:retry", **who)).status == 404
    assert (await web.staff("GET", path, scope="tasks.read")).status == 403
    assert (await web.send("GET", path)).status == 401


async def test_the_words_are_only_for_those_who_may_see_how_to_reach_people(office: Office, web: Web) -> None:
    _, booked = await sent(office)
    listed = (await web.staff("GET", f"/v1/messages?subject_id=mtg_{booked.id.hex}")).json["items"]
    path = f"/v1/messages/{listed[0]['id']}"
    assert "Library" in (await web.staff("GET", path)).json["text"]
    assert (await web.staff("GET", path, scope=BLIND)).json["text"] is None
    read = await office.rows("SELECT actor_id FROM audit WHERE county_id = :county AND action = 'message.read'")
    assert [row.actor_id for row in read] == ["amy", "amy"]


async def test_only_what_failed_or_is_unknown_is_sent_again(office: Office, web: Web) -> None:
    office.mail.replies["DOT"] = None
    person, booked = await sent(office)
    office.mail.replies.clear()
    listed = (await web.staff("GET", f"/v1/messages?subject_id=mtg_{booked.id.hex}")).json["items"]
    assert listed[0]["state"] == "unknown"
    assert (await web.staff("POST", f"/v1/messages/{listed[0]['id']}:retry")).json["state"] == "pending"
    latest = await office.rows(
        "SELECT not_after FROM messages WHERE county_id = :county AND state = 'pending' AND kind = 'invitation'"
    )
    assert latest[0].not_after == booked.entries[0].starts_at
    await office.send_due()
    first, second = office.mail.to(person.mail)
    assert first.message["Message-ID"] == second.message["Message-ID"]
    again = await web.staff("POST", f"/v1/messages/{listed[0]['id']}:retry")
    assert (again.status, again.json["code"]) == (409, "message_not_retryable")


async def test_a_call_is_listed_with_its_words_and_recorded_once(office: Office, web: Web) -> None:
    ruth, booked = await sent(office, Channel.VOICE)
    listed = await web.staff("GET", "/v1/call-tasks?status=open")
    task = listed.json["items"][0]
    assert (task["person_id"], task["subject_id"]) == (f"per_{ruth.id.hex}", f"mtg_{booked.id.hex}")
    assert "invited to a meeting" in task["script"]
    assert task["number"] == next(iter(ruth.addresses.values()))
    assert (await web.staff("GET", "/v1/call-tasks", scope=BLIND)).json["items"][0]["number"] == ""
    assert (await web.staff("GET", "/v1/call-tasks", staff_id="bob", units=["south"])).json["items"] == []
    path = f"/v1/call-tasks/{task['id']}:complete"
    assert (await web.staff("POST", path, {"outcome": "reached"}, staff_id="bob", units=["south"])).status == 404
    done = await web.staff("POST", path, {"outcome": "reached", "note": "She will come"})
    assert (done.json["status"], done.json["outcome"]) == ("done", "reached")
    assert (await web.staff("POST", path, {"outcome": "reached"})).json["code"] == "call_task_done"
    assert (await web.staff("GET", "/v1/call-tasks")).json["items"] == []
    assert not await office.rows("SELECT 1 FROM call_tasks WHERE county_id = :county AND note::text LIKE '%come%'")


async def test_a_link_is_handed_over_only_for_ones_own_families(office: Office, web: Web) -> None:
    person, booked = await sent(office)
    path, body = f"/v1/people/per_{person.id.hex}/links", {"meeting_id": f"mtg_{booked.id.hex}"}
    made = await web.staff("POST", path, body)
    secret = made.json["url"].removeprefix("https://portal.example.org/m/")
    assert (await web.link("GET", "", secret)).status == 200
    assert (await web.staff("POST", path, body, staff_id="bob", units=["south"])).status == 404
    assert (await web.staff("DELETE", path)).status == 204
    assert (await web.link("GET", "", secret)).status == 404


async def test_the_api_describes_itself(web: Web) -> None:
    described = await web.send("GET", "/openapi.json")
    assert described.status == 200
    assert "/v1/call-tasks" in described.json["paths"]
    checks = (await web.send("GET", "/readyz")).json["checks"]
    assert (checks["database"], checks["migrations"]) == ("ok", "ok")
