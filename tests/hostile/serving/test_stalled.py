"""Connections that stall, by the hundred, against real processes: they end, and nobody else waits (O11)."""

import asyncio
import contextlib
import socket
import struct
import time
from pathlib import Path

import aiohttp
import pytest

from deploy.local.servers import free_port
from tests.hostile.latency import is_unchanged, waits
from tests.network.conftest import EVERY_SCOPE
from tests.support.processes import Deployment, Running, until
from tests.support.tokens import Issuers

MANY = 500
ENDED_WITHIN = 15.0
"""Seconds in which a stalled connection is ended."""
A_MOMENT = 15.0
"""Added on a machine that does other things too."""
ESTABLISHED = 1


def state_of(connection: socket.socket) -> int:
    """Return how the system sees a connection, whether or not its bytes have been read."""
    state: int = struct.unpack("B", connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1))[0]
    return state


async def opened(port: int, said: bytes) -> socket.socket:
    """Open a connection that says something and then reads nothing."""
    connection = socket.socket()
    connection.setblocking(False)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(connection, ("127.0.0.1", port))
    await loop.sock_sendall(connection, said)
    return connection


def stalls(token: str) -> list[bytes]:
    """Return the ways to stall: silence, half of the headers, half of a body, and much asked for of which nothing is read."""
    head = f"Host: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
    return [
        b"",
        f"GET /v1/cases HTTP/1.1\r\n{head}X-Slow: ".encode(),
        f"POST /v1/people HTTP/1.1\r\n{head}Content-Type: application/json\r\nIdempotency-Key: 12345678\r\n"
        'Content-Length: 900\r\n\r\n{"given_name": "A'.encode(),
        f"GET /openapi.json HTTP/1.1\r\n{head}\r\n".encode() * 80,
    ]


async def drip(port: int, stop: asyncio.Event) -> float:
    """Send the head of a request, one byte a second; return how long the other side went along."""
    begun = time.monotonic()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    with contextlib.suppress(ConnectionError):
        for byte in b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: " + b"a" * 1_000:
            writer.write(bytes([byte]))
            done, _ = await asyncio.wait([ended := asyncio.ensure_future(reader.read(1))], timeout=1.0)
            ended.cancel()
            if done or stop.is_set():
                break
    writer.close()
    return time.monotonic() - begun


@pytest.fixture
async def network(deployment: Deployment) -> Running:
    """network's API, in a process of its own."""
    running = await deployment.start("network", "serve")
    await running.ready()
    return running


@pytest.fixture
async def in_peace(deployment: Deployment) -> Running:
    """Another API of network's, which nobody attacks."""
    running = await deployment.start("network", "serve", SURROUND_LISTEN=f"127.0.0.1:{free_port()}")
    await running.ready()
    return running


async def an_inbox(deployment: Deployment) -> tuple[int, Running]:
    """Start notify's inbox in a process of its own; return its port and the process."""
    port = free_port()
    running = await deployment.start("notify", "receive", SURROUND_INBOX_LISTEN=f"smtp://127.0.0.1:{port}")

    async def listens() -> bool:
        return "inbox.listening" in running.said()

    await until(listens)
    return port, running


async def test_five_hundred_stalled_connections_hold_nobody_up_and_are_ended(
    deployment: Deployment,
    network: Running,
    in_peace: Running,
    issuers: Issuers,
) -> None:
    port = int(deployment.url("network").rpartition(":")[2])
    token = issuers.alder.sign(issuers.alder.claims("amy", roles=["caseworker"], units=["north"], scope=" ".join(EVERY_SCOPE)))
    stop = asyncio.Event()
    async with aiohttp.ClientSession() as session:

        async def look() -> None:
            async with session.get(f"{network.address}/readyz") as answer:
                await answer.read()

        async def look_in_peace() -> None:
            async with session.get(f"{in_peace.address}/readyz") as answer:
                await answer.read()

        silent, half_a_head, half_a_body, unread = stalls(token)
        ways = [silent, half_a_head, half_a_body] * 8 + [unread]
        dripping = [asyncio.create_task(drip(port, stop)) for _ in range(10)]
        stalled = [await opened(port, ways[n % len(ways)]) for n in range(MANY)]
        assert sum(state_of(each) == ESTABLISHED for each in stalled) == MANY
        took, peaceful = await waits(look, look_in_peace, during=asyncio.sleep(3.0))
        assert is_unchanged(took, peaceful), (took[-3:], peaceful[-3:])

        async def all_have_ended() -> bool:
            return not any(state_of(each) == ESTABLISHED for each in stalled)

        await until(all_have_ended, within=ENDED_WITHIN + A_MOMENT, every=0.1)
        async with asyncio.timeout(ENDED_WITHIN + A_MOMENT):
            assert max(await asyncio.gather(*dripping)) < ENDED_WITHIN + A_MOMENT
        stop.set()
        for each in stalled:
            each.close()
        await look()
    assert "Bearer" not in network.said()


async def dialogue(port: int) -> None:
    """Speak with the inbox as another server does."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for said in ("", "EHLO there", "NOOP", "QUIT"):
        writer.write(f"{said}\r\n".encode() if said else b"")
        while (line := await reader.readline())[3:4] == b"-":
            assert line.startswith(b"250")
        assert line[:1] == b"2"
    writer.close()


def memory_of(pid: int) -> int:
    """Return how much memory a process holds."""
    return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * 4096


MAIL = b"HELO there\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<%s>\r\nDATA\r\n"


async def test_five_hundred_idle_connections_to_the_inbox_hold_nobody_up(
    deployment: Deployment,
) -> None:
    (inbox, _), (in_peace, _) = await an_inbox(deployment), await an_inbox(deployment)
    mailbox = deployment.county.mailbox.encode()
    ways = [b"", b"HELO the", MAIL % mailbox + b"Subject: half of"]
    idle = [await opened(inbox, ways[n % len(ways)]) for n in range(MANY)]
    took, peaceful = await waits(lambda: dialogue(inbox), lambda: dialogue(in_peace), during=asyncio.sleep(2.0))
    assert is_unchanged(took, peaceful), (took[-3:], peaceful[-3:])
    for each in idle:
        each.close()
    await dialogue(inbox)


@pytest.mark.parametrize("what", [b"x" * 65_536, b"x\r\n" * 20_000], ids=["one line without end", "lines without end"])
async def test_a_mail_without_end_is_ended_and_costs_no_memory(
    deployment: Deployment,
    what: bytes,
) -> None:
    (inbox, running), (in_peace, _) = await an_inbox(deployment), await an_inbox(deployment)
    before = memory_of(running.pid)
    reader, writer = await asyncio.open_connection("127.0.0.1", inbox)
    writer.write(MAIL % deployment.county.mailbox.encode())

    async def endless() -> int:
        sent = 0
        with contextlib.suppress(ConnectionError):
            while sent < 1_000_000_000:
                writer.write(what)
                await writer.drain()
                sent += len(what)
        return sent

    sending = asyncio.create_task(endless())
    took, peaceful = await waits(lambda: dialogue(inbox), lambda: dialogue(in_peace), during=sending)
    assert sending.result() < 50_000_000
    assert is_unchanged(took, peaceful), (took[-3:], peaceful[-3:])
    assert memory_of(running.pid) - before < 30 * 1024 * 1024
    writer.close()
    with contextlib.suppress(ConnectionError):
        assert b"552" in await reader.read()
    await dialogue(inbox)
