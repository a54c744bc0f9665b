"""What every service with a database stands on, and the parts of a process that all of them have."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.bus.consumer import Consumer, Listener
from shared.bus.healing import HealingReader
from shared.bus.relay import Relay
from shared.db import clock
from shared.db.unit import Units
from shared.jobs.measures import AuditWalk, Measures, serve_metrics
from shared.jobs.process import Part
from shared.settings import Sending, ServiceSettings


@dataclass(frozen=True, slots=True)
class Standing:
    """An opened service. `healing` reads the logs of those it listens to."""

    listeners: ClassVar[tuple[Listener, ...]] = ()

    service: ServiceSettings
    engine: AsyncEngine
    units: Units
    redis: Redis
    healing: Mapping[str, HealingReader]

    def relay(self) -> Part:
        """Numbers and publishes what the service announces."""
        return Relay(self.engine, self.redis, self.service.service).run

    def consumer(self, producer: str) -> Part:
        """Applies what one other service announces."""
        return Consumer(
            service=self.service.service,
            producer=producer,
            listeners=self.listeners,
            units=self.units,
            engine=self.engine,
            redis=self.redis,
            heal=self.healing[producer],
        ).run

    def consumers(self) -> dict[str, Part]:
        """Applies what every other service announces."""
        return {f"consume {producer}": self.consumer(producer) for producer in self.healing}

    def measures(self, more: Callable[[], Awaitable[None]] | None = None) -> Part:
        """Measures what must wake somebody."""
        return Measures(self.units, self.redis, tuple(self.healing), more=more).run

    def audit_walk(self) -> Part:
        """Walks the audit chains."""
        return AuditWalk(self.units, [county.id for county in self.service.counties]).run

    def metrics(self) -> Part:
        """Serves the measures of a process without an API."""
        return partial(serve_metrics, self.service.metrics_listen)

    async def declare_sending(self) -> None:
        """Tell the database's clock whether messages reach real people: where they do, it cannot be moved."""
        async with self.units.outside() as session:
            await clock.declare_live(session, live=self.service.sending is Sending.LIVE)
