"""What is on record of all members' qualities in one call: as many questions for many members as for few."""

from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from tests.network.bodies import person
from tests.network.conftest import Api, BehindTheWall
from tests.network.web.test_families import a_member_of
from tests.network.web.words_of import Household, a_household


@pytest.fixture
async def home(amy: Api) -> Household:
    """A family to speak about."""
    return await a_household(amy)


async def understands(home: Household, member: dict[str, Any], statement: dict[str, Any], number: int) -> None:
    body = {"seen_on": "2026-03-01", "statement_id": statement["id"], "statement_version": number}
    answer = await home.api.put(f"{home.path}/members/{member['id']}/qualities/understands_concern", body)
    assert answer.status == 200, answer.json


async def test_each_members_qualities_and_the_worry_they_were_told_come_in_one_call(home: Household) -> None:
    danger, goal = await home.write(), await home.write(kind="grey_area", impact="")
    for statement in (danger, goal):
        await home.tell(statement, home.grandmother)
    await understands(home, home.grandmother, danger, 1)
    await home.reword(danger, "Rick hits Dana when he drinks.")
    items = (await home.api.get(f"{home.path}/qualities")).json["items"]
    seen = {each["member_id"]: each for each in items}
    assert set(seen) == {home.mother["id"], home.grandmother["id"]}
    hers = seen[home.grandmother["id"]]
    told = [(each["statement_id"], each["number"], each["told_on"], each["told_by"]) for each in hers["told"]]
    assert told == [(danger["id"], 1, "2026-03-01", "amy")], "dangers alone"
    [quality] = hers["qualities"]
    assert (quality["statement_id"], quality["statement_version"], quality["needs_refresh"]) == (danger["id"], 1, True)
    assert (seen[home.mother["id"]]["told"], seen[home.mother["id"]]["qualities"]) == ([], [])
    await home.tell(danger, home.grandmother, number=2)
    again = {each["member_id"]: each for each in (await home.api.get(f"{home.path}/qualities")).json["items"]}
    assert [each["number"] for each in again[home.grandmother["id"]]["told"]] == [2]
    gone = (await home.api.get(f"{home.path}/statements/{danger['id']}")).json
    await home.api.delete(f"{home.path}/statements/{danger['id']}", etag=gone["etag"])
    assert [each["told"] for each in (await home.api.get(f"{home.path}/qualities")).json["items"]] == [[], []]


async def test_qualities_are_the_same_as_in_the_roster_and_come_in_pages(home: Household) -> None:
    await home.api.put(f"{home.path}/members/{home.mother['id']}/qualities/cares", {"note": "visits"})
    roster = {each["id"]: each for each in (await home.api.get(f"{home.path}/members")).json["items"]}
    seen, path = [], f"{home.path}/qualities?limit=1"
    while path:
        answer = await home.api.get(path.removeprefix("http://network.test"))
        seen += answer.json["items"]
        path = answer.json["next"]
    assert len(seen) == len(roster) == 2
    for each in seen:
        of_roster = roster[each["member_id"]]
        assert all(each[name] == of_roster[name] for name in ("qualities", "will_do_something", "state", "etag", "person_id"))


async def test_each_member_whose_qualities_are_read_is_on_record(home: Household, behind_the_wall: BehindTheWall) -> None:
    before = len(behind_the_wall.audit())
    await home.api.get(f"{home.path}/qualities")
    seen = [f"per_{subject.hex}" for action, _, subject in behind_the_wall.audit()[before:] if action == "member.qualities_read"]
    assert sorted(seen) == sorted([home.mother["person_id"], home.grandmother["person_id"]])


async def test_many_members_cost_as_many_questions_as_few(home: Household, engine: AsyncEngine) -> None:
    asked: list[str] = []

    def note(*given: Any) -> None:
        asked.append(given[2])

    async def questions() -> int:
        asked.clear()
        assert (await home.api.get(f"{home.path}/qualities")).status == 200
        return len(asked)

    event.listen(engine.sync_engine, "before_cursor_execute", note)
    try:
        few = await questions()
        danger = await home.write()
        for n in range(6):
            member = await a_member_of(home.api, home.case, person(f"Kim{n}"), relationship="cousin")
            await home.tell(danger, member)
            await understands(home, member, danger, 1)
        many = await questions()
    finally:
        event.remove(engine.sync_engine, "before_cursor_execute", note)
    assert many - few <= 2, "the keys that open their notes are fetched together"
