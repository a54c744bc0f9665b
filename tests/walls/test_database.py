"""The wall in the database, tried on every table of every service with rows of two counties in it, as the role that runs."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, Engine, NullPool, create_engine, text
from sqlalchemy.exc import DBAPIError

from shared.db import migrations_kit
from tests.support.databases import Database, DatabaseOf

SERVICES = ("network", "meetings", "notify")

# What belongs to no county: the schema's version, the clock, how far each producer's log has been applied.
OF_NO_COUNTY = {"alembic_version", "clock", "cursors"}

# What an operator's commands read of all counties beside the log: codes and times, nobody's words.
SEEN_BY_OPERATORS = {"notify": {"sending_holds"}}

# What a value of each type looks like; no rule of a table is asked, for the constraints are taken off before.
VALUES = {
    "uuid": "gen_random_uuid()", "text": "'x'", "character varying": "'x'", "boolean": "true", "integer": "1", "smallint": "1",
    "bigint": "1", "bytea": "'x'::bytea", "timestamp with time zone": "now()", "timestamp without time zone": "now()::timestamp",
    "date": "current_date", "time without time zone": "'08:00'", "jsonb": "'{}'", "text[]": "'{}'", "uuid[]": "'{}'",
    "integer[]": "'{}'", "smallint[]": "'{}'", "tstzrange": "tstzrange(now(), now() + interval '1 h')",
    "timestamp without time zone[]": "'{}'",
    "double precision": "1", "interval": "interval '1 h'", "character varying[]": "'{}'", "jsonb[]": "'{}'",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Filled:
    """A service's database with one row of each of two counties in every table that has counties."""

    service: str
    tables: tuple[str, ...]
    running: Engine
    ours: UUID
    theirs: UUID

    def alone(self, **settings: str) -> Connection:
        """Connect as the running role, with these settings for the transaction."""
        connection = self.running.connect()
        for name, value in settings.items():
            connection.execute(text("SELECT set_config(:name, :value, true)"), {"name": f"app.{name}", "value": value})
        return connection


def columns_of(connection: Connection, table: str) -> list[tuple[str, str]]:
    """Return names and types of a table's own columns."""
    rows = connection.execute(
        text(
            "SELECT attname, format_type(atttypid, NULL) FROM pg_attribute"
            " WHERE attrelid = CAST(:table AS regclass) AND attnum > 0 AND NOT attisdropped"
            " AND attgenerated = '' AND attidentity = ''"
        ),
        {"table": table},
    )
    return [(row[0], row[1]) for row in rows]


def fill(connection: Connection, table: str, counties: tuple[UUID, UUID]) -> None:
    """Put a row of each county into a table, whatever its rules."""
    rules = text(
        "SELECT conname FROM pg_constraint WHERE conrelid = CAST(:table AS regclass) AND contype IN ('c', 'f', 'p', 'u', 'x')"
    )
    for (name,) in connection.execute(rules, {"table": table}).all():
        connection.execute(text(f'ALTER TABLE {table} DROP CONSTRAINT IF EXISTS "{name}" CASCADE'))
    for (index,) in connection.execute(
        text("SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = CAST(:table AS regclass) AND indisunique"),
        {"table": table},
    ).all():
        connection.execute(text(f"DROP INDEX {index}"))
    columns = [(name, kind) for name, kind in columns_of(connection, table) if name != "county_id"]
    names, values = ", ".join(f'"{name}"' for name, _ in columns), ", ".join(VALUES[kind] for _, kind in columns)
    for county in counties:
        connection.execute(text(f"INSERT INTO {table} (county_id, {names}) VALUES (:county, {values})"), {"county": county})  # noqa: S608


@pytest.fixture(scope="module", params=SERVICES)
def filled(request: pytest.FixtureRequest, fresh_database_of: DatabaseOf) -> Iterator[Filled]:
    """Each service's database, filled."""
    service: str = request.param
    database: Database = fresh_database_of(service)
    owner = create_engine(database.owner_url, poolclass=NullPool)
    running = create_engine(database.app_url.replace("+asyncpg", "+psycopg"), poolclass=NullPool)
    ours, theirs = uuid4(), uuid4()
    with owner.begin() as connection:
        walls = [wall for wall in migrations_kit.describe_walls(connection)]
        for wall in walls:
            fill(connection, wall.table, (ours, theirs))
    yield Filled(service, tuple(wall.table for wall in walls), running, ours, theirs)
    running.dispose()


def test_every_table_has_counties_or_is_known_to_have_none(filled: Filled) -> None:
    with filled.alone() as connection:
        there = set(connection.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")))
    assert there - set(filled.tables) == OF_NO_COUNTY


def test_no_table_pays_for_an_index_that_the_wall_forbids(filled: Filled) -> None:
    """What an array holds or shares is asked by operators that may leak, so that no query behind the wall uses a GIN index."""
    found = text(
        "SELECT i.indexrelid::regclass::text FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
        " JOIN pg_am ON pg_am.oid = c.relam WHERE amname = 'gin' AND i.indrelid::regclass::text = ANY(:tables)"
    )
    with filled.alone() as connection:
        assert connection.scalars(found, {"tables": list(filled.tables)}).all() == []


def test_without_a_county_the_running_role_sees_no_row_of_any_table(filled: Filled) -> None:
    with filled.alone() as connection:
        seen = {table: connection.scalar(text(f"SELECT count(*) FROM {table}")) for table in filled.tables}  # noqa: S608
    assert seen == dict.fromkeys(filled.tables, 0)


def test_in_a_county_it_sees_that_countys_row_and_no_other(filled: Filled) -> None:
    with filled.alone(county_id=str(filled.ours)) as connection:
        seen = {table: list(connection.scalars(text(f"SELECT county_id FROM {table}"))) for table in filled.tables}  # noqa: S608
    assert seen == {table: [filled.ours] for table in filled.tables}


def test_a_row_can_neither_be_made_for_another_county_nor_moved_there(filled: Filled) -> None:
    for table in filled.tables:
        copy = (
            f"INSERT INTO {table} OVERRIDING SYSTEM VALUE SELECT made.* FROM {table} AS mine,"  # noqa: S608
            f" jsonb_populate_record(mine, jsonb_build_object('county_id', CAST(:theirs AS text))) AS made"
        )
        for statement in (copy, f"UPDATE {table} SET county_id = CAST(:theirs AS uuid)"):  # noqa: S608
            with (
                filled.alone(county_id=str(filled.ours)) as connection,
                pytest.raises(DBAPIError, match=r"row-level security|permission denied"),
            ):
                connection.execute(text(statement), {"theirs": str(filled.theirs)})


def test_another_countys_row_is_not_there_to_be_changed_or_deleted(filled: Filled) -> None:
    for table in filled.tables:
        with filled.alone(county_id=str(filled.ours)) as connection:
            may = connection.scalar(text("SELECT has_table_privilege(:table, 'DELETE')"), {"table": table})
            gone = f"DELETE FROM {table} WHERE county_id = :theirs" if may else f"SELECT 1 FROM {table} WHERE county_id = :theirs"  # noqa: S608
            assert connection.execute(text(gone), {"theirs": filled.theirs}).rowcount == 0, table


def test_the_logs_reader_sees_other_counties_in_its_own_tables_only(filled: Filled) -> None:
    with filled.alone(log_reader="on") as connection:
        seen = {table for table in filled.tables if connection.scalar(text(f"SELECT count(*) FROM {table}"))}  # noqa: S608
    assert seen == set(migrations_kit.ACROSS_COUNTIES) | SEEN_BY_OPERATORS.get(filled.service, set())


@pytest.mark.parametrize("harm", ["UPDATE audit SET action = 'x'", "DELETE FROM audit", "TRUNCATE audit"])
def test_the_audit_is_added_to_and_nothing_else(filled: Filled, harm: str) -> None:
    with filled.alone(county_id=str(filled.ours)) as connection, pytest.raises(DBAPIError, match="permission denied"):
        connection.execute(text(harm))


def test_the_running_role_owns_nothing_and_is_nobody_special(filled: Filled) -> None:
    with filled.alone() as connection:
        role = connection.execute(
            text(
                "SELECT rolname, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolreplication,"
                " (SELECT count(*) FROM pg_auth_members WHERE member = pg_roles.oid) AS of_others,"
                " (SELECT count(*) FROM pg_class WHERE relowner = pg_roles.oid) AS owned"
                " FROM pg_roles WHERE rolname = current_user"
            )
        ).one()
        walls = migrations_kit.describe_walls(connection)
    assert tuple(role) == (migrations_kit.app_of(filled.service), False, False, False, False, False, 0, 0)
    assert [wall.table for wall in walls if not wall.holds] == []
