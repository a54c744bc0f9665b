"""The way of a request through the toy service: who, what, which version, once."""

import asyncio
from uuid import uuid4

import pytest

from shared.kernel.ids import spell
from tests.shared.web.conftest import Client
from tests.shared.web.toy import EXISTING, OTHERS, Switch
from tests.support.tokens import BIRCH, Issuers, bearer

NOTE = f"/v1/notes/{spell('note', EXISTING)}"
WRITE = ("notes.read", "notes.write")


def with_key(token: str, key: str | None = None) -> dict[str, str]:
    return bearer(token, **{"Idempotency-Key": key or uuid4().hex})


async def test_a_note_is_written_and_read(client: Client, issuers: Issuers) -> None:
    token = issuers.staff(*WRITE)
    answer = await client.post("/v1/notes", json={"display_name": " Ana "}, headers=with_key(token))
    body = await answer.json()
    assert (answer.status, body["display_name"]) == (201, "Ana")
    assert answer.headers["ETag"] == '"1"'
    assert answer.headers["Location"] == f"/v1/notes/{body['id']}"


async def test_a_call_without_a_token_is_told_so(client: Client) -> None:
    answer = await client.get(NOTE)
    assert (answer.status, (await answer.json())["code"]) == (401, "unauthenticated")
    assert answer.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'


async def test_a_missing_scope_is_403(client: Client, issuers: Issuers) -> None:
    answer = await client.post("/v1/notes", json={"display_name": "Ana"}, headers=with_key(issuers.staff("notes.read")))
    assert (answer.status, (await answer.json())["code"]) == (403, "forbidden")


@pytest.mark.parametrize(
    "path",
    [
        f"/v1/notes/{spell('per', EXISTING)}",
        f"/v1/notes/{EXISTING}",
        f"/v1/notes/{spell('note', OTHERS)}",
        "/v1/notes/%00",
        "/v1/notes/%ff",
        "/v1/notes/",
        "/v1/notes/../../admin",
        "/admin",
    ],
)
async def test_what_is_not_there_is_404_and_a_problem(client: Client, issuers: Issuers, path: str) -> None:
    answer = await client.get(path, headers=bearer(issuers.staff("notes.read")))
    assert (answer.status, (await answer.json())["code"]) == (404, "not_found")
    assert answer.content_type == "application/problem+json"


async def test_an_action_stands_apart_from_the_id(client: Client, issuers: Issuers) -> None:
    answer = await client.post(f"{NOTE}:close", headers=bearer(issuers.staff(*WRITE)))
    assert (await answer.json())["display_name"] == "closed"


async def test_a_wrong_method_names_the_right_ones(client: Client, issuers: Issuers) -> None:
    answer = await client.put(NOTE, headers=bearer(issuers.staff(*WRITE)))
    assert (answer.status, (await answer.json())["code"]) == (405, "method_not_allowed")
    assert answer.headers["Allow"] == "DELETE, GET, HEAD, OPTIONS, PATCH"


async def test_options_opens_nothing_to_browsers_of_others(client: Client) -> None:
    answer = await client.options(NOTE, headers={"Origin": "https://evil.example", "Access-Control-Request-Method": "PATCH"})
    assert answer.status == 204
    assert not [name for name in answer.headers if name.startswith("Access-Control")]


async def test_an_overridden_method_is_not_honoured(client: Client, issuers: Issuers) -> None:
    headers = with_key(issuers.staff(*WRITE)) | {"X-HTTP-Method-Override": "DELETE"}
    answer = await client.post("/v1/notes", json={"display_name": "Ana"}, headers=headers)
    assert answer.status == 201


async def test_an_answer_nobody_accepts_is_406(client: Client, issuers: Issuers) -> None:
    answer = await client.get(NOTE, headers=bearer(issuers.staff("notes.read"), Accept="application/xml"))
    assert (answer.status, answer.content_type) == (406, "application/problem+json")


async def test_head_is_get_without_a_body(client: Client, issuers: Issuers) -> None:
    answer = await client.head(NOTE, headers=bearer(issuers.staff("notes.read")))
    assert (answer.status, answer.headers["ETag"], await answer.read()) == (200, '"7"', b"")


async def test_a_known_version_is_not_sent_again(client: Client, issuers: Issuers) -> None:
    headers = bearer(issuers.staff("notes.read"), **{"If-None-Match": 'W/"3", W/"7"'})
    answer = await client.get(NOTE, headers=headers)
    assert (answer.status, await answer.read()) == (304, b"")


@pytest.mark.parametrize(
    ("if_match", "status", "code"),
    [
        (None, 428, "precondition_required"),
        ('"6"', 412, "precondition_failed"),
        ('W/"7"', 412, "precondition_failed"),
        ("*", 412, "precondition_failed"),
        ("7", 400, "header_invalid"),
    ],
)
async def test_a_change_names_the_version_it_changes(
    client: Client, issuers: Issuers, if_match: str | None, status: int, code: str
) -> None:
    headers = bearer(issuers.staff(*WRITE)) | ({"If-Match": if_match} if if_match else {})
    for answer in (
        await client.delete(NOTE, headers=headers),
        await client.patch(NOTE, data="{}", headers=headers | {"Content-Type": "application/merge-patch+json"}),
    ):
        assert (answer.status, (await answer.json())["code"]) == (status, code)


async def test_a_stale_change_learns_the_present_version(client: Client, issuers: Issuers) -> None:
    answer = await client.delete(NOTE, headers=bearer(issuers.staff(*WRITE), **{"If-Match": '"6"'}))
    assert (await answer.json())["etag"] == answer.headers["ETag"] == '"7"'


async def test_a_merge_patch_says_what_it_holds(client: Client, issuers: Issuers) -> None:
    headers = bearer(issuers.staff(*WRITE), **{"If-Match": '"7"', "Content-Type": "application/merge-patch+json"})
    answer = await client.patch(NOTE, data='{"notes": null}', headers=headers)
    assert (answer.status, await answer.json()) == (200, {"members": ["notes"]})


@pytest.mark.parametrize("media", ["application/json", "application/json-patch+json", "text/plain"])
async def test_a_patch_is_a_merge_patch(client: Client, issuers: Issuers, media: str) -> None:
    headers = bearer(issuers.staff(*WRITE), **{"If-Match": '"7"', "Content-Type": media})
    answer = await client.patch(NOTE, data="{}", headers=headers)
    assert (answer.status, (await answer.json())["code"]) == (415, "media_type_unsupported")


async def test_a_refusal_carries_its_ids_spelled(client: Client, issuers: Issuers) -> None:
    answer = await client.post("/v1/notes", json={"display_name": "Taken"}, headers=with_key(issuers.staff(*WRITE)))
    body = await answer.json()
    assert (answer.status, body["code"]) == (409, "note_taken")
    assert body["detail"] == "Somebody already wrote this note. Choose another name."
    assert body["note_id"].startswith("note_")
    assert body["instance"] == f"urn:request:{answer.headers['X-Request-Id']}"


# --- once ----------------------------------------------------------------------------------------------------------------------


async def count(client: Client, token: str) -> int:
    answer = await client.get("/v1/notes:count", headers=bearer(token))
    number: int = (await answer.json())["notes"]
    return number


async def test_a_repeat_has_one_effect_and_the_same_answer(client: Client, issuers: Issuers) -> None:
    token = issuers.staff(*WRITE)
    before = await count(client, token)
    headers = with_key(token)
    first = await client.post("/v1/notes", data='{"display_name": "Ana", "priority": 1}', headers=headers | JSON)
    second = await client.post("/v1/notes", data='{ "priority": 1, "display_name":"Ana"}', headers=headers | JSON)
    assert (first.status, second.status) == (201, 201)
    assert await first.read() == await second.read()
    assert second.headers["Idempotency-Replayed"] == "true"
    assert (second.headers["ETag"], second.headers["Location"]) == (first.headers["ETag"], first.headers["Location"])
    assert await count(client, token) == before + 1


JSON = {"Content-Type": "application/json"}


async def test_a_key_is_for_one_request(client: Client, issuers: Issuers) -> None:
    headers = with_key(issuers.staff(*WRITE))
    await client.post("/v1/notes", json={"display_name": "Ana"}, headers=headers)
    answer = await client.post("/v1/notes", json={"display_name": "Eve"}, headers=headers)
    assert (answer.status, (await answer.json())["code"]) == (422, "idempotency_key_reused")


async def test_a_key_is_one_callers_in_one_county(client: Client, issuers: Issuers) -> None:
    key = uuid4().hex
    tokens = (issuers.staff(*WRITE), issuers.staff(*WRITE, staff="staff-2"), issuers.staff(*WRITE, county=BIRCH))
    for name, token in zip(("Ana", "Bo", "Cy"), tokens, strict=True):
        answer = await client.post("/v1/notes", json={"display_name": name}, headers=with_key(token, key))
        assert (answer.status, (await answer.json())["display_name"]) == (201, name)


@pytest.mark.parametrize("key", [None, "short", "x" * 129, "with blank", "naïve-key"])
async def test_a_key_is_asked_for(client: Client, issuers: Issuers, key: str | None) -> None:
    headers = bearer(issuers.staff(*WRITE)) | ({"Idempotency-Key": key} if key else {})
    answer = await client.post("/v1/notes", json={"display_name": "Ana"}, headers=headers)
    assert (answer.status, (await answer.json())["code"]) == (400, "idempotency_key_invalid")


async def test_a_quoted_key_is_the_same_key(client: Client, issuers: Issuers) -> None:
    token, key = issuers.staff(*WRITE), uuid4().hex
    await client.post("/v1/notes", json={"display_name": "Ana"}, headers=with_key(token, key))
    answer = await client.post("/v1/notes", json={"display_name": "Ana"}, headers=with_key(token, f'"{key}"'))
    assert answer.headers["Idempotency-Replayed"] == "true"


async def test_a_request_still_running_is_not_begun_again(client: Client, issuers: Issuers) -> None:
    headers = with_key(issuers.staff(*WRITE))
    Switch.reached, Switch.waits = asyncio.Event(), asyncio.Event()
    try:
        first = asyncio.create_task(client.post("/v1/notes", json={"display_name": "Ana"}, headers=headers))
        async with asyncio.timeout(20):
            await Switch.reached.wait()
        second = await client.post("/v1/notes", json={"display_name": "Ana"}, headers=headers)
    finally:
        Switch.waits.set()
        Switch.reached = Switch.waits = None
    assert (second.status, (await second.json())["code"]) == (409, "idempotency_in_progress")
    assert second.headers["Retry-After"] == "1"
    assert (await first).status == 201


async def test_a_failure_of_ours_is_not_kept_and_says_nothing(
    client: Client, issuers: Issuers, capsys: pytest.CaptureFixture[str]
) -> None:
    headers = with_key(issuers.staff(*WRITE))
    Switch.fails = True
    try:
        failed = await client.post("/v1/notes", json={"display_name": "Ana"}, headers=headers)
    finally:
        Switch.fails = False
    text = await failed.text()
    assert failed.status == 500
    assert set(await failed.json()) == {"type", "title", "status", "instance", "code"}
    out, err = capsys.readouterr()
    assert "916 555 0199" not in text + out + err
    again = await client.post("/v1/notes", json={"display_name": "Ana"}, headers=headers)
    assert (again.status, again.headers.get("Idempotency-Replayed")) == (201, None)


@pytest.mark.parametrize(
    "trouble",
    [
        pytest.param("SELECT pg_terminate_backend(pg_backend_pid())", id="the database restarts"),
        pytest.param("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40P01'; END $$", id="a deadlock is broken"),
    ],
)
async def test_trouble_with_the_database_asks_for_another_try(client: Client, issuers: Issuers, trouble: str) -> None:
    headers = with_key(issuers.staff(*WRITE))
    Switch.runs = trouble
    try:
        failed = await client.post("/v1/notes", json={"display_name": "Ana"}, headers=headers)
    finally:
        Switch.runs = ""
    assert (failed.status, (await failed.json())["code"]) == (503, "unavailable")
    again = await client.post("/v1/notes", json={"display_name": "Ana"}, headers=headers)
    assert again.status == 201


# --- pages ---------------------------------------------------------------------------------------------------------------------


async def test_pages_follow_one_another_by_link(client: Client, issuers: Issuers) -> None:
    headers = bearer(issuers.staff("notes.read"))
    first = await client.get("/v1/notes?limit=2&status=open", headers=headers)
    body = await first.json()
    assert body["next"].startswith("https://network.example/v1/notes?limit=2&status=open&cursor=")
    assert first.headers["Link"] == f'<{body["next"]}>; rel="next"'
    names = []
    following: str | None = body["next"]
    while following:
        answer = await client.get(following.removeprefix("https://network.example"), headers=headers)
        body = await answer.json()
        names += [item["display_name"] for item in body["items"]]
        following = body["next"]
    assert names == ["2", "3", "4", "5"]


async def test_a_cursor_is_good_for_one_caller_one_county_one_filter(client: Client, issuers: Issuers) -> None:
    first = await client.get("/v1/notes?limit=2", headers=bearer(issuers.staff("notes.read")))
    path = (await first.json())["next"].removeprefix("https://network.example")
    broken = [
        (path, issuers.staff("notes.read", staff="staff-2")),
        (path, issuers.staff("notes.read", county=BIRCH)),
        (f"{path}&status=open", issuers.staff("notes.read")),
        (path[:-4] + "AAAA", issuers.staff("notes.read")),
        ("/v1/notes?cursor=x", issuers.staff("notes.read")),
    ]
    for each, token in broken:
        answer = await client.get(each, headers=bearer(token))
        body = await answer.json()
        assert (answer.status, body["code"], body["errors"][0]["parameter"]) == (400, "cursor_invalid", "cursor")


@pytest.mark.parametrize(
    ("query", "code", "parameter"),
    [
        ("limit=-1", "invalid_parameter", "limit"),
        ("limit=abc", "invalid_parameter", "limit"),
        ("limit=%2B5", "invalid_parameter", "limit"),
        ("limit=1_0", "invalid_parameter", "limit"),
        ("limit=201", "invalid_parameter", "limit"),
        ("limit=99999999999999999999", "invalid_parameter", "limit"),
        ("mine=yes", "invalid_parameter", "mine"),
        ("limt=10", "unknown_parameter", "limt"),
        ("email=ana@example.org", "unknown_parameter", "email"),
        ("limit=1&limit=2", "duplicate_parameter", "limit"),
        ("status=a%00b", "control_characters", "status"),
        ("status=%ff", "invalid_unicode", "status"),
        ("updated_since=2026-11-01T10:00:00", "invalid_parameter", "updated_since"),
    ],
)
async def test_a_parameter_is_right_or_refused(client: Client, issuers: Issuers, query: str, code: str, parameter: str) -> None:
    answer = await client.get(f"/v1/notes?{query}", headers=bearer(issuers.staff("notes.read")))
    body = await answer.json()
    assert answer.status == 400
    assert (body["errors"][0]["code"], body["errors"][0]["parameter"]) == (code, parameter)


async def test_a_parameter_that_looks_like_an_address_is_not_repeated(client: Client, issuers: Issuers) -> None:
    answer = await client.get("/v1/notes?Ana%20Example=1", headers=bearer(issuers.staff("notes.read")))
    assert answer.status == 400
    assert "Ana" not in await answer.text()


async def test_an_address_has_a_length(client: Client, issuers: Issuers) -> None:
    answer = await client.get(f"/v1/notes?status={'x' * 5000}", headers=bearer(issuers.staff("notes.read")))
    assert (answer.status, (await answer.json())["code"]) == (414, "uri_too_long")


# --- public routes, and what they carry ----------------------------------------------------------------------------------------


async def test_a_public_route_gives_its_own_type(client: Client) -> None:
    answer = await client.get("/f/secret.ics")
    assert (answer.status, answer.content_type, answer.headers["Cache-Control"]) == (200, "text/calendar", "no-store")
    assert (await client.get("/f/other.ics")).status == 404


async def test_a_form_is_read_by_its_handler(client: Client) -> None:
    answer = await client.post("/v1/callbacks", data={"Body": "YES"})
    assert await answer.read() == b"Body=YES"
    assert (await client.post("/v1/callbacks", json={})).status == 415


async def test_an_answer_names_no_version_of_anything(client: Client) -> None:
    assert (await client.get("/f/secret.ics")).headers["Server"] == "surround"


async def test_the_request_id_and_the_trace_are_kept(client: Client) -> None:
    answer = await client.get("/f/secret.ics", headers={"X-Request-Id": "county-0042"})
    assert answer.headers["X-Request-Id"] == "county-0042"
    odd = await client.get("/f/secret.ics", headers={"X-Request-Id": "a b\tc"})
    assert len(odd.headers["X-Request-Id"]) == 32


# --- the log -------------------------------------------------------------------------------------------------------------------


async def test_only_services_read_the_log(client: Client, issuers: Issuers) -> None:
    answer = await client.get("/v1/events", headers=bearer(issuers.service("events.read")))
    assert (answer.status, await answer.json()) == (200, {"items": [], "next": None})
    beyond = await client.get("/v1/events?after=99&limit=5", headers=bearer(issuers.service("events.read")))
    assert (await beyond.json())["items"] == []
    for token in (issuers.county_system("events.read"), issuers.staff("events.read"), issuers.service("people.read")):
        assert (await client.get("/v1/events", headers=bearer(token))).status == 403


async def test_a_service_names_the_county_it_asks_for(client: Client, issuers: Issuers) -> None:
    token = issuers.service("notes.read")
    assert (await client.get("/v1/notes:count", headers=bearer(token, **{"X-County-Id": str(BIRCH)}))).status == 200
    for headers in ({}, {"X-County-Id": "x"}, {"X-County-Id": str(OTHERS)}):
        answer = await client.get("/v1/notes:count", headers=bearer(token) | headers)
        assert (answer.status, (await answer.json())["code"]) == (400, "county_required")
