"""notify as it really runs: its process and its Celery worker, facts from the streams of two producers, mail over SMTP."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from redis.asyncio import Redis
from sqlalchemy.engine import make_url

from shared.bus import stream
from shared.bus.relay import Relay
from shared.db.engine import make_engine
from shared.db.unit import Actor, Units
from shared.events.meetings import MeetingScheduled, MeetingWords
from shared.events.network import Channel, PersonRegistered, PersonWords
from shared.kernel.sealed import KeyKind, KeyOf
from tests.notify.office import WRAPPING_KEY, ZONE, Booked, Office, Person
from tests.support.databases import DatabaseOf
from tests.support.servers import Servers

ROOT = Path(__file__).resolve().parents[3]
STAFF = Actor("staff", "amy")
WITHIN = 40.0
TRIES = 10


class Elsewhere:
    """network and meetings, as far as notify can see them: two logs and two streams."""

    def __init__(self, database_of: DatabaseOf, redis: Redis) -> None:
        self._engines = {name: make_engine(database_of("network").app_url) for name in ("network", "meetings")}
        self._units = {n: Units(e, service=n, wrapping_key=WRAPPING_KEY) for n, e in self._engines.items()}
        self._relays = {name: Relay(engine, redis, name) for name, engine in self._engines.items()}

    async def register(self, office: Office, person: Person) -> None:
        """Let network announce somebody."""
        async with self._units["network"].open(office.county.id, STAFF) as unit:
            body = PersonRegistered(
                person_id=person.id,
                time_zone=ZONE,
                spoken_language="en",
                written_language="en",
                interpreter_needed=False,
                is_minor=False,
                contact_points=person.points,
                quiet_from=person.quiet[0],
                quiet_until=person.quiet[1],
                voicemail_ok=False,
                staff_id=None,
                at=unit.now,
            )
            words = PersonWords(given_name=person.given_name, addresses=person.addresses)
            unit.announce(body, subject=person.id, words=words, key=KeyOf(KeyKind.PERSON, person.id))
        await self._relays["network"].round()

    async def schedule(self, office: Office, booked: Booked) -> None:
        """Let meetings announce a meeting."""
        async with self._units["meetings"].open(office.county.id, STAFF) as unit:
            entry = booked.entries[0]
            body = MeetingScheduled(
                meeting_id=booked.id,
                case_id=booked.case_id,
                revision=booked.revision,
                time_zone=ZONE,
                starts_at=entry.starts_at,
                ends_at=entry.ends_at,
                entries=booked.entries,
                at=unit.now,
            )
            words = MeetingWords(places={str(each.participant_id): booked.place for each in booked.entries})
            unit.announce(body, subject=booked.id, words=words, key=KeyOf(KeyKind.MEETING, booked.id))
        await self._relays["meetings"].round()

    async def close(self) -> None:
        """Close the engines."""
        for engine in self._engines.values():
            await engine.dispose()


@pytest.fixture
def apart(servers: Servers) -> Servers:
    """The same servers with a numbered database of Valkey that no other test publishes to: streams have fixed names."""
    return replace(servers, redis_url=make_url(servers.redis_url).set(database="9").render_as_string(hide_password=False))


def environment(office: Office, servers: Servers, owner_url: str, app_url: str, folder: Path) -> dict[str, str]:
    """What a person would set."""
    county = {**asdict(office.county), "id": str(office.county.id)}
    (folder / "counties.json").write_text(json.dumps([county]), encoding="utf-8")
    system = office.settings.service.system
    return {
        **os.environ,
        "PYTHONUNBUFFERED": "1",
        "SURROUND_LISTEN": "127.0.0.1:0",
        "SURROUND_DATABASE_URL": app_url,
        "SURROUND_OWNER_DATABASE_URL": owner_url,
        "SURROUND_REDIS_URL": servers.redis_url,
        "SURROUND_CELERY_REDIS_URL": servers.redis_url,
        "SURROUND_COUNTIES": str(folder / "counties.json"),
        "SURROUND_WRAPPING_KEY": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        "SURROUND_SENDING": "sandbox",
        "SURROUND_SYSTEM_ISSUER": system.issuer,
        "SURROUND_SYSTEM_JWKS_URL": system.jwks_url,
        "SURROUND_SYSTEM_TOKEN_URL": system.token_url,
        "SURROUND_SYSTEM_CLIENT_ID": "notify",
        "SURROUND_SYSTEM_CLIENT_SECRET": "secret",
        "SURROUND_NETWORK_URL": "http://127.0.0.1:9",
        "SURROUND_MEETINGS_URL": "http://127.0.0.1:9",
        "SURROUND_NOTIFY_URL": "http://127.0.0.1:9",
        "SURROUND_PORTAL_URL": "https://portal.example.org",
        "SURROUND_SMTP_URL": office.settings.smtp_url,
        "SURROUND_SMS_API_URL": office.settings.sms_api_url,
        "SURROUND_SMS_ACCOUNT": "AC1",
        "SURROUND_SMS_SECRET": "a-provider-secret",
        "SURROUND_SMS_CALLBACK_URL": "https://notify.example.org",
        "SURROUND_INBOX_LISTEN": "127.0.0.1:0",
    }


@asynccontextmanager
async def running(word: str, settings: dict[str, str], log: Path) -> AsyncIterator[None]:
    """A process of notify."""
    with log.open("wb") as out:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "services.notify", word, env=settings, cwd=ROOT, stdout=out, stderr=out
        )
    try:
        yield
    finally:
        if process.returncode is None:
            process.terminate()
        await asyncio.wait_for(process.wait(), 30)


async def until(holds: Callable[[], bool], *logs: Path) -> None:
    """Wait until something holds; show the logs when it does not in time."""
    for _ in range(int(WITHIN * 20)):
        if holds():
            return
        await asyncio.sleep(0.05)
    raise AssertionError(read(*logs)[-4000:])


def read(*logs: Path) -> str:
    """Return what processes have logged."""
    return "".join(log.read_text(encoding="utf-8") for log in logs)


@pytest.mark.parametrize("with_worker", [True, False])
async def test_a_fact_committed_elsewhere_leaves_as_mail(
    office: Office,
    apart: Servers,
    fresh_database_of: DatabaseOf,
    tmp_path: Path,
    with_worker: bool,
) -> None:
    database = fresh_database_of("notify")
    redis = stream.connect(apart.redis_url)
    await redis.flushdb()
    elsewhere = Elsewhere(fresh_database_of, redis)
    settings = environment(office, apart, database.owner_url, database.app_url, tmp_path)
    logs = [tmp_path / "all.log", tmp_path / "worker.log"]
    async with running("all", settings, logs[0]), running("worker" if with_worker else "oldest-due", settings, logs[1]):
        sender = logs[1] if with_worker else logs[0]
        people: list[Person] = []
        # While a worker still starts the watchdog sends; then somebody else is invited.
        while "message.attempted" not in read(sender):
            people.append(office.person(Channel.EMAIL))
            assert len(people) < TRIES, read(*logs)[-4000:]
            await elsewhere.register(office, people[-1])
            await elsewhere.schedule(office, office.meeting(people[-1]))
            await until(lambda: bool(office.mail.to(people[-1].mail)), *logs)
            await until(lambda: "message.attempted" in read(*logs), *logs)
    written = read(*logs)
    assert "Traceback" not in written
    for word in (people[-1].mail, people[-1].given_name, "Library"):
        assert word not in written
    await elsewhere.close()
    await redis.aclose()
