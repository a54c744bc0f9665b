"""Something came back and was stored: understand it. Runs at the commit that stored it, and every second."""

import asyncio
from collections.abc import Iterable
from uuid import UUID

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
            more = await self._visit(county) or more
        return more

    async def _visit(self, county: County) -> bool:
        """Understand what waits in a county, the texts of one number one after the other; say whether there is more."""
        looked_at: set[UUID] = set()
        while len(looked_at) < LIMIT:
            async with self._units.open(county.id, ACTOR) as unit:
                waiting = await inbound.list_waiting(unit, limit=LIMIT)
            new = [each for each in waiting if each not in looked_at]
            if not new:
                return False
            for each in new:
                await self._understand(county, each)
            looked_at.update(new)
        return True

    async def _understand(self, county: County, inbound_id: UUID) -> None:
        try:
            async with self._units.open(county.id, ACTOR) as unit:
                understood = await understand_inbound(unit, inbound_id, county)
        except Exception as error:  # one odd mail must not hold up the others; it is tried a few times, then left visible
            if is_outage(error):
                raise  # no fault of the mail's, and no try of it
            logs.get().error("inbound.not_understood", inbound_id=str(inbound_id), cause=type(error).__name__)
            async with self._units.open(county.id, ACTOR) as unit:
                await inbound.count_try(unit, inbound_id)
            return
        if understood is not None:
            logs.get().info("inbound.understood", inbound_id=str(inbound_id), became=understood.became, proof=understood.proof)
