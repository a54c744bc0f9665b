"""Keep what a meeting was before a change and is after it: its time and place, who is in it, what they answered."""

from services.meetings.storage.meetings import Kept, key_of
from shared.db.unit import Unit


def keep_history(unit: Unit, before: Kept | None, after: Kept) -> None:
    """Keep a change of a meeting, with its answers and its numbers, sealed with the meeting's key."""
    meeting_id = after.meeting.meeting_id
    unit.changed(key_of(meeting_id), "meeting", meeting_id, before=before, after=after)
