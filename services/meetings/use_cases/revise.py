"""Store a meeting's new revision, announce who is to be told, and judge all its replies anew against the numbers now sent."""

from dataclasses import replace

from services.meetings.domain.revisions import Revision
from services.meetings.storage import meetings, replies
from services.meetings.storage.meetings import Kept, key_of
from services.meetings.use_cases.judge_replies import judge_all
from services.meetings.use_cases.keep_history import keep_history
from shared.db.unit import Unit
from shared.events.catalogue import type_of


async def revise(unit: Unit, kept: Kept, revision: Revision) -> Kept:
    """Store and announce a revision of a meeting whose row is held. One that changes nothing and tells nobody is none."""
    if revision.fact is None and revision.meeting == kept.meeting:
        return kept
    judged = judge_all(revision.meeting, await replies.list_of(unit, kept.meeting.meeting_id))
    await replies.keep_outcomes(unit, judged.outcomes)
    after = await meetings.save(unit, replace(kept, meeting=judged.meeting))
    keep_history(unit, kept, after)
    announce(unit, revision)
    return after


def announce(unit: Unit, revision: Revision) -> None:
    """Announce a revision; the places in it travel sealed with the meeting's key."""
    if revision.fact is None:
        return
    words = revision.words if type_of(revision.fact).words is not None and revision.words.places else None
    meeting_id = revision.meeting.meeting_id
    unit.announce(revision.fact, subject=meeting_id, words=words, key=key_of(meeting_id) if words else None)
