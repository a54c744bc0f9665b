"""Queries about messages: planning each once, claiming what is due, holding it by a lease, and marking how it ended.

Every change of state names, in its predicate, the state it comes from and who holds the row; whoever no longer holds it changes
nothing. Leases are measured on the server's own clock, which a sandbox cannot move.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Integer,
    Text,
    and_,
    bindparam,
    case,
    cast,
    func,
    or_,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import INTERVAL, insert
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.orm import InstrumentedAttribute

from services.notify.domain.messages import ENTRY_KINDS, FINALS, REMINDERS, Kind, Lane, Message, Phase, State, Way
from services.notify.storage.tables import EntryRow, MessageRow
from shared.db.unit import Unit
from shared.events.notify import SubjectKind

LEASE = timedelta(seconds=20)
CHANNEL = "messages"
"""Where a commit that planned messages is heard of."""

_WAITING = (State.PENDING.value, State.CLAIMED.value)
_HELD = (State.CLAIMED.value, State.SENDING.value)


@dataclass(frozen=True, slots=True)
class Claimed:
    """One row that a claim took: its message as it now stands, and the trace of what caused it."""

    message: Message
    traceparent: str


async def add(unit: Unit, messages: Sequence[Message]) -> list[Message]:
    """Store planned messages and return those that are new: one with the same key was planned before, and stays as it is."""
    if not messages:
        return []
    rows = [
        {
            "id": message.id,
            "county_id": unit.county_id,
            "kind": message.kind.value,
            "way": message.way.value,
            "lane": message.lane.value,
            "person_id": message.person_id,
            "contact_point_id": message.contact_point_id,
            "entry_id": message.entry_id,
            "participant_id": message.participant_id,
            "subject_kind": message.subject_kind.value,
            "subject_id": message.subject_id,
            "revision": message.revision,
            "part": message.part,
            "sequence": message.sequence,
            "wall_rule": message.offset,
            "detail": message.detail,
            "dedupe_key": message.dedupe_key,
            "due_at": message.due_at,
            "not_after": message.not_after,
            "state": State.PENDING.value,
            "reason": "",
            "attempt": 0,
            "begun": False,
            "segments": 0,
            "created_at": unit.now,
            "traceparent": unit.trace.traceparent,
        }
        for message in messages
    ]
    made = await unit.session.execute(
        insert(MessageRow)
        .values(rows)
        .on_conflict_do_nothing(index_elements=["county_id", "dedupe_key"])
        # Wakes the tickers at the commit; a lost wake-up costs a second.
        .returning(MessageRow.__table__.c.id, cast(func.pg_notify(CHANNEL, ""), Text))
    )
    new = {row.id for row in made}
    return [message for message in messages if message.id in new]


# The claim (RELIABILITY §6). What is due is found lane by lane through the partial index, so that a backlog of reminders never
# hides an urgent message, and what waits for next month costs nothing. A row that another ticker holds is passed over. While one
# message about an entry is under way the next one waits, so that a cancellation never overtakes its invitation. Whether a newer
# revision has left the message behind is decided here, in the same statement.
_CLAIM = text("""
WITH due AS MATERIALIZED (
    SELECT found.* FROM unnest(:lanes) WITH ORDINALITY AS lanes (lane, place)
    CROSS JOIN LATERAL (
        SELECT m.id, m.kind, m.entry_id, m.revision, m.not_after, lanes.place, m.due_at
        FROM messages m
        WHERE m.county_id = :county AND m.lane = lanes.lane AND m.state = 'pending' AND m.due_at <= :now
            AND NOT EXISTS (
                SELECT FROM messages o WHERE o.county_id = :county AND o.entry_id = m.entry_id AND o.state = 'sending'
            )
        ORDER BY m.due_at LIMIT :most
        FOR UPDATE SKIP LOCKED
    ) AS found
), judged AS (
    SELECT due.id, CASE
        WHEN due.entry_id IS NOT NULL AND (
            e.id IS NULL OR due.revision < e.revision OR (e.status <> 'live' AND due.kind NOT IN ('cancelled', 'removed'))
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
RETURNING m.id
""").bindparams(
    bindparam("lanes", type_=ARRAY(Text)),
    bindparam("county", type_=PG_UUID),
    bindparam("lease", type_=PG_UUID),
    bindparam("lasting", type_=INTERVAL),
    bindparam("most", type_=BigInteger),
)


async def claim(unit: Unit, *, lanes: Sequence[Lane], lease: UUID, most: int) -> list[Claimed]:
    """Take what is due, at most so many of each lane, under one lease token.

    Those whose time has passed, or whose subject was left behind, come back as missed or cancelled: they have ended.
    """
    found = await unit.session.scalars(
        _CLAIM,
        {
            "lanes": [lane.value for lane in lanes],
            "county": unit.county_id,
            "now": unit.now,
            "most": most,
            "lease": lease,
            "lasting": LEASE,
        },
    )
    return await _read(unit, MessageRow.id.in_(found.all()), order_by=MessageRow.due_at)


async def list_held_for_update(unit: Unit, ids: Collection[UUID], *, lease: UUID) -> list[Message]:
    """Return those of these messages that this lease still holds and nobody has begun, and hold their rows."""
    rows = await unit.session.scalars(
        select(MessageRow)
        .where(
            _mine(unit),
            MessageRow.id.in_(ids),
            MessageRow.lease_owner == lease,
            MessageRow.state == State.CLAIMED.value,
            MessageRow.begun.is_(False),
        )
        .order_by(MessageRow.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return [_to_message(row) for row in rows]


async def list_claimed_unbegun(unit: Unit, *, lease: UUID, ids: Collection[UUID]) -> list[UUID]:
    """Return which messages of a batch nobody has started: the watchdog takes those."""
    return list(
        await unit.session.scalars(
            select(MessageRow.id).where(
                _mine(unit),
                MessageRow.id.in_(ids),
                MessageRow.lease_owner == lease,
                MessageRow.state == State.CLAIMED.value,
                MessageRow.begun.is_(False),
            )
        )
    )


async def entries_of(unit: Unit, ids: Collection[UUID]) -> set[UUID]:
    """Return the entries that these messages are about."""
    found = await unit.session.scalars(
        select(MessageRow.entry_id).where(_mine(unit), MessageRow.id.in_(ids), MessageRow.entry_id.is_not(None))
    )
    return {entry_id for entry_id in found if entry_id is not None}


@dataclass(frozen=True, slots=True)
class Beginning:
    """A held message that is about to be sent: to which number or mailbox, and in how many segments."""

    message: Message
    lookup: str
    segments: int


_BEGIN = (
    update(MessageRow.__table__)  # type: ignore[arg-type]  # a mapped class's table is a Table
    .where(MessageRow.__table__.c.id == bindparam("of"), MessageRow.__table__.c.county_id == bindparam("county"))
    .values(
        state=State.SENDING.value,
        begun=True,
        phase=Phase.BEGUN.value,
        way=bindparam("by"),
        contact_point_id=bindparam("point"),
        sent_lookup=bindparam("lookup"),
        segments=bindparam("parts"),
        lease_until=func.clock_timestamp() + LEASE,
    )
)


async def begin(unit: Unit, beginnings: Sequence[Beginning]) -> None:
    """Mark held messages as being sent, each in the way and to the contact point decided now."""
    if not beginnings:
        return
    await unit.session.execute(
        _BEGIN,
        [
            {
                "of": each.message.id,
                "county": unit.county_id,
                "by": each.message.way.value,
                "point": each.message.contact_point_id,
                "lookup": each.lookup,
                "parts": each.segments,
            }
            for each in beginnings
        ],
    )


async def pass_dot(unit: Unit, message_id: UUID, *, attempt: int, lease: UUID) -> bool:
    """Say that the final dot may be written, and that it is: False when the message was withdrawn or somebody else holds it.

    Once this is committed nothing can take the message back, and if this process dies its fate is unknown.
    """
    passed = await unit.session.execute(
        update(MessageRow)
        .where(
            _mine(unit),
            MessageRow.id == message_id,
            MessageRow.state == State.SENDING.value,
            MessageRow.attempt == attempt,
            MessageRow.lease_owner == lease,
            or_(
                MessageRow.entry_id.is_(None),
                select(EntryRow.id).where(EntryRow.id == MessageRow.entry_id, EntryRow.revision <= MessageRow.revision).exists(),
            ),
        )
        .values(phase=Phase.DOT.value, lease_until=func.clock_timestamp() + LEASE)
        .returning(MessageRow.id)
        .execution_options(synchronize_session=False)
    )
    return passed.first() is not None


async def renew(unit: Unit, ids: Collection[UUID], *, lease: UUID) -> None:
    """Keep hold of messages while work on them goes on."""
    await unit.session.execute(
        update(MessageRow)
        .where(_mine(unit), MessageRow.id.in_(ids), MessageRow.lease_owner == lease, MessageRow.state.in_(_HELD))
        .values(lease_until=func.clock_timestamp() + LEASE)
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
    ended = await unit.session.execute(update(MessageRow).where(*_held_by(unit, message)).values(values).returning(MessageRow.id))
    return ended.first() is not None


async def put_back(unit: Unit, message: Message, *, due_at: datetime, reason: str) -> bool:
    """Let a held message wait until a later time; False when it is no longer held so."""
    back = await unit.session.execute(
        update(MessageRow)
        .where(*_held_by(unit, message))
        .values(
            state=State.PENDING.value,
            reason=reason,
            due_at=due_at,
            # A claim that came to no attempt is not counted as one.
            attempt=MessageRow.attempt - case((MessageRow.state == State.CLAIMED.value, 1), else_=0),
            begun=False,
            phase=None,
            lease_owner=None,
            lease_until=None,
        )
        .returning(MessageRow.id)
    )
    return back.first() is not None


async def cancel_of_entry(unit: Unit, entry_id: UUID, *, but_reminders: bool = False) -> list[Message]:
    """Cancel what has not passed its final dot, and return it. With `but_reminders` those stay."""
    conditions = [_mine(unit), MessageRow.entry_id == entry_id, _can_be_withdrawn()]
    if but_reminders:
        conditions.append(MessageRow.kind.not_in([kind.value for kind in REMINDERS]))
    return await _cancel(unit, and_(*conditions), reason="superseded")


async def cancel_of_person(unit: Unit, person_id: UUID, kinds: Collection[Kind], *, reason: str) -> list[Message]:
    """Cancel a person's waiting messages of some kinds."""
    return await _cancel(
        unit,
        and_(
            _mine(unit),
            MessageRow.person_id == person_id,
            MessageRow.kind.in_([kind.value for kind in kinds]),
            _can_be_withdrawn(),
        ),
        reason=reason,
    )


async def carry_reminders(unit: Unit, entry_id: UUID, *, revision: int, sequence: int) -> None:
    """Let the reminders of an entry speak of its new revision: the time is the same."""
    await unit.session.execute(
        update(MessageRow)
        .where(
            _mine(unit),
            MessageRow.entry_id == entry_id,
            MessageRow.kind.in_([kind.value for kind in REMINDERS]),
            MessageRow.state.in_([*_WAITING, State.SENDING.value]),
        )
        .values(revision=revision, sequence=sequence)
    )


async def release_expired(unit: Unit) -> list[Message]:
    """Take back what a dead or frozen holder left: safe to send again before the final dot, and pending once more.

    What had passed the dot is returned, for its fate is unknown; it is held until the caller has said so.
    """
    expired = and_(_mine(unit), MessageRow.state.in_(_HELD), MessageRow.lease_until < func.clock_timestamp())
    locked = (
        await unit.session.scalars(
            select(MessageRow)
            .where(expired)
            .order_by(MessageRow.id)
            .limit(500)
            .with_for_update(skip_locked=True)
            .execution_options(populate_existing=True)
        )
    ).all()
    safe = [row.id for row in locked if row.phase != Phase.DOT.value]
    if safe:
        await unit.session.execute(
            update(MessageRow)
            .where(MessageRow.id.in_(safe))
            .values(
                state=State.PENDING.value,
                reason="lease_ran_out",
                attempt=MessageRow.attempt - case((MessageRow.state == State.CLAIMED.value, 1), else_=0),
                begun=False,
                phase=None,
                lease_owner=None,
                lease_until=None,
            )
            .execution_options(synchronize_session=False)
        )
    return [_to_message(row) for row in locked if row.phase == Phase.DOT.value]


async def was_told(unit: Unit, entry_id: UUID) -> bool:
    """Whether anything that put an entry into this person's calendar, or on their mind, has left or may have left."""
    told = await unit.session.scalar(
        select(MessageRow.id)
        .where(
            _mine(unit),
            MessageRow.entry_id == entry_id,
            MessageRow.kind.in_([kind.value for kind in ENTRY_KINDS - {Kind.CANCELLED, Kind.REMOVED}]),
            or_(
                MessageRow.state.in_([State.SENT.value, State.DELIVERED.value, State.UNKNOWN.value]),
                and_(MessageRow.state == State.SENDING.value, MessageRow.phase == Phase.DOT.value),
            ),
        )
        .limit(1)
    )
    return told is not None


async def find(unit: Unit, message_id: UUID) -> Message | None:
    """Return one message."""
    found = await _read(unit, MessageRow.id == message_id)
    return found[0].message if found else None


async def find_for_update(unit: Unit, message_id: UUID) -> Message | None:
    """Return one message and hold its row."""
    row = await unit.session.scalar(
        select(MessageRow)
        .where(_mine(unit), MessageRow.id == message_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return None if row is None else _to_message(row)


async def find_by_provider_id(unit: Unit, provider_id: str) -> Message | None:
    """Return the message that a provider knows by this id, and hold its row."""
    row = await unit.session.scalar(
        select(MessageRow)
        .where(_mine(unit), MessageRow.provider_id == provider_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return None if row is None else _to_message(row)


async def list_asked(unit: Unit, lookup: str, kinds: Collection[Kind], *, limit: int) -> list[Message]:
    """Return the newest questions that went to a number, newest first."""
    rows = await unit.session.scalars(
        select(MessageRow)
        .where(
            _mine(unit),
            MessageRow.sent_lookup == lookup,
            MessageRow.kind.in_([kind.value for kind in kinds]),
            MessageRow.state.in_([State.SENT.value, State.DELIVERED.value, State.UNKNOWN.value]),
        )
        .order_by(MessageRow.finished_at.desc(), MessageRow.id.desc())
        .limit(limit)
    )
    return [_to_message(row) for row in rows]


async def raise_state(unit: Unit, message: Message, state: State, *, lower: Collection[State], reason: str) -> bool:
    """Raise what is known of a message that left; the states it may be raised from stand in the predicate."""
    raised = await unit.session.execute(
        update(MessageRow)
        .where(_mine(unit), MessageRow.id == message.id, MessageRow.state.in_([each.value for each in lower]))
        .values(state=state.value, reason=reason, finished_at=func.coalesce(MessageRow.finished_at, unit.now))
        .returning(MessageRow.id)
    )
    return raised.first() is not None


async def keep_provider_id(unit: Unit, message_id: UUID, provider_id: str) -> None:
    """Remember by which id a provider knows a message."""
    await unit.session.execute(update(MessageRow).where(_mine(unit), MessageRow.id == message_id).values(provider_id=provider_id))


async def send_again(unit: Unit, message: Message, *, due_at: datetime, not_after: datetime) -> None:
    """Let an ended message wait once more, because a person asked for it."""
    await unit.session.execute(
        update(MessageRow)
        .where(_mine(unit), MessageRow.id == message.id)
        .values(
            state=State.PENDING.value,
            reason="asked_again",
            due_at=due_at,
            not_after=not_after,
            finished_at=None,
            begun=False,
            phase=None,
            lease_owner=None,
            lease_until=None,
        )
    )


async def list_by_subject(unit: Unit, subject_id: UUID, *, limit: int, after: tuple[datetime, UUID] | None) -> list["Listed"]:
    """Return a page of the messages about a meeting, oldest first."""
    query = select(MessageRow).where(_mine(unit), MessageRow.subject_id == subject_id)
    if after is not None:
        query = query.where(tuple_(MessageRow.created_at, MessageRow.id) > after)
    rows = await unit.session.scalars(query.order_by(MessageRow.created_at, MessageRow.id).limit(limit))
    return [_to_listed(row) for row in rows]


async def find_listed(unit: Unit, message_id: UUID) -> "Listed | None":
    """Return one message with what staff may see of it."""
    row = await unit.session.scalar(
        select(MessageRow).where(_mine(unit), MessageRow.id == message_id).execution_options(populate_existing=True)
    )
    return None if row is None else _to_listed(row)


@dataclass(frozen=True, slots=True)
class Listed:
    """A message, and what its text cost."""

    message: Message
    segments: int


@dataclass(frozen=True, slots=True)
class Count:
    """How many messages of one day and kind are in one state."""

    day: str
    kind: str
    state: str
    count: int


async def count_by_state(unit: Unit) -> list[Count]:
    """Return the whole ledger: every row of the county is in exactly one line."""
    day = func.to_char(func.timezone("UTC", MessageRow.created_at), "YYYY-MM-DD")
    rows = await unit.session.execute(
        select(day, MessageRow.kind, MessageRow.state, func.count().cast(Integer))
        .where(_mine(unit))
        .group_by(day, MessageRow.kind, MessageRow.state)
        .order_by(day, MessageRow.kind, MessageRow.state)
    )
    return [Count(*row) for row in rows]


async def list_contradictory(unit: Unit) -> list[UUID]:
    """Return rows that are neither open nor properly ended: there should be none."""
    ended = [state.value for state in FINALS]
    waits = MessageRow.state == State.PENDING.value
    held = MessageRow.state.in_(_HELD)
    return list(
        await unit.session.scalars(
            select(MessageRow.id).where(
                _mine(unit),
                ~or_(
                    and_(MessageRow.state.in_(ended), MessageRow.finished_at.is_not(None)),
                    and_(waits, MessageRow.finished_at.is_(None), MessageRow.lease_owner.is_(None)),
                    and_(held, MessageRow.finished_at.is_(None), MessageRow.lease_owner.is_not(None)),
                ),
            )
        )
    )


async def oldest_due(unit: Unit) -> datetime | None:
    """Return since when the oldest due message waits, held ones too; None when nothing is due."""
    found: datetime | None = await unit.session.scalar(
        select(func.min(MessageRow.due_at)).where(
            _mine(unit),
            or_(MessageRow.state == State.PENDING.value, MessageRow.state.in_(_HELD)),
            MessageRow.due_at <= unit.now,
        )
    )
    return found


def _mine(unit: Unit) -> ColumnElement[bool]:
    return MessageRow.county_id == unit.county_id


def _can_be_withdrawn() -> ColumnElement[bool]:
    return or_(
        MessageRow.state.in_(_WAITING),
        and_(MessageRow.state == State.SENDING.value, MessageRow.phase != Phase.DOT.value),
    )


def _held_by(unit: Unit, message: Message) -> tuple[ColumnElement[bool], ...]:
    return (
        _mine(unit),
        MessageRow.id == message.id,
        MessageRow.state.in_(_HELD),
        MessageRow.attempt == message.attempt,
        MessageRow.lease_owner == message.lease_owner,
    )


async def _cancel(unit: Unit, where: ColumnElement[bool], *, reason: str) -> list[Message]:
    rows = await unit.session.scalars(
        update(MessageRow)
        .where(where)
        .values(state=State.CANCELLED.value, reason=reason, finished_at=unit.now, lease_owner=None, lease_until=None)
        .returning(MessageRow)
        .execution_options(populate_existing=True)
    )
    return [_to_message(row) for row in rows]


async def _read(
    unit: Unit, where: ColumnElement[bool], *, order_by: InstrumentedAttribute[datetime] | None = None
) -> list[Claimed]:
    query = select(MessageRow).where(_mine(unit), where).execution_options(populate_existing=True)
    if order_by is not None:
        query = query.order_by(order_by)
    return [Claimed(_to_message(row), row.traceparent) for row in await unit.session.scalars(query)]


def _to_listed(row: MessageRow) -> Listed:
    return Listed(_to_message(row), row.segments)


def _to_message(row: MessageRow) -> Message:
    return Message(
        id=row.id,
        county_id=row.county_id,
        kind=Kind(row.kind),
        way=Way(row.way),
        lane=Lane(row.lane),
        person_id=row.person_id,
        contact_point_id=row.contact_point_id,
        subject_kind=SubjectKind(row.subject_kind),
        subject_id=row.subject_id,
        revision=row.revision,
        due_at=row.due_at,
        not_after=row.not_after,
        dedupe_key=row.dedupe_key,
        part=row.part,
        participant_id=row.participant_id,
        entry_id=row.entry_id,
        sequence=row.sequence,
        offset=row.wall_rule,
        detail=row.detail,
        state=State(row.state),
        attempt=row.attempt,
        lease_owner=row.lease_owner,
        lease_until=row.lease_until,
        finished_at=row.finished_at,
        reason=row.reason,
        created_at=row.created_at,
    )
