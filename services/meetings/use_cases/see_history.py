"""See what a meeting was before each change; the look is on record."""

from uuid import UUID

from services.meetings.storage import meetings
from services.meetings.storage.meetings import key_of
from services.meetings.use_cases.see_meeting import check_visible
from shared.db import history
from shared.db.history import Change
from shared.db.unit import Unit
from shared.kernel.access import Caller


async def see_history(unit: Unit, meeting_id: UUID, *, caller: Caller, before: UUID | None, limit: int) -> list[Change]:
    """Return a page of the changes of a meeting that the caller may see, newest first. Raises MeetingNotFound."""
    await check_visible(unit, (await meetings.get(unit, meeting_id)).meeting, caller)
    found = await history.list_of(unit.session, unit.keys, unit.county_id, key_of(meeting_id), before=before, limit=limit)
    await unit.audit("meeting.history_read", subject_kind="meeting", subject_id=meeting_id)
    return found
