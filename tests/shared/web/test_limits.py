"""Limits: who asks too much is told so, the others go on, whichever replica they ask, and whether Valkey is there or not."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from ipaddress import ip_network

import pytest
from aiohttp.test_utils import TestClient, TestServer, make_mocked_request
from redis.asyncio import Redis

from deploy.local.servers import free_port
from shared.bus import stream
from shared.db.unit import Units
from shared.kernel.quotas import STANDARD, Quota, Who
from shared.settings import LimitSettings, SettingsError, read_limits
from shared.web.auth import Verifier
from shared.web.factory import make_app
from shared.web.limits import AWAY, Limits
from shared.web.openapi import describe
from tests.shared.web import toy
from tests.shared.web.conftest import Client
from tests.support.servers import Servers
from tests.support.tokens import BIRCH, Issuers, bearer

STAFF = (Quota("burst", 3, 1), Quota("day", 100, 86_400))
FEW = LimitSettings({**STANDARD, Who.STAFF: STAFF, Who.SYSTEM: (Quota("burst", 5, 1),), Who.ADDRESS: (Quota("burst", 2, 1),)})
NOTES = "/v1/notes"
OPEN = "/f/secret.ics"


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        """Begin in the middle of a second and far from midnight."""
        self.now = 1_800_000_000.4

    def __call__(self) -> float:
        """Return the time."""
        return self.now


Replica = Callable[..., Awaitable[tuple[Client, Limits]]]


@pytest.fixture
async def redis(servers: Servers) -> AsyncIterator[Redis]:
    """This worker's Valkey, empty."""
    redis = stream.connect(servers.redis_url)
    await redis.flushdb()
    yield redis
    await redis.aclose()


@pytest.fixture
def clock() -> Clock:
    """The time of all replicas."""
    return Clock()


@pytest.fixture
async def replica(redis: Redis, issuers: Issuers, units: Units, clock: Clock) -> AsyncIterator[Replica]:
    """Start one more replica of the toy service."""
    started: list[Client] = []

    async def start(limits: LimitSettings = FEW, valkey: Redis = redis) -> tuple[Client, Limits]:
        counting = Limits(valkey, service="network", limits=limits, clock=clock)
        app = make_app(
            service="network",
            routes=toy.ROUTES,
            prefixes=toy.PREFIXES,
            units=units,
            verifier=Verifier(issuers.counties, issuers.system_client, audience="network"),
            counties=issuers.counties,
            errors=[toy.NoteTaken],
            limits=counting,
        )
        client: Client = TestClient(TestServer(app))
        await client.start_server()
        started.append(client)
        return client, counting

    yield start
    for each in started:
        await each.close()


async def statuses(client: Client, times: int, token: str = "", path: str = NOTES, **headers: str) -> list[int]:
    """Ask several times, one after the other."""
    sent = bearer(token, **headers) if token else headers
    return [(await client.get(path, headers=sent)).status for _ in range(times)]


async def test_every_answer_says_how_the_caller_stands(replica: Replica, issuers: Issuers) -> None:
    client, _ = await replica()
    answer = await client.get(NOTES, headers=bearer(issuers.staff("notes.read")))
    assert answer.headers["RateLimit-Policy"] == '"burst";q=3;w=1, "day";q=100;w=86400'
    assert answer.headers["RateLimit"] == '"burst";r=2;t=1'
    refusal = await client.get(NOTES, headers=bearer(issuers.staff("other.read")))
    assert (refusal.status, refusal.headers["RateLimit"]) == (403, '"burst";r=1;t=1')


async def test_one_too_many_is_refused_until_the_next_window(replica: Replica, issuers: Issuers, clock: Clock) -> None:
    client, _ = await replica()
    token = issuers.staff("notes.read")
    assert await statuses(client, 3, token) == [200, 200, 200]
    refusal = await client.get(NOTES, headers=bearer(token))
    problem = await refusal.json()
    assert (refusal.status, problem["code"], problem["type"]) == (429, "quota_exceeded", "/problems/quota_exceeded")
    assert refusal.headers["RateLimit"] == '"burst";r=0;t=1'
    assert int(refusal.headers["Retry-After"]) >= 1
    clock.now += 1
    assert await statuses(client, 1, token) == [200]


async def test_the_quota_of_a_day_outlasts_that_of_a_second(replica: Replica, issuers: Issuers, clock: Clock) -> None:
    scarce = LimitSettings({**FEW.quotas, Who.STAFF: (Quota("burst", 3, 1), Quota("day", 4, 86_400))})
    client, _ = await replica(scarce)
    token = issuers.staff("notes.read")
    assert await statuses(client, 3, token) == [200, 200, 200]
    clock.now += 1
    assert await statuses(client, 2, token) == [200, 429]
    clock.now += 1
    refusal = await client.get(NOTES, headers=bearer(token))
    left = 86_400 - clock.now % 86_400
    assert refusal.headers["RateLimit"].startswith('"day";r=0;')
    assert left <= int(refusal.headers["Retry-After"]) <= left + 1


async def test_nobody_pays_for_another_caller(replica: Replica, issuers: Issuers) -> None:
    client, _ = await replica()
    assert await statuses(client, 4, issuers.staff("notes.read", staff="amy")) == [200, 200, 200, 429]
    assert await statuses(client, 1, issuers.staff("notes.read", staff="omar")) == [200]
    assert await statuses(client, 1, issuers.staff("notes.read", staff="amy", county=BIRCH)) == [200]
    assert await statuses(client, 6, issuers.county_system("notes.read")) == [200] * 5 + [429]


async def test_our_own_services_may_catch_up(replica: Replica, issuers: Issuers) -> None:
    client, _ = await replica()
    assert set(await statuses(client, 60, issuers.service("events.read"), "/v1/events")) == {200}


async def test_replicas_count_together(replica: Replica, issuers: Issuers) -> None:
    (one, here), (other, there) = await replica(), await replica()
    token = issuers.staff("notes.read")
    assert await statuses(one, 2, token) == [200, 200]
    await here.share()
    assert await statuses(other, 1, token) == [200]
    await there.share()
    assert await statuses(other, 1, token) == [429]
    await here.share()
    assert await statuses(one, 1, token) == [200], "one that has not heard of it yet lets one through, not a quota more"
    await here.share()
    assert await statuses(one, 1, token) == [429]


async def test_sharing_happens_by_itself(replica: Replica, issuers: Issuers, redis: Redis) -> None:
    client, _ = await replica()
    await statuses(client, 2, issuers.staff("notes.read"))
    async with asyncio.timeout(10):
        while not (keys := await redis.keys("quota:*:day:*")):
            pass
        while await redis.get(keys[0]) != b"2":  # the second may be shared later than the first
            pass
    assert len(keys) == 1
    assert 0 < await redis.ttl(keys[0]) <= 86_401


async def test_who_has_no_good_token_is_counted_by_address(replica: Replica) -> None:
    client, _ = await replica()
    assert await statuses(client, 3, "not.a.token") == [401, 401, 429]
    assert await statuses(client, 1, path=OPEN) == [429]


async def test_x_forwarded_for_is_believed_of_proxies_of_ours_alone(replica: Replica) -> None:
    client, _ = await replica()
    assert await statuses(client, 2, path=OPEN, **{"X-Forwarded-For": "203.0.113.1"}) == [200, 200]
    assert await statuses(client, 1, path=OPEN, **{"X-Forwarded-For": "203.0.113.2"}) == [429], "anybody may write it"
    behind, _ = await replica(replace(FEW, proxies=(ip_network("127.0.0.1/32"), ip_network("10.0.0.0/8"))))
    assert await statuses(behind, 3, path=OPEN, **{"X-Forwarded-For": "203.0.113.1"}) == [200, 200, 429]
    assert await statuses(behind, 1, path=OPEN, **{"X-Forwarded-For": "198.51.100.9, 203.0.113.1, 10.0.0.7"}) == [429]
    assert await statuses(behind, 2, path=OPEN, **{"X-Forwarded-For": "2001:db8:1:2:aaaa::1"}) == [200, 200]
    assert await statuses(behind, 1, path=OPEN, **{"X-Forwarded-For": "2001:db8:1:2:bbbb::2"}) == [429], "one subscriber"
    assert await statuses(behind, 1, path=OPEN, **{"X-Forwarded-For": "2001:db8:1:3::1"}) == [200]


async def test_without_valkey_each_replica_counts_alone_and_nobody_waits(replica: Replica, issuers: Issuers) -> None:
    away = stream.connect(f"redis://127.0.0.1:{free_port()}/0")
    client, limits = await replica(valkey=away)
    token = issuers.staff("notes.read")
    assert await statuses(client, 3, token) == [200, 200, 200]
    async with asyncio.timeout(10):
        while not limits._was_told:  # noqa: ASYNC110  it is told by itself
            await asyncio.sleep(0.01)
    assert await statuses(client, 1, token) == [429]
    await away.aclose()


async def test_what_was_counted_while_valkey_was_away_is_told_when_it_is_back(redis: Redis, clock: Clock) -> None:
    away = stream.connect(f"redis://127.0.0.1:{free_port()}/0")
    limits = Limits(away, service="network", limits=FEW, clock=clock)
    limits.spend(make_mocked_request("GET", "/"), Who.STAFF, "alder", "amy")
    with pytest.raises(AWAY):
        await limits.share()
    limits._add = redis.register_script(limits._add.script)
    await limits.share()
    assert [await redis.get(key) for key in await redis.keys("quota:*")] == [b"1", b"1"]
    await away.aclose()


async def test_valkey_learns_nobodys_name_or_address(redis: Redis, clock: Clock) -> None:
    limits = Limits(redis, service="network", limits=FEW, clock=clock)
    limits.spend(make_mocked_request("GET", "/"), Who.STAFF, "alder", "amy.stone")
    limits.spend(make_mocked_request("GET", "/"), Who.ADDRESS, "203.0.113.7")
    await limits.share()
    keys = str(await redis.keys("*"))
    assert keys
    assert "amy" not in keys
    assert "203.0" not in keys


async def test_a_limit_costs_a_request_microseconds(redis: Redis) -> None:
    limits = Limits(redis, service="network", limits=LimitSettings(STANDARD))
    request = make_mocked_request("GET", "/")
    began = time.thread_time()  # whatever else the machine does
    for n in range(2_000):
        limits.spend(request, Who.SYSTEM, "alder", f"system-{n % 50}")
    assert time.thread_time() - began < 2_000 * 0.0001


@pytest.mark.parametrize(
    "text", ["[]", "{", '{"staff": 3}', '{"nobody": {}}', '{"staff": {"burst": [0, 1]}}', '{"staff": {"burst": [true, 1]}}']
)
def test_a_quota_that_cannot_be_read_stops_the_start(text: str) -> None:
    with pytest.raises(SettingsError, match="SURROUND_QUOTAS"):
        read_limits({"SURROUND_QUOTAS": text})


def test_an_operator_may_give_one_kind_of_caller_more() -> None:
    limits = read_limits({"SURROUND_QUOTAS": '{"system": {"burst": [900, 1]}}', "SURROUND_TRUSTED_PROXIES": "10.0.0.0/8, ::1"})
    assert limits.quotas[Who.SYSTEM] == (Quota("burst", 900, 1),)
    assert limits.quotas[Who.STAFF] == STANDARD[Who.STAFF]
    assert [str(each) for each in limits.proxies] == ["10.0.0.0/8", "::1/128"]
    with pytest.raises(SettingsError, match="SURROUND_TRUSTED_PROXIES"):
        read_limits({"SURROUND_TRUSTED_PROXIES": "everybody"})


def test_every_route_says_that_it_may_refuse_too_many() -> None:
    described = describe("network", toy.ROUTES, toy.PREFIXES)
    operations = [operation for methods in described["paths"].values() for operation in methods.values()]
    assert {"RateLimit", "RateLimit-Policy", "Retry-After"} <= set.intersection(
        *(set(operation["responses"]["429"]["headers"]) for operation in operations)
    )
