"""Look at everything that came back about a meeting, with its end."""

from services.meetings.storage import replies
from services.meetings.storage.meetings import Kept
from services.meetings.storage.replies import Received
from shared.db.unit import Unit


async def see_replies(unit: Unit, kept: Kept) -> list[Received]:
    """Return all replies about a meeting that the caller may see, as they came in."""
    await unit.audit("replies.read", subject_kind="meeting", subject_id=kept.meeting.meeting_id)
    return await replies.list_of(unit, kept.meeting.meeting_id, with_words=True)
