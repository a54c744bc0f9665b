"""A reply about a meeting that is given once more: only to who still holds its family."""

import pytest

from shared.events.network import CaseAccessChanged
from tests.meetings.conftest import Family, Log, World, a_booking
from tests.meetings.conftest import uuid_of as id_of
from tests.network.conftest import Api

KEY = "the-same-key"


@pytest.mark.parametrize("what", ["", ":cancel"])
async def test_who_no_longer_holds_the_family_gets_no_reply_again(
    amy: Api, family: Family, world: World, log: Log, what: str
) -> None:
    booking = a_booking(family)
    booked = await amy.post("/v1/meetings", booking, key=KEY)
    path, body = "/v1/meetings", booking
    cancelled = {"reason_code": "other"}
    meeting = f"/v1/meetings/{booked.json['id']}"
    path, body = {"": (path, body), ":cancel": (f"{meeting}:cancel", cancelled)}[what]
    first = await amy.post(path, body, key=KEY, etag=booked.headers["ETag"])
    again = await amy.post(path, body, key=KEY, etag=booked.headers["ETag"])
    assert (again.status, again.json, again.headers["Idempotency-Replayed"]) == (first.status, first.json, "true")
    assert log.audit()[-1] == ("reply.given_again", id_of(booked.json["id"]))
    async with world.unit() as unit:
        now = unit.now
    await world.hear(CaseAccessChanged(case_id=family.case_id, unit="south", assigned=("eve",), shared_with=(), at=now))
    refused = await amy.post(path, body, key=KEY, etag=booked.headers["ETag"])
    assert (refused.status, refused.code) == (404, "meeting_not_found")
    assert "Idempotency-Replayed" not in refused.headers
