"""Times at network: recurrences that are none, and instants without an offset."""

from typing import Any
from uuid import UUID

from tests.hostile.mapping import ANSWERED, PROMISED, SENT
from tests.hostile.rows import Row, placed, tries_all
from tests.hostile.wire import Listening, Shelf, Wire, judge
from tests.network.bodies import FAMILY, person

NIGHT = {"starts_local": "2027-09-04T20:00", "ends_local": "2027-09-05T08:00"}


async def a_plan_and_a_promise(wire: Wire) -> tuple[str, dict[str, Any]]:
    """Begin a plan; return the address of its promises and the body of a good one."""
    family = (await wire.send_json("POST", "/v1/cases", FAMILY)).headers["Location"]
    rosa = (await wire.send_json("POST", "/v1/people", person("Rosa"))).json["id"]
    member = (await wire.send_json("POST", f"{family}/members", {"person_id": rosa, "relationship": "neighbor"})).json["id"]
    plan = await wire.send_json("POST", f"{family}/plans", {"kind": "ongoing", "starts_on": "2027-09-01", "ends_on": "2027-09-30"})
    promise = {"member_id": member, "action": "Stay the night", "commitment_class": "protective", **NIGHT}
    return f"{plan.headers['Location']}/commitments", promise


@tries_all(SENT, PROMISED)
async def test_a_rule_that_is_none_is_refused_and_nobody_is_asked(
    wire: Wire, row: Row, county_id: UUID, shelf: Shelf, listening: Listening
) -> None:
    path, promise = await a_plan_and_a_promise(wire)
    before = shelf.of(county_id)
    answer = await wire.send("POST", path, SENT[row.id].body_of(row, promise))
    judge(row, SENT[row.id], answer, listening.heard())
    assert shelf.of(county_id) == before
    assert (await wire.send_json("POST", path, promise)).status == 201


@tries_all(SENT, ANSWERED)
async def test_an_instant_without_an_offset_is_refused(
    wire: Wire, row: Row, county_id: UUID, shelf: Shelf, listening: Listening
) -> None:
    path, promise = await a_plan_and_a_promise(wire)
    asked = await wire.send_json("POST", path, promise)
    answers, good = f"{asked.headers['Location']}/answers", {"said": "accepted", "witness": "Omar"}
    before = shelf.of(county_id)
    sent = SENT[row.id]
    body = placed({**good, "said": "turn_excused"}, sent.at, sent.value)
    answer = await wire.send_json("POST", answers, body)
    judge(row, sent, answer, listening.heard())
    assert shelf.of(county_id) == before
    assert (await wire.send_json("POST", answers, good)).status == 200
