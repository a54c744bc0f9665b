"""notify for tests: real tables, a ticker without Celery, and the outside world as a script. Each has a county of its own."""

import hashlib
import hmac
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.notify.gateways.smtp import Senders
from services.notify.jobs.every_second import Ticker
from services.notify.jobs.on_inbound import Reader
from services.notify.jobs.sending import Dispatch
from services.notify.settings import NotifySettings
from services.notify.use_cases.begin_attempts import Outlet
from services.notify.use_cases.hear_response import hear_response
from services.notify.use_cases.keep_case_access import keep_case_access
from services.notify.use_cases.keep_contact import keep_contact
from services.notify.use_cases.plan_entry import of_meeting, plan_entry
from shared.db.sealing import derive
from shared.db.unit import Actor, Units
from shared.events.entries import Answer, Entry, Method, Mode, Notice, PlaceWords
from shared.events.meetings import (
    MeetingCancelled,
    MeetingRescheduled,
    MeetingRevision,
    MeetingScheduled,
    MeetingWords,
    ResponseRecorded,
)
from shared.events.network import CaseAccessChanged, Channel, Consent, ContactPoint, PersonChanged, PersonRegistered, PersonWords
from shared.kernel.wall import at_wall
from shared.settings import County, Sending
from tests.support.sinks.mail import MailSink
from tests.support.sinks.texts import TextStub

ZONE = "America/Los_Angeles"
SYSTEM = Actor("service", "notify")
WRAPPING_KEY = bytes(range(32))


def night_now() -> tuple[time, time]:
    """Quiet hours that began six hours ago and end in six, by the clock of `ZONE`."""
    now = datetime.now(ZoneInfo(ZONE))
    return (now - timedelta(hours=6)).time(), (now + timedelta(hours=6)).time()


def where_it_is_day() -> str:
    """A time zone in which midnight is hours away: what is counted by the day falls into one."""
    now = datetime.now(UTC)
    around = (ZONE, "Europe/London", "Asia/Tokyo")
    return min(around, key=lambda zone: abs(now.astimezone(ZoneInfo(zone)).hour - 12))


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody, and how to reach them."""

    id: UUID
    given_name: str
    language: str
    points: tuple[ContactPoint, ...]
    addresses: dict[str, str]
    quiet: tuple[time, time] = (time(0), time(0))
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def mail(self) -> str:
        """The first mail address."""
        return next(self.addresses[str(p.contact_point_id)] for p in self.points if p.channel is Channel.EMAIL)

    @property
    def phone(self) -> str:
        """The first number for texts."""
        return next(self.addresses[str(p.contact_point_id)] for p in self.points if p.channel is Channel.SMS)


@dataclass(frozen=True, slots=True)
class Booked:
    """A meeting as meetings would announce it: the newest entry of each person."""

    id: UUID
    case_id: UUID
    revision: int
    entries: tuple[Entry, ...]
    place: PlaceWords = field(default_factory=PlaceWords)

    def of(self, person: Person) -> Entry:
        """One person's entry."""
        return next(entry for entry in self.entries if entry.person_id == person.id)


class Office:
    """One county's notify."""

    def __init__(
        self,
        engine: AsyncEngine,
        owner: AsyncEngine,
        units: Units,
        county: County,
        settings: NotifySettings,
        dispatch: Dispatch,
        senders: Senders,
        mail: MailSink,
        texts: TextStub,
    ) -> None:
        self.engine, self.owner, self.units, self.county, self.settings = engine, owner, units, county, settings
        self.dispatch, self.senders, self.mail, self.texts = dispatch, senders, mail, texts
        self.ticker = self.new_ticker()
        self.reader = Reader(units, [county])
        self._positions = count(1)

    def new_ticker(self, **options: Any) -> Ticker:
        """Another ticker of this county."""
        return Ticker(self.units, [self.county.id], self.dispatch, options.pop("carrier", None), new_lease=uuid4, **options)

    def unit(self) -> Any:
        """Open a unit of this county."""
        return self.units.open(self.county.id, SYSTEM)

    # -- what network tells

    def person(
        self, *ways: Channel, consent: Consent = Consent.GRANTED, language: str = "en", name: str = "Denise", **facts: Any
    ) -> Person:
        """Somebody whom network has not told of yet, reached in these ways, the first preferred."""
        points, addresses = [], {}
        for rank, channel in enumerate(ways):
            point_id = uuid4()
            address = f"{uuid4().hex[:12]}@example.org" if channel is Channel.EMAIL else f"+1916{uuid4().int % 10**7:07d}"
            lookup = self.lookup(address)
            points.append(
                ContactPoint(contact_point_id=point_id, channel=channel, consent=consent, preferred=rank == 0, lookup=lookup)
            )
            addresses[str(point_id)] = address
        return Person(uuid4(), name, language, tuple(points), addresses, facts=facts)

    def lookup(self, address: str) -> str:
        """The keyed hash that network would give."""
        key = derive(WRAPPING_KEY, "lookup", self.county.id)
        return hmac.new(key, address.casefold().encode(), hashlib.sha256).hexdigest()

    def position(self) -> int:
        """The next place in a producer's log."""
        return next(self._positions)

    async def tell(self, person: Person, *, changed: bool = False, at: datetime | None = None, position: int | None = None) -> None:
        """Let network tell of somebody."""
        kind = PersonChanged if changed else PersonRegistered
        async with self.unit() as unit:
            facts = kind(
                person_id=person.id,
                spoken_language=person.language,
                written_language=person.language,
                interpreter_needed=False,
                contact_points=person.points,
                quiet_from=person.quiet[0],
                quiet_until=person.quiet[1],
                voicemail_ok=False,
                at=at or unit.now,
                **{"time_zone": ZONE, "is_minor": False, "staff_id": None, **person.facts},
            )
            await keep_contact(
                unit,
                facts,
                PersonWords(given_name=person.given_name, family_name="Quesada", addresses=person.addresses),
                position=self.position() if position is None else position,
            )

    async def known(self, *ways: Channel, **facts: Any) -> Person:
        """Somebody whom network has told of."""
        person = self.person(*ways, **facts)
        await self.tell(person)
        return person

    def with_new(self, person: Person, channel: Channel) -> Person:
        """The same person, reached by a new number or address alone."""
        other = self.person(channel)
        return replace(person, points=other.points, addresses=other.addresses)

    async def held_by(self, booked: Booked, *staff: str) -> None:
        """Let network tell who holds a meeting's family."""
        await self.held_by_case(booked.case_id, *staff)

    async def held_by_case(self, case_id: UUID, *staff: str) -> None:
        """Let network tell who holds a family."""
        async with self.unit() as unit:
            told = CaseAccessChanged(case_id=case_id, unit="north", assigned=staff, shared_with=(), at=unit.now)
            await keep_case_access(unit, told, position=self.position())

    async def feed(self, web: Any, person: Person, booked: Booked) -> str:
        """Let Amy make a person's feed; return its address."""
        return await self.feed_of(web, person, booked.case_id)

    async def feed_of(self, web: Any, person: Person, case_id: UUID) -> str:
        """Let Amy make the feed of somebody around a family."""
        await self.held_by_case(case_id, "amy")
        made = await web.staff("POST", f"/v1/people/per_{person.id.hex}/feeds")
        assert made.status == 200, made.content
        return str(made.json["url"])

    # -- what meetings tells

    def meeting(self, *people: Person, starts_in: timedelta = timedelta(days=20), place: PlaceWords | None = None) -> Booked:
        """A meeting as it is first booked, in whole minutes."""
        starts_at = (datetime.now(UTC) + starts_in).replace(second=0, microsecond=0)
        meeting_id = uuid4()
        entries = tuple(
            Entry(
                participant_id=(participant := uuid4()),
                person_id=person.id,
                part=0,
                uid=f"{participant.hex}-0@{self.county.slug}.surround",
                sequence=0,
                method=Method.REQUEST,
                notice=Notice.INVITATION,
                required=True,
                mode=Mode.IN_PERSON,
                answer=Answer.NEEDS_ACTION,
                time_zone=ZONE,
                starts_local=at_wall(starts_at, ZONE),
                ends_local=at_wall(starts_at + timedelta(hours=1), ZONE),
                starts_at=starts_at,
                ends_at=starts_at + timedelta(hours=1),
            )
            for person in people
        )
        return Booked(meeting_id, uuid4(), 1, entries, place or PlaceWords(place="Library, room 2", address="12 Oak Street"))

    async def book(self, *people: Person, **options: Any) -> Booked:
        """Book a meeting and let meetings tell of it."""
        booked = self.meeting(*people, **options)
        await self.hear(MeetingScheduled, booked)
        return booked

    async def move(self, booked: Booked, by: timedelta = timedelta(days=1)) -> Booked:
        """Move a meeting."""
        entries = tuple(
            replace(
                entry,
                sequence=entry.sequence + 1,
                notice=Notice.MOVED,
                answer=Answer.NEEDS_ACTION,
                starts_at=entry.starts_at + by,
                ends_at=entry.ends_at + by,
                starts_local=at_wall(entry.starts_at + by, ZONE),
                ends_local=at_wall(entry.ends_at + by, ZONE),
            )
            for entry in booked.entries
        )
        moved = replace(booked, revision=booked.revision + 1, entries=entries)
        await self.hear(MeetingRescheduled, moved)
        return moved

    def cancelled(self, booked: Booked) -> Booked:
        """The meeting after it was cancelled."""
        entries = tuple(
            replace(entry, sequence=entry.sequence + 1, method=Method.CANCEL, notice=Notice.CANCELLED) for entry in booked.entries
        )
        return replace(booked, revision=booked.revision + 1, entries=entries)

    def removed(self, booked: Booked) -> Booked:
        """The meeting after everybody was taken off."""
        cancelled = self.cancelled(booked)
        return replace(cancelled, entries=tuple(replace(entry, notice=Notice.REMOVED) for entry in cancelled.entries))

    async def cancel(self, booked: Booked) -> Booked:
        """Cancel a meeting."""
        cancelled = self.cancelled(booked)
        await self.hear(MeetingCancelled, cancelled)
        return cancelled

    async def hear(self, kind: type[MeetingRevision], booked: Booked, *, cause: UUID | None = None) -> None:
        """Apply what meetings announces."""
        async with self.unit() as unit:
            fact = kind(
                meeting_id=booked.id,
                case_id=booked.case_id,
                revision=booked.revision,
                time_zone=ZONE,
                starts_at=booked.entries[0].starts_at,
                ends_at=booked.entries[0].ends_at,
                entries=booked.entries,
                at=unit.now,
            )
            words = MeetingWords(places={str(entry.participant_id): booked.place for entry in booked.entries})
            told = of_meeting(fact, None if kind is MeetingCancelled else words, position=self.position())
            await plan_entry(unit, told, cause=cause or uuid4())

    async def judge(
        self,
        booked: Booked,
        person: Person,
        reply: dict[str, Any],
        *,
        answer: Answer = Answer.ACCEPTED,
        outcome: str = "applied",
        channel: str = "sms",
    ) -> None:
        """Let meetings judge a reply."""
        async with self.unit() as unit:
            fact = ResponseRecorded(
                meeting_id=booked.id,
                case_id=booked.case_id,
                participant_id=booked.of(person).participant_id,
                person_id=person.id,
                revision=booked.revision,
                answer=answer,
                outcome=outcome,
                channel=channel,
                reply_id=str(reply["reply_id"]),
                at=unit.now,
            )
            await hear_response(unit, fact, position=self.position())

    # -- what notify does

    async def send_due(self) -> None:
        """Tick until nothing more is due."""
        for _ in range(20):
            await self.ticker.tick()
            await self.ticker.drained()
            if not await self.rows(
                "SELECT 1 FROM messages WHERE county_id = :county AND (state IN ('claimed', 'sending')"
                " OR state = 'pending' AND due_at <= surround_now()) LIMIT 1"
            ):
                return

    async def make_due(self, kind: str) -> None:
        """Let the messages of a kind be due now."""
        await self.run("UPDATE messages SET due_at = surround_now() WHERE county_id = :county AND kind = :kind", kind=kind)

    async def states(self, *kinds: str) -> list[tuple[str, str, str]]:
        """Kind, way and state of every message of the county, in order of planning."""
        found = await self.rows("SELECT kind, way, state FROM messages WHERE county_id = :county ORDER BY created_at, due_at, id")
        return [(row.kind, row.way, row.state) for row in found if not kinds or row.kind in kinds]

    async def facts(self, name: str) -> list[dict[str, Any]]:
        """What notify announced under a name, in order."""
        found = await self.rows(
            "SELECT data FROM log WHERE county_id = :county AND type = :type ORDER BY seq", type=f"notify.{name}.v1"
        )
        return [row.data for row in found]

    async def rows(self, query: str, **values: Any) -> list[Any]:
        """Ask the database, past the wall."""
        async with self.owner.connect() as connection:
            return list((await connection.execute(text(query), {"county": self.county.id, **values})).all())

    async def run(self, statement: str, **values: Any) -> None:
        """Change the database, past the wall."""
        async with self.owner.begin() as connection:
            await connection.execute(text(statement), {"county": self.county.id, **values})


def outlet(office: Office) -> Outlet:
    """The office's way out."""
    return Outlet(
        county=office.county,
        sending=Sending.SANDBOX,
        portal_url=office.settings.portal_url,
        entropy=lambda size: uuid4().bytes[:size],
    )
