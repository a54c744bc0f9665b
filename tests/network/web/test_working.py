"""Scaling, acts of protection and case-plan steps over HTTP."""

from typing import Any

import pytest

from tests.network.conftest import Answer, Api, BehindTheWall, Counties
from tests.network.web.words_of import Household, a_household


@pytest.fixture
async def home(amy: Api) -> Household:
    return await a_household(amy)


async def answered(home: Household, person_id: str, score: Any, day: str = "2026-03-01", **facts: Any) -> Answer:
    body = {"person_id": person_id, "score": score, "said_on": day, **facts}
    return await home.api.post(f"{home.path}/scaling-answers", body)


async def acted(home: Household, danger: dict[str, Any], **facts: Any) -> Answer:
    body = {
        "actor_id": home.mother["id"],
        "observer_id": home.grandmother["id"],
        "danger_id": danger["id"],
        "acted_on": "2026-03-01",
        "text": "She took Mateo to Carmen.",
        **facts,
    }
    return await home.api.post(f"{home.path}/acts-of-protection", body)


async def planned(home: Household, text: str, **facts: Any) -> Answer:
    return await home.api.post(f"{home.path}/case-steps", {"owner_id": home.mother["id"], "text": text, **facts})


async def test_each_person_has_a_line_for_each_question_and_nothing_is_averaged(home: Household) -> None:
    danger, mother = await home.write(), home.mother["person_id"]
    for person_id, score, day in ((mother, 4, "2026-03-08"), (mother, 7, "2026-03-01"), (home.child_id, 0, "2026-03-01")):
        assert (await answered(home, person_id, score, day, danger_id=danger["id"])).status == 201
    await answered(home, mother, 10, question="How hopeful are you?")
    answer = (await home.api.get(f"{home.path}/scaling")).json
    lines = {
        (series["person_id"], series["danger_id"], series["question"]): [each["score"] for each in series["answers"]]
        for series in answer["series"]
    }
    assert lines == {
        (mother, danger["id"], ""): [7, 4],
        (home.child_id, danger["id"], ""): [0],
        (mother, None, "How hopeful are you?"): [10],
    }
    assert set(answer) == {"series", "next"}


@pytest.mark.parametrize("score", [-1, 11, 5.5, "7", None])
async def test_an_answer_is_a_whole_number_from_0_to_10(home: Household, score: Any) -> None:
    answer = await answered(home, home.child_id, score, question="Safe?")
    assert (answer.status, [pointer for _, pointer in answer.codes]) == (422, ["#/score"])


async def test_an_answer_is_somebodys_of_this_family_to_one_question(home: Household, counties: Counties) -> None:
    other, mother = await a_household(counties.staff("amy")), home.mother["person_id"]
    danger, harm = await other.write(), await home.write(kind="harm", tense="past")
    wrong = {
        "nobody's": await answered(home, other.child_id, 3, question="Safe?"),
        "no question": await answered(home, mother, 3),
        "two questions": await answered(home, mother, 3, question="Safe?", danger_id=danger["id"]),
        "another family's danger": await answered(home, mother, 3, danger_id=danger["id"]),
        "a harm": await answered(home, mother, 3, danger_id=harm["id"]),
        "tomorrow": await answered(home, mother, 3, "2099-01-01", question="Safe?"),
    }
    assert {what: answer.codes for what, answer in wrong.items()} == {
        "nobody's": [("not_of_this_family", "#/person_id")],
        "no question": [("needed_here", "#/question")],
        "two questions": [("needed_here", "#/question")],
        "another family's danger": [("danger_needed", "#/danger_id")],
        "a harm": [("danger_needed", "#/danger_id")],
        "tomorrow": [("in_the_future", "#/said_on")],
    }


async def test_a_wrong_answer_is_taken_back(home: Household, behind_the_wall: BehindTheWall) -> None:
    made = await answered(home, home.child_id, 3, question="How safe?")
    path = f"{home.path}/scaling-answers/{made.json['id']}"
    assert (await home.api.delete(path, etag='"9"')).status == 412
    assert (await home.api.delete(path, etag=made.headers["ETag"])).status == 204
    assert (await home.api.get(f"{home.path}/scaling")).json == {"series": [], "next": None}
    assert "How safe" not in behind_the_wall.everything()


async def test_acts_of_protection_stand_in_the_order_of_their_days_without_a_score(home: Household) -> None:
    danger = await home.write()
    for day in ("2026-03-09", "2026-03-01", "2026-03-05"):
        assert (await acted(home, danger, acted_on=day)).status == 201
    seen, path = [], f"{home.path}/acts-of-protection?limit=2"
    while path:
        answer = await home.api.get(path.removeprefix("http://network.test"))
        seen += answer.json["items"]
        path = answer.json["next"]
    assert [act["acted_on"] for act in seen] == ["2026-03-01", "2026-03-05", "2026-03-09"]
    assert not {"score", "count", "rating", "total"} & set(seen[0])


async def test_an_act_is_a_caregivers_and_seen_by_another_member(home: Household, counties: Counties) -> None:
    danger, other = await home.write(), await a_household(counties.staff("amy"))
    mother, grandmother = home.mother["id"], home.grandmother["id"]
    wrong = {
        "a grandmother's": await acted(home, danger, actor_id=grandmother, observer_id=mother),
        "seen by herself": await acted(home, danger, observer_id=mother),
        "seen by a stranger": await acted(home, danger, observer_id=other.mother["id"]),
        "against another's danger": await acted(home, await other.write()),
        "tomorrow": await acted(home, danger, acted_on="2099-01-01"),
    }
    assert {what: answer.codes for what, answer in wrong.items()} == {
        "a grandmother's": [("not_a_caregiver", "#/actor_id")],
        "seen by herself": [("duplicate", "#/observer_id")],
        "seen by a stranger": [("not_of_this_family", "#/observer_id")],
        "against another's danger": [("danger_needed", "#/danger_id")],
        "tomorrow": [("in_the_future", "#/acted_on")],
    }


async def test_an_act_is_corrected_with_its_history(home: Household, behind_the_wall: BehindTheWall) -> None:
    made = await acted(home, await home.write())
    path = f"{home.path}/acts-of-protection/{made.json['id']}"
    after = await home.api.patch(path, {"text": "She left with Mateo."}, etag=made.headers["ETag"])
    assert (after.json["text"], after.json["etag"]) == ("She left with Mateo.", '"2"')
    assert (await home.api.patch(path, {"acted_on": "2099-01-01"}, etag='"2"')).codes == [("in_the_future", "#/acted_on")]
    newest = (await home.api.get(f"{home.path}/history")).json["items"][0]
    assert (newest["kind"], [each["field"] for each in newest["changes"]]) == ("act", ["text"])
    assert "Mateo to Carmen" not in behind_the_wall.everything()
    assert (await home.api.delete(path, etag='"2"')).status == 204
    assert (await home.api.get(f"{home.path}/acts-of-protection")).json["items"] == []


async def test_a_step_that_names_only_a_service_is_questioned_and_kept(home: Household) -> None:
    factor = await home.write(kind="complicating_factor", impact="")
    service = await planned(home, "Attend parenting classes.", links=[factor["id"]])
    assert (service.status, [hint["code"] for hint in service.json["hints"]]) == (201, ["service_only_step", "not_a_danger"])
    path = f"{home.path}/case-steps/{service.json['id']}"
    danger = await home.write()
    better = {
        "text": "When Rick drinks, Dana takes Mateo to Carmen.",
        "links": [danger["id"], factor["id"]],
        "due_on": "2027-01-05",
    }
    after = await home.api.patch(path, better, etag=service.headers["ETag"])
    assert (after.json["hints"], after.json["links"], after.json["due_on"]) == ([], better["links"], "2027-01-05")
    seen = await home.api.patch(path, {"state": "seen"}, etag=after.headers["ETag"])
    assert (seen.json["state"], seen.json["links"]) == ("seen", better["links"])
    assert (await home.api.get(f"{home.path}/case-steps")).json["items"] == [seen.json]
    assert (await home.api.delete(path, etag=seen.headers["ETag"])).status == 204
    assert (await home.api.get(f"{home.path}/case-steps")).json["items"] == []


async def test_a_step_is_a_members_and_about_this_family(home: Household, counties: Counties) -> None:
    other = await a_household(counties.staff("amy"))
    strange = await other.write()
    assert (await planned(home, "Dana calls.", owner_id=other.mother["id"])).codes == [("not_of_this_family", "#/owner_id")]
    assert (await planned(home, "Dana calls.", links=[strange["id"]])).codes == [("not_of_this_family", "#/links")]
    made = await planned(home, "Dana calls.")
    path = f"{home.path}/case-steps/{made.json['id']}"
    assert (await home.api.patch(path, {"state": "seen"}, etag='"7"')).status == 412
    assert (await home.api.patch(path, {"state": "done"}, etag=made.headers["ETag"])).codes == [("choice_unknown", "#/state")]


async def test_the_map_and_the_scale_come_in_pages_that_lose_nothing(home: Household) -> None:
    written = [await home.write(text=f"Rick drinks on day {n}.") for n in range(3)]
    await home.reword(written[0], "Rick drinks each day.")
    days = [f"2026-03-0{n}" for n in range(1, 6)]
    for day in reversed(days):
        body = {"person_id": home.child_id, "question": "How safe?", "score": 4, "said_on": day}
        assert (await home.api.post(f"{home.path}/scaling-answers", body)).status == 201
    seen: dict[str, list[Any]] = {"map": [], "scaling": []}
    for name, within, items in (("map", "columns", "items"), ("scaling", "series", "answers")):
        path = f"{home.path}/{name}?limit=2"
        while path:
            answer = await home.api.get(path.removeprefix("http://network.test"))
            seen[name].append([each for one in answer.json[within] for each in one[items]])
            path = answer.json["next"]
    assert [[each["id"] for each in page] for page in seen["map"]] == [[each["id"] for each in written[:2]], [written[2]["id"]]]
    assert [[each["said_on"] for each in page] for page in seen["scaling"]] == [days[:2], days[2:4], days[4:]]
    assert len((await home.api.get(f"{home.path}/map?limit=1")).json["columns"]) == 8, "every kind is there in every page"
