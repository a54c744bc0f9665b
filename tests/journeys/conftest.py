"""One walk through the running county for each test, and a look at the end: did anybody learn of another, was any fact lost."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import psycopg
import pytest

from tests.support.journey import Journey
from tests.support.privacy import log_sizes, traces, traces_in_logs
from tests.support.stack import Stack


def set_aside(stack: Stack) -> list[tuple[str, str, str]]:
    """Return the facts that a service could not apply, by service, type and reason."""
    found: list[tuple[str, str, str]] = []
    for service in ("network", "meetings", "notify"):
        with psycopg.connect(stack.owner_url(service)) as connection:
            found += [(service, *row) for row in connection.execute("SELECT type, reason FROM parked")]
    return found


@asynccontextmanager
async def walked(stack: Stack) -> AsyncIterator[Journey]:
    """A walk that begins by day and ends with a search for traces of people in what others received and in the logs."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=40)) as session:
        walk = Journey(stack, session)
        logs = stack.folder / "logs"
        sizes = log_sizes(logs)
        await walk.outside.daytime()
        yield walk
        await walk.outside.caught_up()
        assert await traces(walk) == []
        assert set_aside(stack) == []
        assert traces_in_logs(logs, walk.people, since=sizes) == []


@pytest.fixture
async def journey(county_stack: Stack) -> AsyncIterator[Journey]:
    """A walk through the county that all journeys share."""
    async with walked(county_stack) as walk:
        yield walk
