"""What time brings by itself, county by county: backups whose time-box ran out, files that wait to be taken in, nights that come.

Any number of these may run: each step holds its plan's row, and is safe to do twice.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from functools import partial

from services.network.domain.commitments import PlanId
from services.network.use_cases.apply_next_chunk import apply_next_chunk
from services.network.use_cases.end_shares import end_expired_shares
from services.network.use_cases.look_ahead import go_on, list_plans_to_look_at, list_plans_with_due_gaps, look_ahead
from services.network.use_cases.refresh_age_bands import refresh_age_bands
from services.network.use_cases.remind_of_reviews import remind_of_reviews
from shared import fault, logs
from shared.bus.leader import wait
from shared.db.unit import Actor, Unit, Units
from shared.kernel.wall import local_date
from shared.settings import County

LOOK_SECONDS = 2.0
"""How late an ask may be because of this loop; V5 allows a minute."""
NIGHT_AFTER = timedelta(hours=20)
"""A plan is looked ahead for again this long after the last time: once a night, whenever the process came up (our choice)."""


class Ticker:
    """Works through the counties again and again."""

    def __init__(self, units: Units, counties: Sequence[County]) -> None:
        """Work through these counties, one unit each."""
        self._units = units
        self._counties = counties
        self._nights: dict[str, object] = {}

    async def run(self, stop: asyncio.Event) -> None:
        """Tick until told to stop. What takes long delays no ask; a county that fails is tried again and holds up no other."""
        await asyncio.gather(self._again(stop, self.ask_on), self._again(stop, self.look_ahead, self.take_in, self.turn_day))

    async def ask_on(self, county: County) -> None:
        """Go on with every gap that is due; one that fails holds up no other."""
        async with self._open(county) as unit:
            due = await list_plans_with_due_gaps(unit)
        for plan_id in due:
            await self._try(partial(self._go_on, plan_id), county)

    async def look_ahead(self, county: County) -> None:
        """Look at the next 14 days of plans that nobody looked at since last night; one that fails holds up no other."""
        looked = True
        while looked:
            async with self._open(county) as unit:
                due = await list_plans_to_look_at(unit, since=NIGHT_AFTER)
            looked = any([await self._try(partial(self._look_ahead, plan_id), county) for plan_id in due])

    async def take_in(self, county: County) -> None:
        """Take in the next part of a county system's file, as long as there is one."""
        while await apply_next_chunk(self._units, county.id):
            pass

    async def turn_day(self, county: County) -> None:
        """Once a county-local day: who came of age, which plans are to be looked at; and shares as they end."""
        async with self._open(county) as unit:
            today = local_date(unit.now, county.time_zone)
            await end_expired_shares(unit, unit.now)
            if self._nights.get(county.slug) != today:
                await refresh_age_bands(unit, today)
            while await remind_of_reviews(unit, county):
                pass
        self._nights[county.slug] = today

    async def _again(self, stop: asyncio.Event, *steps: Callable[[County], Awaitable[None]]) -> None:
        while not stop.is_set():
            for county in self._counties:
                for step in steps:
                    await self._try(step, county)
            await wait(stop, LOOK_SECONDS)

    async def _look_ahead(self, plan_id: PlanId, county: County) -> None:
        async with self._open(county) as unit:
            await look_ahead(unit, plan_id, county)

    async def _go_on(self, plan_id: PlanId, county: County) -> None:
        fault.here("ticker.before_asking_on")
        async with self._open(county) as unit:
            await go_on(unit, plan_id, county, look=timedelta(days=14))

    def _open(self, county: County) -> AbstractAsyncContextManager[Unit]:
        return self._units.open(county.id, Actor("service", self._units.service))

    async def _try(self, step: Callable[[County], Awaitable[None]], county: County) -> bool:
        try:
            await step(county)
        except Exception as error:  # an outage, or a fault of ours: the next tick must come all the same
            logs.get().warning("tick.failed", county_id=str(county.id), cause=type(error).__name__)
            return False
        return True
