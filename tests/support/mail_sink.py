"""A mail server that only counts, in a process of its own: faster than anything that it helps to measure."""

import asyncio
import subprocess
import sys
from typing import Final, cast

import uvloop

READY: Final = b"354 go on\r\n"
DOT: Final = b"\r\n.\r\n"


class Counting(asyncio.Protocol):
    """One connection. It answers whole lines, several in one write, and keeps no mail."""

    def __init__(self, taken: list[int]) -> None:
        """`taken` holds the one number that all connections share."""
        self._taken = taken
        self._waiting = b""
        self._in_mail = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by its class
        self._transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        """Answer what is complete."""
        self._waiting += data
        while True:
            end = DOT if self._in_mail else b"\r\n"
            whole, found, rest = self._waiting.partition(end)
            if not found:
                return
            self._waiting = rest
            self._transport.write(self._answer(whole[:4].upper()))

    def _answer(self, verb: bytes) -> bytes:
        if self._in_mail:
            self._in_mail = False
            self._taken[0] += 1
            return b"250 stored\r\n"
        if verb == b"DATA":
            self._in_mail = True
            return READY
        if verb == b"XNUM":
            return b"250 %d\r\n" % self._taken[0]
        return b"221 bye\r\n" if verb == b"QUIT" else b"250 ok\r\n"


class SinkProcess:
    """The sink, started and stopped by whoever measures."""

    def __enter__(self) -> "SinkProcess":
        """Start it and learn its port."""
        self._process = subprocess.Popen([sys.executable, "-m", "tests.support.mail_sink"], stdout=subprocess.PIPE)
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())
        return self

    def __exit__(self, *_: object) -> None:
        """Stop it."""
        self._process.terminate()
        self._process.wait(10)
        assert self._process.stdout is not None
        self._process.stdout.close()

    async def taken(self) -> int:
        """How many mails it has taken."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        await reader.readline()
        writer.write(b"XNUM\r\n")
        answer = await reader.readline()
        writer.close()
        return int(answer.split()[1])


async def _serve() -> None:
    taken = [0]
    server = await asyncio.get_running_loop().create_server(lambda: Counting(taken), "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(_serve())
