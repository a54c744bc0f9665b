"""Bodies at network: unreadable ones, ill-fitting ones, and odd ones that are nobody's fault."""

from typing import Any
from uuid import UUID

from tests.hostile.mapping import PEOPLE, PERSON, QUERY, SENT
from tests.hostile.rows import Row, placed, tries, tries_all
from tests.hostile.wire import Listening, Shelf, Wire, judge
from tests.network.bodies import person

ROSA = person("Rosa")
REACHED = {"contact_points": [{"channel": "sms", "value": "+19165550131"}]}


async def works(wire: Wire) -> None:
    """Prove that the next good request is served."""
    assert (await wire.send_json("POST", "/v1/people", ROSA)).status == 201


@tries_all(SENT, PEOPLE)
async def test_a_person_is_registered_as_sent_or_refused_by_name(
    wire: Wire, row: Row, county_id: UUID, shelf: Shelf, listening: Listening
) -> None:
    sent, before = SENT[row.id], shelf.of(county_id)
    answer = await wire.send("POST", "/v1/people", sent.body_of(row, ROSA))
    after = shelf.of(county_id)
    judge(row, sent, answer, listening.heard())
    assert (after == before) is not row.must_succeed
    if row.must_succeed:
        kept = (await wire.send("GET", answer.headers["Location"])).json
        assert kept[sent.at] == row.text.rstrip("\u200c\u200d")
    await works(wire)


@tries_all(SENT, PERSON)
async def test_a_number_or_address_is_kept_in_one_form_or_refused(
    wire: Wire, row: Row, county_id: UUID, shelf: Shelf, listening: Listening
) -> None:
    sent = SENT[row.id]
    made = await wire.send_json("POST", "/v1/people", {**ROSA, **REACHED})
    channel = "email" if "@" in row.text else "sms"
    body = placed(placed(REACHED, "contact_points/0/channel", channel), sent.at, row.text)
    before = shelf.of(county_id)
    answer = await wire.send_json("PATCH", made.headers["Location"], body, If_Match=made.headers["ETag"])
    after = shelf.of(county_id)
    judge(row, sent, answer, listening.heard())
    assert (after == before) is not row.may_succeed
    await works(wire)


@tries_all(SENT, QUERY)
async def test_an_address_that_is_not_understood_is_refused(
    wire: Wire, row: Row, county_id: UUID, shelf: Shelf, listening: Listening
) -> None:
    sent, before = SENT[row.id], shelf.of(county_id)
    answer = await wire.send("GET", sent.value)
    judge(row, sent, answer, listening.heard())
    assert shelf.of(county_id) == before
    await works(wire)


@tries("json-033", "json-035")
async def test_another_media_type_is_not_guessed_at(
    wire: Wire, row: Row, county_id: UUID, shelf: Shelf, listening: Listening
) -> None:
    made = await wire.send_json("POST", "/v1/people", ROSA)
    method, path = ("PATCH", made.headers["Location"]) if row.how.startswith("PATCH") else ("POST", "/v1/people")
    before: Any = shelf.of(county_id)
    answer = await wire.send(method, path, row.octets, Content_Type=row.how.split(", ")[1], If_Match=made.headers["ETag"])
    judge(row, SENT[row.id], answer, listening.heard())
    assert shelf.of(county_id) == before
    await works(wire)
