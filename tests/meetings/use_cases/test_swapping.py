"""Meetings that take one another's places at the same instant neither double-book nor wait for each other for ever."""

import asyncio
from collections.abc import Mapping

from tests.meetings.conftest import Family, Log, a_booking, at
from tests.network.conftest import Api


async def test_moving_and_booking_across_one_another_ends_with_each_place_taken_once(
    amy: Api, family: Family, pools: Mapping[str, str], log: Log
) -> None:
    both = {"room_id": pools["room"], "facilitator_id": pools["facilitator"]}
    first = await amy.post("/v1/meetings", a_booking(family, **both))
    second = await amy.post("/v1/meetings", a_booking(family, **both, starts_local=at("14:00")))
    moves = [
        amy.send("POST", f"/v1/meetings/{one.json['id']}:move", {"starts_local": at(clock)}, etag=one.json["etag"])
        for one, clock in ((first, "14:30"), (second, "10:30"))
    ]
    bookings = [amy.post("/v1/meetings", a_booking(family, **both, starts_local=at(clock))) for clock in ("10:00", "14:00")]
    holds = [
        amy.post("/v1/holds", {"starts_local": at("10:00"), "time_zone": "America/Los_Angeles", "minutes": 90,
                               "resource_ids": list(both.values())})
        for _ in range(5)
    ]  # fmt: skip
    answers = await asyncio.wait_for(asyncio.gather(*moves, *bookings, *holds), timeout=20)
    assert {answer.status for answer in answers} <= {200, 201, 409}
    assert {answer.code for answer in answers if answer.status == 409} <= {"slot_taken"}
    overlapping = log.rows(
        "SELECT 1 FROM resource_claims a JOIN resource_claims b ON a.claimant_id = b.claimant_id AND a.id < b.id "
        "AND a.during && b.during WHERE a.county_id = :county AND a.state <> 'released' AND b.state <> 'released'"
    )
    assert overlapping == []


async def test_two_move_one_meeting_at_once_and_one_of_them_reads_again(amy: Api, family: Family, log: Log) -> None:
    booked = await amy.post("/v1/meetings", a_booking(family))
    path = f"/v1/meetings/{booked.json['id']}:move"
    answers = await asyncio.gather(
        *(amy.send("POST", path, {"starts_local": at(clock)}, etag=booked.json["etag"]) for clock in ("12:00", "13:00", "14:00"))
    )
    assert sorted(answer.status for answer in answers) == [200, 412, 412]
    assert {sequence for *_, sequence in log.told()} == {1}


async def test_many_moves_number_without_repeat_or_gap(amy: Api, family: Family, log: Log) -> None:
    booked = await amy.post("/v1/meetings", a_booking(family))
    path, etag = f"/v1/meetings/{booked.json['id']}:move", booked.json["etag"]
    for clock in ("11:00", "12:00", "13:00"):
        etag = (await amy.send("POST", path, {"starts_local": at(clock)}, etag=etag)).json["etag"]
    numbers = [
        entry["sequence"] for fact in log.facts() for entry in fact.data["entries"] if entry["person_id"] == str(family.mother)
    ]
    assert numbers == [0, 1, 2, 3]
