"""History: each field before and after, in the change's own transaction, sealed, as far as the caller may see it (API U8)."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from shared.db.erasure import destroy_words
from shared.kernel.ids import read
from shared.kernel.sealed import KeyKind, KeyOf
from tests.network.bodies import CHILD, FAMILY, GRANDMOTHER, person
from tests.network.conftest import EVERY_SCOPE, Api, BehindTheWall, Counties, OpenUnit

PHONE = "+19165550131"


async def changes_of(api: Api, path: str) -> list[dict[str, Any]]:
    """Every change, oldest first, each as its fields."""
    answer = await api.get(f"{path}/history")
    assert answer.status == 200, answer.json
    return [
        {each["field"]: (each["before"], each["after"]) for each in one["changes"]} | {"kind": one["kind"]}
        for one in reversed(answer.json["items"])
    ]


async def renamed(amy: Api) -> str:
    """Somebody whose name and number were changed; return their path."""
    made = await amy.post("/v1/people", GRANDMOTHER)
    path = f"/v1/people/{made.json['id']}"
    body = {"given_name": "Carmela", "contact_points": [{"channel": "email", "value": "carmela@example.org"}]}
    changed = await amy.patch(path, body, etag=made.headers["ETag"])
    assert changed.status == 200, changed.json
    return path


async def test_a_persons_history_has_each_field_before_and_after(amy: Api) -> None:
    registered, changed = await changes_of(amy, await renamed(amy))
    assert (registered["kind"], registered["given_name"], registered["family_name"]) == ("person", (None, "Carmen"), (None, "Luna"))
    assert changed["given_name"] == ("Carmen", "Carmela")
    assert "family_name" not in changed
    values = [pair for field, pair in changed.items() if field.endswith(".value")]
    assert sorted(values, key=str) == sorted([(PHONE, None), (None, "carmela@example.org")], key=str)


async def test_who_did_it_when_and_in_which_request_stands_beside_it(amy: Api) -> None:
    (newest, _) = (await amy.get(f"{await renamed(amy)}/history")).json["items"]
    assert (newest["actor_kind"], newest["actor_id"], newest["destroyed"]) == ("staff", "amy", False)
    assert newest["request_id"]
    assert newest["at"].endswith("Z")


async def test_a_change_that_changes_nothing_leaves_no_trace(amy: Api) -> None:
    made = await amy.post("/v1/people", GRANDMOTHER)
    path = f"/v1/people/{made.json['id']}"
    await amy.patch(path, {"given_name": "Carmen"}, etag=made.headers["ETag"])
    assert len(await changes_of(amy, path)) == 1


async def test_without_the_scope_no_number_and_no_safe_words_are_in_it(counties: Counties, amy: Api) -> None:
    path = await renamed(amy)
    fewer = counties.staff("amy", scopes=[scope for scope in EVERY_SCOPE if scope != "people.contact.read"])
    answer = await fewer.get(f"{path}/history")
    assert all(words not in str(answer.json) for words in (PHONE, "carmela@example.org", "calendar"))
    assert "Carmela" in str(answer.json)
    assert PHONE in str((await amy.get(f"{path}/history")).json)


async def test_a_familys_history_has_its_children_members_and_rules(counties: Counties, amy: Api) -> None:
    case = (await amy.post("/v1/cases", FAMILY)).json
    path = f"/v1/cases/{case['id']}"
    people = [(await amy.post("/v1/people", body)).json["id"] for body in (CHILD, person("Ana"), person("Ben"))]
    child = await amy.post(f"{path}/children", {"person_id": people[0]})
    await amy.patch(f"{path}/children/{people[0]}", {"placement_kind": "relative"}, etag=child.headers["ETag"])
    member = await amy.post(f"{path}/members", {"person_id": people[1], "relationship": "neighbor", "circle": "outer"})
    moved = await amy.patch(f"{path}/members/{member.json['id']}", {"circle": "inner"}, etag=member.headers["ETag"])
    await amy.delete(f"{path}/members/{member.json['id']}", etag=moved.headers["ETag"])
    rule = await amy.post(f"{path}/separation-rules", {"person_a": people[1], "person_b": people[2], "reason": "dv_safety"})
    await amy.delete(f"{path}/separation-rules/{rule.json['id']}", etag=rule.headers["ETag"])
    await amy.put(f"{path}/access", {"unit": "north", "assigned": ["amy"], "shared_with": ["sam"]})
    renamed = await amy.patch(path, {"title": "The M. family"}, etag=(await amy.get(path)).headers["ETag"])
    await amy.post(f"{path}:close", etag=renamed.headers["ETag"])
    found = await changes_of(amy, path)
    assert [one["kind"] for one in found] == [
        "case", "child", "child", "member", "member", "member", "rule", "rule", "case", "case", "case",
    ]  # fmt: skip
    opened, _, placed, joined, nearer, left, kept_apart, lifted, shared, titled, closed = found
    assert (opened["title"], opened["assigned"]) == ((None, "The L. family"), (None, ["amy"]))
    assert placed == {"kind": "child", "placement_kind": ("home", "relative")}
    assert joined["person_id"] == (None, people[1])
    assert nearer == {"kind": "member", "circle": ("outer", "inner")}
    assert left["circle"] == ("inner", None)
    assert (kept_apart["reason"], lifted["reason"]) == ((None, "dv_safety"), ("dv_safety", None))
    assert shared == {"kind": "case", "shared_with": ([], ["sam"])}
    assert titled == {"kind": "case", "title": ("The L. family", "The M. family")}
    assert set(closed) == {"kind", "closed_at"}
    unpeopled = counties.staff("amy", scopes=["cases.read"])
    assert {one["kind"] for one in await changes_of(unpeopled, path) if len(one) > 1} == {"case", "rule"}


async def test_it_comes_in_pages(amy: Api) -> None:
    path = await renamed(amy)
    first = await amy.get(f"{path}/history?limit=1")
    rest = await amy.get(first.json["next"].removeprefix("http://network.test"))
    assert [len(each.json["items"]) for each in (first, rest)] == [1, 1]
    assert first.json["items"][0]["id"] > rest.json["items"][0]["id"]


async def test_reading_it_is_on_record(amy: Api, behind_the_wall: BehindTheWall) -> None:
    path = await renamed(amy)
    await amy.get(f"{path}/history")
    assert [action for action, _, _ in behind_the_wall.audit()][-2:] == ["person.read", "person.history_read"]


async def test_it_holds_no_word_in_clear(amy: Api, behind_the_wall: BehindTheWall) -> None:
    await renamed(amy)
    kept = behind_the_wall.everything()
    assert all(words not in kept for words in ("Carmen", "Carmela", PHONE, "carmela@example.org"))


async def test_destroyed_words_are_destroyed_in_it_too(amy: Api, open_unit: OpenUnit) -> None:
    path = await renamed(amy)
    person_id = read("per", path.rpartition("/")[2])
    assert person_id
    async with open_unit() as unit:
        await destroy_words(unit, KeyOf(KeyKind.PERSON, person_id))
    items = (await amy.get(f"{path}/history")).json["items"]
    assert [(one["destroyed"], one["changes"], one["actor_id"]) for one in items] == [(True, [], "amy")] * 2


async def test_a_change_that_is_undone_leaves_none(amy: Api, open_unit: OpenUnit, behind_the_wall: BehindTheWall) -> None:
    case = (await amy.post("/v1/cases", FAMILY)).json
    before = len(await changes_of(amy, f"/v1/cases/{case['id']}"))
    refused = await amy.patch(f"/v1/cases/{case['id']}", {"title": "Mine"}, etag='"0"')
    assert refused.status == 412
    assert len(await changes_of(amy, f"/v1/cases/{case['id']}")) == before


@pytest.mark.parametrize("statement", ["UPDATE history SET actor_id = 'eve'", "DELETE FROM history", "TRUNCATE history"])
async def test_the_running_role_may_change_none_of_it(open_unit: OpenUnit, statement: str) -> None:
    with pytest.raises(DBAPIError, match="permission denied"):
        async with open_unit() as unit:
            await unit.session.execute(text(statement))
