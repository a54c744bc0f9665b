"""Migrations of a service, without an alembic.ini: roles and database, tables behind the county wall, grants, the head.

A service's `storage/migrations/env.py` is one call of `run(Base.metadata)`; its `0001` begins with `create_shared_tables(op)`,
creates its own tables and calls `wall(op, table)` for each that has a `county_id` (or `wall_all(op, Base.metadata)`).
Everything is owned by `<service>_owner`, which nobody logs in as; the service runs as `<service>_app`, which owns nothing.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

from alembic import command, context
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, NullPool, create_engine, text
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.db import audit, clock, idempotency, log, sealing
from shared.db.base import SHARED

THIS_COUNTY = "county_id = nullif(current_setting('app.county_id', true), '')::uuid"
LOG_READER = "current_setting('app.log_reader', true) = 'on'"

# Which rights the log's reader has across counties, and nobody else: number the log, read keys that travel with facts, and
# show what was parked.
ACROSS_COUNTIES: dict[str, tuple[str, ...]] = {
    log.LOG.name: ("SELECT", "UPDATE"),
    log.PARKED.name: ("SELECT",),
    sealing.DATA_KEYS.name: ("SELECT",),
}

# What the running role may do where it is less than everything.
NARROW_GRANTS: dict[str, tuple[str, ...]] = {
    audit.AUDIT.name: ("SELECT", "INSERT"),
    clock.CLOCK.name: ("SELECT", "UPDATE (live)"),
    log.LOG.name: ("SELECT", "INSERT", "UPDATE (position, published)"),
}

FUNCTIONS = (clock.SURROUND_NOW, audit.AUDIT_HEAD, idempotency.CLAIM)


class Operations(Protocol):
    """The part of `alembic.op` used here."""

    def execute(self, sqltext: str) -> None:
        """Run one statement."""

    def get_bind(self) -> Connection:
        """Return the connection of the migration."""


def owner_of(service: str) -> str:
    """The role that owns a service's tables. It cannot log in."""
    return f"{_name(service)}_owner"


def app_of(service: str) -> str:
    """The role that a service runs as. It owns nothing and passes no wall."""
    return f"{_name(service)}_app"


def provision(admin_url: str, service: str, *, database: str | None = None, app_password: str | None = None) -> None:
    """Make a service's roles and its empty database where they are missing; safe to repeat, and for several to do at once."""
    owner, app, database = owner_of(service), app_of(service), _name(database or service)
    engine = create_engine(admin_url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(hashtextextended('surround.provision', 0))"))
        known = set(connection.scalars(text("SELECT rolname FROM pg_roles")))
        if owner not in known:
            connection.execute(text(f"CREATE ROLE {owner} NOLOGIN"))
            connection.execute(text(f"GRANT {owner} TO CURRENT_USER"))
        if app not in known:
            connection.execute(text(f"CREATE ROLE {app} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE"))
        if app_password is not None:
            quoted = connection.scalar(text("SELECT quote_literal(:password)"), {"password": app_password})
            connection.exec_driver_sql(f"ALTER ROLE {app} PASSWORD {quoted}".replace("%", "%%"))
        if not connection.scalar(text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": database}):
            connection.execute(text(f"CREATE DATABASE {database} OWNER {owner}"))
        connection.execute(text(f"REVOKE ALL ON DATABASE {database} FROM PUBLIC"))
        connection.execute(text(f"GRANT CONNECT ON DATABASE {database} TO {app}"))
    engine.dispose()


def upgrade(package: str, owner_url: str, revision: str = "head") -> None:
    """Bring the database of a service (`services.network`) to a revision; two at once take turns."""
    with _migrating(package, owner_url) as config:
        command.upgrade(config, revision)


def downgrade(package: str, owner_url: str, revision: str = "base") -> None:
    """Take a service's database back to a revision."""
    with _migrating(package, owner_url) as config:
        command.downgrade(config, revision)


def run(metadata: MetaData) -> None:
    """Run the migrations that alembic asked for; the whole of a service's `env.py`."""
    context.configure(
        connection=context.config.attributes["connection"], target_metadata=[SHARED, metadata], compare_server_default=False
    )
    with context.begin_transaction():
        context.execute("SET LOCAL lock_timeout = '4s'")
        context.run_migrations()


def create_shared_tables(op: Operations) -> None:
    """Create what every service's database has: log, cursors, data keys, audit, replies, clock; with walls, grants, functions."""
    SHARED.create_all(op.get_bind())
    for function in FUNCTIONS:
        op.execute(function)
    op.execute("INSERT INTO clock DEFAULT VALUES")
    wall_all(op, SHARED)
    app = app_of(context.config.attributes["service"])
    for table, rights in NARROW_GRANTS.items():
        op.execute(f"REVOKE ALL ON {table} FROM {app}")
        op.execute(f"GRANT {', '.join(rights)} ON {table} TO {app}")


def drop_shared_tables(op: Operations) -> None:
    """Undo `create_shared_tables`."""
    op.execute("DROP FUNCTION IF EXISTS surround_now(), audit_head(uuid), claim_reply(uuid, text, text, text)")
    SHARED.drop_all(op.get_bind())


def wall(op: Operations, table: str, *, extra_using: str | None = None, extra_for: Sequence[str] = ("SELECT",)) -> None:
    """Put a table behind the county wall: without its county set, a transaction sees no row and writes none.

    `extra_using` admits rows on another condition too, for reading only unless `extra_for` says more. FORCE holds for the owner
    as well: a migration that moves data sets `app.county_id` county by county.
    """
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY county ON {table} USING ({THIS_COUNTY}) WITH CHECK ({THIS_COUNTY})")
    if extra_using is not None:
        for verb in extra_for:
            check = f" WITH CHECK ({extra_using})" if verb == "UPDATE" else ""
            op.execute(f"CREATE POLICY also_{verb.lower()} ON {table} FOR {verb} USING ({extra_using}){check}")


def wall_all(op: Operations, metadata: MetaData, *, but: Sequence[str] = ()) -> None:
    """Put every table that has a `county_id` behind the wall; those of `but` are walled by hand, with an extra condition."""
    for table in metadata.sorted_tables:
        if "county_id" in table.columns and table.name not in but:
            verbs = ACROSS_COUNTIES.get(table.name) if metadata is SHARED else None
            wall(op, table.name, extra_using=LOG_READER if verbs else None, extra_for=verbs or ())


async def check_head(engine: AsyncEngine, package: str) -> bool:
    """Say whether the database stands at the revision that this code was written for."""
    async with engine.connect() as connection:
        if await connection.scalar(text("SELECT to_regclass('alembic_version')")) is None:
            return False
        found = set(await connection.scalars(text("SELECT version_num FROM alembic_version")))
    return found == heads(package)


@cache
def heads(package: str) -> frozenset[str]:
    """The newest revisions in a service's code; more than one is a mistake."""
    return frozenset(ScriptDirectory.from_config(_config(package)).get_heads())


def differences(connection: Connection, metadata: MetaData) -> list[Any]:
    """Return what autogenerate would change in a migrated database; an empty list means that code and database agree."""
    found: list[Any] = compare_metadata(MigrationContext.configure(connection), [SHARED, metadata])  # type: ignore[arg-type]  # alembic takes a list
    return found


@dataclass(frozen=True, slots=True)
class Wall:
    """What stands before a table that has a county."""

    table: str
    owner: str
    enabled: bool
    forced: bool
    has_using: bool
    has_check: bool

    @property
    def holds(self) -> bool:
        """Row-level security binds everyone, and a policy guards reading and writing by county."""
        return self.enabled and self.forced and self.has_using and self.has_check


_WALLS = text("""
SELECT c.relname, pg_get_userbyid(c.relowner), c.relrowsecurity, c.relforcerowsecurity,
       coalesce(bool_or(pg_get_expr(p.polqual, c.oid) LIKE '%app.county_id%'), false),
       coalesce(bool_or(pg_get_expr(p.polwithcheck, c.oid) LIKE '%app.county_id%'), false)
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'county_id' AND NOT a.attisdropped
LEFT JOIN pg_policy p ON p.polrelid = c.oid AND p.polcmd = '*'
WHERE c.relkind IN ('r', 'p')
GROUP BY c.oid, c.relname, c.relowner, c.relrowsecurity, c.relforcerowsecurity
ORDER BY c.relname
""")


def describe_walls(connection: Connection) -> list[Wall]:
    """Return every table of a database that has a `county_id`, and its wall."""
    return [Wall(*row) for row in connection.execute(_WALLS)]


def _name(name: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,50}", name):
        raise ValueError("not a plain lower-case name")
    return name


def _config(package: str) -> Config:
    config = Config()
    config.set_main_option("script_location", f"{package}.storage:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["service"] = package.rpartition(".")[2]
    return config


@contextmanager
def _migrating(package: str, owner_url: str) -> Iterator[Config]:
    """A connection that acts as the owner, so that the owner owns what it makes, and grants to the running role."""
    config = _config(package)
    service = config.attributes["service"]
    engine = create_engine(owner_url, poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(hashtextextended('surround.migrate', 0))"))
        connection.execute(text(f"SET ROLE {owner_of(service)}"))
        connection.execute(text(f"GRANT USAGE ON SCHEMA public TO {app_of(service)}"))
        for rights, things in (("SELECT, INSERT, UPDATE, DELETE", "TABLES"), ("USAGE, SELECT", "SEQUENCES")):
            connection.execute(text(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {rights} ON {things} TO {app_of(service)}"))
        connection.commit()
        config.attributes["connection"] = connection
        yield config
        connection.execute(text(f"REVOKE ALL ON alembic_version FROM {app_of(service)}"))
        connection.execute(text(f"GRANT SELECT ON alembic_version TO {app_of(service)}"))
        connection.commit()
    engine.dispose()
