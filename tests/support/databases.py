"""Migrated databases for tests: one a service and worker, shared by tests that each use a county of their own; or a fresh one.

A service is migrated once a run, into a template; every database is a copy of it. Tests run as the role the service runs as.
"""

import itertools
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, NullPool, create_engine, text
from sqlalchemy.engine import make_url

from shared.db import migrations_kit
from tests.support.servers import Servers

RUN = "SURROUND_TEST_RUN"


@dataclass(frozen=True, slots=True)
class Database:
    """One migrated database."""

    name: str
    app_url: str
    """For asyncpg, as the role that the service runs as: the county wall stands."""
    owner_url: str
    """For psycopg, as a superuser: what migrations and the movable clock use. No wall stands before it."""


DatabaseOf = Callable[[str], Database]


class Databases:
    """Makes the databases of one worker and drops them at the end."""

    def __init__(self, servers: Servers, worker: str) -> None:
        """Nothing is made before it is asked for."""
        self._servers = servers
        self._worker = worker
        self._run = os.environ.setdefault(RUN, secrets.token_hex(3))
        self._numbers = itertools.count(1)
        self._shared: dict[str, Database] = {}
        self._made: list[str] = []

    def of(self, service: str) -> Database:
        """Return the database of a service that this worker's tests share."""
        if service not in self._shared:
            self._shared[service] = self._copy(service, f"{service}_{self._run}_{self._worker}")
        return self._shared[service]

    def fresh(self, service: str) -> Database:
        """Return a database that nobody else uses."""
        return self._copy(service, f"{service}_{self._run}_{self._worker}_{next(self._numbers)}")

    def drop(self) -> None:
        """Drop what this worker made; a template that another worker still needs is made again."""
        with self._admin() as connection:
            connection.execute(text("SELECT pg_advisory_lock(hashtextextended('surround.template', 0))"))
            for name in self._made:
                connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        self._made.clear()

    def _copy(self, service: str, name: str) -> Database:
        owner = migrations_kit.owner_of(service)
        with self._admin() as connection:
            connection.execute(text("SELECT pg_advisory_lock(hashtextextended('surround.template', 0))"))
            template = self._template(connection, service)
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template} OWNER {owner}"))
        self._made.append(name)
        self._provision(service, name)
        return self._describe(service, name)

    def _template(self, connection: Connection, service: str) -> str:
        """Return the migrated template of a service; the first worker to come makes it while the others wait for the lock."""
        name = f"{service}_{self._run}_template"
        if not connection.scalar(text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": name}):
            self._provision(service, name)
            self._made.append(name)
            migrations_kit.upgrade(f"services.{service}", self._describe(service, name).owner_url)
        return name

    def _provision(self, service: str, name: str) -> None:
        # A server that asks for passwords gets the same one for every role: url() keeps it.
        password = make_url(self._servers.admin_url).password
        migrations_kit.provision(
            self._servers.admin_url, service, database=name, app_password=None if password is None else str(password)
        )

    def _describe(self, service: str, name: str) -> Database:
        return Database(
            name=name,
            app_url=self._servers.url(name, migrations_kit.app_of(service), "asyncpg"),
            owner_url=self._servers.url(name, driver="psycopg"),
        )

    @contextmanager
    def _admin(self) -> Iterator[Connection]:
        engine = create_engine(self._servers.admin_url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as connection:
                yield connection
        finally:
            engine.dispose()
