"""Relatives' notices over HTTP (DOMAIN §4.4, V1): due thirty days after the entry into care, and following it."""

from typing import Any

import pytest

from tests.network.bodies import CHILD, FAMILY, person
from tests.network.conftest import Api, BehindTheWall, Counties


async def lilas_family(api: Api, *, entered: str | None = "2027-02-03", **facts: Any) -> tuple[str, dict[str, Any], str]:
    """Open a family with a child who entered care; return its path, the child, and the grandmother's id."""
    case = (await api.post("/v1/cases", {**FAMILY, **facts})).json
    path = f"/v1/cases/{case['id']}"
    lila, mae = [(await api.post("/v1/people", body)).json["id"] for body in ({**CHILD, "given_name": "Lila"}, person("Mae"))]
    facts = {"person_id": lila, "icwa_status": "reason_to_know", **({"entered_care_on": entered} if entered else {})}
    child = (await api.post(f"{path}/children", facts)).json
    return path, child, mae


async def track(api: Api, path: str, child: dict[str, Any], person_id: str, **facts: Any) -> dict[str, Any]:
    body = {"child_id": child["id"], "person_id": person_id, "relationship": "grandparent_maternal", **facts}
    answer = await api.post(f"{path}/kin-notices", body)
    assert answer.status == 201, answer.json
    tracked: dict[str, Any] = answer.json
    return tracked


async def test_lilas_grandmother_is_to_be_told_by_the_fifth_of_march(amy: Api) -> None:
    path, child, mae = await lilas_family(amy)
    notice = await track(amy, path, child, mae)
    assert (notice["due_on"], notice["state"], notice["owed"]) == ("2027-03-05", "identified", True)
    assert "5.637" in notice["source"]
    assert notice["person"]["given_name"] == "Mae"
    assert (await amy.get(f"{path}/kin-notices")).json["items"] == [notice]


async def test_the_due_date_follows_the_day_of_entry(amy: Api) -> None:
    path, child, mae = await lilas_family(amy)
    notice = await track(amy, path, child, mae)
    changed = await amy.patch(f"{path}/children/{child['id']}", {"entered_care_on": "2027-02-05"}, etag=child["etag"])
    (after,) = (await amy.get(f"{path}/kin-notices")).json["items"]
    assert (after["due_on"], after["etag"] == notice["etag"]) == ("2027-03-07", False)
    await amy.patch(f"{path}/children/{child['id']}", {"entered_care_on": None}, etag=changed.json["etag"])
    (at_home,) = (await amy.get(f"{path}/kin-notices")).json["items"]
    assert (at_home["due_on"], at_home["source"]) == (None, None)


async def test_a_child_who_is_at_home_becomes_due_upon_entering_care(amy: Api) -> None:
    path, child, mae = await lilas_family(amy, entered=None)
    assert (await track(amy, path, child, mae))["due_on"] is None
    await amy.patch(f"{path}/children/{child['id']}", {"entered_care_on": "2026-10-30"}, etag=child["etag"])
    assert (await amy.get(f"{path}/kin-notices")).json["items"][0]["due_on"] == "2026-11-29"


async def test_the_way_of_a_notice_and_its_history(amy: Api, behind_the_wall: BehindTheWall) -> None:
    path, child, mae = await lilas_family(amy, entered="2026-02-03")
    notice = await track(amy, path, child, mae, located_on="2026-02-05", note="lives by the river")
    at = f"{path}/kin-notices/{notice['id']}"
    told = {"state": "notified", "notified_on": "2026-02-10", "method": "letter"}
    notified = await amy.patch(at, told, etag=notice["etag"])
    assert (notified.status, notified.json["state"], notified.json["owed"]) == (200, "notified", False)
    answered = await amy.patch(at, {"state": "responded", "responded_on": "2026-02-20"}, etag=notified.json["etag"])
    assert (answered.json["state"], answered.json["located_on"]) == ("responded", "2026-02-05")
    assert "river" not in behind_the_wall.everything()
    kinds = [one["kind"] for one in (await amy.get(f"{path}/history")).json["items"]]
    assert kinds[:3] == ["kin_notice"] * 3


async def test_an_exemption_has_a_reason_that_stays_sealed(amy: Api, behind_the_wall: BehindTheWall) -> None:
    path, child, mae = await lilas_family(amy)
    notice = await track(amy, path, child, mae)
    at = f"{path}/kin-notices/{notice['id']}"
    bare = await amy.patch(at, {"state": "notice_exempt"}, etag=notice["etag"])
    assert (bare.status, bare.codes) == (422, [("needed_here", "#/exempt_reason")])
    exempt = await amy.patch(at, {"state": "notice_exempt", "exempt_reason": "He hurt her mother"}, etag=notice["etag"])
    assert (exempt.json["state"], exempt.json["owed"], exempt.json["exempt_reason"]) == (
        "notice_exempt", False, "He hurt her mother",
    )  # fmt: skip
    assert "hurt" not in behind_the_wall.everything()


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"state": "responded", "responded_on": "2026-02-20"}, 409, "kin_notice_step"),
        ({"state": "notified", "notified_on": "2026-02-10"}, 422, "needed_here"),
        ({"state": "notified", "notified_on": "2026-02-10", "method": "voice"}, 422, "choice_unknown"),
        ({"state": "notified", "notified_on": "2026-02-02", "method": "letter"}, 422, "end_before_start"),
        ({"state": "notified", "notified_on": "2099-02-10", "method": "letter"}, 422, "in_the_future"),
        ({"state": "notified", "notified_on": "2026-02-30", "method": "letter"}, 422, "date_invalid"),
        ({"state": "located", "located_on": "2026-02-05", "exempt_reason": "x"}, 422, "not_applicable"),
        ({"note": "\u202egnitteM"}, 422, "disallowed_characters"),
    ],
)
async def test_a_notice_that_cannot_be_is_refused(amy: Api, body: dict[str, Any], status: int, code: str) -> None:
    path, child, mae = await lilas_family(amy, entered="2026-02-03")
    notice = await track(amy, path, child, mae)
    refused = await amy.patch(f"{path}/kin-notices/{notice['id']}", body, etag=notice["etag"])
    found = refused.code if status == 409 else refused.codes[0][0]
    assert (refused.status, found) == (status, code)
    assert (await amy.get(f"{path}/kin-notices")).json["items"] == [notice]


async def test_one_relative_is_tracked_once_for_each_child(amy: Api) -> None:
    path, child, mae = await lilas_family(amy)
    notice = await track(amy, path, child, mae)
    body = {"child_id": child["id"], "person_id": mae, "relationship": "cousin"}
    assert (await amy.post(f"{path}/kin-notices", body)).code == "kin_notice_exists"
    assert (await amy.post(f"{path}/kin-notices", {**body, "person_id": child["id"]})).codes == [("duplicate", "#/person_id")]
    assert (await amy.post(f"{path}/kin-notices", {**body, "child_id": mae})).status == 404
    stale = await amy.patch(f"{path}/kin-notices/{notice['id']}", {"note": "x"}, etag='"7"')
    assert (stale.status, stale.code) == (412, "precondition_failed")


async def test_what_is_owed_is_listed_by_due_date_over_the_callers_families_alone(counties: Counties) -> None:
    amy, eve = counties.staff("amy"), counties.staff("eve")
    for days in ("2026-03-10", "2026-02-01", "2026-04-20"):
        path, child, mae = await lilas_family(amy, entered=days)
        await track(amy, path, child, mae)
    others, child, mae = await lilas_family(eve, assigned=["eve"], unit="south", entered="2026-01-01")
    await track(eve, others, child, mae)
    ended, child, mae = await lilas_family(amy, entered="2026-01-05")
    await track(amy, ended, child, mae)
    await amy.post(f"{ended}:close")
    first = await amy.get("/v1/kin-notices?limit=2")
    rest = await amy.get(first.json["next"].removeprefix("http://network.test"))
    dues = [each["due_on"] for answer in (first, rest) for each in answer.json["items"]]
    assert dues == ["2026-03-03", "2026-04-09", "2026-05-20"]
    before = await amy.get("/v1/kin-notices?due_before=2026-04-09")
    assert [each["due_on"] for each in before.json["items"]] == ["2026-03-03"]
    assert [each["due_on"] for each in (await eve.get("/v1/kin-notices")).json["items"]] == ["2026-01-31"]
    assert (await counties.staff("bea", "county_admin", birch=True).get("/v1/kin-notices")).json["items"] == []


async def test_what_has_been_told_is_owed_no_more(amy: Api) -> None:
    path, child, mae = await lilas_family(amy, entered="2026-02-03")
    notice = await track(amy, path, child, mae)
    assert [each["overdue"] for each in (await amy.get("/v1/kin-notices")).json["items"]] == [True]
    told = {"state": "notified", "notified_on": "2026-02-10", "method": "handed_letter"}
    await amy.patch(f"{path}/kin-notices/{notice['id']}", told, etag=notice["etag"])
    assert (await amy.get("/v1/kin-notices")).json["items"] == []


async def test_a_relative_comes_along_when_the_family_is_handed_over(counties: Counties) -> None:
    amy, bo, eve = counties.staff("amy"), counties.staff("bo", "supervisor"), counties.staff("eve")
    path, child, mae = await lilas_family(amy)
    await track(amy, path, child, mae)
    await bo.put(f"{path}/access", {"unit": "north", "assigned": ["eve"], "shared_with": []})
    assert [(await each.get(f"/v1/people/{mae}")).status for each in (amy, eve)] == [404, 200]


async def test_each_relative_in_an_answer_is_on_record(amy: Api, behind_the_wall: BehindTheWall) -> None:
    path, child, mae = await lilas_family(amy)
    await track(amy, path, child, mae)
    before = len(behind_the_wall.audit())
    await amy.get("/v1/kin-notices")
    seen = [subject.hex for action, _, subject in behind_the_wall.audit()[before:] if action == "person.read"]
    assert seen == [mae.removeprefix("per_")]
