"""Controls on who may see and do what, each tried at network's own surface."""

import statistics
import time
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import NullPool, create_engine, text

from tests.network.bodies import CHILD, FAMILY, GRANDMOTHER, person
from tests.network.conftest import Api, Counties
from tests.support.databases import Database


@pytest.mark.parametrize("member", ["role", "roles", "county_id", "unit", "units", "disabled", "registered_by", "id", "version"])
async def test_nobody_promotes_themselves_by_a_property_of_their_own_record(counties: Counties, member: str) -> None:
    """API A8: what a record may say of its owner is what the schema names; who may do what comes from the sign-in alone."""
    sue, amy = counties.staff("sue", "supervisor"), counties.staff("amy")
    mine = (await sue.post("/v1/people", {**person("Amy"), "staff_id": "amy"})).json
    path = f"/v1/people/{mine['id']}"
    before = (await amy.get(path)).json
    refused = await amy.patch(path, {member: "county_admin"}, etag=before["etag"])
    assert (refused.status, refused.codes) == (422, [("unknown_property", f"#/{member}")])
    assert (await amy.get(path)).json == before


async def test_nobody_becomes_somebody_else_by_staff_id(counties: Counties) -> None:
    sue, amy = counties.staff("sue", "supervisor"), counties.staff("amy")
    mine = (await sue.post("/v1/people", {**person("Amy"), "staff_id": "amy"})).json
    refused = await amy.patch(f"/v1/people/{mine['id']}", {"staff_id": "sue"}, etag=mine["etag"])
    assert (refused.status, refused.code) == (403, "colleague_record")


async def test_a_familys_unit_and_hands_change_by_no_other_route(counties: Counties) -> None:
    amy = counties.staff("amy")
    case = (await amy.post("/v1/cases", FAMILY)).json
    for member, value in (("unit", "south"), ("assigned", ["eve"]), ("shared_with", ["eve"]), ("county_id", str(uuid4()))):
        refused = await amy.patch(f"/v1/cases/{case['id']}", {member: value}, etag=case["etag"])
        assert (refused.status, refused.codes) == (422, [("unknown_property", f"#/{member}")])
    assert (await counties.staff("eve").get(f"/v1/cases/{case['id']}")).status == 404


def entries_of(database: Database, request_id: str) -> list[dict[str, Any]]:
    """Return what one request put on record."""
    with create_engine(database.owner_url, poolclass=NullPool).connect() as connection:
        query = text("SELECT actor_kind, actor_id, action, subject_kind, subject_id, details FROM audit WHERE request_id = :id")
        return [dict(row) for row in connection.execute(query, {"id": request_id}).mappings()]


async def test_each_person_in_a_list_is_on_record_with_actor_role_route_and_request(counties: Counties, database: Database) -> None:
    """API U1, for a list and for a search; the purpose is the deed."""
    amy = counties.staff("amy")
    path = f"/v1/cases/{(await amy.post('/v1/cases', FAMILY)).json['id']}"
    for body in (GRANDMOTHER, person("Otto"), CHILD):
        made = (await amy.post("/v1/people", body)).json["id"]
        await amy.post(f"{path}/members", {"person_id": made, "relationship": "neighbor"})
    roster = await amy.get(f"{path}/members")
    found = await amy.post("/v1/people:search", {"name": "Carmen Luna"})
    for answer, action, route, people in (
        (roster, "person.read", "GET /v1/cases/{case_id}/members", [each["person_id"] for each in roster.json["items"]]),
        (found, "person.found", "POST /v1/people:search", [each["id"] for each in found.json["items"]]),
    ):
        entries = [each for each in entries_of(database, answer.headers["X-Request-Id"]) if each["action"] == action]
        assert people
        assert sorted(each["subject_id"].hex for each in entries) == sorted(each.removeprefix("per_") for each in people)
        assert {(each["actor_kind"], each["actor_id"]) for each in entries} == {("staff", "amy")}
        assert {(each["details"]["roles"], each["details"]["route"]) for each in entries} == {("caseworker", route)}


async def test_numbers_are_absent_without_their_scope_wherever_people_appear(counties: Counties) -> None:
    """API A7: one person, a roster, a child's entry, a search, and the texts of refusals."""
    amy = counties.staff("amy")
    path = f"/v1/cases/{(await amy.post('/v1/cases', FAMILY)).json['id']}"
    carmen = (await amy.post("/v1/people", GRANDMOTHER)).json
    mateo = (await amy.post("/v1/people", {**CHILD, "contact_points": GRANDMOTHER["contact_points"]})).json
    await amy.post(f"{path}/members", {"person_id": carmen["id"], "relationship": "neighbor"})
    await amy.post(f"{path}/children", {"person_id": mateo["id"]})
    blind = counties.staff("amy", scopes=("people.read", "people.write", "cases.read", "cases.write", "audit.read"))
    shown = [
        await blind.get(f"/v1/people/{carmen['id']}"),
        await blind.get(f"{path}/members"),
        await blind.get(f"{path}/children"),
        await blind.get(f"{path}/viewers"),
        await blind.get(f"{path}/access-log"),
        await blind.post("/v1/people:search", {"phone": "+19165550131"}),
        await blind.patch(f"/v1/people/{carmen['id']}", {"voicemail_ok": True}, etag=carmen["etag"]),
        await blind.post("/v1/people", {**GRANDMOTHER, "contact_points": [{"channel": "sms", "value": "(916) 555-01"}]}),
    ]
    assert [answer.status for answer in shown[:6]] == [200] * 6
    whole = " ".join(str(answer.json) for answer in shown)
    assert [mark for mark in ("+19165550131", "(916) 555", "about the calendar") if mark in whole] == []


async def half_of(api: Api, path: str, turns: int) -> float:
    """Return the median time of a request."""
    times = []
    for _ in range(turns):
        began = time.perf_counter()
        assert (await api.get(path)).status == 404
        times.append(time.perf_counter() - began)
    return statistics.median(times)


async def test_what_is_hidden_takes_about_as_long_as_what_is_not_there(counties: Counties) -> None:
    """Coarse on purpose, for a busy machine: it finds a wait for the audit, a look at another service, an early way out."""
    amy, eve = counties.staff("amy"), counties.staff("eve")
    case = (await amy.post("/v1/cases", FAMILY)).json["id"]
    carmen = (await amy.post("/v1/people", GRANDMOTHER)).json["id"]
    for path in (f"/v1/cases/{case}", f"/v1/people/{carmen}"):
        nothing = f"{path[:-32]}{uuid4().hex}"
        rounds = [(await half_of(eve, path, 8), await half_of(eve, nothing, 8)) for _ in range(4)]
        hidden, missing = min(each[0] for each in rounds), min(each[1] for each in rounds)
        assert hidden < 3 * missing + 0.01
        assert missing < 3 * hidden + 0.01
