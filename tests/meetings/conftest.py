"""meetings on a real PostgreSQL, as the role it runs as; each test in counties that nobody else uses."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import pytest
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.meetings.app import HEARS, LISTENERS, Meetings, make_web
from services.meetings.use_cases.county import CountyFacts
from shared.bus import stream
from shared.bus.consumer import Fact
from shared.bus.healing import HttpHealing
from shared.db.engine import make_engine
from shared.db.unit import Actor, Unit, Units
from shared.events.network import (
    CaseAccessChanged,
    CaseOpened,
    Channel,
    ChildAdded,
    Consent,
    ContactPoint,
    MemberJoined,
    PersonRegistered,
    SeparationSet,
)
from shared.kernel.access import Caller, Role
from shared.kernel.ids import read, spell
from shared.settings import Sending, ServiceSettings
from shared.web.client import SystemTokens, new_session
from tests.network.conftest import Api, Written
from tests.support.databases import Database, DatabaseOf
from tests.support.limits import WIDE
from tests.support.servers import Servers
from tests.support.tokens import Issuers, a_county

WRAPPING_KEY = bytes(range(32))
ZONE = "America/Los_Angeles"
EVERY_SCOPE = ("meetings.read", "meetings.write", "resources.write", "audit.read")
A_WEEKDAY = 3
TODAY = datetime.now(UTC).date()


@pytest.fixture(scope="session")
def database(database_of: DatabaseOf) -> Database:
    """meetings' migrated database."""
    return database_of("meetings")


@pytest.fixture(scope="session")
async def engine(database: Database) -> AsyncIterator[AsyncEngine]:
    """A pool of the running role."""
    engine = make_engine(database.app_url, pool_size=30)
    yield engine
    await engine.dispose()


@pytest.fixture(scope="session")
def units(engine: AsyncEngine) -> Units:
    """The transactions of meetings."""
    return Units(engine, service="meetings", wrapping_key=WRAPPING_KEY)


@pytest.fixture
def county_id() -> UUID:
    """A county of the test's own."""
    return uuid4()


@pytest.fixture
def birch_id() -> UUID:
    """Another county of the test's own."""
    return uuid4()


class Log:
    """What meetings wrote for one county, read as a superuser."""

    def __init__(self, database: Database, county_id: UUID) -> None:
        """Look at one county."""
        self._engine = create_engine(database.owner_url, poolclass=NullPool)
        self._county_id = county_id

    def facts(self) -> list[Written]:
        """Return the facts of the county, in order."""
        rows = self.rows("SELECT type, subject, data, words FROM log WHERE county_id = :county ORDER BY seq")
        return [Written(*row) for row in rows]

    def types(self) -> list[str]:
        """Return the types of the county's facts, without the service's name and the version."""
        return [fact.type.removeprefix("meetings.").removesuffix(".v1") for fact in self.facts()]

    def last(self) -> dict[str, Any]:
        """Return the last fact's data."""
        return self.facts()[-1].data

    def told(self) -> list[tuple[UUID, str, str, int]]:
        """Return whom the last fact tells what: person, notice, method, SEQUENCE."""
        return [(UUID(e["person_id"]), e["notice"], e["method"], e["sequence"]) for e in self.last()["entries"]]

    def audit(self) -> list[tuple[str, UUID]]:
        """Return action and id of every deed about meetings in the county's audit, in order; refusals come when they come."""
        rows = self.rows(
            "SELECT action, subject_id FROM audit WHERE county_id = :county AND subject_kind = 'meeting'"
            " AND action NOT LIKE 'refused%' ORDER BY seq"
        )
        return [(row[0], row[1]) for row in rows]

    def everything(self, *, but: str = "") -> str:
        """Return every row of the county in every table (but one), as text."""
        walled = [
            row[0]
            for row in self.rows(
                "SELECT c.table_name FROM information_schema.columns c JOIN pg_tables t ON t.tablename = c.table_name "
                "WHERE c.column_name = 'county_id' AND t.schemaname = 'public'"
            )
            if row[0] != but
        ]
        return "\n".join(
            str(row[0])
            for table in walled
            for row in self.rows(f"SELECT t::text FROM {table} t WHERE county_id = :county ORDER BY 1")  # noqa: S608  our own tables
        )

    def rows(self, query: str) -> Sequence[Any]:
        """Return rows of a query about the county."""
        with self._engine.connect() as connection:
            return connection.execute(text(query), {"county": self._county_id} if ":county" in query else {}).all()

    def run(self, statement: str) -> None:
        """Change something behind the service's back."""
        with self._engine.begin() as connection:
            connection.execute(text(statement), {"county": self._county_id})


@pytest.fixture
def log(database: Database, county_id: UUID) -> Log:
    """What the test's county left in the database."""
    return Log(database, county_id)


@dataclass(frozen=True, slots=True)
class Family:
    """A family that meetings has heard of: a child in care, a mother, an aunt who cares for him, their worker."""

    case_id: UUID = field(default_factory=uuid4)
    child: UUID = field(default_factory=uuid4)
    mother: UUID = field(default_factory=uuid4)
    aunt: UUID = field(default_factory=uuid4)
    worker: UUID = field(default_factory=uuid4)

    @property
    def id(self) -> str:
        """The family's public id."""
        return spell("case", self.case_id)


class World:
    """What meetings has heard from others, told by its own listeners in units of one county."""

    def __init__(self, units: Units, county_id: UUID) -> None:
        """Speak to one county."""
        self._units = units
        self.county_id = county_id
        self.facts = CountyFacts("alder", ZONE)
        self._positions = count(1)

    def unit(self, staff_id: str = "amy") -> AbstractAsyncContextManager[Unit]:
        """Open a unit as a member of staff."""
        return self._units.open(self.county_id, Actor("staff", staff_id))

    def caller(self, staff_id: str = "amy", *roles: Role) -> Caller:
        """A caseworker of unit north, unless told otherwise."""
        return Caller(self.county_id, staff_id, frozenset(roles or (Role.CASEWORKER,)), units=frozenset({"north"}))

    async def hear(self, body: object, *, position: int | None = None) -> None:
        """Apply one fact as the consumer would: the next of network's log, or one set aside that stands earlier in it."""
        async with self._units.open(self.county_id, Actor("service", "meetings")) as unit:
            fact: Fact[Any] = Fact(
                body=body,
                id=uuid4(),
                position=next(self._positions) if position is None else position,
                county_id=self.county_id,
                time=unit.now,
                traceparent="",
                _unit=unit,
            )
            for listener in LISTENERS:
                if type(body) in listener.events:
                    await listener.handle(unit, fact)

    async def person(self, person_id: UUID | None = None, *, position: int | None = None, **facts: Any) -> UUID:
        """Register a person who speaks English."""
        ordinary = PersonRegistered(
            person_id=person_id or uuid4(),
            time_zone=ZONE,
            spoken_language="en",
            written_language="en",
            interpreter_needed=False,
            is_minor=False,
            contact_points=(),
            quiet_from=time(21),
            quiet_until=time(8),
            voicemail_ok=False,
            staff_id=None,
            at=datetime.now(UTC),
        )
        known = replace(ordinary, **facts)
        await self.hear(known, position=position)
        return known.person_id

    async def member(self, case_id: UUID, person_id: UUID) -> UUID:
        """Let a person join a family's network."""
        member_id = uuid4()
        await self.hear(
            MemberJoined(
                case_id=case_id,
                member_id=member_id,
                person_id=person_id,
                relationship="other",
                side="neither",
                circle="inner",
                support_type="informal",
                caregiver_of_concern=False,
                at=datetime.now(UTC),
            )
        )
        return member_id

    async def child(self, case_id: UUID, child_id: UUID, *, position: int | None = None, **facts: Any) -> None:
        """Make a child part of a family's work, in care since yesterday."""
        ordinary = ChildAdded(
            case_id=case_id,
            child_id=child_id,
            entered_care_on=TODAY - timedelta(days=1),
            disposition_on=None,
            icwa_status="does_not_apply",
            placement_kind="relative",
            intensive_services=False,
            at=datetime.now(UTC),
        )
        await self.hear(replace(ordinary, **facts), position=position)

    async def family(self, assigned: Sequence[str] = ("amy",), unit: str = "north") -> Family:
        """Open a family with its people."""
        family = Family()
        now = datetime.now(UTC)
        await self.hear(CaseOpened(case_id=family.case_id, time_zone=ZONE, at=now))
        await self.hear(CaseAccessChanged(case_id=family.case_id, unit=unit, assigned=tuple(assigned), shared_with=(), at=now))
        await self.person(family.child, is_minor=True)
        await self.child(family.case_id, family.child)
        await self.person(family.mother)
        await self.person(family.aunt)
        await self.person(family.worker, staff_id=assigned[0])
        for person_id in (family.mother, family.aunt):
            await self.member(family.case_id, person_id)
        return family

    async def keep_apart(self, first: UUID, second: UUID, until: date | None = None) -> UUID:
        """Set a separation rule."""
        rule_id = uuid4()
        await self.hear(
            SeparationSet(rule_id=rule_id, person_a=first, person_b=second, overridable=False, until=until, at=datetime.now(UTC))
        )
        return rule_id


@pytest.fixture
def world(units: Units, county_id: UUID) -> World:
    """What the test's county has heard."""
    return World(units, county_id)


@pytest.fixture
async def family(world: World) -> Family:
    """A family of Amy's."""
    return await world.family()


def next_day(weekday: int = A_WEEKDAY, *, weeks: int = 1) -> date:
    """Return a weekday at least so many weeks from now."""
    day = TODAY + timedelta(weeks=weeks)
    return day + timedelta(days=(weekday - day.weekday()) % 7)


def at(clock: str = "10:00", day: date | None = None) -> str:
    """Return a wall time as the API takes it."""
    return f"{day or next_day()}T{clock}"


def who(person_id: UUID, role: str, *, required: bool = True, mode: str = "in_person") -> dict[str, Any]:
    """Return a participant as the API takes it."""
    return {"person_id": spell("per", person_id), "role": role, "required": required, "mode": mode}


def everyone(family: Family) -> list[dict[str, Any]]:
    """Return all of a family's people as participants."""
    return [
        who(family.child, "child", mode="video"),
        who(family.mother, "parent"),
        who(family.aunt, "current_caregiver"),
        who(family.worker, "placing_agency_worker"),
    ]


def a_booking(family: Family, **facts: Any) -> dict[str, Any]:
    """Return the body of a booking: a CFT of 90 minutes at ten."""
    return {
        "case_id": family.id,
        "kind": "cft",
        "purposes": ["initial_cft"],
        "children": [spell("per", family.child)],
        "starts_local": at(),
        "time_zone": ZONE,
        "minutes": 90,
        "participants": everyone(family),
        "place": {"name": "Family office", "address": "1 Alder Street", "dial_in": "+1 916 555 0100"},
        **facts,
    }


def uuid_of(public: str) -> UUID:
    """Return the id that a public spelling means."""
    found = read(public.rpartition("_")[0], public)
    assert found is not None
    return found


@pytest.fixture(scope="session")
async def issuers() -> AsyncIterator[Issuers]:
    """Two identity providers and the deployment's own."""
    made = Issuers()
    await made.start()
    yield made
    await made.stop()


class Counties:
    """meetings over HTTP for two counties of the test's own."""

    def __init__(self, client: "TestClient[Any, Any]", issuers: Issuers) -> None:
        """Call this client with tokens of these issuers."""
        self._client = client
        self._issuers = issuers

    def staff(
        self,
        staff_id: str,
        *roles: str,
        units: Sequence[str] = ("north",),
        scopes: Sequence[str] = EVERY_SCOPE,
        birch: bool = False,
    ) -> Api:
        """Somebody who signed in at Alder, or at Birch."""
        issuer = self._issuers.birch if birch else self._issuers.alder
        claims = issuer.claims(staff_id, roles=list(roles or ("caseworker",)), units=list(units), scope=" ".join(scopes))
        return Api(self._client, issuer.sign(claims))

    def service(self, *scopes: str) -> Api:
        """One of our services."""
        return Api(self._client, self._issuers.service(*scopes))


@pytest.fixture
async def counties(
    servers: Servers,
    database: Database,
    engine: AsyncEngine,
    units: Units,
    issuers: Issuers,
    county_id: UUID,
    birch_id: UUID,
) -> AsyncIterator[Counties]:
    """The service over HTTP."""
    alder = replace(a_county(county_id, issuers.alder), holidays=(next_day(weeks=3).isoformat(),))
    settings = ServiceSettings(
        service="meetings",
        listen_host="127.0.0.1",
        listen_port=0,
        database_url=database.app_url,
        owner_database_url=database.owner_url,
        redis_url=servers.redis_url,
        wrapping_key=WRAPPING_KEY,
        counties=(alder, a_county(birch_id, issuers.birch)),
        system=issuers.system_client,
        sending=Sending.SANDBOX,
        urls={each: f"http://{each}.test" for each in ("network", "meetings", "notify")},
        limits=WIDE,
    )
    redis = stream.connect(servers.redis_url)
    async with new_session() as session:
        tokens = SystemTokens(settings.system, session)
        healing = {each: HttpHealing(session, settings.urls[each], tokens.of("events.read")) for each in HEARS}
        app = make_web(Meetings(settings, engine, units, redis, healing))
        async with TestClient(TestServer(app)) as client:
            yield Counties(client, issuers)
    await redis.aclose()


@pytest.fixture
def amy(counties: Counties) -> Api:
    """A caseworker of Alder, unit north."""
    return counties.staff("amy")


@pytest.fixture
async def pools(amy: Api, world: World) -> Mapping[str, str]:
    """A facilitator, a room and an interpreter of the county, by kind, and the facilitator's and interpreter's people."""
    sam, elena = await world.person(), await world.person(spoken_language="es")
    bodies: dict[str, dict[str, Any]] = {
        "facilitator": {"name": "Sam", "person_id": spell("per", sam), "staff_id": "sam", "skills": ["dv_trained"]},
        "room": {"name": "Oak Room", "capacity": 12, "site": "main_office"},
        "interpreter": {"name": "Elena", "person_id": spell("per", elena), "languages": ["es"], "modes": ["video", "phone"]},
    }
    made = {kind: await amy.post("/v1/resources", {"kind": kind, **body}) for kind, body in bodies.items()}
    assert [answer.status for answer in made.values()] == [201, 201, 201]
    ids = {kind: str(answer.json["id"]) for kind, answer in made.items()}
    return {**ids, "sam": str(sam), "elena": str(elena)}


def an_email(lookup: str) -> ContactPoint:
    """A mail address of somebody, by its keyed hash."""
    return ContactPoint(contact_point_id=uuid4(), channel=Channel.EMAIL, consent=Consent.GRANTED, preferred=True, lookup=lookup)
