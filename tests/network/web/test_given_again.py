"""A reply that is given once more: to whoever may still see what it is about, as far as they may, and on record."""

from typing import Any

import pytest

from tests.network.bodies import CHILD, FAMILY, GRANDMOTHER, person
from tests.network.conftest import EVERY_SCOPE, Answer, Api, BehindTheWall, Counties

KEY = "the-same-key"


async def registered(api: Api, body: dict[str, Any] = GRANDMOTHER) -> str:
    """Somebody new."""
    return str((await api.post("/v1/people", body)).json["id"])


async def opened(api: Api, title: str = "The L. family") -> str:
    """A new family that Amy holds."""
    return str((await api.post("/v1/cases", {**FAMILY, "title": title})).json["id"])


async def about_a_family(amy: Api, what: str) -> tuple[str, str, dict[str, Any]]:
    """A new family, and how to ask for something new in it."""
    case = await opened(amy)
    people = [await registered(amy, CHILD if what == "children" else person(name)) for name in ("Ana", "Ben")]
    bodies: dict[str, dict[str, Any]] = {
        "children": {"person_id": people[0], "icwa_status": "unknown", "placement_kind": "home", "intensive_services": False},
        "members": {"person_id": people[0], "relationship": "neighbor"},
        "separation-rules": {"person_a": people[0], "person_b": people[1], "reason": "dv_safety"},
    }
    return case, f"/v1/cases/{case}/{what}", bodies[what]


async def hand_over(counties: Counties, case: str) -> None:
    """Give a family to somebody else."""
    answer = await counties.staff("ad", "county_admin").put(f"/v1/cases/{case}/access", {"unit": "south", "assigned": ["eve"]})
    assert answer.status == 200, answer.json


def is_given_again(answer: Answer) -> bool:
    """Say whether a reply was given before."""
    return answer.headers.get("Idempotency-Replayed") == "true"


@pytest.mark.parametrize("what", ["children", "members", "separation-rules"])
async def test_who_no_longer_holds_the_family_gets_no_reply_again(counties: Counties, amy: Api, what: str) -> None:
    case, path, body = await about_a_family(amy, what)
    first = await amy.post(path, body, key=KEY)
    again = await amy.post(path, body, key=KEY)
    assert (first.status, is_given_again(first)) == (201, False)
    assert (again.status, again.json, is_given_again(again)) == (201, first.json, True)
    await hand_over(counties, case)
    refused = await amy.post(path, body, key=KEY)
    assert (refused.status, refused.code, is_given_again(refused)) == (404, "not_found", False)


async def test_who_no_longer_sees_what_they_made_gets_no_reply_again(counties: Counties, amy: Api) -> None:
    case = await amy.post("/v1/cases", FAMILY, key=KEY)
    someone = await amy.post("/v1/people", GRANDMOTHER, key=KEY)
    await amy.post(f"/v1/cases/{case.json['id']}/members", {"person_id": someone.json["id"], "relationship": "neighbor"})
    assert is_given_again(await amy.post("/v1/people", GRANDMOTHER, key=KEY))
    await hand_over(counties, case.json["id"])
    assert [
        (await amy.post(path, body, key=KEY)).status for path, body in (("/v1/cases", FAMILY), ("/v1/people", GRANDMOTHER))
    ] == [
        404,
        404,
    ]


async def test_a_reply_given_again_is_a_look_on_record(amy: Api, behind_the_wall: BehindTheWall) -> None:
    await amy.post("/v1/people", GRANDMOTHER, key=KEY)
    before = behind_the_wall.audit()
    assert is_given_again(await amy.post("/v1/people", GRANDMOTHER, key=KEY))
    assert [action for action, _, _ in behind_the_wall.audit()[len(before) :]] == ["person.read", "reply.given_again"]


async def test_who_may_no_longer_see_numbers_gets_none_in_a_reply_again(counties: Counties, amy: Api) -> None:
    first = await amy.post("/v1/people", GRANDMOTHER, key=KEY)
    fewer = counties.staff("amy", scopes=[scope for scope in EVERY_SCOPE if scope != "people.contact.read"])
    again = await fewer.post("/v1/people", GRANDMOTHER, key=KEY)
    assert (again.status, again.json, again.headers["Location"]) == (201, None, first.headers["Location"])
    more = await amy.post("/v1/people", GRANDMOTHER, key=KEY)
    assert more.json == first.json
