"""The clock of the whole box: an offset kept in every service's database, moved by the databases' owner.

The services read their time from their database, so moving the offset moves reminders, quiet hours and due dates together. A
database where live sending is on refuses any offset (a CHECK in its `clock` table), and then no database is moved.
"""

import asyncio
from collections.abc import Sequence
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta

import psycopg

FARTHEST = timedelta(days=3660)
_CONNECT_SECONDS = 5


class ClockRefused(Exception):
    """The clock was not moved; the message says why, in words for the page."""


class Clock:
    """The offset between this machine's time and the box's; held here too, so that mails and texts carry the box's time."""

    def __init__(self, databases: Sequence[str]) -> None:
        self._databases = tuple(databases)
        self.offset = timedelta(0)

    def now(self) -> datetime:
        """The box's time, in UTC."""
        return datetime.now(UTC) + self.offset

    async def read(self) -> timedelta:
        """Learn the offset from the first database, so that a restarted sandbox agrees with the services."""
        if self._databases:
            self.offset = await asyncio.to_thread(self._read)
        return self.offset

    async def advance(self, by: timedelta) -> timedelta:
        """Move the clock by a span; raises ClockRefused."""
        await self.read()
        return await self._set(self.offset + by)

    async def move_to(self, instant: datetime) -> timedelta:
        """Move the clock to an instant; raises ClockRefused."""
        return await self._set(instant - datetime.now(UTC))

    async def reset(self) -> timedelta:
        """Go back to real time; raises ClockRefused."""
        return await self._set(timedelta(0))

    async def _set(self, offset: timedelta) -> timedelta:
        if abs(offset) > FARTHEST:
            raise ClockRefused("The clock goes no farther than ten years from real time.")
        if self._databases:
            await asyncio.to_thread(self._write, offset)
        self.offset = offset
        return offset

    def _read(self) -> timedelta:
        try:
            with closing(psycopg.connect(self._databases[0], connect_timeout=_CONNECT_SECONDS)) as connection:
                row = connection.execute("SELECT clock_offset FROM clock").fetchone()
        except psycopg.Error as error:
            raise ClockRefused(_cannot(error)) from error
        return row[0] if row else timedelta(0)

    def _write(self, offset: timedelta) -> None:
        """Set one offset in all databases, or in none of them that can still be taken back."""
        try:
            with ExitStack() as stack:
                opened = [
                    stack.enter_context(closing(psycopg.connect(url, connect_timeout=_CONNECT_SECONDS))) for url in self._databases
                ]
                for connection in opened:
                    connection.execute("UPDATE clock SET clock_offset = %s", (offset,))
                for connection in opened:
                    connection.commit()
        except psycopg.errors.CheckViolation as error:
            raise ClockRefused(
                "Refused: live sending is on, and where real people are written to the clock stands still."
            ) from error
        except psycopg.Error as error:
            raise ClockRefused(_cannot(error)) from error


def _cannot(error: psycopg.Error) -> str:
    return f"The services' databases cannot be reached or have no clock yet ({type(error).__name__})."
