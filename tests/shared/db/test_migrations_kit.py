"""Migrations: there and back without a trace, owned by nobody who logs in, safe to run twice at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, NullPool, create_engine, text

from shared.db import migrations_kit
from shared.db.base import SHARED
from shared.db.engine import make_engine
from tests.shared.db.conftest import PACKAGE
from tests.shared.db.sample.storage.tables import Base
from tests.support.servers import Servers

EXPECTED = {*SHARED.tables, *Base.metadata.tables}

_SCHEMA = text("""
SELECT 'column', table_name, column_name, data_type || is_nullable || coalesce(column_default, '') FROM information_schema.columns
 WHERE table_schema = 'public'
UNION ALL SELECT 'index', tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT 'policy', tablename, policyname, cmd || coalesce(qual, '') || coalesce(with_check, '') FROM pg_policies
UNION ALL SELECT 'right', table_name, privilege_type, grantee FROM information_schema.table_privileges WHERE table_schema = 'public'
UNION ALL SELECT 'function', proname, prosrc, '' FROM pg_proc WHERE pronamespace = 'public'::regnamespace
UNION ALL SELECT 'owner', tablename, tableowner, '' FROM pg_tables WHERE schemaname = 'public'
""")


@pytest.fixture
def owner_url(servers: Servers, empty_database: str) -> str:
    """Where migrations run."""
    return servers.url(empty_database, driver="psycopg")


@pytest.fixture
def database(owner_url: str) -> Engine:
    """The database to be migrated."""
    return create_engine(owner_url, poolclass=NullPool)


def schema(database: Engine) -> set[tuple[str, ...]]:
    """Everything that a migration made."""
    with database.connect() as connection:
        return {tuple(row) for row in connection.execute(_SCHEMA)}


def names(rows: set[tuple[str, ...]], kind: str) -> set[str]:
    return {row[1] for row in rows if row[0] == kind}


def test_there_and_back_leaves_no_difference(owner_url: str, database: Engine) -> None:
    migrations_kit.upgrade(PACKAGE, owner_url)
    first = schema(database)
    assert names(first, "column") == EXPECTED | {"alembic_version"}
    migrations_kit.downgrade(PACKAGE, owner_url)
    assert names(schema(database), "column") == {"alembic_version"}
    assert names(schema(database), "function") == set()
    migrations_kit.upgrade(PACKAGE, owner_url)
    assert schema(database) == first


def test_two_at_once_take_turns(owner_url: str, database: Engine) -> None:
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: migrations_kit.upgrade(PACKAGE, owner_url), range(2)))
    assert names(schema(database), "column") == EXPECTED | {"alembic_version"}


def test_code_and_database_agree(owner_url: str, database: Engine) -> None:
    migrations_kit.upgrade(PACKAGE, owner_url)
    with database.connect() as connection:
        assert migrations_kit.differences(connection, Base.metadata) == []
        connection.execute(text("ALTER TABLE notes ADD COLUMN surprise text"))
        assert len(migrations_kit.differences(connection, Base.metadata)) == 1


def test_tables_belong_to_the_owner_who_cannot_log_in(owner_url: str, database: Engine) -> None:
    migrations_kit.upgrade(PACKAGE, owner_url)
    assert {row[2] for row in schema(database) if row[0] == "owner"} == {"sample_owner"}
    with database.connect() as connection:
        assert connection.scalar(text("SELECT rolcanlogin FROM pg_roles WHERE rolname = 'sample_owner'")) is False


def test_the_running_role_gets_what_a_later_migration_adds(owner_url: str, database: Engine) -> None:
    migrations_kit.upgrade(PACKAGE, owner_url)
    with database.begin() as connection:
        connection.execute(text("SET ROLE sample_owner"))
        connection.execute(text("CREATE TABLE later (id int)"))
        rights = connection.scalars(
            text(
                "SELECT privilege_type FROM information_schema.table_privileges"
                " WHERE table_name = 'later' AND grantee = 'sample_app'"
            )
        )
        assert set(rights) == {"SELECT", "INSERT", "UPDATE", "DELETE"}


def test_provisioning_may_be_repeated_and_shuts_out_others(servers: Servers, empty_database: str, database: Engine) -> None:
    migrations_kit.provision(servers.admin_url, "sample", database=empty_database)
    with database.connect() as connection:
        rights = connection.execute(
            text(
                "SELECT has_database_privilege('sample_app', current_database(), 'CONNECT'),"
                " has_database_privilege('pg_monitor', current_database(), 'CONNECT')"
            )
        ).one()
    assert tuple(rights) == (True, False)


def test_a_password_with_odd_signs_is_taken(servers: Servers, empty_database: str, database: Engine) -> None:
    migrations_kit.provision(servers.admin_url, "sample_odd", database=empty_database, app_password="it's 100% odd: \\ %s")
    with database.begin() as connection:
        assert connection.scalar(text("SELECT rolpassword IS NOT NULL FROM pg_authid WHERE rolname = 'sample_odd_app'"))
        connection.execute(text("DROP OWNED BY sample_odd_app"))
        connection.execute(text("DROP ROLE sample_odd_app, sample_odd_owner"))


@pytest.mark.parametrize("name", ["Network", "network; DROP", "", "1st", "net-work"])
def test_only_plain_names_become_roles(name: str) -> None:
    with pytest.raises(ValueError, match="plain"):
        migrations_kit.owner_of(name)


async def test_the_head_is_known(servers: Servers, owner_url: str, empty_database: str) -> None:
    migrations_kit.upgrade(PACKAGE, owner_url)
    engine = make_engine(servers.url(empty_database, role="sample_app"))
    assert await migrations_kit.check_head(engine, PACKAGE)
    migrations_kit.downgrade(PACKAGE, owner_url)
    assert not await migrations_kit.check_head(engine, PACKAGE)
    await engine.dispose()


async def test_a_database_never_migrated_is_not_at_the_head(servers: Servers, empty_database: str) -> None:
    engine = make_engine(servers.url(empty_database, role="sample_app"))
    assert not await migrations_kit.check_head(engine, PACKAGE)
    await engine.dispose()
