"""Queries about when people and resources can come: usual hours, given unavailabilities, busy blocks, and our own bookings."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date, time
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Float,
    Integer,
    Select,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    cast,
    delete,
    func,
    literal,
    or_,
    select,
    text,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import InstrumentedAttribute

from services.meetings.domain.busy import Cause, Unavailability, UsualHours, Weekly
from services.meetings.domain.cells import Horizon
from services.meetings.domain.errors import UnavailabilityNotFound
from services.meetings.domain.meetings import AHEAD
from services.meetings.domain.times import TakenCells
from services.meetings.storage.tables import BusyRow, ClaimRow, MeetingRow, ParticipantRow, UnavailabilityRow, UsualHoursRow
from shared.db.direct import Direct
from shared.db.unit import Unit
from shared.kernel.spans import Span


@dataclass(frozen=True, slots=True)
class Given:
    """An unavailability with its id, as it was given."""

    id: UUID
    unavailability: Unavailability


_HOURS = Direct(
    select(UsualHoursRow.subject_id, UsualHoursRow.time_zone, UsualHoursRow.weekly).where(
        UsualHoursRow.county_id == bindparam("county"),
        UsualHoursRow.subject_id == any_(bindparam("subjects", type_=ARRAY(Uuid()))),
    )
)


async def list_usual_hours(unit: Unit, subject_ids: Collection[UUID]) -> dict[UUID, UsualHours]:
    """Return the usual hours of these people and resources; those who gave none are missing."""
    rows = await unit.fetch(_HOURS, county=unit.county_id, subjects=list(subject_ids))
    return {row["subject_id"]: _hours(row["time_zone"], tuple(tuple(one) for one in row["weekly"])) for row in rows}


@lru_cache(maxsize=512)
def _hours(time_zone: str, weekly: tuple[tuple[int, str, str], ...]) -> UsualHours:
    """Read a week as it is stored; most people keep one of a few."""
    stretches = (Weekly(day, time.fromisoformat(starts), time.fromisoformat(until)) for day, starts, until in weekly)
    return UsualHours(time_zone, tuple(stretches))


async def set_usual_hours(unit: Unit, subject_id: UUID, hours: UsualHours) -> None:
    """Keep the hours of a week in place of any before."""
    facts = {
        "time_zone": hours.time_zone,
        "weekly": [[one.weekday, one.starts.isoformat("minutes"), one.until.isoformat("minutes")] for one in hours.weekly],
        "updated_at": unit.now,
    }
    await unit.session.execute(
        insert(UsualHoursRow)
        .values(subject_id=subject_id, county_id=unit.county_id, **facts)
        .on_conflict_do_update(index_elements=["subject_id"], set_=facts)
    )


async def list_given(unit: Unit, subject_id: UUID) -> list[Given]:
    """Return a person's unavailabilities that are not over, earliest first."""
    rows = await unit.session.scalars(
        select(UnavailabilityRow)
        .where(
            UnavailabilityRow.county_id == unit.county_id,
            UnavailabilityRow.subject_id == subject_id,
            UnavailabilityRow.ends_at > unit.now,
        )
        .order_by(UnavailabilityRow.starts_at, UnavailabilityRow.id)
    )
    return [_to_given(row) for row in rows]


async def add_given(unit: Unit, subject_id: UUID, given: Given) -> None:
    """Keep an unavailability."""
    one = given.unavailability
    unit.session.add(
        UnavailabilityRow(
            id=given.id,
            county_id=unit.county_id,
            subject_id=subject_id,
            starts_local=one.starts_local,
            ends_local=one.ends_local,
            time_zone=one.time_zone,
            cause=one.cause,
            hard=one.hard,
            starts_at=one.span.start,
            ends_at=one.span.end,
        )
    )
    await unit.session.flush()


async def drop_given(unit: Unit, subject_id: UUID, unavailability_id: UUID) -> None:
    """Forget an unavailability. Raises UnavailabilityNotFound."""
    gone = await unit.session.scalar(
        delete(UnavailabilityRow)
        .where(
            UnavailabilityRow.county_id == unit.county_id,
            UnavailabilityRow.subject_id == subject_id,
            UnavailabilityRow.id == unavailability_id,
        )
        .returning(UnavailabilityRow.id)
    )
    if gone is None:
        raise UnavailabilityNotFound


_HARD, _NOWHERE = true(), literal("", Text())


def _stretches(
    subject: Any, starts_at: Any, ends_at: Any, *where: ColumnElement[bool], cause: Any, hard: Any = _HARD, site: Any = _NOWHERE
) -> Select[Any]:
    """Stretches of one table as cells: rounded outward, counted from the first of the horizon, and gathered by what they share."""

    def cell(instant: Any, rounded: Callable[[Any], Any]) -> Any:
        return cast(rounded(func.date_part("epoch", instant) / bindparam("seconds", type_=Float())), Integer) - _FIRST

    return (
        select(
            subject.label("subject_id"),
            cause.label("cause"),
            hard.label("hard"),
            site.label("site"),
            func.array_agg(cell(starts_at, func.floor)).label("lows"),
            func.array_agg(cell(ends_at, func.ceil)).label("highs"),
        )
        .where(subject == any_(_SUBJECTS), starts_at < bindparam("until"), ends_at > bindparam("since"), *where)
        .group_by(subject, *(each for each in (cause, hard, site) if isinstance(each, InstrumentedAttribute)))
    )


_COUNTY = bindparam("county", type_=Uuid())
_SUBJECTS = bindparam("subjects", type_=ARRAY(Uuid()))
_FIRST = bindparam("first", type_=Integer())
_BUT = bindparam("but", type_=Uuid())

# Gathered in each table, not in all of them together: that would sort ten thousand rows by words.
_TAKEN = Direct(
    union_all(
        _stretches(
            UnavailabilityRow.subject_id,
            UnavailabilityRow.starts_at,
            UnavailabilityRow.ends_at,
            UnavailabilityRow.county_id == _COUNTY,
            cause=UnavailabilityRow.cause,
            hard=UnavailabilityRow.hard,
        ),
        _stretches(
            BusyRow.person_id,
            BusyRow.starts_at,
            BusyRow.ends_at,
            BusyRow.county_id == _COUNTY,
            cause=literal(Cause.CALENDAR.value, Text()),
            hard=BusyRow.hard,
        ),
        # Our own meetings and holds: a family member's by invitation, a claimant's by claim; the same meeting may come twice.
        _stretches(
            ParticipantRow.person_id,
            MeetingRow.starts_at,
            MeetingRow.ends_at,
            ParticipantRow.county_id == _COUNTY,
            ParticipantRow.meeting_id == MeetingRow.id,
            ParticipantRow.removed.is_(False),
            MeetingRow.state == any_(literal([state.value for state in AHEAD], ARRAY(Text()))),
            MeetingRow.id.is_distinct_from(_BUT),
            cause=literal(Cause.BOOKED.value, Text()),
            site=MeetingRow.site,
        ),
        _stretches(
            ClaimRow.claimant_id,
            ClaimRow.starts_at,
            ClaimRow.ends_at,
            ClaimRow.county_id == _COUNTY,
            or_(
                ClaimRow.state == "booked",
                and_(ClaimRow.state == "held", ClaimRow.hold_until > bindparam("now"), ClaimRow.held_by != bindparam("held_by")),
            ),
            or_(_BUT.is_(None), ClaimRow.meeting_id.is_distinct_from(_BUT)),
            cause=literal(Cause.BOOKED.value, Text()),
            site=ClaimRow.site,
        ),
    )
)


async def list_taken(
    unit: Unit, subject_ids: Iterable[UUID], during: Span, among: Horizon, *, but: UUID | None = None, held_by: str = ""
) -> dict[UUID, list[TakenCells]]:
    """Return in which cells these people and claimants cannot come, or would rather not. A meeting that is being moved (`but`)
    does not keep them, nor do the holds of whoever is choosing.

    PostgreSQL counts the cells and gathers them: a hundred people have ten thousand stretches in two months.
    """
    taken: dict[UUID, list[TakenCells]] = {subject_id: [] for subject_id in subject_ids}
    found = await unit.fetch(
        _TAKEN,
        county=unit.county_id,
        subjects=list(taken),
        since=during.start,
        until=during.end,
        seconds=among.cell_minutes * 60,
        first=among.first,
        but=but,
        now=unit.now,
        held_by=held_by,
    )
    for row in found:
        cells = among.between(zip(row["lows"], row["highs"], strict=True))
        taken[row["subject_id"]].append(TakenCells(cells, Cause(row["cause"]), row["hard"], row["site"]))
    return taken


_PRESENCES = Direct(
    select(MeetingRow.site, MeetingRow.starts_at, MeetingRow.ends_at)
    .join(ParticipantRow, ParticipantRow.meeting_id == MeetingRow.id)
    .where(
        MeetingRow.county_id == _COUNTY,
        MeetingRow.state == any_(literal([state.value for state in AHEAD], ARRAY(Text()))),
        MeetingRow.site != "",
        MeetingRow.starts_at < bindparam("until"),
        MeetingRow.ends_at > bindparam("since"),
        ParticipantRow.person_id == any_(_SUBJECTS),
        ParticipantRow.removed.is_(False),
        ParticipantRow.mode == "in_person",
    )
)


async def list_presences(unit: Unit, people: Collection[UUID], during: Span) -> list[tuple[str, Span]]:
    """Return where and when these people are to come to a meeting in person, within two instants."""
    if not people:
        return []
    rows = await unit.fetch(_PRESENCES, county=unit.county_id, subjects=list(people), since=during.start, until=during.end)
    return [(row["site"], Span(row["starts_at"], row["ends_at"])) for row in rows]


_DAY = func.date(func.timezone(bindparam("zone", type_=Text()), ClaimRow.starts_at))
_COUNTS = Direct(
    select(ClaimRow.claimant_id, _DAY.label("on"), func.count().label("count"))
    .where(
        ClaimRow.county_id == _COUNTY,
        ClaimRow.claimant_id == any_(_SUBJECTS),
        ClaimRow.state == "booked",
        ClaimRow.starts_at < bindparam("until"),
        ClaimRow.ends_at > bindparam("since"),
    )
    .group_by(ClaimRow.claimant_id, text('"on"'))
)


async def count_booked(unit: Unit, claimant_ids: Collection[UUID], during: Span, zone_name: str) -> dict[UUID, dict[date, int]]:
    """Return how many meetings each claimant has on each local day."""
    found = await unit.fetch(
        _COUNTS, county=unit.county_id, subjects=list(claimant_ids), since=during.start, until=during.end, zone=zone_name
    )
    counts: dict[UUID, dict[date, int]] = {}
    for row in found:
        counts.setdefault(row["claimant_id"], {})[row["on"]] = row["count"]
    return counts


def _to_given(row: UnavailabilityRow) -> Given:
    return Given(
        row.id,
        Unavailability(
            starts_local=row.starts_local,
            ends_local=row.ends_local,
            time_zone=row.time_zone,
            cause=Cause(row.cause),
            hard=row.hard,
        ),
    )
