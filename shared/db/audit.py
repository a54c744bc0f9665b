"""Who did what to whose record: append-only, chained per county with a keyed hash, written in the transaction of the deed.

An entry holds ids and states, never a name or an address. `hash = HMAC(county's key, previous hash ‖ canonical entry)`, so a
changed, removed, added or moved entry is found by `Chain.verify`; a cut-off end is found with a head exported before.
"""

import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
    bindparam,
    insert,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.base import SHARED, county_column, instant_column
from shared.db.direct import Direct, Driver

GENESIS = bytes(32)
PAGE = 2000

AUDIT = Table(
    "audit",
    SHARED,
    county_column(),
    Column("seq", BigInteger(), nullable=False, autoincrement=False),
    instant_column("at"),
    Column("actor_kind", Text(), nullable=False),
    Column("actor_id", Text(), nullable=False),
    Column("action", Text(), nullable=False),
    Column("subject_kind", Text(), nullable=False),
    Column("subject_id", Uuid(), nullable=False),
    Column("request_id", Text(), nullable=False),
    Column("details", JSONB(), nullable=False),
    Column("prev_hash", LargeBinary(), nullable=False),
    Column("hash", LargeBinary(), nullable=False),
    PrimaryKeyConstraint("county_id", "seq"),
    Index("ix_audit_subject", "county_id", "subject_kind", "subject_id", "seq"),
)

# One round trip for lock and head. In a volatile function each statement sees what was committed before *it* began, so the
# head is read after the lock was won; a plain SELECT with both would read the head of before the wait.
AUDIT_HEAD = """
CREATE OR REPLACE FUNCTION audit_head(county uuid) RETURNS TABLE (seq bigint, hash bytea) LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('audit|' || county::text, 0));
  RETURN QUERY SELECT a.seq, a.hash FROM audit a WHERE a.county_id = county ORDER BY a.seq DESC LIMIT 1;
END $$
"""

_HEAD = Direct(text("SELECT seq, hash FROM audit_head(:county)").bindparams(bindparam("county", type_=Uuid())))
_WRITE = Direct(insert(AUDIT))


@dataclass(frozen=True, slots=True)
class Entry:
    """One deed, before it has its place in the chain."""

    at: datetime
    actor_kind: str
    actor_id: str
    action: str
    subject_kind: str
    subject_id: UUID
    request_id: str
    details: Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Head:
    """The newest link of a county's chain; kept elsewhere, it proves later that nothing was cut off."""

    seq: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Verdict:
    """What `verify` found: how many entries hold, the head, and the first broken place, if any."""

    checked: int
    head: Head
    broken_seq: int | None = None
    reason: str = ""

    @property
    def holds(self) -> bool:
        """No entry was changed, removed, added or moved."""
        return self.broken_seq is None


class Pen:
    """Writes the end of one county's chain, in the transaction of a unit."""

    def __init__(self, driver: Driver, county_id: UUID, key: bytes) -> None:
        self._driver = driver
        self._county_id = county_id
        self._key = key

    async def write(self, entries: Sequence[Entry]) -> None:
        """Append entries. It takes the county's lock until the commit: call it last."""
        if not entries:
            return
        found = await _HEAD.fetch(self._driver, county=self._county_id)
        head = Head(found[0]["seq"], found[0]["hash"]) if found else Head(0, GENESIS)
        rows = []
        for entry in entries:
            row = {"county_id": self._county_id, "seq": head.seq + 1, "prev_hash": head.hash} | _columns(entry)
            head = Head(head.seq + 1, link(self._key, row))
            rows.append(row | {"hash": head.hash})
        await _WRITE.each(self._driver, rows)


class Chain:
    """One county's chain, read in one database session."""

    def __init__(self, session: AsyncSession, county_id: UUID, key: bytes) -> None:
        self._session = session
        self._county_id = county_id
        self._key = key

    async def head(self) -> Head:
        """Return the newest link."""
        row = (
            await self._session.execute(select(AUDIT.c.seq, AUDIT.c.hash).where(self._mine).order_by(AUDIT.c.seq.desc()).limit(1))
        ).first()
        return Head(row.seq, row.hash) if row else Head(0, GENESIS)

    async def verify(self, *, known: Head | None = None) -> Verdict:
        """Walk the chain and name the first entry that is not what was written; `known` is a head exported earlier."""
        head = Head(0, GENESIS)
        while True:
            page = await self._session.execute(
                select(AUDIT).where(self._mine, AUDIT.c.seq > head.seq).order_by(AUDIT.c.seq).limit(PAGE)
            )
            rows = page.mappings().all()
            for row in rows:
                reason = self._fault(dict(row), head)
                if reason:
                    return Verdict(head.seq, head, head.seq + 1, reason)
                head = Head(row["seq"], row["hash"])
                if known and known.seq == head.seq and not hmac.compare_digest(known.hash, head.hash):
                    return Verdict(head.seq - 1, head, head.seq, "not the exported head")
            if len(rows) < PAGE:
                break
        if known and known.seq > head.seq:
            return Verdict(head.seq, head, head.seq + 1, "removed")
        return Verdict(head.seq, head)

    @property
    def _mine(self) -> Any:
        return AUDIT.c.county_id == self._county_id

    def _fault(self, row: Mapping[str, Any], head: Head) -> str:
        if row["seq"] != head.seq + 1:
            return "removed"
        if not hmac.compare_digest(row["prev_hash"], head.hash):
            return "not linked to the entry before"
        if not hmac.compare_digest(row["hash"], link(self._key, row)):
            return "changed"
        return ""


def link(key: bytes, row: Mapping[str, Any]) -> bytes:
    """Return the hash of an entry: of all that it says, and of the entry before it."""
    canonical = json.dumps(
        {
            "county_id": str(row["county_id"]),
            "seq": row["seq"],
            "at": row["at"].astimezone(UTC).isoformat(timespec="microseconds"),
            "actor_kind": row["actor_kind"],
            "actor_id": row["actor_id"],
            "action": row["action"],
            "subject_kind": row["subject_kind"],
            "subject_id": str(row["subject_id"]),
            "request_id": row["request_id"],
            "details": row["details"],
        },
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=True,
    ).encode()
    return hmac.digest(key, row["prev_hash"] + canonical, "sha256")


def _columns(entry: Entry) -> dict[str, Any]:
    return {
        "at": entry.at,
        "actor_kind": entry.actor_kind,
        "actor_id": entry.actor_id,
        "action": entry.action,
        "subject_kind": entry.subject_kind,
        "subject_id": entry.subject_id,
        "request_id": entry.request_id,
        "details": dict(entry.details),
    }
