"""Queries about linked and uploaded calendars, and the busy blocks read from them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import delete, insert, select

from services.meetings.domain.errors import CalendarNotFound
from services.meetings.storage.tables import BusyRow, CalendarRow
from shared.db.sealing import KeyDestroyed
from shared.db.unit import Unit
from shared.kernel.sealed import KeyKind, KeyOf
from shared.kernel.spans import Span

LEASE = timedelta(minutes=2)


class CalendarState(StrEnum):
    """How a calendar stands: not read yet, read, read but for some of it, or unreadable (the last good copy is kept)."""

    NEW = "new"
    OK = "ok"
    FEED_WARNING = "feed_warning"
    FEED_ERROR = "feed_error"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedCalendar:
    """A calendar of a person. `url` is empty for one that was uploaded."""

    calendar_id: UUID
    person_id: UUID
    url: str
    state: CalendarState = CalendarState.NEW
    reason: str = ""
    failures: int = 0
    fetched_at: datetime | None = None
    next_at: datetime | None = None


async def list_of(unit: Unit, person_id: UUID) -> list[LinkedCalendar]:
    """Return a person's calendars, oldest first."""
    rows = (
        await unit.session.scalars(
            select(CalendarRow)
            .where(CalendarRow.county_id == unit.county_id, CalendarRow.person_id == person_id)
            .order_by(CalendarRow.id)
        )
    ).all()
    return [await _to_calendar(unit, row) for row in rows]


async def get_for_update(unit: Unit, person_id: UUID, calendar_id: UUID) -> LinkedCalendar:
    """Return a person's calendar and hold its row. Raises CalendarNotFound."""
    row = await unit.session.scalar(
        select(CalendarRow)
        .where(CalendarRow.county_id == unit.county_id, CalendarRow.person_id == person_id, CalendarRow.id == calendar_id)
        .with_for_update()
    )
    if row is None:
        raise CalendarNotFound
    return await _to_calendar(unit, row)


async def hold_due(unit: Unit, calendar: LinkedCalendar) -> datetime | None:
    """Hold a calendar's row and return when it is due now; None where it is read no more, or was unlinked."""
    return await unit.session.scalar(
        select(CalendarRow.next_at)
        .where(CalendarRow.county_id == unit.county_id, CalendarRow.id == calendar.calendar_id)
        .with_for_update()
    )


async def add(unit: Unit, calendar: LinkedCalendar) -> None:
    """Keep a calendar."""
    row = CalendarRow(id=calendar.calendar_id, county_id=unit.county_id, person_id=calendar.person_id, linked_at=unit.now, url=None)
    if calendar.url:
        row.url = await unit.seal(
            calendar.url,
            key=KeyOf(KeyKind.PERSON, calendar.person_id),
            table="calendars",
            column="url",
            row_id=calendar.calendar_id,
        )
    _fill(row, calendar)
    unit.session.add(row)
    await unit.session.flush()


async def save(unit: Unit, calendar: LinkedCalendar) -> None:
    """Store how a calendar stands now; one that was unlinked meanwhile stays away."""
    row = await unit.session.get(CalendarRow, calendar.calendar_id)
    if row is not None:
        _fill(row, calendar)
        await unit.session.flush()


async def keep_blocks(unit: Unit, calendar: LinkedCalendar, blocks: Sequence[tuple[Span, bool]]) -> None:
    """Keep what a calendar says in place of what it said before; where two blocks are the same, the hard one counts."""
    if await unit.session.get(CalendarRow, calendar.calendar_id) is None:
        return
    await unit.session.execute(
        delete(BusyRow)
        .where(BusyRow.county_id == unit.county_id, BusyRow.calendar_id == calendar.calendar_id)
        .execution_options(synchronize_session=False)
    )
    distinct: dict[Span, bool] = {}
    for span, hard in blocks:
        distinct[span] = distinct.get(span, False) or hard
    if distinct:
        await unit.session.execute(
            insert(BusyRow),
            [
                {
                    "calendar_id": calendar.calendar_id,
                    "starts_at": span.start,
                    "ends_at": span.end,
                    "county_id": unit.county_id,
                    "person_id": calendar.person_id,
                    "hard": hard,
                }
                for span, hard in distinct.items()
            ],
        )


async def drop(unit: Unit, person_id: UUID, calendar_id: UUID) -> None:
    """Forget a calendar and all that was read from it. Raises CalendarNotFound."""
    gone = await unit.session.scalar(
        delete(CalendarRow)
        .where(CalendarRow.county_id == unit.county_id, CalendarRow.person_id == person_id, CalendarRow.id == calendar_id)
        .returning(CalendarRow.id)
    )
    if gone is None:
        raise CalendarNotFound


async def take_due(unit: Unit, *, limit: int) -> list[LinkedCalendar]:
    """Return linked calendars that are due, put off a little already: another reader passes them over."""
    rows = (
        await unit.session.scalars(
            select(CalendarRow)
            .where(CalendarRow.county_id == unit.county_id, CalendarRow.next_at <= unit.now, CalendarRow.url.is_not(None))
            .order_by(CalendarRow.next_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
    ).all()
    found = []
    for row in rows:
        try:
            row.next_at = unit.now + LEASE
            found.append(await _to_calendar(unit, row))
        except KeyDestroyed:
            # Its owner was erased: there is no address left to read.
            row.next_at = None
    await unit.session.flush()
    return found


def _fill(row: CalendarRow, calendar: LinkedCalendar) -> None:
    row.state = calendar.state
    row.reason = calendar.reason
    row.failures = calendar.failures
    row.fetched_at = calendar.fetched_at
    row.next_at = calendar.next_at


async def _to_calendar(unit: Unit, row: CalendarRow) -> LinkedCalendar:
    url = await unit.open(row.url, table="calendars", column="url", row_id=row.id) if row.url else ""
    return LinkedCalendar(
        calendar_id=row.id,
        person_id=row.person_id,
        url=url,
        state=CalendarState(row.state),
        reason=row.reason,
        failures=row.failures,
        fetched_at=row.fetched_at,
        next_at=row.next_at,
    )
