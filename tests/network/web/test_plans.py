"""Safety plans over HTTP: from five on a Friday to a plan that holds, what is refused on the way, and who may see what."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.network.bodies import person
from tests.network.conftest import Api, BehindTheWall, Counties
from tests.network.web.attempts.plans import in_days, night
from tests.network.web.planned_by import WORDS, Weekend, a_weekend
from tests.network.web.test_families import a_member_of


@pytest.fixture
async def weekend(amy: Api) -> Weekend:
    return await a_weekend(amy)


async def test_the_gate_says_what_to_do_next_until_the_plan_may_begin(weekend: Weekend) -> None:
    at_first, _ = await weekend.readiness()
    assert at_first == ["no_network", "no_protective_adult", "threat_unanswered", "no_family_agreement", "not_covered"]
    refused = await weekend.api.post(f"{weekend.path}:activate")
    assert (refused.status, refused.code) == (409, "plan_not_ready")
    assert [each["code"] for each in refused.json["reasons"]] == at_first
    assert refused.json["reasons"][2]["subject_id"] == weekend.threat["id"]
    await weekend.all_four_qualities(weekend.home.grandmother)
    await weekend.promised(weekend.home.grandmother)
    assert (await weekend.readiness())[0] == ["threat_unanswered", "no_family_agreement"]
    step = (await weekend.api.post(f"{weekend.path}/steps", weekend.step)).json
    assert (await weekend.readiness())[0] == ["step_not_agreed", "no_family_agreement"]
    agreed = await weekend.api.post(f"{weekend.path}/steps/{step['id']}:agree", {"witness": "Omar"})
    assert (agreed.status, agreed.json["agreed_by"], agreed.json["witness"]) == (200, "recorded", "Omar")
    assert (await weekend.agreed()).json["capacity"] == "caregiver"
    assert (await weekend.api.get(weekend.path)).json["state"] == "agreed"
    assert await weekend.readiness() == ([], ["network_few_adults", "no_backup"])
    active = await weekend.api.post(f"{weekend.path}:activate")
    assert (active.status, active.json["state"]) == (200, "active")
    assert active.json["supervisor_review_due_at"] > active.json["activated_at"]
    [threat] = (await weekend.api.get(f"{weekend.home.path}/threats")).json["items"]
    assert (threat["alert"], threat["answered_by"]) == (None, [{"plan_id": weekend.plan["id"], "step_id": step["id"]}])


async def test_a_threat_without_a_plan_is_an_alert_until_people_say_what_resolved_it(weekend: Weekend) -> None:
    path = f"{weekend.home.path}/threats"
    [threat] = (await weekend.api.get(path)).json["items"]
    assert (threat["alert"], threat["answered_by"]) == ("threat_without_plan", [])
    one = f"{path}/{threat['id']}"
    unsaid = await weekend.api.patch(one, {"state": "resolved"}, etag=threat["etag"])
    assert (unsaid.status, unsaid.codes) == (422, [("needed_here", "#/resolved_on"), ("needed_here", "#/how")])
    body = {"state": "resolved", "resolved_on": in_days(-1), "how": "Rick moved to another town."}
    resolved = await weekend.api.patch(one, body, etag=threat["etag"])
    assert (resolved.status, resolved.json["state"], resolved.json["alert"]) == (200, "resolved", None)
    stale = await weekend.api.patch(one, {"text": "He came back."}, etag=threat["etag"])
    assert (stale.status, stale.code) == (412, "precondition_failed")
    again = await weekend.api.patch(one, {"state": "open"}, etag=resolved.json["etag"])
    assert (again.json["alert"], again.json["how"], again.json["resolved_on"]) == ("threat_without_plan", "", None)


async def test_a_supervisor_of_the_unit_approves_and_nobody_else(weekend: Weekend, counties: Counties) -> None:
    await weekend.activated()
    for other in (weekend.api, counties.staff("sid", "scheduler"), counties.system()):
        refused = await other.post(f"{weekend.path}:approve")
        assert (refused.status, refused.code) == (403, "plan_review_refused")
    returned = await counties.staff("sue", "supervisor").post(f"{weekend.path}:return", {"words": "Who is there on Sunday?"})
    assert (returned.status, returned.json["state"], returned.json["returned_words"]) == (
        200,
        "under_review",
        "Who is there on Sunday?",
    )
    early = await counties.staff("sue", "supervisor").post(f"{weekend.path}:approve")
    assert (early.status, early.code) == (409, "plan_not_agreed")
    await weekend.agreed()
    approved = await counties.staff("ad", "county_admin", units=()).post(f"{weekend.path}:approve")
    assert (approved.status, approved.json["state"], approved.json["approved_by"]) == (200, "active", "ad")
    given = (await weekend.api.get(f"{weekend.path}/agreements")).json["items"]
    assert [each["void_at"] is None for each in given] == [False, True]


async def test_a_draft_is_laid_before_the_supervisor(weekend: Weekend, counties: Counties) -> None:
    early = await weekend.api.post(f"{weekend.path}:submit")
    assert (early.status, early.code) == (409, "plan_not_agreed")
    await weekend.agreed()
    laid = await weekend.api.post(f"{weekend.path}:submit")
    assert (laid.status, laid.json["state"]) == (200, "supervisor_review")
    approved = await counties.staff("sue", "supervisor").post(f"{weekend.path}:approve")
    assert (approved.json["state"], approved.json["approved_by"]) == ("supervisor_review", "sue")
    changed = await weekend.api.patch(weekend.path, {"words": {**WORDS, "title": "Another"}}, etag=approved.json["etag"])
    assert (changed.json["state"], changed.json["approved_by"]) == ("draft", ""), "other words are agreed to anew"


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        (lambda: {"ends_on": in_days(-1)}, [("end_before_start", "#/ends_on")]),
        (lambda: {"ends_on": None}, [("needed_here", "#/ends_on")]),
        (lambda: {"ends_on": in_days(31)}, [("duration_out_of_range", "#/ends_on")]),
        (lambda: {"ends_on": "2027-02-30"}, [("date_invalid", "#/ends_on")]),
        (lambda: {"review_on": in_days(8)}, [("date_out_of_range", "#/review_on")]),
        (lambda: {"windows": [{**night(2), "repeats": "FREQ=HOURLY"}]}, [("recurrence_not_allowed", "#/windows/0/repeats")]),
        (
            lambda: {"windows": [{**night(2), "repeats": "FREQ=DAILY;INTERVAL=0"}]},
            [("recurrence_not_allowed", "#/windows/0/repeats")],
        ),
        (lambda: {"windows": [night(9)]}, [("date_out_of_range", "#/windows/0/starts_local")]),
        (lambda: {"windows": [{**night(2), "adults": 0}]}, [("number_out_of_range", "#/windows/0/adults")]),
        (lambda: {"windows": [{**night(2), "time_zone": "Mars/Base"}]}, [("timezone_unknown", "#/windows/0/time_zone")]),
        (lambda: {"kind": "forever"}, [("choice_unknown", "#/kind")]),
    ],
)
async def test_a_plan_that_cannot_be_is_not_kept(
    amy: Api, changes: Callable[[], dict[str, Any]], codes: list[tuple[str, str]]
) -> None:
    home = (await a_weekend(amy)).home
    before = (await amy.get(f"{home.path}/plans")).json["items"]
    body = {"kind": "sdm_safety_plan", "starts_on": in_days(0), "ends_on": in_days(7), **changes()}
    refused = await amy.post(f"{home.path}/plans", body)
    assert (refused.status, refused.codes) == (422, codes)
    assert (await amy.get(f"{home.path}/plans")).json["items"] == before


async def test_a_window_in_the_spring_gap_is_kept_and_said_aloud(amy: Api) -> None:
    home = (await a_weekend(amy)).home
    gap = {"starts_local": "2027-03-14T02:30", "ends_local": "2027-03-14T06:00"}
    body = {"kind": "immediate", "starts_on": "2027-03-12", "ends_on": "2027-03-15", "windows": [gap]}
    plan = (await amy.post(f"{home.path}/plans", body)).json
    cover = (await amy.get(f"/v1/plans/{plan['id']}/coverage?begin=2027-03-14&end=2027-03-14")).json
    [required] = cover["required"]
    assert (required["starts_local"], required["shown_local"]) == ("2027-03-14T02:30", "2027-03-14T03:30")


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"danger_ids": [], "threat_ids": []}, [("step_needs_danger", "#/danger_ids")]),
        ({"danger_ids": ["stm_01939b2c5e7a7c3d8f4a1b2c3d4e5f60"]}, [("not_of_this_family", "#/danger_ids")]),
        ({"threat_ids": ["thr_01939b2c5e7a7c3d8f4a1b2c3d4e5f60"]}, [("not_of_this_family", "#/threat_ids")]),
        ({"owner_member_id": "mem_01939b2c5e7a7c3d8f4a1b2c3d4e5f60"}, [("not_of_this_family", "#/owner_member_id")]),
        ({"text": " "}, [("blank", "#/text")]),
    ],
)
async def test_a_step_that_cannot_be_is_not_kept(weekend: Weekend, changes: dict[str, Any], codes: list[tuple[str, str]]) -> None:
    refused = await weekend.api.post(f"{weekend.path}/steps", {**weekend.step, **changes})
    assert (refused.status, refused.codes) == (422, codes)
    assert (await weekend.api.get(f"{weekend.path}/steps")).json["items"] == []


async def test_a_member_of_another_family_owns_no_step(weekend: Weekend) -> None:
    stranger = (await a_weekend(weekend.api)).home.grandmother
    refused = await weekend.api.post(f"{weekend.path}/steps", {**weekend.step, "owner_member_id": stranger["id"]})
    assert refused.codes == [("not_of_this_family", "#/owner_member_id")]


async def test_a_service_is_questioned_and_kept(weekend: Weekend) -> None:
    kept = await weekend.api.post(f"{weekend.path}/steps", {**weekend.step, "text": "Dana attends a parenting class."})
    assert (kept.status, [hint["code"] for hint in kept.json["hints"]]) == (201, ["service_only_step"])
    _, warnings = await weekend.readiness()
    assert "service_only_step" in warnings


async def test_a_step_is_changed_by_who_saw_it_and_its_owner_is_asked_anew(weekend: Weekend) -> None:
    step = await weekend.stepped()
    path = f"{weekend.path}/steps/{step['id']}"
    assert (await weekend.api.patch(path, {"when_words": "at once"})).status == 428
    changed = await weekend.api.patch(path, {"when_words": "at once"}, etag=step["etag"])
    assert (changed.status, changed.json["when_words"], changed.json["agreed_at"]) == (200, "at once", None)
    stale = await weekend.api.patch(path, {"when_words": "later"}, etag=step["etag"])
    assert (stale.status, stale.code) == (412, "precondition_failed")
    unheard = await weekend.api.post(f"{path}:agree", {})
    assert (unheard.status, unheard.code) == (409, "witness_needed")
    assert (await weekend.api.send("DELETE", path, etag=changed.json["etag"])).status == 204
    assert (await weekend.api.send("DELETE", path, etag=changed.json["etag"])).status == 404
    assert (await weekend.api.get(f"{weekend.path}/steps")).json["items"] == []


async def test_a_step_sent_twice_is_kept_once(weekend: Weekend) -> None:
    first = await weekend.api.post(f"{weekend.path}/steps", weekend.step, key="once-and-again")
    again = await weekend.api.post(f"{weekend.path}/steps", weekend.step, key="once-and-again")
    assert (again.status, again.json, again.headers["Idempotency-Replayed"]) == (201, first.json, "true")
    assert len((await weekend.api.get(f"{weekend.path}/steps")).json["items"]) == 1


async def test_who_no_longer_holds_the_family_gets_no_step_again(weekend: Weekend, counties: Counties) -> None:
    await weekend.api.post(f"{weekend.path}/steps", weekend.step, key="once-and-again")
    handed = {"unit": "south", "assigned": ["eve"]}
    assert (await counties.staff("ad", "county_admin").put(f"{weekend.home.path}/access", handed)).status == 200
    refused = await weekend.api.post(f"{weekend.path}/steps", weekend.step, key="once-and-again")
    assert (refused.status, refused.code) == (404, "not_found")


async def test_gaps_are_listed_to_whoever_sees_the_family(weekend: Weekend, counties: Counties) -> None:
    await weekend.activated()
    [promise] = weekend.promises
    await weekend.api.post(f"{weekend.path}/commitments/{promise['id']}/answers", {"said": "withdrawn"})
    [gap] = (await weekend.api.get("/v1/gaps")).json["items"]
    assert (gap["plan_id"], gap["lost_commitment_id"]) == (weekend.plan["id"], promise["id"])
    stranger = counties.staff("eve")
    assert (await stranger.get("/v1/gaps")).json["items"] == []
    assert (await stranger.get(f"/v1/gaps?case_id={weekend.home.case['id']}")).status == 404
    assert (await weekend.api.post(f"{weekend.path}:end", {"outcome": "ended_resolved"})).status == 200
    assert (await weekend.api.get("/v1/gaps")).json["items"] == [], "where nothing is required nothing lies open"


async def test_what_a_plan_in_force_says_changes_by_a_new_version(weekend: Weekend) -> None:
    active = await weekend.activated()
    [step] = (await weekend.api.get(f"{weekend.path}/steps")).json["items"]
    answers = [
        await weekend.api.patch(weekend.path, {"words": {}}, etag=active["etag"]),
        await weekend.api.post(f"{weekend.path}/steps", weekend.step),
        await weekend.api.patch(f"{weekend.path}/steps/{step['id']}", {"text": "Dana calls."}, etag=step["etag"]),
        await weekend.api.send("DELETE", f"{weekend.path}/steps/{step['id']}", etag=step["etag"]),
    ]
    assert [(each.status, each.code) for each in answers] == [(409, "plan_active")] * 4
    draft = await weekend.api.post(f"{weekend.path}:revise", {})
    assert (draft.status, draft.json["replaces"], draft.json["state"], draft.json["words"]) == (
        201,
        weekend.plan["id"],
        "draft",
        {**WORDS, "review_how": "", "shared_with_network": False},
    )
    path = f"/v1/plans/{draft.json['id']}"
    [copied] = (await weekend.api.get(f"{path}/steps")).json["items"]
    assert (copied["text"], copied["agreed_by"], copied["id"] != step["id"]) == (step["text"], "recorded", True)
    twice = await weekend.api.post(f"{weekend.path}:revise", {})
    assert (twice.status, twice.code) == (409, "plan_revised")
    weekend.plan = draft.json
    await weekend.agreed()
    assert (await weekend.api.post(f"{path}:activate")).json["state"] == "active"
    assert (await weekend.api.get(f"/v1/plans/{active['id']}")).json["state"] == "superseded"
    [promise] = (await weekend.api.get(f"{path}/commitments")).json["items"]
    assert (promise["id"], promise["state"]) == (weekend.promises[0]["id"], "active")


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        (lambda: {"member_id": None}, [("one_signer", "#/member_id")]),
        (lambda: {"name": "Dana"}, [("one_signer", "#/member_id")]),
        (lambda: {"signed_on": in_days(2)}, [("in_the_future", "#/signed_on")]),
        (lambda: {"member_id": "mem_01939b2c5e7a7c3d8f4a1b2c3d4e5f60"}, [("not_of_this_family", "#/member_id")]),
        (lambda: {"method": "nod"}, [("choice_unknown", "#/method")]),
    ],
)
async def test_an_agreement_that_cannot_be_is_not_kept(
    weekend: Weekend, changes: Callable[[], dict[str, Any]], codes: list[tuple[str, str]]
) -> None:
    body = {"member_id": weekend.home.mother["id"], "method": "wet", "signed_on": in_days(-1), **changes()}
    refused = await weekend.api.post(f"{weekend.path}/agreements", body)
    assert (refused.status, refused.codes) == (422, codes)
    assert (await weekend.api.get(weekend.path)).json["state"] == "draft"


async def test_a_spoken_agreement_needs_a_witness_and_a_child_of_twelve_is_to_be_asked(weekend: Weekend) -> None:
    body = {"child_id": weekend.home.child_id, "method": "recorded", "signed_on": in_days(-1)}
    refused = await weekend.api.post(f"{weekend.path}/agreements", body)
    assert (refused.status, refused.code) == (409, "witness_needed")
    zoe = (await weekend.api.post("/v1/people", person("Zoe", born_on="2012-05-05"))).json
    await weekend.api.post(f"{weekend.home.path}/children", {"person_id": zoe["id"]})
    warnings = (await weekend.api.get(f"{weekend.path}/readiness")).json["warnings"]
    asked = [each["subject_id"] for each in warnings if each["code"] == "child_to_be_asked"]
    assert asked == [zoe["id"]], "Mateo is four"
    agreed = await weekend.api.post(f"{weekend.path}/agreements", {**body, "child_id": zoe["id"], "witness": "Omar"})
    assert (agreed.status, agreed.json["capacity"]) == (201, "child")
    assert "child_to_be_asked" not in (await weekend.readiness())[1]
    assert "no_family_agreement" in (await weekend.readiness())[0], "a child's yes stands for nobody else's"


async def test_a_review_moves_the_next_one(weekend: Weekend) -> None:
    early = await weekend.api.post(f"{weekend.path}/reviews", {"held_on": in_days(0), "outcome": "continue"})
    assert (early.status, early.code) == (409, "plan_not_active")
    await weekend.activated()
    held = await weekend.api.post(
        f"{weekend.path}/reviews",
        {"held_on": in_days(0), "outcome": "change", "text": "Sunday needs somebody.", "review_on": in_days(5)},
    )
    assert (held.status, held.json["review_on"]) == (201, in_days(5))
    assert (await weekend.api.get(weekend.path)).json["review_on"] == in_days(5)
    assert (await weekend.api.get(f"{weekend.path}/reviews")).json["items"] == [held.json]
    future = await weekend.api.post(f"{weekend.path}/reviews", {"held_on": in_days(2), "outcome": "continue"})
    assert future.codes == [("in_the_future", "#/held_on")]


async def test_taking_the_only_cover_off_the_network_opens_the_night(weekend: Weekend) -> None:
    await weekend.activated()
    grandmother = f"{weekend.home.path}/members/{weekend.home.grandmother['id']}"
    [etag] = [
        each["etag"] for each in (await weekend.api.get(f"{weekend.home.path}/members")).json["items"] if each["id"] in grandmother
    ]
    assert (await weekend.api.send("DELETE", grandmother, etag=etag)).status == 204
    assert (await weekend.api.get(weekend.path)).json["state"] == "at_risk"
    [promise] = (await weekend.api.get(f"{weekend.path}/commitments")).json["items"]
    assert promise["state"] == "withdrawn"


async def test_a_closed_family_has_no_plan_in_force(weekend: Weekend) -> None:
    await weekend.activated()
    assert (await weekend.api.post(f"{weekend.home.path}:close")).status == 200
    assert (await weekend.api.get(weekend.path)).json["state"] == "cancelled"
    [promise] = (await weekend.api.get(f"{weekend.path}/commitments")).json["items"]
    assert promise["state"] == "superseded"


async def test_no_words_of_a_plan_stand_in_clear(weekend: Weekend, behind_the_wall: BehindTheWall, counties: Counties) -> None:
    await weekend.activated()
    await counties.staff("sue", "supervisor").post(f"{weekend.path}:return", {"words": "Who is there on Sunday?"})
    await weekend.api.post(f"{weekend.path}/reviews", {"held_on": in_days(0), "outcome": "end", "text": "It got quieter."})
    stored = behind_the_wall.everything()
    words = ("Rick", "Dana", "Mateo", "Omar", "weekend", "Friends", "Sunday", "quieter", "drinks", "Amy calls")
    assert [word for word in words if word in stored] == []
    assert {
        "threat.recorded",
        "step.added",
        "step.agreed",
        "plan.agreed_to",
        "plan.activated",
        "plan.returned",
        "plan.reviewed",
    } <= {action for action, _, _ in behind_the_wall.audit()}


async def test_the_familys_history_tells_of_its_plans_to_whoever_may_read_them(weekend: Weekend, counties: Counties) -> None:
    await weekend.activated()
    await weekend.api.post(f"{weekend.path}/reviews", {"held_on": in_days(0), "outcome": "change", "text": "It got quieter."})
    path = f"{weekend.home.path}/history?limit=200"
    kinds = {"threat", "plan", "step", "agreement", "review", "commitment"}
    read = (await weekend.api.get(path)).json["items"]
    assert kinds <= {each["kind"] for each in read}
    assert "It got quieter." in str(read)
    fewer = counties.staff("amy", scopes=("cases.read", "people.read"))
    unread = (await fewer.get(path)).json["items"]
    assert [each["id"] for each in unread] == [each["id"] for each in read]
    assert [each["changes"] for each in unread if each["kind"] in kinds] == [[]] * sum(each["kind"] in kinds for each in read)


async def test_a_members_sheet_has_what_is_theirs_and_nobody_else(weekend: Weekend) -> None:
    await weekend.activated()
    neighbour = await a_member_of(weekend.api, weekend.home.case, person("Nora"))
    await weekend.home.tell(weekend.danger, weekend.home.grandmother)
    await weekend.promised(neighbour, action="Come by for lunch", commitment_class="supportive")
    theirs = (await weekend.api.get(f"{weekend.path}/sheet?member_id={weekend.home.grandmother['id']}")).json
    assert [(each["action"], each["starts_local"]) for each in theirs["promises"]] == [("Stay the night", night(2)["starts_local"])]
    assert [turn["starts_local"] for turn in theirs["promises"][0]["turns"]] == [night(2)["starts_local"]]
    assert [each["text"] for each in theirs["statements"]] == [weekend.danger["text"]]
    assert (theirs["steps"], theirs["rules"], theirs["triggers"]) == ([], [], [])
    mothers = (await weekend.api.get(f"{weekend.path}/sheet?member_id={weekend.home.mother['id']}")).json
    assert ([each["agreed"] for each in mothers["steps"]], mothers["promises"], mothers["statements"]) == ([True], [], [])


async def test_rules_are_on_a_sheet_once_they_were_shared_and_never_name_who_is_kept_apart(amy: Api) -> None:
    weekend = await a_weekend(amy, words={**WORDS, "shared_with_network": True})
    rick = await a_member_of(amy, weekend.home.case, person("Rick"), relationship="father", caregiver_of_concern=True)
    await weekend.promised(weekend.home.grandmother, action="Stay until Rick has left", place="Dana's house")
    await weekend.stepped(owner_member_id=weekend.home.grandmother["id"], text="Carmen calls Amy when Rick comes.")
    path = f"{weekend.path}/sheet?member_id={weekend.home.grandmother['id']}"
    before = (await amy.get(path)).json
    assert (before["rules"], before["triggers"]) == (WORDS["rules"], WORDS["triggers"])
    assert (before["promises"][0]["action"], len(before["steps"])) == ("Stay until Rick has left", 1)
    rule = {"person_a": weekend.home.grandmother["person_id"], "person_b": rick["person_id"], "reason": "protective_order"}
    assert (await amy.post(f"{weekend.home.path}/separation-rules", rule)).status == 201
    after = await amy.get(path)
    assert "Rick" not in str(after.json)
    assert (after.json["rules"], after.json["triggers"], after.json["steps"]) == (WORDS["rules"][:1], WORDS["triggers"], [])
    [promise] = after.json["promises"]
    assert (promise["action"], promise["starts_local"]) == ("", night(2)["starts_local"]), "their own time stays theirs"


async def test_who_takes_no_part_sees_their_own_promises_alone(amy: Api) -> None:
    weekend = await a_weekend(amy, words={**WORDS, "shared_with_network": True})
    grandmother = weekend.home.grandmother
    await weekend.promised(grandmother, commitment_class="supportive")
    await weekend.stepped(owner_member_id=grandmother["id"])
    await weekend.home.tell(weekend.danger, grandmother)
    path = f"{weekend.home.path}/members/{grandmother['id']}"
    [etag] = [
        each["etag"] for each in (await amy.get(f"{weekend.home.path}/members")).json["items"] if each["id"] == grandmother["id"]
    ]
    assert (await amy.patch(path, {"set_aside": "withdrawn"}, etag=etag)).status == 200
    sheet = (await amy.get(f"{weekend.path}/sheet?member_id={grandmother['id']}")).json
    assert (len(sheet["promises"]), sheet["steps"], sheet["rules"], sheet["triggers"], sheet["statements"]) == (1, [], [], [], [])


async def test_a_sheet_is_of_a_member_of_this_family(weekend: Weekend) -> None:
    stranger = (await a_weekend(weekend.api)).home.grandmother
    assert (await weekend.api.get(f"{weekend.path}/sheet?member_id={stranger['id']}")).status == 404
    assert (await weekend.api.get(f"{weekend.path}/sheet")).status in {400, 422}
