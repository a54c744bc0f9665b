"""notify over HTTP, for a county of the test's own."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy.ext.asyncio import AsyncEngine

from services.notify.app import Notify, make_web
from services.notify.jobs.worker import carrier_app
from services.notify.settings import NotifySettings
from shared.bus import stream
from shared.db.unit import Units
from shared.jobs.factory import Carrier
from tests.notify.office import Office
from tests.support.tokens import Issuers

EVERY_SCOPE = ("messages.read", "messages.write", "tasks.read", "tasks.write", "people.contact.read")
CALLBACK = "https://notify.example.org"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    json: Any
    content: bytes
    headers: Mapping[str, str]


class Web:
    """The surface, called with a token, with a link's secret, or with nothing."""

    def __init__(self, client: "TestClient[Any, Any]", issuers: Issuers, office: Office) -> None:
        self._client, self._issuers, self._office = client, issuers, office

    async def send(self, method: str, path: str, body: Any = None, *, data: bytes | None = None, **headers: str) -> Answer:
        """Send one request."""
        spelled = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self._client.request(method, path, json=body, data=data, headers=spelled) as response:
            content = await response.read()
            is_json = "json" in response.headers.get("Content-Type", "")
            return Answer(response.status, await response.json(content_type=None) if is_json else None, content, response.headers)

    async def staff(
        self, method: str, path: str, body: Any = None, *, staff_id: str = "amy", etag: str = "", **claims: Any
    ) -> Answer:
        """Send one request as somebody who signed in at this county."""
        key = {"Idempotency_Key": uuid4().hex} if method == "POST" else {}
        kind = {"Content_Type": "application/merge-patch+json"} if method == "PATCH" else {}
        match = {"If_Match": etag} if etag else {}
        return await self.send(
            method, path, body, data=None, Authorization=self.token_of(staff_id, **claims), **key, **kind, **match
        )

    def token_of(self, staff_id: str, **claims: Any) -> str:
        """Return the Authorization of somebody who signed in at this county."""
        given = {"roles": ["caseworker"], "units": ["north"], "scope": " ".join(EVERY_SCOPE), **claims}
        issuer = self._issuers.birch if given.pop("birch", False) else self._issuers.alder
        return f"Bearer {issuer.sign(issuer.claims(staff_id, **given))}"

    async def link(self, method: str, path: str, secret: str, body: Any = None) -> Answer:
        """Send one request as the page behind a personal link does."""
        return await self.send(method, f"/v1/links/current{path}", body, X_Link_Secret=secret)

    async def provider(self, path: str, form: Mapping[str, str], *, signature: str | None = None) -> Answer:
        """Post a form as the SMS provider does."""
        given = self._office.texts.sign(CALLBACK + path, form) if signature is None else signature
        return await self.send(
            "POST",
            path,
            data=urlencode(form).encode(),
            Content_Type="application/x-www-form-urlencoded",
            X_Twilio_Signature=given,
        )

    async def text_from(self, number: str, body: str, *, sid: str = "") -> Answer:
        """Let somebody text the county, and notify understand it."""
        form = {
            "MessageSid": sid or f"SM{uuid4().hex}",
            "From": number,
            "To": self._office.county.sms_number,
            "Body": body,
        }
        answer = await self.provider("/v1/providers/sms/inbound", form)
        await self._office.reader.round()
        return answer


@pytest.fixture
async def web(office: Office, engine: AsyncEngine, units: Units, settings: NotifySettings, issuers: Issuers) -> AsyncIterator[Web]:
    """The service over HTTP."""
    redis = stream.connect(settings.service.redis_url)
    carrier = Carrier(carrier_app(settings.celery_redis_url), "notify")
    notify = Notify(
        service=settings.service,
        settings=settings,
        engine=engine,
        units=units,
        redis=redis,
        dispatch=office.dispatch,
        carrier=carrier,
        healing={},
    )
    async with TestClient(TestServer(make_web(notify))) as client:
        yield Web(client, issuers, office)
    carrier.close()
    await redis.aclose()
