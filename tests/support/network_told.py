"""network as others hear it: its own use cases in transactions that overlap, and its log as the relay numbers it."""

from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared.bus.consumer import Handlers, Listener
from shared.db import log
from shared.db.engine import make_engine
from shared.db.unit import Actor, Unit, Units
from tests.network.use_cases.promised import a_network_county
from tests.support.databases import Database
from tests.support.waiting import waits_for

SUE, AMY = Actor("staff", "sue"), Actor("staff", "amy")
Work = Callable[[Unit], Awaitable[object]]


class NetworkTold:
    """One county's network, in a database of the test's own."""

    def __init__(self, database: Database, county_id: UUID, *, wrapping_key: bytes) -> None:
        """Nothing has happened in it yet."""
        self.county_id = county_id
        self.engine = make_engine(database.app_url)
        self.units = Units(self.engine, service="network", wrapping_key=wrapping_key, counties=[a_network_county(county_id)])

    async def do(self, work: Work) -> None:
        """Do something in a transaction of its own."""
        async with self.units.open(self.county_id, SUE) as unit:
            await work(unit)

    async def overlap(self, *, begun_first: Work, done_first: Work) -> None:
        """Do two things to the same rows: the transaction that begins first has to wait for the other, and comes after it."""
        async with self.units.open(self.county_id, SUE) as early:
            async with self.units.open(self.county_id, AMY) as late:
                assert early.now < late.now
                await done_first(late)
                waiting = await waits_for(self.engine, late, begun_first(early))
            await waiting

    async def tell(self, units: Units, listeners: Sequence[Listener]) -> None:
        """Let another service hear all that was announced, in the order of the log, as its consumer does."""
        async with AsyncSession(self.engine) as session, session.begin():
            await log.number_next_batch(session)
        async with AsyncSession(self.engine) as session, session.begin():
            told = await log.read_after(session, "network", after=0, limit=500)
        handlers = Handlers("network", listeners)
        for envelope in told:
            async with units.open(self.county_id, Actor("service", units.service)) as unit:
                if (body := handlers.read(envelope)) is not None:
                    await unit.keys.import_wrapped(envelope.keys)
                    await handlers.apply(unit, envelope, body)
