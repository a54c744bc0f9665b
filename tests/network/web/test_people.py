"""People over HTTP: registering, changing, the scope for contacts, what is refused and by which code."""

import asyncio
from typing import Any

import pytest

from tests.network.bodies import CHILD, GRANDMOTHER, person
from tests.network.conftest import Api, BehindTheWall, Counties


async def register(api: Api, body: dict[str, Any]) -> dict[str, Any]:
    answer = await api.post("/v1/people", body)
    assert answer.status == 201, answer.json
    registered: dict[str, Any] = answer.json
    return registered


async def test_a_person_comes_back_as_registered(amy: Api) -> None:
    made = await amy.post("/v1/people", GRANDMOTHER)
    read = await amy.get(made.headers["Location"])
    assert {**read.json, "possible_duplicates": []} == made.json
    assert read.headers["ETag"] == made.headers["ETag"] == made.json["etag"]
    assert (read.json["spoken_language"], read.json["quiet_from"], read.json["is_minor"]) == ("es-MX", "21:00", False)


async def test_numbers_are_absent_without_the_scope_for_contacts(amy: Api, counties: Counties) -> None:
    carmen = await register(amy, GRANDMOTHER)
    other = counties.staff("amy", scopes=("people.read",))
    read = await other.get(f"/v1/people/{carmen['id']}")
    assert (read.json["contact_points"][0]["value"], read.json["safe_words"]) == (None, None)
    assert "+19165550131" not in str(read.json)


async def test_the_same_key_registers_once(amy: Api, behind_the_wall: BehindTheWall) -> None:
    first = await amy.post("/v1/people", GRANDMOTHER, key="one-and-only")
    again = await amy.post("/v1/people", GRANDMOTHER, key="one-and-only")
    assert (again.json, again.headers["Idempotency-Replayed"]) == (first.json, "true")
    assert behind_the_wall.types() == ["person_registered"]


async def test_a_change_needs_the_version_it_was_made_for(amy: Api) -> None:
    path = f"/v1/people/{(await register(amy, GRANDMOTHER))['id']}"
    assert (await amy.patch(path, {"voicemail_ok": True})).code == "precondition_required"
    assert (await amy.patch(path, {"voicemail_ok": True}, etag='"99"')).code == "precondition_failed"


async def test_a_merge_patch_changes_what_it_names(amy: Api, behind_the_wall: BehindTheWall) -> None:
    before = await register(amy, {**GRANDMOTHER, "preferred_name": "Mela", "external_id": "A-1"})
    after = await amy.patch(
        f"/v1/people/{before['id']}",
        {"preferred_name": None, "quiet_until": "09:00", "external_id": None},
        etag=before["etag"],
    )
    assert after.status == 200, after.json
    assert (after.json["preferred_name"], after.json["external_id"], after.json["quiet_until"]) == ("", None, "09:00")
    assert after.json["contact_points"] == before["contact_points"]
    assert after.json["etag"] != before["etag"]
    assert behind_the_wall.types() == ["person_registered", "person_changed"]


async def test_a_change_that_changes_nothing_is_told_to_nobody(amy: Api, behind_the_wall: BehindTheWall) -> None:
    before = await register(amy, GRANDMOTHER)
    after = await amy.patch(f"/v1/people/{before['id']}", {"given_name": "Carmen"}, etag=before["etag"])
    assert {**after.json, "possible_duplicates": []} == before
    assert behind_the_wall.types() == ["person_registered"]


async def test_a_new_number_is_a_new_contact_point(amy: Api) -> None:
    before = await register(amy, GRANDMOTHER)
    point = before["contact_points"][0]
    after = await amy.patch(
        f"/v1/people/{before['id']}",
        {"contact_points": [{"id": point["id"]}, {"channel": "email", "value": "carmen@example.org"}]},
        etag=before["etag"],
    )
    assert after.status == 200, after.json
    kept, new = after.json["contact_points"]
    assert (kept["id"], kept["value"], kept["consent"]) == (point["id"], point["value"], "granted")
    assert (new["value"], new["consent"]) == ("carmen@example.org", "none")


async def test_a_name_cannot_be_emptied(amy: Api) -> None:
    before = await register(amy, GRANDMOTHER)
    refused = await amy.patch(f"/v1/people/{before['id']}", {"given_name": None}, etag=before["etag"])
    assert (refused.status, refused.codes) == (422, [("wrong_type", "#/given_name")])


@pytest.mark.parametrize(
    ("change", "code", "pointer"),
    [
        ({"spoken_language": "tlh-x"}, "language_unknown", "#/spoken_language"),
        ({"time_zone": "PST"}, "timezone_unknown", "#/time_zone"),
        ({"given_name": " \u00a0\t"}, "blank", "#/given_name"),
        ({"given_name": "Ana \u202egnitteM\u202c"}, "disallowed_characters", "#/given_name"),
        ({"born_on": "2999-01-01"}, "date_out_of_range", "#/born_on"),
        ({"born_on": "2090-01-01"}, "date_out_of_range", "#/born_on"),
        ({"quiet_from": "25:00"}, "time_invalid", "#/quiet_from"),
        ({"county_id": "x"}, "unknown_property", "#/county_id"),
        ({"contact_points": [{"channel": "sms", "value": "+1 911"}]}, "phone_invalid", "#/contact_points/0/value"),
        ({"contact_points": [{"channel": "email", "value": "a@localhost"}]}, "email_invalid", "#/contact_points/0/value"),
        (
            {"contact_points": [{"channel": "sms", "value": "+19165550131", "consent": "granted"}]},
            "needed_here",
            "#/contact_points/0/consent_source",
        ),
        (
            {"confidential_address": True, "contact_points": [{"channel": "letter", "value": "1 Hidden Way"}]},
            "confidential_address_only_substitute",
            "#/contact_points/0/value",
        ),
    ],
)
async def test_values_that_cannot_be_right_are_refused(
    amy: Api, behind_the_wall: BehindTheWall, change: dict[str, Any], code: str, pointer: str
) -> None:
    refused = await amy.post("/v1/people", {**GRANDMOTHER, **change})
    assert (refused.status, refused.codes) == (422, [(code, pointer)])
    assert behind_the_wall.facts() == []


async def test_every_bad_number_is_named_at_once_and_none_is_echoed(amy: Api) -> None:
    points = [{"channel": "sms", "value": "+1 911"}, {"channel": "sms", "value": "916 555 0199 x77"}]
    refused = await amy.post("/v1/people", {**GRANDMOTHER, "contact_points": points})
    assert refused.codes == [("phone_invalid", "#/contact_points/0/value"), ("phone_extension", "#/contact_points/1/value")]
    words = str(refused.json["errors"]).replace("+1 916 555 0199", "")
    assert not any(echo in words for echo in ("911", "916", "x77"))


async def test_an_external_id_is_one_persons(amy: Api) -> None:
    await register(amy, person("Ana", external_id="007"))
    assert (await amy.post("/v1/people", person("Eve", external_id="007"))).code == "external_id_taken"


async def test_two_systems_write_one_external_id_at_once_and_make_one_person(counties: Counties) -> None:
    system = counties.system()
    answers = await asyncio.gather(*(system.put("/v1/people/by-external-id/11", person("Ana")) for _ in range(4)))
    assert sorted(each.status for each in answers) == [200, 200, 200, 201]
    assert len({each.json["id"] for each in answers}) == 1


async def test_of_two_at_once_one_gets_the_external_id(amy: Api) -> None:
    bodies = [person("Ana", external_id="9"), person("Eve", external_id="9")]
    answers = await asyncio.gather(*(amy.post("/v1/people", body) for body in bodies))
    assert sorted(each.status for each in answers) == [201, 409]


async def test_a_staff_id_is_one_persons(counties: Counties) -> None:
    ana = counties.staff("ana")
    await register(ana, person("Ana", staff_id="ana"))
    assert (await ana.post("/v1/people", person("Eve", staff_id="ana"))).code == "staff_id_taken"


async def test_a_county_system_writes_by_its_own_id(counties: Counties, behind_the_wall: BehindTheWall) -> None:
    system = counties.system()
    path = "/v1/people/by-external-id/00042"
    first = await system.put(path, CHILD)
    same = await system.put(path, CHILD)
    changed = await system.put(path, {**CHILD, "given_name": "Matías"})
    assert (first.status, same.status, changed.status) == (201, 200, 200)
    assert first.json["id"] == same.json["id"] == changed.json["id"]
    assert (same.json["external_id"], changed.json["given_name"]) == ("00042", "Matías")
    assert behind_the_wall.types() == ["person_registered", "person_changed"]


async def test_a_county_file_does_not_speak_against_a_person(counties: Counties) -> None:
    system = counties.system()
    path = "/v1/people/by-external-id/00043"
    first = await system.put(path, GRANDMOTHER)
    point = first.json["contact_points"][0]
    said_less = {**GRANDMOTHER, "contact_points": [{**GRANDMOTHER["contact_points"][0], "consent": "none"}]}
    again = await system.put(path, said_less)
    assert again.json["contact_points"] == [point]


async def test_a_worker_does_not_write_by_external_id(amy: Api) -> None:
    refused = await amy.put("/v1/people/by-external-id/00042", CHILD)
    assert (refused.status, refused.code) == (403, "county_systems_only")


async def test_an_external_id_is_plain(counties: Counties) -> None:
    assert (await counties.system().put("/v1/people/by-external-id/a%20b", CHILD)).status == 404


async def test_minors_are_marked(amy: Api) -> None:
    assert (await register(amy, CHILD))["is_minor"] is True


async def test_a_colleagues_record_is_kept_by_them_and_those_who_lead(counties: Counties) -> None:
    amy, eve, sue = counties.staff("amy"), counties.staff("eve"), counties.staff("sue", "supervisor")
    assert (await amy.post("/v1/people", person("Eve", staff_id="eve"))).code == "colleague_record"
    record = (await sue.post("/v1/people", person("Eve", staff_id="eve"))).json
    path = f"/v1/people/{record['id']}"
    assert (await amy.get(path)).status == 200
    elsewhere = {"contact_points": [{"channel": "email", "value": "amy@example.org"}]}
    refused = await amy.patch(path, elsewhere, record["etag"])
    assert (refused.status, refused.code) == (403, "colleague_record")
    own = await eve.patch(path, {"voicemail_ok": True}, record["etag"])
    assert own.status == 200, own.json
    # Nor may anybody be made a colleague, and so be seen by all.
    mother = (await amy.post("/v1/people", person("Rosa"))).json
    assert (await amy.patch(f"/v1/people/{mother['id']}", {"staff_id": "rosa"}, mother["etag"])).code == "colleague_record"
