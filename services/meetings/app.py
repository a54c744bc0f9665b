"""The composition root of meetings: settings become an engine, a log, clients, and the parts of a process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

from aiohttp import web
from redis.asyncio import Redis

from services.meetings.gateways.freebusy import close_reader
from services.meetings.jobs.every_minute import Ticker
from services.meetings.jobs.on_case_access_changed import keep_access
from services.meetings.jobs.on_case_closed import cancel_meetings
from services.meetings.jobs.on_case_opened import keep_family
from services.meetings.jobs.on_child_facts import keep_child
from services.meetings.jobs.on_member_joined import keep_member
from services.meetings.jobs.on_member_left import remove_from_meetings
from services.meetings.jobs.on_person_facts import keep_person
from services.meetings.jobs.on_reply_received import judge_reply
from services.meetings.jobs.on_separation_lifted import let_meet
from services.meetings.jobs.on_separation_set import keep_apart
from services.meetings.jobs.on_words_destroyed import forget_what_was_written
from services.meetings.web.county import COUNTIES, SANDBOX, county_facts
from services.meetings.web.routes import ERRORS, ROUTES
from services.meetings.web.schemas import PREFIXES
from services.meetings.web.sights import SIGHTS
from shared.bus import stream
from shared.bus.consumer import Listener
from shared.bus.healing import HttpHealing
from shared.db.engine import make_engine
from shared.db.unit import Units
from shared.jobs.process import Part
from shared.jobs.standing import Standing
from shared.settings import Sending, ServiceSettings
from shared.web.auth import Verifier
from shared.web.client import SystemTokens, new_session
from shared.web.factory import make_app
from shared.web.health import database_reachable, facts_published, migrations_at_head, redis_reachable
from shared.web.limits import Limits
from shared.web.serving import serve

PACKAGE = "services.meetings"

LISTENERS: tuple[Listener, ...] = (
    keep_family,
    keep_access,
    cancel_meetings,
    keep_child,
    keep_person,
    keep_member,
    remove_from_meetings,
    keep_apart,
    let_meet,
    judge_reply,
    forget_what_was_written,
)
"""What meetings does about the facts of network and notify."""

HEARS = ("network", "notify")


@dataclass(frozen=True, slots=True)
class Meetings(Standing):
    """The opened parts that every command shares."""

    listeners = LISTENERS

    def api(self) -> Part:
        """The HTTP surface."""
        app = make_web(self)
        service = self.service

        return lambda stop: serve(app, service.listen_host, service.listen_port, stop=stop, metrics_listen=service.metrics_listen)

    def ticker(self) -> Part:
        """Marks holds that ran out and reads linked calendars again."""
        counties = tuple(county.id for county in self.service.counties)
        return Ticker(self.units, counties, sandbox=is_sandbox(self.service)).run


@asynccontextmanager
async def open_meetings(settings: ServiceSettings) -> AsyncIterator[Meetings]:
    """Open what the parts need, and close it in the end. Nothing connects before it is used."""
    engine = make_engine(settings.database_url)
    redis = stream.connect(settings.redis_url)
    async with new_session() as session:
        tokens = SystemTokens(settings.system, session)
        try:
            yield Meetings(
                service=settings,
                engine=engine,
                units=Units(engine, service=settings.service, wrapping_key=settings.wrapping_key),
                redis=redis,
                healing={each: HttpHealing(session, settings.urls[each], tokens.of("events.read")) for each in HEARS},
            )
        finally:
            close_reader()
            await redis.aclose()
            await engine.dispose()


def make_web(meetings: Meetings) -> web.Application:
    """Return the HTTP application."""
    settings = meetings.service
    app = make_app(
        service=settings.service,
        routes=ROUTES,
        prefixes=PREFIXES,
        units=meetings.units,
        verifier=Verifier(settings.counties, settings.system, audience=settings.service),
        counties=settings.counties,
        errors=ERRORS,
        ready_checks=[
            database_reachable(meetings.engine),
            migrations_at_head(meetings.engine, PACKAGE),
            facts_published(meetings.units),
            redis_reachable(partial(_ping, meetings.redis)),
        ],
        public_url=settings.urls[settings.service],
        limits=Limits(meetings.redis, service=settings.service, limits=settings.limits),
        sights=SIGHTS,
    )
    app[COUNTIES] = {county.id: county_facts(county) for county in settings.counties}
    app[SANDBOX] = is_sandbox(settings)
    return app


def is_sandbox(settings: ServiceSettings) -> bool:
    """Whether addresses on this very machine may be reached."""
    return settings.sending is Sending.SANDBOX


async def _ping(redis: Redis) -> object:
    return await redis.ping()
