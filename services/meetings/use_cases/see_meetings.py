"""Look at one's own meetings: when they are, and how many answers are missing."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.meetings.storage import meetings, replies
from services.meetings.storage.meetings import Kept
from shared.db.unit import Unit
from shared.kernel.access import Caller


@dataclass(frozen=True, slots=True)
class ListedMeeting:
    """A meeting in a list, and how many replies about it wait for staff."""

    kept: Kept
    replies_waiting: int


async def see_meetings(
    unit: Unit,
    *,
    caller: Caller,
    case_id: UUID | None,
    starts_from: datetime | None,
    starts_before: datetime | None,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> list[ListedMeeting]:
    """Return a page of the meetings that the caller may see, earliest first."""
    found = await meetings.list_visible(
        unit, caller, case_id=case_id, starts_from=starts_from, starts_before=starts_before, after=after, limit=limit
    )
    waiting = await replies.count_waiting(unit, [kept.meeting.meeting_id for kept in found])
    for kept in found:
        await unit.audit("meeting.listed", subject_kind="meeting", subject_id=kept.meeting.meeting_id)
    return [ListedMeeting(kept, waiting.get(kept.meeting.meeting_id, 0)) for kept in found]
