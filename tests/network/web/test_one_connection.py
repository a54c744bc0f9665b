"""One connection for everybody: nothing of a county's request is left for the next, however it ended; no audit, no answer."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from uuid import UUID, uuid4

import pytest
from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from shared.db.unit import Actor, Units
from tests.network.bodies import FAMILY, person
from tests.network.conftest import WRAPPING_KEY, Counties
from tests.support.databases import Database, DatabaseOf

STAFF = Actor("staff", "amy")


@pytest.fixture(scope="module")
def database(fresh_database_of: DatabaseOf) -> Database:
    """A database of this file's own."""
    return fresh_database_of("network")


@pytest.fixture(scope="module")
async def engine(database: Database) -> AsyncIterator[AsyncEngine]:
    """A pool that holds one connection and never makes another."""
    engine = create_async_engine(database.app_url, pool_size=1, max_overflow=0, hide_parameters=True)
    yield engine
    await engine.dispose()


@pytest.fixture(scope="module")
def units(engine: AsyncEngine) -> Units:
    """The transactions of network, one at a time."""
    return Units(engine, service="network", wrapping_key=WRAPPING_KEY)


async def backend_of(engine: AsyncEngine) -> int:
    """Return which process of PostgreSQL answers."""
    async with engine.connect() as connection:
        return int((await connection.execute(text("SELECT pg_backend_pid()"))).scalar_one())


async def test_requests_of_two_counties_take_turns_and_see_their_own(counties: Counties, engine: AsyncEngine) -> None:
    amy, bea = counties.staff("amy"), counties.staff("bea", "county_admin", birch=True)
    backend = await backend_of(engine)
    ours = (await amy.post("/v1/cases", FAMILY)).json["id"]
    theirs = (await bea.post("/v1/cases", {**FAMILY, "assigned": ["bea"]})).json["id"]
    lists = await asyncio.gather(*(api.get("/v1/cases") for _ in range(15) for api in (amy, bea)))
    seen = [[each["id"] for each in answer.json["items"]] for answer in lists]
    assert seen == [[ours], [theirs]] * 15
    crossed = await asyncio.gather(
        *(amy.get(f"/v1/cases/{theirs}") for _ in range(5)), *(bea.get(f"/v1/cases/{ours}") for _ in range(5))
    )
    assert {answer.status for answer in crossed} == {404}
    assert await backend_of(engine) == backend


async def test_after_a_request_that_broke_the_next_county_sees_its_own(counties: Counties, engine: AsyncEngine) -> None:
    amy, bea = counties.staff("amy"), counties.staff("bea", "county_admin", birch=True)
    await amy.post("/v1/people", {**person("Otto"), "external_id": "77"})
    backend = await backend_of(engine)
    refused = await amy.post("/v1/people", {**person("Rick"), "external_id": "77"})
    assert refused.status == 409  # by a constraint, in mid-transaction
    assert (await bea.post("/v1/people:search", {"external_id": "77"})).json["items"] == []
    assert len((await amy.post("/v1/people:search", {"external_id": "77"})).json["items"]) == 1
    assert await backend_of(engine) == backend


async def test_after_a_request_that_was_cancelled_nothing_of_its_county_is_left(
    counties: Counties, units: Units, engine: AsyncEngine, county_id: UUID
) -> None:
    bea, under_way = counties.staff("bea", "county_admin", birch=True), asyncio.Event()

    async def abandoned() -> None:
        async with units.open(county_id, STAFF) as unit:
            await unit.audit("case.read", subject_kind="case", subject_id=uuid4())
            under_way.set()
            await unit.session.execute(text("SELECT pg_sleep(30)"))

    task = asyncio.create_task(abandoned())
    await under_way.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await bea.get("/v1/cases")).json["items"] == []
    async with engine.connect() as connection:
        left = (await connection.execute(text("SELECT nullif(current_setting('app.county_id', true), '')"))).scalar_one()
        rows = (await connection.execute(text("SELECT count(*) FROM audit"))).scalar_one()
    assert (left, rows) == (None, 0)
    async with units.open(county_id, STAFF) as unit:
        assert (await unit.session.execute(text("SELECT count(*) FROM audit"))).scalar_one() == 0


@contextmanager
def without_audit(database: Database) -> Iterator[None]:
    """Take the right to write the audit away for a while."""
    owner = create_engine(database.owner_url, poolclass=NullPool)
    with owner.begin() as connection:
        connection.execute(text("REVOKE INSERT ON audit FROM network_app"))
    try:
        yield
    finally:
        with owner.begin() as connection:
            connection.execute(text("GRANT INSERT ON audit TO network_app"))


async def test_what_cannot_be_put_on_record_is_neither_shown_nor_done(counties: Counties, database: Database) -> None:
    amy = counties.staff("amy")
    case = (await amy.post("/v1/cases", FAMILY)).json
    with without_audit(database):
        made, unseen = await amy.post("/v1/people", person("Otto")), await amy.get(f"/v1/cases/{case['id']}")
    assert (made.status, unseen.status) == (500, 500)
    assert case["title"] not in str(unseen.json)
    assert (await amy.post("/v1/people:search", {"name": "Otto Quesada"})).json["items"] == []
    assert (await amy.get(f"/v1/cases/{case['id']}")).status == 200
