"""The path of every meeting over HTTP: find a time, book, answer, move, cancel; and who is told what."""

from collections.abc import Mapping
from uuid import UUID

from shared.kernel.ids import spell
from tests.meetings.conftest import ZONE, Family, Log, a_booking, at, everyone, next_day, uuid_of
from tests.network.conftest import Api


async def test_a_meeting_is_found_booked_answered_moved_and_cancelled(
    amy: Api, family: Family, pools: Mapping[str, str], log: Log
) -> None:
    found = await amy.post(
        "/v1/times:search",
        {
            "case_id": family.id,
            "children": [spell("per", family.child)],
            "participants": everyone(family),
            "minutes": 90,
            "time_zone": ZONE,
            "earliest_on": next_day().isoformat(),
            "latest_on": next_day().isoformat(),
            "facilitator": {"skills": ["dv_trained"]},
            "room": {"needed": True},
            "interpreters": [],
            "limit": 3,
        },
    )
    assert found.status == 200, found.json
    best = found.json["times"][0]
    assert (best["facilitator_id"], best["room_id"]) == (pools["facilitator"], pools["room"])
    assert found.json["due"]["rule_id"] == "cft.initial"

    booked = await amy.post(
        "/v1/meetings",
        a_booking(family, starts_local=best["starts_local"], facilitator_id=pools["facilitator"], room_id=pools["room"]),
    )
    assert booked.status == 201, booked.json
    meeting = booked.json
    path = f"/v1/meetings/{meeting['id']}"
    assert meeting["state"] == "scheduled"
    assert meeting["missing_roles"] == []
    assert meeting["answers_missing"] == 5
    people = {family.child, family.mother, family.aunt, family.worker, UUID(pools["sam"])}
    assert {(person, *rest) for person, *rest in log.told()} == {(one, "invitation", "REQUEST", 0) for one in people}

    mother = next(one for one in meeting["participants"] if one["person_id"] == spell("per", family.mother))
    answered = await amy.post(f"{path}/participants/{mother['id']}/responses", {"answer": "accepted", "source": "phone"})
    assert answered.status == 200, answered.json
    assert log.types()[-1] == "response_recorded"
    assert answered.json["answers_missing"] == 4

    # The answer came after the worker had opened the page: their decision stands, and only once.
    moved = await amy.send("POST", f"{path}:move", {"starts_local": at("13:00")}, etag=meeting["etag"])
    assert moved.status == 200, moved.json
    stale = await amy.send("POST", f"{path}:move", {"starts_local": at("14:00")}, etag=meeting["etag"])
    assert (stale.status, stale.code) == (412, "precondition_failed")
    assert {(person, *rest) for person, *rest in log.told()} == {(one, "moved", "REQUEST", 1) for one in people}
    again = next(one for one in moved.json["participants"] if one["id"] == mother["id"])
    assert (again["answer"], again["stale"], again["answered_sequence"], again["sequence"]) == ("needs_action", True, 0, 1)

    cancelled = await amy.send("POST", f"{path}:cancel", {"reason_code": "family_ill"}, etag=moved.json["etag"])
    assert cancelled.status == 200, cancelled.json
    assert {(person, *rest) for person, *rest in log.told()} == {(one, "cancelled", "CANCEL", 2) for one in people}
    assert log.types()[-1] == "meeting_cancelled"
    assert (await amy.get(path)).json["state"] == "cancelled"
    assert ("meeting.moved", uuid_of(meeting["id"])) in log.audit()
