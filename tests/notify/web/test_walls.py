"""What nobody may see of notify: each route, for each kind of caller, about each kind of record; and every link but one's own."""

import asyncio
import re
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import pytest

from deploy.local.sandbox.identity import SCOPES_OF_ROLE
from services.notify.use_cases.keep_case_access import keep_case_access
from services.notify.web.routes import ROUTES
from shared.events.network import CaseAccessChanged, Channel
from shared.kernel.access import Role
from shared.web.routing import PUBLIC
from tests.notify.office import Booked, Office, Person
from tests.notify.web.conftest import Answer, Web
from tests.support.walls import Attempt, by_scope, filled, never_tried

PERSON = "/v1/people/{person_id}"
ATTEMPTS = [
    Attempt("GET", "/v1/messages/{message_id}"),
    Attempt("POST", "/v1/messages/{message_id}:retry"),
    Attempt("POST", f"{PERSON}/feeds"),
    Attempt("POST", f"{PERSON}/links", {"meeting_id": "{meeting_id}"}),
    Attempt("DELETE", f"{PERSON}/feeds"),
    Attempt("DELETE", f"{PERSON}/links"),
    Attempt("POST", "/v1/call-tasks/{task_id}:complete", {"outcome": "reached"}),
]
ENDPOINT = "/v1/webhook-endpoints/{endpoint_id}"
OF_THE_COUNTY = [
    Attempt("GET", ENDPOINT),
    Attempt("PATCH", ENDPOINT, {"types": ["case.opened"]}),
    Attempt("GET", f"{ENDPOINT}/secret"),
    Attempt("POST", f"{ENDPOINT}:rotate-secret"),
    Attempt("POST", f"{ENDPOINT}:test"),
    Attempt("GET", f"{ENDPOINT}/deliveries"),
    Attempt("POST", f"{ENDPOINT}/deliveries/{{delivery_id}}:retry"),
    Attempt("DELETE", ENDPOINT),
]
BY_QUERY = Attempt("GET", "/v1/messages?subject_id={meeting_id}")

# What asks about no record, or about one by its query (tried below), or is our services' alone.
WITHOUT_RECORD = {
    "GET /v1/messages", "GET /v1/call-tasks", "GET /v1/events", "POST /v1/webhook-endpoints", "GET /v1/webhook-endpoints",
}  # fmt: skip

COMMITMENT = f"com_{uuid4().hex}"

# Where a secret opens instead of a token; each is tried with every kind of bad secret below.
BY_SECRET = [
    Attempt("GET", ""),
    Attempt("POST", "/answers", {"answer": "accepted"}),
    Attempt("POST", "/other-time", {"words": "Later, please"}),
    Attempt("POST", "/language", {"language": "es"}),
    Attempt("POST", "/not-me"),
    Attempt("GET", "/entry.ics"),
    Attempt("GET", "/promises"),
    Attempt("POST", f"/promises/{COMMITMENT}/answers", {"answer": "accepted"}),
    Attempt("POST", f"/promises/{COMMITMENT}/turns", {"starts_at": "2027-09-12T03:00:00Z", "said": "declined"}),
    Attempt("POST", f"/promises/{COMMITMENT}/withdrawal"),
    Attempt("POST", "/words", {"last_four": "0131"}),
]
LINK = "/v1/links/current"
BY_ADDRESS_OR_SIGNATURE = {"GET /f/{token}.ics", "POST /v1/providers/sms/inbound", "POST /v1/providers/sms/status"}

OUTSIDE: dict[str, dict[str, Any]] = {
    "a colleague of the unit": {"staff_id": "eve"},
    "a facilitator": {"staff_id": "fin", "roles": ["facilitator"]},
    "the worker on call": {"staff_id": "oda", "roles": ["on_call"]},
    "another unit's supervisor": {"staff_id": "sol", "roles": ["supervisor"], "units": ["south"]},
    "another unit's scheduler": {"staff_id": "sky", "roles": ["scheduler"], "units": ["south"]},
    "somebody whose share has ended": {"staff_id": "di"},
    "somebody without a known role": {"staff_id": "eve", "roles": ["mayor"]},
    "another county's namesake": {"staff_id": "amy", "birch": True},
    "another county's administrator": {"staff_id": "ad", "roles": ["county_admin"], "birch": True},
}
INSIDE: dict[str, dict[str, Any]] = {
    "assigned": {"staff_id": "amy"},
    "with a share": {"staff_id": "cy", "units": ["south"]},
    "the unit's supervisor": {"staff_id": "sue", "roles": ["supervisor"]},
    "the unit's scheduler": {"staff_id": "sid", "roles": ["scheduler"]},
    "the county's administrator": {"staff_id": "ad", "roles": ["county_admin"], "units": []},
    "a county system": {"staff_id": "alder-cws", "roles": ["system"], "units": []},
}


def test_every_route_is_tried() -> None:
    secret = {f"{each.method} {LINK}{each.path}".replace(COMMITMENT, "{commitment_id}") for each in BY_SECRET}
    assert never_tried(ROUTES, [*ATTEMPTS, *OF_THE_COUNTY], WITHOUT_RECORD | secret | BY_ADDRESS_OR_SIGNATURE) == set()
    assert {f"{route.method} {route.path}" for route in ROUTES if route.needs is PUBLIC} == secret | BY_ADDRESS_OR_SIGNATURE


async def give(office: Office, booked: Booked, *, shared_with: tuple[str, ...]) -> None:
    """Let network say who holds a meeting's family: Amy of unit north, and whom it is shared with."""
    async with office.unit() as unit:
        told = CaseAccessChanged(case_id=booked.case_id, unit="north", assigned=("amy",), shared_with=shared_with, at=unit.now)
        await keep_case_access(unit, told, position=office.position())


async def a_whole_meeting(office: Office, web: Web) -> tuple[dict[str, str], Person, Booked]:
    """Make one of everything around a meeting; return the ids by their name in a path."""
    denise, ruth = await office.known(Channel.EMAIL), await office.known(Channel.VOICE)
    booked = await office.book(denise, ruth)
    await give(office, booked, shared_with=("cy", "di"))
    await give(office, booked, shared_with=("cy",))
    await office.send_due()
    messages = (await web.staff("GET", f"/v1/messages?subject_id=mtg_{booked.id.hex}")).json["items"]
    task = (await web.staff("GET", "/v1/call-tasks")).json["items"][0]
    ids = {
        "meeting_id": f"mtg_{booked.id.hex}",
        "person_id": f"per_{denise.id.hex}",
        "message_id": next(each["id"] for each in messages if each["person_id"] == f"per_{denise.id.hex}"),
        "task_id": task["id"],
    }
    return ids, denise, booked


async def called(web: Web, attempt: Attempt, ids: Mapping[str, str], who: Mapping[str, Any]) -> Answer:
    """Make one attempt as somebody."""
    return await web.staff(attempt.method, attempt.path.format(**ids), filled(attempt.body, ids), **who)


async def rows_of(office: Office, *, but: str = "audit") -> dict[str, list[object]]:
    """Return every row of the county by table."""
    tables = await office.rows(
        "SELECT c.table_name AS name FROM information_schema.columns c JOIN pg_tables t ON t.tablename = c.table_name"
        " WHERE c.column_name = 'county_id' AND t.schemaname = 'public' AND c.table_name <> :but AND :county IS NOT NULL",
        but=but,
    )
    return {
        each.name: await office.rows(f"SELECT t::text FROM {each.name} t WHERE county_id = :county ORDER BY 1")  # noqa: S608  ours
        for each in tables
    }


@pytest.mark.parametrize("caller", OUTSIDE)
async def test_what_is_out_of_sight_is_not_there(office: Office, web: Web, caller: str) -> None:
    ids, _, _ = await a_whole_meeting(office, web)
    missing = {name: f"{value[:-32]}{uuid4().hex}" for name, value in ids.items()}
    before = await rows_of(office)
    for attempt in (*ATTEMPTS, BY_QUERY):
        answer = await called(web, attempt, ids, OUTSIDE[caller])
        as_if_none = await called(web, attempt, missing, OUTSIDE[caller])
        assert (str(attempt), answer.status) == (str(attempt), 404)
        assert {**answer.json, "instance": ""} == {**as_if_none.json, "instance": ""}, str(attempt)
    assert (await web.staff("GET", "/v1/call-tasks", **OUTSIDE[caller])).json["items"] == []
    assert await rows_of(office) == before


@pytest.mark.parametrize("caller", INSIDE)
async def test_what_is_in_sight_is_there(office: Office, web: Web, caller: str) -> None:
    ids, _, _ = await a_whole_meeting(office, web)
    for attempt in (BY_QUERY, *ATTEMPTS):
        answer = await called(web, attempt, ids, INSIDE[caller])
        assert answer.status not in {401, 403, 404}, (str(attempt), answer.content)


# Roles by which nobody sees a family that is in other hands.
ROLES_WITHOUT_SIGHT = [role for role in Role if role not in {Role.COUNTY_ADMIN, Role.AUDITOR, Role.SYSTEM}]


@pytest.mark.parametrize("role", ROLES_WITHOUT_SIGHT)
async def test_a_role_and_its_scopes_open_no_record(office: Office, web: Web, role: Role) -> None:
    """The statuses are generated: 403 where the route's scope is none of the role's, 404 wherever it is."""
    ids, _, _ = await a_whole_meeting(office, web)
    scopes = SCOPES_OF_ROLE[role]
    stranger = {"staff_id": "eve", "roles": [role.value], "units": ["south"], "scope": " ".join(scopes)}
    found = {str(attempt): (await called(web, attempt, ids, stranger)).status for attempt in ATTEMPTS}
    assert found == by_scope(ROUTES, ATTEMPTS, scopes, otherwise=404)


async def test_an_auditor_reads_and_changes_nothing(office: Office, web: Web) -> None:
    ids, _, _ = await a_whole_meeting(office, web)
    auditor = {"staff_id": "ari", "roles": ["auditor"], "units": []}
    before = await rows_of(office)
    found = {str(each): (await called(web, each, ids, auditor)).status for each in (BY_QUERY, *ATTEMPTS)}
    assert found == {str(each): 200 if each.method == "GET" else 403 for each in (BY_QUERY, *ATTEMPTS)}
    assert await rows_of(office) == before


async def test_every_route_asks_for_its_scope(office: Office, web: Web) -> None:
    ids, _, _ = await a_whole_meeting(office, web)
    bare = {"staff_id": "amy", "scope": ""}
    assert {(await called(web, attempt, ids, bare)).status for attempt in (*ATTEMPTS, BY_QUERY)} == {403}


MANAGER: dict[str, Any] = {"staff_id": "alder-cws", "roles": ["system"], "units": [], "scope": "webhooks.manage"}


async def an_endpoint(web: Web) -> dict[str, str]:
    """Let the county's system name an endpoint and call it once; return the ids."""
    wanted = {"url": f"https://cws.example.org/{uuid4().hex}", "types": ["case.closed"]}
    made = await web.staff("POST", "/v1/webhook-endpoints", wanted, **MANAGER)
    assert made.status == 201, made.content
    tested = await web.staff("POST", f"/v1/webhook-endpoints/{made.json['id']}:test", **MANAGER)
    return {"endpoint_id": made.json["id"], "delivery_id": tested.json["id"]}


async def test_a_countys_endpoints_are_not_there_for_another(office: Office, web: Web) -> None:
    ids = await an_endpoint(web)
    missing = {name: f"{value[:-32]}{uuid4().hex}" for name, value in ids.items()}
    before = await rows_of(office)
    stranger = {**MANAGER, "birch": True, "etag": '"1"'}
    for attempt in OF_THE_COUNTY:
        answer, as_if_none = await called(web, attempt, ids, stranger), await called(web, attempt, missing, stranger)
        assert (str(attempt), answer.status) == (str(attempt), 404)
        assert {**answer.json, "instance": ""} == {**as_if_none.json, "instance": ""}, str(attempt)
    for refused in ({**MANAGER, "scope": "messages.read"}, {"staff_id": "ari", "roles": ["auditor"], "scope": "webhooks.manage"}):
        assert {(await called(web, attempt, ids, refused)).status for attempt in OF_THE_COUNTY} == {403}
    assert await rows_of(office) == before
    other = {**ids, "endpoint_id": (await an_endpoint(web))["endpoint_id"]}
    retry = next(each for each in OF_THE_COUNTY if each.path.endswith(":retry"))
    assert (await called(web, retry, other, MANAGER)).status == 404
    assert 404 not in {(await called(web, attempt, ids, {**MANAGER, "etag": '"1"'})).status for attempt in OF_THE_COUNTY}


async def test_what_belongs_to_another_familys_meeting_opens_nothing_here(office: Office, web: Web) -> None:
    """Ids in a body: a link of one's own person to somebody else's meeting, and the other way round."""
    ids, _, _ = await a_whole_meeting(office, web)
    theirs = await office.known(Channel.EMAIL)
    other = await office.book(theirs)
    async with office.unit() as unit:
        told = CaseAccessChanged(case_id=other.case_id, unit="south", assigned=("bo",), shared_with=(), at=unit.now)
        await keep_case_access(unit, told, position=office.position())
    mixed = [
        {**ids, "meeting_id": f"mtg_{other.id.hex}"},
        {**ids, "person_id": f"per_{theirs.id.hex}"},
        {**ids, "person_id": f"per_{theirs.id.hex}", "meeting_id": f"mtg_{other.id.hex}"},
    ]
    link = next(each for each in ATTEMPTS if each.path.endswith("/links") and each.method == "POST")
    assert [(await called(web, link, each, {"staff_id": "amy"})).status for each in mixed] == [404, 404, 404]


async def test_a_cursor_is_good_for_whoever_got_it(office: Office, web: Web) -> None:
    ids, _, _ = await a_whole_meeting(office, web)
    path = f"/v1/messages?subject_id={ids['meeting_id']}&limit=1"
    following = (await web.staff("GET", path)).json["next"].removeprefix("https://notify.example.org")
    for who in ({"staff_id": "cy"}, {"staff_id": "eve"}, {"staff_id": "amy", "birch": True}):
        answer = await web.staff("GET", following, **who)
        assert (answer.status, answer.json["code"]) == (400, "cursor_invalid")


async def test_each_of_those_turned_away_is_on_record(office: Office, web: Web) -> None:
    ids, denise, booked = await a_whole_meeting(office, web)
    for attempt in (*ATTEMPTS, BY_QUERY):
        await called(web, attempt, ids, {"staff_id": "eve"})
    query = (
        "SELECT subject_kind, subject_id, details FROM audit WHERE county_id = :county AND action = 'refused' AND actor_id = 'eve'"
    )
    async with asyncio.timeout(10):
        while len(found := await office.rows(query)) < 7:  # noqa: ASYNC110  another connection writes them
            await asyncio.sleep(0.02)
    assert {(row.subject_kind, row.subject_id) for row in found} >= {("person", denise.id), ("meeting", booked.id)}
    assert {row.details["roles"] for row in found} == {"caseworker"}


async def secrets_of(office: Office, web: Web) -> dict[str, str]:
    """Return secrets of every bad kind, beside one that works; all opened the same meeting's page, or never any."""
    good, ended, left, moved = [await office.known(Channel.EMAIL) for _ in range(4)]
    booked = await office.book(good, ended, left, moved)
    await office.held_by(booked, "amy")
    await office.send_due()
    of = {
        name: re.search(r"/m/([a-z2-7]{26})", office.mail.to(person.mail)[-1].text)
        for name, person in (("good", good), ("revoked", ended), ("expired", left), ("of an old address", moved))
    }
    secrets = {name: found[1] for name, found in of.items() if found}
    assert (await web.staff("DELETE", f"/v1/people/per_{ended.id.hex}/links")).status == 204
    await office.run(
        "UPDATE links SET expires_at = surround_now() - interval '1 s' WHERE county_id = :county AND person_id = :person",
        person=left.id,
    )
    await office.tell(office.with_new(moved, Channel.EMAIL), changed=True)
    feed = (await office.feed(web, good, booked)).rpartition("/")[2].removesuffix(".ics")
    return {
        **secrets,
        "of a feed": feed,
        "never made": "a" * 26,
        "malformed": "../../etc",
        "of the wrong case": secrets["good"].upper(),
    }


async def test_every_route_of_a_link_refuses_every_bad_secret_alike(office: Office, web: Web) -> None:
    secrets = await secrets_of(office, web)
    good = secrets.pop("good")
    before = await rows_of(office)
    for attempt in BY_SECRET:
        answers = {name: await web.link(attempt.method, attempt.path, each, attempt.body) for name, each in secrets.items()}
        said = {name: (one.status, {**one.json, "instance": ""}) for name, one in answers.items()}
        assert {status for status, _ in said.values()} == {404}, (str(attempt), said)
        assert len({str(body) for _, body in said.values()}) == 1, str(attempt)
    for name in ("good", "revoked", "expired", "never made"):
        token = good if name == "good" else secrets[name]
        assert (await web.send("GET", f"/f/{token}.ics")).status == 404
    assert await rows_of(office) == before
    assert (await web.link("GET", "", good)).status == 200


async def test_a_link_opens_its_own_persons_page_only(office: Office, web: Web) -> None:
    """The secret says who: there is no id to send instead, and a token of staff beside it changes nothing."""
    first, second = await office.known(Channel.EMAIL), await office.known(Channel.EMAIL)
    booked = await office.book(first, second)
    await office.send_due()
    found = re.search(r"/m/([a-z2-7]{26})", office.mail.to(first.mail)[-1].text)
    assert found
    assert (await web.link("POST", "/answers", found[1], {"answer": "declined"})).status == 200
    replies = await office.facts("reply_received")
    assert [(each["person_id"], each["subject_id"]) for each in replies] == [(str(first.id), str(booked.id))]
    sent = await web.link("POST", "/answers", found[1], {"answer": "accepted", "person_id": f"per_{second.id.hex}"})
    assert (sent.status, sent.json["errors"][0]["code"]) == (422, "unknown_property")


@pytest.mark.parametrize(
    "forged", [{"X_Forwarded_Host": "evil.example"}, {"Forwarded": "host=evil.example"}, {"Host": "evil.example"}]
)
async def test_the_name_that_a_request_calls_us_by_is_in_no_address(office: Office, web: Web, forged: dict[str, str]) -> None:
    """API L12: addresses that leave, in an answer or a mail, are those of the configuration."""
    ids, denise, booked = await a_whole_meeting(office, web)
    path, body = f"/v1/people/{ids['person_id']}/links", {"meeting_id": ids["meeting_id"]}
    answer = await web.send("POST", path, body, data=None, Authorization=web.token_of("amy"), Idempotency_Key=uuid4().hex, **forged)
    feed = await web.send("POST", f"/v1/people/{ids['person_id']}/feeds", data=None, Authorization=web.token_of("amy"), **forged)
    addresses = [str((each.json or {}).get("url", "")) for each in (answer, feed)]
    assert {address.split("/")[2] for address in addresses if address} <= {"portal.example.org", "notify.example.org"}
    assert {each.status for each in (answer, feed)} <= {200, 421}
    await office.move(booked)
    await office.send_due()
    links = re.findall(r"https?://([^/\s]+)/", office.mail.to(denise.mail)[-1].text)
    assert set(links) == {"portal.example.org"}
