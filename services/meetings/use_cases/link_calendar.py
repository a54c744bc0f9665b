"""Link somebody's calendar: its busy times are read from now on, and nothing else of it."""

from dataclasses import replace
from uuid import UUID

from services.meetings.gateways.freebusy import checked_address
from services.meetings.storage import calendars
from services.meetings.storage.calendars import LinkedCalendar
from shared.db.unit import Unit


async def link_calendar(unit: Unit, person_id: UUID, url: str, *, sandbox: bool) -> LinkedCalendar:
    """Keep the address of a calendar; it is read within seconds, outside of this transaction."""
    calendar = LinkedCalendar(
        calendar_id=unit.new_id(), person_id=person_id, url=checked_address(url, sandbox=sandbox), next_at=unit.now
    )
    await calendars.add(unit, calendar)
    await unit.audit("calendar.linked", subject_kind="person", subject_id=person_id)
    return calendar


async def ask_refresh(unit: Unit, calendar: LinkedCalendar) -> LinkedCalendar:
    """Have a linked calendar read again soon; one that was uploaded has nowhere to be read from and stays as it is."""
    if not calendar.url:
        return calendar
    after = replace(calendar, next_at=unit.now)
    await calendars.save(unit, after)
    return after


async def unlink_calendar(unit: Unit, person_id: UUID, calendar_id: UUID) -> None:
    """Forget a calendar and all that was read from it. Raises CalendarNotFound."""
    await calendars.drop(unit, person_id, calendar_id)
    await unit.audit("calendar.unlinked", subject_kind="person", subject_id=person_id)


async def see_calendars(unit: Unit, person_id: UUID) -> list[LinkedCalendar]:
    """Return a person's calendars and how they stand; the addresses are for nobody."""
    await unit.audit("calendars.read", subject_kind="person", subject_id=person_id)
    return await calendars.list_of(unit, person_id)
