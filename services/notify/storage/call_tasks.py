"""Queries about calls to make."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select, true, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from services.notify.domain.call_tasks import CallTask, TaskOutcome, TaskState
from services.notify.domain.errors import CallTaskNotFound
from services.notify.domain.messages import REMINDERS, Kind, Way
from services.notify.storage.tables import CallTaskRow, CaseAccessRow, MessageRow
from shared.db.unit import Unit
from shared.events.entries import Turn
from shared.events.notify import SubjectKind
from shared.kernel.access import Caller, Role
from shared.kernel.sealed import KeyKind, KeyOf

_EVERYONE = frozenset({Role.COUNTY_ADMIN, Role.AUDITOR, Role.SYSTEM})
_BY_UNIT = frozenset({Role.SUPERVISOR, Role.SCHEDULER})


async def add(unit: Unit, task: CallTask) -> bool:
    """Open a task; False when the same was opened before."""
    made = await unit.session.execute(
        insert(CallTaskRow)
        .values(
            id=task.id,
            county_id=unit.county_id,
            person_id=task.person_id,
            contact_point_id=task.contact_point_id,
            case_id=task.case_id,
            entry_id=task.entry_id,
            message_id=task.message_id,
            subject_kind=task.subject_kind.value,
            subject_id=task.subject_id,
            revision=task.revision,
            kind=task.kind.value if task.kind else "",
            way=task.way.value,
            reason=task.reason,
            dedupe_key=task.dedupe_key,
            state=task.state.value,
            outcome="",
            due_at=task.due_at,
            opened_at=task.opened_at,
            done_by="",
        )
        .on_conflict_do_nothing(index_elements=["county_id", "dedupe_key"])
        .returning(CallTaskRow.id)
    )
    return made.first() is not None


async def list_visible(
    unit: Unit, caller: Caller, *, state: TaskState | None, limit: int, after: tuple[datetime, UUID] | None
) -> list[CallTask]:
    """Return a page of the tasks of families that this caller holds, the one due first at the top."""
    query = (
        select(CallTaskRow)
        .outerjoin(
            CaseAccessRow, and_(CaseAccessRow.county_id == CallTaskRow.county_id, CaseAccessRow.case_id == CallTaskRow.case_id)
        )
        .where(_mine(unit), _visible_to(caller))
    )
    if state is not None:
        query = query.where(CallTaskRow.state == state.value)
    if after is not None:
        query = query.where(tuple_(CallTaskRow.due_at, CallTaskRow.id) > after)
    rows = await unit.session.scalars(
        query.order_by(CallTaskRow.due_at, CallTaskRow.id).limit(limit).execution_options(populate_existing=True)
    )
    return [_to_task(row) for row in rows]


async def get_visible_for_update(unit: Unit, caller: Caller, task_id: UUID) -> CallTask:
    """Return one task of a family that this caller holds, and hold its row. Raises CallTaskNotFound."""
    row = await unit.session.scalar(
        select(CallTaskRow)
        .outerjoin(
            CaseAccessRow, and_(CaseAccessRow.county_id == CallTaskRow.county_id, CaseAccessRow.case_id == CallTaskRow.case_id)
        )
        .where(_mine(unit), _visible_to(caller), CallTaskRow.id == task_id)
        .with_for_update(of=CallTaskRow)
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise CallTaskNotFound
    return _to_task(row)


async def complete(unit: Unit, task: CallTask, outcome: TaskOutcome, *, note: str, by: str) -> None:
    """Record what came of a call."""
    sealed = None
    if note:
        key = KeyOf(KeyKind.PERSON, task.person_id)
        sealed = await unit.seal(note, key=key, table="call_tasks", column="note", row_id=task.id)
    await unit.session.execute(
        update(CallTaskRow)
        .where(_mine(unit), CallTaskRow.id == task.id)
        .values(state=TaskState.DONE.value, outcome=outcome.value, note=sealed, done_at=unit.now, done_by=by)
    )


async def cancel_of_entry(unit: Unit, entry_id: UUID, *, but_reminders: bool = False) -> set[Kind]:
    """Cancel the open tasks about an entry, because something newer is to be said; return which kinds they were."""
    where = [_mine(unit), CallTaskRow.entry_id == entry_id, CallTaskRow.state == TaskState.OPEN.value]
    if but_reminders:
        where.append(CallTaskRow.kind.not_in([kind.value for kind in REMINDERS]))
    kinds = await unit.session.scalars(
        update(CallTaskRow)
        .where(*where)
        .values(state=TaskState.CANCELLED.value, done_at=unit.now)
        .returning(CallTaskRow.kind)
        .execution_options(synchronize_session=False)
    )
    return {Kind(kind) for kind in kinds if kind}


async def cancel_of_turns(unit: Unit, entry_id: UUID, turns: Collection[Turn]) -> None:
    """Cancel the open tasks about turns that a promise no longer has."""
    about = select(MessageRow.id).where(
        MessageRow.county_id == unit.county_id,
        MessageRow.entry_id == entry_id,
        MessageRow.turn_starts_at.in_([turn.starts_at for turn in turns]),
    )
    await unit.session.execute(
        update(CallTaskRow)
        .where(
            _mine(unit),
            CallTaskRow.entry_id == entry_id,
            CallTaskRow.state == TaskState.OPEN.value,
            CallTaskRow.message_id.in_(about),
        )
        .values(state=TaskState.CANCELLED.value, done_at=unit.now)
        .execution_options(synchronize_session=False)
    )


def _visible_to(caller: Caller) -> ColumnElement[bool]:
    """The rule of `shared.kernel.access.may_see`, as a condition, so that it stands in the query."""
    if caller.roles & _EVERYONE:
        return true()
    allowed: list[ColumnElement[bool]] = [
        CaseAccessRow.assigned.contains([caller.staff_id]),
        CaseAccessRow.shared_with.contains([caller.staff_id]),
    ]
    if caller.roles & _BY_UNIT and caller.units:
        allowed.append(CaseAccessRow.unit.in_(caller.units))
    return or_(*allowed)


def _mine(unit: Unit) -> ColumnElement[bool]:
    return CallTaskRow.county_id == unit.county_id


def _to_task(row: CallTaskRow) -> CallTask:
    return CallTask(
        id=row.id,
        person_id=row.person_id,
        contact_point_id=row.contact_point_id,
        case_id=row.case_id,
        entry_id=row.entry_id,
        message_id=row.message_id,
        subject_kind=SubjectKind(row.subject_kind),
        subject_id=row.subject_id,
        revision=row.revision,
        kind=Kind(row.kind) if row.kind else None,
        way=Way(row.way),
        reason=row.reason,
        dedupe_key=row.dedupe_key,
        due_at=row.due_at,
        opened_at=row.opened_at,
        state=TaskState(row.state),
        outcome=TaskOutcome(row.outcome) if row.outcome else None,
        done_at=row.done_at,
        done_by=row.done_by,
    )
