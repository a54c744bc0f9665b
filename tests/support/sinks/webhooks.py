"""A county system's endpoint that follows a script, and believes nothing that is not signed (Standard Webhooks)."""

import asyncio
import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web


@dataclass(frozen=True, slots=True)
class Heard:
    """One call as it arrived; `signed_by` counts the signatures that hold."""

    webhook_id: str
    timestamp: int
    body: dict[str, Any]
    signed_by: int


@dataclass
class WebhookReceiver:
    """The endpoint. `answers` are statuses (or `slow`) for the next calls in turn; then everything is taken."""

    secrets: list[str] = field(default_factory=list)
    answers: list[int | str] = field(default_factory=list)
    retry_after: str = ""
    calls: list[Heard] = field(default_factory=list)
    port: int = 0
    _runner: web.AppRunner | None = None
    _closing: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}/hooks"

    async def start(self) -> None:
        """Listen."""
        app = web.Application()
        app.router.add_post("/hooks", self._take)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port = self._runner.addresses[0][1]

    def let_go(self) -> None:
        """Answer the calls that wait."""
        self._closing.set()

    async def stop(self) -> None:
        """Listen no more."""
        assert self._runner is not None
        self.let_go()
        await self._runner.cleanup()

    def types(self) -> list[str]:
        """What was heard, in order."""
        return [call.body["type"] for call in self.calls]

    async def _take(self, request: web.Request) -> web.Response:
        raw = await request.read()
        webhook_id, timestamp = request.headers["webhook-id"], request.headers["webhook-timestamp"]
        signed = f"{webhook_id}.{timestamp}.".encode() + raw
        given = [each.removeprefix("v1,") for each in request.headers["webhook-signature"].split(" ")]
        held = sum(_signature(secret, signed) in given for secret in self.secrets)
        self.calls.append(Heard(webhook_id, int(timestamp), json.loads(raw), held))
        answer = self.answers.pop(0) if self.answers else 204
        if answer == "slow":
            await self._closing.wait()
            answer = 204
        headers = {"Retry-After": self.retry_after} if self.retry_after else {}
        return web.Response(status=int(answer), headers=headers | ({"Location": "/elsewhere"} if answer == 302 else {}))


def _signature(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
