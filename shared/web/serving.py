"""Serving an application: a port that several processes may share, and no patience for stalled connections.

aiohttp has no time limit for headers, bodies or slow readers, and writes a malformed request's bytes into its own log and answer.
The protocol here closes what stalls and answers with a problem that quotes nothing.
"""

import asyncio
import contextlib
import os
import socket
import struct
from collections.abc import Awaitable, Callable
from typing import Any, cast

from aiohttp import web
from aiohttp.http_exceptions import LineTooLong
from aiohttp.web_protocol import RequestHandler
from aiohttp.web_request import BaseRequest
from aiohttp.web_response import StreamResponse
from aiohttp.web_server import Server

from shared import logs
from shared.web.errors import BadRequest, HeadersTooLarge, InternalError, UriTooLong
from shared.web.health import metrics_app
from shared.web.observe import SERVER
from shared.web.problems import problem

HEADER_PATIENCE = 12.0
READER_PATIENCE = 7.0
"""Looked at so often: an answer of which nothing more was taken since the last look is not waited for, so within twice as long."""
ANSWER_PATIENCE = 30.0
KEEPALIVE = 75.0
LINGER = 3.0
SHUTDOWN_PATIENCE = 10.0
_AT_ONCE = struct.pack("ii", 1, 0)

log = logs.get()


class Watched(RequestHandler):
    """One connection that may not stall: headers come within a limit, and an answer is read within another."""

    __slots__ = ("_header_patience", "_header_timer", "_reader_patience", "_reader_timer")

    def __init__(
        self, *args: Any, header_patience: float = HEADER_PATIENCE, reader_patience: float = READER_PATIENCE, **kwargs: Any
    ) -> None:
        """Take aiohttp's own settings, and two more."""
        super().__init__(*args, **kwargs)
        self._header_patience = header_patience
        self._header_timer: asyncio.TimerHandle | None = None
        self._reader_patience = reader_patience
        self._reader_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Expect the first request."""
        super().connection_made(transport)
        self._expect_headers()

    def connection_lost(self, exc: BaseException | None) -> None:
        """Forget the timers."""
        self._headers_came()
        if self._reader_timer is not None:
            self._reader_timer.cancel()
            self._reader_timer = None
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Time the headers of a request, from their first byte to their last."""
        before = self._request_count
        super().data_received(data)
        if self._request_count != before:
            self._headers_came()
        elif self._header_timer is None and not self._request_in_progress and not self._messages:
            self._expect_headers()

    def _expect_headers(self) -> None:
        self._header_timer = self._loop.call_later(self._header_patience, self._give_up)

    def _headers_came(self) -> None:
        if self._header_timer is not None:
            self._header_timer.cancel()
            self._header_timer = None

    def _give_up(self) -> None:
        self._header_timer = None
        self.force_close()

    def _abandon(self) -> None:
        """Forget the connection and all that waits in it: `close`, and the system after it, would wait for the reader."""
        transport = self.transport
        self.force_close()
        if transport is not None:
            connection: socket.socket = transport.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
            cast(asyncio.WriteTransport, transport).abort()

    async def finish_response(
        self, request: BaseRequest, resp: StreamResponse, start_time: float | None
    ) -> tuple[StreamResponse, bool]:
        """Write the answer, but not to a reader that has stopped reading."""
        if self._reader_timer is None:
            self._look_again(before=None)
        try:
            async with asyncio.timeout(ANSWER_PATIENCE):
                return await super().finish_response(request, resp, start_time)
        except TimeoutError:
            self._abandon()
            return resp, True

    def _look_again(self, before: tuple[int, int] | None) -> None:
        self._reader_timer = self._loop.call_later(self._reader_patience, self._look, before)

    def _look(self, before: tuple[int, int] | None) -> None:
        """End a connection whose reader takes nothing; what is written lies with us even when the handler has long finished."""
        self._reader_timer = None
        if self.transport is None:
            return
        request = self._current_request
        waiting = cast(asyncio.WriteTransport, self.transport).get_write_buffer_size()
        now = waiting, request.writer.output_size if request is not None else 0
        if waiting and now == before:
            log.info("reader.stalled")
            self._abandon()
        elif waiting:
            self._look_again(now)

    def handle_error(
        self, request: BaseRequest, status: int = 500, exc: BaseException | None = None, message: str | None = None
    ) -> StreamResponse:
        """Answer what could not even be read as a request, and quote none of it."""
        if request.writer.output_size > 0:
            raise ConnectionError("an answer was already begun")
        refusal = _too_long(exc) if isinstance(exc, LineTooLong) else BadRequest() if status < 500 else InternalError()
        log.info("request.unreadable", status=refusal.status, error=type(exc).__name__)
        response = problem(refusal, request_id=os.urandom(16).hex())
        response.headers["Server"] = SERVER
        response.force_close()
        return response


def _too_long(error: LineTooLong) -> UriTooLong | HeadersTooLarge:
    """Tell a long address from a long header: no header's name has a slash."""
    line = error.args[0]
    return UriTooLong() if (line if isinstance(line, bytes | bytearray) else line.encode())[:1] == b"/" else HeadersTooLarge()


class _WatchedServer(Server):
    """Makes watched connections."""

    def __init__(self, *args: Any, header_patience: float, reader_patience: float, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._patience = {"header_patience": header_patience, "reader_patience": reader_patience}

    def __call__(self) -> RequestHandler:
        """Return the protocol of a new connection."""
        return Watched(self, loop=self._loop, **self._patience, **self._kwargs)


class WatchedRunner(web.AppRunner):
    """An AppRunner whose connections may not stall."""

    __slots__ = ("_patience",)

    def __init__(
        self,
        app: web.Application,
        *,
        header_patience: float = HEADER_PATIENCE,
        reader_patience: float = READER_PATIENCE,
        **kwargs: Any,
    ) -> None:
        """Set the limits; `kwargs` are aiohttp's own."""
        settings = {
            "access_log": None,
            "keepalive_timeout": KEEPALIVE,
            "lingering_time": LINGER,
            "shutdown_timeout": SHUTDOWN_PATIENCE,
            **kwargs,
        }
        super().__init__(app, **settings)
        self._patience = {"header_patience": header_patience, "reader_patience": reader_patience}

    async def _make_server(self) -> Server:
        plain = await super()._make_server()
        return _WatchedServer(
            plain.request_handler,
            request_factory=plain.request_factory,
            loop=plain._loop,
            **self._patience,
            **plain._kwargs,
        )


async def serve(
    app: web.Application,
    host: str,
    port: int,
    *,
    stop: asyncio.Event,
    metrics_listen: str = "",
    started: Callable[[int], Awaitable[None]] | None = None,
) -> None:
    """Serve until `stop` is set, then finish what runs and close. `metrics_listen` is `host:port` of the internal port.

    `started` is told the port, which a caller that asked for port 0 wants to know.
    """
    runner = WatchedRunner(app)
    await runner.setup()
    measures = web.AppRunner(metrics_app(), access_log=None)
    await measures.setup()
    try:
        await web.TCPSite(runner, host, port, reuse_port=port != 0, backlog=1024).start()
        if metrics_listen:
            metrics_host, _, metrics_port = metrics_listen.rpartition(":")
            try:
                await web.TCPSite(measures, metrics_host or "127.0.0.1", int(metrics_port)).start()
            except OSError as error:  # whoever asks us matters more than whoever measures us
                log.error("metrics.not_served", cause=type(error).__name__)
        bound = int(runner.addresses[0][1])
        log.info("serving.started", port=bound)
        if started is not None:
            await started(bound)
        await stop.wait()
        log.info("serving.stopping")
    finally:
        await measures.cleanup()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SHUTDOWN_PATIENCE + 5):
                await runner.cleanup()
