"""Refusals on record: each of a kind once and at once, repeats by their number, a flood in a few rows."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, NullPool, create_engine, text

from shared.db.unit import NO_TRACE, Actor, Trace, Unit, Units
from shared.kernel.access import NO_COUNTY
from shared.web.refusals import MOST_OF_ALL, MOST_OF_ONE, Refusal, Refusals
from tests.shared.db.conftest import WRAPPING_KEY
from tests.shared.web.conftest import Client
from tests.support.servers import Servers
from tests.support.tokens import Issuers, bearer

AMY = Actor("staff", "amy", "caseworker")


@pytest.fixture
def county() -> UUID:
    """A county of the test's own."""
    return uuid4()


class Record:
    """What stands in the audit, read past the wall."""

    def __init__(self, servers: Servers, database: str) -> None:
        self._engine = create_engine(servers.url(database, driver="psycopg"), poolclass=NullPool)

    def of(self, county_id: UUID, **like: str) -> list[tuple[str, str, str, dict[str, Any]]]:
        """Return action, actor, kind and details of a county's refusals, in order."""
        with self._engine.connect() as connection:
            return self._of(connection, county_id, like.get("request_id"))

    def _of(self, connection: Connection, county_id: UUID, request_id: str | None) -> list[tuple[str, str, str, dict[str, Any]]]:
        rows = connection.execute(
            text(
                "SELECT action, actor_kind || ':' || actor_id, subject_kind, details FROM audit WHERE county_id = :county"
                " AND action LIKE 'refused%' AND (CAST(:request AS text) IS NULL OR request_id = :request) ORDER BY seq"
            ),
            {"county": county_id, "request": request_id},
        )
        return [(row[0], row[1], row[2], row[3]) for row in rows]

    async def soon(self, county_id: UUID, number: int, **like: str) -> list[tuple[str, str, str, dict[str, Any]]]:
        """Return the same once there are as many; they are written behind the answer."""
        async with asyncio.timeout(10):
            while len(found := self.of(county_id, **like)) < number:  # noqa: ASYNC110  another connection writes it
                await asyncio.sleep(0.02)
        return found


@pytest.fixture
def record(servers: Servers, web_database: str) -> Record:
    """The toy service's audit."""
    return Record(servers, web_database)


@asynccontextmanager
async def running(refusals: Refusals) -> AsyncIterator[Refusals]:
    """Let refusals be written until the end."""
    task = asyncio.create_task(refusals.run())
    yield refusals
    refusals.stop()
    await task


def refusal(county_id: UUID, *, actor: Actor = AMY, about: UUID | None = None, status: int = 404) -> Refusal:
    """One refusal at the route of a family."""
    return Refusal(county_id, actor, "GET /v1/cases/{case_id}", status, "case", about or UUID(int=1))


async def test_the_first_is_written_at_once_and_repeats_are_a_number(units: Units, record: Record, county: UUID) -> None:
    async with running(Refusals(units)) as refusals:
        for turn in range(50):
            refusals.note(refusal(county), request_id=f"request-{turn}")
        await record.soon(county, 1, request_id="request-0")
    way = {"roles": "caseworker", "route": "GET /v1/cases/{case_id}", "status": 404}
    assert record.of(county) == [
        ("refused", "staff:amy", "case", {**way, "count": 1}),
        ("refused.again", "staff:amy", "case", {**way, "count": 49}),
    ]
    assert (await units.verify_audit(county)).holds


async def test_a_window_that_closes_says_how_often_and_the_next_begins_anew(units: Units, record: Record, county: UUID) -> None:
    async with running(Refusals(units, window=0.3)) as refusals:
        refusals.note(refusal(county), request_id="request-1")
        refusals.note(refusal(county), request_id="request-2")
        await record.soon(county, 2)
        refusals.note(refusal(county), request_id="request-3")
        found = await record.soon(county, 3)
    assert [(action, details["count"]) for action, _, _, details in found] == [("refused", 1), ("refused.again", 1), ("refused", 1)]


async def test_whoever_tries_every_door_fills_no_disk(units: Units, record: Record, county: UUID) -> None:
    """Thirty thousand families tried by one caller, and as many callers as anybody could have."""
    async with running(Refusals(units)) as refusals:
        for turn in range(30_000):
            refusals.note(refusal(county, about=UUID(int=turn)), request_id=f"request-{turn}")
        for turn in range(3 * MOST_OF_ALL):
            refusals.note(refusal(county, actor=Actor("staff", f"staff-{turn}")), request_id=f"other-{turn}")
    found = record.of(county)
    amys = [details["count"] for _, actor, _, details in found if actor == "staff:amy"]
    assert len(amys) <= MOST_OF_ONE + 2
    assert sum(amys) == 30_000
    assert len(found) <= 2 * MOST_OF_ALL + 4
    assert sum(details["count"] for _, _, _, details in found) == 30_000 + 3 * MOST_OF_ALL


async def test_noting_a_refusal_waits_for_nothing(units: Units, county: UUID) -> None:
    loop = asyncio.get_running_loop()
    refusals = Refusals(units)
    began = loop.time()
    for turn in range(10_000):
        refusals.note(refusal(county, about=UUID(int=turn % 100)), request_id=f"request-{turn}")
    assert (loop.time() - began) / 10_000 < 0.001


async def test_a_call_without_a_token_is_on_record_where_no_county_is(client: Client, record: Record) -> None:
    headers = {"X-Request-Id": uuid4().hex}
    async with client.get("/v1/notes", headers={**headers, "Authorization": "Bearer nonsense"}) as answer:
        assert answer.status == 401
    found = await record.soon(NO_COUNTY, 1, request_id=headers["X-Request-Id"])
    assert {(actor, kind, details["status"]) for _, actor, kind, details in found} == {("nobody:", "route", 401)}


async def test_a_missing_scope_is_on_record_with_caller_role_and_route(client: Client, issuers: Issuers, record: Record) -> None:
    alder = issuers.counties[0].id
    request_id = uuid4().hex
    token = issuers.staff("nothing.read", staff=f"staff-{request_id}")
    async with client.get("/v1/notes", headers=bearer(token, **{"X-Request-Id": request_id})) as answer:
        assert answer.status == 403
    assert await record.soon(alder, 1, request_id=request_id) == [
        (
            "refused",
            f"staff:staff-{request_id}",
            "route",
            {"roles": "caseworker", "route": "GET /v1/notes", "status": 403, "count": 1},
        )
    ]


async def test_what_is_not_there_is_no_refusal(client: Client, issuers: Issuers, record: Record) -> None:
    alder, request_id = issuers.counties[0].id, uuid4().hex
    token = issuers.staff("notes.read", staff=f"staff-{request_id}")
    async with client.get(f"/v1/notes/note_{uuid4().hex}", headers=bearer(token, **{"X-Request-Id": request_id})) as answer:
        assert answer.status == 404
    async with client.get("/v1/events", headers=bearer(token, **{"X-Request-Id": f"after-{request_id}"})) as answer:
        assert answer.status == 403
    await record.soon(alder, 1, request_id=f"after-{request_id}")
    assert record.of(alder, request_id=request_id) == []


class AwayAtFirst(Units):
    """Units whose database cannot be reached the first time."""

    tried = 0

    @asynccontextmanager
    async def open(self, county_id: UUID, actor: Actor, trace: Trace = NO_TRACE) -> AsyncIterator[Unit]:
        """Fail once."""
        self.tried += 1
        if self.tried == 1:
            raise ConnectionRefusedError
        async with super().open(county_id, actor, trace) as unit:
            yield unit


async def test_while_the_database_is_away_refusals_wait(units: Units, record: Record, county: UUID) -> None:
    away = AwayAtFirst(units.engine, service="network", wrapping_key=WRAPPING_KEY)
    async with running(Refusals(away, window=0.2)) as refusals:
        refusals.note(refusal(county), request_id="request-1")
        await record.soon(county, 1)
    assert away.tried == 2
