"""The outside world for notify's tests: a mail server and an SMS provider that follow a script, and keep what they got."""

import asyncio
import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from uuid import uuid4

from aiohttp import web


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail as it was taken."""

    envelope_from: str
    recipient: str
    raw: bytes

    @property
    def message(self) -> Message:
        """The mail, parsed."""
        return message_from_bytes(self.raw)

    @property
    def calendar(self) -> bytes:
        """The octets of the calendar part, or nothing."""
        for part in self.message.walk():
            if part.get_content_type() == "text/calendar":
                payload = part.get_payload(decode=True)
                assert isinstance(payload, bytes)
                return payload
        return b""

    @property
    def text(self) -> str:
        """The plain words."""
        for part in self.message.walk():
            if part.get_content_type() == "text/plain":
                payload = part.get_payload(decode=True)
                assert isinstance(payload, bytes)
                return payload.decode()
        return ""


@dataclass
class MailSink:
    """A mail server. `replies` is what it says to a verb, or after the dot (`DOT`); None hangs up; `hold` delays the last word."""

    replies: dict[str, str | None] = field(default_factory=dict)
    mails: list[Mail] = field(default_factory=list)
    hold: asyncio.Event | None = None
    port: int = 0
    _server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen."""
        self._server = await asyncio.start_server(self._talk, "127.0.0.1", 0, limit=1 << 22)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Listen no more."""
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()

    def to(self, address: str) -> list[Mail]:
        """The mails to one person."""
        return [mail for mail in self.mails if mail.recipient == address]

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._dialogue(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _dialogue(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 sink\r\n")
        sender = recipient = ""
        while line := (await reader.readline()).decode():
            verb = line[:4].upper()
            if verb == "MAIL":
                sender = line.partition("<")[2].partition(">")[0]
            if verb == "RCPT":
                recipient = line.partition("<")[2].partition(">")[0]
            usual = {"DATA": "354 go on", "QUIT": "221 bye"}.get(verb, "250 ok")
            said = self.replies.get(verb, usual)
            if said is None:
                return
            writer.write(f"{said}\r\n".encode())
            if verb == "QUIT":
                return
            if verb == "DATA" and said.startswith("354"):
                raw = await reader.readuntil(b"\r\n.\r\n")
                self.mails.append(Mail(sender, recipient, raw[:-3].replace(b"\r\n..", b"\r\n.")))
                if self.hold is not None:
                    await self.hold.wait()
                last = self.replies.get("DOT", "250 stored")
                if last is None:
                    return
                writer.write(f"{last}\r\n".encode())


@dataclass
class TextStub:
    """An SMS provider. `answers` scripts (status, code) for numbers; everything else is taken."""

    secret: str
    answers: dict[str, tuple[int, int]] = field(default_factory=dict)
    texts: list[Mapping[str, str]] = field(default_factory=list)
    port: int = 0
    _runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Listen."""
        app = web.Application()
        app.router.add_post("/2010-04-01/Accounts/{account}/Messages.json", self._take)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Listen no more."""
        assert self._runner is not None
        await self._runner.cleanup()

    def to(self, number: str) -> list[str]:
        """The words of the texts to one number."""
        return [text["Body"] for text in self.texts if text["To"] == number]

    def sign(self, url: str, form: Mapping[str, str]) -> str:
        """Sign a call as the provider does."""
        signed = url + "".join(name + form[name] for name in sorted(form))
        return base64.b64encode(hmac.new(self.secret.encode(), signed.encode(), hashlib.sha1).digest()).decode()

    async def _take(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        status, code = self.answers.get(form["To"], (201, 0))
        if status >= 300:
            return web.json_response({"code": code}, status=status)
        sid = f"SM{uuid4().hex}"
        self.texts.append({**form, "sid": sid})
        return web.json_response({"sid": sid}, status=201)
