"""Booking over HTTP: races, due dates, seats, people kept apart, odd hours."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.events.network import MemberLeft
from shared.kernel.ids import spell
from tests.meetings.conftest import TODAY, ZONE, Counties, Family, Log, World, a_booking, at, everyone, next_day, who
from tests.network.conftest import Api


async def test_fifty_book_the_last_room_at_once_and_one_gets_it(
    amy: Api, family: Family, pools: Mapping[str, str], log: Log
) -> None:
    body = a_booking(family, room_id=pools["room"])
    answers = await asyncio.gather(*(amy.post("/v1/meetings", body) for _ in range(50)))
    assert sorted(answer.status for answer in answers) == [201] + [409] * 49
    assert {answer.code for answer in answers if answer.status == 409} == {"slot_taken"}
    refusal = next(answer.json for answer in answers if answer.status == 409)
    assert set(refusal) == {"type", "title", "status", "instance", "code", "detail"}
    assert log.types() == ["meeting_scheduled"]


async def test_the_same_key_books_once(amy: Api, family: Family, log: Log) -> None:
    first = await amy.post("/v1/meetings", a_booking(family), key="book-once")
    second = await amy.post("/v1/meetings", a_booking(family), key="book-once")
    assert (first.json, second.headers["Idempotency-Replayed"]) == (second.json, "true")
    assert log.types() == ["meeting_scheduled"]


async def test_a_hold_keeps_the_room_for_who_holds_it(
    amy: Api, counties: Counties, world: World, family: Family, pools: Mapping[str, str]
) -> None:
    await world.family(("bo",))
    bo = counties.staff("bo")
    choice = {"starts_local": at(), "time_zone": ZONE, "minutes": 90, "resource_ids": [pools["room"]]}
    held = await amy.post("/v1/holds", choice)
    assert held.status == 201, held.json
    taken = await bo.post("/v1/holds", choice)
    assert (taken.status, taken.code) == (409, "slot_taken")
    booked = await amy.post("/v1/meetings", a_booking(family, room_id=pools["room"], hold_id=held.json["id"]))
    assert booked.status == 201, booked.json
    gone = await amy.delete(f"/v1/holds/{held.json['id']}")
    assert gone.status == 404


async def test_a_hold_that_ran_out_still_books_while_the_room_is_free(
    amy: Api, family: Family, pools: Mapping[str, str], log: Log
) -> None:
    held = await amy.post("/v1/holds", {"starts_local": at(), "time_zone": ZONE, "minutes": 90, "resource_ids": [pools["room"]]})
    log.run("UPDATE resource_claims SET hold_until = now() - interval '1 minute' WHERE county_id = :county")
    log.run("UPDATE holds SET hold_until = now() - interval '1 minute' WHERE county_id = :county")
    body = a_booking(family, room_id=pools["room"], hold_id=held.json["id"])
    answers = await asyncio.gather(*(amy.post("/v1/meetings", body) for _ in range(10)))
    assert sorted(answer.status for answer in answers)[:1] == [201]
    assert {answer.code for answer in answers if answer.status != 201} <= {"slot_taken", "hold_not_found"}


async def test_a_move_to_a_taken_time_keeps_what_it_had(amy: Api, family: Family, pools: Mapping[str, str], log: Log) -> None:
    first = await amy.post("/v1/meetings", a_booking(family, room_id=pools["room"]))
    second = await amy.post("/v1/meetings", a_booking(family, room_id=pools["room"], starts_local=at("13:00")))
    path = f"/v1/meetings/{second.json['id']}"
    taken = await amy.send("POST", f"{path}:move", {"starts_local": at("10:30")}, etag=second.json["etag"])
    assert (taken.status, taken.code) == (409, "slot_taken")
    assert (await amy.get(path)).json["starts_local"] == at("13:00")
    again = await amy.post("/v1/meetings", a_booking(family, room_id=pools["room"], starts_local=at("13:00")))
    assert again.code == "slot_taken"
    # A move may overlap its own old time.
    moved = await amy.send("POST", f"{path}:move", {"starts_local": at("13:30")}, etag=second.json["etag"])
    assert (first.status, moved.status) == (201, 200)


async def test_a_late_date_needs_a_supervisors_reason(amy: Api, counties: Counties, world: World, family: Family) -> None:
    await world.child(family.case_id, family.child, icwa_status="reason_to_know", entered_care_on=TODAY)
    late = a_booking(family, starts_local=at(day=next_day(weeks=6)))
    refused = await amy.post("/v1/meetings", late)
    assert (refused.status, refused.code) == (409, "after_due_date")
    assert refused.json["rule_id"] == "cft.initial_icwa"
    assert refused.json["due_on"] == (TODAY + timedelta(days=30)).isoformat()
    assert (await amy.post("/v1/meetings", {**late, "after_due_reason": "The tribe asked."})).code == "after_due_date"
    sue = counties.staff("sue", "supervisor")
    booked = await sue.post("/v1/meetings", {**late, "after_due_reason": "The tribe asked."})
    assert booked.status == 201, booked.json
    assert (booked.json["after_due_reason"], booked.json["flags"][0]) == ("The tribe asked.", "after_due_date")


async def test_two_who_must_never_meet_are_refused_and_a_pair_is_proposed(amy: Api, world: World, family: Family, log: Log) -> None:
    await world.keep_apart(family.mother, family.aunt)
    refused = await amy.post("/v1/meetings", a_booking(family))
    assert (refused.status, refused.code) == (409, "separated")
    pair = refused.json["linked_pair"]
    assert pair["gap_minutes"] == 120
    tables = [set(table) for table in pair["tables"]]
    mother, aunt = spell("per", family.mother), spell("per", family.aunt)
    assert [mother in table and aunt in table for table in tables] == [False, False]
    assert spell("per", family.child) in tables[0] & tables[1]
    assert "reason" not in refused.json
    assert log.types() == []

    without_aunt = [one for one in everyone(family) if one["person_id"] != aunt]
    without_mother = [one for one in everyone(family) if one["person_id"] != mother]
    first = await amy.post("/v1/meetings", a_booking(family, participants=without_aunt))
    near = a_booking(family, participants=without_mother, starts_local=at("13:00"), linked_to=first.json["id"])
    too_near = await amy.post("/v1/meetings", near)
    assert (too_near.status, too_near.code) == (409, "too_near_each_other")
    far = await amy.post("/v1/meetings", {**near, "starts_local": at("14:00")})
    assert (far.status, far.json["linked_to"]) == (201, first.json["id"])


async def test_seats_are_missing_at_booking_and_refused_at_confirming(amy: Api, family: Family, pools: Mapping[str, str]) -> None:
    body = a_booking(
        family,
        facilitator_id=pools["facilitator"],
        place={"name": "Family office"},
        participants=[one for one in everyone(family) if one["role"] != "parent"],
    )
    booked = await amy.post("/v1/meetings", body)
    assert booked.json["missing_roles"] == ["parent"]
    path = f"/v1/meetings/{booked.json['id']}"
    refused = await amy.post(f"{path}:confirm", {})
    assert (refused.status, refused.code, refused.json["roles"]) == (409, "required_role_missing", ["parent"])
    for one in booked.json["participants"]:
        await amy.post(f"{path}/participants/{one['id']}/responses", {"answer": "accepted", "source": "phone"})
    waived = await amy.post(f"{path}:confirm", {"waivers": [{"role": "parent", "reason": "Cannot be found."}]})
    assert (waived.status, waived.code, waived.json["modes"]) == (409, "place_missing", ["video"])
    patched = await amy.patch(
        path,
        {"place": {"name": "Family office", "address": "1 Alder Street", "join_url": "https://video.example.org/a"}},
        (await amy.get(path)).json["etag"],
    )
    assert patched.status == 200, patched.json
    confirmed = await amy.post(f"{path}:confirm", {"waivers": [{"role": "parent", "reason": "Cannot be found."}]})
    assert (confirmed.status, confirmed.json["state"]) == (200, "confirmed")
    assert [one["verdict"] for one in confirmed.json["table"] if one["role"] == "parent"] == ["waived"]


async def test_confirming_waits_for_the_interpreter(amy: Api, world: World, family: Family, pools: Mapping[str, str]) -> None:
    await world.person(family.mother, spoken_language="es-MX", interpreter_needed=True)
    booked = await amy.post(
        "/v1/meetings",
        a_booking(family, facilitator_id=pools["facilitator"], interpreter_ids=[pools["interpreter"]],
                  place={"name": "Office", "join_url": "https://video.example.org/a"}),
    )  # fmt: skip
    assert booked.json["unfilled_languages"] == ["es-MX"]
    path = f"/v1/meetings/{booked.json['id']}"
    people = {one["role"]: one["id"] for one in booked.json["participants"]}
    for role, one in people.items():
        if role != "interpreter":
            await amy.post(f"{path}/participants/{one}/responses", {"answer": "accepted", "source": "phone"})
    refused = await amy.post(f"{path}:confirm", {})
    assert (refused.status, refused.code) == (409, "interpreter_unfilled")
    await amy.post(f"{path}/participants/{people['interpreter']}/responses", {"answer": "accepted", "source": "phone"})
    assert (await amy.post(f"{path}:confirm", {})).json["state"] == "confirmed"


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"starts_local": at("06:30")}, "at_night"),
        ({"starts_local": at("20:00")}, "at_night"),
        ({"starts_local": at(day=next_day(weeks=3))}, "on_a_holiday"),
    ],
)
async def test_a_time_that_cannot_be_is_refused(amy: Api, family: Family, facts: dict[str, Any], code: str) -> None:
    refused = await amy.post("/v1/meetings", a_booking(family, **facts))
    assert (refused.status, refused.code) == (409, code)


async def test_a_time_gone_by_is_refused_and_pointed_at(amy: Api, family: Family) -> None:
    refused = await amy.post("/v1/meetings", a_booking(family, starts_local="2020-01-07T10:00"))
    assert (refused.status, refused.code, refused.json["errors"][0]["pointer"]) == (422, "in_the_past", "#/starts_local")


async def test_the_family_may_ask_for_a_holiday(amy: Api, family: Family) -> None:
    body = a_booking(family, starts_local=at(day=next_day(weeks=3)), family_asked=True)
    assert (await amy.post("/v1/meetings", body)).status == 201


def next_change(month: int, earliest: int) -> date:
    """Return the first Sunday from a day of a month on, a month from now or later: then the clocks of `ZONE` change."""
    later = TODAY + timedelta(days=30)
    days = (date(year, month, earliest + n) for year in (later.year, later.year + 1) for n in range(7))
    return next(day for day in days if day > later and day.isoweekday() == 7)


@pytest.mark.parametrize(
    ("change", "clock", "reason", "taken", "other"),
    [
        ((3, 8), "02:30", "gap", "03:30", "01:30"),
        ((11, 1), "01:30", "fold", "01:30", "01:30"),
    ],
)
async def test_a_time_the_clocks_skip_or_repeat_is_said_aloud(
    amy: Api, world: World, change: tuple[int, int], clock: str, reason: str, taken: str, other: str
) -> None:
    day = next_change(*change)
    family = await world.family()
    await world.child(family.case_id, family.child, entered_care_on=None, placement_kind="home")
    body = a_booking(family, starts_local=at(clock, day), minutes=30, family_asked=True)
    adjusted = (await amy.post("/v1/meetings", body)).json["time_adjusted"]
    assert (adjusted["reason"], adjusted["asked_local"]) == (reason, at(clock, day))
    assert [(one["starts_local"], one["taken"]) for one in adjusted["readings"]] == [
        (at(taken, day), True),
        (at(other, day), False),
    ]
    assert len({one["starts_at"] for one in adjusted["readings"]}) == 2


async def test_an_interpreter_needs_notice(amy: Api, family: Family) -> None:
    made = await amy.post("/v1/resources", {"kind": "interpreter", "name": "Elena", "languages": ["es"], "notice_working_days": 20})
    refused = await amy.post("/v1/meetings", a_booking(family, interpreter_ids=[made.json["id"]]))
    assert (refused.status, refused.code) == (409, "notice_too_short")


async def test_people_who_are_not_around_the_family_cannot_be_invited(amy: Api, world: World, family: Family) -> None:
    other = await world.family(("bo",))
    refused = await amy.post("/v1/meetings", a_booking(family, participants=[who(other.mother, "parent")]))
    assert (refused.status, refused.codes) == (422, [("not_found", "#/participants/0/person_id")])
    child = await amy.post("/v1/meetings", a_booking(family, children=[spell("per", other.child)]))
    assert child.codes == [("not_found", "#/children/0")]


async def test_a_change_needs_the_version_it_was_decided_on(amy: Api, family: Family) -> None:
    booked = await amy.post("/v1/meetings", a_booking(family))
    path = f"/v1/meetings/{booked.json['id']}"
    for action, body in ((":move", {"starts_local": at("13:00")}), (":cancel", {"reason_code": "other"})):
        assert (await amy.post(f"{path}{action}", body)).status == 428
        assert (await amy.send("POST", f"{path}{action}", body, etag='"0-0"')).status == 412


async def test_a_person_is_added_and_removed_and_only_they_are_told(amy: Api, world: World, family: Family, log: Log) -> None:
    uncle = await world.person()
    await world.member(family.case_id, uncle)
    booked = await amy.post("/v1/meetings", a_booking(family))
    path = f"/v1/meetings/{booked.json['id']}"
    added = await amy.post(f"{path}/participants", who(uncle, "extended_family", required=False))
    assert added.status == 201, added.json
    assert log.told() == [(uncle, "invitation", "REQUEST", 0)]
    twice = await amy.post(f"{path}/participants", who(uncle, "extended_family"))
    assert (twice.status, twice.code) == (409, "already_invited")
    participant = next(one["id"] for one in added.json["participants"] if one["person_id"] == spell("per", uncle))
    removed = await amy.delete(f"{path}/participants/{participant}", added.json["etag"])
    assert removed.status == 204
    assert log.told() == [(uncle, "removed", "CANCEL", 1)]


async def test_a_cancelled_meeting_frees_its_room_and_can_be_revived(
    amy: Api, family: Family, pools: Mapping[str, str], log: Log
) -> None:
    body = a_booking(family, room_id=pools["room"])
    first = await amy.post("/v1/meetings", body)
    path = f"/v1/meetings/{first.json['id']}"
    await amy.send("POST", f"{path}:cancel", {"reason_code": "family_ill"}, etag=first.json["etag"])
    second = await amy.post("/v1/meetings", body)
    assert second.status == 201
    taken = await amy.post(f"{path}:revive", {})
    assert (taken.status, taken.code) == (409, "slot_taken")
    revived = await amy.post(f"{path}:revive", {"starts_local": at("14:00")})
    assert (revived.status, revived.json["state"]) == (200, "scheduled")
    assert {notice for _, notice, _, _ in log.told()} == {"invitation"}
    assert {sequence for *_, sequence in log.told()} == {2}


async def test_a_part_of_a_meeting_is_an_entry_of_its_own(amy: Api, family: Family, log: Log) -> None:
    parts = [{"offset_minutes": 0, "minutes": 45}, {"offset_minutes": 75, "minutes": 15}]
    people = [{**one, "parts": parts} if one["role"] == "parent" else one for one in everyone(family)]
    booked = await amy.post("/v1/meetings", a_booking(family, participants=people))
    assert booked.status == 201, booked.json
    entries = [entry for entry in log.last()["entries"] if entry["person_id"] == str(family.mother)]
    assert [entry["starts_local"][-8:] for entry in entries] == ["10:00:00", "11:15:00"]
    assert len({entry["uid"] for entry in entries}) == 2


@pytest.mark.parametrize(
    "parts",
    [
        [{"offset_minutes": 60, "minutes": 45}],
        [{"offset_minutes": 90}],
        [{"offset_minutes": 0, "minutes": 45}, {"offset_minutes": 30, "minutes": 30}],
    ],
)
async def test_a_part_lies_inside_the_meeting_and_across_no_other(amy: Api, family: Family, log: Log, parts: list[Any]) -> None:
    people = [{**one, "parts": parts} if one["role"] == "parent" else one for one in everyone(family)]
    refused = await amy.post("/v1/meetings", a_booking(family, participants=people))
    assert (refused.status, refused.code, refused.json["person_id"]) == (409, "part_outside", spell("per", family.mother))
    assert log.types() == []


async def test_a_meeting_does_not_become_shorter_than_somebodys_part(amy: Api, family: Family) -> None:
    parts = [{"offset_minutes": 60}]
    people = [{**one, "parts": parts} if one["role"] == "parent" else one for one in everyone(family)]
    booked = await amy.post("/v1/meetings", a_booking(family, participants=people))
    shorter = {"starts_local": at(), "minutes": 60}
    refused = await amy.send("POST", f"/v1/meetings/{booked.json['id']}:move", shorter, etag=booked.json["etag"])
    assert (refused.status, refused.code) == (409, "part_outside")


async def test_three_parents_at_one_table_each_for_their_own_part(
    amy: Api, world: World, family: Family, pools: Mapping[str, str], log: Log
) -> None:
    """V9: siblings' part, Eli's part, Mia's and Leo's part; Tom comes to the first two, Raul and his interpreter to 1 and 3."""
    tom, raul, joan = [await world.person() for _ in range(3)]
    await world.person(raul, spoken_language="es", interpreter_needed=True)
    for person_id in (tom, raul, joan):
        await world.member(family.case_id, person_id)
    first_and_third = [{"offset_minutes": 0, "minutes": 45}, {"offset_minutes": 75, "minutes": 45}]
    elena = UUID(pools["elena"])
    people = [
        who(family.mother, "parent"),
        {**who(tom, "parent"), "parts": [{"offset_minutes": 0, "minutes": 75}]},
        {**who(raul, "parent"), "parts": first_and_third},
        {**who(joan, "current_caregiver"), "parts": first_and_third},
        {**who(elena, "interpreter", mode="video"), "parts": first_and_third},
        {**who(family.child, "child"), "parts": [{"offset_minutes": 45, "minutes": 30}]},
        who(family.worker, "placing_agency_worker"),
    ]
    body = a_booking(
        family,
        participants=people,
        starts_local=at("15:30"),
        minutes=120,
        facilitator_id=pools["facilitator"],
        interpreter_ids=[pools["interpreter"]],
    )
    booked = await amy.post("/v1/meetings", body)
    assert booked.status == 201, booked.json
    told: dict[UUID, list[tuple[str, str]]] = {}
    entries = log.last()["entries"]
    for entry in entries:
        told.setdefault(UUID(entry["person_id"]), []).append((entry["starts_local"][11:16], entry["ends_local"][11:16]))
    twice = [("15:30", "16:15"), ("16:45", "17:30")]
    assert told == {
        family.mother: [("15:30", "17:30")],
        tom: [("15:30", "16:45")],
        raul: twice,
        joan: twice,
        elena: twice,
        family.child: [("16:15", "16:45")],
        family.worker: [("15:30", "17:30")],
        UUID(pools["sam"]): [("15:30", "17:30")],
    }
    assert len({entry["uid"] for entry in entries}) == len(entries) == 11
    # V9-3: the facilitator is booked once, for two hours in all.
    claims = log.rows(
        f"SELECT ends_at - starts_at FROM resource_claims WHERE county_id = :county AND claimant_id = '{pools['sam']}'"  # noqa: S608
    )
    assert [row[0] for row in claims] == [timedelta(minutes=120)]
    # Both parts of Raul's are answered at once by phone, and a cancellation ends each of the eleven entries.
    path = f"/v1/meetings/{booked.json['id']}"
    his = next(one["id"] for one in booked.json["participants"] if one["person_id"] == spell("per", raul))
    answered = await amy.post(f"{path}/participants/{his}/responses", {"answer": "accepted", "source": "phone"})
    assert [one["answer"] for one in answered.json["participants"] if one["id"] == his] == ["accepted"]
    await amy.send("POST", f"{path}:cancel", {"reason_code": "other"}, etag=booked.json["etag"])
    assert {(entry["method"], entry["sequence"]) for entry in log.last()["entries"]} == {("CANCEL", 1)}
    assert len(log.last()["entries"]) == 11


async def test_who_left_the_network_meanwhile_is_not_invited_by_a_revival_or_a_move(
    amy: Api, world: World, family: Family, log: Log
) -> None:
    uncle = await world.person()
    member_id = await world.member(family.case_id, uncle)
    people = [*everyone(family), who(uncle, "extended_family", required=False)]
    booked = await amy.post("/v1/meetings", a_booking(family, participants=people))
    path = f"/v1/meetings/{booked.json['id']}"
    await amy.send("POST", f"{path}:cancel", {"reason_code": "other"}, etag=booked.json["etag"])
    await world.hear(MemberLeft(case_id=family.case_id, member_id=member_id, person_id=uncle, at=datetime.now(UTC)))
    revived = await amy.post(f"{path}:revive", {})
    assert revived.status == 200, revived.json
    assert uncle not in {person_id for person_id, *_ in log.told()}
    assert spell("per", uncle) not in {one["person_id"] for one in revived.json["participants"]}

    # A meeting whose time has passed unheld is not among those to come; who leaves then is let go by its move.
    member_id = await world.member(family.case_id, uncle)
    again = await amy.post(f"{path}/participants", who(uncle, "extended_family", required=False))
    assert again.status == 201, again.json
    log.run("UPDATE meetings SET starts_at = now() - interval '1 day' WHERE county_id = :county")
    await world.hear(MemberLeft(case_id=family.case_id, member_id=member_id, person_id=uncle, at=datetime.now(UTC)))
    moved = await amy.send("POST", f"{path}:move", {"starts_local": at("13:00")}, etag=again.json["etag"])
    assert moved.status == 200, moved.json
    assert (uncle, "removed", "CANCEL") in {(person_id, notice, method) for person_id, notice, method, _ in log.told()}


async def test_a_revival_after_the_due_date_keeps_its_reason(counties: Counties, world: World, family: Family) -> None:
    sue = counties.staff("sue", "supervisor")
    booked = await sue.post("/v1/meetings", a_booking(family))
    path = f"/v1/meetings/{booked.json['id']}"
    await sue.send("POST", f"{path}:cancel", {"reason_code": "other"}, etag=booked.json["etag"])
    await world.child(family.case_id, family.child, icwa_status="applies", entered_care_on=TODAY)
    late = {"starts_local": at(day=next_day(weeks=6))}
    assert (await sue.post(f"{path}:revive", late)).code == "after_due_date"
    revived = await sue.post(f"{path}:revive", {**late, "after_due_reason": "The tribe asked."})
    assert revived.json["after_due_reason"] == "The tribe asked."


async def test_a_team_meeting_without_named_children_is_about_all_of_them(amy: Api, family: Family) -> None:
    late = a_booking(family, children=[], starts_local=at(day=next_day(weeks=10)))
    assert (await amy.post("/v1/meetings", late)).code == "after_due_date"
    booked = await amy.post("/v1/meetings", a_booking(family, children=[]))
    assert booked.json["children"] == [spell("per", family.child)]


async def test_a_due_date_binds_only_meetings_that_count(amy: Api, family: Family) -> None:
    coaching = a_booking(family, kind="coaching", purposes=[], starts_local=at(day=next_day(weeks=10)))
    booked = await amy.post("/v1/meetings", coaching)
    assert (booked.status, booked.json["flags"]) == (201, [])


async def test_who_has_planned_one_meeting_in_time_may_plan_the_next(amy: Api, family: Family) -> None:
    later = a_booking(family, starts_local=at(day=next_day(weeks=12)))
    assert (await amy.post("/v1/meetings", later)).code == "after_due_date"
    first = (await amy.post("/v1/meetings", a_booking(family))).json
    second = await amy.post("/v1/meetings", later)
    assert (second.status, "after_due_date" in second.json["flags"]) == (201, False)
    moved = await amy.send(
        "POST", f"/v1/meetings/{first['id']}:move", {"starts_local": at(day=next_day(weeks=11))}, etag=first["etag"]
    )
    assert moved.code == "after_due_date"
    cancelled = await amy.send("POST", f"/v1/meetings/{first['id']}:cancel", {"reason_code": "other"}, etag=first["etag"])
    assert cancelled.status == 200
    assert "after_due_date" in (await amy.get(f"/v1/meetings/{second.json['id']}")).json["flags"]


async def test_another_facilitator_comes_and_the_first_one_goes(
    amy: Api, world: World, family: Family, pools: Mapping[str, str], log: Log
) -> None:
    vera = await world.person()
    made = await amy.post("/v1/resources", {"kind": "facilitator", "name": "Vera", "person_id": spell("per", vera)})
    booked = await amy.post("/v1/meetings", a_booking(family, facilitator_id=pools["facilitator"]))
    path = f"/v1/meetings/{booked.json['id']}"
    moved = await amy.send(
        "POST", f"{path}:move", {"starts_local": at(), "facilitator_id": made.json["id"]}, etag=booked.json["etag"]
    )
    assert moved.status == 200, moved.json
    told = {str(person): (notice, method) for person, notice, method, _ in log.told()}
    assert told == {str(vera): ("invitation", "REQUEST"), pools["sam"]: ("removed", "CANCEL")}
    free = await amy.post("/v1/meetings", a_booking(family, facilitator_id=pools["facilitator"]))
    assert free.status == 201, free.json


async def test_words_of_a_meeting_are_sealed_and_places_travel_sealed(amy: Api, family: Family, log: Log) -> None:
    await amy.post("/v1/meetings", a_booking(family))
    fact = log.facts()[-1]
    assert fact.words is not None
    everything = log.everything()
    assert "Alder Street" not in everything
    assert str(family.mother) in everything


async def test_a_meeting_of_another_family_or_county_is_not_there(
    amy: Api, counties: Counties, world: World, family: Family, pools: Mapping[str, str]
) -> None:
    booked = await amy.post("/v1/meetings", a_booking(family, facilitator_id=pools["facilitator"]))
    path = f"/v1/meetings/{booked.json['id']}"
    for stranger in (counties.staff("bo"), counties.staff("amy", birch=True)):
        for answer in (
            await stranger.get(path),
            await stranger.get(f"{path}/replies"),
            await stranger.send("POST", f"{path}:cancel", {"reason_code": "other"}, etag=booked.json["etag"]),
            await stranger.get(f"/v1/cases/{family.id}/mandates"),
            await stranger.post("/v1/meetings", a_booking(family)),
        ):
            assert answer.status == 404
        assert (await stranger.get("/v1/meetings")).json["items"] == []
    # The facilitator sees what they facilitate, and nothing else of the family.
    sam = counties.staff("sam", "facilitator")
    assert (await sam.get(path)).status == 200
    assert [one["id"] for one in (await sam.get("/v1/meetings")).json["items"]] == [booked.json["id"]]
    assert (await sam.get(f"/v1/cases/{family.id}/mandates")).status == 404


async def test_the_list_counts_missing_answers_and_is_paged(amy: Api, family: Family, log: Log) -> None:
    for clock in ("09:00", "11:00", "13:00"):
        assert (await amy.post("/v1/meetings", a_booking(family, starts_local=at(clock)))).status == 201
    day = next_day().isoformat()
    first = await amy.get(f"/v1/meetings?from={day}&until={day}&limit=2")
    assert [(one["starts_local"], one["answers_missing"]) for one in first.json["items"]] == [
        (at("09:00"), 4),
        (at("11:00"), 4),
    ]
    second = await amy.get(first.json["next"].removeprefix("http://meetings.test"))
    assert [one["starts_local"] for one in second.json["items"]] == [at("13:00")]
    assert second.json["next"] is None
    assert (await amy.get(f"/v1/meetings?until={(next_day() - timedelta(days=1)).isoformat()}")).json["items"] == []
    assert (await amy.get(f"/v1/meetings?case_id={spell('case', uuid4())}")).json["items"] == []
    assert [action for action, _ in log.audit()].count("meeting.listed") == 3


async def test_a_meeting_soon_is_still_to_come(amy: Api, family: Family) -> None:
    soon = datetime.now(UTC) + timedelta(days=1)
    body = a_booking(family, starts_local=f"{soon:%Y-%m-%d}T23:30", minutes=30, family_asked=True)
    assert (await amy.post("/v1/meetings", body)).status == 201
