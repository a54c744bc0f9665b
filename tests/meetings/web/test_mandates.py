"""Due dates over all of one's families, over HTTP."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from shared.events.network import CaseClosed
from tests.meetings.conftest import TODAY, Counties, World
from tests.network.conftest import Api

AUDITED = text("SELECT subject_id FROM audit WHERE county_id = :county AND action = 'mandates.listed'")


async def test_the_most_pressing_family_comes_first_and_pages_go_on_from_there(amy: Api, world: World) -> None:
    families = [await world.family() for _ in range(3)]
    for days, family in zip((50, 58, 3), families, strict=True):
        await world.child(family.case_id, family.child, entered_care_on=TODAY - timedelta(days=days))
    first = await amy.get("/v1/mandates?limit=2")
    assert first.status == 200, first.json
    dues = [(one["case_id"], one["combined"]["due_on"]) for one in first.json["items"]]
    assert dues == [
        (families[1].id, (TODAY + timedelta(days=2)).isoformat()),
        (families[0].id, (TODAY + timedelta(days=10)).isoformat()),
    ]
    assert first.json["items"][0]["combined"] == (await amy.get(f"/v1/cases/{families[1].id}/mandates")).json["combined"]
    second = await amy.get(first.json["next"].removeprefix("http://meetings.test"))
    assert [one["case_id"] for one in second.json["items"]] == [families[2].id]
    assert second.json["next"] is None


async def test_families_out_of_sight_and_families_without_a_date_are_not_there(counties: Counties, world: World) -> None:
    theirs, closed, at_home = await world.family(("bo",)), await world.family(), await world.family()
    await world.hear(CaseClosed(case_id=closed.case_id, at=datetime.now(UTC)))
    await world.child(at_home.case_id, at_home.child, entered_care_on=None)
    seen = {}
    for staff, roles in (("amy", ("caseworker",)), ("bo", ("caseworker",)), ("sam", ("facilitator",)), ("sue", ("supervisor",))):
        items = (await counties.staff(staff, *roles).get("/v1/mandates")).json["items"]
        seen[staff] = [one["case_id"] for one in items]
    assert seen == {"amy": [], "bo": [theirs.id], "sam": [], "sue": [theirs.id]}


async def test_each_family_that_was_listed_is_in_the_audit(amy: Api, world: World) -> None:
    family = await world.family()
    await amy.get("/v1/mandates")
    async with world.unit() as unit:
        rows = await unit.session.execute(AUDITED, {"county": world.county_id})
        assert [row.subject_id for row in rows] == [family.case_id]
