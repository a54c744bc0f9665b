"""Migrations are numbered, lead to one head and back, and leave the tables that the code describes, each behind its wall."""

import importlib
import re
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, MetaData, NullPool, create_engine, inspect, text

from shared.db import migrations_kit
from tests.support.databases import Database, DatabaseOf

ROOT = Path(__file__).resolve().parents[2]
SERVICES = sorted(path.parents[1].name for path in (ROOT / "services").glob("*/storage/tables*") if path.suffix in {"", ".py"})
pytestmark = pytest.mark.parametrize("service", SERVICES)

SHAPE = text("""
SELECT 'column', c.table_name, c.column_name, concat_ws(' ', c.data_type, c.is_nullable, c.column_default)
FROM information_schema.columns c WHERE c.table_schema = 'public'
UNION ALL SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid)
FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT 'index', tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT 'policy', tablename, policyname, concat_ws(' ', cmd, qual, with_check) FROM pg_policies WHERE schemaname = 'public'
UNION ALL SELECT 'function', proname, pg_get_function_identity_arguments(oid), md5(prosrc)
FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prokind = 'f'
UNION ALL SELECT 'grant', table_name, grantee || ' ' || privilege_type, ''
FROM information_schema.role_table_grants WHERE table_schema = 'public' AND table_name <> 'alembic_version'
ORDER BY 1, 2, 3, 4
""")


def metadata_of(service: str) -> MetaData:
    metadata: MetaData = importlib.import_module(f"services.{service}.storage.tables").Base.metadata
    return metadata


def engine_of(database: Database) -> Engine:
    return create_engine(database.owner_url, poolclass=NullPool)


def shape_of(connection: Connection) -> list[tuple[object, ...]]:
    return [tuple(row) for row in connection.execute(SHAPE)]


def test_migrations_are_numbered_without_gaps_and_have_one_head(service: str) -> None:
    versions = ROOT / "services" / service / "storage" / "migrations" / "versions"
    names = sorted(path.name for path in versions.glob("*.py") if path.name != "__init__.py")
    numbers = [int(found.group(1)) for name in names if (found := re.match(r"(\d{4})_[a-z0-9_]+\.py$", name))]
    assert numbers == list(range(1, len(names) + 1)), names
    assert len(migrations_kit.heads(f"services.{service}")) == 1


def test_up_down_and_up_again_leaves_no_difference(service: str, fresh_database_of: DatabaseOf) -> None:
    database = fresh_database_of(service)
    engine = engine_of(database)
    package = f"services.{service}"
    with engine.connect() as connection:
        before = shape_of(connection)
    migrations_kit.downgrade(package, database.owner_url)
    with engine.connect() as connection:
        assert set(inspect(connection).get_table_names()) <= {"alembic_version"}
    migrations_kit.upgrade(package, database.owner_url)
    with engine.connect() as connection:
        assert shape_of(connection) == before


def test_the_code_and_the_database_describe_the_same_tables(service: str, database_of: DatabaseOf) -> None:
    with engine_of(database_of(service)).connect() as connection:
        assert migrations_kit.differences(connection, metadata_of(service)) == []


def test_every_county_table_stands_behind_a_wall(service: str, database_of: DatabaseOf) -> None:
    database = database_of(service)
    with engine_of(database).connect() as connection:
        walls = migrations_kit.describe_walls(connection)
    assert [wall.table for wall in walls if not wall.holds or wall.owner != migrations_kit.owner_of(service)] == []
    named = {table.name for table in metadata_of(service).sorted_tables if "county_id" in table.columns}
    assert named <= {wall.table for wall in walls}
