"""A county in use: who books and answers all the time, how plugs are pulled meanwhile, and what must be true afterwards."""

import asyncio
import contextlib
import os
import secrets
import signal
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from time import monotonic
from typing import Any

import aiohttp
import psycopg
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from deploy.local import servers
from shared.settings import SERVICES
from tests.support.journey import Family, Journey, Person, seat
from tests.support.outside import ZONE
from tests.support.stack import Stack

WITHIN = 30.0
"""Seconds from the end of a fault to the last stuck row (RELIABILITY R3)."""

GIVE_UP = 120.0
"""After so long without a booking, or without a process in place of one, the county is not in trouble but gone."""

CONSUMERS = {"network": ("notify",), "meetings": ("network", "notify"), "notify": ("network", "meetings")}
PROCESSES = ("network", "meetings", "notify", "notify-worker", "portal")
FAMILIES = 3
HOURS = (9, 10, 11, 13, 14, 15, 16)


@dataclass(frozen=True, slots=True)
class Booking:
    """A meeting that somebody was told is booked."""

    id: str
    people: tuple[Person, ...]


@dataclass(slots=True)
class Use:
    """What was done while plugs were pulled. A request that failed is sent again with its key, as a county system does."""

    bookings: list[Booking] = field(default_factory=list)
    answered: set[tuple[str, str]] = field(default_factory=set)
    answers_tried: set[tuple[str, str]] = field(default_factory=set)
    """Those among them that broke off may have come in all the same."""
    tried_again: int = 0
    answers_got: Counter[tuple[int, str, str]] = field(default_factory=Counter)
    """What bookings were answered: status, code, and when to try again."""


class UsedCounty:
    """A running county, its people, and what they have done."""

    def __init__(self, stack: Stack, journey: Journey, say: Callable[[str], None]) -> None:
        """`say` tells the person who waits."""
        self.stack, self.journey, self.say = stack, journey, say
        self.use = Use()
        self._pulled_at = 0.0
        self._families: list[Family] = []
        self._slots: Iterator[tuple[Family, datetime]] = iter(())
        self._mails: dict[str, tuple[str, str]] = {}
        """To whom each mail came that was ever seen, and its calendar entry: the sandbox keeps the newest 5,000 only."""

    async def prepare(self) -> None:
        """Register a few families who are reached by mail."""
        for _ in range(FAMILIES):
            family = await self.journey.family()
            for name in ("Ana", "Bo"):
                await family.member(name, "aunt_uncle", mail=True)
            self._families.append(family)
        for family in self._families:
            await family.everybody_is_known()
        self._slots = self._free_slots((await self.journey.outside.now()).astimezone(ZONE).date())
        await self.settled()

    # -- using it

    @asynccontextmanager
    async def in_use(self, *, pause: float = 0.1) -> AsyncIterator[None]:
        """Book and answer all the time. At the end nobody is left without the confirmation that they asked for."""
        stop = asyncio.Event()
        using = asyncio.create_task(self._book_on(stop, pause)), asyncio.create_task(self._answer_on(stop))
        try:
            yield
        finally:
            stop.set()
            await asyncio.gather(*using)

    async def book(self, times: int) -> None:
        """Book so many meetings, several at a time."""
        for _ in range(0, times, 5):
            await asyncio.gather(*(self._book() for _ in range(5)))

    async def _book_on(self, stop: asyncio.Event, pause: float) -> None:
        while not stop.is_set():
            await self._book()
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), pause)

    async def _book(self) -> None:
        family, at = next(self._slots)
        key = secrets.token_hex(16)
        body = {
            "case_id": family.case_id,
            "kind": "cft",
            "purposes": ["case_plan_review"],
            "children": [],
            "starts_local": at.isoformat(timespec="minutes"),
            "time_zone": "America/Los_Angeles",
            "minutes": 45,
            "participants": [seat(person) for person in family.people],
        }
        give_up = asyncio.get_running_loop().time() + GIVE_UP
        while True:
            assert asyncio.get_running_loop().time() < give_up, f"nothing can be booked for {GIVE_UP:g} s\n{self.stack.log('demo')}"
            with suppress(aiohttp.ClientError, TimeoutError, OSError):
                async with asyncio.timeout(10):
                    reply = await family.county.post("meetings", "/v1/meetings", body, key=key)
                assert reply.status in {201, 409, 500, 503, 504}, f"{reply.status} {reply.text}"
                self.use.answers_got[reply.status, str(reply.body.get("code", "")), reply.headers.get("Retry-After", "")] += 1
                assert reply.status != 409 or reply.body["code"] == "idempotency_in_progress", reply.text
                if reply.status == 201:
                    self.use.bookings.append(Booking(reply.body["id"], tuple(family.people)))
                    return
            self.use.tried_again += 1
            await asyncio.sleep(0.2)

    async def _answer_on(self, stop: asyncio.Event) -> None:
        """Accept the newest invitation of each person, again and again; what the inbox cannot take is accepted later or never."""
        while not stop.is_set():
            for person in self._people():
                if stop.is_set():
                    return
                with suppress(aiohttp.ClientError, TimeoutError, OSError, AssertionError):
                    mails = await self.journey.outside.mails(person.mailbox)
                    await self._answer(person, mails[-1:])
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), 1.0)

    async def _answer(self, person: Person, mails: list[dict[str, Any]]) -> None:
        for mail in mails:
            uid = mail["calendar"]["uid"]
            if (person.id, uid) not in self.use.answered:
                self.use.answers_tried.add((person.id, uid))
                await self.journey.outside.answer(mail, "accepted")
                self.use.answered.add((person.id, uid))

    def _people(self) -> list[Person]:
        return [person for family in self._families for person in family.people]

    def _free_slots(self, today: date) -> Iterator[tuple[Family, datetime]]:
        day = today + timedelta(days=10)
        while True:
            day = self.journey.alder.workday(day, days=1)
            for hour in HOURS:
                for family in self._families:
                    yield family, datetime.combine(day, time(hour))

    # -- pulling plugs

    def kill(self, name: str, how: signal.Signals = signal.SIGKILL) -> None:
        """End a process; the runner starts it again, as a supervisor does."""
        os.kill(self.stack.pid(name), how)
        self.pulled()

    @contextmanager
    def frozen(self, name: str) -> Iterator[None]:
        """Stop a process where it stands, and let it go on in the end. A server is frozen with its children."""
        pids = [self.stack.pid(name), *_children(self.stack.pid(name))]
        for pid in pids:
            _signal(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in pids:
                _signal(pid, signal.SIGCONT)
            self.pulled()

    @contextmanager
    def away(self, name: str) -> Iterator[None]:
        """Kill a server and let nobody start it again before the end."""
        runner = self.stack.pid("runner")
        os.kill(runner, signal.SIGSTOP)
        try:
            os.kill(self.stack.pid(name), signal.SIGKILL)
            yield
        finally:
            os.kill(runner, signal.SIGCONT)
            self.pulled()

    @contextmanager
    def valkey(self, number: int = 0) -> Iterator[Redis]:
        """A client of the county's Valkey, with which to break it."""
        url = self.stack.celery_redis_url if number else str(self.stack.state["redis_url"])
        with Redis.from_url(url, socket_timeout=5, retry=Retry(NoBackoff(), 0)) as client:
            yield client

    def confuse_valkey(self) -> None:
        """Put something else under every key that streams and queues use."""
        with self.valkey() as valkey, self.valkey(1) as queues:
            valkey.mset(dict.fromkeys(CONSUMERS, "no stream"))
            for key in queues.scan_iter("*"):
                queues.set(key, "nothing of Celery's")
        self.pulled()

    def terminate_sessions(self) -> int:
        """Let PostgreSQL end every session of a service, and return how many there were."""
        with psycopg.connect(self.stack.owner_url("network"), autocommit=True) as connection:
            self.pulled()
            ended = connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename LIKE '%\\_app'")
            return len(ended.fetchall())

    async def back(self, name: str, pid: int) -> None:
        """Wait until the runner has started another process in place of one and it answers: then the plug is put back.

        How long that takes is the machine's affair. How long the others take to find it again is what is measured.
        """
        async with asyncio.timeout(GIVE_UP):
            while self.stack.pid(name) == pid or not await self._answers(name):  # noqa: ASYNC110  another process writes it
                await asyncio.sleep(0.05)
        self.pulled()

    async def _answers(self, name: str) -> bool:
        """Say whether a process answers; one without a page does when it runs."""
        with suppress(psycopg.OperationalError, RedisError, aiohttp.ClientError):
            if name == "postgres":
                with psycopg.connect(self.stack.owner_url("notify"), connect_timeout=2):
                    return True
            if name == "valkey":
                with self.valkey() as valkey:
                    return bool(valkey.ping())
            if name in SERVICES:
                async with self.journey.session.get(f"{self.stack.url(name)}/livez") as answer:
                    return answer.status == 200
            return servers.is_alive(self.stack.pid(name))
        return False

    def pulled(self) -> None:
        """Note that a fault has just begun or ended."""
        self._pulled_at = monotonic()

    # -- what must be true afterwards

    async def recovered(self, fault: str) -> float:
        """Wait until nothing is stuck anywhere, and return how long that is after the last plug was pulled, or put back (R3)."""
        await self.settled(what=fault)
        seconds = monotonic() - self._pulled_at
        assert seconds < WITHIN, f"{fault}: {seconds:.1f} s"
        self.say(f"{fault}: {seconds:.1f} s until the last stuck row")
        return seconds

    async def settled(self, *, what: str = "", publishing: bool = True) -> float:
        """Wait until every fact is published and applied and nothing that is due waits; return how long that took."""
        begun = monotonic()
        stuck: dict[str, int] = {"not yet asked": 1}
        while any(stuck.values()):
            assert monotonic() - begun < WITHIN, f"{what}: still stuck after {WITHIN:.0f} s: {stuck}"
            await asyncio.sleep(0.1)
            with suppress(psycopg.OperationalError):  # not back yet
                stuck = await asyncio.to_thread(self._stuck, publishing)
        return monotonic() - begun

    def _stuck(self, publishing: bool) -> dict[str, int]:
        """Count what is under way, by what it waits for.

        Work moves on while it is counted. So it is read where it begins first, and the ends of the logs last: whatever moves on is
        met further on. A fact that is applied makes work anew, so cursors are read before everything: if the logs end where they
        stood, none was applied meanwhile.
        """
        with contextlib.ExitStack() as stack:
            ask = {
                name: stack.enter_context(psycopg.connect(self.stack.owner_url(name), autocommit=True, connect_timeout=2))
                for name in CONSUMERS
            }
            cursors = {
                (name, reader): _number(
                    ask[reader],
                    f"SELECT coalesce(max(position), 0) FROM cursors WHERE producer = '{name}'",  # noqa: S608
                )
                for reader, producers in CONSUMERS.items()
                for name in producers
            }
            found = {"not understood": _number(ask["notify"], "SELECT count(*) FROM inbound WHERE processed_at IS NULL")}
            found["due"] = _number(
                ask["notify"],
                "SELECT count(*) FROM messages WHERE state IN ('claimed', 'sending')"
                " OR state = 'pending' AND (due_at <= surround_now() OR kind = 'invitation')",
            )
            for name in CONSUMERS if publishing else ():
                found[f"{name} unpublished"] = _number(
                    ask[name], "SELECT count(*) FROM log WHERE NOT published OR position IS NULL"
                )
            ends = {name: _number(ask[name], "SELECT coalesce(max(position), 0) FROM log") for name in CONSUMERS}
        return found | {f"{name} to {reader}": ends[name] - at for (name, reader), at in cursors.items()}

    async def is_whole(self) -> Mapping[str, int]:
        """Compare what people were told is booked with every mailbox: nothing missing, nothing twice. Returns counts to report."""
        assert self._count("SELECT count(*) FROM parked", *CONSUMERS) == 0
        assert self._count("SELECT count(*) FROM messages WHERE state NOT IN ('pending', 'sent', 'delivered', 'unknown')") == 0
        expected = {(booking.id, person.id) for booking in self.use.bookings for person in booking.people}
        rows = self._rows(
            "SELECT m.subject_id::text, m.person_id::text, m.state, e.uid FROM messages m JOIN entries e ON e.id = m.entry_id"
            " WHERE m.kind = 'invitation'"
        )
        states = {(f"mtg_{row[0].replace('-', '')}", f"per_{row[1].replace('-', '')}"): (row[2], row[3]) for row in rows}
        assert len(rows) == len(states)
        assert set(states) == expected
        for person in self._people():
            for mail in await self.journey.outside.mails(person.mailbox):
                self._mails[mail["id"]] = (person.id, mail["calendar"]["uid"])
        copies = Counter(self._mails.values())
        wrong = {
            (key, state, copies[key[1], uid])
            for key, (state, uid) in states.items()
            if copies[key[1], uid] not in ({0, 1} if state == "unknown" else {1})
        }
        assert wrong == set()
        assert sum(copies.values()) == sum(copies[key[1], uid] for key, (_, uid) in states.items())
        answers = self._rows_of("meetings", "SELECT count(*) FROM parts WHERE answer = 'accepted'")
        assert len(self.use.answered) <= answers[0][0] <= len(self.use.answers_tried)
        unknown = sum(state == "unknown" for state, _ in states.values())
        return {
            "meetings": len(self.use.bookings),
            "mails": sum(copies.values()),
            "unknown": unknown,
            "answers": len(self.use.answered),
            "requests sent again": self.use.tried_again,
        }

    def _count(self, query: str, *services: str) -> int:
        return sum(self._rows_of(name, query)[0][0] for name in services or ("notify",))

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        return self._rows_of("notify", query)

    def _rows_of(self, service: str, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.stack.owner_url(service)) as connection:
            return connection.execute(query.encode()).fetchall()


def _number(connection: "psycopg.Connection[Any]", query: str) -> int:
    row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return int(row[0])


def _signal(pid: int, how: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, how)


def _children(pid: int) -> list[int]:
    """The processes that one has started: PostgreSQL's sessions."""
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()]
