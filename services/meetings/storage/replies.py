"""Queries about replies: every one as it came, and its end."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from services.meetings.domain.errors import ReplyNotFound
from services.meetings.domain.responses import Outcome, Reply
from services.meetings.storage.meetings import key_of
from services.meetings.storage.tables import ReplyRow
from shared.db.unit import Unit
from shared.events.notify import Proof, ReplyChannel, ReplyKind

WAITING = (Outcome.QUARANTINED, Outcome.PROPOSAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A reply with whom it is about, what was written beside it, and its end."""

    id: UUID
    reply: Reply
    uid: str
    participant_id: UUID | None
    person_id: UUID | None
    outcome: Outcome
    comment: str = ""
    delegated_to: str = ""
    approved_by: str | None = None


async def add(unit: Unit, meeting_id: UUID | None, received: Received) -> bool:
    """Keep a reply; says whether it is new. One without a meeting keeps no words: nobody could be asked for them."""
    reply = received.reply
    words = None
    if meeting_id is not None and (received.comment or received.delegated_to):
        words = await unit.seal(
            json.dumps({"comment": received.comment, "delegated_to": received.delegated_to}, ensure_ascii=False),
            key=key_of(meeting_id),
            table="replies",
            column="words",
            row_id=received.id,
        )
    made = await unit.session.scalar(
        insert(ReplyRow)
        .values(
            id=received.id,
            county_id=unit.county_id,
            reply_id=reply.reply_id,
            meeting_id=meeting_id,
            participant_id=received.participant_id,
            person_id=received.person_id,
            uid=received.uid,
            kind=reply.kind,
            partstat=reply.partstat,
            sequence=reply.sequence,
            stamp=reply.stamp,
            received_at=reply.received_at,
            channel=reply.channel,
            proof=reply.proof,
            refused=reply.refused,
            names_delegate=reply.names_delegate,
            of_an_instance=reply.of_an_instance,
            approved_by=received.approved_by,
            proposed_starts_at=reply.proposed_starts_at,
            proposed_ends_at=reply.proposed_ends_at,
            outcome=received.outcome,
            words=words,
        )
        .on_conflict_do_nothing(index_elements=["county_id", "reply_id"])
        .returning(ReplyRow.id)
    )
    return made is not None


async def list_of(unit: Unit, meeting_id: UUID, *, with_words: bool = False) -> list[Received]:
    """Return all replies about a meeting, as they came in."""
    rows = (
        await unit.session.scalars(
            select(ReplyRow)
            .where(ReplyRow.county_id == unit.county_id, ReplyRow.meeting_id == meeting_id)
            .order_by(ReplyRow.received_at, ReplyRow.id)
        )
    ).all()
    if with_words:
        await unit.load_keys([row.words for row in rows])
    return [await _to_received(unit, row, with_words=with_words) for row in rows]


async def get(unit: Unit, meeting_id: UUID, reply_id: UUID) -> Received:
    """Return one reply about a meeting. Raises ReplyNotFound."""
    row = await unit.session.scalar(
        select(ReplyRow).where(ReplyRow.county_id == unit.county_id, ReplyRow.meeting_id == meeting_id, ReplyRow.id == reply_id)
    )
    if row is None:
        raise ReplyNotFound
    return await _to_received(unit, row, with_words=False)


async def approve(unit: Unit, reply_id: UUID, *, participant_id: UUID, person_id: UUID, uid: str, by: str) -> None:
    """Keep that a member of staff vouches for a reply, and whose it is."""
    row = await unit.session.get_one(ReplyRow, reply_id)
    row.participant_id, row.person_id, row.uid, row.approved_by = participant_id, person_id, uid, by
    await unit.session.flush()


async def keep_outcomes(unit: Unit, outcomes: Mapping[UUID, Outcome]) -> None:
    """Keep the ends of replies."""
    for reply_id, outcome in outcomes.items():
        (await unit.session.get_one(ReplyRow, reply_id)).outcome = outcome
    await unit.session.flush()


async def count_waiting(unit: Unit, meeting_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Return, for each meeting, how many replies wait for staff."""
    rows = await unit.session.execute(
        select(ReplyRow.meeting_id, func.count())
        .where(ReplyRow.county_id == unit.county_id, ReplyRow.meeting_id.in_(meeting_ids), ReplyRow.outcome.in_(WAITING))
        .group_by(ReplyRow.meeting_id)
    )
    return {meeting_id: count for meeting_id, count in rows if meeting_id is not None}


async def _to_received(unit: Unit, row: ReplyRow, *, with_words: bool) -> Received:
    words: dict[str, str] = {}
    if with_words and row.words:
        words = json.loads(await unit.open(row.words, table="replies", column="words", row_id=row.id))
    return Received(
        id=row.id,
        reply=Reply(
            reply_id=row.reply_id,
            kind=ReplyKind(row.kind),
            partstat=row.partstat,
            sequence=row.sequence,
            stamp=row.stamp,
            received_at=row.received_at,
            channel=ReplyChannel(row.channel),
            proof=Proof(row.proof),
            refused=row.refused,
            names_delegate=row.names_delegate,
            of_an_instance=row.of_an_instance,
            approved=row.approved_by is not None,
            proposed_starts_at=row.proposed_starts_at,
            proposed_ends_at=row.proposed_ends_at,
        ),
        uid=row.uid,
        participant_id=row.participant_id,
        person_id=row.person_id,
        outcome=Outcome(row.outcome),
        comment=words.get("comment", ""),
        delegated_to=words.get("delegated_to", ""),
        approved_by=row.approved_by,
    )
