"""A process dies at each place of the link, at the first pass and at a later one; its successor finishes within seconds."""

from uuid import uuid4

import pytest
from redis.asyncio import Redis

from tests.faults.link.county import Asking, Link
from tests.support.processes import until
from tests.support.tokens import Issuers


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


@pytest.mark.parametrize(
    ("place", "first", "later"),
    [("consumer.after_effects_before_cursor", 0, 100), ("consumer.after_commit_before_next", 50, 120)],
)
async def test_a_consumer_that_dies_around_its_commit_is_followed_from_the_cursor(
    link: Link, place: str, first: int, later: int
) -> None:
    await link.announce(120)
    await link.relay()
    await until(link.is_published)
    await (await link.consumer(place)).died()
    assert (await link.cursor(), len(await link.applied())) == (first, first), "effects and cursor moved together or not at all"
    await (await link.consumer(f"{place}:{3 - first // 50}")).died()
    assert (await link.cursor(), len(await link.applied())) == (later, later)
    await link.announce()
    await link.consumer()
    await link.recovers()
    await link.check()


async def test_a_consumer_that_dies_while_it_heals_heals_on(link: Link, redis: Redis) -> None:
    await link.announce(600)
    await link.api()
    await link.relay()
    await until(link.is_published)
    await redis.flushall()
    await (await link.consumer("consumer.while_healing")).died()
    assert await link.cursor() == 0
    await (await link.consumer("consumer.while_healing:2")).died()
    assert await link.cursor() == 500, "the first page is applied, the second not"
    await link.consumer()
    await link.recovers()
    await link.check()


async def test_a_consumer_that_dies_after_it_parked_parks_nothing_twice(link: Link) -> None:
    for between in (2, 60, 60):
        await link.announce(between)
        await link.announce_broken()
    await link.announce()
    await link.relay()
    await until(link.is_published)
    await (await link.consumer("consumer.after_park")).died()
    assert (await link.cursor(), len(await link.applied())) == (50, 49)
    await (await link.consumer("consumer.after_park:2")).died()
    assert (await link.cursor(), len(await link.applied())) == (126, 123)
    await link.announce()
    await link.consumer()
    await link.recovers()
    await link.check()


@pytest.mark.parametrize(("place", "kept"), [("api.before_commit", 0), ("api.after_commit_before_response", 1)])
async def test_a_request_whose_api_died_is_repeated_and_done_once(link: Link, issuers: Issuers, place: str, kept: int) -> None:
    asking, keys = Asking(link, issuers), [uuid4().hex for _ in range(3)]
    await link.consumer()
    await link.relay()
    dying = await link.api(place)
    assert await asking.open_family(keys[0]) is None
    await dying.died()
    assert await asking.families() == kept
    later = await link.api(f"{place}:3")
    first, second = [await asking.family(key) for key in keys[:2]]
    assert await asking.open_family(keys[2]) is None
    await later.died()
    assert await asking.families() == 2 + kept
    await link.api()
    assert [await asking.family(key) for key in keys[:2]] == [first, second]
    await asking.family(keys[2])
    assert await asking.families() == 3
    await link.recovers()
    await link.check()
    assert len(await link.applied()) == 3
