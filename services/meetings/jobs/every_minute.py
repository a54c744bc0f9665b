"""What is done every minute, county by county: holds that ran out are marked, linked calendars that are due are read again."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from services.meetings.use_cases.release_hold import release_overdue_holds
from shared import logs
from shared.bus.leader import wait
from shared.db.unit import Actor, Units

EVERY_SECONDS = 60.0


class Ticker:
    """Any number may run: each step is safe to do twice."""

    def __init__(self, units: Units, counties: Sequence[UUID], *, sandbox: bool, every: float = EVERY_SECONDS) -> None:
        """Work through these counties, one unit each."""
        self._units = units
        self._counties = counties
        self._sandbox = sandbox
        self._every = every

    async def run(self, stop: asyncio.Event) -> None:
        """Tick until told to stop; a county that fails is tried again at the next tick and holds up no other."""
        while not stop.is_set():
            for county_id in self._counties:
                try:
                    await self.tick(county_id)
                except Exception as error:  # an outage, or a fault of ours: the next tick must come all the same
                    logs.get().warning("tick.failed", county_id=str(county_id), cause=type(error).__name__)
            await wait(stop, self._every)

    async def tick(self, county_id: UUID) -> None:
        """Do one county's work."""
        async with self._units.open(county_id, Actor("service", self._units.service)) as unit:
            await release_overdue_holds(unit)
