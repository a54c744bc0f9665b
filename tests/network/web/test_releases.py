"""Releases over HTTP: what is signed, when it ends, and what a member may see because of it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.network.bodies import CHILD, FAMILY, GRANDMOTHER, person
from tests.network.conftest import Answer, Api, BehindTheWall, Counties

SIGNED_ON = "2026-01-05"


@dataclass(frozen=True, slots=True)
class Family:
    """A family with its people: ids of persons and members by first name."""

    api: Api
    path: str
    people: dict[str, str]
    members: dict[str, str]

    async def sign(self, signer: str, covers: list[str], *classes: str, **facts: Any) -> Answer:
        body = {
            "signer_person_id": self.people[signer],
            "signer_capacity": "parent",
            "covers_member_ids": [self.members[each] for each in covers],
            "record_classes": list(classes or ("medical",)),
            "signed_on": SIGNED_ON,
            "method": "wet",
        }
        return await self.api.post(f"{self.path}/releases", {**body, **facts})

    async def add(self, name: str, relationship: str = "neighbor", **body: Any) -> str:
        made = body or (await self.api.post("/v1/people", person(name))).json
        self.people[name] = made["id"]
        joined = await self.api.post(f"{self.path}/members", {"person_id": made["id"], "relationship": relationship})
        self.members[name] = joined.json["id"]
        return str(joined.json["etag"])

    async def leave(self, name: str) -> None:
        found = (await self.api.get(f"{self.path}/members?limit=200")).json["items"]
        etag = next(each["etag"] for each in found if each["id"] == self.members[name])
        assert (await self.api.delete(f"{self.path}/members/{self.members[name]}", etag=etag)).status == 204

    async def sight(self, name: str) -> dict[str, Any]:
        answer = await self.api.get(f"{self.path}/members/{self.members[name]}/sight")
        assert answer.status == 200, answer.json
        found: dict[str, Any] = answer.json
        return found

    async def opened(self, name: str) -> list[str]:
        return [each["record_class"] for each in (await self.sight(name))["records"] if each["allowed"]]

    async def keep_apart(self, one: str, other: str, reason: str = "dv_safety") -> dict[str, Any]:
        body = {"person_a": self.people[one], "person_b": self.people[other], "reason": reason}
        answer = await self.api.post(f"{self.path}/separation-rules", body)
        assert answer.status == 201, answer.json
        found: dict[str, Any] = answer.json
        return found


async def a_family(api: Api) -> Family:
    """Mateo's family: Ana is his mother, Rick his father, Carmen and Otto stand around them."""
    case = (await api.post("/v1/cases", FAMILY)).json
    family = Family(api, f"/v1/cases/{case['id']}", {}, {})
    family.people["Mateo"] = (await api.post("/v1/people", CHILD)).json["id"]
    await api.post(f"{family.path}/children", {"person_id": family.people["Mateo"]})
    await family.add("Ana", "mother")
    await family.add("Rick", "father")
    carmen = (await api.post("/v1/people", GRANDMOTHER)).json
    await family.add("Carmen", "grandparent_maternal", id=carmen["id"])
    await family.add("Otto")
    return family


@pytest.fixture
async def family(amy: Api) -> Family:
    """One of Amy's."""
    return await a_family(amy)


def tomorrow() -> str:
    # Two days, so that it is later in every zone.
    return (datetime.now(UTC).date() + timedelta(days=2)).isoformat()


async def test_a_release_is_recorded_and_read(family: Family, behind_the_wall: BehindTheWall) -> None:
    made = await family.sign("Ana", ["Carmen", "Otto"], "medical", "education", note="She asked for a copy")
    assert (made.status, made.json["active"], made.json["notice"]) == (201, True, None)
    assert made.json["record_classes"] == ["education", "medical"]
    read = await family.api.get(f"{family.path}/releases/{made.json['id']}")
    assert (read.json, read.headers["ETag"]) == (made.json, made.json["etag"])
    assert (await family.api.get(f"{family.path}/releases")).json["items"] == [made.json]
    fact = behind_the_wall.facts()[-1]
    assert (fact.type, fact.data["record_classes"]) == ("network.release_signed.v1", ["education", "medical"])
    assert "asked for a copy" not in behind_the_wall.everything()


async def test_releases_come_in_pages(family: Family) -> None:
    made = [(await family.sign("Ana", ["Carmen"])).json["id"] for _ in range(3)]
    first = await family.api.get(f"{family.path}/releases?limit=2")
    second = await family.api.get(first.json["next"].removeprefix("http://network.test"))
    assert [each["id"] for each in first.json["items"] + second.json["items"]] == made


@pytest.mark.parametrize(
    ("facts", "status", "code"),
    [
        ({"record_classes": ["medical", "adoption"]}, 422, "adoption_never_released"),
        ({"method": "verbal"}, 422, "release_not_written"),
        ({"signed_on": tomorrow()}, 422, "release_dated_later"),
        ({"record_classes": ["medical", "sud_part2"], "recipients": ["Carmen"]}, 422, "part2_needs_own_release"),
        ({"record_classes": ["sud_part2"]}, 422, "part2_needs_recipients"),
        ({"covers_member_ids": []}, 422, "validation"),
        ({"record_classes": ["everything"]}, 422, "validation"),
        ({"signer_capacity": "grandmother"}, 422, "validation"),
        ({"covers_member_ids": ["mem_01939b2c5e7a7c3d8f4a1b2c3d4e5f60"]}, 404, "not_of_this_family"),
        ({"signer_person_id": "per_01939b2c5e7a7c3d8f4a1b2c3d4e5f60"}, 404, "not_of_this_family"),
    ],
)
async def test_what_is_no_release_is_refused_and_nothing_is_kept(
    family: Family, behind_the_wall: BehindTheWall, facts: dict[str, Any], status: int, code: str
) -> None:
    refused = await family.sign("Ana", ["Carmen"], **facts)
    assert (refused.status, refused.code) == (status, code)
    assert (await family.api.get(f"{family.path}/releases")).json["items"] == []
    assert "release_signed" not in behind_the_wall.types()


async def test_a_member_of_another_family_is_refused_as_if_there_were_none(family: Family) -> None:
    other = await a_family(family.api)
    refused = await family.sign("Ana", ["Carmen"], covers_member_ids=[other.members["Otto"]])
    assert (refused.status, refused.code) == (404, "not_of_this_family")
    refused = await family.sign("Ana", ["Carmen"], signer_person_id=other.people["Ana"])
    assert (refused.status, refused.code) == (404, "not_of_this_family")


async def test_somebody_who_left_can_neither_sign_nor_be_covered(family: Family) -> None:
    await family.leave("Otto")
    assert (await family.sign("Ana", ["Otto"])).code == "not_of_this_family"
    assert (await family.sign("Otto", ["Carmen"])).code == "not_of_this_family"


async def test_a_release_opens_its_classes_for_those_it_names(family: Family) -> None:
    assert [await family.opened(name) for name in ("Carmen", "Otto")] == [[], []]
    await family.sign("Ana", ["Carmen"], "medical", "education")
    assert [await family.opened(name) for name in ("Carmen", "Otto")] == [["medical", "education"], []]


async def test_a_part_2_release_carries_its_notice(family: Family) -> None:
    made = await family.sign("Ana", ["Carmen"], "sud_part2", recipients=["Carmen Luna, grandmother"])
    assert made.json["recipients"] == ["Carmen Luna, grandmother"]
    seen = next(each for each in (await family.sight("Carmen"))["records"] if each["record_class"] == "sud_part2")
    assert (seen["allowed"], seen["because"]) == (True, "release")
    assert (
        seen["notice"]
        == made.json["notice"]
        == {
            "text": "42 CFR part 2 prohibits unauthorized use or disclosure of these records.",
            "source": "42 CFR 2.32(a)(2)",
        }
    )


async def test_a_member_added_later_is_not_covered(family: Family) -> None:
    await family.sign("Ana", ["Carmen"])
    await family.add("Luis", "godparent")
    assert await family.opened("Luis") == []


async def test_a_cover_ends_when_its_member_leaves_and_does_not_come_back_with_them(
    family: Family, behind_the_wall: BehindTheWall
) -> None:
    made = await family.sign("Ana", ["Carmen", "Otto"])
    await family.leave("Otto")
    assert "release_revoked" not in behind_the_wall.types()
    release = (await family.api.get(f"{family.path}/releases/{made.json['id']}")).json
    ended = {each["member_id"]: each["ended_on"] is not None for each in release["covers"]}
    assert (release["active"], ended) == (True, {family.members["Carmen"]: False, family.members["Otto"]: True})
    await family.add("Otto", id=family.people["Otto"])
    assert [await family.opened(name) for name in ("Carmen", "Otto")] == [["medical"], []]


async def test_a_release_ends_with_the_last_member_it_covers(family: Family, behind_the_wall: BehindTheWall) -> None:
    await family.sign("Ana", ["Otto"])
    await family.leave("Otto")
    assert behind_the_wall.types()[-2:] == ["release_revoked", "member_left"]


async def test_a_release_ends_when_its_signer_leaves(family: Family, behind_the_wall: BehindTheWall) -> None:
    made = await family.sign("Ana", ["Carmen"])
    await family.leave("Ana")
    await family.add("Ana", "mother", id=family.people["Ana"])
    release = (await family.api.get(f"{family.path}/releases/{made.json['id']}")).json
    assert (release["active"], release["ended_on"] is not None, await family.opened("Carmen")) == (False, True, [])
    assert behind_the_wall.types().count("release_revoked") == 1
    again = await family.api.post(f"{family.path}/releases/{made.json['id']}:revoke", {"revoked_on": SIGNED_ON})
    assert (again.status, again.code) == (409, "release_ended")


async def test_releases_end_with_the_work(family: Family, behind_the_wall: BehindTheWall) -> None:
    made = await family.sign("Mateo", ["Carmen"], signer_capacity="self")
    await family.api.post(f"{family.path}:close")
    release = (await family.api.get(f"{family.path}/releases/{made.json['id']}")).json
    assert (release["active"], await family.opened("Carmen")) == (False, [])
    assert behind_the_wall.types()[-2:] == ["release_revoked", "case_closed"]
    assert (await family.sign("Ana", ["Carmen"])).code == "case_closed"


async def test_a_release_is_taken_back_once(family: Family, behind_the_wall: BehindTheWall) -> None:
    made = await family.sign("Ana", ["Carmen"])
    path = f"{family.path}/releases/{made.json['id']}:revoke"
    for wrong, code in ((tomorrow(), "release_dated_later"), ("2026-01-04", "release_revoked_before_signed")):
        refused = await family.api.post(path, {"revoked_on": wrong})
        assert (refused.status, refused.code) == (422, code)
    stale = await family.api.post(path, {"revoked_on": "2026-01-06"}, etag='"7"')
    assert (stale.status, stale.code) == (412, "precondition_failed")
    done = await family.api.post(path, {"revoked_on": "2026-01-06"}, etag=made.json["etag"])
    assert (done.json["active"], done.json["revoked_on"], await family.opened("Carmen")) == (False, "2026-01-06", [])
    assert behind_the_wall.types()[-1] == "release_revoked"
    again = await family.api.post(path, {"revoked_on": "2026-01-06"})
    assert (again.status, again.code) == (409, "release_ended")
    assert behind_the_wall.types().count("release_revoked") == 1


async def test_signing_and_taking_back_stand_in_the_history(family: Family) -> None:
    made = await family.sign("Ana", ["Carmen"], note="By hand")
    await family.api.post(f"{family.path}/releases/{made.json['id']}:revoke", {"revoked_on": "2026-01-06"})
    found = [each for each in (await family.api.get(f"{family.path}/history")).json["items"] if each["kind"] == "release"]
    assert [each["thing_id"] for each in found] == [made.json["id"]] * 2
    assert {"field": "revoked_on", "before": None, "after": "2026-01-06"} in found[0]["changes"]


# Sight and separation


async def test_a_member_sees_what_is_theirs_and_no_record(family: Family) -> None:
    sight = await family.sight("Carmen")
    assert {each["kind"]: each["because"] for each in sight["things"]} == {
        "commitment": "own",
        "logistics": "concerns_them",
        "statement": "shared_with_them",
    }
    assert {each["because"] for each in sight["records"]} == {"no_release", "no_part2_consent"}
    assert set(sight["may_name"]) == {family.people[name] for name in ("Mateo", "Ana", "Rick", "Otto")}


async def test_neither_of_two_who_are_kept_apart_is_on_the_others_sheet(family: Family) -> None:
    await family.keep_apart("Ana", "Rick")
    named = {name: set((await family.sight(name))["may_name"]) for name in ("Ana", "Rick", "Carmen")}
    assert family.people["Rick"] not in named["Ana"]
    assert family.people["Ana"] not in named["Rick"]
    assert {family.people["Ana"], family.people["Rick"]} < named["Carmen"]


async def test_a_separation_of_another_family_hides_them_here_too(family: Family) -> None:
    other = await a_family(family.api)
    await family.add("Zoe", "cousin")
    await other.add("Zoe", "cousin", id=family.people["Zoe"])
    other.people["Rick"] = family.people["Rick"]
    await other.keep_apart("Zoe", "Rick")
    assert family.people["Rick"] not in (await family.sight("Zoe"))["may_name"]


async def test_nothing_is_released_to_somebody_kept_apart(family: Family) -> None:
    await family.keep_apart("Ana", "Rick")
    refused = await family.sign("Ana", ["Carmen", "Rick"])
    assert (refused.status, refused.code) == (409, "release_across_separation")


async def test_a_separation_set_later_closes_what_was_open_without_a_trace(family: Family) -> None:
    without = (await family.sight("Rick"))["records"]
    await family.sign("Ana", ["Rick", "Carmen"])
    assert await family.opened("Rick") == ["medical"]
    await family.keep_apart("Ana", "Rick")
    assert (await family.sight("Rick"))["records"] == without
    assert await family.opened("Carmen") == ["medical"]


async def test_words_about_somebody_kept_apart_are_on_no_sheet_though_they_were_told(family: Family) -> None:
    texts = {"Rick": "Ana calls rick's boss.", "Ana": "ANA sleeps at Carmen's.", "nobody": "Mateo sleeps well."}
    told = {}
    for about, text in texts.items():
        made = (await family.api.post(f"{family.path}/statements", {"kind": "supporting_strength", "text": text})).json
        told[about] = made["id"]
        for name in ("Rick", "Carmen"):
            path = f"{family.path}/statements/{made['id']}/told/{family.members[name]}"
            assert (await family.api.put(path, {"number": 1, "told_on": SIGNED_ON})).status == 200
    await family.keep_apart("Ana", "Rick")
    for name, expected in (("Rick", ["nobody"]), ("Carmen", ["Rick", "Ana", "nobody"])):
        shown = [each["statement_id"] for each in (await family.sight(name))["statements"]]
        words = await family.api.get(f"{family.path}/members/{family.members[name]}/words")
        assert sorted(shown) == sorted(told[about] for about in expected)
        assert [text for about, text in texts.items() if text in str(words.json)] == [texts[about] for about in expected]


async def test_a_sheet_is_for_those_who_are_there_now(family: Family) -> None:
    await family.leave("Otto")
    assert (await family.api.get(f"{family.path}/members/{family.members['Otto']}/sight")).status == 404


# Separations that rest


def a_week(days: int = 3) -> dict[str, str]:
    return {
        "reason": "One visit, both agreed, an officer is there",
        "until": (datetime.now(UTC).date() + timedelta(days=days)).isoformat(),
    }


async def test_a_supervisor_lets_a_separation_rest_and_anybody_ends_it(
    family: Family, counties: Counties, behind_the_wall: BehindTheWall
) -> None:
    rule = await family.keep_apart("Ana", "Rick")
    path, before = f"{family.path}/separation-rules/{rule['id']}/overrides", behind_the_wall.types()
    bo = counties.staff("bo", "supervisor")
    assert (await family.api.post(path, a_week())).code == "override_refused"
    made = await bo.post(path, a_week())
    assert (made.status, made.json["given_by"]) == (201, "bo")
    assert family.people["Rick"] in (await family.sight("Ana"))["may_name"]
    listed = (await family.api.get(f"{family.path}/separation-rules")).json["items"]
    assert [each["rests_until"] for each in listed] == [made.json["until"]]
    assert (await family.api.delete(path)).status == 204
    assert family.people["Rick"] not in (await family.sight("Ana"))["may_name"]
    assert (await family.api.delete(path)).code == "separation_does_not_rest"
    assert behind_the_wall.types() == before
    assert "an officer is there" not in behind_the_wall.everything()


async def test_a_protective_order_cannot_be_overridden_wherever_it_stands(family: Family, counties: Counties) -> None:
    bo = counties.staff("bo", "supervisor")
    order = await family.keep_apart("Ana", "Otto", "protective_order")
    rule = await family.keep_apart("Ana", "Rick")
    other = await a_family(family.api)
    other.people.update(family.people)
    await other.keep_apart("Rick", "Ana", "protective_order")
    for each in (order, rule):
        refused = await bo.post(f"{family.path}/separation-rules/{each['id']}/overrides", a_week())
        assert (refused.status, refused.code) == (403, "protective_order_stands")
    assert family.people["Rick"] not in (await family.sight("Ana"))["may_name"]


async def test_an_order_that_comes_later_ends_a_rest(family: Family, counties: Counties) -> None:
    rule = await family.keep_apart("Ana", "Rick")
    await counties.staff("bo", "supervisor").post(f"{family.path}/separation-rules/{rule['id']}/overrides", a_week())
    other = await a_family(family.api)
    other.people.update(family.people)
    await other.keep_apart("Rick", "Ana", "protective_order")
    assert family.people["Rick"] not in (await family.sight("Ana"))["may_name"]


@pytest.mark.parametrize(("days", "code"), [(-3, "validation"), (12, "override_too_long")])
async def test_a_rest_is_short(family: Family, counties: Counties, days: int, code: str) -> None:
    rule = await family.keep_apart("Ana", "Rick")
    bo = counties.staff("bo", "supervisor")
    refused = await bo.post(f"{family.path}/separation-rules/{rule['id']}/overrides", a_week(days))
    assert (refused.status, refused.code) == (422, code)
