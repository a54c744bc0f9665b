"""The PostgreSQL and Valkey of one test run: started once, shared by every xdist worker, stopped by pid."""

import os
import shutil
import signal
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.engine import URL, make_url

from deploy.local import servers

ADMIN_URL = "SURROUND_TEST_ADMIN_URL"
REDIS_URL = "SURROUND_TEST_REDIS_URL"


@dataclass(frozen=True, slots=True)
class Servers:
    """Where this test run's servers are."""

    admin_url: str
    """A superuser's database, for psycopg (synchronous)."""
    redis_url: str

    def url(self, database: str, role: str | None = None, driver: str = "asyncpg") -> str:
        """Return the address of a database for a role (default: the superuser) and a driver (asyncpg or psycopg)."""
        url: URL = make_url(self.admin_url).set(drivername=f"postgresql+{driver}", database=database)
        if role is not None:
            url = url.set(username=role)
        return url.render_as_string(hide_password=False)


def known(environment: Mapping[str, str] = os.environ) -> Servers | None:
    """Return the servers that this run already has."""
    if environment.get(ADMIN_URL) and environment.get(REDIS_URL):
        return Servers(environment[ADMIN_URL], environment[REDIS_URL])
    return None


class Running:
    """Servers of this run's own; those named by DATABASE_URL and REDIS_URL are used and left running."""

    def __init__(self) -> None:
        """Start what the environment does not name and tell the workers through it."""
        self._folder = servers.short_folder("st")
        self._folder.chmod(0o755)
        self._pids: list[tuple[int, signal.Signals]] = []
        self._sockets = None
        try:
            admin_url = os.environ.get("DATABASE_URL", "")
            if admin_url:
                admin_url = make_url(admin_url).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
            else:
                postgres = servers.start_postgres(
                    self._folder / "data", self._folder / "postgres.log", settings=servers.NO_DURABILITY
                )
                self._pids.append((postgres.pid, signal.SIGINT))
                self._sockets = postgres.sockets
                admin_url = postgres.url("postgres")
            redis_url = os.environ.get("REDIS_URL", "")
            if not redis_url:
                valkey = servers.start_valkey(self._folder / "valkey", self._folder / "valkey.log")
                self._pids.append((valkey.pid, signal.SIGTERM))
                redis_url = valkey.url()
        except BaseException:
            self.stop()
            raise
        self.servers = Servers(admin_url, redis_url)
        os.environ[ADMIN_URL] = admin_url
        os.environ[REDIS_URL] = redis_url

    def stop(self) -> None:
        """Stop what was started and leave no file behind."""
        for pid, how in reversed(self._pids):
            servers.stop([pid], how)
        self._pids.clear()
        for folder in (self._folder, self._sockets):
            if folder is not None:
                shutil.rmtree(folder, ignore_errors=True)
        for name in (ADMIN_URL, REDIS_URL):
            os.environ.pop(name, None)
