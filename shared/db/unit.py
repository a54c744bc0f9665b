"""A unit of work: one request, one fact or one tick is one transaction of one county. Edges open it, nobody else commits.

What a unit announces, it writes to the log, and what it did, to the audit, in the same transaction: both happened or neither.
"""

import asyncio
import hmac
import json
import os
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

from shared.db import audit, history, log, sealing
from shared.db.direct import Direct, Driver
from shared.events import catalogue
from shared.kernel.differences import differences
from shared.kernel.ids import ENTROPY_BYTES, uuid7
from shared.kernel.sealed import KeyOf, Place, Sealed
from shared.settings import County


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: `kind` is staff, system, service, member, operator or nobody; `id` is their id there, never a name.

    `roles` are those they act in, as the audit keeps them: in order, with commas between.
    """

    kind: str
    id: str
    roles: str = ""


@dataclass(frozen=True, slots=True)
class Trace:
    """What ties log lines, audit entries and facts of one cause together, and the route by which it came."""

    request_id: str
    traceparent: str
    route: str = ""


NO_TRACE = Trace("", "")

_OPEN = "SELECT set_config('app.county_id', $1, true), surround_now()"


def _begin(connection: Connection, county_id: str) -> tuple[Driver, datetime]:
    """Begin a transaction behind a county's wall, in one go, and return asyncpg's connection and the database's clock.

    By SQLAlchemy, which knows a connection that died in the pool and forgets the others of its age.
    """
    connection.begin()
    _, now = connection.exec_driver_sql(_OPEN, (county_id,)).one()
    driver: Any = connection.connection.driver_connection
    return driver, now


@dataclass(frozen=True, slots=True)
class _Announced:
    """A fact that waits for the end of its transaction."""

    id: UUID
    body: object
    subject: UUID
    words: object | None
    key: KeyOf | None
    traceparent: str


class Unit:
    """One open transaction of one county, as one actor. `now` is the database's clock, read once."""

    def __init__(
        self,
        connection: AsyncConnection,
        driver: Driver,
        *,
        service: str,
        county_id: UUID,
        actor: Actor,
        trace: Trace,
        now: datetime,
        secrets: "_Secrets",
        counties: Mapping[UUID, County],
    ) -> None:
        self._counties = counties
        self._connection = connection
        self.driver = driver
        self._session: AsyncSession | None = None
        self.service = service
        self.county_id = county_id
        self.actor = actor
        self.trace = trace
        self.now = now
        self.keys = sealing.Keyring(driver, county_id, secrets.wrapping_key)
        self.chain = audit.Pen(driver, county_id, secrets.of("audit", county_id))
        self._secrets = secrets
        self._made_ids = 0
        self._announced: list[_Announced] = []
        self._deeds: list[audit.Entry] = []
        self._changes: list[history.NewChange] = []

    @property
    def county(self) -> County:
        """The unit's county as it is configured. Raises KeyError where the service was given none of that id."""
        return self._counties[self.county_id]

    @property
    def session(self) -> AsyncSession:
        """SQLAlchemy's session in this transaction, made when it is first asked for."""
        if self._session is None:
            self._session = AsyncSession(self._connection, expire_on_commit=False)
        return self._session

    async def fetch(self, statement: Direct, **values: object) -> Sequence[Mapping[str, Any]]:
        """Send a statement by the driver itself, after what the session has not yet written, and return its rows."""
        await self.flush()
        return await statement.fetch(self.driver, **values)

    async def each(self, statement: Direct, rows: Iterable[Mapping[str, object]]) -> None:
        """Send a statement for every row in one message, after what the session has not yet written."""
        await self.flush()
        await statement.each(self.driver, rows)

    async def flush(self) -> None:
        """Write what the session has not yet written."""
        session = self._session
        if session is not None and (session.new or session.dirty or session.deleted):
            await session.flush()

    def new_id(self) -> UUID:
        """Return a new id. Those of one unit sort in the order they were made."""
        at = self.now + timedelta(milliseconds=self._made_ids >> 12)
        counter, chance = self._made_ids & 0xFFF, int.from_bytes(os.urandom(ENTROPY_BYTES), "big")
        self._made_ids += 1
        return uuid7(at, (chance & ~0xFFF | counter).to_bytes(ENTROPY_BYTES, "big"))

    def announce(self, body: object, *, subject: UUID, words: object | None = None, key: KeyOf | None = None) -> None:
        """Announce a published fact; its personal words, if any, travel sealed with the data key of `key`."""
        kind = catalogue.type_of(body)
        if kind.producer != self.service:
            raise ValueError(f"{self.service} may not announce {kind.name}")
        if words is not None and (kind.words is None or not isinstance(words, kind.words) or key is None):
            raise ValueError(f"these are no words of {kind.name}, or nobody's key was named")
        self._announced.append(_Announced(self.new_id(), body, subject, words, key, self.trace.traceparent))

    def changed(self, key: KeyOf, kind: str, thing_id: UUID, *, before: object | None, after: object | None) -> None:
        """Keep what a record was and is, field by field, sealed with the data key of `key`; None is what is not there.

        For services that keep history (`shared/db/history.py`). It is written at the end of the transaction.
        """
        found = tuple(differences(before, after))
        if found:
            self._changes.append(
                history.NewChange(
                    id=self.new_id(),
                    county_id=self.county_id,
                    key=key,
                    kind=kind,
                    thing_id=thing_id,
                    at=self.now,
                    actor_kind=self.actor.kind,
                    actor_id=self.actor.id,
                    request_id=self.trace.request_id,
                    differences=found,
                )
            )

    async def seal(self, words: str, *, key: KeyOf, table: str, column: str, row_id: UUID) -> bytes:
        """Return words as a column keeps them, sealed with the data key of `key` for this one place."""
        return (await self.keys.seal(words, key=key, place=Place(table, column, row_id, self.county_id))).as_bytes()

    async def open(self, stored: bytes, *, table: str, column: str, row_id: UUID) -> str:
        """Return the words of a column. Raises KeyDestroyed, or SealBroken when they were sealed for another place."""
        return await self.keys.open(Sealed.from_bytes(stored), Place(table, column, row_id, self.county_id))

    async def load_keys(self, stored: Iterable[bytes | None]) -> None:
        """Fetch the keys of many sealed columns in one question, before opening them one by one."""
        await self.keys.load({Sealed.from_bytes(box).key_id for box in stored if box})

    async def load_own_keys(self, keys: Iterable[KeyOf]) -> None:
        """Fetch the keys of many subjects in one question, before sealing their words one by one."""
        await self.keys.load_own(keys)

    async def make_own_keys(self, keys: Iterable[KeyOf]) -> None:
        """Make the keys of many new subjects at once, before sealing their words one by one."""
        await self.keys.make_own(keys)

    def lookup_of(self, value: str) -> str:
        """Return the keyed hash by which a normalised phone number or address is found; it differs between counties."""
        return hmac.digest(self._secrets.of("lookup", self.county_id), value.encode(), "sha256").hex()

    def county_key(self, purpose: str) -> bytes:
        """Return this county's own key for one purpose."""
        return self._secrets.of(purpose, self.county_id)

    async def audit(
        self, action: str, *, subject_kind: str, subject_id: UUID, details: Mapping[str, str | int] | None = None
    ) -> None:
        """Record a deed or a reading of a record: ids, codes and counts only. It is written at the end of the transaction."""
        self._deeds.append(
            audit.Entry(
                at=self.now,
                actor_kind=self.actor.kind,
                actor_id=self.actor.id,
                action=action,
                subject_kind=subject_kind,
                subject_id=subject_id,
                request_id=self.trace.request_id,
                details={**self._way, **(details or {})},
            )
        )

    @property
    def _way(self) -> dict[str, str | int]:
        """In which roles, and by which route: an entry says how its actor came to it (API U1)."""
        known = {"roles": self.actor.roles, "route": self.trace.route}
        return {name: word for name, word in known.items() if word}

    @asynccontextmanager
    async def attempt(self) -> AsyncIterator[None]:
        """Part of the transaction that is undone alone when it raises: what it wrote, announced and did, and the keys it made."""
        written: tuple[list[Any], ...] = (self._announced, self._deeds, self._changes)
        lengths = [len(each) for each in written]
        keys = self.keys.known()
        try:
            async with self.session.begin_nested():
                yield
                await self.flush()
        except BaseException:
            for each, length in zip(written, lengths, strict=True):
                del each[length:]
            self.keys.forget_but(keys)
            raise

    async def finish(self) -> None:
        """Write what was announced and done. `Units.open` calls it before the commit; nobody else needs to.

        The audit comes last, because it holds its county's lock until the commit.
        """
        await self.flush()
        announced, self._announced = self._announced, []
        await log.append(self.driver, [await self._fact(each) for each in announced])
        changes, self._changes = self._changes, []
        await history.append(self.driver, self.keys, changes)
        deeds, self._deeds = self._deeds, []
        await self.chain.write(deeds)

    async def close(self) -> None:
        """Forget the session. The transaction is ended by `Units.open`."""
        if self._session is not None:
            await self._session.close()

    async def _fact(self, announced: _Announced) -> log.NewFact:
        sealed = None
        if announced.words is not None and announced.key is not None:
            words = json.dumps(catalogue.to_plain(announced.words), ensure_ascii=False)
            sealed = await self.keys.seal(words, key=announced.key, place=log.place_of_words(announced.id, self.county_id))
        return log.NewFact(
            id=announced.id,
            county_id=self.county_id,
            type=catalogue.type_of(announced.body).name,
            subject=announced.subject,
            time=self.now,
            data=catalogue.to_plain(announced.body),
            words=sealed,
            traceparent=announced.traceparent,
        )


class _Secrets:
    """The wrapping key and what is derived from it, kept so that a request derives nothing."""

    def __init__(self, wrapping_key: bytes) -> None:
        self.wrapping_key = wrapping_key
        self._derived: dict[tuple[str, UUID], bytes] = {}

    def of(self, purpose: str, county_id: UUID) -> bytes:
        """Return a county's key for a purpose."""
        found = self._derived.get((purpose, county_id))
        if found is None:
            found = self._derived[purpose, county_id] = sealing.derive(self.wrapping_key, purpose, county_id)
        return found


class Units:
    """Opens the transactions of a service."""

    def __init__(self, engine: AsyncEngine, *, service: str, wrapping_key: bytes, counties: Iterable[County] = ()) -> None:
        self.engine = engine
        self.service = service
        self._counties = {county.id: county for county in counties}
        self._secrets = _Secrets(wrapping_key)

    @asynccontextmanager
    async def open(self, county_id: UUID, actor: Actor, trace: Trace = NO_TRACE) -> AsyncIterator[Unit]:
        """One transaction behind one county's wall: committed with its facts and audit at the end, undone by any exception."""
        connection = await self.engine.connect()
        try:
            driver, now = await connection.run_sync(_begin, str(county_id))
            unit = Unit(
                connection,
                driver,
                service=self.service,
                county_id=county_id,
                actor=actor,
                trace=trace,
                now=now,
                secrets=self._secrets,
                counties=self._counties,
            )
            try:
                yield unit
                await unit.finish()
            finally:
                await unit.close()
            await connection.commit()
        except BaseException:
            # Undone to the end, whoever is cancelled meanwhile.
            await asyncio.shield(connection.close())
            raise
        # Nothing is waited for here, so that it needs no task of its own, as `async with` would make one.
        await connection.close()

    @asynccontextmanager
    async def outside(self, **settings: str) -> AsyncIterator[AsyncSession]:
        """One transaction of no county, which sees only what policies admit for its settings: `outside(link_hash=...)`.

        For finding the county of a link or a reply, and for the log's reader (`log_reader="on"`).
        """
        async with AsyncSession(self.engine, expire_on_commit=False) as session, session.begin():
            for name, value in settings.items():
                await session.execute(text("SELECT set_config(:name, :value, true)"), {"name": f"app.{name}", "value": value})
            yield session

    async def verify_audit(self, county_id: UUID, *, known: audit.Head | None = None) -> audit.Verdict:
        """Walk one county's audit chain."""
        async with self.outside(county_id=str(county_id)) as session:
            return await audit.Chain(session, county_id, self._secrets.of("audit", county_id)).verify(known=known)


def words_from(kind: catalogue.EventType, opened: str) -> Any:
    """Read a fact's opened words as the dataclass of its type."""
    if kind.words is None:
        return None
    return catalogue.from_plain(kind.words, json.loads(opened))
