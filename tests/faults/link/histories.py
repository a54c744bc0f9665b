"""Histories of counties, made by chance from a seed: what network and meetings told, and what notify must make of it."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from uuid import UUID, uuid5

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.db.unit import Actor, Units
from shared.events.entries import Answer, Entry, Method, Mode, Notice, PlaceWords
from shared.events.meetings import (
    MeetingCancelled,
    MeetingChanged,
    MeetingRescheduled,
    MeetingRevision,
    MeetingScheduled,
    MeetingWords,
)
from shared.events.network import (
    CaseAccessChanged,
    Channel,
    Consent,
    ContactPoint,
    PersonChanged,
    PersonFacts,
    PersonRegistered,
    PersonWords,
)
from shared.kernel.sealed import KeyKind, KeyOf
from shared.kernel.wall import at_wall

ZONE = "America/Los_Angeles"
FIRST = datetime(2027, 3, 1, 17, tzinfo=UTC)
SOON = datetime(2031, 5, 5, 17, tzinfo=UTC)
"""When the first meeting takes place: so far away that no reminder is due, and the day of the test changes nothing."""

AMY = Actor("staff", "amy")


@dataclass(frozen=True, slots=True)
class Told:
    """One fact before it is announced."""

    body: object
    subject: UUID
    words: object | None = None
    key: KeyOf | None = None


class History:
    """What one county's services told, in order for each of them."""

    def __init__(self, seed: int) -> None:
        """Make it up."""
        self._chance = random.Random(seed)
        self._name = UUID(int=seed)
        self._made = 0
        self.county_id = self._id()
        self.case_id = self._id()
        self._people = [self._id() for _ in range(self._chance.randint(1, 3))]
        self.network = [*self._of_people(), *self._of_case()]
        self.meetings = self._of_meeting()

    def _id(self) -> UUID:
        self._made += 1
        return uuid5(self._name, str(self._made))

    def _of_people(self) -> list[Told]:
        told = []
        for person_id in self._people:
            points = tuple(
                ContactPoint(
                    contact_point_id=self._id(),
                    channel=channel,
                    consent=Consent.GRANTED,
                    preferred=rank == 0,
                    lookup=self._id().hex,
                )
                for rank, channel in enumerate(self._chance.sample([Channel.EMAIL, Channel.SMS], self._chance.randint(1, 2)))
            )
            kinds: list[type[PersonFacts]] = [PersonRegistered, *[PersonChanged] * self._chance.randint(0, 2)]
            for n, kind in enumerate(kinds):
                body = kind(
                    person_id=person_id,
                    time_zone=ZONE,
                    spoken_language="es",
                    written_language=self._chance.choice(["en", "es"]),
                    interpreter_needed=False,
                    is_minor=False,
                    contact_points=points,
                    quiet_from=time(self._chance.randint(19, 22)),
                    quiet_until=time(7),
                    voicemail_ok=bool(n),
                    staff_id=None,
                    at=FIRST + timedelta(hours=n),
                )
                addresses = {str(point.contact_point_id): _address(point) for point in points}
                words = PersonWords(given_name="Denise", addresses=addresses)
                told.append(Told(body, person_id, words, KeyOf(KeyKind.PERSON, person_id)))
        return told

    def _of_case(self) -> list[Told]:
        holders = self._chance.sample(["amy", "bo", "cy"], self._chance.randint(1, 3))
        return [
            Told(
                CaseAccessChanged(
                    case_id=self.case_id, unit="north", assigned=(who,), shared_with=(), at=FIRST + timedelta(hours=n)
                ),
                self.case_id,
            )
            for n, who in enumerate(holders)
        ]

    def _of_meeting(self) -> list[Told]:
        """A meeting is booked, moved, changed, cancelled and revived, in any order that can be."""
        meeting_id = self._id()
        entries = tuple(self._entry(person_id) for person_id in self._people)
        told = [self._revision(MeetingScheduled, meeting_id, 1, entries)]
        is_live = True
        for revision in range(2, self._chance.randint(2, 6)):
            kind: type[MeetingRevision] = MeetingScheduled
            if is_live:
                kind = self._chance.choice([MeetingRescheduled, MeetingRescheduled, MeetingChanged, MeetingCancelled])
            is_live = kind is not MeetingCancelled
            by = timedelta(days=self._chance.choice([-1, 1, 7])) if kind is MeetingRescheduled else timedelta()
            entries = tuple(_next(entry, kind, by) for entry in entries)
            told.append(self._revision(kind, meeting_id, revision, entries))
        return told

    def _entry(self, person_id: UUID) -> Entry:
        participant_id = self._id()
        return Entry(
            participant_id=participant_id,
            person_id=person_id,
            part=0,
            uid=f"{participant_id.hex}-0@alder.surround",
            sequence=0,
            method=Method.REQUEST,
            notice=Notice.INVITATION,
            required=True,
            mode=Mode.IN_PERSON,
            answer=Answer.NEEDS_ACTION,
            time_zone=ZONE,
            starts_local=at_wall(SOON, ZONE),
            ends_local=at_wall(SOON + timedelta(hours=1), ZONE),
            starts_at=SOON,
            ends_at=SOON + timedelta(hours=1),
        )

    def _revision(self, kind: type[MeetingRevision], meeting_id: UUID, revision: int, entries: tuple[Entry, ...]) -> Told:
        body = kind(
            meeting_id=meeting_id,
            case_id=self.case_id,
            revision=revision,
            time_zone=ZONE,
            starts_at=entries[0].starts_at,
            ends_at=entries[0].ends_at,
            entries=entries,
            at=FIRST + timedelta(minutes=revision),
        )
        if kind is MeetingCancelled:
            return Told(body, meeting_id)
        places = {str(entry.participant_id): PlaceWords(place="Library") for entry in entries}
        return Told(body, meeting_id, MeetingWords(places=places), KeyOf(KeyKind.MEETING, meeting_id))


_NOTICES = {
    MeetingScheduled: Notice.INVITATION,
    MeetingRescheduled: Notice.MOVED,
    MeetingChanged: Notice.CHANGED,
    MeetingCancelled: Notice.CANCELLED,
}


def _next(entry: Entry, kind: type[MeetingRevision], by: timedelta) -> Entry:
    starts_at, ends_at = entry.starts_at + by, entry.ends_at + by
    return replace(
        entry,
        sequence=entry.sequence + 1,
        method=Method.CANCEL if kind is MeetingCancelled else Method.REQUEST,
        notice=_NOTICES[kind],
        starts_at=starts_at,
        ends_at=ends_at,
        starts_local=at_wall(starts_at, ZONE),
        ends_local=at_wall(ends_at, ZONE),
    )


def _address(point: ContactPoint) -> str:
    """Return a number of nobody's, or an address where nobody is."""
    return f"{point.lookup}@example.org" if point.channel is Channel.EMAIL else f"+1916555{int(point.lookup, 16) % 10**4:04d}"


async def announce(units: Units, county_id: UUID, told: Sequence[Told]) -> None:
    """Commit facts as their producer would."""
    async with units.open(county_id, AMY) as unit:
        for each in told:
            unit.announce(each.body, subject=each.subject, words=each.words, key=each.key)


_STATE = """
SELECT county_id, 'entry', jsonb_build_array(participant_id, uid, revision, sequence, status, answer, starts_at, ends_at,
       status = 'live' AND place IS NULL)
  FROM entries
UNION ALL
SELECT county_id, 'message', jsonb_build_array(kind, person_id, participant_id, revision, sequence, wall_rule, detail,
       CASE WHEN wall_rule <> '' THEN due_at END, state)
  FROM messages WHERE state <> 'cancelled'
UNION ALL
SELECT county_id, 'contact', to_jsonb(c) - 'words' FROM contacts c
UNION ALL
SELECT county_id, 'point', to_jsonb(p) - ARRAY['value', 'consent_at'] FROM contact_points p
UNION ALL
SELECT county_id, 'holder', to_jsonb(a) FROM case_access a
"""
"""What notify holds to be true, without the ids that it made up and what was planned and withdrawn again.

Where a cancelled meeting would have been is shown to nobody. The way to reach somebody is decided when a message leaves. Since when
a consent stands is that of the first fact that was applied with it: an older one that was parked does not take it back.
"""


async def state_of(owner: AsyncEngine) -> dict[UUID, list[str]]:
    """Return what a database of notify holds to be true, by county."""
    state: dict[UUID, list[str]] = {}
    async with owner.connect() as connection:
        for county_id, kind, what in await connection.execute(text(_STATE)):
            state.setdefault(county_id, []).append(f"{kind} {what}")
    return {county_id: sorted(lines) for county_id, lines in state.items()}
