"""A holder that freezes is replaced within seconds; when it wakes it changes nothing, and can take its turn again."""

import pytest

from tests.faults.link.county import Link
from tests.support.processes import until

TAKEN_OVER_SECONDS = 20.0
"""From when a successor runs: three for the lock, five for what a transaction held, and a slow machine."""


@pytest.mark.parametrize(
    ("relay_at", "consumer_at"),
    [
        ("relay.after_xadd_before_mark", "consumer.after_effects_before_cursor"),
        pytest.param("relay.after_number_before_xadd", "consumer.after_commit_before_next", marks=pytest.mark.soak),
    ],
)
async def test_a_frozen_relay_and_a_frozen_consumer_are_replaced_and_wake_to_no_harm(
    link: Link, relay_at: str, consumer_at: str
) -> None:
    await link.announce(60)
    frozen_relay = await link.relay(f"{relay_at}:1:freeze")
    await frozen_relay.froze()
    next_relay = await link.relay()
    await next_relay.started()
    assert await until(link.is_published) < TAKEN_OVER_SECONDS
    frozen_consumer = await link.consumer(f"{consumer_at}:1:freeze")
    await frozen_consumer.froze()
    await link.announce(5)
    next_consumer = await link.consumer()
    await next_consumer.started()
    assert await link.recovers() < TAKEN_OVER_SECONDS
    frozen_relay.wake()
    frozen_consumer.wake()
    for _ in range(5):
        await link.announce(3)
    await link.recovers()
    await link.check()
    next_relay.kill()
    next_consumer.kill()
    await link.announce(5)
    await link.recovers()
    await link.check()
    assert frozen_relay.is_alive()
    assert frozen_consumer.is_alive()
