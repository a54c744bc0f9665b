"""Hints are carried by real workers; a broker that is away or frozen holds nobody up."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import pytest
from celery.exceptions import QueueNotFound
from redis.asyncio import Redis

from deploy.local import servers as local_servers
from shared.bus.stream import connect
from shared.jobs.factory import HAND_OVER_SECONDS, Carrier, hint, make_celery
from tests.shared.jobs.sample_worker import LANES

PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
DEADLINE = 30.0


@pytest.fixture(scope="module")
def valkey() -> Iterator[local_servers.Valkey]:
    """A Valkey that only these tests use."""
    folder = local_servers.short_folder("jv")
    running = local_servers.start_valkey(folder / "valkey", folder / "valkey.log")
    yield running
    local_servers.stop([running.pid], signal.SIGTERM)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
async def redis(valkey: local_servers.Valkey) -> AsyncIterator[Redis]:
    """An empty Valkey."""
    client = connect(valkey.url())
    await client.flushall()
    yield client
    await client.aclose()


@pytest.fixture
def worker(valkey: local_servers.Valkey) -> Iterator[subprocess.Popen[bytes]]:
    """A worker of two forked processes."""
    words = [
        "-m",
        "celery",
        "-A",
        "tests.shared.jobs.sample_worker:celery_app",
        "worker",
        "--pool",
        "prefork",
        "--concurrency",
        "2",
    ]
    lanes = ["-Q", ",".join(f"sample.{lane}" for lane in LANES), "--without-gossip", "--without-mingle", "--without-heartbeat"]
    environment = {**os.environ, "SAMPLE_REDIS_URL": valkey.url()}
    with subprocess.Popen(
        [sys.executable, *words, *lanes], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        yield process
        process.terminate()
        process.wait(DEADLINE)


@contextmanager
def unhurried() -> Iterator[None]:
    """Let hand-overs take as long as a busy machine needs: their limit is proved where a broker is away or frozen."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("shared.jobs.factory.HAND_OVER_SECONDS", DEADLINE)
        yield


async def length(redis: Redis, name: str, expected: int) -> None:
    async with asyncio.timeout(DEADLINE):
        while await redis.llen(name) < expected:  # noqa: ASYNC110  the workers are other processes
            await asyncio.sleep(0.05)


async def test_each_worker_process_has_one_loop_and_closes_its_parts(
    valkey: local_servers.Valkey, redis: Redis, worker: subprocess.Popen[bytes]
) -> None:
    celery = make_celery("sample", valkey.url(), LANES)
    carrier = Carrier(celery, "sample")
    with unhurried():
        for number in range(20):
            lane = LANES[number % 2]
            assert await carrier.hand_over("sample.note", lane=lane, arguments=[number], traceparent=PARENT)
    await length(redis, "notes", 20)
    lines = [json.loads(line) for line in await redis.lrange("notes", 0, -1)]
    assert {line["number"] for line in lines} == set(range(20))
    assert {line["traceparent"] for line in lines} == {PARENT}
    processes = {line["pid"] for line in lines}
    assert worker.pid not in processes
    assert len({(line["pid"], line["loop"]) for line in lines}) == len(processes)
    worker.terminate()
    await length(redis, "closed", len(processes))
    assert {int(pid) for pid in await redis.lrange("closed", 0, -1)} == processes
    carrier.close()
    celery.close()


async def test_a_message_is_json_and_names_ids_only(valkey: local_servers.Valkey, redis: Redis) -> None:
    celery = make_celery("sample", valkey.url(), LANES)
    carrier = Carrier(celery, "sample")
    with unhurried():
        assert await carrier.hand_over("sample.note", lane="slow", arguments=[7])
    [raw] = await redis.lrange("sample.slow", 0, -1)
    message = json.loads(raw)
    assert message["content-type"] == "application/json"
    assert message["headers"]["eta"] is None
    carrier.close()
    celery.close()


async def test_a_worker_outlives_a_full_broker_and_keys_that_are_not_its_own(
    valkey: local_servers.Valkey, redis: Redis, worker: subprocess.Popen[bytes]
) -> None:
    celery = make_celery("sample", valkey.url(), LANES)
    carrier = Carrier(celery, "sample")

    async def noted(count: int) -> None:
        """Hand over until it is taken; once is enough, and more than once is safe."""
        with unhurried():
            async with asyncio.timeout(DEADLINE):
                while not await carrier.hand_over("sample.note", lane="urgent", arguments=[count]):  # noqa: ASYNC110  another process
                    await asyncio.sleep(0.1)
        await length(redis, "notes", count)

    await noted(1)
    await redis.mset(dict.fromkeys(("sample.urgent", "sample.slow", "_kombu.binding.sample.urgent"), "no list and no set"))
    async with asyncio.timeout(DEADLINE):
        while await redis.type("_kombu.binding.sample.urgent") != b"set":  # noqa: ASYNC110  the worker is another process
            await asyncio.sleep(0.05)
    await noted(2)
    os.kill(worker.pid, signal.SIGSTOP)
    with unhurried():
        assert await carrier.hand_over("sample.note", lane="urgent", arguments=[0])
    await redis.config_set("maxmemory", 1)
    os.kill(worker.pid, signal.SIGCONT)
    async with asyncio.timeout(DEADLINE):
        while "errorstat_OOM" not in await redis.info("errorstats"):  # noqa: ASYNC110  it takes the message and may not note it
            await asyncio.sleep(0.05)
    await redis.config_set("maxmemory", 0)
    await noted(3)
    assert worker.poll() is None
    carrier.close()
    celery.close()


async def test_a_broker_that_is_away_costs_a_moment_and_no_error() -> None:
    celery = make_celery("sample", "redis://127.0.0.1:1/0", LANES)
    carrier = Carrier(celery, "sample")
    started = asyncio.get_running_loop().time()
    assert not await carrier.hand_over("sample.note", lane="urgent", arguments=[1])
    assert asyncio.get_running_loop().time() - started < HAND_OVER_SECONDS + 0.5
    carrier.close()
    celery.close()


async def test_a_frozen_broker_costs_a_moment_each_and_then_none(valkey: local_servers.Valkey, redis: Redis) -> None:
    celery = make_celery("sample", valkey.url(), LANES)
    carrier = Carrier(celery, "sample")
    with unhurried():
        assert await carrier.hand_over("sample.note", lane="urgent", arguments=[0])
    os.kill(valkey.pid, signal.SIGSTOP)
    try:
        started = asyncio.get_running_loop().time()
        for number in range(10):
            assert not await carrier.hand_over("sample.note", lane="urgent", arguments=[number])
        assert asyncio.get_running_loop().time() - started < 2 * HAND_OVER_SECONDS + 1
    finally:
        os.kill(valkey.pid, signal.SIGCONT)

    async def taken() -> bool:
        return await carrier.hand_over("sample.note", lane="urgent", arguments=[99])

    with unhurried():
        async with asyncio.timeout(DEADLINE):
            while not await taken():  # noqa: ASYNC110  the broker is another process
                await asyncio.sleep(0.05)
    carrier.close()
    celery.close()
    await redis.ping()


def test_no_due_time_is_given_to_a_broker() -> None:
    celery = make_celery("sample", "redis://127.0.0.1:1/0", LANES)

    @hint(celery, "sample.later")
    def task() -> None: ...

    with pytest.raises(ValueError, match="rows in the database"):
        task.apply_async(countdown=60)
    with pytest.raises(ValueError, match="rows in the database"):
        task.retry()


def test_a_lane_that_nobody_consumes_is_refused() -> None:
    celery = make_celery("sample", "redis://127.0.0.1:1/0", LANES)
    with pytest.raises(QueueNotFound):
        celery.send_task("sample.note", queue="sample.typo")
