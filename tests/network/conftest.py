"""network on a real PostgreSQL, as the role it runs as; each test in two counties that nobody else uses."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.network.app import Network, make_web
from shared.bus import stream
from shared.bus.healing import HttpHealing
from shared.db.engine import make_engine
from shared.db.unit import Actor, Unit, Units
from shared.settings import Sending, ServiceSettings
from shared.web.client import SystemTokens, new_session
from tests.network.use_cases.promised import a_network_county
from tests.support.databases import Database, DatabaseOf
from tests.support.limits import WIDE
from tests.support.servers import Servers
from tests.support.tokens import Issuers, a_county

WRAPPING_KEY = bytes(range(32))
EVERY_SCOPE = (
    "people.read",
    "people.contact.read",
    "people.write",
    "cases.read",
    "cases.write",
    "plans.read",
    "plans.write",
    "imports.write",
    "audit.read",
)

OpenUnit = Callable[..., AbstractAsyncContextManager[Unit]]


@pytest.fixture(scope="session")
def database(database_of: DatabaseOf) -> Database:
    """network's migrated database."""
    return database_of("network")


@pytest.fixture(scope="session")
async def engine(database: Database) -> AsyncIterator[AsyncEngine]:
    """A pool of the running role."""
    engine = make_engine(database.app_url, pool_size=30)
    yield engine
    await engine.dispose()


@pytest.fixture
def units(engine: AsyncEngine, county_id: UUID) -> Units:
    """The transactions of network, which knows the test's county."""
    return Units(engine, service="network", wrapping_key=WRAPPING_KEY, counties=(a_network_county(county_id),))


@pytest.fixture
def county_id() -> UUID:
    """A county of the test's own."""
    return uuid4()


@pytest.fixture
def open_unit(units: Units, county_id: UUID) -> OpenUnit:
    """Opens a unit of the test's county (or of another), as Amy."""

    def open_one(county: UUID = county_id, staff_id: str = "amy") -> AbstractAsyncContextManager[Unit]:
        return units.open(county, Actor("staff", staff_id))

    return open_one


@dataclass(frozen=True, slots=True)
class Written:
    """One fact as it stands in the log."""

    type: str
    subject: UUID
    data: dict[str, Any]
    words: bytes | None


class BehindTheWall:
    """What network wrote, read as a superuser."""

    def __init__(self, database: Database, county_id: UUID) -> None:
        """Look at one county."""
        self._engine = create_engine(database.owner_url, poolclass=NullPool)
        self._county_id = county_id

    def facts(self) -> list[Written]:
        """Return the facts of the county, in order."""
        return [
            Written(*row) for row in self._rows("SELECT type, subject, data, words FROM log WHERE county_id = :county ORDER BY seq")
        ]

    def types(self) -> list[str]:
        """Return the types of the county's facts, without the service's name and the version."""
        return [fact.type.removeprefix("network.").removesuffix(".v1") for fact in self.facts()]

    def audit(self) -> list[tuple[str, str, UUID]]:
        """Return action, kind and id of every deed in the county's audit, in order; refusals come when they come."""
        rows = self._rows(
            "SELECT action, subject_kind, subject_id FROM audit"
            " WHERE county_id = :county AND action NOT LIKE 'refused%' ORDER BY seq"
        )
        return [(row[0], row[1], row[2]) for row in rows]

    def refused(self) -> list[tuple[str, str, UUID, dict[str, Any]]]:
        """Return who was turned away from what, in order."""
        rows = self._rows(
            "SELECT actor_id, subject_kind, subject_id, details FROM audit"
            " WHERE county_id = :county AND action LIKE 'refused%' ORDER BY seq"
        )
        return [(row[0], row[1], row[2], row[3]) for row in rows]

    def everything(self, *, but: str = "") -> str:
        """Return every row of the county in every table (but one), as text."""
        tables = [row[0] for row in self._rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
        walled = [
            row[0]
            for row in self._rows("SELECT table_name FROM information_schema.columns WHERE column_name = 'county_id'")
            if row[0] in tables and row[0] != but
        ]
        return "\n".join(
            str(row[0])
            for table in walled
            for row in self._rows(f"SELECT t::text FROM {table} t WHERE county_id = :county ORDER BY 1")  # noqa: S608  our own tables
        )

    def _rows(self, query: str) -> Sequence[Any]:
        with self._engine.connect() as connection:
            return connection.execute(text(query), {"county": self._county_id} if ":county" in query else {}).all()


@pytest.fixture
def behind_the_wall(database: Database, county_id: UUID) -> BehindTheWall:
    """What the test's county left in the database."""
    return BehindTheWall(database, county_id)


@pytest.fixture(scope="session")
async def issuers() -> AsyncIterator[Issuers]:
    """Two identity providers and the deployment's own."""
    made = Issuers()
    await made.start()
    yield made
    await made.stop()


class Api:
    """network's HTTP surface, called as somebody."""

    def __init__(self, client: "TestClient[Any, Any]", token: str, **headers: str) -> None:
        """Call with a token."""
        self._client = client
        self._headers = {"Authorization": f"Bearer {token}", **headers}

    async def send(self, method: str, path: str, body: Any = None, *, etag: str = "", key: str = "") -> "Answer":
        """Send one request; POST gets an idempotency key of its own unless given one."""
        headers = dict(self._headers)
        if method == "PATCH":
            headers["Content-Type"] = "application/merge-patch+json"
        if etag:
            headers["If-Match"] = etag
        if method == "POST":
            headers["Idempotency-Key"] = key or uuid4().hex
        async with self._client.request(method, path, json=body, headers=headers) as response:
            content = await response.read()
            value = await response.json(content_type=None) if content else None
            return Answer(response.status, value, response.headers)

    async def get(self, path: str) -> "Answer":
        """GET."""
        return await self.send("GET", path)

    async def post(self, path: str, body: Any = None, **options: str) -> "Answer":
        """POST."""
        return await self.send("POST", path, body, **options)

    async def put(self, path: str, body: Any) -> "Answer":
        """PUT."""
        return await self.send("PUT", path, body)

    async def patch(self, path: str, body: Any, etag: str = "") -> "Answer":
        """PATCH, as a merge patch."""
        return await self.send("PATCH", path, body, etag=etag)

    async def delete(self, path: str, etag: str = "") -> "Answer":
        """DELETE."""
        return await self.send("DELETE", path, etag=etag)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    json: Any
    headers: Mapping[str, str]

    @property
    def code(self) -> str:
        """The stable code of a refusal."""
        return str(self.json["code"])

    @property
    def codes(self) -> list[tuple[str, str | None]]:
        """Code and place of each value at fault."""
        return [(each["code"], each.get("pointer")) for each in self.json["errors"]]


class Counties:
    """network over HTTP for two counties of the test's own: `amy` of unit north, and whoever else a test needs."""

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

    def system(self) -> Api:
        """Alder's own system."""
        return self.staff("alder-cws", "system", units=())

    def service(self, *scopes: str) -> Api:
        """One of our services."""
        return Api(self._client, self._issuers.service(*scopes))


@pytest.fixture
async def counties(
    servers: Servers, database: Database, engine: AsyncEngine, issuers: Issuers, county_id: UUID
) -> AsyncIterator[Counties]:
    """The service over HTTP."""
    alder, birch = a_county(county_id, issuers.alder), a_county(uuid4(), issuers.birch)
    settings = ServiceSettings(
        service="network",
        listen_host="127.0.0.1",
        listen_port=0,
        database_url=database.app_url,
        owner_database_url=database.owner_url,
        redis_url=servers.redis_url,
        wrapping_key=WRAPPING_KEY,
        counties=(alder, birch),
        system=issuers.system_client,
        sending=Sending.OFF,
        urls={"network": "http://network.test", "notify": "http://notify.test"},
        limits=WIDE,
    )
    redis = stream.connect(servers.redis_url)
    async with new_session() as session:
        tokens = SystemTokens(settings.system, session)
        healing = {"notify": HttpHealing(session, settings.urls["notify"], tokens.of("events.read"))}
        units = Units(engine, service="network", wrapping_key=WRAPPING_KEY, counties=settings.counties)
        app = make_web(Network(settings, engine, units, redis, healing))
        async with TestClient(TestServer(app)) as client:
            yield Counties(client, issuers)
    await redis.aclose()


@pytest.fixture
def amy(counties: Counties) -> Api:
    """A caseworker of Alder, unit north."""
    return counties.staff("amy")
