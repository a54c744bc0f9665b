"""The drain of due mail: claimed, built, sent and marked in one process, beside a bare loop that only builds and sends (DESIGN §9).

Both speak to the same sink, in a process of its own, over as many kept connections; PostgreSQL keeps its promises (fsync on). The
strict drain commits each final dot alone; the batched one lets the dots that wait at the same moment share a commit. In both the
phase is committed before the dot leaves, so RELIABILITY R5 holds.
"""

import asyncio
import gc
import os
import shutil
import signal
import statistics
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, redirect_stderr
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from time import perf_counter, process_time
from typing import Any
from uuid import UUID, uuid4

import uvloop
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from deploy.local import servers
from services.notify.domain.delivery import Fate
from services.notify.domain.messages import Message, Way
from services.notify.gateways.letters import Scene, written
from services.notify.gateways.smtp import Senders, SmtpServer
from services.notify.jobs.sending import DOTS_TOGETHER, Dispatch
from services.notify.settings import NotifySettings
from services.notify.storage import contacts, entries, messages
from shared import logs
from shared.db.engine import make_engine
from shared.db.unit import Units
from shared.events.network import Channel
from shared.settings import County, Sending, ServiceSettings, SystemClient
from tests.notify.office import WRAPPING_KEY, Office
from tests.support.databases import Database, Databases
from tests.support.mail_sink import SinkProcess
from tests.support.servers import Servers
from tests.support.sinks.mail import MailSink
from tests.support.sinks.texts import TextStub

PEOPLE, MEETINGS, ROUNDS = 100, 10, 3
CONNECTIONS = 8
STRICT_GOAL, BATCHED_GOAL, BARE_SHARE = 350.0, 830.0, 0.5
"""3 and 7 times GOV.UK Notify's own drain on a box like this one (118 mails/s, RELIABILITY §5), and half of the bare loop."""

PATIENCE_SECONDS = 120.0

_AGAIN = (
    "DELETE FROM attempts",
    "DELETE FROM contents",
    "DELETE FROM links",
    "DELETE FROM log",
    "UPDATE entries SET link_token = NULL, reply_token = NULL",
    "UPDATE messages SET state = 'pending', attempt = 0, begun = false, phase = NULL, finished_at = NULL, reason = ''"
    " WHERE kind = 'invitation'",
    "VACUUM ANALYZE",
)


@dataclass(frozen=True, slots=True)
class Rate:
    """Mails a second, and the milliseconds that this process worked for each."""

    a_second: float
    worked_ms: float


@asynccontextmanager
async def office_of(database: Database, sink_port: int, *, dots_together: int) -> AsyncIterator[Office]:
    """A county's notify that sends to the sink."""
    engine = make_engine(database.app_url, pool_size=30)
    owner = create_async_engine(database.owner_url, isolation_level="AUTOCOMMIT")
    units = Units(engine, service="notify", wrapping_key=WRAPPING_KEY)
    settings = settings_of(database, sink_port)
    senders = Senders(SmtpServer(host="127.0.0.1", port=sink_port, tls="none"), size=CONNECTIONS)
    dispatch = Dispatch(units, settings, senders, None, dots_together=dots_together)
    try:
        county = settings.service.counties[0]
        yield Office(engine, owner, units, county, settings, dispatch, senders, MailSink(), TextStub(secret=""))
    finally:
        await senders.close()
        await engine.dispose()
        await owner.dispose()


def settings_of(database: Database, sink_port: int) -> NotifySettings:
    """One county, whose provider is the sink."""
    county = County(
        id=UUID(int=7),
        slug="alder",
        name="Alder County",
        programmes={"en": "Family Team Calendar", "es": "Calendario Familiar"},
        time_zone="America/Los_Angeles",
        issuer="http://identity.test",
        jwks_url="http://identity.test/jwks",
        sms_number="+15005550006",
        mailbox="meetings@alder.test",
        call_number="+19165550100",
        languages=("en", "es"),
        default_language="en",
    )
    service = ServiceSettings(
        service="notify",
        listen_host="127.0.0.1",
        listen_port=0,
        database_url=database.app_url,
        owner_database_url=database.owner_url,
        redis_url="",
        wrapping_key=WRAPPING_KEY,
        counties=(county,),
        system=SystemClient("", "", "", "", ""),
        sending=Sending.SANDBOX,
        urls={"notify": "https://notify.example.org", "portal": "https://portal.example.org"},
    )
    return NotifySettings(
        service=service,
        celery_redis_url="",
        smtp_url=f"smtp://127.0.0.1:{sink_port}",
        sms_api_url="",
        sms_account="",
        sms_secret="",
        sms_callback_url="",
        inbox_url="",
        inbox_vouched_by="",
    )


async def plan(office: Office) -> None:
    """Tell of everybody, and book every meeting: an invitation by mail for each."""
    people = [await office.known(Channel.EMAIL) for _ in range(PEOPLE)]
    for _ in range(MEETINGS):
        await office.book(*people)


async def drain(office: Office, sink: SinkProcess) -> Rate:
    """Send everything that is due as the ticker's own process does; each must have left once."""
    async with office.owner.connect() as connection:
        for statement in _AGAIN:
            await connection.execute(text(statement))
    before, stop = await sink.taken(), asyncio.Event()
    begun, worked = perf_counter(), process_time()
    running = asyncio.create_task(office.new_ticker().run(stop))
    while (missing := PEOPLE * MEETINGS - await sink.taken() + before) > 0:
        await asyncio.sleep(max(0.01, missing / 5000))  # each question costs a third of a mail, and nobody asks in the bare loop
        if running.done() or perf_counter() - begun > PATIENCE_SECONDS:
            raise AssertionError("the drain stands still")
    stop.set()
    await running
    taken, worked = perf_counter() - begun, process_time() - worked
    left, states = await sink.taken() - before, {state for _, _, state in await office.states("invitation")}
    if left != PEOPLE * MEETINGS or states != {"sent"}:
        raise AssertionError(f"{left} mails left, states {states}")
    return Rate(left / taken, 1000 * worked / left)


async def bare(office: Office, sink: SinkProcess) -> Rate:
    """Build the same mails and send them over as many kept connections, without database and queue."""
    work = await mails(office)
    senders = Senders(SmtpServer(host="127.0.0.1", port=sink.port, tls="none"), size=CONNECTIONS)

    async def one_connection() -> None:
        while work:
            message, scene, at = work.pop()
            envelope = written(message, scene, version=1, at=at)
            outcome = await senders.send(envelope.sender, envelope.recipient, envelope.mail, _always)
            if outcome.fate is not Fate.ACCEPTED:
                raise AssertionError(outcome)

    begun, worked = perf_counter(), process_time()
    await asyncio.gather(*(one_connection() for _ in range(CONNECTIONS)))
    taken, worked = perf_counter() - begun, process_time() - worked
    await senders.close()
    return Rate(PEOPLE * MEETINGS / taken, 1000 * worked / (PEOPLE * MEETINGS))


async def mails(office: Office) -> list[tuple[Message, Scene, datetime]]:
    """Everything that the drain sends, read beforehand."""
    found = await office.rows("SELECT id FROM messages WHERE county_id = :county AND kind = 'invitation'")
    work = []
    async with office.unit() as unit:
        listed = [message for row in found if (message := await messages.find(unit, row.id)) is not None]
        about = await entries.list_by_id(unit, {each.entry_id for each in listed if each.entry_id})
        places = await entries.open_places(unit, about.keys())
        people = await contacts.list_by_id(unit, {each.person_id for each in listed})
        addresses = await contacts.open_addresses(unit, {person.points[0].id for person in people.values()})
        for message in listed:
            assert message.entry_id is not None
            scene = Scene(
                county=office.county,
                contact=people[message.person_id],
                words="Denise",
                address=addresses[people[message.person_id].points[0].id],
                entry=about[message.entry_id],
                place=places[message.entry_id],
                link_token=uuid4().hex[:26],
                reply_token=uuid4().hex[:26],
                portal_url=office.settings.portal_url,
            )
            work.append((replace(message, way=Way.EMAIL), scene, unit.now.replace(microsecond=0)))
    return work


async def _always() -> bool:
    return True


async def _measure(database: Database) -> dict[str, Rate]:
    """The median of a few rounds of each, turn by turn, so that a busy moment of the machine meets all of them."""
    rates: dict[str, list[Rate]] = {"bare": [], "strict": [], "batched": []}
    with SinkProcess() as sink:
        async with office_of(database, sink.port, dots_together=1) as strict:
            await plan(strict)
            async with office_of(database, sink.port, dots_together=DOTS_TOGETHER) as batched:
                for _ in range(ROUNDS):
                    rates["bare"].append(await bare(strict, sink))
                    rates["strict"].append(await drain(strict, sink))
                    rates["batched"].append(await drain(batched, sink))
    return {
        name: Rate(statistics.median(each.a_second for each in found), statistics.median(each.worked_ms for each in found))
        for name, found in rates.items()
    }


@contextmanager
def database() -> Iterator[Database]:
    """notify's tables on a PostgreSQL of this measurement's own, which keeps what it commits."""
    folder = servers.short_folder("sb")
    folder.chmod(0o755)
    running = servers.start_postgres(folder / "data", folder / "postgres.log")
    try:
        yield Databases(Servers(running.url("postgres"), ""), "bench").fresh("notify")
    finally:
        servers.stop([running.pid], signal.SIGINT)
        for each in (folder, running.sockets):
            shutil.rmtree(each, ignore_errors=True)


def measure() -> list[dict[str, Any]]:
    """Measure all three in one run."""
    with database() as made, Path(os.devnull).open("w", encoding="utf-8") as nowhere, redirect_stderr(nowhere):
        logs.set_up("notify")  # each line is written as in production, and read by nobody
        gc.freeze()  # as `run_process` does
        rates = uvloop.run(_measure(made))
    figures = []
    for name, goal, least in (("strict", STRICT_GOAL, BARE_SHARE), ("batched", BATCHED_GOAL, BARE_SHARE)):
        ratio = rates[name].a_second / rates["bare"].a_second
        figures.append(
            {
                "name": f"drain of due mail, {name}: a dot's commit {'alone' if name == 'strict' else 'shared'}",
                "value": round(rates[name].a_second, 1),
                "unit": "mails/s",
                "yardstick": round(rates["bare"].a_second, 1),
                "ratio": round(ratio, 2),
                "goal": f">= {goal:g} mails/s and >= {least:g} of a bare build-and-send loop",
                "met": rates[name].a_second >= goal and ratio >= least,
            }
        )
        share = rates[name].worked_ms / rates["bare"].worked_ms
        figures.append(
            {
                "name": f"drain of due mail, {name}: processor time of the sending process",
                "value": round(rates[name].worked_ms, 2),
                "unit": "ms a mail",
                "yardstick": round(rates["bare"].worked_ms, 2),
                "ratio": round(share, 2),
                "goal": f"<= {1 / least:g} times the bare loop's; it depends less on what else the machine does",
                "met": share <= 1 / least,
            }
        )
    return figures
