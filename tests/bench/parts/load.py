"""A client that costs little: whole requests made beforehand, kept connections, and nothing read but status and length.

aiohttp's own client works as hard as a handler does, and on two cores it would hide what the handlers differ in.
"""

import asyncio
import os
import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

_TICKS = os.sysconf("SC_CLK_TCK")
LISTENS_WITHIN = 30.0


@dataclass(slots=True)
class Served:
    """What a round, or several, came to: milliseconds of each request, and the seconds that they took together."""

    milliseconds: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)
    worked_ms: list[float] = field(default_factory=list)
    bytes_read: int = 0

    @property
    def a_second(self) -> float:
        """The median round's requests a second."""
        return statistics.median(self.rates)

    @property
    def worked(self) -> float:
        """The median round's processor milliseconds of the serving process for each request."""
        return statistics.median(self.worked_ms)

    def quantile(self, hundredths: int) -> float:
        """The milliseconds within which so many of a hundred requests were answered."""
        return statistics.quantiles(self.milliseconds, n=100)[hundredths - 1]


def request(method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> bytes:
    """Write one request."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *(f"{name}: {value}" for name, value in headers.items())]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def seconds_worked(pid: int) -> float:
    """The processor time that a process has had."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def seconds_worked_by_all(pid: int) -> float:
    """The processor time that a process and its children have had, those that have ended among them."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()
    return sum(map(int, fields[11:15])) / _TICKS + sum(seconds_worked(int(child)) for child in children)


class Client:
    """So many kept connections to one port."""

    def __init__(self, port: int, connections: int) -> None:
        """Nothing connects before `open`."""
        self._port = port
        self._connections = connections
        self._pairs: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def __aenter__(self) -> "Client":
        """Connect."""
        self._pairs = [await asyncio.open_connection("127.0.0.1", self._port) for _ in range(self._connections)]
        return self

    async def __aexit__(self, *_gone: object) -> None:
        """Hang up."""
        for _, writer in self._pairs:
            writer.close()

    async def load(self, make: Callable[[], bytes], *, seconds: float, status: int, pid: int, into: Served) -> None:
        """Send requests for a while over all connections, each after the answer to the one before; any other status ends it."""
        before, begun = len(into.milliseconds), perf_counter()
        worked, until = seconds_worked(pid), begun + seconds
        await asyncio.gather(*(self._one(pair, make, until, status, into) for pair in self._pairs))
        count = len(into.milliseconds) - before
        into.rates.append(count / (perf_counter() - begun))
        into.worked_ms.append(1000 * (seconds_worked(pid) - worked) / count)

    async def _one(
        self,
        pair: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        make: Callable[[], bytes],
        until: float,
        status: int,
        into: Served,
    ) -> None:
        while (begun := perf_counter()) < until:
            length = await exchange(*pair, make(), status)
            into.bytes_read += length
            into.milliseconds.append((perf_counter() - begun) * 1000)


async def listening(port: int) -> None:
    """Wait until somebody listens."""
    give_up = perf_counter() + LISTENS_WITHIN
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except ConnectionRefusedError:
            if perf_counter() > give_up:
                raise
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return


async def exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, sent: bytes, status: int) -> int:
    """Send one request, read its answer, and return how many bytes it had."""
    writer.write(sent)
    head = await reader.readuntil(b"\r\n\r\n")
    length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
    body = await reader.readexactly(int(length or 0))
    if int(head[9:12]) != status:
        raise AssertionError(f"{head.decode()}{body.decode()}")
    return len(head) + len(body)
