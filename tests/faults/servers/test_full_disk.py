"""The disk under PostgreSQL's tables is full: requests are put off, and with space again all goes on by itself (R14)."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.faults.servers.county import UsedCounty
from tests.faults.servers.small_disk import SmallDisk, mounted
from tests.support.processes import until
from tests.support.stack import Stack

pytestmark = pytest.mark.xdist_group("plugs")

PUT_OFF = (503, "unavailable", "5")
BACK_WITHIN = 10.0
"""Seconds from the first free byte until bookings are taken again (RELIABILITY R14)."""


@pytest.fixture
def disk(plugs: Stack) -> Iterator[SmallDisk]:
    """All tables of the county on a small disk of its own, where this machine lets one be mounted."""
    with ExitStack() as stack:
        try:
            small = stack.enter_context(mounted(plugs))
        except OSError as error:
            pytest.skip(f"no file system can be mounted here: {error}")
        yield small


async def test_a_full_disk_puts_requests_off_and_loses_and_doubles_nothing(used: UsedCounty, disk: SmallDisk) -> None:
    got = used.use.answers_got

    async def often_put_off() -> bool:
        return got[PUT_OFF] >= 10

    async with used.in_use():
        await used.book(10)
        got.clear()
        with disk.full():
            await until(often_put_off)
        used.pulled()
        async with asyncio.timeout(BACK_WITHIN):
            await used.book(5)
    # Mail that was claimed and could not be begun waits for the end of its lease, hence half a minute and not ten seconds.
    await used.recovered("a full disk")
    await used.is_whole()
    assert {status for status, _, _ in got} <= {201, 409, 503}
    assert {answer for answer in got if answer[0] == 503} == {PUT_OFF}
