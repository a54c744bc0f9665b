"""The server itself: connections that stall, requests that are none, limits that hold before a byte of the body is read."""

import asyncio
import json
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from shared.web import body, factory, observe, serving
from shared.web.auth import Verifier
from shared.web.factory import make_app
from tests.shared.web import toy
from tests.support.processes import until
from tests.support.tokens import Issuers

PUBLIC_ROUTES = tuple(route for route in toy.ROUTES if not route.unit and route.county)


def toy_without_a_database(issuers: Issuers) -> web.Application:
    verifier = Verifier(issuers.counties, issuers.system_client, audience="network")
    return make_app(
        service="network", routes=PUBLIC_ROUTES, prefixes=toy.PREFIXES, units=None, verifier=verifier, counties=issuers.counties
    )


async def much(_: web.Request) -> web.Response:
    """Answer with more than any buffer of a connection holds."""
    return web.Response(body=b"x" * 16 * 1024 * 1024)


@asynccontextmanager
async def served(issuers: Issuers, *, reader_patience: float) -> AsyncIterator[int]:
    """Serve the toy on a port."""
    app = toy_without_a_database(issuers)
    app.router.add_get("/much", much)
    runner = serving.WatchedRunner(app, header_patience=0.3, reader_patience=reader_patience, lingering_time=0.3)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield int(runner.addresses[0][1])
    await runner.cleanup()


@pytest.fixture
async def port(issuers: Issuers, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    """A real server with short patience."""
    monkeypatch.setattr(body, "BODY_PATIENCE", 0.3)
    async with served(issuers, reader_patience=0.3) as port:
        yield port


async def exchange(port: int, sent: bytes, *, patience: float = 20.0) -> tuple[int, dict[str, Any]]:
    """Send bytes, read until the connection closes; return status and problem, 0 where nothing came back."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    try:
        async with asyncio.timeout(patience):
            received = await reader.read()
    finally:
        writer.close()
    if not received:
        return 0, {}
    head, _, rest = received.partition(b"\r\n\r\n")
    is_problem = b"application/problem+json" in head
    return int(head.split()[1]), json.loads(rest) if is_problem else {}


FORM = b"POST /v1/callbacks HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\n"


@pytest.mark.parametrize(
    "sent",
    [b"", b"GET / HT", b"GET /livez HTTP/1.1\r\nHost: x\r\nX-Slow: ", b"\r\n"],
    ids=["nothing", "half a line", "half the headers", "a blank line"],
)
async def test_headers_that_stall_end_the_connection(port: int, sent: bytes) -> None:
    assert await exchange(port, sent) == (0, {})


async def test_headers_that_drip_end_the_connection(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    async with asyncio.timeout(20):
        while not reader.at_eof():
            writer.write(b"G")
            await asyncio.sleep(0.05)
            if await _closed(reader):
                break
    writer.close()


def _connections(port: int) -> int:
    """Count the server's open connections, as the system sees them."""
    lines = (line.split() for line in Path("/proc/net/tcp").read_text("ascii").splitlines()[1:])
    return sum(int(line[1].split(":")[1], 16) == port and line[3] == "01" for line in lines)


async def _closed(reader: asyncio.StreamReader) -> bool:
    try:
        async with asyncio.timeout(0.01):
            return await reader.read(1) == b""
    except TimeoutError:
        return False
    except ConnectionError:
        return True


async def test_an_idle_connection_is_kept(port: int) -> None:
    async with aiohttp.ClientSession() as session:
        first = await session.get(f"http://127.0.0.1:{port}/livez")
        await first.read()
        await asyncio.sleep(0.6)
        second = await session.get(f"http://127.0.0.1:{port}/livez")
        assert (first.status, second.status) == (200, 200)


async def test_a_reader_that_reads_nothing_is_not_waited_for(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(b"GET /much HTTP/1.1\r\nHost: x\r\n\r\n")

        async def has_been_ended() -> bool:
            return not _connections(port)

        await until(has_been_ended, within=20)


async def test_a_slow_reader_is_waited_for(issuers: Issuers) -> None:
    async with served(issuers, reader_patience=2.0) as port:  # enough for a machine that pauses; the reading takes longer
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=64 * 1024)
        writer.write(b"GET /much HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        received, begun = 0, time.monotonic()
        while part := await reader.read(512 * 1024):
            received += len(part)
            await asyncio.sleep(0.1)
        assert received > 16 * 1024 * 1024
        assert time.monotonic() - begun > 2 * 2.0, "it was looked at twice"
        writer.close()


async def test_a_body_that_stalls_is_408(port: int) -> None:
    status, problem = await exchange(port, FORM + b"Content-Length: 10\r\n\r\nab")
    assert (status, problem["code"]) == (408, "request_timeout")


async def test_stalled_connections_do_not_hold_up_others(port: int) -> None:
    stalled = [await asyncio.open_connection("127.0.0.1", port) for _ in range(100)]
    for _, writer in stalled:
        writer.write(b"GET /livez HTTP/1.1\r\n")
    async with asyncio.timeout(20), aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/livez") as answer:
        assert answer.status == 200
    for reader, writer in stalled:
        async with asyncio.timeout(20):
            assert await reader.read() == b""
        writer.close()


@pytest.mark.parametrize(
    ("sent", "statuses"),
    [
        (FORM + b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n", {400}),
        (FORM + b"Content-Length: +4\r\n\r\nabcd", {400}),
        (FORM + b"Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcd", {400}),
        (FORM + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", {400}),
        (b"GET /livez HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * 10_000 + b"\r\n\r\n", {400, 431}),
        (b"GET /livez?" + b"a" * 10_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", {414}),
        (b"GET /livez HTTP/1.1\r\nHost: x\r\nX-Nul: secret\x00word\r\n\r\n", {400}),
        (b"GET /livez HTTP/1.1\r\nHost: x\r\n folded\r\n\r\n", {400}),
        (b"GET /livez HTTP/1.1\r\n" + b"X-A: b\r\n" * 5000 + b"\r\n", {400, 431}),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", {400}),
    ],
    ids=[
        "te+cl",
        "signed length",
        "two lengths",
        "chunked twice",
        "long header",
        "long address",
        "nul",
        "folded",
        "many headers",
        "tls",
    ],
)
async def test_what_is_no_request_is_refused_and_not_quoted(
    port: int, sent: bytes, statuses: set[int], capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    status, problem = await exchange(port, sent)
    assert status in statuses
    assert problem["code"] in {"bad_request", "headers_too_large", "uri_too_long"}
    out, err = capsys.readouterr()
    assert "secret" not in out + err + caplog.text + json.dumps(problem)
    assert (await exchange(port, b"GET /livez HTTP/1.0\r\n\r\n"))[0] == 200


async def test_a_body_announced_as_too_large_is_refused_before_it_is_sent(port: int) -> None:
    status, problem = await exchange(port, FORM + b"Expect: 100-continue\r\nContent-Length: 10737418240\r\n\r\n")
    assert (status, problem["code"]) == (413, "body_too_large")
    status, problem = await exchange(port, FORM + b"Expect: miracles\r\nContent-Length: 4\r\n\r\n")
    assert (status, problem["code"]) == (417, "expectation_failed")


async def test_a_body_asked_for_is_read(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(FORM + b"Expect: 100-continue\r\nContent-Length: 4\r\n\r\n")
    assert (await reader.readline()).startswith(b"HTTP/1.1 100")
    writer.write(b"a=bc")
    assert (await reader.read()).endswith(b"a=bc")
    writer.close()


@pytest.mark.parametrize("method", [b"TRACE", b"CONNECT", b"PROPFIND"])
async def test_other_methods_are_refused(port: int, method: bytes) -> None:
    status, _ = await exchange(port, method + b" /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert status in {400, 404, 405}


async def test_a_client_that_goes_away_hurts_nobody(port: int) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(FORM + b"Content-Length: 10\r\n\r\nab")
    await writer.drain()
    writer.transport.abort()
    assert (await exchange(port, b"GET /livez HTTP/1.0\r\n\r\n"))[0] == 200


async def test_a_handler_that_takes_too_long_is_503(issuers: Issuers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(factory, "HANDLER_PATIENCE", 0.2)
    ports: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    stop = asyncio.Event()

    async def started(port: int) -> None:
        ports.set_result(port)

    serving_task = asyncio.create_task(
        serving.serve(toy_without_a_database(issuers), "127.0.0.1", 0, stop=stop, metrics_listen="127.0.0.1:0", started=started)
    )
    port = await ports
    status, problem = await exchange(port, b"GET /v1/slowly HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    stop.set()
    await asyncio.wait_for(serving_task, 10)
    assert (status, problem["code"]) == (503, "unavailable")
    assert set(problem) == {"type", "title", "status", "instance", "code"}


def test_traces_go_on() -> None:
    came = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    onward = observe.new_trace("county-0042", came)
    assert onward.request_id == "county-0042"
    assert onward.traceparent.split("-")[1] == "0af7651916cd43dd8448eb211c80319c"
    assert onward.traceparent != came
    fresh = observe.new_trace("no", "00-" + "0" * 32 + "-b7ad6b7169203331-01")
    assert fresh.traceparent.split("-")[1] != "0" * 32
