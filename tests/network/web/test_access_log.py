"""Who can see a family, who has looked, and who was turned away."""

import asyncio
from typing import Any
from uuid import UUID

from shared.kernel.ids import read
from tests.network.bodies import CHILD, FAMILY, GRANDMOTHER
from tests.network.conftest import Api, BehindTheWall, Counties


async def a_family(amy: Api) -> tuple[str, str, str]:
    """Open a family with a child and a grandmother; return its path and their ids."""
    mateo, carmen = (await amy.post("/v1/people", CHILD)).json["id"], (await amy.post("/v1/people", GRANDMOTHER)).json["id"]
    path = f"/v1/cases/{(await amy.post('/v1/cases', FAMILY)).json['id']}"
    await amy.post(f"{path}/children", {"person_id": mateo})
    await amy.post(f"{path}/members", {"person_id": carmen, "relationship": "grandparent"})
    return path, mateo, carmen


async def viewers(api: Api, path: str) -> dict[str, dict[str, Any]]:
    """Return who has looked, by their id."""
    answer = await api.get(f"{path}/viewers")
    assert answer.status == 200, answer.json
    return {each["actor_id"]: each for each in answer.json["items"]}


async def refusals_of(behind_the_wall: BehindTheWall, number: int) -> list[tuple[str, str, UUID, dict[str, Any]]]:
    """Return the refusals on record once there are as many: they are written behind the answer."""
    async with asyncio.timeout(10):
        while len(found := behind_the_wall.refused()) < number:  # noqa: ASYNC110  another connection writes them
            await asyncio.sleep(0.02)
    return found


async def test_who_can_see_a_family_is_said_by_name_since_when_and_by_whom(counties: Counties) -> None:
    amy, sue = counties.staff("amy"), counties.staff("sue", "supervisor")
    path, _, _ = await a_family(amy)
    await amy.put(f"{path}/access", {"unit": "north", "assigned": ["amy"], "shared_with": ["cy"]})
    await sue.put(f"{path}/access", {"unit": "north", "assigned": ["amy", "ben"], "shared_with": ["cy"]})
    seen = (await amy.get(f"{path}/access")).json
    assert {each["staff_id"]: each["by"] for each in seen["assigned"]} == {"amy": None, "ben": "sue"}
    assert [(each["staff_id"], each["by"]) for each in seen["shared_with"]] == [("cy", "amy")]
    assert (seen["unit"], seen["roles_of_unit"]) == ("north", ["scheduler", "supervisor"])
    assert seen["roles_of_county"] == ["auditor", "county_admin", "system"]
    assert seen["assigned"][0]["since"] < seen["shared_with"][0]["since"] < seen["assigned"][1]["since"]


async def test_a_share_that_ended_and_began_anew_counts_from_its_new_beginning(amy: Api) -> None:
    path, _, _ = await a_family(amy)
    for shared in (["cy"], [], ["cy", "di"]):
        await amy.put(f"{path}/access", {"unit": "north", "assigned": ["amy"], "shared_with": shared})
    cy, di = (await amy.get(f"{path}/access")).json["shared_with"]
    assert cy["since"] == di["since"]


async def test_who_has_looked_is_counted_by_requests_with_their_roles(counties: Counties) -> None:
    amy, sue = counties.staff("amy"), counties.staff("sue", "supervisor")
    path, _, _ = await a_family(amy)
    for _ in range(3):
        await sue.get(f"{path}/members")
    found = await viewers(sue, path)
    assert (found["sue"]["roles"], found["sue"]["times"], found["sue"]["refused"]) == (["supervisor"], 3, 0)
    assert found["sue"]["did"] == {"case.read": 3, "person.read": 3}
    assert found["amy"]["did"]["member.joined"] == 1
    assert (await viewers(sue, path))["sue"]["did"]["case.access_log_read"] == 1


async def test_who_was_turned_away_is_among_them(counties: Counties, behind_the_wall: BehindTheWall) -> None:
    amy, eve, sue = counties.staff("amy"), counties.staff("eve"), counties.staff("sue", "supervisor")
    path, _, carmen = await a_family(amy)
    for _ in range(4):
        assert (await eve.get(path)).status == 404
    assert (await eve.get(f"/v1/people/{carmen}")).status == 404
    case_id = read("case", path.rpartition("/")[2])
    about = {(who, kind, subject) for who, kind, subject, _ in await refusals_of(behind_the_wall, 2)}
    assert about == {("eve", "case", case_id), ("eve", "person", read("per", carmen))}
    found = await viewers(sue, path)
    assert (found["eve"]["times"], found["eve"]["refused"]) == (0, 1)
    entries = (await sue.get(f"{path}/access-log")).json["items"]
    assert [(each["actor_id"], each["roles"], each["times"]) for each in entries if each["action"] == "refused"] == [
        ("eve", ["caseworker"], 1)
    ]


async def test_a_refusal_by_a_rule_tells_no_reason(counties: Counties, behind_the_wall: BehindTheWall) -> None:
    amy = counties.staff("amy")
    path, _, _ = await a_family(amy)
    assert (await amy.put(f"{path}/access", {"unit": "south", "assigned": ["bo"]})).status == 403
    [(who, kind, _, details)] = await refusals_of(behind_the_wall, 1)
    assert (who, kind) == ("amy", "case")
    assert details == {"roles": "caseworker", "route": "PUT /v1/cases/{case_id}/access", "status": 403, "count": 1}


async def test_a_person_seen_by_way_of_another_family_is_no_look_at_this_one(counties: Counties) -> None:
    amy, bo, sue = counties.staff("amy"), counties.staff("bo"), counties.staff("sue", "supervisor")
    path, _, carmen = await a_family(amy)
    other = f"/v1/cases/{(await bo.post('/v1/cases', {**FAMILY, 'assigned': ['bo']})).json['id']}"
    await bo.post("/v1/people:search", {"phone": "+19165550131"})
    assert (await bo.post(f"{other}/members", {"person_id": carmen, "relationship": "neighbor"})).status == 201
    await bo.get(f"{other}/members")
    assert "bo" not in await viewers(sue, path)
    assert "bo" in await viewers(bo, other)


async def test_the_record_of_a_person_spans_families_and_is_for_those_who_see_them_all(counties: Counties) -> None:
    amy, ada = counties.staff("amy"), counties.staff("ada", "auditor", units=())
    path, _, carmen = await a_family(amy)
    refused = await amy.get(f"/v1/people/{carmen}/access-log")
    assert (refused.status, refused.code) == (403, "whole_county_only")
    await amy.get(f"{path}/members")
    first = (await ada.get(f"/v1/people/{carmen}/access-log?limit=2")).json
    second = (await ada.get(first["next"].partition(".test")[2])).json
    actions = [each["action"] for each in first["items"] + second["items"]]
    assert {"person.read", "member.joined"} <= set(actions)
    whole = (await ada.get(f"/v1/people/{carmen}/access-log")).json["items"]
    assert [each["actor_id"] for each in whole if each["action"] == "person.access_log_read"] == ["ada", "ada"]


async def test_the_record_is_for_those_with_its_scope(counties: Counties) -> None:
    path, _, _ = await a_family(counties.staff("amy"))
    narrow = counties.staff("amy", scopes=("people.read", "cases.read"))
    assert {(await narrow.get(f"{path}/{each}")).status for each in ("viewers", "access-log")} == {403}
    assert (await narrow.get(f"{path}/access")).status == 200
