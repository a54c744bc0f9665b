"""Who has looked at a record, or changed it, or was turned away from it: the audit read back, for those who may read it."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, Integer, and_, case, cast, false, func, or_, select, tuple_

from shared.db.audit import AUDIT
from shared.db.unit import Unit

MOST_VIEWERS = 500


@dataclass(frozen=True, slots=True)
class Look:
    """One entry: who, in which roles, did what to which record, when, how often, in which request."""

    seq: int
    at: datetime
    actor_kind: str
    actor_id: str
    roles: tuple[str, ...]
    action: str
    subject_kind: str
    subject_id: UUID
    times: int
    request_id: str


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who has looked: how many requests that were, of which kinds, and how often they were turned away."""

    actor_kind: str
    actor_id: str
    roles: tuple[str, ...]
    times: int
    refused: int
    first_at: datetime
    last_at: datetime
    did: Mapping[str, int]


def about(kind: str, ids: Collection[UUID], *, only_in: UUID | None = None) -> ColumnElement[bool]:
    """Return the condition that an entry is about one of these records; `only_in` leaves out what was not by way of this family."""
    if not ids:
        return false()
    found = and_(AUDIT.c.subject_kind == kind, AUDIT.c.subject_id.in_(ids))
    return found if only_in is None else and_(found, AUDIT.c.details["case_id"].astext == str(only_in))


async def list_looks(unit: Unit, where: Sequence[ColumnElement[bool]], *, before: int | None, limit: int) -> list[Look]:
    """Return a page of the entries that meet one of these conditions, newest first; `before` is the last of the page before."""
    query = (
        select(
            AUDIT.c.seq, AUDIT.c.at, AUDIT.c.actor_kind, AUDIT.c.actor_id, _ROLES, AUDIT.c.action, AUDIT.c.subject_kind,
            AUDIT.c.subject_id, _TIMES, AUDIT.c.request_id,
        )
        .where(AUDIT.c.county_id == unit.county_id, or_(*where))
        .order_by(AUDIT.c.seq.desc())
        .limit(limit)
    )  # fmt: skip
    if before is not None:
        query = query.where(AUDIT.c.seq < before)
    return [
        Look(row[0], row[1], row[2], row[3], _split(row[4]), row[5], row[6], row[7], row[8], row[9])
        for row in await unit.session.execute(query)
    ]


async def list_viewers(unit: Unit, where: Sequence[ColumnElement[bool]]) -> list[Viewer]:
    """Return everybody in the entries that meet one of these conditions, who was there last first; requests count, not entries."""
    is_refusal = AUDIT.c.action.like("refused%")
    who = (AUDIT.c.actor_kind, AUDIT.c.actor_id, _ROLES)
    rows = await unit.session.execute(
        select(
            *who,
            case((is_refusal, "refused"), else_=AUDIT.c.action).label("action"),
            func.grouping(AUDIT.c.action).label("is_sum"),
            func.count(AUDIT.c.request_id.distinct()).filter(~is_refusal).label("times"),
            func.coalesce(func.sum(_TIMES).filter(is_refusal), 0).label("refused"),
            func.min(AUDIT.c.at).label("first_at"),
            func.max(AUDIT.c.at).label("last_at"),
        )
        .where(AUDIT.c.county_id == unit.county_id, or_(*where))
        .group_by(func.grouping_sets(tuple_(*who), tuple_(*who, AUDIT.c.action)))
    )
    did: dict[tuple[str, str, str], dict[str, int]] = defaultdict(dict)
    sums: list[Any] = []
    for row in rows:
        if row.is_sum:
            sums.append(row)
        elif row.times:
            did[row[0], row[1], row[2]][row.action] = row.times
    viewers = [
        Viewer(row[0], row[1], _split(row[2]), row.times, int(row.refused), row.first_at, row.last_at, did[row[0], row[1], row[2]])
        for row in sums
    ]
    return sorted(viewers, key=lambda one: one.last_at, reverse=True)[:MOST_VIEWERS]


_ROLES = func.coalesce(AUDIT.c.details["roles"].astext, "")
_TIMES = cast(func.coalesce(cast(AUDIT.c.details["count"].astext, Integer), 1), BigInteger)


def _split(roles: str) -> tuple[str, ...]:
    return tuple(roles.split(",")) if roles else ()
