"""The composition root of notify: settings become an engine, ways out and in, and the parts of a process."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from uuid import uuid4

from aiohttp import web
from redis.asyncio import Redis

from services.notify.gateways.inbox import close_reader
from services.notify.gateways.sms import SmsAccount, SmsProvider
from services.notify.gateways.smtp import Senders, read_server
from services.notify.jobs.every_hour import Fader
from services.notify.jobs.every_second import Ticker
from services.notify.jobs.every_second_calls import Caller
from services.notify.jobs.inbox import Mailroom
from services.notify.jobs.lateness import Lateness
from services.notify.jobs.on_backup_asked import plan_ask
from services.notify.jobs.on_backup_closed import plan_ask_closed
from services.notify.jobs.on_batch_claimed import worker_app
from services.notify.jobs.on_case_access_changed import keep_access
from services.notify.jobs.on_case_closed import end_case_links
from services.notify.jobs.on_commitment_answered import keep_promise_answer
from services.notify.jobs.on_commitment_changed import plan_promise_changed
from services.notify.jobs.on_commitment_ended import plan_promise_ended
from services.notify.jobs.on_commitment_offered import plan_offer
from services.notify.jobs.on_facts_for_systems import tell_county_systems
from services.notify.jobs.on_inbound import Reader
from services.notify.jobs.on_meeting_cancelled import plan_meeting_cancelled
from services.notify.jobs.on_meeting_changed import plan_meeting_changed
from services.notify.jobs.on_meeting_rescheduled import plan_meeting_rescheduled
from services.notify.jobs.on_meeting_scheduled import plan_meeting_scheduled
from services.notify.jobs.on_member_joined import keep_joined
from services.notify.jobs.on_member_left import end_member_links
from services.notify.jobs.on_participant_invited import plan_participant_invited
from services.notify.jobs.on_participant_removed import plan_participant_removed
from services.notify.jobs.on_person_changed import keep_changed
from services.notify.jobs.on_person_registered import keep_registered
from services.notify.jobs.on_response_recorded import keep_answer
from services.notify.jobs.on_staff_needed import tell_staff
from services.notify.jobs.on_words_destroyed import forget_what_was_written
from services.notify.jobs.sending import Dispatch
from services.notify.jobs.worker import LANES, carrier_app
from services.notify.settings import NotifySettings
from services.notify.storage import holds
from services.notify.web.place import PLACE, Place
from services.notify.web.routes import ERRORS, ROUTES
from services.notify.web.schemas import PREFIXES
from services.notify.web.sights import SIGHTS
from shared.bus import stream
from shared.bus.consumer import Listener
from shared.bus.healing import HttpHealing
from shared.db.engine import make_engine
from shared.db.unit import Units
from shared.jobs.factory import Carrier, queue_name
from shared.jobs.loop import WorkerLoop
from shared.jobs.measures import begin_metrics
from shared.jobs.process import Part
from shared.jobs.standing import Standing
from shared.settings import Sending
from shared.web.auth import Verifier
from shared.web.client import SystemTokens, new_session
from shared.web.factory import make_app
from shared.web.health import Check, database_reachable, facts_published, migrations_at_head, redis_reachable
from shared.web.limits import Limits
from shared.web.serving import serve

PACKAGE = "services.notify"

LISTENERS: tuple[Listener, ...] = (
    keep_registered,
    keep_changed,
    keep_access,
    keep_joined,
    end_member_links,
    end_case_links,
    plan_meeting_scheduled,
    plan_meeting_rescheduled,
    plan_meeting_changed,
    plan_meeting_cancelled,
    plan_participant_invited,
    plan_participant_removed,
    keep_answer,
    plan_offer,
    plan_promise_changed,
    plan_promise_ended,
    plan_ask,
    plan_ask_closed,
    keep_promise_answer,
    tell_staff,
    forget_what_was_written,
    tell_county_systems,
)
"""What notify does about the facts of others."""

HEARS = ("network", "meetings")
WORKER_THREADS = 4


@dataclass(frozen=True, slots=True)
class Notify(Standing):
    """The opened parts that every command shares."""

    listeners = LISTENERS

    settings: NotifySettings
    dispatch: Dispatch
    carrier: Carrier

    def api(self) -> Part:
        """The HTTP surface."""
        app = make_web(self)
        service = self.service

        return lambda stop: serve(app, service.listen_host, service.listen_port, stop=stop, metrics_listen=service.metrics_listen)

    def measures_of_sending(self) -> Part:
        """Measures what must wake somebody, lateness and holds among it."""
        return self.measures(Lateness(self.units, self.service.counties).look)

    def ticker(self) -> Part:
        """Claims what is due and hands it over, or sends it."""
        counties = [county.id for county in self.service.counties]
        return Ticker(self.units, counties, self.dispatch, self.carrier, new_lease=uuid4).run

    def caller(self) -> Part:
        """Tells county systems of what happened."""
        counties = [county.id for county in self.settings.service.counties]
        return Caller(self.units, counties, self.settings.sending, new_lease=uuid4).run

    def fader(self) -> Part:
        """Lets words fade."""
        return Fader(self.units, [county.id for county in self.service.counties]).run

    def reader(self) -> Part:
        """Understands what came back."""
        return Reader(self.units, self.service.counties).run

    def mailroom(self) -> Part:
        """Takes in mail."""
        settings = self.settings
        return Mailroom(self.units, self.service.counties, settings.inbox_url, vouched_by=settings.inbox_vouched_by).run


@asynccontextmanager
async def open_notify(settings: NotifySettings) -> AsyncIterator[Notify]:
    """Open what the parts need, and close it in the end. Nothing connects before it is used."""
    service = settings.service
    async with AsyncExitStack() as stack:
        engine = make_engine(service.database_url, pool_size=20)
        stack.push_async_callback(engine.dispose)
        stack.callback(close_reader)
        redis = stream.connect(service.redis_url)
        stack.push_async_callback(redis.aclose)
        session = await stack.enter_async_context(new_session())
        tokens = SystemTokens(service.system, session)
        units = Units(engine, service=service.service, wrapping_key=service.wrapping_key)
        carrier = Carrier(carrier_app(settings.celery_redis_url), service.service)
        stack.callback(carrier.close)
        yield Notify(
            service=service,
            settings=settings,
            engine=engine,
            units=units,
            redis=redis,
            dispatch=await stack.enter_async_context(open_dispatch(settings, units)),
            carrier=carrier,
            healing={producer: HttpHealing(session, service.urls[producer], tokens.of("events.read")) for producer in HEARS},
        )


@asynccontextmanager
async def open_dispatch(settings: NotifySettings, units: Units) -> AsyncIterator[Dispatch]:
    """Open the ways out. Where nothing may leave there are none; a host out of reach stops the start."""
    if settings.sending is Sending.OFF:
        yield Dispatch(units, settings, None, None)
        return
    account = SmsAccount(
        api_url=settings.sms_api_url,
        account=settings.sms_account,
        secret=settings.sms_secret,
        callback_url=settings.sms_callback_url,
    )
    senders = Senders(read_server(settings.smtp_url, sending=settings.sending))
    async with new_session() as session:
        try:
            yield Dispatch(units, settings, senders, SmsProvider(account, session, sending=settings.sending))
        finally:
            await senders.close()


def make_web(notify: Notify) -> web.Application:
    """Return the HTTP application."""
    settings, service = notify.settings, notify.settings.service
    app = make_app(
        service=service.service,
        routes=ROUTES,
        prefixes=PREFIXES,
        units=notify.units,
        verifier=Verifier(service.counties, service.system, audience=service.service),
        counties=service.counties,
        errors=ERRORS,
        ready_checks=[
            database_reachable(notify.engine),
            migrations_at_head(notify.engine, PACKAGE),
            facts_published(notify.units),
            redis_reachable(partial(_ping, notify.redis)),
            Check("sending_released", partial(_is_released, notify.units), essential=False),
        ],
        public_url=service.urls[service.service],
        also_reached_at=settings.sms_callback_url,
        limits=Limits(notify.redis, service=service.service, limits=service.limits),
        sights=SIGHTS,
    )
    app[PLACE] = Place.of(settings)
    return app


def run_worker(settings: NotifySettings) -> None:
    """Run a Celery worker until it is told to stop: threads, and one loop on which all of them send."""
    loop = WorkerLoop(lambda: _open_worker(settings))
    begin_metrics(settings.service.metrics_listen)
    queues = ",".join(queue_name(settings.service.service, lane.value) for lane in LANES)
    options = ["--pool=threads", f"--concurrency={WORKER_THREADS}", f"--queues={queues}", "--loglevel=WARNING"]
    worker_app(settings.celery_redis_url, loop).worker_main(
        ["worker", *options, "--without-gossip", "--without-mingle", "--without-heartbeat"]
    )


@asynccontextmanager
async def _open_worker(settings: NotifySettings) -> AsyncIterator[Dispatch]:
    engine = make_engine(settings.service.database_url, pool_size=20)
    try:
        units = Units(engine, service=settings.service.service, wrapping_key=settings.service.wrapping_key)
        async with open_dispatch(settings, units) as dispatch:
            yield dispatch
    finally:
        await engine.dispose()


async def _is_released(units: Units) -> bool:
    async with units.outside(log_reader="on") as session:
        return not await holds.list_every(session)


async def _ping(redis: Redis) -> object:
    return await redis.ping()
