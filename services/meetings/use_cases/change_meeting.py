"""Change where a meeting is, what it is for, or how somebody takes part."""

from services.meetings.domain.meetings import Place, site_of
from services.meetings.domain.revisions import change
from services.meetings.storage import resources
from services.meetings.storage.meetings import Kept
from services.meetings.use_cases.check_booking import check_apart
from services.meetings.use_cases.commands import ChangeMeeting
from services.meetings.use_cases.revise import revise
from services.meetings.use_cases.see_family import family_of
from shared.db.unit import Unit
from shared.events.entries import PlaceWords


async def change_meeting(unit: Unit, kept: Kept, command: ChangeMeeting) -> Kept:
    """Change a meeting whose row is held, and tell those whose own view changed."""
    meeting = kept.meeting
    place = None
    if command.place is not None:
        room = (await resources.list_known(unit, [meeting.room_id])) if meeting.room_id else []
        place = Place(room[0].site if room and room[0].site else _site(meeting.place, command.place), command.place)
    revision = change(
        meeting,
        now=unit.now,
        place=place,
        correction=command.is_correction,
        purposes=command.purposes,
        modes=command.modes,
        required=command.required,
    )
    await check_apart(unit, revision.meeting, await family_of(unit, meeting))
    after = await revise(unit, kept, revision)
    await unit.audit(
        "meeting.changed",
        subject_kind="meeting",
        subject_id=meeting.meeting_id,
        details={"revision": revision.meeting.revision},
    )
    return after


def _site(before: Place, words: PlaceWords) -> str:
    """A place of the same name that only now gets its address is the same place."""
    told_more = not before.words.address and words.place.casefold() == before.words.place.casefold()
    return before.site if told_more else site_of(words)
