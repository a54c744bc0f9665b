"""What is done every minute, county by county: holds that ran out are marked, linked calendars that are due are read again.

The look for due calendars comes every few seconds, so that one that was just linked soon counts.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from functools import partial
from uuid import UUID

from services.meetings.storage.calendars import LinkedCalendar
from services.meetings.storage.people import KnownPerson
from services.meetings.use_cases.refresh_calendar import read_now, refresh_calendar, take_due_calendars
from services.meetings.use_cases.release_hold import release_overdue_holds
from shared import logs
from shared.bus.leader import wait
from shared.db.unit import Actor, Unit, Units

EVERY_SECONDS = 60.0
LOOK_SECONDS = 5.0


class Ticker:
    """Any number may run: each step is safe to do twice."""

    def __init__(self, units: Units, counties: Sequence[UUID], *, sandbox: bool) -> None:
        """Work through these counties, one unit each."""
        self._units = units
        self._counties = counties
        self._sandbox = sandbox

    async def run(self, stop: asyncio.Event) -> None:
        """Tick until told to stop; a county that fails is tried again at the next tick and holds up no other."""
        loop = asyncio.get_running_loop()
        next_minute = loop.time()
        while not stop.is_set():
            steps = [self.refresh]
            if loop.time() >= next_minute:
                next_minute = loop.time() + EVERY_SECONDS
                steps.append(self.release)
            for county_id in self._counties:
                for step in steps:
                    await self._try(step, county_id)
            await wait(stop, LOOK_SECONDS)

    async def release(self, county_id: UUID) -> None:
        """Mark holds that ran out."""
        async with self._open(county_id) as unit:
            await release_overdue_holds(unit)

    async def refresh(self, county_id: UUID) -> None:
        """Read the calendars that are due; one that fails holds up no other."""
        async with self._open(county_id) as unit:
            due, now = await take_due_calendars(unit), unit.now
        for calendar, owner in due:
            await self._try(partial(self._refresh_one, calendar, owner, now), county_id)

    async def _refresh_one(self, calendar: LinkedCalendar, owner: KnownPerson, now: datetime, county_id: UUID) -> None:
        reading = await read_now(calendar, owner, now=now, sandbox=self._sandbox)
        async with self._open(county_id) as unit:
            after = await refresh_calendar(unit, calendar, owner, reading)
        logs.get().info("calendar.read", calendar_id=str(after.calendar_id), state=after.state, reason=after.reason)

    def _open(self, county_id: UUID) -> AbstractAsyncContextManager[Unit]:
        return self._units.open(county_id, Actor("service", self._units.service))

    async def _try(self, step: Callable[[UUID], Awaitable[None]], county_id: UUID) -> None:
        try:
            await step(county_id)
        except Exception as error:  # an outage, or a fault of ours: the next tick must come all the same
            logs.get().warning("tick.failed", county_id=str(county_id), cause=type(error).__name__)
