"""A disk that can be full: a tablespace on a small file system in memory, onto which all tables of a county move for a while."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

from deploy.local import servers
from tests.faults.servers.county import CONSUMERS
from tests.support.stack import Stack

MEGABYTES = 96
FILLER = "filler"


class SmallDisk:
    """The file system and what fills it."""

    def __init__(self, stack: Stack, folder: Path) -> None:
        """Use a file system that is mounted."""
        self._stack, self._folder = stack, folder

    def move(self, *, there: bool) -> None:
        """Move every table and index of the services onto it, or back; a service at work is waited for."""
        origin, target = ("pg_default", "small_disk") if there else ("small_disk", "pg_default")
        for service in CONSUMERS:
            for kind in ("TABLE", "INDEX"):
                moved = False
                while not moved:
                    with (
                        suppress(psycopg.errors.DeadlockDetected),
                        psycopg.connect(self._stack.owner_url(service), autocommit=True) as database,
                    ):
                        database.execute(f"ALTER {kind} ALL IN TABLESPACE {origin} SET TABLESPACE {target}".encode())
                        moved = True

    @contextmanager
    def full(self) -> Iterator[None]:
        """Leave not a byte on it, until the end."""
        filler = self._folder / FILLER
        with filler.open("wb", buffering=0) as file:
            with suppress(OSError):
                while True:
                    file.write(bytes(65_536))
            with suppress(OSError):
                while True:
                    file.write(bytes(512))
        try:
            yield
        finally:
            filler.unlink()


@contextmanager
def mounted(stack: Stack) -> Iterator[SmallDisk]:
    """Mount it and move the county's tables onto it. Raises OSError where this machine lets nobody mount anything."""
    folder = servers.short_folder("disk")
    ran = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "tmpfs", str(folder)], capture_output=True, text=True, check=False
    )
    if ran.returncode:
        folder.rmdir()
        raise OSError(ran.stderr)
    try:
        tables = folder / "tables"
        tables.mkdir(mode=0o700)
        folder.chmod(0o755)
        servers.give_to_nobody(tables)
        with psycopg.connect(stack.owner_url("network"), autocommit=True) as database:
            database.execute(f"CREATE TABLESPACE small_disk LOCATION '{tables}'".encode())
        disk = SmallDisk(stack, folder)
        try:
            disk.move(there=True)
            yield disk
        finally:
            disk.move(there=False)
            with psycopg.connect(stack.owner_url("network"), autocommit=True) as database:
                database.execute("CHECKPOINT")
                database.execute("DROP TABLESPACE small_disk")
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
        folder.rmdir()
