"""Queries of the audit: who has looked at a family or changed it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from services.network.domain.cases import CaseId
from shared.db.audit import AUDIT
from shared.db.unit import Unit


@dataclass(frozen=True, slots=True)
class Look:
    """One entry about a family: who did what, when, in which request."""

    seq: int
    at: datetime
    actor_kind: str
    actor_id: str
    action: str
    request_id: str


async def list_of(unit: Unit, case_id: CaseId, *, before: int | None, limit: int) -> list[Look]:
    """Return a page of the entries about a family, newest first; `before` is the last one of the page before."""
    query = (
        select(AUDIT.c.seq, AUDIT.c.at, AUDIT.c.actor_kind, AUDIT.c.actor_id, AUDIT.c.action, AUDIT.c.request_id)
        .where(AUDIT.c.county_id == unit.county_id, AUDIT.c.subject_kind == "case", AUDIT.c.subject_id == case_id)
        .order_by(AUDIT.c.seq.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(AUDIT.c.seq < before)
    return [Look(*row) for row in await unit.session.execute(query)]
