"""The hourly tick: words that have been kept long enough fade. Any number may run."""

import asyncio
from collections.abc import Iterable
from uuid import UUID

from services.notify.jobs.sending import ACTOR
from services.notify.use_cases.fade_words import fade_words
from shared import logs
from shared.bus.leader import wait
from shared.db.unit import Units

SECONDS = 3600.0


class Fader:
    """Lets the words of every county fade."""

    def __init__(self, units: Units, counties: Iterable[UUID]) -> None:
        """Fade for these counties."""
        self._units = units
        self._counties = tuple(counties)

    async def run(self, stop: asyncio.Event) -> None:
        """Run at the start, and every hour until told to stop."""
        while not stop.is_set():
            await self.round()
            await wait(stop, SECONDS)

    async def round(self) -> None:
        """Fade what there is, in transactions of a bounded size."""
        for county_id in self._counties:
            try:
                more = True
                while more:
                    async with self._units.open(county_id, ACTOR) as unit:
                        more = await fade_words(unit)
            except Exception as error:  # an outage, or one county's odd row: the next hour comes
                logs.get().warning("fading.passed_over", county_id=str(county_id), exc_info=error)
