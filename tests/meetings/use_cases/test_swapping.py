"""Meetings that take one another's places at the same instant neither double-book nor wait for each other for ever."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from shared.events.network import CaseClosed, MemberLeft
from tests.meetings.conftest import Family, Log, World, a_booking, at, everyone, who
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


async def test_an_answer_that_comes_in_takes_nobodys_decision_back(amy: Api, family: Family) -> None:
    booked = (await amy.post("/v1/meetings", a_booking(family))).json
    path, read = f"/v1/meetings/{booked['id']}", booked["etag"]
    one, other = (each["id"] for each in booked["participants"][:2])
    await amy.post(f"{path}/participants/{one}/responses", {"answer": "accepted", "source": "phone"})
    assert (await amy.get(path)).json["etag"] != read
    patched = await amy.patch(path, {"purposes": ["family_requested"]}, read)
    assert patched.status == 200, patched.json
    # That was a new revision, so what was read before it names an older one, whatever follows the dash.
    for stale in (read, '"0-1"', '"2"', '"x"', f"W/{patched.json['etag']}", '"*"'):
        assert (await amy.send("POST", f"{path}:cancel", {"reason_code": "other"}, etag=stale)).status == 412
    await amy.post(f"{path}/participants/{one}/responses", {"answer": "declined", "source": "phone"})
    assert (await amy.delete(f"{path}/participants/{other}", patched.json["etag"])).status == 204


async def test_two_who_must_never_meet_are_not_booked_near_each_other_at_once(amy: Api, world: World, log: Log) -> None:
    families = [await world.family() for _ in range(4)]
    for n, one in enumerate(families):
        for other in families[n + 1 :]:
            await world.keep_apart(one.mother, other.mother)
    answers = await asyncio.gather(
        *(amy.post("/v1/meetings", a_booking(one, participants=[who(one.mother, "parent")])) for one in families)
    )
    assert sorted((answer.status, answer.json.get("code")) for answer in answers) == [
        (201, None),
        *[(409, "too_near_each_other")] * 3,
    ]
    assert log.types() == ["meeting_scheduled"]


@pytest.mark.parametrize("leaves", [True, False])
async def test_a_booking_that_meets_an_end_does_not_outlive_it(
    amy: Api, world: World, family: Family, log: Log, leaves: bool
) -> None:
    """The family is closed, or a member leaves, while the booking is under way: either it is refused, or it is told off."""
    uncle = await world.person()
    member_id = await world.member(family.case_id, uncle)
    body = a_booking(family, participants=[*everyone(family), who(uncle, "extended_family", required=False)])
    ended: object = CaseClosed(case_id=family.case_id, at=datetime.now(UTC))
    if leaves:
        ended = MemberLeft(case_id=family.case_id, member_id=member_id, person_id=uncle, at=datetime.now(UTC))
    answers, _ = await asyncio.gather(
        asyncio.gather(*(amy.post("/v1/meetings", {**body, "starts_local": at(f"{hour}:00")}) for hour in (10, 12, 14, 16))),
        world.hear(ended),
    )
    assert {answer.status for answer in answers} <= {201, 409, 422}
    query = (
        f"SELECT 1 FROM meetings m JOIN participants p ON p.meeting_id = m.id WHERE m.county_id = :county "  # noqa: S608
        f"AND m.state = 'scheduled' AND NOT p.removed AND p.person_id = '{uncle}'"
    )
    assert log.rows(query) == []


async def test_many_moves_number_without_repeat_or_gap(amy: Api, family: Family, log: Log) -> None:
    booked = await amy.post("/v1/meetings", a_booking(family))
    path, etag = f"/v1/meetings/{booked.json['id']}:move", booked.json["etag"]
    for clock in ("11:00", "12:00", "13:00"):
        etag = (await amy.send("POST", path, {"starts_local": at(clock)}, etag=etag)).json["etag"]
    numbers = [
        entry["sequence"] for fact in log.facts() for entry in fact.data["entries"] if entry["person_id"] == str(family.mother)
    ]
    assert numbers == [0, 1, 2, 3]
