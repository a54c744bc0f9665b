"""Families over HTTP: who sees them, children, members, rules, and the end of work."""

from typing import Any

from tests.network.bodies import CHILD, FAMILY, GRANDMOTHER, person
from tests.network.conftest import Api, BehindTheWall, Counties


async def open_family(api: Api, **facts: Any) -> dict[str, Any]:
    answer = await api.post("/v1/cases", {**FAMILY, **facts})
    assert answer.status == 201, answer.json
    opened: dict[str, Any] = answer.json
    return opened


async def a_member_of(api: Api, case: dict[str, Any], body: dict[str, Any], **standing: Any) -> dict[str, Any]:
    registered = await api.post("/v1/people", body)
    answer = await api.post(
        f"/v1/cases/{case['id']}/members", {"person_id": registered.json["id"], "relationship": "neighbor", **standing}
    )
    assert answer.status == 201, answer.json
    member: dict[str, Any] = answer.json
    return member


async def test_a_family_is_seen_by_those_who_hold_it(counties: Counties) -> None:
    case = await open_family(counties.staff("amy"))
    path = f"/v1/cases/{case['id']}"
    seen = {
        "assigned": counties.staff("amy", units=()),
        "supervisor of the unit": counties.staff("bo", "supervisor"),
        "scheduler of the unit": counties.staff("cy", "scheduler"),
        "administrator": counties.staff("ad", "county_admin", units=()),
        "auditor": counties.staff("au", "auditor", units=()),
        "county system": counties.system(),
    }
    unseen = {
        "colleague of the unit": counties.staff("eve"),
        "supervisor of another unit": counties.staff("di", "supervisor", units=("south",)),
        "facilitator": counties.staff("sam", "facilitator"),
        "unknown role": counties.staff("xi", "emperor"),
    }
    assert {who: (await api.get(path)).status for who, api in seen.items()} == dict.fromkeys(seen, 200)
    assert {who: (await api.get(path)).status for who, api in unseen.items()} == dict.fromkeys(unseen, 404)
    assert {who: len((await api.get("/v1/cases")).json["items"]) for who, api in seen.items()} == dict.fromkeys(seen, 1)
    assert {who: len((await api.get("/v1/cases")).json["items"]) for who, api in unseen.items()} == dict.fromkeys(unseen, 0)


async def test_a_share_lets_a_facilitator_in_and_its_end_out(counties: Counties) -> None:
    amy, sam = counties.staff("amy"), counties.staff("sam", "facilitator")
    case = await open_family(amy)
    path = f"/v1/cases/{case['id']}"
    shared = {"unit": "north", "assigned": ["amy"], "shared_with": ["sam"]}
    assert (await amy.put(f"{path}/access", shared)).json["shared_with"] == ["sam"]
    assert (await sam.get(path)).status == 200
    await amy.put(f"{path}/access", {**shared, "shared_with": []})
    assert (await sam.get(path)).status == 404


async def test_handing_over_moves_access_at_once(counties: Counties, behind_the_wall: BehindTheWall) -> None:
    amy, bo, eve = counties.staff("amy"), counties.staff("bo", "supervisor"), counties.staff("eve")
    case = await open_family(amy)
    member = await a_member_of(amy, case, GRANDMOTHER)
    path, handed = f"/v1/cases/{case['id']}", {"unit": "north", "assigned": ["eve"], "shared_with": []}
    assert (await amy.put(f"{path}/access", handed)).code == "reassignment_refused"
    assert (await bo.put(f"{path}/access", handed)).status == 200
    assert [(await amy.get(each)).status for each in (path, f"/v1/people/{member['person_id']}")] == [404, 404]
    assert [(await eve.get(each)).status for each in (path, f"/v1/people/{member['person_id']}")] == [200, 200]
    assert behind_the_wall.facts()[-1].data["assigned"] == ["eve"]


async def test_families_come_in_pages(amy: Api) -> None:
    made = [(await open_family(amy, title=f"Family {n}"))["id"] for n in range(5)]
    seen, path = [], "/v1/cases?limit=2"
    while path:
        answer = await amy.get(path.removeprefix("http://network.test"))
        seen += [case["id"] for case in answer.json["items"]]
        path = answer.json["next"]
    assert seen == made


async def test_a_title_changes_inside(amy: Api, behind_the_wall: BehindTheWall) -> None:
    case = await open_family(amy)
    after = await amy.patch(f"/v1/cases/{case['id']}", {"title": "The M. family"}, etag=case["etag"])
    assert (after.json["title"], after.json["etag"]) == ("The M. family", '"2"')
    assert behind_the_wall.types() == ["case_opened", "case_access_changed"]


async def test_a_closed_family_can_be_read_and_not_changed(amy: Api, behind_the_wall: BehindTheWall) -> None:
    case = await open_family(amy)
    member = await a_member_of(amy, case, GRANDMOTHER)
    path = f"/v1/cases/{case['id']}"
    closed = await amy.post(f"{path}:close")
    assert (closed.status, closed.json["status"]) == (200, "closed")
    assert (await amy.get(f"{path}/members")).status == 200
    refused = [
        await amy.post(f"{path}:close"),
        await amy.patch(path, {"title": "x"}, etag=closed.json["etag"]),
        await amy.post(f"{path}/members", {"person_id": member["person_id"], "relationship": "coach"}),
        await amy.delete(f"{path}/members/{member['id']}", etag=member["etag"]),
    ]
    assert [each.code for each in refused] == ["case_closed"] * 4
    assert behind_the_wall.types()[-1] == "case_closed"


async def test_open_and_closed_families_can_be_listed_apart(amy: Api) -> None:
    going_on, ended = await open_family(amy), await open_family(amy)
    await amy.post(f"/v1/cases/{ended['id']}:close")
    listed = {status: (await amy.get(f"/v1/cases?status={status}")).json["items"] for status in ("open", "closed")}
    assert {status: [each["id"] for each in items] for status, items in listed.items()} == {
        "open": [going_on["id"]],
        "closed": [ended["id"]],
    }


async def test_placement_facts_change_and_are_given_anew(amy: Api, behind_the_wall: BehindTheWall) -> None:
    case = await open_family(amy)
    mateo = (await amy.post("/v1/people", CHILD)).json["id"]
    path = f"/v1/cases/{case['id']}/children"
    made = await amy.post(path, {"person_id": mateo, "icwa_status": "reason_to_know", "entered_care_on": "2026-02-03"})
    after = await amy.patch(f"{path}/{mateo}", {"icwa_status": "does_not_apply"}, etag=made.json["etag"])
    assert (after.json["icwa_status"], after.json["entered_care_on"]) == ("does_not_apply", "2026-02-03")
    assert behind_the_wall.types()[-2:] == ["child_added", "child_facts_changed"]
    assert behind_the_wall.facts()[-1].data["entered_care_on"] == "2026-02-03"
    assert (await amy.get(path)).json["items"] == [after.json]
    assert (await amy.post(path, {"person_id": mateo})).code == "already_child"


async def test_a_member_moves_inward_and_leaves(amy: Api, behind_the_wall: BehindTheWall) -> None:
    case = await open_family(amy)
    member = await a_member_of(amy, case, GRANDMOTHER, circle="outer")
    path = f"/v1/cases/{case['id']}/members"
    again = await amy.post(path, {"person_id": member["person_id"], "relationship": "coach"})
    assert again.code == "already_member"
    moved = await amy.patch(f"{path}/{member['id']}", {"circle": "inner", "relationship": "her landlady"}, etag=member["etag"])
    assert (moved.json["circle"], moved.json["relationship"], moved.json["relationship_words"]) == (
        "inner",
        "other",
        "her landlady",
    )
    assert (await amy.delete(f"{path}/{member['id']}", etag=member["etag"])).status == 412
    assert (await amy.delete(f"{path}/{member['id']}", etag=moved.json["etag"])).status == 204
    assert (await amy.delete(f"{path}/{member['id']}", etag=moved.json["etag"])).status == 404
    assert (await amy.get(path)).json["items"] == []
    assert behind_the_wall.types()[-3:] == ["member_joined", "member_changed", "member_left"]
    assert "landlady" not in behind_the_wall.everything()


async def test_one_who_left_is_still_known_to_the_family(amy: Api) -> None:
    case = await open_family(amy)
    member = await a_member_of(amy, case, GRANDMOTHER)
    await amy.delete(f"/v1/cases/{case['id']}/members/{member['id']}", etag=member["etag"])
    assert (await amy.get(f"/v1/people/{member['person_id']}")).status == 200


async def test_who_comes_back_is_a_new_member(amy: Api) -> None:
    case = await open_family(amy)
    member = await a_member_of(amy, case, GRANDMOTHER)
    path = f"/v1/cases/{case['id']}/members"
    await amy.delete(f"{path}/{member['id']}", etag=member["etag"])
    back = await amy.post(path, {"person_id": member["person_id"], "relationship": "neighbor"})
    assert (back.status, back.json["id"] == member["id"]) == (201, False)


async def test_a_member_belongs_to_one_family_only(amy: Api) -> None:
    one, other = await open_family(amy), await open_family(amy)
    member = await a_member_of(amy, one, GRANDMOTHER)
    elsewhere = f"/v1/cases/{other['id']}/members/{member['id']}"
    assert (await amy.patch(elsewhere, {"circle": "inner"}, etag=member["etag"])).status == 404
    assert (await amy.delete(elsewhere, etag=member["etag"])).status == 404


async def test_members_come_in_pages(amy: Api) -> None:
    case = await open_family(amy)
    made = [(await a_member_of(amy, case, person(f"P{n}")))["id"] for n in range(3)]
    first = await amy.get(f"/v1/cases/{case['id']}/members?limit=2")
    second = await amy.get(first.json["next"].removeprefix("http://network.test"))
    assert [each["id"] for each in [*first.json["items"], *second.json["items"]]] == made


async def test_two_people_are_kept_apart_until_a_supervisor_lifts_the_order(
    counties: Counties, behind_the_wall: BehindTheWall
) -> None:
    amy, bo = counties.staff("amy"), counties.staff("bo", "supervisor")
    case = await open_family(amy)
    mother, father = await a_member_of(amy, case, person("Dana")), await a_member_of(amy, case, person("Rick"))
    path = f"/v1/cases/{case['id']}/separation-rules"
    body = {"person_a": mother["person_id"], "person_b": father["person_id"], "reason": "protective_order"}
    rule = await amy.post(path, body)
    assert (rule.json["overridable"], rule.json["active"]) == (False, True)
    swapped = {**body, "person_a": body["person_b"], "person_b": body["person_a"], "reason": "dv_safety"}
    assert (await amy.post(path, swapped)).code == "separation_exists"
    assert (await amy.post(path, {**body, "person_b": body["person_a"]})).codes == [("duplicate", "#/person_b")]
    assert (await amy.get(path)).json["items"] == [rule.json]
    refused = await amy.delete(f"{path}/{rule.json['id']}", etag=rule.json["etag"])
    assert (refused.status, refused.code) == (403, "protective_order_stands")
    assert (await bo.delete(f"{path}/{rule.json['id']}", etag=rule.json["etag"])).status == 204
    assert (await amy.get(path)).json["items"] == []
    assert behind_the_wall.types()[-2:] == ["separation_set", "separation_lifted"]
    assert "protective_order" not in behind_the_wall.everything().replace(str(rule.json), "")


async def test_a_rule_outlives_its_family_and_can_still_be_lifted(counties: Counties) -> None:
    amy = counties.staff("amy")
    case = await open_family(amy)
    mother, father = await a_member_of(amy, case, person("Dana")), await a_member_of(amy, case, person("Rick"))
    path = f"/v1/cases/{case['id']}/separation-rules"
    body = {"person_a": mother["person_id"], "person_b": father["person_id"], "reason": "other_safety"}
    rule = (await amy.post(path, body)).json
    assert (await amy.post(f"/v1/cases/{case['id']}:close")).status == 200
    assert (await amy.post(path, body)).code == "case_closed"
    assert (await amy.delete(f"{path}/{rule['id']}", etag=rule["etag"])).status == 204


async def test_who_names_an_older_version_hands_nothing_over(counties: Counties) -> None:
    amy, bo = counties.staff("amy"), counties.staff("bo", "supervisor")
    case = await open_family(amy)
    path = f"/v1/cases/{case['id']}/access"
    shared = {"unit": "north", "assigned": ["amy"], "shared_with": ["eve"]}
    assert (await bo.send("PUT", path, shared, etag=case["etag"])).status == 200
    stale = await amy.send("PUT", path, {**shared, "shared_with": []}, etag=case["etag"])
    assert (stale.status, stale.code) == (412, "precondition_failed")
    assert (await bo.send("POST", f"/v1/cases/{case['id']}:close", etag=case["etag"])).status == 412


async def test_who_has_looked_is_shown_and_itself_on_record(counties: Counties) -> None:
    amy, bo = counties.staff("amy"), counties.staff("bo", "supervisor")
    case = await open_family(amy)
    await bo.get(f"/v1/cases/{case['id']}")
    path = f"/v1/cases/{case['id']}/access-log"
    first = await amy.get(path)
    assert [(each["actor_id"], each["action"]) for each in first.json["items"]] == [("bo", "case.read"), ("amy", "case.opened")]
    assert "case.access_log_read" in [each["action"] for each in (await bo.get(path)).json["items"]]
