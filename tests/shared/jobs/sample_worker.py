"""A Celery application as a service has one: it writes down in Redis which process and loop ran its task, and with which parts."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from redis.asyncio import Redis

from shared.bus.stream import connect
from shared.jobs.factory import current_traceparent, hint, make_celery
from shared.jobs.loop import WorkerLoop

URL = os.environ.get("SAMPLE_REDIS_URL", "redis://127.0.0.1:1/0")
LANES = ("urgent", "slow")

celery_app = make_celery("sample", URL, LANES)


@asynccontextmanager
async def open_parts() -> AsyncIterator[Redis]:
    """A client on this process's loop, which leaves a word when it is closed."""
    redis = connect(URL)
    yield redis
    await redis.rpush("closed", str(os.getpid()))
    await redis.aclose()


LOOP = WorkerLoop(open_parts)


async def note(redis: Redis, number: int) -> None:
    """Write one line."""
    line = {"number": number, "pid": os.getpid(), "loop": id(asyncio.get_running_loop()), "traceparent": current_traceparent()}
    await redis.rpush("notes", json.dumps(line))


@hint(celery_app, "sample.note")
def take_note(number: int) -> None:
    """Note that it ran."""
    LOOP.run(note(LOOP.parts, number))
