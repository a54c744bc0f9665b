"""A person's calendar feed, asked for with and without the version that the asker has, beside a handler that holds the bytes.

A calendar program asks every few minutes whether or not anything changed, so the answer "nothing new" is the usual one.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from multiprocessing import get_context
from typing import Any
from urllib.parse import urlsplit

import uvloop
from aiohttp import web

from deploy.local import servers
from tests.bench.parts.crowd import family_with_mailboxes, free_day, invite, journey_of
from tests.bench.parts.figures import figure
from tests.bench.parts.load import Client, Served, listening, request
from tests.support.stack import Stack

ENTRIES, CONNECTIONS, ROUNDS, SECONDS = 8, 8, 3, 2.0


def _bare(port: int, body: bytes) -> None:
    async def whole(_: web.Request) -> web.Response:
        return web.Response(body=body, content_type="text/calendar")

    async def serve() -> None:
        app = web.Application()
        app.router.add_get("/", whole)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        await asyncio.Event().wait()

    uvloop.run(serve())


@asynccontextmanager
async def bytes_process(body: bytes) -> AsyncIterator[tuple[int, int]]:
    """A handler that answers these bytes, in a process of its own: its port and pid."""
    port = servers.free_port()
    process = get_context("spawn").Process(target=_bare, args=(port, body), daemon=True)
    process.start()
    try:
        await listening(port)
        yield port, process.pid or 0
    finally:
        process.terminate()
        process.join(10)


async def _measure(county: Stack) -> tuple[dict[str, Served], int]:
    async with journey_of(county) as journey:
        family, (person,) = await family_with_mailboxes(journey, 1)
        at = await free_day(journey, days=40)
        for n in range(ENTRIES):
            await invite(family, [person], at + timedelta(hours=n))
        await journey.outside.mails(person.mailbox, count=ENTRIES)
        url = urlsplit((await journey.alder.post("notify", f"/v1/people/{person.id}/feeds")).ok()["url"])
        async with journey.session.get(url.geturl()) as answer:
            etag, body = answer.headers["ETag"], await answer.read()
    served = {name: Served() for name in ("whole", "unchanged", "bare")}
    async with (
        bytes_process(body) as (bare_port, bare_pid),
        Client(url.port or 80, CONNECTIONS) as ours,
        Client(bare_port, CONNECTIONS) as bare,
    ):
        whole, unchanged = request("GET", url.path, {}), request("GET", url.path, {"If-None-Match": etag})
        plain, pid = request("GET", "/", {}), county.pid("notify")
        for _ in range(ROUNDS):
            await bare.load(lambda: plain, seconds=SECONDS, status=200, pid=bare_pid, into=served["bare"])
            await ours.load(lambda: whole, seconds=SECONDS, status=200, pid=pid, into=served["whole"])
            await ours.load(lambda: unchanged, seconds=SECONDS, status=304, pid=pid, into=served["unchanged"])
    return served, len(body)


def measure(county: Stack) -> list[dict[str, Any]]:
    """Ask turn by turn."""
    served, size = uvloop.run(_measure(county))
    bare = served["bare"].a_second
    figures = []
    for name, title in (("whole", f"feed of {ENTRIES} entries ({size:,} bytes)"), ("unchanged", "the same with If-None-Match")):
        one = served[name]
        figures += [
            figure(
                f"{title}, {CONNECTIONS} connections (beside: a handler that holds the bytes)",
                one.a_second,
                "requests/s",
                beside=bare,
            ),
            figure(f"{title}: bytes of an answer", one.bytes_read / len(one.milliseconds), "bytes", digits=0),
        ]
    return figures
