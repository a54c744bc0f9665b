"""What nobody may see: another county, another's family, and words where only ids belong."""

from typing import Any
from uuid import uuid4

import pytest

from tests.network.bodies import CHILD, FAMILY, GRANDMOTHER, person
from tests.network.conftest import Answer, Api, BehindTheWall, Counties


async def a_whole_family(api: Api) -> dict[str, str]:
    """Make one of everything; return the ids by their name in a path."""
    carmen = (await api.post("/v1/people", {**GRANDMOTHER, "external_id": "77"})).json
    mateo = (await api.post("/v1/people", CHILD)).json
    rick = (await api.post("/v1/people", person("Rick"))).json
    case = (await api.post("/v1/cases", FAMILY)).json
    path = f"/v1/cases/{case['id']}"
    await api.post(f"{path}/children", {"person_id": mateo["id"]})
    member = (await api.post(f"{path}/members", {"person_id": carmen["id"], "relationship": "neighbor"})).json
    await api.post(f"{path}/members", {"person_id": rick["id"], "relationship": "father"})
    rule = (
        await api.post(f"{path}/separation-rules", {"person_a": carmen["id"], "person_b": rick["id"], "reason": "dv_safety"})
    ).json
    return {
        "case_id": case["id"],
        "person_id": carmen["id"],
        "child_id": mateo["id"],
        "member_id": member["id"],
        "rule_id": rule["id"],
        "etag": carmen["etag"],
    }


ATTEMPTS: list[tuple[str, str, Any]] = [
    ("GET", "/v1/people/{person_id}", None),
    ("PATCH", "/v1/people/{person_id}", {"voicemail_ok": True}),
    ("GET", "/v1/cases/{case_id}", None),
    ("PATCH", "/v1/cases/{case_id}", {"title": "Mine"}),
    ("POST", "/v1/cases/{case_id}:close", None),
    ("PUT", "/v1/cases/{case_id}/access", {"unit": "north", "assigned": ["eve"]}),
    ("GET", "/v1/cases/{case_id}/access-log", None),
    ("POST", "/v1/cases/{case_id}/children", {"person_id": "{person_id}"}),
    ("GET", "/v1/cases/{case_id}/children", None),
    ("PATCH", "/v1/cases/{case_id}/children/{child_id}", {"intensive_services": True}),
    ("POST", "/v1/cases/{case_id}/members", {"person_id": "{person_id}", "relationship": "coach"}),
    ("GET", "/v1/cases/{case_id}/members", None),
    ("PATCH", "/v1/cases/{case_id}/members/{member_id}", {"circle": "inner"}),
    ("DELETE", "/v1/cases/{case_id}/members/{member_id}", None),
    ("POST", "/v1/cases/{case_id}/separation-rules", {"person_a": "{person_id}", "person_b": "{child_id}", "reason": "dv_safety"}),
    ("GET", "/v1/cases/{case_id}/separation-rules", None),
    ("DELETE", "/v1/cases/{case_id}/separation-rules/{rule_id}", None),
]


async def attempt(api: Api, method: str, path: str, body: Any, ids: dict[str, str]) -> Answer:
    filled = {name: value.format(**ids) if isinstance(value, str) else value for name, value in body.items()} if body else None
    etag = ids["etag"] if method in {"PATCH", "DELETE"} else ""
    return await api.send(method, path.format(**ids), filled, etag=etag)


@pytest.mark.parametrize("who", ["another county's supervisor", "another county's administrator", "a colleague"])
async def test_what_is_out_of_sight_is_not_there(counties: Counties, behind_the_wall: BehindTheWall, who: str) -> None:
    ids = await a_whole_family(counties.staff("amy"))
    before = behind_the_wall.types()
    stranger = {
        "another county's supervisor": counties.staff("amy", "supervisor", birch=True),
        "another county's administrator": counties.staff("ad", "county_admin", birch=True),
        "a colleague": counties.staff("eve"),
    }[who]
    missing = {**ids, **{name: f"{value[:-32]}{uuid4().hex}" for name, value in ids.items() if name != "etag"}}
    for method, path, body in ATTEMPTS:
        answer = await attempt(stranger, method, path, body, ids)
        as_if_none = await attempt(stranger, method, path, body, missing)
        assert (method, path, answer.status, answer.code) == (method, path, 404, "not_found")
        assert {**answer.json, "instance": ""} == {**as_if_none.json, "instance": ""}
    assert behind_the_wall.types() == before


async def test_another_countys_people_cannot_be_brought_in(counties: Counties) -> None:
    ids = await a_whole_family(counties.staff("amy"))
    bea = counties.staff("bea", "county_admin", birch=True)
    case = (await bea.post("/v1/cases", FAMILY)).json
    path = f"/v1/cases/{case['id']}"
    mine = (await bea.post("/v1/people", person("Bob"))).json
    answers = [
        await bea.post(f"{path}/members", {"person_id": ids["person_id"], "relationship": "coach"}),
        await bea.post(f"{path}/children", {"person_id": ids["child_id"]}),
        await bea.post(f"{path}/separation-rules", {"person_a": mine["id"], "person_b": ids["person_id"], "reason": "dv_safety"}),
    ]
    assert [each.status for each in answers] == [404, 404, 404]


async def test_two_counties_never_find_each_others_people(counties: Counties) -> None:
    await a_whole_family(counties.staff("amy"))
    bea = counties.staff("bea", "county_admin", birch=True)
    for query in ({"name": "Carmen Luna"}, {"phone": "+19165550131"}, {"external_id": "77"}):
        assert (await bea.post("/v1/people:search", query)).json["items"] == []
    assert (await bea.get("/v1/cases")).json["items"] == []
    assert (await bea.post("/v1/people", {**GRANDMOTHER, "external_id": "77"})).status == 201


async def test_every_route_asks_for_its_scope(counties: Counties) -> None:
    ids = await a_whole_family(counties.staff("amy"))
    bare = counties.staff("amy", scopes=())
    assert {(await attempt(bare, method, path, body, ids)).status for method, path, body in ATTEMPTS} == {403}


async def test_an_id_of_the_wrong_kind_is_not_there(counties: Counties) -> None:
    amy = counties.staff("amy")
    ids = await a_whole_family(amy)
    assert (await amy.get(f"/v1/people/{ids['case_id']}")).status == 404
    wrong = await amy.post(f"/v1/cases/{ids['case_id']}/members", {"person_id": ids["case_id"], "relationship": "x"})
    assert wrong.codes == [("id_invalid", "#/person_id")]


async def test_no_words_stand_in_clear_in_any_row(counties: Counties, behind_the_wall: BehindTheWall) -> None:
    amy = counties.staff("amy")
    ids = await a_whole_family(amy)
    await amy.get(f"/v1/cases/{ids['case_id']}/members")
    await amy.post("/v1/people:search", {"name": "Carmen Luna", "phone": "+19165550131"})
    stored = behind_the_wall.everything()
    words = ("Carmen", "Luna", "Mateo", "Rick", "5550131", "calendar", "L. family", "2022-05-05", "dv_safety")
    assert [word for word in words if word in stored] == []


async def test_each_person_in_an_answer_is_on_record(counties: Counties, behind_the_wall: BehindTheWall) -> None:
    amy = counties.staff("amy")
    ids = await a_whole_family(amy)
    before = len(behind_the_wall.audit())
    roster = await amy.get(f"/v1/cases/{ids['case_id']}/members")
    seen = [str(subject).replace("-", "") for action, _, subject in behind_the_wall.audit()[before:] if action == "person.read"]
    assert seen == [each["person_id"].removeprefix("per_") for each in sorted(roster.json["items"], key=lambda m: m["person_id"])]


async def test_only_a_service_of_ours_reads_the_log(counties: Counties) -> None:
    assert (await counties.staff("amy", "system", scopes=("events.read",)).get("/v1/events")).status == 403
    read = await counties.service("events.read").get("/v1/events?after=0&limit=1")
    assert (read.status, set(read.json)) == (200, {"items", "next"})
