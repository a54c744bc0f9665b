"""The PostgreSQL of one test run, shared by every xdist worker, and a Valkey for each worker alone: tests fill and flush it."""

import os
import shutil
import signal
from dataclasses import dataclass

from sqlalchemy.engine import URL, make_url

from deploy.local import servers

ADMIN_URL = "SURROUND_TEST_ADMIN_URL"
"""How workers find the PostgreSQL that the process above them started."""


@dataclass(frozen=True, slots=True)
class Servers:
    """Where this worker's servers are."""

    admin_url: str
    """A superuser's database, for psycopg (synchronous)."""
    redis_url: str

    def url(self, database: str, role: str | None = None, driver: str = "asyncpg") -> str:
        """Return the address of a database for a role (default: the superuser) and a driver (asyncpg or psycopg)."""
        url: URL = make_url(self.admin_url).set(drivername=f"postgresql+{driver}", database=database)
        if role is not None:
            url = url.set(username=role)
        return url.render_as_string(hide_password=False)


class Postgres:
    """A PostgreSQL of this run's own; one that DATABASE_URL names is used and left running."""

    def __init__(self) -> None:
        """Start it where the environment names none, and tell the workers through it."""
        self._folder = servers.short_folder("st")
        self._folder.chmod(0o755)
        self._running: servers.Postgres | None = None
        given = os.environ.get("DATABASE_URL", "")
        if given:
            self.admin_url = make_url(given).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
        else:
            self._running = servers.start_postgres(
                self._folder / "data", self._folder / "postgres.log", settings=servers.NO_DURABILITY
            )
            self.admin_url = self._running.url("postgres")
        os.environ[ADMIN_URL] = self.admin_url

    def stop(self) -> None:
        """Stop what was started and leave no file behind."""
        if self._running is not None:
            servers.stop([self._running.pid], signal.SIGINT)
            shutil.rmtree(self._running.sockets, ignore_errors=True)
        shutil.rmtree(self._folder, ignore_errors=True)
        os.environ.pop(ADMIN_URL, None)


class Valkey:
    """A Valkey of this worker's own. One that the environment names is never used: what it holds could not survive the tests."""

    def __init__(self) -> None:
        """Start it."""
        self._folder = servers.short_folder("sv")
        self._folder.chmod(0o755)
        self._running = servers.start_valkey(self._folder / "valkey", self._folder / "valkey.log")
        self.redis_url = self._running.url()

    def stop(self) -> None:
        """Stop it and leave no file behind."""
        servers.stop([self._running.pid], signal.SIGTERM)
        shutil.rmtree(self._folder, ignore_errors=True)
