"""An SMS provider that follows a script: its API, its signature, and the calls it makes back, doubled and in any order."""

import asyncio
import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import uuid4

import aiohttp
from aiohttp import web


@dataclass(frozen=True, slots=True)
class Answer:
    """What the provider says to one request to send: a status and its own error code. `takes` says whether the text goes out.

    `says` is `reset` where the connection breaks instead of an answer, and `nothing` where none ever comes.
    """

    status: int = 201
    code: int = 0
    takes: bool = False
    says: str = "it"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class TextStub:
    """The provider. `answers` holds what is said about a number, for good or, as a list, for each request in turn."""

    secret: str
    answers: dict[str, Answer | list[Answer]] = field(default_factory=dict)
    texts: list[Mapping[str, str]] = field(default_factory=list)
    asked: int = 0
    port: int = 0
    _runner: web.AppRunner | None = None
    _closing: asyncio.Event = field(default_factory=asyncio.Event)

    async def start(self) -> None:
        """Listen."""
        app = web.Application()
        app.router.add_post("/2010-04-01/Accounts/{account}/Messages.json", self._take)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Listen no more."""
        assert self._runner is not None
        self._closing.set()
        await self._runner.cleanup()

    def to(self, number: str) -> list[str]:
        """The words of the texts that one number got."""
        return [text["Body"] for text in self.texts if text["To"] == number]

    def sid_of(self, number: str) -> str:
        """The provider's id of the last text to a number."""
        return [text["sid"] for text in self.texts if text["To"] == number][-1]

    def sign(self, url: str, form: Mapping[str, str]) -> str:
        """Sign a call as the provider does."""
        signed = url + "".join(name + form[name] for name in sorted(form))
        return base64.b64encode(hmac.new(self.secret.encode(), signed.encode(), hashlib.sha1).digest()).decode()

    async def call(self, at: str, public: str, path: str, form: Mapping[str, str], *, signature: str | None = None) -> int:
        """Post a form to a service that listens at `at` and is known to the provider as `public`; return the status."""
        headers = {"X-Twilio-Signature": self.sign(public + path, form) if signature is None else signature}
        async with aiohttp.ClientSession() as session, session.post(at + path, data=form, headers=headers) as answer:
            return answer.status

    async def _take(self, request: web.Request) -> web.StreamResponse:
        self.asked += 1
        form = {name: str(value) for name, value in (await request.post()).items()}
        scripted = self.answers.get(form["To"], Answer(takes=True))
        answer = scripted if isinstance(scripted, Answer) else scripted.pop(0) if scripted else Answer(takes=True)
        sid = f"SM{uuid4().hex}"
        if answer.takes:
            self.texts.append({**form, "sid": sid})
        if answer.says == "nothing":
            await self._closing.wait()
        if answer.says == "reset":
            assert request.transport is not None
            request.transport.abort()
        body: dict[str, object] = {"sid": sid} if answer.status < 300 else {"code": answer.code}
        return web.json_response(body, status=answer.status, headers=answer.headers)
