"""Queries about commitments and what became of their turns."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import aliased

from services.network.domain.cases import CaseId
from services.network.domain.commitments import (
    FINAL,
    HOLDS,
    AnswerSource,
    Ask,
    AskState,
    Commitment,
    CommitmentId,
    CommitmentState,
    GapId,
    PlanId,
    Promise,
    TurnState,
)
from services.network.domain.members import MemberId
from services.network.domain.people import PersonId
from services.network.domain.recurrence import Pattern, read_rule, spell_rule
from services.network.storage.tables.families import ChildRow
from services.network.storage.tables.plans import CommitmentRow, TurnRow
from shared.db.unit import Unit
from shared.events.network import CommitmentClass
from shared.kernel.errors import NotFound
from shared.kernel.sealed import KeyKind, KeyOf

_FINAL = tuple(state.value for state in FINAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnRecord:
    """What is on record of one turn."""

    commitment_id: CommitmentId
    starts_at: datetime
    state: TurnState
    source: AnswerSource
    note: str
    recorded_at: datetime


async def get(unit: Unit, commitment_id: CommitmentId) -> Commitment:
    """Return a commitment of the unit's county. Whoever changes it holds its family's row, then its plan's, and reads it then."""
    found = await _commitments(unit, select(CommitmentRow).where(_mine(unit), CommitmentRow.id == commitment_id))
    if not found:
        raise NotFound
    return found[0]


async def find_case(unit: Unit, commitment_id: CommitmentId) -> CaseId | None:
    """Return the family of a commitment."""
    found = await unit.session.scalar(select(CommitmentRow.case_id).where(_mine(unit), CommitmentRow.id == commitment_id))
    return CaseId(found) if found else None


async def find_plan(unit: Unit, commitment_id: CommitmentId) -> PlanId | None:
    """Return the plan of a commitment. It may go on in another version until its family's row is held."""
    found = await unit.session.scalar(select(CommitmentRow.plan_id).where(_mine(unit), CommitmentRow.id == commitment_id))
    return PlanId(found) if found else None


async def list_of_plan(unit: Unit, plan_id: PlanId) -> list[Commitment]:
    """Return all commitments of a plan, in the order in which they were offered."""
    return await _commitments(unit, select(CommitmentRow).where(_mine(unit), CommitmentRow.plan_id == plan_id))


async def list_cases_with_open(unit: Unit, person_id: PersonId) -> list[CaseId]:
    """Return the families in which a person has commitments that have not ended, in the order in which families are held."""
    query = select(CommitmentRow.case_id).where(
        _mine(unit), CommitmentRow.person_id == person_id, CommitmentRow.state.not_in(_FINAL)
    )
    return [CaseId(found) for found in await unit.session.scalars(query.distinct().order_by(CommitmentRow.case_id))]


async def list_open_of_person(unit: Unit, case_id: CaseId, person_id: PersonId) -> list[Commitment]:
    """Return the commitments of a person in a family that have not ended."""
    query = select(CommitmentRow).where(
        _mine(unit),
        CommitmentRow.case_id == case_id,
        CommitmentRow.person_id == person_id,
        CommitmentRow.state.not_in(_FINAL),
    )
    return await _commitments(unit, query)


async def list_open_of_member(unit: Unit, member_id: MemberId) -> list[Commitment]:
    """Return the commitments of a member that have not ended."""
    query = select(CommitmentRow).where(_mine(unit), CommitmentRow.member_id == member_id, CommitmentRow.state.not_in(_FINAL))
    return await _commitments(unit, query)


async def list_protecting_elsewhere(unit: Unit, case_id: CaseId, plan_id: PlanId, people: Collection[PersonId]) -> list[Commitment]:
    """Return what these people hold as protective by other plans: of this family, or of one with a child of this family."""
    theirs, here = aliased(ChildRow), aliased(ChildRow)
    same_child = (
        select(theirs.case_id)
        .join(here, (here.county_id == theirs.county_id) & (here.person_id == theirs.person_id))
        .where(here.county_id == unit.county_id, here.case_id == case_id)
    )
    query = select(CommitmentRow).where(
        _mine(unit),
        CommitmentRow.person_id.in_(people),
        CommitmentRow.plan_id != plan_id,
        CommitmentRow.commitment_class == CommitmentClass.PROTECTIVE.value,
        CommitmentRow.state.in_([state.value for state in HOLDS]),
        or_(CommitmentRow.case_id == case_id, CommitmentRow.case_id.in_(same_child)),
    )
    return await _commitments(unit, query)


async def take_turns(unit: Unit, person_id: PersonId, apart: Collection[PersonId]) -> None:
    """Wait for whoever decides about one of these people, and keep them waiting until this transaction ends.

    Their promises may belong to different families, so that no row of a family or of a plan keeps the two decisions apart.
    """
    for one, other in sorted(sorted((str(person_id), str(each))) for each in apart):
        await unit.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"apart|{one}|{other}", 0))))


async def add(unit: Unit, commitment: Commitment) -> None:
    """Store a new commitment."""
    row = CommitmentRow(
        id=commitment.id,
        county_id=unit.county_id,
        case_id=commitment.case_id,
        plan_id=commitment.plan_id,
        member_id=commitment.member_id,
        person_id=commitment.person_id,
        offered_at=commitment.offered_at,
    )
    await _fill(unit, row, commitment)
    unit.session.add(row)


async def save(unit: Unit, commitment: Commitment) -> None:
    """Store a commitment anew."""
    row = await unit.session.get_one(CommitmentRow, commitment.id)
    row.plan_id = commitment.plan_id  # a promise may go on in the next version of its plan
    await _fill(unit, row, commitment)


async def list_turns(unit: Unit, commitment_ids: Collection[CommitmentId]) -> list[TurnRecord]:
    """Return what is on record of the turns of these commitments, earliest first."""
    rows = (
        await unit.session.scalars(
            select(TurnRow)
            .where(TurnRow.county_id == unit.county_id, TurnRow.commitment_id.in_(commitment_ids))
            .order_by(TurnRow.starts_at)
        )
    ).all()
    await unit.load_keys([row.note for row in rows])
    return [
        TurnRecord(
            commitment_id=CommitmentId(row.commitment_id),
            starts_at=row.starts_at,
            state=TurnState(row.state),
            source=AnswerSource(row.source),
            note=await unit.open(row.note, table="turns", column="note", row_id=row.commitment_id) if row.note else "",
            recorded_at=row.recorded_at,
        )
        for row in rows
    ]


async def record_turn(unit: Unit, commitment: Commitment, record: TurnRecord) -> None:
    """Keep what became of a turn; a later word replaces an earlier one."""
    key = KeyOf(KeyKind.CASE, commitment.case_id)
    sealed = await unit.seal(record.note, key=key, table="turns", column="note", row_id=commitment.id) if record.note else None
    facts: dict[str, Any] = {
        "state": record.state.value,
        "source": record.source.value,
        "note": sealed,
        "recorded_at": record.recorded_at,
    }
    insert = upsert(TurnRow).values(commitment_id=commitment.id, starts_at=record.starts_at, county_id=unit.county_id, **facts)
    await unit.session.execute(insert.on_conflict_do_update(index_elements=["commitment_id", "starts_at"], set_=facts))


def _mine(unit: Unit) -> ColumnElement[bool]:
    return CommitmentRow.county_id == unit.county_id


async def _commitments(unit: Unit, query: Any) -> list[Commitment]:
    rows = (await unit.session.scalars(query.order_by(CommitmentRow.id))).all()
    await unit.load_keys([box for row in rows for box in (row.words, row.witness)])
    return [await _to_commitment(unit, row) for row in rows]


async def _to_commitment(unit: Unit, row: CommitmentRow) -> Commitment:
    words = json.loads(await unit.open(row.words, table="commitments", column="words", row_id=row.id))
    ask = None
    if row.gap_id is not None and row.ask_state is not None and row.ask_answer_by is not None:
        ask = Ask(gap_id=GapId(row.gap_id), state=AskState(row.ask_state), answer_by=row.ask_answer_by)
    return Commitment(
        id=CommitmentId(row.id),
        case_id=CaseId(row.case_id),
        plan_id=PlanId(row.plan_id),
        member_id=MemberId(row.member_id),
        person_id=PersonId(row.person_id),
        promise=Promise(
            action=words["action"],
            place=words["place"],
            commitment_class=CommitmentClass(row.commitment_class),
            pattern=Pattern(
                time_zone=row.time_zone, starts_local=row.starts_local, ends_local=row.ends_local, rule=read_rule(row.rule)
            ),
            danger_ids=tuple(row.danger_ids),
            backups=tuple(MemberId(each) for each in row.backups),
        ),
        state=CommitmentState(row.state),
        offered_at=row.offered_at,
        excluded=frozenset(row.excluded),
        ask=ask,
        accepted_at=row.accepted_at,
        accepted_by=AnswerSource(row.accepted_by) if row.accepted_by else None,
        witness=await unit.open(row.witness, table="commitments", column="witness", row_id=row.id) if row.witness else "",
        asked_until=row.asked_until,
        contact_lost=row.contact_lost,
        revision=row.revision,
        sequence=row.sequence,
        version=row.version,
        updated_at=row.updated_at,
    )


async def _fill(unit: Unit, row: CommitmentRow, commitment: Commitment) -> None:
    promise, key = commitment.promise, KeyOf(KeyKind.CASE, commitment.case_id)
    words = json.dumps({"action": promise.action, "place": promise.place}, ensure_ascii=False)
    row.words = await unit.seal(words, key=key, table="commitments", column="words", row_id=commitment.id)
    row.witness = (
        await unit.seal(commitment.witness, key=key, table="commitments", column="witness", row_id=commitment.id)
        if commitment.witness
        else None
    )
    row.commitment_class = promise.commitment_class.value
    row.state = commitment.state.value
    row.danger_ids = list(promise.danger_ids)
    row.backups = list[UUID](promise.backups)
    row.time_zone = promise.pattern.time_zone
    row.starts_local, row.ends_local = promise.pattern.starts_local, promise.pattern.ends_local
    row.rule = spell_rule(promise.pattern.rule)
    row.excluded = sorted(commitment.excluded)
    ask = commitment.ask
    row.gap_id = ask.gap_id if ask else None
    row.ask_state = ask.state.value if ask else None
    row.ask_answer_by = ask.answer_by if ask else None
    row.accepted_at = commitment.accepted_at
    row.accepted_by = commitment.accepted_by.value if commitment.accepted_by else None
    row.asked_until = commitment.asked_until
    row.contact_lost = commitment.contact_lost
    row.revision, row.sequence = commitment.revision, commitment.sequence
    row.version, row.updated_at = commitment.version, commitment.updated_at
