"""Children's own words over HTTP: who reads them, what a release opens, and a signal that only named persons know."""

from typing import Any

import pytest

from tests.network.conftest import Answer, Api, BehindTheWall, Counties
from tests.network.web.words_of import Household, a_household

HOUSES: dict[str, Any] = {
    "kind": "three_houses",
    "sayings": [{"room": "worries", "words": "When they shout I hide."}, {"room": "dreams", "words": "A dog"}],
    "said_on": "2026-03-01",
}
SIGNAL: dict[str, Any] = {
    "kind": "safe_signal",
    "sayings": [{"room": "signal", "words": "The red bear in the window"}],
    "said_on": "2026-03-01",
    "visibility": "restricted_persons",
}


@pytest.fixture
async def home(amy: Api) -> Household:
    return await a_household(amy)


async def said(home: Household, body: dict[str, Any], **facts: Any) -> Answer:
    return await home.api.post(f"{home.path}/child-voice", {**body, "child_id": home.child_id, **facts})


async def words_for(home: Household, member: dict[str, Any]) -> list[Any]:
    answer = await home.api.get(f"{home.path}/members/{member['id']}/words")
    found: list[Any] = answer.json["child_voice"]
    return found


async def test_a_childs_words_are_kept_by_room_as_they_were_said(home: Household) -> None:
    voice = await said(home, HOUSES)
    assert (voice.status, voice.json["sayings"], voice.json["visibility"]) == (201, HOUSES["sayings"], "team")
    path = f"{home.path}/child-voice/{voice.json['id']}"
    assert (await home.api.get(path)).json == voice.json
    changed = await home.api.patch(path, {"visibility": "network", "sayings": []}, etag=voice.headers["ETag"])
    assert changed.codes == [("unknown_property", "#/sayings")]


async def test_a_parent_reads_them_only_when_a_worker_released_them(home: Household) -> None:
    voice = (await said(home, HOUSES, visibility="network")).json
    assert [len(await words_for(home, each)) for each in (home.mother, home.grandmother)] == [0, 1]
    path = f"{home.path}/child-voice/{voice['id']}/released/{home.mother['id']}"
    released = await home.api.send("PUT", path)
    assert [each["member_id"] for each in released.json["released_to"]] == [home.mother["id"]]
    assert (await words_for(home, home.mother))[0]["sayings"] == HOUSES["sayings"]
    assert (await home.api.send("PUT", path)).json == released.json
    assert (await home.api.delete(path, etag=released.json["etag"])).status == 204
    now = (await home.api.get(f"{home.path}/child-voice/{voice['id']}")).json
    assert (await home.api.delete(path, etag=now["etag"])).status == 404
    assert await words_for(home, home.mother) == []


async def test_another_audience_closes_what_was_released(home: Household) -> None:
    voice = (await said(home, HOUSES, visibility="network")).json
    path = f"{home.path}/child-voice/{voice['id']}"
    released = (await home.api.send("PUT", f"{path}/released/{home.mother['id']}")).json
    stale = await home.api.patch(path, {"visibility": "team"}, etag=voice["etag"])
    assert stale.status == 412
    assert (await home.api.patch(path, {"visibility": "team"}, etag=released["etag"])).json["released_to"] == []
    assert [await words_for(home, each) for each in (home.mother, home.grandmother)] == [[], []]


async def test_a_release_is_for_a_parent_who_may_see(home: Household) -> None:
    voice = (await said(home, HOUSES, visibility="agency")).json
    path = f"{home.path}/child-voice/{voice['id']}/released"
    assert (await home.api.send("PUT", f"{path}/{home.mother['id']}")).code == "may_not_be_told"
    assert (await home.api.send("PUT", f"{path}/{home.grandmother['id']}")).code == "nothing_to_release"
    assert (await home.api.send("PUT", f"{path}/mem_{'0' * 32}")).status == 404


async def test_a_signal_is_there_for_named_persons_and_for_nobody_else(
    home: Household, counties: Counties, behind_the_wall: BehindTheWall
) -> None:
    voice = await said(home, SIGNAL, member_ids=[home.grandmother["id"]], staff_ids=["sue"])
    assert voice.status == 201, voice.json
    path = f"{home.path}/child-voice/{voice.json['id']}"
    readers = {
        "amy": home.api,
        "sue": counties.staff("sue", "supervisor"),
        "sid": counties.staff("sid", "scheduler"),
        "ad": counties.staff("ad", "county_admin", units=()),
    }
    assert {who: (await api.get(path)).status for who, api in readers.items()} == {"amy": 200, "sue": 200, "sid": 404, "ad": 404}
    listed = {who: len((await api.get(f"{home.path}/child-voice")).json["items"]) for who, api in readers.items()}
    assert listed == {"amy": 1, "sue": 1, "sid": 0, "ad": 0}
    elsewhere = await readers["sid"].patch(path, {"visibility": "network"}, etag=voice.headers["ETag"])
    assert elsewhere.status == 404
    assert [len(await words_for(home, each)) for each in (home.mother, home.grandmother)] == [0, 1]
    everything = [(await readers["sid"].get(f"{home.path}{each}")).json for each in ("/history", "/map", "/members")]
    assert "red bear" not in str(everything)
    assert "red bear" not in str((await home.api.get(f"{home.path}/history")).json)
    assert "red bear" not in behind_the_wall.everything()


@pytest.mark.parametrize("visibility", ["network", "team", "agency", "self_only"])
async def test_a_signal_is_never_for_more(home: Household, visibility: str) -> None:
    answer = await said(home, SIGNAL, visibility=visibility)
    assert (answer.status, answer.codes) == (422, [("restricted_only", "#/visibility")])


async def test_what_cannot_be_right_is_refused(home: Household, counties: Counties) -> None:
    other = await a_household(counties.staff("amy"))
    wrong = {
        "a room of another house": await said(home, HOUSES, sayings=[{"room": "rules", "words": "x"}]),
        "one room twice": await said(home, HOUSES, sayings=[HOUSES["sayings"][1]] * 2),
        "no room": await said(home, HOUSES, sayings=[]),
        "tomorrow": await said(home, HOUSES, said_on="2099-01-01"),
        "a child of another family": await said(home, HOUSES, child_id=other.child_id),
        "a member as child": await said(home, HOUSES, child_id=home.mother["person_id"]),
        "a picture": await said(home, HOUSES, picture="data:image/png;base64,AAAA"),
        "others' members": await said(home, SIGNAL, member_ids=[other.mother["id"]]),
    }
    assert {what: answer.codes for what, answer in wrong.items()} == {
        "a room of another house": [("room_unknown", "#/sayings/0/room")],
        "one room twice": [("duplicate", "#/sayings/1/room")],
        "no room": [("too_few_items", "#/sayings")],
        "tomorrow": [("in_the_future", "#/said_on")],
        "a child of another family": [("not_of_this_family", "#/child_id")],
        "a member as child": [("not_of_this_family", "#/child_id")],
        "a picture": [("unknown_property", "#/picture")],
        "others' members": [("not_of_this_family", "#/member_ids")],
    }


async def test_taken_back_they_are_gone(home: Household) -> None:
    voice = (await said(home, HOUSES, visibility="network")).json
    path = f"{home.path}/child-voice/{voice['id']}"
    assert (await home.api.delete(path, etag=voice["etag"])).status == 204
    assert (await home.api.get(path)).status == 404
    assert await words_for(home, home.grandmother) == []


async def test_each_look_is_on_record_with_the_child(home: Household, behind_the_wall: BehindTheWall) -> None:
    voice = (await said(home, HOUSES)).json
    await home.api.get(f"{home.path}/child-voice/{voice['id']}")
    deeds = [(action, kind) for action, kind, _ in behind_the_wall.audit()]
    assert deeds[-1] == ("voice.read", "person")
    assert ("voice.recorded", "person") in deeds
