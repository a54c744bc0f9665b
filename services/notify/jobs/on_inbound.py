"""Something came back and was stored: understand it. Runs at the commit that stored it, and every second."""

import asyncio
from collections.abc import Iterable

from services.notify.jobs.sending import ACTOR
from services.notify.jobs.waking import run_woken
from services.notify.storage import inbound
from services.notify.use_cases.understand_inbound import understand_inbound
from shared import logs
from shared.db.outage import is_outage
from shared.db.unit import Units
from shared.settings import County

LIMIT = 100


class Reader:
    """Understands what waits, one transaction each. Any number may run: a row lock gives exclusion."""

    def __init__(self, units: Units, counties: Iterable[County]) -> None:
        """Read for these counties."""
        self._units = units
        self._counties = tuple(counties)

    async def run(self, stop: asyncio.Event) -> None:
        """Read until told to stop."""
        await run_woken(self._units.engine, inbound.CHANNEL, self.round, stop, name="reader")

    async def round(self) -> bool:
        """Understand what waits; say whether there is more."""
        more = False
        for county in self._counties:
            async with self._units.open(county.id, ACTOR) as unit:
                waiting = await inbound.list_waiting(unit, limit=LIMIT)
            for each in waiting:
                try:
                    async with self._units.open(county.id, ACTOR) as unit:
                        understood = await understand_inbound(unit, each, county)
                except Exception as error:  # one odd mail must not hold up the others; it is tried a few times, then left visible
                    if is_outage(error):
                        raise  # no fault of the mail's, and no try of it
                    logs.get().error("inbound.not_understood", inbound_id=str(each), cause=type(error).__name__)
                    async with self._units.open(county.id, ACTOR) as unit:
                        await inbound.count_try(unit, each)
                    continue
                if understood is not None:
                    logs.get().info("inbound.understood", inbound_id=str(each), became=understood.became, proof=understood.proof)
            more = more or len(waiting) == LIMIT
        return more
