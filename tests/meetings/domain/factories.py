"""Meetings and people for the tests of rules: short names, constant ids."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from services.meetings.domain.meetings import Invitee, MeetingKind, MeetingPurpose, Place, TeamRole
from services.meetings.domain.revisions import Revision, book
from shared.events.entries import Mode, PlaceWords

MONDAY = datetime(2027, 2, 22, 9, tzinfo=UTC)
THURSDAY_TEN = datetime(2027, 3, 4, 10)  # noqa: DTZ001  wall time in LOS_ANGELES
LOS_ANGELES = "America/Los_Angeles"
OFFICE = Place(
    "office", PlaceWords(place="Family office", address="1 Alder Street", dial_in="555-0100", join_url="https://v.test/1")
)
TRIBAL_OFFICE = Place("tribal-office", PlaceWords(place="Community room", address="9 Creek Road", dial_in="555-0100"))


def an_id(number: int) -> UUID:
    """A constant id that is easy to tell apart in a failure."""
    return UUID(int=number)


def someone(number: int, role: TeamRole = TeamRole.PARENT, *, required: bool = True, mode: Mode = Mode.IN_PERSON) -> Invitee:
    """Person `number`, with a participant id of their own."""
    return Invitee(participant_id=an_id(1000 + number), person_id=an_id(number), role=role, required=required, mode=mode)


def a_booking(*invitees: Invitee, starts_local: datetime = THURSDAY_TEN, place: Place = OFFICE) -> Revision:
    """A CFT of 90 minutes with these people, or with a parent and a worker, booked on MONDAY."""
    people = invitees or (someone(11), someone(12, TeamRole.PLACING_AGENCY_WORKER))
    return book_for(people, starts_local=starts_local, place=place)


def book_for(people: Sequence[Invitee], *, starts_local: datetime = THURSDAY_TEN, place: Place = OFFICE) -> Revision:
    """A CFT of 90 minutes with exactly these people, booked on MONDAY."""
    return book(
        meeting_id=an_id(1),
        case_id=an_id(2),
        county_slug="alder",
        kind=MeetingKind.CFT,
        purposes=[MeetingPurpose.INITIAL_CFT],
        children=[an_id(3)],
        time_zone=LOS_ANGELES,
        starts_local=starts_local,
        minutes=90,
        place=place,
        invitees=people,
        now=MONDAY,
    )
