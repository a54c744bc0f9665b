"""One effect for one Idempotency-Key: the key's row and the effect commit in one transaction, and a repeat gets the same reply.

A reply may hold personal words, so it is kept sealed with a key of the county, for seven days.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import (
    Column,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
    bindparam,
    delete,
    insert,
    text,
    update,
)

from shared.db import sealing
from shared.db.base import SHARED, county_column, instant_column
from shared.db.direct import Direct
from shared.db.unit import Unit

KEPT_FOR = timedelta(days=7)

REPLIES = Table(
    "replies_given",
    SHARED,
    county_column(),
    Column("caller", Text(), nullable=False),
    Column("route", Text(), nullable=False),
    Column("key", Text(), nullable=False),
    Column("fingerprint", LargeBinary(), nullable=False),
    Column("status", Integer(), nullable=False),
    Column("reply", LargeBinary(), nullable=True),
    instant_column("created_at"),
    PrimaryKeyConstraint("county_id", "caller", "route", "key"),
    Index("ix_replies_given_created_at", "county_id", "created_at"),
)

# Lock and look in one round trip. Each statement of a volatile function sees what was committed before *it* began, so a claim
# that wins the lock because the first one has just committed also sees its row.
CLAIM = """
CREATE OR REPLACE FUNCTION claim_reply(for_county uuid, for_caller text, for_route text, for_key text)
RETURNS TABLE (claimed boolean, fingerprint bytea, status integer, reply bytea) LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  IF NOT pg_try_advisory_xact_lock(
    hashtextextended(concat_ws('|', 'reply', for_county::text, for_caller, for_route, for_key), 0)
  ) THEN
    RETURN QUERY SELECT false, NULL::bytea, NULL::integer, NULL::bytea;
    RETURN;
  END IF;
  RETURN QUERY SELECT true, r.fingerprint, r.status, r.reply FROM replies_given r
    WHERE r.county_id = for_county AND r.caller = for_caller AND r.route = for_route AND r.key = for_key;
  IF NOT FOUND THEN
    RETURN QUERY SELECT true, NULL::bytea, NULL::integer, NULL::bytea;
  END IF;
END $$
"""

_CLAIM = Direct(
    text("SELECT claimed, fingerprint, status, reply FROM claim_reply(:county, :caller, :route, :key)").bindparams(
        bindparam("county", type_=Uuid())
    )
)
_KEEP = Direct(insert(REPLIES))


@dataclass(frozen=True, slots=True)
class Request:
    """What makes a request the same request: who sent it, by which route, under which key, with which SHA-256 of its content."""

    caller: str
    route: str
    key: str
    fingerprint: bytes


@dataclass(frozen=True, slots=True)
class Fresh:
    """Nobody has done this yet: do it, then `complete`."""


@dataclass(frozen=True, slots=True)
class InProgress:
    """Another transaction is doing it right now."""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """The key was used for something else."""


@dataclass(frozen=True, slots=True)
class Replay:
    """It has been done, with this reply. The body is empty where somebody's words were destroyed since.

    `scopes` are those the caller had then: what they let into the reply may no longer be theirs to see.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    scopes: frozenset[str] = frozenset()


Claim = Fresh | InProgress | Mismatch | Replay


async def claim(unit: Unit, request: Request) -> Claim:
    """Claim a key until the transaction ends; never waits."""
    (row,) = await unit.fetch(_CLAIM, county=unit.county_id, caller=request.caller, route=request.route, key=request.key)
    if not row["claimed"]:
        return InProgress()
    if row["fingerprint"] is None:
        return Fresh()
    if row["fingerprint"] != request.fingerprint:
        return Mismatch()
    if row["reply"] is None:
        return Replay(row["status"], {}, b"")
    kept = json.loads(sealing.unshut(unit.county_key("replies"), row["reply"], _place(unit, request)))
    return Replay(row["status"], kept["headers"], base64.b64decode(kept["body"]), frozenset(kept["scopes"]))


async def complete(unit: Unit, request: Request, reply: Replay) -> None:
    """Keep the reply of a claimed key, in the transaction of its effect."""
    kept = json.dumps(
        {"headers": dict(reply.headers), "body": base64.b64encode(reply.body).decode(), "scopes": sorted(reply.scopes)}
    ).encode()
    await unit.fetch(
        _KEEP,
        county_id=unit.county_id,
        caller=request.caller,
        route=request.route,
        key=request.key,
        fingerprint=request.fingerprint,
        status=reply.status,
        reply=sealing.shut(unit.county_key("replies"), kept, _place(unit, request)),
        created_at=unit.now,
    )


async def forget_words(unit: Unit) -> None:
    """Drop the content of every kept reply of the county: one of them may quote words that are being destroyed."""
    await unit.session.execute(
        update(REPLIES).where(REPLIES.c.county_id == unit.county_id).values(reply=None).execution_options(synchronize_session=False)
    )


async def sweep(unit: Unit) -> int:
    """Delete the county's keys that are older than seven days, and return how many."""
    gone = await unit.session.execute(
        delete(REPLIES)
        .where(REPLIES.c.county_id == unit.county_id, REPLIES.c.created_at < unit.now - KEPT_FOR)
        .returning(REPLIES.c.key)
    )
    return len(gone.all())


def _place(unit: Unit, request: Request) -> bytes:
    return "\x00".join(("reply", str(unit.county_id), request.caller, request.route, request.key)).encode()
