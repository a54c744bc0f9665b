"""What nobody may see of meetings: each route, for each kind of caller, about each kind of record."""

from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from deploy.local.sandbox.identity import SCOPES_OF_ROLE
from services.meetings.domain.responses import Outcome, Reply
from services.meetings.storage.replies import Received
from services.meetings.web.routes import ROUTES
from services.meetings.web.schemas.replies import reply_out
from shared.events.network import CaseAccessChanged
from shared.events.notify import Proof, ReplyChannel, ReplyKind, ReplyReceived, SubjectKind
from shared.kernel.access import Role
from shared.kernel.ids import spell
from tests.meetings.conftest import ZONE, Counties, Family, Log, World, a_booking, at, next_day, who
from tests.network.conftest import Api
from tests.support.walls import INSIDE, Attempt, by_scope, never_tried

A_WEEK = {"time_zone": ZONE, "weekly": []}
A_STRETCH = {"starts_local": at("08:00"), "ends_local": at("09:00"), "time_zone": ZONE}
A_DAY = {"earliest_on": next_day().isoformat(), "latest_on": next_day().isoformat()}
SOMEBODY = [{"person_id": "{person_id}", "role": "parent"}]
MEETING = "/v1/meetings/{meeting_id}"
PARTICIPANT = f"{MEETING}/participants/{{participant_id}}"
PERSON = "/v1/people/{person_id}"

OF_A_FAMILY = [
    Attempt("GET", f"{PERSON}/usual-hours"),
    Attempt("PUT", f"{PERSON}/usual-hours", A_WEEK),
    Attempt("GET", f"{PERSON}/unavailabilities"),
    Attempt("POST", f"{PERSON}/unavailabilities", A_STRETCH),
    Attempt("GET", f"{PERSON}/calendars"),
    Attempt("POST", f"{PERSON}/calendars", {"url": "http://127.0.0.1:9/x.ics"}),
    Attempt("POST", f"{PERSON}/calendars/{{calendar_id}}:refresh"),
    Attempt("GET", "/v1/cases/{case_id}/mandates"),
    Attempt("GET", "/v1/cases/{case_id}/viewers"),
    Attempt("POST", "/v1/times:search",
            {"case_id": "{case_id}", "participants": SOMEBODY, "minutes": 30, "time_zone": ZONE, **A_DAY}),
    Attempt("POST", "/v1/meetings",
            {"case_id": "{case_id}", "kind": "coaching", "starts_local": at("08:00"), "time_zone": ZONE, "minutes": 30,
             "participants": SOMEBODY}),
]  # fmt: skip
OF_A_MEETING = [
    Attempt("GET", MEETING),
    Attempt("GET", f"{MEETING}/replies"),
    Attempt("GET", f"{MEETING}/history"),
    Attempt("PATCH", MEETING, {"purposes": ["other"]}),
    Attempt("POST", f"{MEETING}/participants", {"person_id": "{other_person_id}", "role": "extended_family"}),
    Attempt("POST", f"{PARTICIPANT}/responses", {"answer": "accepted", "source": "phone"}),
    Attempt("POST", f"{PARTICIPANT}:resend"),
    Attempt("POST", f"{MEETING}/replies/{{reply_id}}:apply", {"participant_id": "{participant_id}"}),
    Attempt("POST", f"{MEETING}:confirm", {}),
    Attempt("POST", f"{MEETING}:move", {"starts_local": at("15:00")}),
    Attempt("POST", f"{MEETING}:cancel", {"reason_code": "other"}),
    Attempt("POST", f"{MEETING}:revive", {}),
]
ENDS = [
    Attempt("DELETE", f"{PERSON}/unavailabilities/{{unavailability_id}}"),
    Attempt("DELETE", f"{PERSON}/calendars/{{calendar_id}}"),
    Attempt("DELETE", PARTICIPANT),
]
RESOURCE = "/v1/resources/{resource_id}"
OF_THE_COUNTY = [
    Attempt("GET", RESOURCE),
    Attempt("PATCH", RESOURCE, {"capacity": 3}),
    Attempt("GET", f"{RESOURCE}/usual-hours"),
    Attempt("PUT", f"{RESOURCE}/usual-hours", A_WEEK),
    Attempt("GET", f"{RESOURCE}/unavailabilities"),
    Attempt("POST", f"{RESOURCE}/unavailabilities", A_STRETCH),
    Attempt("POST", "/v1/holds",
            {"starts_local": at("08:00"), "time_zone": ZONE, "minutes": 30, "resource_ids": ["{resource_id}"]}),
    Attempt("DELETE", f"{RESOURCE}/unavailabilities/{{its_unavailability_id}}"),
]  # fmt: skip
OF_WHO_HOLDS = [Attempt("DELETE", "/v1/holds/{hold_id}")]

# What asks about no record in particular: lists hold only what is in sight (tested below), `events` is for our services alone.
WITHOUT_RECORD = {
    "GET /v1/resources", "POST /v1/resources", "GET /v1/meetings", "GET /v1/mandates", "GET /v1/events",
    "DELETE /v1/resources/{resource_id}/unavailabilities/{unavailability_id}",
}  # fmt: skip


def test_every_route_is_tried() -> None:
    attempts = [*OF_A_FAMILY, *OF_A_MEETING, *ENDS, *OF_THE_COUNTY, *OF_WHO_HOLDS]
    assert never_tried(ROUTES, attempts, WITHOUT_RECORD) == set()


async def records_of(api: Api, world: World, family: Family, resource_id: str, clock: str) -> dict[str, str]:
    """Make one of everything around a family; return the ids by their name in a path."""
    person_id = spell("per", family.mother)
    booking = a_booking(family, participants=[who(family.mother, "parent")], starts_local=at(clock), facilitator_id=resource_id)
    meeting = (await api.post("/v1/meetings", booking)).json
    reply = ReplyReceived(
        reply_id=f"mail-{uuid4().hex}", subject_kind=SubjectKind.MEETING, subject_id=UUID(meeting["id"][4:]), person_id=None,
        participant_id=None, uid="unknown", recurrence_id=None, sequence=0, stamp=None, received_at=datetime.now(UTC),
        channel=ReplyChannel.MAIL, kind=ReplyKind.ANSWER, partstat="accepted", proof=Proof.NONE, refused="",
        proposed_starts_at=None, proposed_ends_at=None,
    )  # fmt: skip
    await world.hear(reply)
    people = f"/v1/people/{person_id}"
    hold = {"starts_local": at("19:00"), "time_zone": ZONE, "minutes": 15, "resource_ids": [resource_id]}
    made = {
        "unavailability_id": await api.post(f"{people}/unavailabilities", A_STRETCH),
        "calendar_id": await api.post(f"{people}/calendars", {"url": "http://127.0.0.1:9/x.ics"}),
        "its_unavailability_id": await api.post(f"/v1/resources/{resource_id}/unavailabilities", A_STRETCH),
    }
    held = await api.post("/v1/holds", hold)
    return {
        "case_id": family.id,
        "person_id": person_id,
        "other_person_id": spell("per", family.aunt),
        "meeting_id": meeting["id"],
        "participant_id": meeting["participants"][0]["id"],
        "reply_id": (await api.get(f"/v1/meetings/{meeting['id']}/replies")).json["items"][0]["id"],
        "resource_id": resource_id,
        "hold_id": held.json.get("id", spell("hold", uuid4())),
        **{name: answer.json["id"] for name, answer in made.items()},
    }


@pytest.fixture
async def ids(amy: Api, world: World, family: Family, pools: Mapping[str, str]) -> dict[str, str]:
    """One of everything around Amy's family, which she shares with Cy."""
    for shared_with in (("cy", "di"), ("cy",)):
        now = datetime.now(UTC)
        await world.hear(
            CaseAccessChanged(case_id=family.case_id, unit="north", assigned=("amy",), shared_with=shared_with, at=now)
        )
    return await records_of(amy, world, family, pools["facilitator"], "10:00")


OUTSIDE = {
    "a colleague of the unit": ("eve", ("caseworker",), ("north",), False),
    "a facilitator of other meetings": ("fin", ("facilitator",), ("north",), False),
    "the worker on call": ("oda", ("on_call",), ("north",), False),
    "another unit's supervisor": ("sol", ("supervisor",), ("south",), False),
    "another unit's scheduler": ("sky", ("scheduler",), ("south",), False),
    "somebody whose share has ended": ("di", ("caseworker",), ("north",), False),
    "somebody without a known role": ("eve", ("mayor",), ("north",), False),
    "another county's namesake": ("amy", ("caseworker",), ("north",), True),
    "another county's administrator": ("ad", ("county_admin",), ("north",), True),
}


@pytest.mark.parametrize("caller", OUTSIDE)
async def test_what_is_out_of_sight_is_not_there(counties: Counties, log: Log, ids: dict[str, str], caller: str) -> None:
    staff_id, roles, units, birch = OUTSIDE[caller]
    api = counties.staff(staff_id, *roles, units=units, birch=birch)
    attempts = [*OF_A_FAMILY, *OF_A_MEETING, *ENDS, *OF_WHO_HOLDS, *(OF_THE_COUNTY if birch else ())]
    before = log.everything(but="audit")
    missing = {name: f"{value[:-32]}{uuid4().hex}" for name, value in ids.items()}
    for attempt in attempts:
        answer, as_if_none = await attempt.by(api, ids), await attempt.by(api, missing)
        assert (str(attempt), answer.status) == (str(attempt), 404)
        assert {**answer.json, "instance": ""} == {**as_if_none.json, "instance": ""}, str(attempt)
    for path in ("/v1/meetings", f"/v1/meetings?case_id={ids['case_id']}", "/v1/mandates"):
        assert (await api.get(path)).json["items"] == []
    assert log.everything(but="audit") == before


@pytest.mark.parametrize("caller", INSIDE)
async def test_what_is_in_sight_is_there(counties: Counties, ids: dict[str, str], caller: str) -> None:
    """The other half: without it, a route that finds nothing for anybody would pass for walled."""
    staff_id, roles, units = INSIDE[caller]
    api = counties.staff(staff_id, *roles, units=units)
    for attempt in (*OF_A_FAMILY, *OF_A_MEETING, *ENDS, *OF_THE_COUNTY):
        etag = (await api.get(f"/v1/meetings/{ids['meeting_id']}")).json["etag"]
        answer = await attempt.by(api, ids, etag=etag)
        assert answer.status not in {401, 403, 404}, (str(attempt), answer.json)


# Roles by which nobody sees a family that is in other hands.
ROLES_WITHOUT_SIGHT = [role for role in Role if role not in {Role.COUNTY_ADMIN, Role.AUDITOR, Role.SYSTEM}]


@pytest.mark.parametrize("role", ROLES_WITHOUT_SIGHT)
async def test_a_role_and_its_scopes_open_no_record(counties: Counties, ids: dict[str, str], role: Role) -> None:
    """The statuses are generated: 403 where the route's scope is none of the role's, 404 wherever it is."""
    scopes, attempts = tuple(SCOPES_OF_ROLE[role]), (*OF_A_FAMILY, *OF_A_MEETING, *ENDS)
    stranger = counties.staff("eve", role, units=("south",), scopes=scopes)
    found = {str(attempt): (await attempt.by(stranger, ids)).status for attempt in attempts}
    assert found == by_scope(ROUTES, attempts, scopes, otherwise=404)


async def test_an_auditor_reads_everything_and_changes_nothing(counties: Counties, log: Log, ids: dict[str, str]) -> None:
    auditor, reads = counties.staff("ari", "auditor", units=()), {f"{r.method} {r.path}" for r in ROUTES if r.needs in READING}
    before = log.everything(but="audit")
    attempts = (*OF_A_FAMILY, *OF_A_MEETING, *ENDS, *OF_THE_COUNTY)
    found = {str(each): (await each.by(auditor, ids)).status for each in attempts}
    assert {name for name, status in found.items() if status == 200} == {str(each) for each in attempts if str(each) in reads}
    assert {status for name, status in found.items() if name not in reads} == {403}
    assert log.everything(but="audit") == before


READING = {"meetings.read", "audit.read"}


async def test_every_route_asks_for_its_scope(counties: Counties, ids: dict[str, str]) -> None:
    bare = counties.staff("amy", scopes=())
    attempts = (*OF_A_FAMILY, *OF_A_MEETING, *ENDS, *OF_THE_COUNTY, *OF_WHO_HOLDS)
    assert {(await attempt.by(bare, ids)).status for attempt in attempts} == {403}


async def test_a_facilitator_sees_the_meeting_and_nothing_else_of_the_family(counties: Counties, ids: dict[str, str]) -> None:
    sam = counties.staff("sam", "facilitator", units=())
    assert {(str(each), (await each.by(sam, ids)).status) for each in OF_A_FAMILY} == {(str(each), 404) for each in OF_A_FAMILY}
    assert {(str(each), (await each.by(sam, ids)).status) for each in OF_A_MEETING if each.method == "GET"} == {
        (f"GET {MEETING}", 200),
        (f"GET {MEETING}/replies", 200),
        (f"GET {MEETING}/history", 200),
    }


async def test_what_belongs_to_one_record_is_not_found_under_another(
    amy: Api, world: World, ids: dict[str, str], pools: Mapping[str, str]
) -> None:
    other = await records_of(amy, world, await world.family(), pools["facilitator"], "14:00")
    etag = (await amy.get(f"/v1/meetings/{ids['meeting_id']}")).json["etag"]
    nested = [each for each in (*OF_A_FAMILY, *OF_A_MEETING, *ENDS) if each.path.count("{") > 1]
    assert len(nested) == 7
    for attempt in nested:
        inner = attempt.path.rsplit("{", 1)[1].split("}")[0]
        answer = await attempt.by(amy, {**ids, inner: other[inner]}, etag=etag)
        assert (str(attempt), answer.status) == (str(attempt), 404)
    of_resource = Attempt("DELETE", "/v1/resources/{resource_id}/unavailabilities/{its_unavailability_id}")
    assert (await of_resource.by(amy, {**ids, "resource_id": pools["room"]})).status == 404


async def test_who_has_looked_at_a_familys_meetings_is_shown(counties: Counties, ids: dict[str, str]) -> None:
    sue = counties.staff("sue", "supervisor")
    for _ in range(2):
        await sue.get(f"/v1/meetings/{ids['meeting_id']}")
    found = {each["actor_id"]: each for each in (await sue.get(f"/v1/cases/{ids['case_id']}/viewers")).json["items"]}
    assert (found["sue"]["did"], found["sue"]["times"]) == ({"meeting.read": 2}, 2)
    assert found["amy"]["did"]["meeting.booked"] == 1


async def test_ids_in_a_body_open_nothing(amy: Api, counties: Counties, world: World, family: Family, ids: dict[str, str]) -> None:
    theirs = await world.family(("bo",))
    bo, birch = counties.staff("bo"), counties.staff("ann", "county_admin", birch=True)
    made = await birch.post("/v1/resources", {"kind": "room", "name": "Birch Room"})
    room = made.json["id"]
    mine = a_booking(theirs, participants=[who(theirs.mother, "parent")])
    search = {"case_id": theirs.id, "participants": [who(theirs.mother, "parent")], "minutes": 30, "time_zone": ZONE, **A_DAY}
    refused = {
        "linked_to": await bo.post("/v1/meetings", {**mine, "linked_to": ids["meeting_id"]}),
        "moving": await bo.post("/v1/times:search", {**search, "moving": ids["meeting_id"]}),
        "hold_id": await bo.post("/v1/meetings", {**mine, "room_id": None, "hold_id": ids["hold_id"]}),
        "room_id": await bo.post("/v1/meetings", {**mine, "room_id": room}),
        "resource_ids": await bo.post("/v1/holds", {**A_STRETCH_HELD, "resource_ids": [room]}),
    }
    assert {name: answer.status for name, answer in refused.items()} == dict.fromkeys(refused, 404)
    strangers = {
        "participants": await bo.post("/v1/meetings", {**mine, "participants": [who(family.mother, "parent")]}),
        "children": await bo.post("/v1/meetings", {**mine, "children": [spell("per", family.child)]}),
        "searched": await bo.post("/v1/times:search", {**search, "participants": [who(family.mother, "parent")]}),
        "about": await bo.post("/v1/times:search", {**search, "children": [spell("per", family.child)]}),
        "facilitator": await bo.post("/v1/times:search", {**search, "facilitator": {"resource_id": room}}),
    }
    codes = {name: answer.json.get("code", answer.json.get("times")) for name, answer in strangers.items()}
    assert codes == {**dict.fromkeys(strangers, "validation"), "facilitator": []}


A_STRETCH_HELD = {"starts_local": at("08:00"), "time_zone": ZONE, "minutes": 30}


@pytest.mark.parametrize(("may_reach", "shown"), [(True, "ruth@example.org"), (False, "")])
def test_whom_somebody_sends_instead_is_an_address(may_reach: bool, shown: str) -> None:
    reply = Reply(
        reply_id="mail-1", kind=ReplyKind.DELEGATION, partstat="delegated", sequence=0, stamp=None,
        received_at=datetime.now(UTC), channel=ReplyChannel.MAIL, proof=Proof.TOKEN,
    )  # fmt: skip
    received = Received(
        id=uuid4(), reply=reply, uid="", participant_id=None, person_id=None, outcome=Outcome.PROPOSAL,
        delegated_to="ruth@example.org",
    )  # fmt: skip
    assert reply_out(received, may_reach=may_reach).delegated_to == shown
