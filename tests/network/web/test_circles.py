"""Circles over HTTP: moves and how much is known, the prompt list, the four qualities, vetting, and how a network stands."""

from typing import Any
from uuid import uuid4

import pytest

from tests.network.bodies import CHILD, FAMILY, GRANDMOTHER, person
from tests.network.conftest import Api, BehindTheWall, Counties
from tests.network.web.test_families import a_member_of, open_family

STATEMENT = f"stm_{uuid4().hex}"
TOLD: dict[str, Any] = {"statement_id": STATEMENT, "statement_version": 1}


async def a_member(api: Api, **standing: Any) -> tuple[str, dict[str, Any]]:
    """Return the path of a family and one member of it."""
    case = await open_family(api)
    return f"/v1/cases/{case['id']}", await a_member_of(api, case, GRANDMOTHER, **standing)


async def change(api: Api, path: str, member: dict[str, Any], **facts: Any) -> dict[str, Any]:
    answer = await api.patch(f"{path}/members/{member['id']}", facts, etag=member["etag"])
    assert answer.status == 200, answer.json
    after: dict[str, Any] = answer.json
    return after


async def see(api: Api, path: str, member: dict[str, Any], quality: str, **facts: Any) -> dict[str, Any]:
    answer = await api.put(f"{path}/members/{member['id']}/qualities/{quality}", facts)
    assert answer.status == 200, answer.json
    after: dict[str, Any] = answer.json
    return after


async def test_moves_between_circles_are_kept_with_who_and_when(counties: Counties, amy: Api) -> None:
    path, member = await a_member(amy, circle="outer")
    nearer = await change(amy, path, member, circle="middle", knows_level="some")
    await change(amy, path, nearer, caregiver_of_concern=True)
    bo = counties.staff("bo", "supervisor")
    current = (await bo.get(f"{path}/members")).json["items"][0]
    await change(bo, path, current, circle="inner", knows_level="everything")
    moves = (await amy.get(f"{path}/members/{member['id']}/circle-moves")).json["items"]
    assert [{name: value for name, value in move.items() if name != "moved_at"} for move in moves] == [
        {"moved_by": "bo", "circle_from": "middle", "circle_to": "inner", "knows_from": "some", "knows_to": "everything"},
        {"moved_by": "amy", "circle_from": "outer", "circle_to": "middle", "knows_from": "nothing", "knows_to": "some"},
    ]


async def test_moves_come_in_pages_and_outlast_leaving(amy: Api) -> None:
    path, member = await a_member(amy, circle="outer")
    at = f"{path}/members/{member['id']}"
    member = await change(amy, path, member, circle="middle")
    member = await change(amy, path, member, circle="inner")
    await amy.delete(at, etag=member["etag"])
    first = await amy.get(f"{at}/circle-moves?limit=1")
    rest = await amy.get(first.json["next"].removeprefix("http://network.test"))
    assert [move["circle_to"] for answer in (first, rest) for move in answer.json["items"]] == ["inner", "middle"]


async def test_of_two_moves_at_once_the_stale_one_is_refused(amy: Api) -> None:
    path, member = await a_member(amy)
    await change(amy, path, member, circle="inner")
    stale = await amy.patch(f"{path}/members/{member['id']}", {"circle": "outer"}, etag=member["etag"])
    assert (stale.status, stale.code) == (412, "precondition_failed")


async def test_four_qualities_make_active_and_losing_one_lapses_and_is_told(amy: Api, behind_the_wall: BehindTheWall) -> None:
    path, member = await a_member(amy)
    assert member["state"] == "identified"
    assert (await see(amy, path, member, "cares", note="minds him each day"))["state"] == "contacted"
    await see(amy, path, member, "willing_to_meet", seen_on="2026-03-04")
    danger = (await amy.post(f"{path}/statements", {"kind": "danger", "text": "Rick drinks and hits Dana."})).json["id"]
    informed = await see(amy, path, member, "understands_concern", statement_id=danger, statement_version=1)
    assert informed["state"] == "informed_of_concern"
    (understood,) = [each for each in informed["qualities"] if each["quality"] == "understands_concern"]
    assert (understood["statement_id"], understood["statement_version"], understood["needs_refresh"]) == (danger, 1, False)
    assert [each["seen_by"] for each in informed["qualities"]] == ["amy"] * 3
    lost = await amy.delete(f"{path}/members/{member['id']}/qualities/understands_concern", etag=informed["etag"])
    assert (lost.json["state"], len(lost.json["qualities"])) == ("contacted", 2)
    states = [fact.data["state"] for fact in behind_the_wall.facts() if fact.type.startswith("network.member_")]
    assert states == ["identified", "contacted", "informed_of_concern", "contacted"]
    assert "minds him" not in behind_the_wall.everything()


@pytest.mark.parametrize(
    ("quality", "body", "status", "code"),
    [
        ("will_do_something", {}, 409, "quality_is_derived"),
        ("understands_concern", {}, 422, "needed_here"),
        ("cares", TOLD, 422, "needed_here"),
        ("cares", {"seen_on": "2099-01-01"}, 422, "in_the_future"),
        ("cares", {"seen_on": "2026-02-30"}, 422, "date_invalid"),
        ("cares", {"note": "a\u0000b"}, 422, "control_characters"),
        ("understands_concern", {"statement_id": STATEMENT, "statement_version": 0}, 422, "number_out_of_range"),
        ("understands_concern", TOLD, 422, "danger_needed"),
        ("resists", {}, 404, "not_found"),
    ],
)
async def test_a_quality_that_cannot_be_is_refused(amy: Api, quality: str, body: dict[str, Any], status: int, code: str) -> None:
    path, member = await a_member(amy)
    refused = await amy.put(f"{path}/members/{member['id']}/qualities/{quality}", body)
    assert (refused.status, refused.codes[0][0] if status == 422 else refused.code) == (status, code)
    assert (await amy.get(f"{path}/members")).json["items"] == [member]


async def test_a_quality_seen_against_an_older_version_is_refused_where_it_is_named(amy: Api) -> None:
    path, member = await a_member(amy)
    await see(amy, path, member, "cares")
    at = f"{path}/members/{member['id']}/qualities/cares"
    assert (await amy.send("PUT", at, {}, etag=member["etag"])).status == 412
    assert (await amy.delete(at, etag=member["etag"])).status == 412
    assert (await amy.delete(at)).code == "precondition_required"


async def test_what_people_said_sets_a_member_aside(amy: Api, behind_the_wall: BehindTheWall) -> None:
    path, member = await a_member(amy)
    at = f"{path}/members/{member['id']}"
    bare = await amy.patch(at, {"set_aside": "excluded"}, etag=member["etag"])
    assert bare.codes == [("needed_here", "#/set_aside_reason")]
    excluded = await change(amy, path, member, set_aside="excluded", set_aside_reason="He asked her to lie")
    assert (excluded["state"], excluded["cannot_protect"]) == ("excluded", "excluded")
    back = await change(amy, path, excluded, set_aside=None)
    assert (back["state"], back["set_aside_reason"], back["cannot_protect"]) == ("identified", "", None)
    paused = await change(amy, path, back, set_aside="paused")
    assert (paused["state"], paused["cannot_protect"]) == ("paused", "not_here")
    assert [fact.data["state"] for fact in behind_the_wall.facts()[-3:]] == ["excluded", "identified", "paused"]
    assert "asked her" not in behind_the_wall.everything()


async def test_a_walk_in_has_met_the_agency(amy: Api) -> None:
    _, member = await a_member(amy, met_agency_on="2026-03-01")
    assert member["state"] == "met_agency"
    case = await open_family(amy)
    ana = (await amy.post("/v1/people", person("Ana"))).json["id"]
    early = {"person_id": ana, "relationship": "coach", "contacted_on": "2099-01-01"}
    assert (await amy.post(f"/v1/cases/{case['id']}/members", early)).codes == [("in_the_future", "#/contacted_on")]


async def test_vetting_has_limits_and_words_that_stay_sealed(amy: Api, behind_the_wall: BehindTheWall) -> None:
    path, member = await a_member(amy)
    at = f"{path}/members/{member['id']}/vetting"
    body = {"outcome": "suitable_with_limits", "limits": ["not_overnight", "other"], "words": "no dogs in the house"}
    vetted = (await amy.put(at, body)).json
    assert (vetted["vetting"]["outcome"], vetted["vetting"]["limits"], vetted["vetting"]["vetted_by"]) == (
        "suitable_with_limits", ["not_overnight", "other"], "amy",
    )  # fmt: skip
    assert vetted["cannot_protect"] is None
    assert "dogs" not in behind_the_wall.everything()
    no_cover = (await amy.put(at, {"outcome": "suitable_with_limits", "limits": ["no_protective"]})).json
    assert no_cover["cannot_protect"] == "vetting_limit"
    assert (await amy.put(at, {"outcome": "unsuitable"})).json["cannot_protect"] == "unsuitable"
    assert (await amy.put(at, {"outcome": "suitable", "limits": ["not_alone"]})).codes == [("not_applicable", "#/limits")]
    assert (await amy.put(at, {"outcome": "suitable_with_limits"})).codes == [("needed_here", "#/limits")]
    assert (await amy.put(at, {"outcome": "resistant"})).codes == [("choice_unknown", "#/outcome")]
    # Nobody outside is told what looking into somebody came to.
    assert behind_the_wall.types()[-1] == "member_joined"


async def test_minors_and_caregivers_of_concern_are_welcome_and_never_cover(amy: Api) -> None:
    case = await open_family(amy)
    child = await a_member_of(amy, case, {**CHILD, "given_name": "Rosa", "born_on": "2012-01-01"})
    rick = await a_member_of(amy, case, person("Rick"), caregiver_of_concern=True)
    assert [child["cannot_protect"], rick["cannot_protect"]] == ["minor", "caregiver_of_concern"]


async def test_how_a_network_stands_is_said_with_what_to_do(amy: Api) -> None:
    path, _ = await a_member(amy, circle="inner")
    stands = (await amy.get(f"{path}/network")).json
    assert (stands["viable"], stands["active_adults"]) == (False, 0)
    assert [warning["code"] for warning in stands["warnings"]] == ["network_not_viable"]
    assert all(warning["detail"].endswith(".") for warning in stands["warnings"])
    assert (stands["by_circle"]["inner"], stands["by_state"]) == (1, {"identified": 1})


async def test_the_prompt_list_says_who_is_there_and_where_nobody_has_looked(amy: Api, behind_the_wall: BehindTheWall) -> None:
    path, member = await a_member(amy, relationship="grandparent_paternal")
    child = (await amy.post("/v1/people", CHILD)).json["id"]
    await amy.post(f"{path}/children", {"person_id": child, "icwa_status": "does_not_apply"})
    looked = await amy.put(f"{path}/prompts/faith", {"note": "Their mother says no church"})
    assert (looked.status, looked.json["status"], looked.json["looked_into"]["looked_by"]) == (200, "nobody_found", "amy")
    prompts = {each["prompt"]: each for each in (await amy.get(f"{path}/prompts")).json["items"]}
    assert {name: each["status"] for name, each in prompts.items()} == {
        "paternal_side": "found", "maternal_side": "open", "siblings_parent": "open", "tribe": "not_asked", "school": "open",
        "faith": "nobody_found",
    }  # fmt: skip
    assert prompts["paternal_side"]["member_ids"] == [member["id"]]
    assert "church" not in behind_the_wall.everything()
    again = await amy.put(f"{path}/prompts/faith", {"note": "Asked the aunt too"})
    assert again.json["looked_into"]["note"] == "Asked the aunt too"
    history = (await amy.get(f"{path}/history")).json["items"]
    assert [one["kind"] for one in history[:2]] == ["prompt", "prompt"]
    assert [(await amy.put(f"{path}/prompts/{name}", {"note": "x"})).status for name in ("astrology", "tribe")] == [404, 200]
    assert (await amy.put(f"{path}/prompts/faith", {"note": "  "})).codes == [("blank", "#/note")]


async def test_nothing_changes_in_a_family_that_is_closed(amy: Api) -> None:
    path, member = await a_member(amy)
    await amy.post(f"{path}:close")
    at = f"{path}/members/{member['id']}"
    refused = [
        await amy.put(f"{at}/qualities/cares", {}),
        await amy.delete(f"{at}/qualities/cares", etag=member["etag"]),
        await amy.put(f"{at}/vetting", {"outcome": "suitable"}),
        await amy.put(f"{path}/prompts/faith", {"note": "x"}),
    ]
    assert [each.code for each in refused] == ["case_closed"] * 4
    assert (await amy.get(f"{path}/network")).status == 200


async def test_one_person_in_two_families_shows_nothing_of_the_one_in_the_other(counties: Counties) -> None:
    """Each route of this topic, asked about the same grandmother from the other side."""
    amy, sam = counties.staff("amy"), counties.staff("sam", units=("south",))
    path, member = await a_member(amy, circle="inner", knows_level="everything")
    await see(amy, path, member, "cares", note="with us daily")
    await amy.put(f"{path}/members/{member['id']}/vetting", {"outcome": "unsuitable"})
    await sam.post("/v1/people:search", {"phone": "+19165550131"})
    other = (await sam.post("/v1/cases", {**FAMILY, "unit": "south", "assigned": ["sam"]})).json
    hers = f"/v1/cases/{other['id']}"
    there = (await sam.post(f"{hers}/members", {"person_id": member["person_id"], "relationship": "neighbor"})).json
    assert (there["state"], there["qualities"], there["circle"]) == ("identified", [], "none")
    assert (there["vetting"]["outcome"], there["cannot_protect"]) == ("not_vetted", None)
    assert (await sam.get(f"{hers}/members/{there['id']}/circle-moves")).json["items"] == []
    for crossed in (f"{hers}/members/{member['id']}", f"{path}/members/{there['id']}"):
        for api in (amy, sam):
            assert (await api.get(f"{crossed}/circle-moves")).status == 404
            assert (await api.put(f"{crossed}/qualities/cares", {})).status == 404
    assert (await sam.get(f"{hers}/network")).json["by_circle"]["inner"] == 0
    assert (await sam.get(f"{hers}/kin-notices")).json["items"] == []
    assert "daily" not in str((await sam.get(f"/v1/people/{member['person_id']}/history")).json)
