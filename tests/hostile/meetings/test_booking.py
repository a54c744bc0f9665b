"""Bodies at meetings: times that do not exist, zones that are none, words that want to be markup or a header."""

from typing import Any
from uuid import UUID

from tests.hostile.mapping import MEETINGS, NEXT_FOLD, RESOURCES, SENT
from tests.hostile.rows import Row, tries, tries_all
from tests.hostile.wire import Listening, Shelf, Wire, judge
from tests.meetings.conftest import ZONE, Counties, Family, World, a_booking, at

ROOM = {"kind": "room", "name": "Oak Room", "capacity": 12}
COURT = {"starts_local": at("13:00"), "ends_local": at("15:00"), "time_zone": ZONE}


async def works(wire: Wire) -> None:
    """Prove that the next good request is served."""
    assert (await wire.send_json("POST", "/v1/resources", ROOM)).status == 201


@tries_all(SENT, RESOURCES)
async def test_a_number_that_does_not_fit_is_refused_by_name(
    wire: Wire, row: Row, county_id: UUID, shelf: Shelf, listening: Listening
) -> None:
    sent, before = SENT[row.id], shelf.of(county_id)
    answer = await wire.send("POST", "/v1/resources", sent.body_of(row, ROOM))
    judge(row, sent, answer, listening.heard())
    assert shelf.of(county_id) == before
    await works(wire)


@tries_all(SENT, MEETINGS)
async def test_a_meeting_is_booked_as_sent_or_refused_by_name(
    wire: Wire, family: Family, row: Row, county_id: UUID, shelf: Shelf, listening: Listening
) -> None:
    sent, before = SENT[row.id], shelf.of(county_id)
    answer = await wire.send("POST", "/v1/meetings", sent.body_of(row, a_booking(family)))
    after = shelf.of(county_id)
    judge(row, sent, answer, listening.heard())
    assert (after == before) is (answer.status >= 400)
    await works(wire)


@tries("icsout-005")
async def test_a_long_place_in_another_script_comes_back_whole(wire: Wire, family: Family, row: Row, listening: Listening) -> None:
    sent = SENT[row.id]
    answer = await wire.send("POST", "/v1/meetings", sent.body_of(row, a_booking(family)))
    judge(row, sent, answer, listening.heard())
    assert answer.json["place"]["name"] == row.text


@tries("dt-005")
async def test_a_time_that_exists_twice_is_the_first_of_the_two_and_the_answer_says_so(
    counties: Counties, family: Family, row: Row, listening: Listening
) -> None:
    sent, late = SENT[row.id], {"family_asked": True, "after_due_reason": "The family asked for this very night."}
    answer = await Wire(counties.staff("sue", "supervisor")).send(
        "POST", "/v1/meetings", sent.body_of(row, a_booking(family, **late))
    )
    judge(row, sent, answer, listening.heard())
    adjusted = answer.json["time_adjusted"]
    assert (adjusted["reason"], [one["taken"] for one in adjusted["readings"]]) == ("fold", [True, False])
    assert answer.json["starts_at"] == f"{NEXT_FOLD}T08:30:00Z"


@tries("dt-023")
async def test_an_end_before_its_start_is_refused(
    wire: Wire, family: Family, row: Row, county_id: UUID, shelf: Shelf, listening: Listening
) -> None:
    sent, before = SENT[row.id], shelf.of(county_id)
    path = f"/v1/people/per_{family.mother.hex}/unavailabilities"
    answer = await wire.send("POST", path, sent.body_of(row, COURT))
    judge(row, sent, answer, listening.heard())
    assert shelf.of(county_id) == before
    assert (await wire.send_json("POST", path, COURT)).status == 201


@tries("html-005")
async def test_an_address_that_is_a_script_is_no_place_to_join(
    wire: Wire, family: Family, row: Row, county_id: UUID, shelf: Shelf, listening: Listening
) -> None:
    made = await wire.send_json("POST", "/v1/meetings", a_booking(family))
    sent, before = SENT[row.id], shelf.of(county_id)
    answer = await wire.send("PATCH", made.headers["Location"], sent.body_of(row, {}), If_Match=made.headers["ETag"])
    judge(row, sent, answer, listening.heard())
    assert shelf.of(county_id) == before
    good = {"place": {"join_url": "https://video.example.org/1"}}
    assert (await wire.send_json("PATCH", made.headers["Location"], good, If_Match=made.headers["ETag"])).status == 200


@tries("tok-019", "tok-021")
async def test_what_another_county_has_is_as_if_it_were_not_there(
    counties: Counties, wire: Wire, world: World, family: Family, birch_id: UUID, row: Row, shelf: Shelf, county_id: UUID,
    listening: Listening,
) -> None:  # fmt: skip
    birch = Wire(counties.staff("amy", birch=True))
    theirs = await World(world._units, birch_id).family()
    booked = await birch.send_json("POST", "/v1/meetings", a_booking(theirs))
    room = await birch.send_json("POST", "/v1/resources", ROOM)
    assert (booked.status, room.status) == (201, 201)
    reads = [booked.headers["Location"], room.headers["Location"], f"/v1/people/per_{theirs.mother.hex}/usual-hours"]
    attempts: dict[str, list[tuple[str, str, dict[str, Any] | None]]] = {
        "tok-019": [("GET", path, None) for path in [*reads, f"{reads[0]}/replies", f"/v1/cases/{theirs.id}/mandates"]],
        "tok-021": [("POST", "/v1/meetings", a_booking(family, case_id=theirs.id))],
    }
    before = shelf.of(county_id)
    for method, path, body in attempts[row.id]:
        answer = await (wire.send_json(method, path, body) if body else wire.send(method, path))
        judge(row, SENT[row.id], answer, listening.heard())
    assert shelf.of(county_id) == before
    await works(wire)
