"""People are found by an index although they stand behind the wall, and two who write one id take turns."""

import asyncio
from dataclasses import replace

from sqlalchemy import text

from services.network.domain.imports import PersonLine
from services.network.storage import imports, people
from services.network.use_cases.change_person import change_person
from services.network.use_cases.commands import ChangePerson
from services.network.use_cases.import_people import import_people
from services.network.use_cases.register_person import register_person
from shared.kernel.access import Role
from tests.network.conftest import BehindTheWall, OpenUnit
from tests.support.factories import TODAY, ZONE, a_caller, a_registration
from tests.support.processes import until

LOOKED_UP = {
    "a search by name": (people._BY_NAME, "lookup"),
    "names alike": (imports._KNOWN_NAMES, "lookup"),
    "numbers alike": (imports._KNOWN_POINTS, "lookup"),
    "ids of a file": (people._BY_EXTERNAL_IDS, "external_lookup"),
}


async def test_what_is_looked_up_is_found_by_its_index(open_unit: OpenUnit, behind_the_wall: BehindTheWall) -> None:
    async with open_unit() as unit:
        caller = a_caller("cws", Role.SYSTEM, county_id=unit.county_id)
        lines = [PersonLine(line=n, external_id=str(n), given_name=f"Ana{n}", spoken_language="es") for n in range(300)]
        lines = [replace(each, email=f"ana{each.line}@example.org") for each in lines]
        await import_people(unit, lines, caller=caller, zone=ZONE, today=TODAY, now=unit.now)
    with behind_the_wall._engine.begin() as connection:
        connection.execute(text("ANALYZE people, contact_points, person_names"))
    async with open_unit() as unit:
        for asked, column in LOOKED_UP.values():
            values = asked._in_order({"county": unit.county_id, "lookup": "x", "lookups": ["x", "y"], "most": 20})
            plan = [row["QUERY PLAN"].strip() for row in await unit.driver.fetch(f"EXPLAIN {asked.sql}", *values)]
            conditions = [line for line in plan if line.startswith("Index Cond")]
            assert any(f"{column} = " in line for line in conditions), "\n".join(plan)
            assert not any(line.startswith("Filter") and "lookup" in line for line in plan), "\n".join(plan)


async def test_who_is_called_otherwise_is_found_by_the_new_name_alone(open_unit: OpenUnit) -> None:
    async with open_unit() as unit:
        caller = a_caller(county_id=unit.county_id)
        carmen = await register_person(unit, a_registration(), caller=caller, today=TODAY, now=unit.now)
    async with open_unit() as unit:
        held = await people.get_for_update(unit, carmen.id)
        change = ChangePerson(profile={"given_name": "Rosa"}, contact_points=None)
        await change_person(unit, held, change, caller=caller, today=TODAY, now=unit.now)
    async with open_unit() as unit:
        assert await people.list_by_name(unit, "carmen luna", limit=5) == []
        assert [each.id for each in await people.list_by_name(unit, "luna rosa", limit=5)] == [carmen.id]


async def test_a_file_and_a_request_about_one_new_id_take_turns(open_unit: OpenUnit, behind_the_wall: BehindTheWall) -> None:
    async def ask() -> None:
        async with open_unit() as other:
            await people.find_by_external_id_for_update(other, "007")

    async def waits() -> bool:
        waiting = "SELECT 1 FROM pg_locks JOIN pg_database ON oid = database AND datname = current_database()"
        return bool(behind_the_wall._rows(f"{waiting} WHERE locktype = 'advisory' AND NOT granted"))

    async with open_unit() as unit:
        await people.list_by_external_ids_for_update(unit, ["007", "8"])
        asking = asyncio.create_task(ask())
        await until(waits)
        assert not asking.done()
    await asking
