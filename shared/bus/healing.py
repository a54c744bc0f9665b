"""The producer's own log over HTTP: what a consumer reads when the stream is short, empty, broken or away."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Protocol

import aiohttp

from shared.events.envelope import Envelope, from_json

SECONDS = 10.0


class HealingUnavailable(Exception):
    """The producer's log cannot be read just now; ask again later. The message is a status or an error class, no more."""


class HealingReader(Protocol):
    """Returns up to `limit` facts that follow the position `after`, in order. Raises HealingUnavailable."""

    async def __call__(self, after: int, limit: int) -> list[Envelope]:
        """Read one page."""
        ...


class HttpHealing:
    """Reads `GET <producer>/v1/events?after=` with this service's own token."""

    def __init__(self, session: aiohttp.ClientSession, base_url: str, token: Callable[[], Awaitable[str]]) -> None:
        """`token` returns a current bearer token of the system issuer with the scope `events.read`."""
        self._session = session
        self._url = f"{base_url.rstrip('/')}/v1/events"
        self._token = token

    async def __call__(self, after: int, limit: int) -> list[Envelope]:
        """Read one page."""
        try:
            async with asyncio.timeout(SECONDS):
                headers = {"Authorization": f"Bearer {await self._token()}", "Accept": "application/json"}
                query = {"after": str(after), "limit": str(limit)}
                async with self._session.get(self._url, params=query, headers=headers, allow_redirects=False) as answer:
                    if answer.status != 200:
                        raise HealingUnavailable(str(answer.status))
                    return [from_json(item) for item in json.loads(await answer.read())["items"]]
        except HealingUnavailable:
            raise
        except Exception as error:  # whatever a token provider or a half-dead producer does, the answer is to ask again
            raise HealingUnavailable(type(error).__name__) from error
