"""A meeting's history: its time, its people and their answers, before and after each change."""

from typing import Any

from tests.meetings.conftest import Family, Log, a_booking, at, next_day
from tests.network.conftest import Api


async def changes_of(api: Api, path: str) -> list[dict[str, Any]]:
    """Every change, oldest first, each as its fields."""
    answer = await api.get(f"{path}/history")
    assert answer.status == 200, answer.json
    return [{each["field"]: (each["before"], each["after"]) for each in one["changes"]} for one in reversed(answer.json["items"])]


async def test_a_meetings_history_has_its_times_places_answers_and_end(amy: Api, family: Family, log: Log) -> None:
    booked = await amy.post("/v1/meetings", a_booking(family))
    assert booked.status == 201, booked.json
    path = f"/v1/meetings/{booked.json['id']}"
    before, later = at(), at("14:00", next_day(weeks=2))
    moved = await amy.post(f"{path}:move", {"starts_local": later, "minutes": 60}, etag=booked.headers["ETag"])
    assert moved.status == 200, moved.json
    someone = moved.json["participants"][0]["id"]
    answered = await amy.post(f"{path}/participants/{someone}/responses", {"answer": "declined", "source": "phone"})
    assert answered.status == 200, answered.json
    await amy.post(f"{path}:cancel", {"reason_code": "other"}, etag=answered.headers["ETag"])
    made, shifted, said, cancelled = await changes_of(amy, path)
    assert made["starts_local"] == (None, f"{before}:00"[:19])
    assert shifted["starts_local"] == (f"{before}:00"[:19], f"{later}:00"[:19])
    assert ("needs_action", "declined") in said.values() or (None, "declined") in said.values()
    assert cancelled["state"] == ("scheduled", "cancelled")
    assert cancelled["cancel_reason"] == ("", "other")
    assert log.audit()[-1][0] == "meeting.history_read"
    assert "Alder Street" not in log.everything()
