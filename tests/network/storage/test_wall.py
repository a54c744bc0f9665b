"""The county wall in the database, tried as the role that network runs as."""

from uuid import uuid4

import pytest
from sqlalchemy import Connection, NullPool, create_engine, text
from sqlalchemy.exc import DBAPIError

from services.network.storage import people
from services.network.storage.tables import Base
from services.network.use_cases.register_person import register_person
from shared.db import migrations_kit
from shared.db.unit import Units
from shared.kernel.errors import NotFound
from tests.network.conftest import OpenUnit
from tests.support.databases import Database, DatabaseOf
from tests.support.factories import TODAY, a_caller, a_registration, a_wish

TABLES = [table.name for table in Base.metadata.sorted_tables]


async def test_another_countys_unit_sees_no_row(open_unit: OpenUnit) -> None:
    async with open_unit() as unit:
        person = await register_person(unit, a_registration(a_wish()), caller=a_caller(), today=TODAY, now=unit.now)
    async with open_unit(uuid4()) as unit:
        with pytest.raises(NotFound):
            await people.get(unit, person.id)
        for table in TABLES:
            assert await unit.session.scalar(text(f"SELECT count(*) FROM {table}")) == 0, table  # noqa: S608  our own tables


async def test_without_a_county_there_is_nothing(open_unit: OpenUnit, units: Units) -> None:
    async with open_unit() as unit:
        await register_person(unit, a_registration(a_wish()), caller=a_caller(), today=TODAY, now=unit.now)
    async with units.outside() as session:
        for table in TABLES:
            assert await session.scalar(text(f"SELECT count(*) FROM {table}")) == 0, table  # noqa: S608  our own tables


async def test_a_row_cannot_be_written_for_another_county(open_unit: OpenUnit) -> None:
    async with open_unit() as unit:
        person = await register_person(unit, a_registration(), caller=a_caller(), today=TODAY, now=unit.now)
    with pytest.raises(DBAPIError, match="row-level security"):
        async with open_unit() as unit:
            await unit.session.execute(
                text("UPDATE people SET county_id = :other WHERE id = :id"), {"other": uuid4(), "id": person.id}
            )


def test_every_table_with_a_county_stands_behind_the_wall(database: Database) -> None:
    with connect(database) as connection:
        walls = {wall.table: wall for wall in migrations_kit.describe_walls(connection)}
    assert set(TABLES) <= set(walls)
    assert all(wall.holds for wall in walls.values())
    assert {wall.owner for wall in walls.values()} == {"network_owner"}


def test_code_and_database_agree(database: Database) -> None:
    with connect(database) as connection:
        assert migrations_kit.differences(connection, Base.metadata) == []


def test_down_and_up_again_leaves_no_difference(fresh_database_of: DatabaseOf) -> None:
    database = fresh_database_of("network")
    migrations_kit.downgrade("services.network", database.owner_url)
    migrations_kit.upgrade("services.network", database.owner_url)
    with connect(database) as connection:
        assert migrations_kit.differences(connection, Base.metadata) == []


def connect(database: Database) -> Connection:
    """Connect as a superuser, whom no wall holds."""
    return create_engine(database.owner_url, poolclass=NullPool).connect()
