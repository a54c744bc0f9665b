"""Read linked calendars again: taken in one transaction, fetched in none, stored in another."""

from dataclasses import replace
from datetime import datetime, timedelta

from services.meetings.gateways.freebusy import CalendarUnread, Reading, fetch_calendar, read_calendar
from services.meetings.storage import calendars, people
from services.meetings.storage.calendars import CalendarState, LinkedCalendar
from services.meetings.storage.people import KnownPerson
from shared.db.unit import Unit
from shared.kernel.spans import Span

EVERY = timedelta(minutes=10)
LONGEST_WAIT = timedelta(hours=6)
LOOKS_BACK = timedelta(days=1)
LOOKS_AHEAD = timedelta(days=365)
AT_ONCE = 20


async def take_due_calendars(unit: Unit) -> list[tuple[LinkedCalendar, KnownPerson]]:
    """Return calendars that are due, with their owners."""
    due = await calendars.take_due(unit, limit=AT_ONCE)
    owners = await people.list_of(unit, [one.person_id for one in due])
    return [(one, owners[one.person_id]) for one in due if one.person_id in owners]


async def read_now(calendar: LinkedCalendar, owner: KnownPerson, *, now: datetime, sandbox: bool) -> Reading | CalendarUnread:
    """Fetch and read one calendar; what went wrong comes back as a value."""
    try:
        ics = await fetch_calendar(calendar.url, sandbox=sandbox)
        return await read_calendar(ics, zone_name=owner.time_zone, during=window(now))
    except CalendarUnread as unread:
        return unread


async def refresh_calendar(
    unit: Unit, calendar: LinkedCalendar, owner: KnownPerson, reading: Reading | CalendarUnread
) -> LinkedCalendar:
    """Keep what a calendar says. One that failed keeps its last good copy, and is tried again ever more rarely."""
    if isinstance(reading, CalendarUnread):
        wait = min(EVERY * 2**calendar.failures, LONGEST_WAIT)
        failed = replace(
            calendar,
            state=CalendarState.FEED_ERROR,
            reason=reading.reason,
            failures=min(calendar.failures + 1, 10),
            next_at=await _next(unit, calendar, wait),
        )
        await calendars.save(unit, failed)
        return failed
    state, reason = read_state(reading)
    next_at = await _next(unit, calendar, EVERY)
    after = replace(calendar, state=state, reason=reason, failures=0, fetched_at=unit.now, next_at=next_at)
    await calendars.save(unit, after)
    await calendars.keep_blocks(unit, after, busy_of(unit, owner, reading))
    return after


async def _next(unit: Unit, calendar: LinkedCalendar, wait: timedelta) -> datetime | None:
    """Hold the calendar's row and return when to read it again: what somebody asked for while it was being read stands."""
    due_at = await calendars.hold_due(unit, calendar)
    return unit.now + wait if due_at == calendar.next_at else due_at


def window(now: datetime) -> Span:
    """The stretch in which busy times are wanted."""
    return Span(now - LOOKS_BACK, now + LOOKS_AHEAD)


def read_state(reading: Reading) -> tuple[CalendarState, str]:
    """Return how a calendar that could be read stands."""
    if reading.warnings:
        return CalendarState.FEED_WARNING, reading.warnings[0]
    return CalendarState.OK, ""


def busy_of(unit: Unit, owner: KnownPerson, reading: Reading) -> list[tuple[Span, bool]]:
    """Return the busy blocks but for what the owner has declined (C65)."""
    return [
        (block.span, block.hard)
        for block in reading.blocks
        if not any(unit.lookup_of(address.casefold()) in owner.email_lookups for address in block.declined)
    ]
