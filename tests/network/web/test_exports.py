"""A county fetches its roster: whole, family by family, harmless in a spreadsheet, each person on record as seen."""

import csv
import io
import json
from typing import Any
from uuid import UUID

import pytest

from services.network.use_cases import export_roster
from shared.db.unit import Units
from tests.network.bodies import FAMILY, GRANDMOTHER, person
from tests.network.conftest import EVERY_SCOPE, Api, BehindTheWall, Counties
from tests.network.rosters import MEMBERS, Sends

HOUSE = {"channel": "letter", "value": "12 Main Street, Alder"}


async def fetched(api: Api, path: str) -> tuple[str, dict[str, str]]:
    """Fetch a file."""
    async with api._client.get(path, headers=api._headers) as response:
        assert response.status == 200
        return await response.text(), dict(response.headers)


async def families(amy: Api) -> tuple[dict[str, Any], dict[str, Any]]:
    """Two families: Carmen with a formula for a name and a house, and Otto."""
    carmen = {**GRANDMOTHER, "given_name": "=cmd|' /C calc'!A0", "contact_points": [*GRANDMOTHER["contact_points"], HOUSE]}
    made = []
    for body in (carmen, person("Otto")):
        case = (await amy.post("/v1/cases", FAMILY)).json
        one = (await amy.post("/v1/people", body)).json
        await amy.post(f"/v1/cases/{case['id']}/members", {"person_id": one["id"], "relationship": "neighbor"})
        made.append(case)
    return made[0], made[1]


async def test_the_roster_names_families_members_and_states_and_no_place_to_live(counties: Counties) -> None:
    first, second = await families(counties.staff("amy"))
    text, headers = await fetched(counties.system(), "/v1/exports/roster.csv")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert headers["Content-Type"] == "text/csv; charset=utf-8"
    assert (headers["Cache-Control"], headers["X-Content-Type-Options"]) == ("no-store", "nosniff")
    assert [row["case_id"] for row in rows] == sorted([first["id"], second["id"]])
    assert [row["state"] for row in rows] == ["identified", "identified"]
    assert "Main Street" not in text


async def test_no_cell_is_a_formula_and_the_stored_name_is_not_touched(counties: Counties) -> None:
    await families(counties.staff("amy"))
    text, _ = await fetched(counties.system(), "/v1/exports/roster.csv")
    rows = {row["family_name"] + row["given_name"][-2:]: row for row in csv.DictReader(io.StringIO(text))}
    assert rows["LunaA0"]["given_name"] == "'=cmd|' /C calc'!A0"
    assert rows["LunaA0"]["phone"] == "'+19165550131"
    lines, _ = await fetched(counties.system(), "/v1/exports/roster.ndjson")
    assert {json.loads(line)["given_name"] for line in lines.splitlines()} == {"=cmd|' /C calc'!A0", "Otto"}


async def test_numbers_need_their_own_scope(counties: Counties) -> None:
    await families(counties.staff("amy"))
    scopes = [scope for scope in EVERY_SCOPE if scope != "people.contact.read"]
    system = counties.staff("alder-cws", "system", units=(), scopes=scopes)
    text, _ = await fetched(system, "/v1/exports/roster.ndjson")
    assert {json.loads(line)["phone"] for line in text.splitlines()} == {None}


async def test_the_export_and_each_person_in_it_are_on_record(counties: Counties, behind_the_wall: BehindTheWall) -> None:
    await families(counties.staff("amy"))
    before = len(behind_the_wall.audit())
    await fetched(counties.system(), "/v1/exports/roster.ndjson")
    told = [action for action, _, _ in behind_the_wall.audit()[before:]]
    assert told == ["roster.exported", "person.exported", "person.exported"]


async def test_a_roster_of_many_pages_is_whole(
    counties: Counties, units: Units, county_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_roster, "PAGE", 2)
    sends = Sends(counties.system(), units, county_id)
    await sends.done("external_id,given_name,spoken_language\n" + "".join(f"{each},P{each},en\n" for each in range(5)))
    await sends.done("external_id,title,unit\nF1,One,north\nF2,Two,north\n", kind="cases")
    pairs = [f"F{family},{each},coach,\n" for family in (1, 2) for each in range(5)]
    await sends.done(MEMBERS + "".join(pairs), kind="members")
    text, _ = await fetched(sends.api, "/v1/exports/roster.ndjson")
    lines = [json.loads(line) for line in text.splitlines()]
    assert {(line["case_external_id"], line["person_external_id"]) for line in lines} == {
        (f"F{family}", str(each)) for family in (1, 2) for each in range(5)
    }
    assert len(lines) == 10


async def test_another_county_gets_its_own_and_nothing_else(counties: Counties) -> None:
    await families(counties.staff("amy"))
    text, _ = await fetched(counties.staff("birch-cws", "system", units=(), birch=True), "/v1/exports/roster.ndjson")
    assert text == ""


async def test_a_family_leaves_as_one_file_with_the_ids_of_the_api(amy: Api, behind_the_wall: BehindTheWall) -> None:
    first, _ = await families(amy)
    path = f"/v1/cases/{first['id']}"
    (member,) = (await amy.get(f"{path}/members")).json["items"]
    before = len(behind_the_wall.audit())
    file = (await amy.get(f"{path}/export")).json
    assert (file["format"], file["version"], file["case"]["id"]) == ("surround.family", 1, first["id"])
    assert file["members"] == [member]
    assert (file["children"], file["statements"], file["plans"]) == ([], [], [])
    told = [action for action, _, _ in behind_the_wall.audit()[before:]]
    assert {"case.exported", "person.read"} <= set(told)


async def test_the_file_of_a_family_needs_the_scopes_of_all_that_is_in_it(counties: Counties, amy: Api) -> None:
    first, _ = await families(amy)
    for scopes in (("plans.read", "people.read"), ("plans.read", "cases.read"), ("people.read", "cases.read")):
        assert (await counties.staff("amy", scopes=scopes).get(f"/v1/cases/{first['id']}/export")).status == 403
