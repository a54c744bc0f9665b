"""notify's sending side as real processes: one database, one outside world, and a county for each thing that is tried.

Cases run side by side, so that twenty seconds of a dead sender's lease pass for all of them at once.
"""

import asyncio
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from redis.asyncio import Redis
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from services.notify.gateways.smtp import Senders, read_server
from services.notify.jobs.operators import conservation
from services.notify.jobs.sending import Dispatch
from services.notify.settings import read_settings
from shared.events.network import Channel
from tests.notify.office import Office, Person
from tests.support.processes import WITHIN, Deployment, Running, until
from tests.support.sinks.mail import MailSink
from tests.support.sinks.texts import TextStub

FINAL = {"sent", "delivered", "failed", "missed", "cancelled", "suppressed", "unknown"}
AT_ONCE = 6
"""So many cases may start their processes at a time: two cores have no use for more."""

PATIENCE = 90.0
"""Seconds that a busy machine may take to get a case ready: nothing is promised about those."""

CALLBACK = "https://notify.example.org"
SECRET = "a-provider-secret"


@dataclass(frozen=True, slots=True)
class Told:
    """How things stand with the one message that a county has for one person."""

    state: str
    reason: str
    attempt: int
    fates: tuple[str, ...]
    late: tuple[bool, ...]
    copies: int


class Post:
    """The processes of one deployment and the counties that they send for."""

    def __init__(self, deployment: Deployment, mail: MailSink, texts: TextStub, folder: Path) -> None:
        """Nothing runs yet."""
        self.deployment, self.mail, self.texts = deployment, mail, texts
        self._folder = folder
        self._units = deployment.units("notify")
        url = make_url(deployment.database("notify").owner_url).set(drivername="postgresql+asyncpg")
        self._owner = create_async_engine(url)
        self._redis = Redis.from_url(deployment.redis_url, socket_timeout=WITHIN)
        self._helpers: dict[UUID, Running] = {}
        self.turns = asyncio.Semaphore(AT_ONCE)
        deployment.settings |= {
            "SURROUND_SENDING": "sandbox",
            "SURROUND_SMTP_URL": f"smtp://127.0.0.1:{mail.port}",
            "SURROUND_SMS_API_URL": f"http://127.0.0.1:{texts.port}",
            "SURROUND_SMS_ACCOUNT": "AC1",
            "SURROUND_SMS_SECRET": SECRET,
            "SURROUND_SMS_CALLBACK_URL": CALLBACK,
            "SURROUND_CELERY_REDIS_URL": self.celery(0),
        }

    def celery(self, number: int) -> str:
        """Return a numbered database of Valkey for Celery's messages; 0 means a Valkey that is not there."""
        if number == 0:
            return "redis://127.0.0.1:9/0"
        return make_url(self.deployment.redis_url).set(database=str(number)).render_as_string(hide_password=False)

    def county(self) -> Office:
        """Return another county with nothing in it."""
        name = uuid4().hex[:8]
        county = replace(
            self.deployment.county,
            id=uuid4(),
            slug=name,
            issuer=f"{self.deployment.county.issuer}-{name}",
            mailbox=f"meetings-{name}@alder.test",
            sms_number=f"+1500{uuid4().int % 10**7:07d}",
        )
        settings = read_settings(self.deployment.environment("notify", SURROUND_COUNTIES=str(self._file([county]))))
        dispatch = Dispatch(self._units, settings, None, None)
        senders = Senders(read_server(settings.smtp_url, sending=settings.sending))
        return Office(self._units.engine, self._owner, self._units, county, settings, dispatch, senders, self.mail, self.texts)

    def _file(self, counties: Iterable[Any]) -> Path:
        path = self._folder / f"counties-{uuid4().hex[:8]}.json"
        path.write_text(json.dumps([{**asdict(county), "id": str(county.id)} for county in counties]), encoding="utf-8")
        return path

    async def start(self, word: str, *offices: Office, fault: str = "", celery: int = 0, **settings: str) -> Running:
        """Start a process of notify for these counties."""
        counties = str(self._file(office.county for office in offices))
        settings |= {"SURROUND_COUNTIES": counties, "SURROUND_CELERY_REDIS_URL": self.celery(celery)}
        return await self.deployment.start("notify", word, fault=fault, **settings)

    async def sender(self, office: Office, *, fault: str, celery: int) -> Running:
        """Start what sends for a county, and is to break: a worker if Celery has a database of Valkey, else a ticker."""
        if not celery:
            return await self.start("tick", office, fault=fault)
        worker = await self.worker(office, fault=fault, celery=celery)
        self._helpers[office.county.id] = await self.start("tick", office, celery=celery)
        return worker

    async def stop_helpers(self, office: Office) -> None:
        """Let the ticker end that handed messages to a county's worker, if there is one."""
        if helper := self._helpers.pop(office.county.id, None):
            await helper.stop()

    async def worker(self, *offices: Office, celery: int, fault: str = "") -> Running:
        """Start a Celery worker, and return when it waits for its first message."""
        running = await self.start("worker", *offices, fault=fault, celery=celery)

        async def waits() -> bool:
            clients: list[dict[str, str]] = await self._redis.client_list()
            return any(client["db"] == str(celery) and client["cmd"] == "brpop" for client in clients)

        await until(waits, within=PATIENCE, every=0.1)
        return running

    async def somebody(self, office: Office, way: Channel) -> Person:
        """Invite somebody to a meeting: one message is due."""
        person = await office.known(way)
        await office.book(person)
        return person

    async def is_told_by_others(self, office: Office, person: Person, victim: Running) -> bool:
        """Wait until a process is gone or stands still, or somebody else has told this person; say whether it was somebody else."""

        async def is_told() -> bool:
            return (await self.told(office, person)).state in FINAL

        async def is_decided() -> bool:
            return await victim.has_broken() or await is_told()

        await until(is_decided, within=PATIENCE, every=0.1)
        return not await victim.has_broken()

    async def told(self, office: Office, person: Person) -> Told:
        """Look at the invitation of somebody, in the tables and outside."""
        [message] = await office.rows(
            "SELECT id, way, state, reason, attempt FROM messages WHERE county_id = :county AND person_id = :person"
            " AND kind = 'invitation'",
            person=person.id,
        )
        attempts = await office.rows("SELECT fate, late FROM attempts WHERE message_id = :id ORDER BY n", id=message.id)
        is_mail = message.way == "email"
        copies = len(self.mail.copies(person.mail)) if is_mail else len(self.texts.to(person.phone))
        return Told(
            message.state,
            message.reason,
            message.attempt,
            tuple(each.fate for each in attempts),
            tuple(each.late for each in attempts),
            copies,
        )

    async def has_been_told(self, office: Office, person: Person, late: tuple[bool, ...]) -> bool:
        """Say whether exactly these attempts are on record, each in time or too late."""
        told = await self.told(office, person)
        return told.late == late and all(told.fates)

    async def are_quiet(self, *offices: Office) -> bool:
        """Say whether nothing of these counties is due or under way."""
        return not await offices[0].rows(
            "SELECT 1 FROM messages WHERE county_id = ANY(:counties) AND (state IN ('claimed', 'sending')"
            " OR state = 'pending' AND due_at <= surround_now()) LIMIT 1",
            counties=[office.county.id for office in offices],
        )

    async def check(self, *offices: Office) -> None:
        """Every row is in exactly one state, and no mail was doubled."""
        found = await conservation(self._units, [office.county for office in offices])
        assert found.good, found.lines
        assert set(self.mail.counted().values()) <= {1}

    async def close(self) -> None:
        """Close what was opened."""
        await self._owner.dispose()
        await self._redis.aclose()
