"""Queries about safety plans. A plan's row is the lock under which everything about its cover changes."""

import json
from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, nulls_first, or_, select, tuple_

from services.network.domain.cases import CaseId
from services.network.domain.commitments import PlanId
from services.network.domain.plans import ENDED, IN_FORCE, Oversight, Plan, PlanKind, PlanState, PlanWords, Window, WindowId
from services.network.domain.recurrence import Pattern, read_rule, spell_rule
from services.network.storage.tables.plans import PlanRow
from shared.db.unit import Unit
from shared.kernel.errors import NotFound
from shared.kernel.sealed import KeyKind, KeyOf

_IN_FORCE = tuple(state.value for state in IN_FORCE)
_ENDED = tuple(state.value for state in ENDED)


async def get(unit: Unit, plan_id: PlanId) -> Plan:
    """Return a plan of the unit's county."""
    return await _one(unit, plan_id, hold=False)


async def get_for_update(unit: Unit, plan_id: PlanId) -> Plan:
    """Return a plan and hold its row until the transaction ends: nobody changes its cover meanwhile."""
    return await _one(unit, plan_id, hold=True)


async def find_case(unit: Unit, plan_id: PlanId) -> CaseId | None:
    """Return the family of a plan."""
    found = await unit.session.scalar(select(PlanRow.case_id).where(_mine(unit), PlanRow.id == plan_id))
    return CaseId(found) if found else None


async def list_of(unit: Unit, case_id: CaseId, *, after: tuple[datetime, UUID] | None, limit: int) -> list[Plan]:
    """Return a page of a family's plans, least recently changed first."""
    query = select(PlanRow).where(_mine(unit), PlanRow.case_id == case_id).order_by(PlanRow.updated_at, PlanRow.id).limit(limit)
    if after is not None:
        query = query.where(tuple_(PlanRow.updated_at, PlanRow.id) > after)
    return await _plans(unit, query)


async def list_in_force(unit: Unit, case_id: CaseId) -> list[Plan]:
    """Return a family's plans that hold now, oldest first."""
    query = select(PlanRow).where(_mine(unit), PlanRow.case_id == case_id, PlanRow.state.in_(_IN_FORCE)).order_by(PlanRow.id)
    return await _plans(unit, query)


async def list_open(unit: Unit, case_id: CaseId) -> list[Plan]:
    """Return a family's plans that have not ended, drafts among them, oldest first."""
    query = select(PlanRow).where(_mine(unit), PlanRow.case_id == case_id, PlanRow.state.not_in(_ENDED)).order_by(PlanRow.id)
    return await _plans(unit, query)


async def list_cases_with_open(unit: Unit, case_ids: Collection[CaseId]) -> list[CaseId]:
    """Return those of these families that have a plan which has not ended, in the order of their ids."""
    query = select(PlanRow.case_id).where(_mine(unit), PlanRow.case_id.in_(case_ids), PlanRow.state.not_in(_ENDED))
    return [CaseId(each) for each in await unit.session.scalars(query.distinct().order_by(PlanRow.case_id))]


async def list_to_look_at(unit: Unit, *, before: datetime, limit: int) -> list[PlanId]:
    """Return plans in force that nobody has looked ahead for since an instant, the longest waiting first."""
    query = (
        select(PlanRow.id)
        .where(_mine(unit), PlanRow.state.in_(_IN_FORCE), or_(PlanRow.looked_at.is_(None), PlanRow.looked_at < before))
        .order_by(nulls_first(PlanRow.looked_at))
        .limit(limit)
    )
    return [PlanId(found) for found in await unit.session.scalars(query)]


async def oldest_look(unit: Unit) -> datetime | None:
    """Return when the plan in force that waits longest was looked ahead for, or came into force."""
    looked = func.coalesce(PlanRow.looked_at, PlanRow.activated_at)
    found: datetime | None = await unit.session.scalar(select(func.min(looked)).where(_mine(unit), PlanRow.state.in_(_IN_FORCE)))
    return found


async def was_looked_at(unit: Unit, plan_id: PlanId) -> None:
    """Remember that a plan's time was looked ahead for."""
    row = await unit.session.get_one(PlanRow, plan_id)
    row.looked_at = unit.now


async def add(unit: Unit, plan: Plan) -> None:
    """Store a new plan."""
    row = PlanRow(id=plan.id, county_id=unit.county_id, case_id=plan.case_id, kind=plan.kind.value, replaces=plan.replaces)
    await _fill(unit, row, plan)
    unit.session.add(row)


async def save(unit: Unit, plan: Plan) -> None:
    """Store a plan anew."""
    await _fill(unit, await unit.session.get_one(PlanRow, plan.id), plan)


def _mine(unit: Unit) -> ColumnElement[bool]:
    return PlanRow.county_id == unit.county_id


async def _one(unit: Unit, plan_id: PlanId, *, hold: bool) -> Plan:
    query = select(PlanRow).where(_mine(unit), PlanRow.id == plan_id)
    found = await _plans(unit, query.with_for_update() if hold else query)
    if not found:
        raise NotFound
    return found[0]


async def _plans(unit: Unit, query: Any) -> list[Plan]:
    rows = (await unit.session.scalars(query)).all()
    await unit.load_keys([row.words for row in rows])
    return [await _to_plan(unit, row) for row in rows]


async def _to_plan(unit: Unit, row: PlanRow) -> Plan:
    words = json.loads(await unit.open(row.words, table="plans", column="words", row_id=row.id))
    labels = words["windows"]
    return Plan(
        id=PlanId(row.id),
        case_id=CaseId(row.case_id),
        kind=PlanKind(row.kind),
        state=PlanState(row.state),
        time_zone=row.time_zone,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        review_on=row.review_on,
        words=PlanWords(
            title=words["title"],
            rules=tuple(words["rules"]),
            triggers=tuple(words["triggers"]),
            monitoring=tuple(words["monitoring"]),
            backup=tuple(words["backup"]),
            review_how=words["review_how"],
            shared_with_network=words["shared_with_network"],
        ),
        windows=tuple(_to_window(each, labels[each["id"]]) for each in row.windows),
        replaces=PlanId(row.replaces) if row.replaces else None,
        oversight=Oversight(
            due_at=row.supervisor_due_at,
            approved_at=row.approved_at,
            approved_by=row.approved_by,
            returned_at=row.returned_at,
            returned_words=words["returned"],
        ),
        activated_at=row.activated_at,
        ended_at=row.ended_at,
        version=row.version,
        updated_at=row.updated_at,
    )


async def _fill(unit: Unit, row: PlanRow, plan: Plan) -> None:
    words = {
        "title": plan.words.title,
        "rules": plan.words.rules,
        "triggers": plan.words.triggers,
        "monitoring": plan.words.monitoring,
        "backup": plan.words.backup,
        "review_how": plan.words.review_how,
        "shared_with_network": plan.words.shared_with_network,
        "returned": plan.oversight.returned_words,
        "windows": {str(window.id): window.label for window in plan.windows},
    }
    key = KeyOf(KeyKind.CASE, plan.case_id)
    row.words = await unit.seal(json.dumps(words, ensure_ascii=False), key=key, table="plans", column="words", row_id=plan.id)
    row.state = plan.state.value
    row.time_zone = plan.time_zone
    row.starts_on, row.ends_on, row.review_on = plan.starts_on, plan.ends_on, plan.review_on
    row.windows = [_from_window(window) for window in plan.windows]
    oversight = plan.oversight
    row.supervisor_due_at, row.returned_at = oversight.due_at, oversight.returned_at
    row.approved_at, row.approved_by = oversight.approved_at, oversight.approved_by
    row.activated_at, row.ended_at = plan.activated_at, plan.ended_at
    row.version, row.updated_at = plan.version, plan.updated_at


def _to_window(stored: dict[str, Any], label: str) -> Window:
    return Window(
        id=WindowId(UUID(stored["id"])),
        label=label,
        pattern=Pattern(
            time_zone=stored["time_zone"],
            starts_local=datetime.fromisoformat(stored["starts_local"]),
            ends_local=datetime.fromisoformat(stored["ends_local"]),
            rule=read_rule(stored["rule"]),
        ),
        adults=stored["adults"],
    )


def _from_window(window: Window) -> dict[str, Any]:
    return {
        "id": str(window.id),
        "time_zone": window.pattern.time_zone,
        "starts_local": window.pattern.starts_local.isoformat(),
        "ends_local": window.pattern.ends_local.isoformat(),
        "rule": spell_rule(window.pattern.rule),
        "adults": window.adults,
    }


async def list_to_remind(unit: Unit, *, today: date, limit: int) -> list[PlanId]:
    """Return plans of which nobody was reminded on a county-local date: reviewed tomorrow or overdue, waiting for a supervisor too
    long, or returned and not mended. What has not ended counts, in force or not yet.
    """
    tomorrow = today + timedelta(days=1)
    in_force = PlanRow.state.in_(_IN_FORCE)
    waits = PlanRow.approved_at.is_(None) & (PlanRow.supervisor_due_at <= unit.now)
    due = in_force & ((PlanRow.review_on == tomorrow) | (PlanRow.review_on < today))
    returned = (PlanRow.state == PlanState.UNDER_REVIEW.value) & PlanRow.supervisor_due_at.is_(None)
    query = (
        select(PlanRow.id)
        .where(_mine(unit), PlanRow.state.not_in(_ENDED), or_(due, waits, returned))
        .where(or_(PlanRow.reminded_on.is_(None), PlanRow.reminded_on < today))
        .order_by(PlanRow.id)
        .limit(limit)
        .with_for_update(skip_locked=True)  # of two processes one tells
    )
    return [PlanId(found) for found in await unit.session.scalars(query)]


async def was_reminded(unit: Unit, plan_id: PlanId, *, today: date) -> None:
    """Remember that staff were told of a plan's review on a county-local date."""
    row = await unit.session.get_one(PlanRow, plan_id)
    row.reminded_on = today
