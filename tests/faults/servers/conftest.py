"""One county of its own for all of this folder, and somebody who uses it."""

from collections.abc import AsyncIterator, Callable, Iterator

import aiohttp
import pytest

from tests.faults.servers.county import UsedCounty
from tests.support import stack
from tests.support.journey import Journey
from tests.support.stack import Stack


@pytest.fixture(scope="session")
def plugs() -> Iterator[Stack]:
    """A county whose plugs may be pulled."""
    running = stack.start("--empty")
    yield running
    stack.stop(running)


@pytest.fixture(scope="session")
def say(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Tell the person who waits, where there is one: a worker of xdist has no terminal."""
    terminal = request.config.pluginmanager.get_plugin("terminalreporter")
    return terminal.write_line if terminal else lambda line: None


@pytest.fixture(scope="session")
async def used(plugs: Stack, say: Callable[[str], None]) -> AsyncIterator[UsedCounty]:
    """The county with a few families in it."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=40)) as session:
        county = UsedCounty(plugs, Journey(plugs, session), say)
        await county.prepare()
        yield county
