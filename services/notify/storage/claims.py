"""Queries about messages under a lease: taking what is due, keeping hold of it, passing the final dot, and marking how it ended.

Every change names, in its predicate, who holds the row and by which attempt; whoever no longer holds it changes nothing. Leases are
measured on the server's own clock, which a sandbox cannot move. What changes the rows of many people at once passes over a row that
somebody else has in hand, so that it never waits for one while it holds another.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Integer, Text, any_, bindparam, case, func, select, text, update
from sqlalchemy.dialects.postgresql import INTERVAL
from sqlalchemy.dialects.postgresql import UUID as PG_UUID

from services.notify.domain.messages import ENDINGS, Lane, Message, Phase, State
from services.notify.storage.messages import HELD, MESSAGES, to_message
from shared.db.direct import Direct, alone
from shared.db.unit import Unit, Units

LEASE = timedelta(seconds=20)
_AT_LEAST = timedelta(seconds=10)
"""What is left of a lease at the final dot; while the reply is waited for it is renewed (RELIABILITY rule M)."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """One row that a claim took: its message as it now stands, and the trace of what caused it."""

    message: Message
    traceparent: str


# The claim (RELIABILITY §6). What is due is found lane by lane through the partial index, so that a backlog of reminders never
# hides an urgent message, and what waits for next month costs nothing. A row that another ticker holds is passed over. While one
# message about an entry is under way the next one waits, so that a cancellation never overtakes its invitation. Whether a newer
# revision has left the message behind is decided here, in the same statement. While an operator holds the county's sending only
# what grows too late is taken, so that it becomes missed and somebody phones. `OFFSET 0` keeps the
# look at an entry's other messages by itself: where the planner may join it, it reads all that is open, or held, for each row.
_CLAIM = Direct(
    text("""
WITH due AS MATERIALIZED (
    SELECT found.* FROM unnest(:lanes) WITH ORDINALITY AS lanes (lane, place)
    CROSS JOIN LATERAL (
        SELECT m.id, m.kind, m.entry_id, m.revision, m.not_after, lanes.place, m.due_at
        FROM messages m
        WHERE m.county_id = :county AND m.lane = lanes.lane AND m.state = 'pending' AND m.due_at <= :now
            AND (m.not_after <= :now OR NOT EXISTS (SELECT FROM sending_holds h WHERE h.county_id = :county))
            AND NOT EXISTS (
                SELECT FROM (SELECT state FROM messages WHERE county_id = :county AND entry_id = m.entry_id OFFSET 0) o
                WHERE o.state = 'sending'
            )
        ORDER BY m.due_at LIMIT :most
        FOR UPDATE SKIP LOCKED
    ) AS found
), judged AS (
    SELECT due.id, CASE
        WHEN due.entry_id IS NOT NULL AND (
            e.id IS NULL OR due.revision < e.revision OR (e.status <> 'live' AND due.kind <> ALL (:endings))
        ) THEN 'cancelled'
        WHEN due.not_after <= :now THEN 'missed'
        ELSE 'claimed' END AS verdict
    FROM due LEFT JOIN entries e ON e.id = due.entry_id
)
UPDATE messages m SET
    state = judged.verdict,
    reason = CASE judged.verdict WHEN 'cancelled' THEN 'superseded' WHEN 'missed' THEN 'too_late' ELSE '' END,
    attempt = m.attempt + CASE judged.verdict WHEN 'claimed' THEN 1 ELSE 0 END,
    phase = NULL,
    begun = false,
    lease_owner = CASE judged.verdict WHEN 'claimed' THEN :lease END,
    lease_until = CASE judged.verdict WHEN 'claimed' THEN clock_timestamp() + :lasting END,
    finished_at = CASE judged.verdict WHEN 'claimed' THEN NULL ELSE :now END
FROM judged WHERE m.id = judged.id
RETURNING m.*
""").bindparams(
        bindparam("lanes", type_=ARRAY(Text)),
        bindparam("endings", type_=ARRAY(Text)),
        bindparam("county", type_=PG_UUID),
        bindparam("lease", type_=PG_UUID),
        bindparam("lasting", type_=INTERVAL),
        bindparam("most", type_=BigInteger),
    )
)


async def claim(unit: Unit, *, lanes: Sequence[Lane], lease: UUID, most: int) -> list[Claimed]:
    """Take what is due, at most so many of each lane, under one lease token.

    Those whose time has passed, or whose subject was left behind, come back as missed or cancelled: they have ended.
    """
    found = await unit.fetch(
        _CLAIM,
        lanes=[lane.value for lane in lanes],
        endings=[kind.value for kind in ENDINGS],
        county=unit.county_id,
        now=unit.now,
        most=most,
        lease=lease,
        lasting=LEASE,
    )
    return sorted((Claimed(to_message(row), row["traceparent"]) for row in found), key=lambda each: each.message.due_at)


_UNBEGUN = (
    MESSAGES.c.county_id == bindparam("county"),
    MESSAGES.c.id == any_(bindparam("ids", type_=ARRAY(PG_UUID))),
    MESSAGES.c.lease_owner == any_(bindparam("leases", type_=ARRAY(PG_UUID))),
    MESSAGES.c.state == State.CLAIMED.value,
    MESSAGES.c.begun.is_(False),
)
_HELD_FOR_UPDATE = Direct(select(MESSAGES).where(*_UNBEGUN).order_by(MESSAGES.c.id).with_for_update())
_LIST_UNBEGUN = Direct(select(MESSAGES.c.id).where(*_UNBEGUN))
_SUBJECTS = Direct(
    select(MESSAGES.c.person_id, MESSAGES.c.entry_id).where(
        MESSAGES.c.county_id == bindparam("county"), MESSAGES.c.id == any_(bindparam("ids", type_=ARRAY(PG_UUID)))
    )
)


async def list_held_for_update(unit: Unit, ids: Collection[UUID], *, lease: UUID) -> list[Message]:
    """Return those of these messages that this lease still holds and nobody has begun, and hold their rows."""
    return [to_message(row) for row in await unit.fetch(_HELD_FOR_UPDATE, county=unit.county_id, ids=ids, leases=[lease])]


async def let_go(unit: Unit, ids: Collection[UUID], *, lease: UUID, reason: str) -> None:
    """Let claimed messages that nobody has begun wait again, due as they were."""
    again = update(MESSAGES).where(*_UNBEGUN).values(**_PENDING_AGAIN, reason=reason)
    await unit.session.execute(again, {"county": unit.county_id, "ids": list(ids), "leases": [lease]})


async def list_unbegun(unit: Unit, ids: Collection[UUID], *, leases: Collection[UUID]) -> set[UUID]:
    """Return which of these messages nobody has started, of those held under these leases: the watchdog takes them."""
    return {row["id"] for row in await unit.fetch(_LIST_UNBEGUN, county=unit.county_id, ids=ids, leases=leases)}


async def list_subjects(unit: Unit, ids: Collection[UUID]) -> list[tuple[UUID, UUID | None]]:
    """Return the person, and the entry if any, that each of these messages is about."""
    return [(row["person_id"], row["entry_id"]) for row in await unit.fetch(_SUBJECTS, county=unit.county_id, ids=ids)]


@dataclass(frozen=True, slots=True)
class Beginning:
    """A held message that is about to be sent: to which number or mailbox, and in how many segments."""

    message: Message
    lookup: str
    segments: int


_BEGIN = Direct(
    text("""
UPDATE messages m SET state = 'sending', begun = true, phase = 'begun', way = b.way, contact_point_id = b.point,
    sent_lookup = b.lookup, segments = b.segments, lease_until = clock_timestamp() + :lasting
FROM unnest(:ids, :ways, :points, :lookups, :segments) AS b (id, way, point, lookup, segments)
WHERE m.county_id = :county AND m.id = b.id
""").bindparams(
        bindparam("ids", type_=ARRAY(PG_UUID)),
        bindparam("ways", type_=ARRAY(Text)),
        bindparam("points", type_=ARRAY(PG_UUID)),
        bindparam("lookups", type_=ARRAY(Text)),
        bindparam("segments", type_=ARRAY(Integer)),
        bindparam("lasting", type_=INTERVAL),
    )
)


async def begin(unit: Unit, beginnings: Sequence[Beginning]) -> None:
    """Mark held messages as being sent, each in the way and to the contact point decided now."""
    if beginnings:
        await unit.fetch(
            _BEGIN,
            county=unit.county_id,
            lasting=LEASE,
            ids=[each.message.id for each in beginnings],
            ways=[each.message.way.value for each in beginnings],
            points=[each.message.contact_point_id for each in beginnings],
            lookups=[each.lookup for each in beginnings],
            segments=[each.segments for each in beginnings],
        )


# What a mail waits for before its dot (migration 0005). It names its county by itself, so that alone it is a whole transaction.
_PASS_DOTS = Direct(text("SELECT id FROM pass_dots(:county, :ids, :attempts, :leases, :at_least) AS id"))
_WAIT_FOR = Direct(select(MESSAGES.c.id).where(MESSAGES.c.id == bindparam("id")).with_for_update())
_FINISH_SENT = Direct(
    text("""
WITH held AS (
    SELECT m.id FROM unnest(:ids, :attempts, :leases) AS asked (id, attempt, lease)
    CROSS JOIN LATERAL (SELECT * FROM messages WHERE id = asked.id OFFSET 0 FOR UPDATE SKIP LOCKED) AS m
    WHERE m.county_id = :county AND m.attempt = asked.attempt AND m.lease_owner = asked.lease AND m.state = 'sending'
)
UPDATE messages m SET state = 'sent', reason = :reason, finished_at = :now, lease_owner = NULL, lease_until = NULL
FROM held WHERE m.id = held.id RETURNING m.id
""").bindparams(
        bindparam("ids", type_=ARRAY(PG_UUID)),
        bindparam("attempts", type_=ARRAY(Integer)),
        bindparam("leases", type_=ARRAY(PG_UUID)),
    )
)


async def pass_dots(units: Units, county_id: UUID, asked: Sequence[Message]) -> set[UUID]:
    """Commit of several messages that the final dot may be written, and that it is, and return those of which that is so now.

    Once this is committed nothing can take a message back, and if this process dies its fate is unknown. Of the others each has to
    be asked for alone.
    """
    return {row["id"] for row in await alone(units.engine, _PASS_DOTS, **_holders(county_id, asked), at_least=_AT_LEAST)}


async def pass_dot(unit: Unit, message: Message) -> bool:
    """Say the same of one, if need be after whoever has its row in hand: False when it was withdrawn or somebody else holds it."""
    await unit.fetch(_WAIT_FOR, id=message.id)
    return bool(await unit.fetch(_PASS_DOTS, **_holders(unit.county_id, [message]), at_least=_AT_LEAST))


async def finish_sent(unit: Unit, accepted: Sequence[Message], *, reason: str) -> set[UUID]:
    """Mark several messages as sent, and return those that were; of the others each has to be looked at alone."""
    holders = _holders(unit.county_id, accepted)
    return {row["id"] for row in await unit.fetch(_FINISH_SENT, **holders, reason=reason, now=unit.now)}


async def renew(unit: Unit, ids: Collection[UUID], *, lease: UUID) -> None:
    """Keep hold of messages while work on them goes on; one that is being marked just now needs no longer lease."""
    free = (
        select(MESSAGES.c.id)
        .where(
            MESSAGES.c.county_id == unit.county_id,
            MESSAGES.c.id.in_(ids),
            MESSAGES.c.lease_owner == lease,
            MESSAGES.c.state.in_(HELD),
        )
        .with_for_update(skip_locked=True)
        .cte("free")
    )
    await unit.session.execute(
        update(MESSAGES).where(MESSAGES.c.id == free.c.id).values(lease_until=func.clock_timestamp() + LEASE)
    )


async def finish(unit: Unit, message: Message, state: State, *, reason: str, provider_id: str = "") -> bool:
    """Give a held message a final state; False when the lease or the attempt is no longer this one, and nothing was changed."""
    values = {
        "state": state.value,
        "reason": reason,
        "finished_at": unit.now,
        "lease_owner": None,
        "lease_until": None,
        "way": message.way.value,
    }
    if provider_id:
        values["provider_id"] = provider_id
    ended = await unit.session.execute(update(MESSAGES).where(*_held_by(unit, message)).values(values).returning(MESSAGES.c.id))
    return ended.first() is not None


async def put_back(unit: Unit, message: Message, *, due_at: datetime, reason: str) -> bool:
    """Let a held message wait until a later time; False when it is no longer held so."""
    back = await unit.session.execute(
        update(MESSAGES)
        .where(*_held_by(unit, message))
        .values(**_PENDING_AGAIN, reason=reason, due_at=due_at)
        .returning(MESSAGES.c.id)
    )
    return back.first() is not None


_EXPIRED = Direct(
    text("""
SELECT * FROM messages WHERE county_id = :county AND state IN ('claimed', 'sending') AND lease_until < clock_timestamp()
ORDER BY id LIMIT 500 FOR UPDATE SKIP LOCKED
""")
)


async def release_expired(unit: Unit) -> list[Message]:
    """Take back what a dead or frozen holder left: safe to send again before the final dot, and pending once more.

    What had passed the dot is returned, for its fate is unknown; it is held until the caller has said so.
    """
    locked = await unit.fetch(_EXPIRED, county=unit.county_id)
    safe = [row["id"] for row in locked if row["phase"] != Phase.DOT.value]
    if safe:
        await unit.session.execute(update(MESSAGES).where(MESSAGES.c.id.in_(safe)).values(**_PENDING_AGAIN, reason="lease_ran_out"))
    return [to_message(row) for row in locked if row["phase"] == Phase.DOT.value]


_PENDING_AGAIN: dict[str, Any] = {
    "state": State.PENDING.value,
    # A claim that came to no attempt is not counted as one.
    "attempt": MESSAGES.c.attempt - case((MESSAGES.c.state == State.CLAIMED.value, 1), else_=0),
    "begun": False,
    "phase": None,
    "lease_owner": None,
    "lease_until": None,
}


def _held_by(unit: Unit, message: Message) -> tuple[ColumnElement[bool], ...]:
    return (
        MESSAGES.c.county_id == unit.county_id,
        MESSAGES.c.id == message.id,
        MESSAGES.c.state.in_(HELD),
        MESSAGES.c.attempt == message.attempt,
        MESSAGES.c.lease_owner == message.lease_owner,
    )


def _holders(county_id: UUID, asked: Sequence[Message]) -> dict[str, Any]:
    """Return who holds what, as the statements about several messages take it."""
    return {
        "county": county_id,
        "ids": [each.id for each in asked],
        "attempts": [each.attempt for each in asked],
        "leases": [each.lease_owner for each in asked],
    }
