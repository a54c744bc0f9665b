"""Take busy times from a calendar file that somebody hands over; the file itself is not kept."""

from services.meetings.gateways.freebusy import CalendarUnread, read_calendar
from services.meetings.storage import calendars
from services.meetings.storage.calendars import LinkedCalendar
from services.meetings.storage.people import KnownPerson
from services.meetings.use_cases.refresh_calendar import busy_of, read_state, window
from shared.db.unit import Unit
from shared.kernel.errors import Fault, Invalid


async def upload_calendar(unit: Unit, person: KnownPerson, ics: str) -> LinkedCalendar:
    """Keep the busy times of the year to come. Raises Invalid for a file that cannot be read."""
    try:
        reading = await read_calendar(ics.encode(), zone_name=person.time_zone, during=window(unit.now))
    except CalendarUnread as unread:
        raise Invalid([Fault(unread.reason, "This calendar cannot be read. Export it again.", pointer="#/ics")]) from None
    state, reason = read_state(reading)
    calendar = LinkedCalendar(
        calendar_id=unit.new_id(),
        person_id=person.person_id,
        url="",
        state=state,
        reason=reason,
        fetched_at=unit.now,
    )
    await calendars.add(unit, calendar)
    await calendars.keep_blocks(unit, calendar, busy_of(unit, person, reading))
    await unit.audit("calendar.uploaded", subject_kind="person", subject_id=person.person_id)
    return calendar
