"""Safe contact over HTTP: minors by age band, who passes messages on, safe channels, and people who are alike."""

import asyncio
from typing import Any

import pytest

from tests.network.bodies import CHILD, FAMILY, GRANDMOTHER, person
from tests.network.conftest import Api, BehindTheWall, Counties
from tests.network.web.test_families import a_member_of, open_family


async def register(api: Api, body: dict[str, Any]) -> dict[str, Any]:
    answer = await api.post("/v1/people", body)
    assert answer.status == 201, answer.json
    registered: dict[str, Any] = answer.json
    return registered


async def change(api: Api, who: dict[str, Any], **facts: Any) -> dict[str, Any]:
    answer = await api.patch(f"/v1/people/{who['id']}", facts, etag=who["etag"])
    assert answer.status == 200, answer.json
    after: dict[str, Any] = answer.json
    return after


async def test_a_minor_is_reached_through_a_relay_until_old_enough(amy: Api, behind_the_wall: BehindTheWall) -> None:
    carmen = await register(amy, GRANDMOTHER)
    mateo = await register(amy, {**CHILD, "relay_person_id": carmen["id"], "wants_direct_messages": True})
    assert (mateo["age_band"], mateo["direct_messages_ok"], mateo["relay_person_id"]) == ("under_10", False, carmen["id"])
    older = await change(amy, mateo, born_on="2013-01-01")
    assert (older["age_band"], older["direct_messages_ok"], older["etag"] == mateo["etag"]) == ("12_to_15", False, False)
    assert (await change(amy, older, direct_messages_approved=True))["direct_messages_ok"] is True
    told = behind_the_wall.facts()[-1].data
    assert (told["age_band"], told["direct_messages_ok"], told["relay_person_id"].replace("-", "")) == (
        "12_to_15", True, carmen["id"].removeprefix("per_"),
    )  # fmt: skip


async def test_a_roster_says_which_ways_are_safe_and_who_passes_messages_on(amy: Api) -> None:
    case = await open_family(amy)
    dana, rick = await a_member_of(amy, case, person("Dana")), await a_member_of(amy, case, person("Rick"))
    read = (await amy.get(f"/v1/people/{dana['person_id']}")).json
    await change(amy, read, relay_person_id=rick["person_id"], safe_channels=["voice", "email"])
    roster = (await amy.get(f"/v1/cases/{case['id']}/members")).json["items"]
    shown = next(one["person"] for one in roster if one["person"]["id"] == dana["person_id"])
    assert (shown["relay_person_id"], shown["safe_channels"]) == (rick["person_id"], ["email", "voice"])


async def test_nobody_is_their_own_relay_and_no_minor_is_anybodys(amy: Api) -> None:
    carmen, mateo = await register(amy, GRANDMOTHER), await register(amy, CHILD)
    own = await amy.patch(f"/v1/people/{carmen['id']}", {"relay_person_id": carmen["id"]}, etag=carmen["etag"])
    assert own.codes == [("duplicate", "#/relay_person_id")]
    minor = await amy.patch(f"/v1/people/{carmen['id']}", {"relay_person_id": mateo["id"]}, etag=carmen["etag"])
    assert (minor.status, minor.code) == (409, "relay_is_minor")


async def test_a_relay_out_of_sight_is_not_there(counties: Counties) -> None:
    amy, sam = counties.staff("amy"), counties.staff("sam", units=("south",))
    hidden, carmen = await register(sam, person("Ines")), await register(amy, GRANDMOTHER)
    answer = await amy.patch(f"/v1/people/{carmen['id']}", {"relay_person_id": hidden["id"]}, etag=carmen["etag"])
    assert (answer.status, answer.code) == (404, "not_found")
    assert (await amy.post("/v1/people", {**CHILD, "relay_person_id": hidden["id"]})).status == 404


async def test_who_is_kept_apart_passes_nothing_on_from_then_on(amy: Api, behind_the_wall: BehindTheWall) -> None:
    case = await open_family(amy)
    dana, rick = await a_member_of(amy, case, person("Dana")), await a_member_of(amy, case, person("Rick"))
    path = f"/v1/people/{dana['person_id']}"
    read = (await amy.get(path)).json
    relayed = await change(amy, read, relay_person_id=rick["person_id"])
    body = {"person_a": dana["person_id"], "person_b": rick["person_id"], "reason": "dv_safety"}
    assert (await amy.post(f"/v1/cases/{case['id']}/separation-rules", body)).status == 201
    parted = (await amy.get(path)).json
    assert (parted["relay_person_id"], parted["etag"] == relayed["etag"]) == (None, False)
    assert [fact.data.get("relay_person_id") for fact in behind_the_wall.facts()[-2:]] == [None, None]
    assert behind_the_wall.types()[-2:] == ["separation_set", "person_changed"]
    again = await amy.patch(path, {"relay_person_id": rick["person_id"]}, etag=parted["etag"])
    assert (again.status, again.code) == (409, "relay_not_possible")


async def test_of_a_relay_and_a_separation_at_once_the_separation_holds(amy: Api) -> None:
    """Whichever comes first: the relay is refused, or it is ended with the rule."""
    case = await open_family(amy)
    for attempt in range(5):
        dana, rick = [await a_member_of(amy, case, person(f"{name}{attempt}")) for name in ("Dana", "Rick")]
        path, rules = f"/v1/people/{dana['person_id']}", f"/v1/cases/{case['id']}/separation-rules"
        etag = (await amy.get(path)).json["etag"]
        body = {"person_a": dana["person_id"], "person_b": rick["person_id"], "reason": "dv_safety"}
        chosen, parted = await asyncio.gather(
            amy.patch(path, {"relay_person_id": rick["person_id"]}, etag=etag), amy.post(rules, body)
        )
        assert (chosen.status in {200, 409}, parted.status) == (True, 201)
        assert (await amy.get(path)).json["relay_person_id"] is None


async def test_a_channel_that_is_not_safe_is_told_to_nobody_who_sends(amy: Api, behind_the_wall: BehindTheWall) -> None:
    points = [*GRANDMOTHER["contact_points"], {"channel": "voice", "value": "+19165550132"}]
    carmen = await register(
        amy, {**GRANDMOTHER, "contact_points": points, "safe_channels": ["sms"], "shared_device": True, "urgent_at_night": True}
    )
    assert (carmen["safe_channels"], carmen["shared_device"], carmen["urgent_at_night"]) == (["sms"], True, True)
    assert len(carmen["contact_points"]) == 2
    told = behind_the_wall.facts()[-1].data
    assert ([each["channel"] for each in told["contact_points"]], told["urgent_at_night"]) == (["sms"], True)
    assert (await change(amy, carmen, safe_channels=[]))["safe_channels"] == []


async def test_a_countys_file_takes_back_nothing_that_was_agreed(counties: Counties) -> None:
    amy, system = counties.staff("amy", "county_admin"), counties.system()
    path = "/v1/people/by-external-id/00077"
    made = (await system.put(path, GRANDMOTHER)).json
    await change(amy, (await amy.get(f"/v1/people/{made['id']}")).json, shared_device=True, urgent_at_night=True)
    again = (await system.put(path, {**GRANDMOTHER, "voicemail_ok": True})).json
    assert (again["voicemail_ok"], again["shared_device"], again["urgent_at_night"]) == (True, True, True)


async def test_a_real_address_is_refused_once_it_is_confidential(amy: Api, behind_the_wall: BehindTheWall) -> None:
    real = {"channel": "letter", "value": "1 Hidden Way"}
    dana = await register(amy, {**person("Dana"), "contact_points": [real]})
    refused = await amy.patch(f"/v1/people/{dana['id']}", {"confidential_address": True}, etag=dana["etag"])
    assert refused.codes == [("confidential_address_only_substitute", "#/contact_points/0/value")]
    body = {"confidential_address": True, "contact_points": [{"channel": "letter", "value": "PO Box 7", "substitute": True}]}
    assert (await change(amy, dana, **body))["contact_points"][0]["value"] == "PO Box 7"


ALIKE: dict[str, Any] = {**GRANDMOTHER, "born_on": "1959-05-05"}


async def test_registering_somebody_twice_says_who_they_may_be(amy: Api) -> None:
    first = await register(amy, ALIKE)
    assert first["possible_duplicates"] == []
    again = await register(amy, {**ALIKE, "given_name": "carmen"})
    (hint,) = again["possible_duplicates"]
    assert (hint["id"], hint["matched"], hint["visible"], hint["given_name"]) == (
        first["id"], ["name", "born_on", "phone"], True, "Carmen",
    )  # fmt: skip
    assert again["id"] != first["id"]


async def test_somebody_out_of_sight_is_hinted_at_without_a_word(counties: Counties) -> None:
    amy, sam = counties.staff("amy"), counties.staff("sam", units=("south",))
    hidden = await register(sam, ALIKE)
    (hint,) = (await register(amy, ALIKE))["possible_duplicates"]
    assert (hint["id"], hint["visible"], hint["given_name"], hint["is_minor"]) == (hidden["id"], False, None, None)
    assert (await amy.get(f"/v1/people/{hidden['id']}")).status == 404
    family = (await amy.post("/v1/cases", FAMILY)).json
    added = await amy.post(f"/v1/cases/{family['id']}/members", {"person_id": hidden["id"], "relationship": "neighbor"})
    assert added.status == 201


@pytest.mark.parametrize(
    ("other", "matched"),
    [
        ({**person("Carmen"), "born_on": "1959-05-05"}, ["name", "born_on"]),
        (person("Carmen"), ["name"]),
        ({**person("Carmen"), "born_on": "2001-01-01"}, None),
        ({**person("Lucía"), "contact_points": GRANDMOTHER["contact_points"]}, ["phone"]),
        ({**person("Ana", "Ruiz"), "born_on": "1959-05-05"}, None),
    ],
)
async def test_what_makes_two_people_alike(amy: Api, other: dict[str, Any], matched: list[str] | None) -> None:
    await register(amy, ALIKE)
    hints = (await register(amy, other))["possible_duplicates"]
    assert [hint["matched"] for hint in hints] == [each for each in [matched] if each]


async def test_a_shared_address_is_no_hint(amy: Api) -> None:
    shelter = {"channel": "letter", "value": "9 Shelter St"}
    await register(amy, {**person("Dana"), "contact_points": [shelter]})
    assert (await register(amy, {**person("Ines"), "contact_points": [shelter]}))["possible_duplicates"] == []


async def test_who_was_decided_to_be_two_is_hinted_at_no_more(counties: Counties) -> None:
    amy = counties.staff("amy")
    first, second = await register(amy, ALIKE), await register(amy, ALIKE)
    alike = f"/v1/people/{second['id']}/possible-duplicates"
    assert [each["id"] for each in (await amy.get(alike)).json["items"]] == [first["id"]]
    kept = await amy.put(f"{alike}/{first['id']}", {"decision": "keep_both"})
    assert (kept.status, kept.json["decided_by"], kept.json["other_person_id"]) == (200, "amy", first["id"])
    for one in (first, second):
        assert (await amy.get(f"/v1/people/{one['id']}/possible-duplicates")).json["items"] == []
    repeated = await amy.put(f"/v1/people/{first['id']}/possible-duplicates/{second['id']}", {"decision": "keep_both"})
    assert (repeated.json["decided_at"], repeated.json["other_person_id"]) == (kept.json["decided_at"], second["id"])


async def test_a_decision_is_to_keep_both_or_none(amy: Api) -> None:
    first, second = await register(amy, ALIKE), await register(amy, person("Ana"))
    alike = f"/v1/people/{first['id']}/possible-duplicates"
    assert (await amy.put(f"{alike}/{second['id']}", {"decision": "merge"})).status == 422
    assert (await amy.put(f"{alike}/{first['id']}", {"decision": "keep_both"})).status == 404


async def test_who_was_neither_seen_nor_found_cannot_be_decided_about(counties: Counties) -> None:
    hidden = await register(counties.staff("sam", units=("south",)), person("Ines"))
    amy = counties.staff("amy")
    mine = await register(amy, person("Ana"))
    answer = await amy.put(f"/v1/people/{mine['id']}/possible-duplicates/{hidden['id']}", {"decision": "keep_both"})
    assert (answer.status, answer.code) == (404, "not_found")
