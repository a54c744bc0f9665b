"""An agreement is taken back: the plan holds under review, those who must look are told, and no cover is lost."""

from typing import Any

import pytest

from tests.network.conftest import Answer, Api, BehindTheWall
from tests.network.web.attempts.plans import in_days
from tests.network.web.planned_by import Weekend, a_weekend


@pytest.fixture
async def weekend(amy: Api) -> Weekend:
    """A draft for the weekend."""
    return await a_weekend(amy)


async def agreements(weekend: Weekend) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await weekend.api.get(f"{weekend.path}/agreements")).json["items"]
    return items


async def take_back(weekend: Weekend, agreement: dict[str, Any]) -> Answer:
    return await weekend.api.delete(f"{weekend.path}/agreements/{agreement['id']}")


async def state(weekend: Weekend) -> str:
    return str((await weekend.api.get(weekend.path)).json["state"])


def told(behind_the_wall: BehindTheWall) -> list[tuple[str, list[str]]]:
    facts = [each.data for each in behind_the_wall.facts() if each.type == "network.staff_needed.v1"]
    return [(each["reason"], each["staff_ids"]) for each in facts]


async def test_without_a_parents_yes_a_plan_in_force_holds_under_review_and_staff_are_told(
    weekend: Weekend, behind_the_wall: BehindTheWall
) -> None:
    await weekend.activated()
    before = told(behind_the_wall)
    [agreement] = await agreements(weekend)
    assert (await take_back(weekend, agreement)).status == 204
    assert await state(weekend) == "under_review"
    [taken] = await agreements(weekend)
    assert (taken["id"], taken["void_at"] is not None) == (agreement["id"], True)
    new = told(behind_the_wall)[len(before) :]
    assert [reason for reason, _ in new] == ["review_due", "review_due"]
    assert new[0][1] == ["amy"]
    assert new[1][1] != ["amy"], "a supervisor, or whoever is on call"
    promise = weekend.promises[0]
    kept = (await weekend.api.get(f"{weekend.path}/commitments/{promise['id']}")).json
    assert kept["state"] == "active", "whoever protects the child goes on"
    assert ("plan.agreement_taken_back", "case") in [(action, kind) for action, kind, _ in behind_the_wall.audit()]


async def test_a_new_yes_lays_the_plan_before_the_supervisor_again(weekend: Weekend) -> None:
    await weekend.activated()
    [agreement] = await agreements(weekend)
    await take_back(weekend, agreement)
    assert (await weekend.agreed()).status == 201
    plan = (await weekend.api.get(weekend.path)).json
    assert (plan["state"], [each["void_at"] is None for each in await agreements(weekend)]) == ("under_review", [False, True])


async def test_taken_back_before_it_began_a_plan_is_a_draft_and_cannot_begin(
    weekend: Weekend, behind_the_wall: BehindTheWall
) -> None:
    await weekend.agreed()
    assert await state(weekend) == "agreed"
    before = told(behind_the_wall)
    [agreement] = await agreements(weekend)
    assert (await take_back(weekend, agreement)).status == 204
    assert await state(weekend) == "draft"
    assert "no_family_agreement" in (await weekend.readiness())[0]
    assert told(behind_the_wall) == before


async def test_while_another_parent_agrees_the_plan_stands_and_the_worker_is_told(
    weekend: Weekend, behind_the_wall: BehindTheWall
) -> None:
    body = {"name": "Rick Luna", "capacity": "parent", "method": "wet", "signed_on": in_days(-1)}
    await weekend.activated()
    assert (await weekend.api.post(f"{weekend.path}/agreements", body)).status == 201
    before = told(behind_the_wall)
    assert (await take_back(weekend, (await agreements(weekend))[0])).status == 204
    assert await state(weekend) == "active"
    assert told(behind_the_wall)[len(before) :] == [("review_due", ["amy"])]


async def test_what_was_taken_back_once_is_not_taken_back_again(weekend: Weekend, behind_the_wall: BehindTheWall) -> None:
    await weekend.activated()
    [agreement] = await agreements(weekend)
    await take_back(weekend, agreement)
    facts, [taken] = len(behind_the_wall.facts()), await agreements(weekend)
    assert (await take_back(weekend, agreement)).status == 204
    assert (len(behind_the_wall.facts()), await agreements(weekend)) == (facts, [taken])


async def test_nothing_is_taken_back_of_a_plan_that_ended_or_of_another(weekend: Weekend, amy: Api) -> None:
    await weekend.agreed()
    [agreement] = await agreements(weekend)
    other = await a_weekend(amy)
    assert (await amy.delete(f"{other.path}/agreements/{agreement['id']}")).status == 404
    ended = await amy.post(f"{weekend.path}:end", {"outcome": "cancelled"}, etag=(await amy.get(weekend.path)).json["etag"])
    assert ended.status == 200, ended.json
    refused = await take_back(weekend, agreement)
    assert (refused.status, refused.code) == (409, "plan_ended")
