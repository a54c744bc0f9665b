"""Finding times over HTTP: what everyone gave, their calendars and our bookings count, and every day without a time says why."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from aiohttp import web
from aiohttp.test_utils import TestServer

from services.meetings.jobs.every_minute import Ticker
from shared.db.unit import Units
from shared.kernel.ids import spell
from shared.kernel.sealed import KeyKind, KeyOf
from tests.meetings.conftest import ZONE, Counties, Family, Log, World, a_booking, an_email, at, everyone, next_day
from tests.network.conftest import Api

DAY = next_day()


def a_search(family: Family, **facts: Any) -> dict[str, Any]:
    return {
        "case_id": family.id,
        "children": [spell("per", family.child)],
        "participants": everyone(family),
        "minutes": 90,
        "time_zone": ZONE,
        "earliest_on": DAY.isoformat(),
        "latest_on": DAY.isoformat(),
        "limit": 50,
        **facts,
    }


async def starts(api: Api, family: Family, **facts: Any) -> list[str]:
    found = await api.post("/v1/times:search", a_search(family, **facts))
    assert found.status == 200, found.json
    return sorted(one["starts_local"][11:] for one in found.json["times"])


async def can(api: Api, family: Family, clock: str, **facts: Any) -> bool:
    """Whether a meeting could begin at this time of the day: the mother can come for just these ninety minutes."""
    begins = datetime.fromisoformat(at(clock, DAY))
    until = f"{begins + timedelta(minutes=90):%H:%M}"
    weekly = [{"weekday": DAY.weekday(), "from": clock, "until": until}]
    await api.put(f"/v1/people/{spell('per', family.mother)}/usual-hours", {"time_zone": ZONE, "weekly": weekly})
    return await starts(api, family, **facts) == [clock]


async def test_usual_hours_bound_the_times(amy: Api, family: Family) -> None:
    weekly = [{"weekday": DAY.weekday(), "from": "09:00", "until": "12:00"}]
    path = f"/v1/people/{spell('per', family.mother)}/usual-hours"
    put = await amy.put(path, {"time_zone": ZONE, "weekly": weekly})
    assert (put.status, put.json["weekly"]) == (200, weekly)
    assert (await amy.get(path)).json == put.json
    assert await starts(amy, family) == ["09:00", "10:00"]


async def test_hours_that_end_before_they_begin_are_refused(amy: Api, family: Family) -> None:
    weekly = [{"weekday": 1, "from": "11:00", "until": "09:00"}]
    refused = await amy.put(f"/v1/people/{spell('per', family.mother)}/usual-hours", {"time_zone": ZONE, "weekly": weekly})
    assert (refused.status, refused.json["errors"][0]["pointer"]) == (422, "#/weekly/0")


async def test_a_day_without_a_time_says_who_stands_in_the_way(amy: Api, family: Family) -> None:
    path = f"/v1/people/{spell('per', family.child)}/unavailabilities"
    school = {"starts_local": at("07:00", DAY), "ends_local": at("21:00", DAY), "time_zone": ZONE, "label_code": "school"}
    given = await amy.post(path, school)
    assert given.status == 201, given.json
    found = await amy.post("/v1/times:search", a_search(family))
    assert found.json["times"] == []
    assert [(one["date"], one["person_id"], one["cause"]) for one in found.json["blocked"]] == [
        (DAY.isoformat(), spell("per", family.child), "school")
    ]
    assert len((await amy.get(path)).json["items"]) == 1
    assert (await amy.delete(f"{path}/{given.json['id']}")).status == 204
    assert (await amy.delete(f"{path}/{given.json['id']}")).status == 404
    assert await starts(amy, family) != []


async def test_what_is_booked_or_held_is_not_offered_but_a_meeting_does_not_stand_in_its_own_way(
    amy: Api, counties: Counties, world: World, family: Family, pools: Mapping[str, str]
) -> None:
    facilitator = {"resource_id": pools["facilitator"]}
    booked = await amy.post("/v1/meetings", a_booking(family, facilitator_id=pools["facilitator"], starts_local=at(day=DAY)))
    assert not await can(amy, family, "10:00", facilitator=facilitator)
    assert not await can(amy, family, "08:30", facilitator=facilitator)  # facilitators keep half an hour between two meetings
    assert await can(amy, family, "08:00", facilitator=facilitator)
    assert await can(amy, family, "10:00", facilitator=facilitator, moving=booked.json["id"])

    choice = {"starts_local": at("14:00", DAY), "time_zone": ZONE, "minutes": 90, "resource_ids": [pools["room"]]}
    await amy.post("/v1/holds", choice)
    assert await can(amy, family, "14:00", room={"needed": True})
    other = await world.family(("bo",))
    assert not await can(counties.staff("bo"), other, "14:00", room={"needed": True})


async def test_no_time_is_offered_near_whom_somebody_must_not_meet(amy: Api, world: World, family: Family) -> None:
    father = await world.person()
    other = await world.family(("amy",))
    await world.member(other.case_id, father)
    await world.keep_apart(father, family.mother)
    room = await amy.post("/v1/resources", {"kind": "room", "name": "Elm", "site": "main_office", "capacity": 20})
    body = a_booking(
        other,
        room_id=room.json["id"],
        starts_local=at("12:00", DAY),
        participants=[{"person_id": spell("per", father), "role": "parent", "required": True, "mode": "in_person"}],
    )
    assert (await amy.post("/v1/meetings", body)).status == 201
    second = await amy.post("/v1/resources", {"kind": "room", "name": "Oak", "site": "main_office", "capacity": 20})
    room_wanted = {"needed": True, "resource_id": second.json["id"]}
    clocks = ("08:30", "09:00", "15:00", "15:30")
    assert [await can(amy, family, clock, room=room_wanted) for clock in clocks] == [True, False, False, True]


async def test_people_kept_apart_are_said_while_searching(amy: Api, world: World, family: Family) -> None:
    await world.keep_apart(family.mother, family.aunt)
    found = await amy.post("/v1/times:search", a_search(family))
    assert len(found.json["linked_pair"]["tables"]) == 2


async def test_the_due_date_bounds_the_search(amy: Api, world: World, family: Family) -> None:
    await world.child(family.case_id, family.child, entered_care_on=DAY - timedelta(days=60))
    found = await amy.post("/v1/times:search", a_search(family, latest_on=(DAY + timedelta(days=1)).isoformat(), limit=50))
    assert {one["starts_local"][:10] for one in found.json["times"]} == {DAY.isoformat()}
    assert found.json["due"]["due_on"] == DAY.isoformat()
    assert ("after_due_date", (DAY + timedelta(days=1)).isoformat()) in {
        (one["cause"], one["date"]) for one in found.json["blocked"]
    }


async def test_an_uploaded_calendar_counts_and_nothing_but_its_times_is_kept(amy: Api, family: Family, log: Log) -> None:
    ics = "\r\n".join([
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//EN",
        "BEGIN:VEVENT", "UID:1", "SUMMARY:Lunch with Zebulon",
        f"DTSTART;TZID=America/Los_Angeles:{DAY:%Y%m%d}T070000", f"DTEND;TZID=America/Los_Angeles:{DAY:%Y%m%d}T190000",
        "END:VEVENT", "END:VCALENDAR", "",
    ])  # fmt: skip
    path = f"/v1/people/{spell('per', family.aunt)}/calendars"
    made = await amy.post(path, {"ics": ics})
    assert (made.status, made.json["state"], made.json["kind"]) == (201, "ok", "uploaded")
    assert await starts(amy, family) == ["19:00"]
    assert "Zebulon" not in log.everything()
    assert (await amy.delete(f"{path}/{made.json['id']}")).status == 204
    assert len(await starts(amy, family)) == 3


async def test_a_file_that_is_no_calendar_is_refused(amy: Api, family: Family) -> None:
    path = f"/v1/people/{spell('per', family.aunt)}/calendars"
    refused = await amy.post(path, {"ics": "hello"})
    assert (refused.status, refused.codes) == (422, [("not_a_calendar", "#/ics")])
    neither = await amy.post(path, {})
    assert (neither.status, neither.codes) == (422, [("required", "#/url")])
    inside = await amy.post(path, {"url": "https://169.254.169.254/latest/meta-data/"})
    assert (inside.status, inside.codes) == (422, [("url_not_allowed", "#/url")])


async def test_a_linked_calendar_is_read_and_keeps_its_last_good_copy(
    amy: Api, world: World, family: Family, units: Units, log: Log
) -> None:
    async with world.unit() as unit:
        lookup = unit.lookup_of("aunt@example.org")
    await world.person(family.aunt, contact_points=(an_email(lookup),))
    busy = f"DTSTART;TZID={ZONE}:{DAY:%Y%m%d}T070000\r\nDTEND;TZID={ZONE}:{DAY:%Y%m%d}T190000"
    declined = f"DTSTART;VALUE=DATE:{DAY:%Y%m%d}\r\nATTENDEE;PARTSTAT=DECLINED:mailto:Aunt@Example.org"
    answers = [
        (200, f"BEGIN:VEVENT\r\nUID:1\r\n{busy}\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:2\r\n{declined}\r\nEND:VEVENT\r\n"),
        (500, ""),
    ]

    async def serve(_: web.Request) -> web.Response:
        status, events = answers.pop(0)
        return web.Response(status=status, text=f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{events}END:VCALENDAR\r\n")

    app = web.Application()
    app.router.add_get("/secret.ics", serve)
    ticker = Ticker(units, [world.county_id], sandbox=True)
    path = f"/v1/people/{spell('per', family.aunt)}/calendars"
    async with TestServer(app) as server:
        made = await amy.post(path, {"url": str(server.make_url("/secret.ics"))})
        assert (made.status, made.json["state"]) == (201, "new"), made.json
        await ticker.refresh(world.county_id)
        assert (await amy.get(path)).json["items"][0]["state"] == "ok"
        assert await starts(amy, family) == ["19:00"]
        asked = await amy.post(f"{path}/{made.json['id']}:refresh")
        assert asked.status == 200, asked.json
        await ticker.refresh(world.county_id)
    found = (await amy.get(path)).json["items"][0]
    assert (found["state"], found["reason"]) == ("feed_error", "status_500")
    assert await starts(amy, family) == ["19:00"]
    assert "secret.ics" not in log.everything()


async def test_an_erased_owner_holds_up_nobody_elses_calendar(
    amy: Api, world: World, family: Family, units: Units, log: Log
) -> None:
    for person_id in (family.mother, family.aunt):
        made = await amy.post(f"/v1/people/{spell('per', person_id)}/calendars", {"url": "http://127.0.0.1:9/secret.ics"})
        assert made.status == 201, made.json
    async with world.unit() as unit:
        await unit.keys.destroy(KeyOf(KeyKind.PERSON, family.mother))
    await Ticker(units, [world.county_id], sandbox=True).refresh(world.county_id)
    assert (await amy.get(f"/v1/people/{spell('per', family.aunt)}/calendars")).json["items"][0]["state"] == "feed_error"
    waiting = "SELECT next_at FROM calendars WHERE county_id = :county ORDER BY next_at NULLS FIRST"
    assert [row[0] is None for row in log.rows(waiting)] == [True, False]


async def test_an_erased_facilitator_leaves_the_list_of_pools_readable(amy: Api, world: World, pools: Mapping[str, str]) -> None:
    async with world.unit() as unit:
        await unit.keys.destroy(KeyOf(KeyKind.PERSON, UUID(pools["sam"])))
    names = {one["kind"]: one["name"] for one in (await amy.get("/v1/resources")).json["items"]}
    assert names == {"facilitator": "", "room": "Oak Room", "interpreter": "Elena"}


async def test_a_colleagues_times_are_kept_by_them_and_those_who_lead(counties: Counties, family: Family) -> None:
    path = f"/v1/people/{spell('per', family.worker)}"
    hours = {"time_zone": ZONE, "weekly": []}
    gone = {"starts_local": at("09:00", DAY), "ends_local": at("10:00", DAY), "time_zone": ZONE}
    bo, amy, sue = counties.staff("bo"), counties.staff("amy"), counties.staff("sue", "supervisor")
    for refused in (
        await bo.put(f"{path}/usual-hours", hours),
        await bo.post(f"{path}/unavailabilities", gone),
        await bo.post(f"{path}/calendars", {"url": "http://127.0.0.1:9/x.ics"}),
        await bo.delete(f"{path}/unavailabilities/una_{uuid4().hex}"),
        await bo.delete(f"{path}/calendars/cal_{uuid4().hex}"),
        await bo.post(f"{path}/calendars/cal_{uuid4().hex}:refresh"),
    ):
        assert (refused.status, refused.code) == (403, "colleague_times")
    assert [(await api.put(f"{path}/usual-hours", hours)).status for api in (amy, sue)] == [200, 200]


async def test_nobody_comes_into_a_pool_who_is_out_of_the_callers_sight(counties: Counties, world: World, family: Family) -> None:
    bo, sue = counties.staff("bo"), counties.staff("sue", "supervisor")
    body = {"kind": "interpreter", "name": "Mine", "person_id": spell("per", family.mother)}
    stranger = {**body, "person_id": spell("per", uuid4())}
    refused, unknown = await bo.post("/v1/resources", body), await bo.post("/v1/resources", stranger)
    assert (refused.status, refused.codes) == (422, [("not_found", "#/person_id")])
    assert {**refused.json, "instance": ""} == {**unknown.json, "instance": ""}
    assert (await sue.post("/v1/resources", body)).status == 201
    agency = spell("per", await world.person())
    made = await bo.post("/v1/resources", {**body, "person_id": agency})
    assert made.status == 201, made.json
    taken = await bo.patch(f"/v1/resources/{made.json['id']}", {"person_id": body["person_id"]}, made.json["etag"])
    assert taken.codes == [("not_found", "#/person_id")]


async def test_who_comes_to_a_part_must_be_free_for_that_part_alone(amy: Api, family: Family) -> None:
    """V9: Tom is needed for the first half hour, and for the last."""
    for gone, back in (("07:00", "09:00"), ("09:30", "10:00"), ("10:30", "21:00")):
        stretch = {"starts_local": at(gone, DAY), "ends_local": at(back, DAY), "time_zone": ZONE}
        assert (await amy.post(f"/v1/people/{spell('per', family.mother)}/unavailabilities", stretch)).status == 201
    parts = [{"offset_minutes": 0, "minutes": 30}, {"offset_minutes": 60, "minutes": 30}]
    people = [{**one, "parts": parts} if one["role"] == "parent" else one for one in everyone(family)]
    assert await starts(amy, family) == []
    assert await starts(amy, family, participants=people) == ["09:00"]


async def test_what_the_family_wishes_ranks_higher(amy: Api, family: Family) -> None:
    wish = {"starts_local": at("16:00", DAY), "ends_local": at("18:00", DAY)}
    found = (await amy.post("/v1/times:search", a_search(family, wishes=[wish]))).json["times"]
    assert (found[0]["starts_local"], "family_wish" in found[0]["reasons"]) == (at("16:00", DAY), True)
    assert [one["starts_local"] for one in found if "family_wish" in one["reasons"]] == [at("16:00", DAY)]
    backwards = {"starts_local": wish["ends_local"], "ends_local": wish["starts_local"]}
    refused = await amy.post("/v1/times:search", a_search(family, wishes=[wish, backwards]))
    assert refused.codes == [("end_before_start", "#/wishes/1/ends_local")]


async def test_times_of_people_out_of_sight_are_not_there(amy: Api, counties: Counties, world: World, family: Family) -> None:
    bo, birch = counties.staff("bo"), counties.staff("amy", birch=True)
    for name in ("usual-hours", "unavailabilities", "calendars"):
        path = f"/v1/people/{spell('per', family.mother)}/{name}"
        assert [(await api.get(path)).status for api in (amy, bo, birch)] == [200, 404, 404]
    worker = f"/v1/people/{spell('per', family.worker)}/usual-hours"
    assert [(await api.get(worker)).status for api in (amy, bo, birch)] == [200, 200, 404]
    assert (await birch.post("/v1/times:search", a_search(family))).status == 404


async def test_a_resource_is_changed_listed_and_retired(amy: Api, counties: Counties) -> None:
    made = await amy.post("/v1/resources", {"kind": "room", "name": "Oak Room", "capacity": 4})
    path = f"/v1/resources/{made.json['id']}"
    assert (await amy.patch(path, {"capacity": 8})).status == 428
    changed = await amy.patch(path, {"capacity": 8, "site": "main_office"}, made.json["etag"])
    assert (changed.json["capacity"], changed.json["name"], changed.json["site"]) == (8, "Oak Room", "main_office")
    assert [one["id"] for one in (await amy.get("/v1/resources?kind=room")).json["items"]] == [made.json["id"]]
    assert (await amy.get("/v1/resources?kind=facilitator")).json["items"] == []
    assert (await counties.staff("amy", birch=True).get("/v1/resources")).json["items"] == []
    assert (await counties.staff("amy", birch=True).get(path)).status == 404
    assert (await amy.patch(path, {"retired": True}, changed.json["etag"])).status == 200
    assert (await amy.get(path)).status == 404


async def test_a_resource_has_hours_and_times_of_its_own(amy: Api, family: Family) -> None:
    made = await amy.post("/v1/resources", {"kind": "facilitator", "name": "Finn"})
    path = f"/v1/resources/{made.json['id']}"
    weekly = [{"weekday": DAY.weekday(), "from": "09:00", "until": "12:00"}]
    assert (await amy.put(f"{path}/usual-hours", {"time_zone": ZONE, "weekly": weekly})).status == 200
    gone = {"starts_local": at("09:00", DAY), "ends_local": at("10:00", DAY), "time_zone": ZONE, "label_code": "other"}
    assert (await amy.post(f"{path}/unavailabilities", gone)).status == 201
    wanted = {"resource_id": made.json["id"]}
    assert await starts(amy, family, facilitator=wanted) == ["10:00"]


async def test_a_search_may_not_be_endless_or_in_the_past(amy: Api, family: Family) -> None:
    late = (DAY + timedelta(days=200)).isoformat()
    assert (await amy.post("/v1/times:search", a_search(family, latest_on=late))).status == 422
    past = (datetime.now(UTC) - timedelta(days=3)).date().isoformat()
    gone = await amy.post("/v1/times:search", a_search(family, earliest_on=past, latest_on=past))
    assert (gone.status, gone.code) == (422, "in_the_past")
