"""A process dies at each place of the link, at the first pass and at a later one; its successor finishes within seconds."""

import pytest

from tests.faults.link.county import Link
from tests.support.processes import until


@pytest.mark.parametrize("place", ["relay.after_number_before_xadd", "relay.after_xadd_before_mark"])
async def test_a_relay_that_dies_is_followed_by_one_that_publishes_the_rest(link: Link, place: str) -> None:
    await link.consumer()
    await link.announce(5)
    await (await link.relay(place)).died()
    later = await link.relay(f"{place}:2")
    await until(link.is_published)
    await link.announce(5)
    await later.died()
    await link.relay()
    await link.recovers()
    await until(link.is_published)
    await link.check()
