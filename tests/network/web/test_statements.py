"""Statements over HTTP: versions, the map, who was told, and words that nobody finds in the database."""

from typing import Any

import pytest

from tests.network.conftest import EVERY_SCOPE, Api, BehindTheWall, Counties
from tests.network.web.words_of import DANGER, Household, a_household


@pytest.fixture
async def home(amy: Api) -> Household:
    return await a_household(amy)


async def test_a_statement_is_kept_as_it_was_written(home: Household) -> None:
    written = await home.write()
    read = await home.api.get(f"{home.path}/statements/{written['id']}")
    assert (read.status, read.json, read.headers["ETag"]) == (200, written, written["etag"])
    assert {name: written[name] for name in DANGER} == DANGER
    assert (written["number"], written["visibility"], written["hints"], written["written_by"]) == (1, "network", [], "amy")
    assert (await home.api.get(f"{home.path}/statements")).json["items"] == [written]
    assert (await home.api.get(f"{home.path}/statements?kind=harm")).json["items"] == []


async def test_hints_never_keep_words_from_being_kept(home: Household) -> None:
    written = await home.write(text="The perpetrator is resistant. " * 20, impact="")
    assert [hint["code"] for hint in written["hints"]] == ["too_long", "hard_to_read", "blaming_words", "impact_missing"]
    assert written["hints"][2]["words"] == ["perpetrator", "resistant"]


async def test_a_new_version_overwrites_none(home: Household) -> None:
    first = await home.write()
    second = await home.reword(first, "Rick hits Dana when he drinks.")
    assert (second["number"], second["etag"]) == (2, '"2"')
    versions = (await home.api.get(f"{home.path}/statements/{first['id']}/versions")).json["items"]
    assert [(each["number"], each["text"]) for each in versions] == [(2, second["text"]), (1, first["text"])]
    same = await home.reword(second, second["text"])
    assert same == second


async def test_versions_come_in_pages(home: Household) -> None:
    statement = await home.write()
    for text in ("One.", "Two.", "Three."):
        statement = await home.reword(statement, text)
    seen, path = [], f"{home.path}/statements/{statement['id']}/versions?limit=2"
    while path:
        answer = await home.api.get(path.removeprefix("http://network.test"))
        seen += [each["number"] for each in answer.json["items"]]
        path = answer.json["next"]
    assert seen == [4, 3, 2, 1]


async def test_who_edits_an_older_version_is_told_so(home: Household) -> None:
    first = await home.write()
    await home.reword(first, "Newer words.")
    path = f"{home.path}/statements/{first['id']}"
    stale = await home.api.patch(path, {"text": "Older words."}, etag=first["etag"])
    moved = await home.api.post(f"{path}:move", {"kind": "grey_area", "why": "Unclear."}, etag=first["etag"])
    gone = await home.api.delete(path, etag=first["etag"])
    assert [(each.status, each.code) for each in (stale, moved, gone)] == [(412, "precondition_failed")] * 3
    assert (await home.api.send("PATCH", path, {"text": "x"})).status == 428


async def test_the_map_has_a_column_for_every_kind_and_one_place_for_an_item(home: Household) -> None:
    harm = await home.write(kind="harm", tense="past", happened_on="2026-01-02")
    path = f"{home.path}/statements/{harm['id']}"
    moved = await home.api.post(f"{path}:move", {"kind": "grey_area", "why": "Nobody saw it."}, etag=harm["etag"])
    assert (moved.status, moved.json["kind"], moved.json["why"], moved.json["tense"]) == (200, "grey_area", "Nobody saw it.", None)
    columns = (await home.api.get(f"{home.path}/map")).json["columns"]
    assert [column["kind"] for column in columns] == [
        "harm", "danger", "complicating_factor", "safety_act", "supporting_strength", "safety_goal", "grey_area", "bottom_line",
    ]  # fmt: skip
    assert {column["kind"]: [item["id"] for item in column["items"]] for column in columns if column["items"]} == {
        "grey_area": [harm["id"]]
    }
    versions = (await home.api.get(f"{path}/versions")).json["items"]
    assert [(each["kind"], each["why"], each["written_by"]) for each in versions] == [
        ("grey_area", "Nobody saw it.", "amy"),
        ("harm", "", "amy"),
    ]
    again = await home.api.post(f"{path}:move", {"kind": "grey_area", "why": "Again."}, etag=moved.headers["ETag"])
    assert (again.status, again.code) == (409, "same_kind")


async def test_a_move_brings_what_the_new_kind_needs(home: Household) -> None:
    vague = await home.write(kind="grey_area", impact="")
    path = f"{home.path}/statements/{vague['id']}:move"
    bare = await home.api.post(path, {"kind": "harm", "why": "Carmen saw it."}, etag=vague["etag"])
    assert bare.codes == [("needed_here", "#/tense")]
    whole = {"kind": "harm", "why": "Carmen saw it.", "tense": "past", "happened_on": "2026-01-02", "impact": "He cried."}
    assert (await home.api.post(path, whole, etag=vague["etag"])).json["kind"] == "harm"


async def test_a_goal_is_a_caregivers_and_answers_a_danger_of_this_family(home: Household, counties: Counties) -> None:
    danger = await home.write()
    others = await (await a_household(counties.staff("amy"))).write()
    goal = {"kind": "safety_goal", "text": "Dana keeps Mateo away from drinking.", "actor_id": home.mother["id"]}
    path = f"{home.path}/statements"
    refused = {
        "no link": await home.api.post(path, goal),
        "another family's": await home.api.post(path, {**goal, "links": [others["id"]]}),
        "nobody's": await home.api.post(path, {**goal, "links": [f"stm_{'0' * 32}"]}),
        "a grandmother's": await home.api.post(path, {**goal, "links": [danger["id"]], "actor_id": home.grandmother["id"]}),
        "without anybody": await home.api.post(path, {"kind": "safety_goal", "text": "x", "links": [danger["id"]]}),
    }
    assert {who: (answer.status, answer.codes) for who, answer in refused.items()} == {
        "no link": (422, [("goal_needs_danger", "#/links")]),
        "another family's": (422, [("not_of_this_family", "#/links")]),
        "nobody's": (422, [("not_of_this_family", "#/links")]),
        "a grandmother's": (422, [("not_a_caregiver", "#/actor_id")]),
        "without anybody": (422, [("needed_here", "#/actor_id")]),
    }
    written = await home.api.post(path, {**goal, "links": [danger["id"], danger["id"]]})
    assert (written.status, written.json["links"]) == (201, [danger["id"]])
    reworded = await home.api.patch(
        f"{path}/{written.json['id']}", {"text": "Dana keeps Mateo safe."}, etag=written.headers["ETag"]
    )
    assert (reworded.json["links"], reworded.json["number"]) == ([danger["id"]], 2)


@pytest.mark.parametrize(
    ("facts", "codes"),
    [
        ({"kind": "harm", "tense": "past", "happened_on": "2099-01-01"}, [("in_the_future", "#/happened_on")]),
        ({"impact": "", "happened_on": "2026-01-01"}, [("only_past", "#/impact")]),
        ({"kind": "rumor"}, [("choice_unknown", "#/kind")]),
        ({"text": "a\u202eb"}, [("disallowed_characters", "#/text")]),
        ({"text": " \u200b"}, [("blank", "#/text")]),
        ({"text": "a" * 4001}, [("too_long", "#/text")]),
        ({"visibility": "restricted_persons"}, [("needed_here", "#/member_ids")]),
        ({"member_ids": [f"mem_{'0' * 32}"], "visibility": "restricted_persons"}, [("not_of_this_family", "#/member_ids")]),
        ({"picture": "x"}, [("unknown_property", "#/picture")]),
    ],
)
async def test_what_cannot_be_right_is_refused_in_plain_words(
    home: Household, facts: dict[str, Any], codes: list[tuple[str, str]]
) -> None:
    answer = await home.api.post(f"{home.path}/statements", {**DANGER, **facts})
    assert (answer.status, answer.codes) == (422, codes)
    assert (await home.api.get(f"{home.path}/statements")).json["items"] == []


async def test_text_that_looks_like_code_is_text(home: Household) -> None:
    hostile = "<script>alert(1)</script> '; DROP TABLE statements; -- {{7*7}} =cmd|' /C calc'!A0"
    assert (await home.write(text=hostile))["text"] == hostile


async def test_who_was_told_which_version_and_who_is_still_to_be_told(home: Household, behind_the_wall: BehindTheWall) -> None:
    danger = await home.write()
    told = await home.tell(danger, home.grandmother)
    assert (told.status, [each["member_id"] for each in told.json["told"]]) == (200, [home.grandmother["id"]])
    assert told.json["still_to_tell"] == [home.mother["id"]]
    await home.reword(danger, "Rick hits Dana.")
    seen = (await home.api.get(f"{home.path}/statements/{danger['id']}/told")).json
    assert (seen["number"], [(each["number"], each["told_on"], each["told_by"]) for each in seen["told"]]) == (
        2,
        [(1, "2026-03-01", "amy")],
    )
    assert seen["still_to_tell"] == [home.mother["id"], home.grandmother["id"]]
    await home.tell(danger, home.grandmother, number=2)
    corrected = await home.tell(danger, home.grandmother, number=2, day="2026-03-05")
    assert [(each["number"], each["told_on"]) for each in corrected.json["told"]] == [(2, "2026-03-05"), (1, "2026-03-01")]
    deeds = [action for action, _, _ in behind_the_wall.audit() if action.startswith("statement.told")]
    assert deeds == ["statement.told", "statement.told", "statement.told_corrected"]


async def test_only_who_may_see_a_statement_is_told_it(home: Household) -> None:
    statement = await home.write(visibility="restricted_persons", member_ids=[home.grandmother["id"]])
    refused = await home.tell(statement, home.mother)
    assert (refused.status, refused.code) == (409, "may_not_be_told")
    assert (await home.tell(statement, home.grandmother)).json["still_to_tell"] == []
    inside = await home.write(visibility="agency")
    assert (await home.tell(inside, home.grandmother)).code == "may_not_be_told"
    path = f"{home.path}/statements/{inside['id']}"
    opened = await home.api.patch(path, {"visibility": "team"}, etag=inside["etag"])
    assert (opened.json["number"], opened.json["visibility"]) == (1, "team")
    assert [(await home.tell(inside, each)).status for each in (home.mother, home.grandmother)] == [200, 409]


async def test_nobody_is_told_what_is_not_there(home: Household, counties: Counties) -> None:
    danger, other = await home.write(), await a_household(counties.staff("amy"))
    assert (await home.tell(danger, home.mother, number=2)).codes == [("version_unknown", "#/number")]
    assert (await home.tell(danger, home.mother, day="2099-01-01")).codes == [("in_the_future", "#/told_on")]
    assert (await home.tell(danger, other.mother)).status == 404
    assert (await home.tell(await other.write(), home.mother)).status == 404


async def test_a_member_reads_the_version_they_were_told_and_no_other_words(home: Household) -> None:
    danger, unsaid = await home.write(), await home.write(text="Something else.")
    await home.tell(danger, home.grandmother)
    await home.reword(danger, "Newer words.")
    path = f"{home.path}/members/{home.grandmother['id']}/words"
    read = (await home.api.get(path)).json
    assert [(each["text"], each["number"], each["is_newest"]) for each in read["statements"]] == [(DANGER["text"], 1, False)]
    assert unsaid["text"] not in str(read)
    assert (await home.api.get(f"{home.path}/members/{home.mother['id']}/words")).json["statements"] == []
    now = (await home.api.get(f"{home.path}/statements/{danger['id']}")).json
    await home.api.patch(f"{home.path}/statements/{danger['id']}", {"visibility": "agency"}, etag=now["etag"])
    assert (await home.api.get(path)).json["statements"] == []


async def understood(home: Household) -> list[tuple[int, bool]]:
    members = (await home.api.get(f"{home.path}/members")).json["items"]
    return [
        (each["statement_version"], each["needs_refresh"])
        for member in members
        for each in member["qualities"]
        if each["quality"] == "understands_concern"
    ]


async def test_a_new_danger_asks_that_everybody_be_told_again(home: Household) -> None:
    danger = await home.write()
    quality = f"{home.path}/members/{home.grandmother['id']}/qualities/understands_concern"
    seen = await home.api.put(quality, {"statement_id": danger["id"], "statement_version": 1, "seen_on": "2026-03-01"})
    assert seen.status == 200, seen.json
    await home.reword(danger, "Rick hits Dana.")
    assert await understood(home) == [(1, True)]
    await home.api.put(quality, {"statement_id": danger["id"], "statement_version": 2, "seen_on": "2026-03-02"})
    assert await understood(home) == [(2, False)]
    await home.api.put(quality, {"statement_id": danger["id"], "statement_version": 1, "seen_on": "2026-03-03"})
    assert await understood(home) == [(1, True)]


async def test_what_is_understood_is_a_danger_of_this_family_in_a_version_it_has(home: Household, counties: Counties) -> None:
    danger, harm = await home.write(), await home.write(kind="harm", tense="past")
    strange = await (await a_household(counties.staff("amy"))).write()
    quality = f"{home.path}/members/{home.grandmother['id']}/qualities/understands_concern"
    wrong = {
        "a harm": await home.api.put(quality, {"statement_id": harm["id"], "statement_version": 1}),
        "another family's": await home.api.put(quality, {"statement_id": strange["id"], "statement_version": 1}),
        "a version to come": await home.api.put(quality, {"statement_id": danger["id"], "statement_version": 2}),
    }
    assert {what: answer.codes for what, answer in wrong.items()} == {
        "a harm": [("danger_needed", "#/statement_id")],
        "another family's": [("danger_needed", "#/statement_id")],
        "a version to come": [("version_unknown", "#/statement_version")],
    }
    assert await understood(home) == []


async def test_a_retired_statement_is_off_the_map_and_stays_on_record(home: Household, behind_the_wall: BehindTheWall) -> None:
    danger = await home.write()
    path = f"{home.path}/statements/{danger['id']}"
    await home.tell(danger, home.grandmother)
    assert (await home.api.delete(path, etag=danger["etag"])).status == 204
    assert [(await home.api.get(each)).status for each in (path, f"{path}/versions", f"{path}/told")] == [404] * 3
    assert (await home.api.delete(path, etag=danger["etag"])).status == 404
    assert (await home.api.get(f"{home.path}/members/{home.grandmother['id']}/words")).json["statements"] == []
    assert danger["id"].removeprefix("stm_") in behind_the_wall.everything().replace("-", "")


async def test_a_closed_family_gets_no_new_words(home: Household) -> None:
    danger = await home.write()
    await home.api.post(f"{home.path}:close")
    assert (await home.api.get(f"{home.path}/map")).status == 200
    refused = [
        await home.api.post(f"{home.path}/statements", DANGER),
        await home.tell(danger, home.mother),
        await home.api.delete(f"{home.path}/statements/{danger['id']}", etag=danger["etag"]),
    ]
    assert [each.code for each in refused] == ["case_closed"] * 3


async def test_writing_twice_with_one_key_writes_once(home: Household) -> None:
    twice = [await home.api.post(f"{home.path}/statements", DANGER, key="the-same-key") for _ in range(2)]
    assert twice[0].json == twice[1].json
    assert len((await home.api.get(f"{home.path}/statements")).json["items"]) == 1


async def test_no_word_is_in_clear(home: Household, behind_the_wall: BehindTheWall) -> None:
    danger = await home.write(happened_on="2026-02-03")
    moved = {"kind": "harm", "why": "Carmen told us.", "tense": "past"}
    await home.api.post(f"{home.path}/statements/{danger['id']}:move", moved, etag=danger["etag"])
    kept = behind_the_wall.everything()
    assert all(words not in kept for words in ("Rick", "hit too", "Carmen told", "2026-02-03"))


async def test_the_familys_history_has_the_words_for_who_may_read_them(home: Household, counties: Counties) -> None:
    await home.reword(await home.write(), "Newer words.")
    newest = (await home.api.get(f"{home.path}/history")).json["items"][0]
    assert (newest["kind"], {each["field"]: (each["before"], each["after"]) for each in newest["changes"]}["text"]) == (
        "statement",
        (DANGER["text"], "Newer words."),
    )
    fewer = counties.staff("amy", scopes=[scope for scope in EVERY_SCOPE if scope != "plans.read"])
    assert "Newer words." not in str((await fewer.get(f"{home.path}/history")).json)
