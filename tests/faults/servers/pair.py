"""Two PostgreSQL servers: a primary, and a standby that has every commit before anybody is told of it."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from deploy.local import servers
from deploy.local.servers import SUPERUSER, Postgres

PORT = 5432


@dataclass(frozen=True, slots=True)
class Pair:
    """The two, and the running of the first."""

    primary: Postgres
    standby: Postgres
    _folder: Path
    _primary_runs: ExitStack

    def url(self, *named: Postgres) -> str:
        """Return the one address by which clients find whichever of these servers takes writes."""
        hosts = ",".join(str(each.sockets) for each in named)
        ports = ",".join(str(PORT) for _ in named)
        return f"postgresql://{SUPERUSER}@/postgres?host={hosts}&port={ports}&target_session_attrs=read-write"

    def lose_the_primary(self) -> None:
        """End the primary where it stands, and every session with it: `pg_ctl stop -m immediate`."""
        self._primary_runs.close()

    def promote(self) -> None:
        """Let the standby take writes, as `pg_ctl promote` does."""
        with _connect(self.standby) as standby:
            standby.execute("SELECT pg_promote()")

    def let_the_first_return(self) -> None:
        """Start the lost primary again where it was, told before that it is a standby now and takes no writes."""
        (self._folder / "primary" / "standby.signal").touch()
        _start(self._folder, "primary", self._primary_runs, sockets=self.primary.sockets)

    def has_every_commit(self) -> bool:
        """Say whether each commit waits for the standby."""
        with _connect(self.primary) as primary:
            return primary.execute("SELECT sync_state FROM pg_stat_replication").fetchall() == [("sync",)]

    def users(self) -> set[str]:
        """Return the roles of services that have a session on what was the standby."""
        with _connect(self.standby) as standby:
            rows = standby.execute("SELECT DISTINCT usename::text FROM pg_stat_activity WHERE usename LIKE '%\\_app'")
            return {str(row[0]) for row in rows}


@contextmanager
def started() -> Iterator[Pair]:
    """Start both; `has_every_commit` says when the standby has caught up."""
    folder = servers.short_folder("pair")
    folder.chmod(0o755)
    servers.give_to_nobody(folder)
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        running = stack.enter_context(ExitStack())
        primary = _start(folder, "primary", running)
        stack.callback(shutil.rmtree, primary.sockets, ignore_errors=True)
        _copy(primary, folder / "standby")
        standby = _start(folder, "standby", stack)
        stack.callback(shutil.rmtree, standby.sockets, ignore_errors=True)
        with _connect(primary) as connection:
            connection.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
            connection.execute("SELECT pg_reload_conf()")
        yield Pair(primary, standby, folder, running)


def _start(folder: Path, name: str, runs: ExitStack, *, sockets: Path | None = None) -> Postgres:
    """Start a server, which ends at once when `runs` is closed."""
    server = servers.start_postgres(folder / name, folder / f"{name}.log", sockets=sockets)
    runs.callback(servers.stop, [server.pid], signal.SIGQUIT)
    return server


def _copy(primary: Postgres, data: Path) -> None:
    """Copy a running server's data, with what makes the copy its standby."""
    binaries = servers.usable_by_nobody(servers.find_postgres()).folder
    words: list[str | Path] = [
        *(binaries / "pg_basebackup", "--host", primary.sockets, "--username", SUPERUSER, "--pgdata", data),
        *("--write-recovery-conf", "--checkpoint", "fast", "--no-sync"),
    ]
    subprocess.run(words, check=True, capture_output=True, cwd="/", env={**os.environ, "LC_ALL": "C.UTF-8"}, **servers.as_nobody())


def _connect(server: Postgres) -> "psycopg.Connection[tuple[object, ...]]":
    return psycopg.connect(host=str(server.sockets), port=PORT, user=SUPERUSER, dbname="postgres", autocommit=True)
