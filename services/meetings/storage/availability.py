"""Queries about when people and resources can come: usual hours, given unavailabilities, busy blocks, and our own bookings."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, time
from uuid import UUID

from sqlalchemy import and_, delete, func, or_, select
from sqlalchemy.dialects.postgresql import insert

from services.meetings.domain.busy import Cause, Taken, Unavailability, UsualHours, Weekly
from services.meetings.domain.errors import UnavailabilityNotFound
from services.meetings.domain.meetings import AHEAD
from services.meetings.storage.tables import BusyRow, ClaimRow, MeetingRow, ParticipantRow, UnavailabilityRow, UsualHoursRow
from shared.db.unit import Unit
from shared.kernel.spans import Span


@dataclass(frozen=True, slots=True)
class Given:
    """An unavailability with its id, as it was given."""

    id: UUID
    unavailability: Unavailability


async def list_usual_hours(unit: Unit, subject_ids: Collection[UUID]) -> dict[UUID, UsualHours]:
    """Return the usual hours of these people and resources; those who gave none are missing."""
    rows = await unit.session.scalars(
        select(UsualHoursRow).where(UsualHoursRow.county_id == unit.county_id, UsualHoursRow.subject_id.in_(subject_ids))
    )
    return {
        row.subject_id: UsualHours(
            row.time_zone,
            tuple(Weekly(day, time.fromisoformat(starts), time.fromisoformat(until)) for day, starts, until in row.weekly),
        )
        for row in rows
    }


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


async def list_taken(
    unit: Unit, subject_ids: Iterable[UUID], during: Span, *, but: UUID | None = None, held_by: str = ""
) -> dict[UUID, list[Taken]]:
    """Return what keeps these people and claimants from coming. A meeting that is being moved (`but`) does not, nor do the
    holds of whoever is choosing.
    """
    wanted = list(dict.fromkeys(subject_ids))
    taken: dict[UUID, list[Taken]] = {subject_id: [] for subject_id in wanted}
    for row in await unit.session.scalars(
        select(UnavailabilityRow).where(
            UnavailabilityRow.county_id == unit.county_id,
            UnavailabilityRow.subject_id.in_(wanted),
            UnavailabilityRow.starts_at < during.end,
            UnavailabilityRow.ends_at > during.start,
        )
    ):
        taken[row.subject_id].append(Taken(Span(row.starts_at, row.ends_at), Cause(row.cause), row.hard))
    for block in await unit.session.scalars(
        select(BusyRow).where(
            BusyRow.county_id == unit.county_id,
            BusyRow.person_id.in_(wanted),
            BusyRow.starts_at < during.end,
            BusyRow.ends_at > during.start,
        )
    ):
        taken[block.person_id].append(Taken(Span(block.starts_at, block.ends_at), Cause.CALENDAR, block.hard))
    for subject_id, span, site in await _bookings(unit, wanted, during, but=but, held_by=held_by):
        taken[subject_id].append(Taken(span, Cause.BOOKED, site=site))
    return taken


async def list_presences(unit: Unit, people: Collection[UUID], during: Span) -> list[tuple[str, Span]]:
    """Return where and when these people are to come to a meeting in person, within two instants."""
    if not people:
        return []
    rows = await unit.session.execute(
        select(MeetingRow.site, MeetingRow.starts_at, MeetingRow.ends_at)
        .join(ParticipantRow, ParticipantRow.meeting_id == MeetingRow.id)
        .where(
            MeetingRow.county_id == unit.county_id,
            MeetingRow.state.in_(AHEAD),
            MeetingRow.site != "",
            MeetingRow.starts_at < during.end,
            MeetingRow.ends_at > during.start,
            ParticipantRow.person_id.in_(people),
            ParticipantRow.removed.is_(False),
            ParticipantRow.mode == "in_person",
        )
    )
    return [(site, Span(start, end)) for site, start, end in rows]


async def count_booked(unit: Unit, claimant_ids: Collection[UUID], during: Span, zone_name: str) -> dict[UUID, dict[date, int]]:
    """Return how many meetings each claimant has on each local day."""
    day = func.date(func.timezone(zone_name, ClaimRow.starts_at))
    rows = await unit.session.execute(
        select(ClaimRow.claimant_id, day, func.count())
        .where(
            ClaimRow.county_id == unit.county_id,
            ClaimRow.claimant_id.in_(claimant_ids),
            ClaimRow.state == "booked",
            ClaimRow.starts_at < during.end,
            ClaimRow.ends_at > during.start,
        )
        .group_by(ClaimRow.claimant_id, day)
    )
    counts: dict[UUID, dict[date, int]] = {}
    for claimant_id, on, count in rows:
        counts.setdefault(claimant_id, {})[on] = count
    return counts


async def _bookings(
    unit: Unit, wanted: list[UUID], during: Span, *, but: UUID | None, held_by: str
) -> list[tuple[UUID, Span, str]]:
    """Our own meetings and holds: a family member's by invitation, a claimant's by claim; the same meeting may come twice."""
    invited = await unit.session.execute(
        select(ParticipantRow.person_id, MeetingRow.starts_at, MeetingRow.ends_at, MeetingRow.site)
        .join(MeetingRow, MeetingRow.id == ParticipantRow.meeting_id)
        .where(
            ParticipantRow.county_id == unit.county_id,
            ParticipantRow.person_id.in_(wanted),
            ParticipantRow.removed.is_(False),
            MeetingRow.state.in_(AHEAD),
            MeetingRow.id != but if but else MeetingRow.id.is_not(None),
            MeetingRow.starts_at < during.end,
            MeetingRow.ends_at > during.start,
        )
    )
    standing = or_(
        ClaimRow.state == "booked",
        and_(ClaimRow.state == "held", ClaimRow.hold_until > unit.now, ClaimRow.held_by != held_by),
    )
    claimed = await unit.session.execute(
        select(ClaimRow.claimant_id, ClaimRow.starts_at, ClaimRow.ends_at, ClaimRow.site).where(
            ClaimRow.county_id == unit.county_id,
            ClaimRow.claimant_id.in_(wanted),
            standing,
            ClaimRow.meeting_id.is_distinct_from(but) if but else ClaimRow.id.is_not(None),
            ClaimRow.starts_at < during.end,
            ClaimRow.ends_at > during.start,
        )
    )
    return [(row[0], Span(row[1], row[2]), row[3]) for row in [*invited, *claimed]]


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
