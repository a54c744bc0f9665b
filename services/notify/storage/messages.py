"""Queries about messages: planning each once, withdrawing what is out of date, raising what is known, and finding them again.

Every change of state names, in its predicate, the state it comes from. What a holder does under its lease is in `claims`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from typing import cast as cast_type
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Select, Table, Text, and_, case, cast, func, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from services.notify.domain.delivery import Fate
from services.notify.domain.messages import (
    ENDINGS,
    ENTRY_KINDS,
    FINALS,
    OF_TURNS,
    REMINDERS,
    Kind,
    Lane,
    Message,
    Phase,
    State,
    Way,
)
from services.notify.domain.points import KeptPoint
from services.notify.storage.tables import AttemptRow, MessageRow
from shared.db.unit import Unit
from shared.events.entries import Turn
from shared.events.notify import SubjectKind

MESSAGES = cast_type(Table, MessageRow.__table__)

MeantTurn = tuple[datetime | None, datetime | None]
"""The turn of a promise that a message is about, if it is about one."""

NO_TURN: MeantTurn = (None, None)

CHANNEL = "messages"
"""Where a commit that planned messages is heard of."""

_WAITING = (State.PENDING.value, State.CLAIMED.value)
HELD = (State.CLAIMED.value, State.SENDING.value)
_TAKEN_BACK = {"state": State.PENDING.value, "begun": False, "phase": None, "lease_owner": None, "lease_until": None}


# Wakes the tickers at the commit; a lost wake-up costs a second. Written once: an insert with its `values()` is compiled each time.
_ADD = (
    insert(MESSAGES)
    .on_conflict_do_nothing(index_elements=["county_id", "dedupe_key"])
    .returning(MESSAGES.c.id, cast(func.pg_notify(CHANNEL, ""), Text))
)


async def add(unit: Unit, messages: Sequence[Message]) -> list[Message]:
    """Store planned messages and return those that are new: one with the same key was planned before, and stays as it is."""
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
            "turn_starts_at": message.turn_starts_at,
            "turn_ends_at": message.turn_ends_at,
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
    made = (await unit.session.execute(_ADD, rows)).all() if rows else []
    new = {row.id for row in made}
    return [message for message in messages if message.id in new]


async def cancel_of_entry(unit: Unit, entry_id: UUID, *, but_reminders: bool = False) -> list[Message]:
    """Cancel what has not passed its final dot, and return it. With `but_reminders` those stay."""
    conditions = [_mine(unit), MESSAGES.c.entry_id == entry_id, _can_be_withdrawn()]
    if but_reminders:
        conditions.append(MESSAGES.c.kind.not_in([kind.value for kind in REMINDERS]))
    return await _cancel(unit, and_(*conditions), reason="superseded")


async def cancel_of_turns(unit: Unit, entry_id: UUID, turns: Collection[Turn]) -> list[Message]:
    """Cancel what has not passed its final dot about these turns of a promise, and return it."""
    if not turns:
        return []
    where = and_(
        _mine(unit),
        MESSAGES.c.entry_id == entry_id,
        MESSAGES.c.kind.in_([kind.value for kind in OF_TURNS]),
        MESSAGES.c.turn_starts_at.in_([turn.starts_at for turn in turns]),
        _can_be_withdrawn(),
    )
    return await _cancel(unit, where, reason="superseded")


async def cancel_of_person(unit: Unit, person_id: UUID, *, reason: str) -> list[Message]:
    """Cancel everything to somebody that has not passed its final dot, and return it."""
    return await _cancel(unit, and_(_mine(unit), MESSAGES.c.person_id == person_id, _can_be_withdrawn()), reason=reason)


async def carry_reminders(unit: Unit, entry_id: UUID, *, revision: int, sequence: int) -> None:
    """Let the reminders of an entry speak of its new revision: the time is the same.

    One whose words are written already, but whose final dot has not left, is taken back and written anew.
    """
    written = and_(MESSAGES.c.state == State.SENDING.value, MESSAGES.c.phase != Phase.DOT.value)
    await unit.session.execute(
        update(MESSAGES)
        .where(
            _mine(unit),
            MESSAGES.c.entry_id == entry_id,
            MESSAGES.c.kind.in_([kind.value for kind in REMINDERS]),
            MESSAGES.c.state.in_([*_WAITING, State.SENDING.value]),
        )
        .values(
            revision=revision,
            sequence=sequence,
            **{name: case((written, value), else_=MESSAGES.c[name]) for name, value in _TAKEN_BACK.items()},
        )
    )


async def put_back_of_points(unit: Unit, points: Collection[KeptPoint]) -> None:
    """Take back what is on its way to these numbers and addresses and has not passed its final dot: it is decided anew.

    Whatever waits for the same people is held until the transaction ends, so that nobody begins it by what was known before.
    """
    if not points:
        return
    people, point_ids = {point.person_id for point in points}, {point.id for point in points}
    held = await unit.session.execute(
        select(MESSAGES.c.id, MESSAGES.c.state, MESSAGES.c.contact_point_id)
        .where(_mine(unit), MESSAGES.c.person_id.in_(people), _can_be_withdrawn())
        .order_by(MESSAGES.c.id)
        .with_for_update()
    )
    begun = [row.id for row in held if row.state == State.SENDING.value and row.contact_point_id in point_ids]
    if begun:
        await unit.session.execute(
            update(MESSAGES).where(MESSAGES.c.id.in_(begun)).values(**_TAKEN_BACK, reason="number_taken_back")
        )


async def was_told(unit: Unit, entry_id: UUID) -> bool:
    """Whether anything that put an entry into this person's calendar, or on their mind, has left or may have left."""
    told = await unit.session.scalar(
        select(MESSAGES.c.id)
        .where(
            _mine(unit),
            MESSAGES.c.entry_id == entry_id,
            MESSAGES.c.kind.in_([kind.value for kind in ENTRY_KINDS - ENDINGS]),
            or_(
                MESSAGES.c.state.in_([State.SENT.value, State.DELIVERED.value, State.UNKNOWN.value]),
                and_(MESSAGES.c.state == State.SENDING.value, MESSAGES.c.phase == Phase.DOT.value),
                # It was asked for again, or bounced; an earlier attempt may have arrived all the same.
                select(AttemptRow.n)
                .where(AttemptRow.message_id == MESSAGES.c.id, AttemptRow.fate.in_([Fate.ACCEPTED.value, Fate.UNKNOWN.value]))
                .exists(),
            ),
        )
        .limit(1)
    )
    return told is not None


async def find_turns(unit: Unit, message_ids: Collection[UUID]) -> dict[UUID, MeantTurn]:
    """Return which turn of a promise each of these messages is about."""
    rows = await unit.session.execute(
        select(MESSAGES.c.id, MESSAGES.c.turn_starts_at, MESSAGES.c.turn_ends_at).where(_mine(unit), MESSAGES.c.id.in_(message_ids))
    )
    return {row.id: (row.turn_starts_at, row.turn_ends_at) for row in rows}


async def had_turn(unit: Unit, entry_id: UUID, starts_at: datetime) -> bool:
    """Whether a turn that begins then was ever reminded of, or asked about."""
    found = await unit.session.scalar(
        select(MESSAGES.c.id).where(_mine(unit), MESSAGES.c.entry_id == entry_id, MESSAGES.c.turn_starts_at == starts_at).limit(1)
    )
    return found is not None


async def find(unit: Unit, message_id: UUID) -> Message | None:
    """Return one message."""
    return await _find(unit, select(MESSAGES).where(MESSAGES.c.id == message_id))


async def find_for_update(unit: Unit, message_id: UUID) -> Message | None:
    """Return one message and hold its row."""
    return await _find(unit, select(MESSAGES).where(MESSAGES.c.id == message_id).with_for_update())


async def find_by_provider_id(unit: Unit, provider_id: str) -> Message | None:
    """Return the message that a provider knows by this id."""
    return await _find(unit, select(MESSAGES).where(MESSAGES.c.provider_id == provider_id))


async def _find(unit: Unit, query: Select[Any]) -> Message | None:
    row = (await unit.session.execute(query.where(_mine(unit)))).mappings().first()
    return None if row is None else to_message(row)


async def list_asked(unit: Unit, lookup: str, kinds: Collection[Kind], *, people: Collection[UUID], limit: int) -> list[Message]:
    """Return the newest questions that went to a number for some people, newest first.

    One that is still being sent counts: its answer may be here before it is on record that the provider took it, or while a sender
    that died in between still holds it.
    """
    rows = await unit.session.execute(
        select(MESSAGES)
        .where(
            _mine(unit),
            MESSAGES.c.sent_lookup == lookup,
            MESSAGES.c.person_id.in_(people),
            MESSAGES.c.kind.in_([kind.value for kind in kinds]),
            MESSAGES.c.state.in_([State.SENDING.value, State.SENT.value, State.DELIVERED.value, State.UNKNOWN.value]),
        )
        .order_by(MESSAGES.c.finished_at.desc().nulls_first(), MESSAGES.c.id.desc())
        .limit(limit)
    )
    return [to_message(row) for row in rows.mappings()]


async def raise_state(unit: Unit, message: Message, state: State, *, lower: Collection[State], reason: str) -> bool:
    """Raise what is known of a message that left; the states it may be raised from stand in the predicate."""
    raised = await unit.session.execute(
        update(MESSAGES)
        .where(_mine(unit), MESSAGES.c.id == message.id, MESSAGES.c.state.in_([each.value for each in lower]))
        .values(state=state.value, reason=reason, finished_at=func.coalesce(MESSAGES.c.finished_at, unit.now))
        .returning(MESSAGES.c.id)
    )
    return raised.first() is not None


async def keep_provider_id(unit: Unit, message_id: UUID, provider_id: str) -> None:
    """Remember by which id a provider knows a message."""
    await unit.session.execute(update(MESSAGES).where(_mine(unit), MESSAGES.c.id == message_id).values(provider_id=provider_id))


async def send_again(unit: Unit, message: Message, *, due_at: datetime, not_after: datetime) -> None:
    """Let an ended message wait once more, because a person asked for it."""
    await unit.session.execute(
        update(MESSAGES)
        .where(_mine(unit), MESSAGES.c.id == message.id)
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
    """Return a page of the messages about a meeting or a promise, oldest first."""
    query = select(MESSAGES).where(_mine(unit), MESSAGES.c.subject_id == subject_id)
    if after is not None:
        query = query.where(tuple_(MESSAGES.c.created_at, MESSAGES.c.id) > after)
    rows = await unit.session.execute(query.order_by(MESSAGES.c.created_at, MESSAGES.c.id).limit(limit))
    return [_to_listed(row) for row in rows.mappings()]


async def find_listed(unit: Unit, message_id: UUID) -> "Listed | None":
    """Return one message with what staff may see of it."""
    row = (await unit.session.execute(select(MESSAGES).where(_mine(unit), MESSAGES.c.id == message_id))).mappings().first()
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
    day = func.to_char(func.timezone("UTC", MESSAGES.c.created_at), "YYYY-MM-DD")
    rows = await unit.session.execute(
        select(day, MESSAGES.c.kind, MESSAGES.c.state, func.count().cast(Integer))
        .where(_mine(unit))
        .group_by(day, MESSAGES.c.kind, MESSAGES.c.state)
        .order_by(day, MESSAGES.c.kind, MESSAGES.c.state)
    )
    return [Count(*row) for row in rows]


async def list_contradictory(unit: Unit) -> list[UUID]:
    """Return rows that are neither open nor properly ended: there should be none."""
    ended = [state.value for state in FINALS]
    waits = MESSAGES.c.state == State.PENDING.value
    held = MESSAGES.c.state.in_(HELD)
    return list(
        await unit.session.scalars(
            select(MESSAGES.c.id).where(
                _mine(unit),
                ~or_(
                    and_(MESSAGES.c.state.in_(ended), MESSAGES.c.finished_at.is_not(None)),
                    and_(waits, MESSAGES.c.finished_at.is_(None), MESSAGES.c.lease_owner.is_(None)),
                    and_(held, MESSAGES.c.finished_at.is_(None), MESSAGES.c.lease_owner.is_not(None)),
                ),
            )
        )
    )


async def oldest_due(unit: Unit) -> datetime | None:
    """Return since when the oldest due message waits, held ones too; None when nothing is due."""
    found: datetime | None = await unit.session.scalar(
        select(func.min(MESSAGES.c.due_at)).where(
            _mine(unit),
            or_(MESSAGES.c.state == State.PENDING.value, MESSAGES.c.state.in_(HELD)),
            MESSAGES.c.due_at <= unit.now,
        )
    )
    return found


async def count_being_sent(unit: Unit) -> int:
    """Return how many messages have begun to leave and have not ended."""
    return await _count(unit, MESSAGES.c.state == State.SENDING.value)


async def count_due(unit: Unit) -> int:
    """Return how many messages wait although they are due."""
    return await _count(unit, MESSAGES.c.state == State.PENDING.value, MESSAGES.c.due_at <= unit.now)


async def _count(unit: Unit, *where: ColumnElement[bool]) -> int:
    found: int = (await unit.session.execute(select(func.count()).select_from(MESSAGES).where(_mine(unit), *where))).scalar_one()
    return found


@dataclass(frozen=True, slots=True)
class Left:
    """A message that left, or may have: in which way, what is known of it, and since when."""

    id: UUID
    kind: str
    way: str
    state: str
    at: datetime


async def list_left(unit: Unit, *, since: datetime) -> list[Left]:
    """Return what has left since an instant, oldest first. What is being handed over is in it: it may have arrived."""
    at = func.coalesce(MESSAGES.c.finished_at, MESSAGES.c.lease_until)
    left = [State.SENT.value, State.DELIVERED.value, State.UNKNOWN.value, State.SENDING.value]
    rows = await unit.session.execute(
        select(MESSAGES.c.id, MESSAGES.c.kind, MESSAGES.c.way, MESSAGES.c.state, at)
        .where(_mine(unit), MESSAGES.c.state.in_(left), at >= since)
        .order_by(at, MESSAGES.c.id)
    )
    return [Left(*row) for row in rows]


def _mine(unit: Unit) -> ColumnElement[bool]:
    return MESSAGES.c.county_id == unit.county_id


def _can_be_withdrawn() -> ColumnElement[bool]:
    return or_(
        MESSAGES.c.state.in_(_WAITING),
        and_(MESSAGES.c.state == State.SENDING.value, MESSAGES.c.phase != Phase.DOT.value),
    )


async def _cancel(unit: Unit, where: ColumnElement[bool], *, reason: str) -> list[Message]:
    rows = await unit.session.execute(
        update(MESSAGES)
        .where(where)
        .values(state=State.CANCELLED.value, reason=reason, finished_at=unit.now, lease_owner=None, lease_until=None)
        .returning(MESSAGES)
    )
    return [to_message(row) for row in rows.mappings()]


def _to_listed(row: Mapping[Any, Any]) -> Listed:
    return Listed(to_message(row), row["segments"])


def to_message(row: Mapping[Any, Any]) -> Message:
    """Return a stored message as a value."""
    return Message(
        id=row["id"],
        county_id=row["county_id"],
        kind=Kind(row["kind"]),
        way=Way(row["way"]),
        lane=Lane(row["lane"]),
        person_id=row["person_id"],
        contact_point_id=row["contact_point_id"],
        subject_kind=SubjectKind(row["subject_kind"]),
        subject_id=row["subject_id"],
        revision=row["revision"],
        due_at=row["due_at"],
        not_after=row["not_after"],
        dedupe_key=row["dedupe_key"],
        part=row["part"],
        participant_id=row["participant_id"],
        entry_id=row["entry_id"],
        sequence=row["sequence"],
        offset=row["wall_rule"],
        detail=row["detail"],
        turn_starts_at=row["turn_starts_at"],
        turn_ends_at=row["turn_ends_at"],
        state=State(row["state"]),
        attempt=row["attempt"],
        lease_owner=row["lease_owner"],
        lease_until=row["lease_until"],
        finished_at=row["finished_at"],
        reason=row["reason"],
        created_at=row["created_at"],
    )
