"""Queries of the audit: who has looked at a family or a person, and since when somebody holds a family."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select

from services.network.domain.cases import CaseId
from services.network.domain.people import PersonId
from services.network.storage.tables.families import ChildRow, MemberRow
from shared.db import looks
from shared.db.audit import AUDIT
from shared.db.looks import Look, Viewer
from shared.db.unit import Unit


async def list_of(unit: Unit, case_id: CaseId, *, before: int | None, limit: int) -> list[Look]:
    """Return a page of the entries about a family and, by way of it, its people; newest first."""
    return await looks.list_looks(unit, await _about(unit, case_id), before=before, limit=limit)


async def list_viewers(unit: Unit, case_id: CaseId) -> list[Viewer]:
    """Return everybody who has looked at a family or, by way of it, at its people."""
    return await looks.list_viewers(unit, await _about(unit, case_id))


async def list_of_person(unit: Unit, person_id: PersonId, *, before: int | None, limit: int) -> list[Look]:
    """Return a page of the entries about a person, whatever way they were looked at; newest first."""
    return await looks.list_looks(unit, [looks.about("person", [person_id])], before=before, limit=limit)


async def list_access_changes(unit: Unit, case_id: CaseId) -> list[tuple[datetime, str, frozenset[str], frozenset[str]]]:
    """Return when a family changed hands, by whom, and who held and shared it from then on; oldest first."""
    rows = await unit.session.execute(
        select(AUDIT.c.at, AUDIT.c.actor_id, AUDIT.c.details)
        .where(
            AUDIT.c.county_id == unit.county_id,
            AUDIT.c.subject_kind == "case",
            AUDIT.c.subject_id == case_id,
            AUDIT.c.action == "case.access_changed",
        )
        .order_by(AUDIT.c.seq)
    )
    return [
        (at, actor_id, frozenset(details["assigned"].split()), frozenset(details["shared_with"].split()))
        for at, actor_id, details in rows
    ]


async def _about(unit: Unit, case_id: CaseId) -> list[ColumnElement[bool]]:
    """What counts as a look at a family. A person of two families is looked at by way of one of them."""
    people: set[UUID] = set()
    for table in (ChildRow, MemberRow):
        found = await unit.session.scalars(
            select(table.person_id).where(table.county_id == unit.county_id, table.case_id == case_id)
        )
        people.update(found)
    return [looks.about("case", [case_id]), looks.about("person", people, only_in=case_id)]
