"""Who calls network and how often: keys used twice, versions gone by, tokens that prove nothing, records of another county."""

import json
import time
from uuid import UUID, uuid4

import pytest

from services.network.web import people
from tests.hostile.mapping import SENT
from tests.hostile.network.test_bodies import ROSA, works
from tests.hostile.rows import Row, placed, tries
from tests.hostile.wire import Answer, Listening, Shelf, Wire, judge
from tests.network.bodies import CHILD, FAMILY, person
from tests.network.conftest import Counties
from tests.support.tokens import Issuers, new_key


async def made(wire: Wire, path: str, body: object) -> dict[str, str]:
    """Make something good; return its address and version."""
    answer = await wire.send_json("POST", path, body)
    assert answer.status == 201, answer.content
    return {"path": answer.headers["Location"], "id": answer.json["id"], "etag": answer.headers["ETag"]}


# --- keys and versions ---------------------------------------------------------------------------------------------------------


@tries("idem-002")
async def test_a_key_used_for_something_else_is_refused(
    wire: Wire, row: Row, county_id: UUID, shelf: Shelf, listening: Listening
) -> None:
    key = uuid4().hex
    assert (await wire.send_json("POST", "/v1/people", ROSA, Idempotency_Key=key)).status == 201
    before = shelf.of(county_id)
    answer = await wire.send_json("POST", "/v1/people", person("Eve"), Idempotency_Key=key)
    judge(row, SENT[row.id], answer, listening.heard())
    assert shelf.of(county_id) == before
    await works(wire)


@tries("idem-004")
async def test_the_same_key_in_another_county_is_another_key(
    counties: Counties, wire: Wire, row: Row, listening: Listening
) -> None:
    key, birch = uuid4().hex, Wire(counties.staff("amy", birch=True))
    first = await wire.send_json("POST", "/v1/people", ROSA, Idempotency_Key=key)
    second = await birch.send_json("POST", "/v1/people", ROSA, Idempotency_Key=key)
    judge(row, SENT[row.id], second, listening.heard())
    assert "Idempotency-Replayed" not in second.headers
    assert first.json["id"] != second.json["id"]


@tries("idem-006")
async def test_a_request_that_failed_is_tried_anew_with_the_same_key(
    wire: Wire, row: Row, county_id: UUID, shelf: Shelf, listening: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: object, **__: object) -> None:
        raise RuntimeError("Rosa Luna, +1 916 555 0131")

    key, before = uuid4().hex, shelf.of(county_id)
    with monkeypatch.context() as broken:
        broken.setattr(people, "register_person", fails)
        failed = await wire.send_json("POST", "/v1/people", ROSA, Idempotency_Key=key)
    assert (failed.status, "Luna" in failed.content.decode(), shelf.of(county_id)) == (500, False, before)
    answer = await wire.send_json("POST", "/v1/people", ROSA, Idempotency_Key=key)
    heard = listening.heard()
    judge(row, SENT[row.id], answer, heard)
    assert "Luna" not in heard
    assert len([line for line in shelf.of(county_id) if line.startswith("people(")]) == 1


@tries("idem-008", "idem-010")
async def test_an_old_or_weak_version_changes_nothing(
    wire: Wire, row: Row, county_id: UUID, shelf: Shelf, listening: Listening
) -> None:
    rosa = await made(wire, "/v1/people", ROSA)
    changed = await wire.send_json("PATCH", rosa["path"], {"given_name": "Rosalia"}, If_Match=rosa["etag"])
    tag = {"idem-008": rosa["etag"], "idem-010": f"W/{changed.headers['ETag']}"}[row.id]
    before = shelf.of(county_id)
    answer = await wire.send_json("PATCH", rosa["path"], {"given_name": "Rose"}, If_Match=tag)
    judge(row, SENT[row.id], answer, listening.heard())
    assert shelf.of(county_id) == before
    assert (await wire.send_json("PATCH", rosa["path"], {"given_name": "Rose"}, If_Match=changed.headers["ETag"])).status == 200


# --- households ----------------------------------------------------------------------------------------------------------------


@tries("con-011")
async def test_two_people_may_share_a_number_and_both_are_found_by_it(wire: Wire, row: Row, listening: Listening) -> None:
    for name in ("Rosa", "Ruth"):
        body = placed(person(name), "contact_points", [{"channel": "sms", "value": row.text}])
        judge(row, SENT[row.id], await wire.send_json("POST", "/v1/people", body), listening.heard())
    found = await wire.send_json("POST", "/v1/people:search", {"phone": row.text})
    assert [each["matched"] for each in found.json["items"]] == [["phone"], ["phone"]]


# --- tokens --------------------------------------------------------------------------------------------------------------------


@tries("tok-013", "tok-015")
async def test_a_token_that_proves_nothing_opens_nothing(
    wire: Wire, row: Row, county_id: UUID, shelf: Shelf, issuers: Issuers, listening: Listening
) -> None:
    alder, now = issuers.alder, int(time.time())
    good = {"scope": "people.read people.write", "roles": ["caseworker"], "units": ["north"]}
    forged = {
        "tok-013": [row.text],
        "tok-015": [
            alder.sign(alder.claims("amy", **good, exp=now - 120)),
            alder.sign(alder.claims("amy", **good, nbf=now + 120)),
            alder.sign(alder.claims("amy", **good, aud="meetings")),
            alder.sign(alder.claims("amy", **good), key=new_key("alder-1")),
            alder.sign(alder.claims("amy", **good, iss=issuers.birch.url)),
            alder.sign(alder.claims("amy", **good, county_id=str(uuid4()))),
        ],
    }[row.id]
    before = shelf.of(county_id)
    for token in forged:
        answer = await wire.send_json("POST", "/v1/people", ROSA, Authorization=f"Bearer {token}")
        heard = listening.heard()
        judge(row, SENT[row.id], answer, heard)
        assert token not in heard + answer.content.decode()
        assert answer.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'
    assert shelf.of(county_id) == before
    await works(wire)


# --- another county ------------------------------------------------------------------------------------------------------------


def words(answer: Answer) -> dict[str, object]:
    """Return a problem without the id of its request."""
    return {name: value for name, value in answer.json.items() if name != "instance"}


@tries("tok-019", "tok-021")
async def test_what_another_county_has_is_as_if_it_were_not_there(
    counties: Counties, wire: Wire, row: Row, county_id: UUID, shelf: Shelf, listening: Listening
) -> None:
    birch = Wire(counties.staff("bea", birch=True))
    rosa, mateo = await made(birch, "/v1/people", ROSA), await made(birch, "/v1/people", CHILD)
    case = await made(birch, "/v1/cases", {**FAMILY, "assigned": ["bea"]})
    await made(birch, f"{case['path']}/members", {"person_id": rosa["id"], "relationship": "neighbor"})
    await made(birch, f"{case['path']}/children", {"person_id": mateo["id"]})
    own = await made(wire, "/v1/people", ROSA)
    before = shelf.of(county_id)
    roads = ["", "/members", "/children", "/separation-rules"]
    attempts: dict[str, list[tuple[str, str, dict[str, str] | None]]] = {
        "tok-019": [("GET", rosa["path"], None), *(("GET", case["path"] + each, None) for each in roads)],
        "tok-021": [("POST", f"{case['path']}/members", {"person_id": own["id"], "relationship": "aunt"})],
    }
    for method, path, body in attempts[row.id]:
        sent = json.dumps(body).encode() if body else None
        answer = await wire.send(method, path, sent)
        judge(row, SENT[row.id], answer, listening.heard())
        nowhere = path.replace(case["id"], f"case_{uuid4().hex}").replace(rosa["id"], f"per_{uuid4().hex}")
        assert words(answer) == words(await wire.send(method, nowhere, sent))
    assert [line for line in shelf.of(county_id) if not line.startswith("audit")] == [
        line for line in before if not line.startswith("audit")
    ]
    await works(wire)


@tries("qry-007")
async def test_a_cursor_of_another_county_opens_no_page(
    counties: Counties, wire: Wire, row: Row, county_id: UUID, shelf: Shelf, listening: Listening
) -> None:
    birch = Wire(counties.staff("amy", birch=True))
    for _ in range(2):
        await made(birch, "/v1/cases", FAMILY)
    cursor = (await birch.send("GET", "/v1/cases?limit=1")).json["next"].partition("cursor=")[2]
    assert cursor
    before = shelf.of(county_id)
    answer = await wire.send("GET", f"/v1/cases?limit=1&cursor={cursor}")
    judge(row, SENT[row.id], answer, listening.heard())
    assert cursor not in answer.content.decode()
    assert shelf.of(county_id) == before
    await works(wire)
