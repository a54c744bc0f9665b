"""Shares with an end: who, until when, why, and that nothing has to run for one to be over."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import NullPool, create_engine, text

from services.network.use_cases.end_shares import end_expired_shares
from tests.network.bodies import FAMILY, person
from tests.network.conftest import Api, BehindTheWall, Counties, OpenUnit
from tests.support.databases import Database

Expire = Callable[[str], None]


@pytest.fixture
def expire(database: Database) -> Expire:
    """Let the shares of a family be over, as if the days had gone by."""
    engine = create_engine(database.owner_url, poolclass=NullPool)

    def expire_of(case_id: str) -> None:
        with engine.begin() as connection:
            connection.execute(
                text("UPDATE case_shares SET ends_at = surround_now() WHERE case_id = CAST(:id AS uuid)"),
                {"id": case_id.removeprefix("case_")},
            )

    return expire_of


def in_days(days: int) -> str:
    return (datetime.now(UTC).date() + timedelta(days=days)).isoformat()


def hands(*shares: tuple[str, int], shared_with: tuple[str, ...] = ()) -> dict[str, Any]:
    ending = [{"staff_id": staff_id, "until": in_days(days), "reason": "covering"} for staff_id, days in shares]
    return {"unit": "north", "assigned": ["amy"], "shared_with": list(shared_with), "shares": ending}


async def a_case(amy: Api) -> str:
    return str((await amy.post("/v1/cases", FAMILY)).json["id"])


async def test_a_share_with_an_end_lets_in_until_it_is_over(
    counties: Counties, behind_the_wall: BehindTheWall, expire: Expire
) -> None:
    amy, sam = counties.staff("amy"), counties.staff("sam", "facilitator")
    case_id = await a_case(amy)
    path = f"/v1/cases/{case_id}"
    otto = (await amy.post("/v1/people", person("Otto"))).json["id"]
    await amy.post(f"{path}/members", {"person_id": otto, "relationship": "neighbor"})
    paths = (path, f"{path}/members", f"/v1/people/{otto}")
    shared = await amy.put(f"{path}/access", hands(("sam", 7)))
    assert (shared.status, shared.json["shared_with"]) == (200, ["sam"])
    assert behind_the_wall.facts()[-1].data["shared_with"] == ["sam"]
    assert [(await sam.get(each)).status for each in paths] == [200, 200, 200]
    assert len((await sam.get("/v1/cases")).json["items"]) == 1
    expire(case_id)
    assert [(await sam.get(each)).status for each in paths] == [404, 404, 404]
    assert (await sam.get("/v1/cases")).json["items"] == []
    assert (await amy.get(path)).json["shared_with"] == []


async def test_who_was_let_in_by_whom_until_when_and_why_can_be_seen(amy: Api) -> None:
    path = f"/v1/cases/{await a_case(amy)}"
    await amy.put(f"{path}/access", hands(("sam", 7), shared_with=("fin", "sam")))
    seen = (await amy.get(f"{path}/access")).json["shared_with"]
    assert [(each["staff_id"], each["by"], each["until"], each["reason"]) for each in seen] == [
        ("fin", "amy", None, None),
        ("sam", "amy", in_days(7), "covering"),
    ]


async def test_a_client_that_knows_no_ends_keeps_them(amy: Api, expire: Expire) -> None:
    case_id = await a_case(amy)
    path = f"/v1/cases/{case_id}"
    read = (await amy.put(f"{path}/access", hands(("sam", 7), ("fin", 7)))).json
    body = {"unit": read["unit"], "assigned": read["assigned"], "shared_with": [*read["shared_with"], "gus"]}
    assert (await amy.put(f"{path}/access", body)).json["shared_with"] == ["fin", "gus", "sam"]
    await amy.put(f"{path}/access", {**body, "shared_with": ["gus", "sam"]})
    expire(case_id)
    assert (await amy.get(path)).json["shared_with"] == ["gus"]


async def test_other_changes_leave_shares_as_they_are(amy: Api, expire: Expire) -> None:
    case_id = await a_case(amy)
    path = f"/v1/cases/{case_id}"
    shared = (await amy.put(f"{path}/access", hands(("sam", 7)))).json
    renamed = await amy.patch(path, {"title": "The M. family"}, etag=shared["etag"])
    assert renamed.json["shared_with"] == ["sam"]
    expire(case_id)
    assert (await amy.get(path)).json["shared_with"] == []


async def test_giving_the_same_share_again_changes_nothing(amy: Api, behind_the_wall: BehindTheWall) -> None:
    path = f"/v1/cases/{await a_case(amy)}"
    first = await amy.put(f"{path}/access", hands(("sam", 7)))
    before = behind_the_wall.types()
    again = await amy.put(f"{path}/access", hands(("sam", 7)))
    longer = await amy.put(f"{path}/access", hands(("sam", 9)))
    assert (again.json["etag"], longer.json["etag"]) == (first.json["etag"], '"3"')
    assert behind_the_wall.types() == [*before, "case_access_changed"]


async def test_what_is_no_share_is_refused_and_nothing_is_kept(amy: Api) -> None:
    path = f"/v1/cases/{await a_case(amy)}"
    refused = await amy.put(f"{path}/access", hands(("sam", -3), ("fin", 7), ("fin", 900)))
    assert refused.codes == [
        ("in_the_past", "#/shares/0/until"),
        ("duration_out_of_range", "#/shares/2/until"),
        ("duplicate", "#/shares/2/staff_id"),
    ]
    unknown = hands(("sam", 7))
    unknown["shares"][0]["reason"] = "friendship"
    assert (await amy.put(f"{path}/access", unknown)).codes == [("choice_unknown", "#/shares/0/reason")]
    assert (await amy.get(path)).json["shared_with"] == []


async def test_whoever_has_a_share_cannot_prolong_it(counties: Counties) -> None:
    amy, sam = counties.staff("amy"), counties.staff("sam", "facilitator")
    path = f"/v1/cases/{await a_case(amy)}"
    await amy.put(f"{path}/access", hands(("sam", 1)))
    assert (await sam.put(f"{path}/access", hands(("sam", 90)))).code == "reassignment_refused"


async def test_the_end_of_a_share_is_told_once_to_those_who_keep_a_copy(
    amy: Api, behind_the_wall: BehindTheWall, expire: Expire, open_unit: OpenUnit
) -> None:
    case_id = await a_case(amy)
    await amy.put(f"/v1/cases/{case_id}/access", hands(("sam", 7), ("fin", 7), shared_with=("gus",)))
    expire(case_id)
    found = []
    for _ in range(2):
        async with open_unit() as unit:
            found.append(await end_expired_shares(unit, unit.now))
    assert (found, behind_the_wall.types().count("case_access_changed")) == ([1, 0], 3)
    assert behind_the_wall.facts()[-1].data["shared_with"] == ["gus"]
    history = (await amy.get(f"/v1/cases/{case_id}/history")).json["items"][0]["changes"]
    assert {"field": "shared_with", "before": ["fin", "gus", "sam"], "after": ["gus"]} in history


async def test_a_share_that_is_over_is_told_of_by_the_next_change_too(
    amy: Api, behind_the_wall: BehindTheWall, expire: Expire
) -> None:
    case_id = await a_case(amy)
    await amy.put(f"/v1/cases/{case_id}/access", hands(("sam", 7)))
    expire(case_id)
    await amy.put(f"/v1/cases/{case_id}/access", hands())
    assert behind_the_wall.facts()[-1].data["shared_with"] == []


async def test_shares_of_a_closed_family_end_too(
    amy: Api, behind_the_wall: BehindTheWall, expire: Expire, open_unit: OpenUnit
) -> None:
    case_id = await a_case(amy)
    await amy.put(f"/v1/cases/{case_id}/access", hands(("sam", 7)))
    await amy.post(f"/v1/cases/{case_id}:close")
    expire(case_id)
    async with open_unit() as unit:
        assert await end_expired_shares(unit, unit.now) == 1
    assert behind_the_wall.types()[-1] == "case_access_changed"
