"""What nobody may see: another county, another's family, and words where only ids belong."""

import re
from uuid import uuid4

import pytest

from deploy.local.sandbox.identity import SCOPES_OF_ROLE
from services.network.web.routes import ROUTES
from services.network.web.schemas import PREFIXES
from shared.kernel.access import Role
from tests.network.bodies import FAMILY, GRANDMOTHER, person
from tests.network.conftest import Api, BehindTheWall, Counties
from tests.network.web.attempts import ATTEMPTS, NOT_BY_SIGHT, WITHOUT_RECORD, a_whole_family
from tests.support.walls import INSIDE, by_scope, never_tried

OUTSIDE = {
    "a colleague of the unit": ("eve", ("caseworker",), ("north",), False),
    "a facilitator": ("fin", ("facilitator",), ("north",), False),
    "the worker on call": ("oda", ("on_call",), ("north",), False),
    "another unit's supervisor": ("sol", ("supervisor",), ("south",), False),
    "another unit's scheduler": ("sky", ("scheduler",), ("south",), False),
    "somebody whose share has ended": ("di", ("caseworker",), ("north",), False),
    "somebody without a known role": ("eve", ("mayor",), ("north",), False),
    "another county's namesake": ("amy", ("supervisor",), ("north",), True),
    "another county's administrator": ("ad", ("county_admin",), ("north",), True),
}


IN_PATH = re.compile(r"{(\w+)}")


def test_every_route_is_tried() -> None:
    assert never_tried(ROUTES, ATTEMPTS, WITHOUT_RECORD) == set()


@pytest.mark.parametrize("caller", OUTSIDE)
async def test_what_is_out_of_sight_is_not_there(counties: Counties, behind_the_wall: BehindTheWall, caller: str) -> None:
    ids = await a_whole_family(counties.staff("amy"))
    before = behind_the_wall.everything(but="audit")
    staff_id, roles, units, birch = OUTSIDE[caller]
    stranger = counties.staff(staff_id, *roles, units=units, birch=birch)
    missing = {name: f"{value[:-32]}{uuid4().hex}" for name, value in ids.items()}
    for attempt in ATTEMPTS:
        answer, as_if_none = await attempt.by(stranger, ids), await attempt.by(stranger, missing)
        assert (str(attempt), answer.status, answer.code) == (str(attempt), 404, "not_found")
        assert {**answer.json, "instance": ""} == {**as_if_none.json, "instance": ""}
    assert (await stranger.get("/v1/cases")).json["items"] == []
    assert behind_the_wall.everything(but="audit") == before


@pytest.mark.parametrize("caller", INSIDE)
async def test_what_is_in_sight_is_there(counties: Counties, caller: str) -> None:
    """The other half: without it, a route that finds nothing for anybody would pass for walled."""
    ids = await a_whole_family(counties.staff("amy"))
    staff_id, roles, units = INSIDE[caller]
    api = counties.staff(staff_id, *roles, units=units)
    for attempt in ATTEMPTS:
        answer = await attempt.by(api, ids)
        refused = answer.status == 403 and answer.code == NOT_BY_SIGHT.get(str(attempt))
        assert refused or answer.status not in {401, 403, 404}, (str(attempt), answer.json)


# Roles by which nobody sees a family that is in other hands.
ROLES_WITHOUT_SIGHT = [role for role in Role if role not in {Role.COUNTY_ADMIN, Role.AUDITOR, Role.SYSTEM}]


@pytest.mark.parametrize("role", ROLES_WITHOUT_SIGHT)
async def test_a_role_and_its_scopes_open_no_record(counties: Counties, role: Role) -> None:
    """The statuses are generated: 403 where the route's scope is none of the role's, 404 wherever it is."""
    ids = await a_whole_family(counties.staff("amy"))
    scopes = tuple(SCOPES_OF_ROLE[role])
    stranger = counties.staff("eve", role, units=("south",), scopes=scopes)
    found = {str(attempt): (await attempt.by(stranger, ids)).status for attempt in ATTEMPTS}
    assert found == by_scope(ROUTES, ATTEMPTS, scopes, otherwise=404)


async def test_an_auditor_reads_everything_and_changes_nothing(counties: Counties, behind_the_wall: BehindTheWall) -> None:
    ids = await a_whole_family(counties.staff("amy"))
    auditor, reads = counties.staff("ari", "auditor", units=()), {f"{r.method} {r.path}" for r in ROUTES if r.needs in READING}
    before = behind_the_wall.everything(but="audit")
    found = {str(attempt): (await attempt.by(auditor, ids)).status for attempt in ATTEMPTS}
    assert found == {str(attempt): 200 if str(attempt) in reads else 403 for attempt in ATTEMPTS}
    assert behind_the_wall.everything(but="audit") == before


READING = {"people.read", "cases.read", "plans.read", "audit.read"}


async def test_what_belongs_to_one_family_is_not_found_under_another(amy: Api) -> None:
    ids, other = await a_whole_family(amy), await a_whole_family(amy)
    named = [(each, [name for name in IN_PATH.findall(each.path) if name in PREFIXES]) for each in ATTEMPTS]
    # Two people may be alike across families: what stands below a person is no family's.
    nested = [(each, found[-1]) for each, found in named if len(found) > 1 and found[0] != "person_id"]
    assert len(nested) >= 4
    for attempt, inner in nested:
        answer = await attempt.by(amy, {**ids, inner: other[inner]})
        assert (str(attempt), answer.status) == (str(attempt), 404)


async def test_another_countys_people_cannot_be_brought_in(counties: Counties) -> None:
    ids = await a_whole_family(counties.staff("amy"))
    bea = counties.staff("bea", "county_admin", birch=True)
    case = (await bea.post("/v1/cases", FAMILY)).json
    path = f"/v1/cases/{case['id']}"
    mine = (await bea.post("/v1/people", person("Bob"))).json
    answers = [
        await bea.post(f"{path}/members", {"person_id": ids["person_id"], "relationship": "coach"}),
        await bea.post(f"{path}/children", {"person_id": ids["child_id"]}),
        await bea.post(f"{path}/separation-rules", {"person_a": mine["id"], "person_b": ids["person_id"], "reason": "dv_safety"}),
    ]
    assert [each.status for each in answers] == [404, 404, 404]


async def test_a_version_or_a_cursor_of_another_county_opens_nothing(counties: Counties) -> None:
    """If-Match and cursor: what is right at home is no key elsewhere."""
    amy, bea = counties.staff("amy"), counties.staff("bea", "county_admin", birch=True)
    ids = await a_whole_family(amy)
    path = f"/v1/cases/{ids['case_id']}"
    etag = (await amy.get(path)).json["etag"]
    assert (await bea.patch(path, {"title": "Mine"}, etag=etag)).status == 404
    cursor = (await amy.get(f"{path}/members?limit=1")).json["next"].partition("?")[2]
    for caller in (bea, counties.staff("eve")):
        assert (await caller.get(f"{path}/members?{cursor}")).status in {400, 404}
    # The place a cursor names is signed for one caller: nobody goes on from it in a list of their own.
    mine = (await bea.post("/v1/cases", {**FAMILY, "assigned": ["bea"]})).json["id"]
    stolen = await bea.get(f"/v1/cases/{mine}/members?{cursor}")
    assert (stolen.status, stolen.code) == (400, "cursor_invalid")


async def test_two_counties_never_find_each_others_people(counties: Counties) -> None:
    await a_whole_family(counties.staff("amy"), external_id="77")
    bea = counties.staff("bea", "county_admin", birch=True)
    for query in ({"name": "Carmen Luna"}, {"phone": "+19165550131"}, {"external_id": "77"}):
        assert (await bea.post("/v1/people:search", query)).json["items"] == []
    assert (await bea.get("/v1/cases")).json["items"] == []
    assert (await bea.post("/v1/people", {**GRANDMOTHER, "external_id": "77"})).status == 201


async def test_every_route_asks_for_its_scope(counties: Counties) -> None:
    ids = await a_whole_family(counties.staff("amy"))
    bare = counties.staff("amy", scopes=())
    assert {(await attempt.by(bare, ids)).status for attempt in ATTEMPTS} == {403}


async def test_an_id_of_the_wrong_kind_is_not_there(counties: Counties) -> None:
    amy = counties.staff("amy")
    ids = await a_whole_family(amy)
    assert (await amy.get(f"/v1/people/{ids['case_id']}")).status == 404
    wrong = await amy.post(f"/v1/cases/{ids['case_id']}/members", {"person_id": ids["case_id"], "relationship": "x"})
    assert wrong.codes == [("id_invalid", "#/person_id")]


async def test_no_words_stand_in_clear_in_any_row(counties: Counties, behind_the_wall: BehindTheWall) -> None:
    amy = counties.staff("amy")
    ids = await a_whole_family(amy)
    await amy.get(f"/v1/cases/{ids['case_id']}/members")
    await amy.post("/v1/people:search", {"name": "Carmen Luna", "phone": "+19165550131"})
    stored = behind_the_wall.everything()
    words = ("Carmen", "Luna", "Mateo", "Rick", "+19165550131", "(916) 555", "calendar", "L. family", "2022-05-05", "dv_safety")
    assert [word for word in words if word in stored] == []


async def test_each_person_in_an_answer_is_on_record(counties: Counties, behind_the_wall: BehindTheWall) -> None:
    amy = counties.staff("amy")
    ids = await a_whole_family(amy)
    before = len(behind_the_wall.audit())
    roster = await amy.get(f"/v1/cases/{ids['case_id']}/members")
    seen = [str(subject).replace("-", "") for action, _, subject in behind_the_wall.audit()[before:] if action == "person.read"]
    assert seen == [each["person_id"].removeprefix("per_") for each in sorted(roster.json["items"], key=lambda m: m["person_id"])]


async def test_only_a_service_of_ours_reads_the_log(counties: Counties) -> None:
    assert (await counties.staff("amy", "system", scopes=("events.read",)).get("/v1/events")).status == 403
    read = await counties.service("events.read").get("/v1/events?after=0&limit=1")
    assert (read.status, set(read.json)) == (200, {"items", "next"})
