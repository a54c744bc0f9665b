"""Both ends of the link as a test sees them: what network committed, and each single time that notify applied it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID, uuid4

import aiohttp
from sqlalchemy import NullPool, make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from shared.db import log
from shared.db.unit import Actor
from shared.events.network import CaseAccessChanged
from tests.network.bodies import FAMILY
from tests.support.processes import WITHIN, Deployment, Running, until
from tests.support.tokens import Issuers, bearer

AMY = Actor("staff", "amy")
TOLD = "network.case_access_changed.v1"

_COUNT_EACH_TIME = """
CREATE TABLE applied (seq bigint GENERATED ALWAYS AS IDENTITY, case_id uuid NOT NULL);
CREATE FUNCTION note_applied() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
    $$ BEGIN INSERT INTO applied (case_id) VALUES (NEW.case_id); RETURN NEW; END $$;
CREATE TRIGGER note_applied AFTER INSERT OR UPDATE ON case_access FOR EACH ROW EXECUTE FUNCTION note_applied();
"""
"""A listener of notify may well hide that it ran twice, since all of them may be repeated; this table does not."""


class Link:
    """network, which announces who holds families, and notify, which keeps that."""

    def __init__(self, deployment: Deployment) -> None:
        """Nothing runs yet."""
        self.deployment = deployment
        self.families: list[UUID] = []
        """What network has committed, in order."""
        self.broken: list[UUID] = []
        """The ids of facts among them that nobody can read."""
        self.units = deployment.units("network")
        self._engines = {
            name: create_async_engine(
                make_url(deployment.database(name).owner_url).set(drivername="postgresql+asyncpg"), poolclass=NullPool
            )
            for name in ("network", "notify")
        }

    async def prepare(self) -> None:
        """Let notify's database note each application of a fact."""
        for statement in _COUNT_EACH_TIME.strip().split(";\n"):
            await self.ask("notify", statement)

    async def announce(self, times: int = 1, *, at_once: int = 100) -> None:
        """Commit facts about families of their own, in transactions of at most so many."""
        for begin in range(0, times, at_once):
            async with self.units.open(self.deployment.county_id, AMY) as unit:
                for _ in range(min(at_once, times - begin)):
                    case_id = unit.new_id()
                    told = CaseAccessChanged(case_id=case_id, unit="north", assigned=("amy",), shared_with=(), at=unit.now)
                    unit.announce(told, subject=case_id)
                    self.families.append(case_id)

    async def number(self) -> None:
        """Give positions, as a relay does that then dies."""
        async with self.units.outside() as session:
            await log.number_next_batch(session)

    async def announce_broken(self) -> None:
        """Commit a fact that is not what its type promises."""
        async with self.units.open(self.deployment.county_id, AMY) as unit:
            fact_id = unit.new_id()
            row = log.NewFact(fact_id, unit.county_id, TOLD, fact_id, unit.now, {"case_id": 7})
            await log.append(unit.driver, [row])
            self.broken.append(fact_id)

    async def ask(self, service: str, query: str, **values: Any) -> Sequence[Any]:
        """Ask a service's database, past the wall."""
        async with self._engines[service].begin() as connection:
            done = await connection.execute(text(query), values)
            return done.all() if done.returns_rows else ()

    async def applied(self) -> list[UUID]:
        """Return the families that notify has heard of, once for each time, in the order of hearing."""
        return [row.case_id for row in await self.ask("notify", "SELECT case_id FROM applied ORDER BY seq")]

    async def cursor(self) -> int:
        """Return how far notify has come."""
        rows = await self.ask("notify", "SELECT position FROM cursors WHERE producer = 'network'")
        return int(rows[0].position) if rows else 0

    async def is_published(self) -> bool:
        """Say whether all that network committed is numbered, on the stream and marked."""
        [waiting] = await self.ask("network", "SELECT count(*) AS n FROM log WHERE published IS FALSE")
        return bool(waiting.n == 0)

    async def is_applied(self) -> bool:
        """Say whether notify's cursor stands at the last of all that network committed."""
        [log_] = await self.ask("network", "SELECT count(*) AS all, coalesce(max(position), 0) AS last FROM log")
        return bool(log_.all == log_.last == await self.cursor())

    def has_applied(self, committed: int) -> Callable[[], Awaitable[bool]]:
        """Return what says whether the first so many facts that this test committed are applied."""
        last = self.families[committed - 1] if committed else None

        async def holds() -> bool:
            return last is None or bool(await self.ask("notify", "SELECT 1 FROM applied WHERE case_id = :last", last=last))

        return holds

    async def recovers(self) -> float:
        """Wait until everything committed is applied; return the seconds. More than R3 allows is a failure."""
        return await until(self.is_applied, within=WITHIN)

    async def check(self) -> None:
        """Nothing is missing, nothing twice, nothing out of order, and what nobody can read is set aside."""
        log_ = await self.ask("network", "SELECT position, seq, id, type, subject FROM log ORDER BY position")
        assert [row.position for row in log_] == list(range(1, len(log_) + 1))
        # Not in the order of insertion as a whole: what commits late comes later. About one subject, it is.
        last: dict[UUID, int] = {}
        for row in log_:
            assert last.get(row.subject, 0) < row.seq
            last[row.subject] = row.seq
        assert await self.cursor() == len(log_)
        told = [row.subject for row in log_ if row.type == TOLD and row.id not in self.broken]
        assert await self.applied() == told
        assert set(self.families) <= set(told)
        parked = await self.ask("notify", "SELECT event_id FROM parked ORDER BY position")
        assert [row.event_id for row in parked] == self.broken

    async def relay(self, fault: str = "") -> Running:
        """Start network's relay."""
        return await self.deployment.start("network", "relay", fault=fault)

    async def consumer(self, fault: str = "") -> Running:
        """Start notify's consumers."""
        return await self.deployment.start("notify", "consume", fault=fault)

    async def api(self, fault: str = "") -> Running:
        """Start network's API, which takes requests when this returns."""
        running = await self.deployment.start("network", "serve", fault=fault)
        await running.ready()
        return running


class Asking:
    """A person's program, which asks again with the same key when no answer came."""

    def __init__(self, link: Link, issuers: Issuers) -> None:
        """Ask as Amy."""
        self._link = link
        self._url = f"{link.deployment.url('network')}/v1/cases"
        self._issuers = issuers
        self.opened = 0
        """How many families it was told are open."""

    async def open_family(self, key: str) -> dict[str, Any] | None:
        """Open a family; None when the connection ended without an answer, or the answer was to come back later."""
        token = self._issuers.staff("cases.write", staff="amy", units=("north",))
        headers = bearer(token, **{"Idempotency-Key": key})
        async with aiohttp.ClientSession() as session:
            try:
                async with session.post(self._url, json=FAMILY, headers=headers) as answer:
                    # PostgreSQL may still be undoing what an API that was killed had begun under this key.
                    if answer.status in {429, 503} or "idempotency_in_progress" in await answer.text():
                        return None
                    assert answer.status == 201, await answer.text()
                    opened: dict[str, Any] = await answer.json()
                    return opened
            except aiohttp.ClientError:
                return None

    async def family(self, key: str) -> dict[str, Any]:
        """Open a family, asking again with the same key until it is told so."""
        async with asyncio.timeout(WITHIN):
            while (opened := await self.open_family(key)) is None:  # noqa: ASYNC110  the answer is in another process
                await asyncio.sleep(0.05)
            return opened

    async def families(self) -> int:
        """How many there are."""
        [row] = await self._link.ask("network", "SELECT count(*) AS n FROM cases")
        return int(row.n)

    async def until(self, done: asyncio.Event) -> None:
        """Open one family after the other, asking again with the same key until it is told so."""
        while not done.is_set():
            await self.family(uuid4().hex)
            self.opened += 1
            await asyncio.sleep(0.05)
