"""The county wall in the database: it stands whatever the code forgets."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, func, select, text, update
from sqlalchemy.exc import DBAPIError, ProgrammingError
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.db import log, migrations_kit
from shared.db.engine import make_engine
from shared.db.unit import Unit, Units
from tests.shared.db.conftest import STAFF, WRAPPING_KEY, Open
from tests.shared.db.sample.storage.tables import NoteRow
from tests.support.servers import Servers


def add_note(unit: Unit, county_id: UUID | None = None) -> UUID:
    """Add a note to a county, by default the unit's own."""
    row = NoteRow(id=unit.new_id(), county_id=county_id or unit.county_id, title="a note", words=None, at=unit.now)
    unit.session.add(row)
    return row.id


async def count_notes(unit: Unit) -> int:
    return (await unit.session.execute(select(func.count()).select_from(NoteRow))).scalar_one()


async def test_a_county_sees_only_its_own_rows(units: Units, opened: Open) -> None:
    async with opened() as unit:
        made = add_note(unit)
    async with opened() as unit:
        assert await count_notes(unit) == 1
    async with units.open(uuid4(), STAFF) as unit:
        assert await count_notes(unit) == 0
        assert await unit.session.get(NoteRow, made) is None


async def test_a_row_of_another_county_cannot_be_written(opened: Open) -> None:
    with pytest.raises(ProgrammingError, match="row-level security"):
        async with opened() as unit:
            add_note(unit, uuid4())


async def test_a_row_cannot_be_moved_to_another_county(opened: Open) -> None:
    async with opened() as unit:
        add_note(unit)
    with pytest.raises(ProgrammingError, match="row-level security"):
        async with opened() as unit:
            await unit.session.execute(update(NoteRow).values(county_id=uuid4()))


async def test_without_a_county_there_are_no_rows(engine: AsyncEngine, opened: Open) -> None:
    async with opened() as unit:
        add_note(unit)
    async with engine.connect() as bare:
        for table in ("notes", "log", "audit", "data_keys", "replies_given", "parked"):
            assert await bare.scalar(text(f"SELECT count(*) FROM {table}")) == 0  # noqa: S608


async def test_one_connection_carries_nothing_from_county_to_county(servers: Servers, sample_database: str) -> None:
    engine = make_engine(servers.url(sample_database, role="sample_app"), pool_size=1)
    units, first, second = Units(engine, service="network", wrapping_key=WRAPPING_KEY), uuid4(), uuid4()
    async with units.open(first, STAFF) as unit:
        add_note(unit)
    with pytest.raises(RuntimeError):
        async with units.open(first, STAFF) as unit:
            await fail(unit)
    async with units.open(second, STAFF) as unit:
        assert await count_notes(unit) == 0
    async with units.outside() as session:
        assert (await session.execute(text("SELECT current_setting('app.county_id', true)"))).scalar_one() in {None, ""}
    await engine.dispose()


async def fail(unit: Unit) -> None:
    """Do something, then break."""
    add_note(unit)
    await unit.session.flush()
    raise RuntimeError


def test_every_table_with_a_county_has_its_wall(behind_the_wall: Connection) -> None:
    walls = {wall.table: wall for wall in migrations_kit.describe_walls(behind_the_wall)}
    assert set(walls) == {"notes", "log", "parked", "audit", "data_keys", "replies_given"}
    assert all(wall.holds and wall.owner == "sample_owner" for wall in walls.values())


def test_a_table_without_a_wall_is_noticed(behind_the_wall: Connection) -> None:
    behind_the_wall.execute(text("CREATE TABLE forgotten (county_id uuid)"))
    [bare] = [wall for wall in migrations_kit.describe_walls(behind_the_wall) if not wall.holds]
    assert bare.table == "forgotten"
    behind_the_wall.rollback()


def test_the_running_role_is_nobody_special(behind_the_wall: Connection) -> None:
    row = behind_the_wall.execute(
        text("SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = 'sample_app'")
    ).one()
    assert not any(row)


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE audit SET action = 'x'",
        "DELETE FROM audit",
        "TRUNCATE audit",
        "DELETE FROM log",
        "UPDATE log SET data = '{}'",
        "UPDATE clock SET clock_offset = '1 day'",
        "DELETE FROM clock",
        "DELETE FROM alembic_version",
        "ALTER TABLE notes DISABLE ROW LEVEL SECURITY",
        "CREATE TABLE mine (id int)",
    ],
)
async def test_the_running_role_may_not(engine: AsyncEngine, harm: str) -> None:
    async with engine.connect() as connection:
        with pytest.raises(DBAPIError, match=r"permission denied|must be owner"):
            await connection.execute(text(harm))


async def test_an_outside_setting_admits_what_its_policy_says(units: Units, opened: Open) -> None:
    async with opened() as unit:
        add_note(unit)
    async with units.outside(log_reader="on") as session:
        assert (await session.execute(text("SELECT count(*) FROM notes"))).scalar_one() == 0


async def test_the_logs_reader_sees_what_is_parked_and_changes_none_of_it(units: Units, opened: Open) -> None:
    async with opened() as unit:
        parked = log.Parked("network", 1, unit.county_id, uuid4(), "network.x.v1", "ValueError", 5, unit.now, "{}")
        await log.park(unit.driver, parked)
    async with units.outside(log_reader="on") as session:
        assert await log.find_parked(session, "network", 1) is not None
        assert not await log.unpark(session, "network", 1)
    async with opened() as unit:
        assert await log.unpark(unit.session, "network", 1)
