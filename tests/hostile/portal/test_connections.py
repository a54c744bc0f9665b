"""Connections to the portal that speak badly, or not to the end: over real sockets, on the server that production runs."""

import asyncio
import gzip
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from shared.web import body as bodies
from shared.web.serving import WatchedRunner
from tests.hostile.latency import answered
from tests.portal import conftest as harness
from tests.portal.conftest import MakeSite, Site
from tests.portal.standins import SECRET


class Hasty(TestServer):
    """An application on the server that production runs, with little patience."""

    patience = 0.6

    async def _make_runner(self, **settings: Any) -> web.BaseRunner:
        return WatchedRunner(self.app, header_patience=self.patience, lingering_time=0.3, **settings)


@pytest.fixture
async def portal(make_site: MakeSite, monkeypatch: pytest.MonkeyPatch) -> Site:
    """The portal as production serves it, but for its patience."""
    monkeypatch.setattr(bodies, "BODY_PATIENCE", Hasty.patience)
    monkeypatch.setattr(harness, "TestServer", Hasty)
    return await make_site()


async def said(portal: Site, sent: bytes) -> tuple[int, bytes]:
    """Send octets, read one answer to its end; 0 where none came."""
    reader, writer = await asyncio.open_connection("127.0.0.1", portal.browser.port)
    writer.write(sent)
    async with asyncio.timeout(20):
        answer = await reader.read()
    writer.close()
    return (int(answer.split()[1]) if answer else 0), answer


def posted(portal: Site, body: bytes, *headers: str, length: int | None = None) -> bytes:
    """Return a form as a member's browser sends it."""
    lines = [
        f"POST /m/{SECRET} HTTP/1.1",
        f"Host: 127.0.0.1:{portal.browser.port}",
        f"Origin: {portal.url}",
        "Connection: close",
        "Content-Type: application/x-www-form-urlencoded",
        *([] if length == -1 else [f"Content-Length: {len(body) if length is None else length}"]),
        *headers,
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


BOMB = gzip.compress(b"answer=" + b"x" * 20_000_000)


@pytest.mark.parametrize(
    ("body", "headers", "length", "statuses"),
    [
        (b"answer=yes", (), 400, {408}),
        (b"abcd", ("Content-Encoding: gzip",), None, {415}),
        (BOMB, ("Content-Encoding: gzip",), None, {413, 415}),
        (b"answer=" + b"x" * 300_000, (), None, {413}),
        (b"&".join(b"a=b" for _ in range(2_000)), (), None, {413}),
        (b"zz\r\nanswer=yes", ("Transfer-Encoding: chunked",), -1, {400}),
        (b"answer=yes", ("X-Long: " + "a" * 10_000,), None, {400, 431}),
    ],
    ids=["half a body", "no gzip", "a gzip bomb", "too much", "too many fields", "no chunk", "a long header"],
)
async def test_a_form_that_is_sent_badly_is_refused_and_the_next_page_is_shown(
    portal: Site, body: bytes, headers: tuple[str, ...], length: int | None, statuses: set[int]
) -> None:
    status, answer = await said(portal, posted(portal, body, *headers, length=length))
    assert status in statuses, answer[:300]
    assert b"Traceback" not in answer
    assert SECRET.encode() not in answer
    assert (await portal.browser.get(f"/m/{SECRET}")).status == 200


async def test_an_address_that_is_too_long_is_refused(portal: Site) -> None:
    for length in (5_000, 20_000):
        status, _ = await said(portal, f"GET /m/{'a' * length} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        assert status in {404, 414}


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Patience enough to look at others meanwhile; asked for before the portal."""
    monkeypatch.setattr(Hasty, "patience", 2.0)


@pytest.mark.usefixtures("unhurried")
async def test_stalled_connections_hold_nobody_up_and_are_ended(portal: Site) -> None:
    async def look() -> None:
        assert (await portal.browser.get("/livez")).status == 200

    ways = [b"", b"GET /m/", posted(portal, b"answer=y", length=900)]
    stalled = [asyncio.create_task(said(portal, ways[n % len(ways)])) for n in range(120)]
    assert await answered(look, during=asyncio.gather(*stalled)) > 3, "all the while, not in the end"
    assert {status for status, _ in (each.result() for each in stalled)} == {0, 408}
