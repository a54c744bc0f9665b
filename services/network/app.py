"""The composition root of network: settings become an engine, a log, clients, and the parts of a process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

from aiohttp import web
from redis.asyncio import Redis

from services.network.jobs.every_few_seconds import Ticker
from services.network.jobs.lateness import Lateness
from services.network.jobs.on_consent_changed import keep_consent
from services.network.jobs.on_contact_lost import mark_invalid
from services.network.jobs.on_reply_received import judge_reply
from services.network.web.county import COUNTIES
from services.network.web.routes import ERRORS, ROUTES
from services.network.web.schemas import PREFIXES
from services.network.web.sights import SIGHTS
from shared.bus import stream
from shared.bus.consumer import Listener
from shared.bus.healing import HttpHealing
from shared.db.engine import make_engine
from shared.db.unit import Units
from shared.jobs.process import Part
from shared.jobs.standing import Standing
from shared.settings import ServiceSettings
from shared.web.auth import Verifier
from shared.web.client import SystemTokens, new_session
from shared.web.factory import make_app
from shared.web.health import database_reachable, facts_published, migrations_at_head, redis_reachable
from shared.web.limits import Limits
from shared.web.serving import serve

PACKAGE = "services.network"

LISTENERS: tuple[Listener, ...] = (keep_consent, mark_invalid, judge_reply)
"""What network does about the facts of others; all of them are notify's."""

HEARS = "notify"


@dataclass(frozen=True, slots=True)
class Network(Standing):
    """The opened parts that every command shares."""

    listeners = LISTENERS

    def api(self) -> Part:
        """The HTTP surface."""
        app = make_web(self)
        service = self.service

        return lambda stop: serve(app, service.listen_host, service.listen_port, stop=stop, metrics_listen=service.metrics_listen)

    def watched(self) -> Part:
        """Measures what must wake somebody, the cover among it."""
        return self.measures(Lateness(self.units, self.service.counties).look)

    def ticker(self) -> Part:
        """Asks on, looks ahead, and takes in files."""
        return Ticker(self.units, self.service.counties).run


@asynccontextmanager
async def open_network(settings: ServiceSettings) -> AsyncIterator[Network]:
    """Open what the parts need, and close it in the end. Nothing connects before it is used."""
    engine = make_engine(settings.database_url)
    redis = stream.connect(settings.redis_url)
    async with new_session() as session:
        tokens = SystemTokens(settings.system, session)
        try:
            yield Network(
                service=settings,
                engine=engine,
                units=Units(engine, service=settings.service, wrapping_key=settings.wrapping_key, counties=settings.counties),
                redis=redis,
                healing={HEARS: HttpHealing(session, settings.urls[HEARS], tokens.of("events.read"))},
            )
        finally:
            await redis.aclose()
            await engine.dispose()


def make_web(network: Network) -> web.Application:
    """Return the HTTP application."""
    settings = network.service
    app = make_app(
        service=settings.service,
        routes=ROUTES,
        prefixes=PREFIXES,
        units=network.units,
        verifier=Verifier(settings.counties, settings.system, audience=settings.service),
        counties=settings.counties,
        errors=ERRORS,
        ready_checks=[
            database_reachable(network.engine),
            migrations_at_head(network.engine, PACKAGE),
            facts_published(network.units),
            redis_reachable(partial(_ping, network.redis)),
        ],
        public_url=settings.urls[settings.service],
        limits=Limits(network.redis, service=settings.service, limits=settings.limits),
        sights=SIGHTS,
    )
    app[COUNTIES] = {county.id: county for county in settings.counties}
    return app


async def _ping(redis: Redis) -> object:
    return await redis.ping()
