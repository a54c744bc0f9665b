"""A confidential address is nowhere: not in the person, the history, a fact or a kept reply (DOMAIN §5.3, API A12)."""

import base64
import json
from collections.abc import AsyncIterator
from typing import Any

from sqlalchemy import text

from shared.db.log import place_of_words
from shared.db.sealing import unshut
from shared.db.unit import Unit
from shared.kernel.sealed import Place, Sealed
from tests.network.bodies import GRANDMOTHER
from tests.network.conftest import Answer, Api, BehindTheWall, OpenUnit

HIDDEN = "1 Hidden Way"
REAL = {"channel": "letter", "value": f"{HIDDEN}, Alder"}
SUBSTITUTE = {"channel": "letter", "value": "PO Box 7", "substitute": True}
PHONE = {"channel": "sms", "value": "+19165550131"}

SEALED = """SELECT c.table_name, c.column_name FROM information_schema.columns c
    JOIN information_schema.columns i ON (i.table_name, i.column_name, i.table_schema) = (c.table_name, 'id', 'public')
    WHERE c.data_type = 'bytea' AND c.table_schema = 'public' AND c.table_name NOT IN ('log') ORDER BY 1, 2"""


async def opened(unit: Unit) -> AsyncIterator[tuple[str, str]]:
    """Everything that network can still open of the county, with the table in which it stands."""
    for table, column in (await unit.session.execute(text(SEALED))).all():
        query = f"SELECT id, {column} AS box FROM {table} WHERE county_id = :county AND {column} IS NOT NULL"  # noqa: S608  ours
        rows = await unit.session.execute(text(query), {"county": unit.county_id})
        for row in rows.all():
            place = Place(table, column, row.id, unit.county_id)
            yield table, await unit.keys.open(Sealed.from_bytes(row.box), place)
    facts = text("SELECT id, key_id, words FROM log WHERE county_id = :county AND words IS NOT NULL ORDER BY seq")
    for row in (await unit.session.execute(facts, {"county": unit.county_id})).all():
        yield "log", await unit.keys.open(Sealed(row.key_id, row.words), place_of_words(row.id, unit.county_id))
    kept = text("SELECT caller, route, key, reply FROM replies_given WHERE county_id = :county AND reply IS NOT NULL")
    for row in (await unit.session.execute(kept, {"county": unit.county_id})).all():
        place_of_reply = "\x00".join(("reply", str(unit.county_id), row.caller, row.route, row.key)).encode()
        reply = json.loads(unshut(unit.county_key("replies"), row.reply, place_of_reply))
        yield "replies_given", base64.b64decode(reply["body"]).decode()


async def where_it_is(open_unit: OpenUnit) -> set[str]:
    """The tables of which a row gives the address away."""
    async with open_unit() as unit:
        return {table async for table, words in opened(unit) if HIDDEN in words}


async def registered(amy: Api) -> Answer:
    """Somebody with a phone and a real address, changed once since."""
    made = await amy.post("/v1/people", {**GRANDMOTHER, "contact_points": [PHONE, REAL]})
    assert made.status == 201, made.json
    return await changed(amy, made, given_name="Carmela")


async def changed(amy: Api, before: Answer, **facts: Any) -> Answer:
    answer = await amy.patch(f"/v1/people/{before.json['id']}", facts, etag=before.headers["ETag"])
    assert answer.status == 200, answer.json
    return answer


async def test_a_real_address_is_opened_by_its_contact_point_and_a_kept_reply_alone(amy: Api, open_unit: OpenUnit) -> None:
    """What could never be taken back, the history and the facts, never has it."""
    await registered(amy)
    assert await where_it_is(open_unit) == {"contact_points", "replies_given"}


async def test_once_an_address_is_confidential_no_row_opens_the_real_one(
    amy: Api, open_unit: OpenUnit, behind_the_wall: BehindTheWall
) -> None:
    before = await registered(amy)
    after = await changed(amy, before, confidential_address=True, contact_points=[PHONE, SUBSTITUTE])
    assert [each["value"] for each in after.json["contact_points"]] == [PHONE["value"], "PO Box 7"]
    assert await where_it_is(open_unit) == set()
    assert HIDDEN not in behind_the_wall.everything()
    assert HIDDEN not in str((await amy.get(f"/v1/people/{before.json['id']}/history")).json)


async def test_an_address_that_was_taken_away_before_is_gone_too(amy: Api, open_unit: OpenUnit) -> None:
    before = await changed(amy, await registered(amy), contact_points=[PHONE])
    assert await where_it_is(open_unit) == {"replies_given"}
    await changed(amy, before, confidential_address=True)
    assert await where_it_is(open_unit) == set()


async def test_the_history_says_that_there_was_an_address_and_what_else_changed(amy: Api) -> None:
    before = await registered(amy)
    await changed(amy, before, confidential_address=True, contact_points=[PHONE, SUBSTITUTE])
    history = (await amy.get(f"/v1/people/{before.json['id']}/history")).json["items"]
    hidden, renamed, made = ({each["field"]: (each["before"], each["after"]) for each in one["changes"]} for one in history)
    assert renamed == {"given_name": ("Carmen", "Carmela")}
    assert hidden["confidential_address"] == (False, True)
    letters = [field for field, pair in made.items() if pair == (None, "letter")]
    assert [hidden[field] for field in letters] == [("letter", None)]
    assert (None, "PO Box 7") in hidden.values()
    assert (None, PHONE["value"]) in made.values()


async def test_a_substitute_is_told_to_those_who_write_and_a_real_address_to_nobody(amy: Api, open_unit: OpenUnit) -> None:
    before = await registered(amy)
    await changed(amy, before, contact_points=[PHONE, REAL, SUBSTITUTE])
    async with open_unit() as unit:
        told = [words async for table, words in opened(unit) if table == "log"]
    assert [(HIDDEN in each, "PO Box 7" in each, PHONE["value"] in each) for each in told] == [
        (False, False, True),
        (False, False, True),
        (False, True, True),
    ]
