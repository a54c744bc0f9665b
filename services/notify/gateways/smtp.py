"""Mail out: one kept connection a coroutine, a hard time limit around every command, and honest phases.

The library opens the connection, starts TLS and signs in; the message itself is sent here, because the caller must be asked between
its last line and the final dot. Whatever breaks before the dot may be tried again; after it, nobody knows (RELIABILITY M-P).
"""

import asyncio
import re
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import cast
from urllib.parse import unquote, urlsplit

import aiosmtplib
from aiosmtplib.protocol import SMTPProtocol

from services.notify.domain.delivery import AWAY, Fate, Outcome
from services.notify.domain.messages import Phase
from services.notify.gateways.reach import require_reach
from shared import fault
from shared.settings import Sending

COMMAND_SECONDS = 30.0
CONTENT_SECONDS = 120.0
FINAL_REPLY_SECONDS = 600.0
"""RFC 5321 §4.5.3.2.6: the server may take ten minutes over the final reply, and hanging up earlier doubles the mail."""

IDLE_SECONDS = 25.0
"""After this long without work a connection is asked with NOOP before it is trusted."""

REST_SECONDS = 60.0
"""So long a connection rests when the server asks for fewer."""

BeforeDot = Callable[[], Awaitable[bool]]
"""Called when all but the final dot has left: commit the phase, look once more whether it may leave, and say so."""

_BAD_ADDRESS = re.compile(r"5\.1\.[0-36]|5\.2\.1")
_ADDRESS = re.compile(r"[!-;=?-~]+@[A-Za-z0-9.:\[\]-]+")
_LEFT = frozenset({"connection_lost", "try_later"})
"""How it looks when a server has left a kept connection. One that is only slow is not asked again at once."""

_REFUSED = frozenset(range(500, 600))


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpServer:
    """Where mail is handed over. `smtp://` is plain, `smtp+starttls://` upgrades, `smtps://` is TLS from the start."""

    host: str
    port: int
    tls: str
    username: str = ""
    password: str = ""
    hello: str = "localhost"
    command_seconds: float = COMMAND_SECONDS
    content_seconds: float = CONTENT_SECONDS
    final_reply_seconds: float = FINAL_REPLY_SECONDS


def read_server(url: str, *, sending: Sending, hello: str = "localhost") -> SmtpServer:
    """Read `SURROUND_SMTP_URL`; raises ValueError for a scheme we do not speak, SendingNotAllowed for a host out of reach."""
    parts = urlsplit(url)
    modes = {"smtp": "none", "smtp+starttls": "starttls", "smtps": "tls"}
    if parts.scheme not in modes or not parts.hostname:
        raise ValueError("SURROUND_SMTP_URL is smtp://, smtp+starttls:// or smtps://")
    require_reach(sending, url)
    return SmtpServer(
        host=parts.hostname,
        port=parts.port or (465 if parts.scheme == "smtps" else 587 if parts.scheme == "smtp+starttls" else 25),
        tls=modes[parts.scheme],
        username=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        hello=hello,
    )


class Sender:
    """One connection for one coroutine at a time."""

    def __init__(self, server: SmtpServer) -> None:
        """Open nothing yet."""
        self._server = server
        self._client: aiosmtplib.SMTP | None = None
        self._used_at = 0.0

    async def send(self, envelope_from: str, recipient: str, data: bytes, before_dot: BeforeDot) -> Outcome:
        """Hand one mail over and say how it ended. It raises only what `before_dot` raises; the mail has not left then."""
        if not _ADDRESS.fullmatch(recipient) or not _ADDRESS.fullmatch(envelope_from):
            return Outcome(fate=Fate.REFUSED, phase=Phase.BEGUN, reason="address_invalid", bad_address=True)
        is_kept = self._client is not None
        ready = await self._as_far_as_dot(envelope_from, recipient, data)
        if is_kept and self._client is None and isinstance(ready, Outcome) and ready.reason in _LEFT:
            # The server had left a connection that we kept. Nothing of this mail was taken, so it need not lose its turn.
            ready = await self._as_far_as_dot(envelope_from, recipient, data)
        if isinstance(ready, Outcome):
            return ready
        try:
            may_leave = await before_dot()
        except BaseException:
            self.drop()
            raise
        if not may_leave:
            self.drop()  # the only way to take back a message after DATA
            return Outcome(fate=Fate.WITHDRAWN, phase=Phase.BEGUN, reason="withdrawn_before_dot")
        fault.here("smtp.before_final_dot")
        return await self._dot(ready)

    async def _as_far_as_dot(self, envelope_from: str, recipient: str, data: bytes) -> SMTPProtocol | Outcome:
        """Do everything but the final dot; return the connection that waits for it, or why there is none."""
        try:
            protocol = await self._connection()
        except _BROKEN as error:
            self.drop()
            return Outcome(fate=Fate.BROKE_BEFORE, phase=Phase.BEGUN, code=_code(error), reason=AWAY)
        try:
            refused = await self._envelope(protocol, envelope_from, recipient)
            if refused is not None:
                return refused
            await self._content(protocol, data)
        except _BROKEN as error:
            self.drop()
            return Outcome(fate=Fate.BROKE_BEFORE, phase=Phase.BEGUN, code=_code(error), reason=_why(error))
        except BaseException:  # cancelled half way through a dialogue: nobody may go on with it
            self.drop()
            raise
        return protocol

    async def close(self) -> None:
        """Say goodbye, without insisting."""
        client, self._client = self._client, None
        if client is not None:
            with suppress(*_BROKEN):
                await asyncio.wait_for(client.quit(), 2)
            client.close()

    def drop(self) -> None:
        """Forget the connection at once: on any doubt a new one is opened."""
        client, self._client = self._client, None
        if client is not None:
            if client.transport is not None:
                _writing(client.transport).abort()
            client.close()

    async def _connection(self) -> SMTPProtocol:
        loop = asyncio.get_running_loop()
        client = self._client
        if client is not None and loop.time() - self._used_at > IDLE_SECONDS:
            try:
                await asyncio.wait_for(client.noop(), self._server.command_seconds)
            except _BROKEN:
                self.drop()
                client = None
        if client is None or client.protocol is None or not client.is_connected:
            self.drop()
            client = await self._open()
        self._used_at = loop.time()
        if client.protocol is None:
            raise aiosmtplib.SMTPServerDisconnected("no connection")
        return client.protocol

    async def _open(self) -> aiosmtplib.SMTP:
        server = self._server
        context = None if server.tls == "none" else ssl.create_default_context()
        client = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            use_tls=server.tls == "tls",
            start_tls=server.tls == "starttls",
            tls_context=context,
            local_hostname=server.hello,
            username=server.username or None,
            password=server.password or None,
            timeout=server.command_seconds,
        )
        self._client = client
        try:
            await asyncio.wait_for(client.connect(), 2 * server.command_seconds)
            await asyncio.wait_for(client.ehlo(), server.command_seconds)
        except BaseException:
            self.drop()
            raise
        return client

    async def _envelope(self, protocol: SMTPProtocol, envelope_from: str, recipient: str) -> Outcome | None:
        """Send MAIL, RCPT and DATA; return why the server refused, or None when it waits for the content."""
        for command, good in (
            ((b"MAIL", b"FROM:<" + envelope_from.encode() + b">"), 250),
            ((b"RCPT", b"TO:<" + recipient.encode() + b">"), 250),
            ((b"DATA",), 354),
        ):
            reply = await protocol.execute_command(*command, timeout=self._server.command_seconds)
            if reply.code == good or (command[0] == b"RCPT" and reply.code == 251):
                if command[0] == b"RCPT":
                    fault.here("smtp.after_rcpt")
                continue
            outcome = _refusal(reply.code, reply.message, of_recipient=command[0] == b"RCPT")
            await self._reset(protocol, reply.code)
            return outcome
        return None

    async def _reset(self, protocol: SMTPProtocol, code: int) -> None:
        """Leave the connection clean for the next mail, or leave it."""
        if code == 421:
            self.drop()
            return
        try:
            reply = await protocol.execute_command(b"RSET", timeout=self._server.command_seconds)
        except _BROKEN:
            self.drop()
            return
        if reply.code != 250:
            self.drop()

    async def _content(self, protocol: SMTPProtocol, data: bytes) -> None:
        """Write everything but the final dot, and see it off."""
        lines = re.sub(rb"\r\n|\r|\n", b"\r\n", data)
        stuffed = re.sub(rb"(?m)^\.", b"..", lines)
        protocol.write(stuffed if stuffed.endswith(b"\r\n") else stuffed + b"\r\n")
        async with asyncio.timeout(self._server.content_seconds):
            while protocol.transport is not None and _unsent(protocol) > 0:  # noqa: ASYNC110 # a mail mostly fits one write
                await asyncio.sleep(0.005)
        if protocol.transport is None or protocol.transport.is_closing():
            raise aiosmtplib.SMTPServerDisconnected("lost while sending")

    async def _dot(self, protocol: SMTPProtocol) -> Outcome:
        """Write the final dot and wait. Whatever breaks here leaves the fate of the mail unknown."""
        try:
            protocol.write(b".\r\n")
            fault.here("smtp.after_final_dot_before_reply")
            reply = await protocol.read_response(timeout=self._server.final_reply_seconds)
        except _BROKEN as error:
            self.drop()
            return Outcome(fate=Fate.UNKNOWN, phase=Phase.DOT, reason=_why(error))
        except BaseException:
            self.drop()
            raise
        fault.here("smtp.after_reply_before_mark")
        self._used_at = asyncio.get_running_loop().time()
        if 200 <= reply.code < 300:
            return Outcome(fate=Fate.ACCEPTED, phase=Phase.ANSWERED, code=reply.code)
        if reply.code == 421:
            self.drop()
        if reply.code < 400:
            self.drop()
            return Outcome(fate=Fate.UNKNOWN, phase=Phase.DOT, code=reply.code, reason="odd_reply")
        return _refusal(reply.code, reply.message, of_recipient=False)


class Senders:
    """A few connections, lent to one coroutine each."""

    def __init__(self, server: SmtpServer, *, size: int = 8) -> None:
        """Open nothing yet."""
        self._free: asyncio.LifoQueue[Sender] = asyncio.LifoQueue()
        self._all = [Sender(server) for _ in range(size)]
        self._resting = 0
        for sender in self._all:
            self._free.put_nowait(sender)

    @asynccontextmanager
    async def borrow(self) -> AsyncIterator[Sender]:
        """Lend a connection, the one used last first, so that few stay warm."""
        sender = await self._free.get()
        try:
            yield sender
        finally:
            self._free.put_nowait(sender)

    async def send(self, envelope_from: str, recipient: str, data: bytes, before_dot: BeforeDot) -> Outcome:
        """Send over whichever connection is free."""
        async with self.borrow() as sender:
            outcome = await sender.send(envelope_from, recipient, data, before_dot)
        if outcome.slow_down:
            self._narrow()
        return outcome

    def _narrow(self) -> None:
        """Let one connection rest, because the server asked for fewer; the last one goes on."""
        if self._resting < len(self._all) - 1 and not self._free.empty():
            sender = self._free.get_nowait()
            self._resting += 1
            asyncio.get_running_loop().call_later(REST_SECONDS, self._wake, sender)

    def _wake(self, sender: Sender) -> None:
        self._resting -= 1
        self._free.put_nowait(sender)

    async def close(self) -> None:
        """Close them all."""
        for sender in self._all:
            await sender.close()


_BROKEN = (aiosmtplib.SMTPException, OSError, TimeoutError, EOFError, ssl.SSLError, RuntimeError)


def _writing(transport: asyncio.BaseTransport) -> asyncio.WriteTransport:
    """Return the transport as what it is: uvloop's are not of asyncio's classes, so nothing can be asked of their class."""
    return cast(asyncio.WriteTransport, transport)


def _unsent(protocol: SMTPProtocol) -> int:
    return 0 if protocol.transport is None else _writing(protocol.transport).get_write_buffer_size()


def _refusal(code: int, message: str, *, of_recipient: bool) -> Outcome:
    """Return what a negative reply means. Only the codes are kept: the text may repeat the address."""
    if code in _REFUSED:
        bad = of_recipient and (code in {550, 551, 553} or bool(_BAD_ADDRESS.match(message)))
        return Outcome(
            fate=Fate.REFUSED, phase=Phase.ANSWERED, code=code, reason="no_such_mailbox" if bad else "refused", bad_address=bad
        )
    return Outcome(fate=Fate.TRY_LATER, phase=Phase.ANSWERED, code=code, reason="try_later", slow_down=code in {421, 432})


def _code(error: BaseException) -> int | None:
    return getattr(error, "code", None)


def _why(error: BaseException) -> str:
    if isinstance(error, TimeoutError | aiosmtplib.SMTPTimeoutError):
        return "timed_out"
    return "connection_lost"
