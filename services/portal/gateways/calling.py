"""What the three clients share: whose token a call carries, how an answer becomes a value, and what the services' clock says."""

import re
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from shared.kernel.errors import NotFound
from shared.web.client import Answer, Problem, ServiceClient

Shape = TypeVar("Shape")
MOST_PAGES = 25
_ID = re.compile(r"[a-z]+_[0-9a-f]{32}")
DRIFT = timedelta(seconds=3)


class ServiceClock:
    """The time as the services have it. Each answer names it, so a page agrees with them, also when a sandbox moves their clock."""

    def __init__(self, real: Callable[[], float] = time.time) -> None:
        """Believe this machine until a service says otherwise."""
        self._real = real
        self._ahead = timedelta(0)

    def hear(self, headers: Mapping[str, str]) -> None:
        """Take the time of an answer's Date header; a few seconds of travel are no news."""
        try:
            said = parsedate_to_datetime(headers["Date"])
        except (KeyError, ValueError, TypeError):
            return
        ahead = said.astimezone(UTC) - datetime.fromtimestamp(self._real(), UTC)
        self._ahead = ahead if abs(ahead) > DRIFT else timedelta(0)

    def now(self) -> datetime:
        """Return the present instant."""
        return datetime.fromtimestamp(self._real(), UTC) + self._ahead


@cache
def _reader(shape: type[Any]) -> TypeAdapter[Any]:
    return TypeAdapter(shape)


def read(shape: type[Shape], value: Any) -> Shape:
    """Return a JSON value in a shape of ours, which ignores members it does not know."""
    try:
        result: Shape = _reader(shape).validate_python(value)  # type: ignore[arg-type]  # every class is hashable
    except ValidationError as error:
        # The library's message quotes values; the kind of fault and its place are enough to find it.
        where = ", ".join(".".join(map(str, one["loc"])) + " " + one["type"] for one in error.errors(include_input=False)[:3])
        raise Problem(502, "unreadable_answer", where) from None
    return result


def public_id(word: str) -> str:
    """Return an id that a form sent, for a path: anything else could name another route. Raises NotFound."""
    if not _ID.fullmatch(word):
        raise NotFound
    return word


@dataclass(frozen=True, slots=True)
class Caller:
    """One service, called with one person's token."""

    client: ServiceClient
    clock: ServiceClock
    token: str | None

    async def get(self, path: str, params: Mapping[str, str | int] | None = None) -> Answer:
        """Read."""
        return self._heard(await self.client.get(path, token=self.token, params=params))

    async def get_all(
        self, path: str, shape: type[Shape], params: Mapping[str, str | int] | None = None, *, within: str = "items"
    ) -> tuple[Shape, ...]:
        """Read every page of a list, up to a limit that no person could read anyway; the list is the member `within` of a page."""
        found: list[Shape] = []
        next_page: str | None = path
        given = params
        for _ in range(MOST_PAGES):
            if next_page is None:
                break
            answer = (await self.get(next_page, given)).json
            found += [read(shape, item) for item in answer[within]]
            next_page, given = answer.get("next"), None
        return tuple(found)

    async def post(
        self, path: str, body: Mapping[str, Any] | None = None, *, key: str | None = None, etag: str | None = None
    ) -> Answer:
        """Create, or do; with a `key` it may be repeated."""
        return self._heard(await self.client.post(path, token=self.token, body=body, idempotency_key=key, etag=etag))

    async def put(self, path: str, body: Mapping[str, Any], *, etag: str | None = None) -> Answer:
        """Set."""
        return self._heard(await self.client.put(path, token=self.token, body=body, etag=etag))

    async def patch(self, path: str, body: Mapping[str, Any], *, etag: str) -> Answer:
        """Change the version that was read."""
        return self._heard(await self.client.patch(path, token=self.token, body=body, etag=etag))

    async def delete(self, path: str, *, etag: str | None = None) -> Answer:
        """End."""
        return self._heard(await self.client.delete(path, token=self.token, etag=etag))

    def _heard(self, answer: Answer) -> Answer:
        self.clock.hear(answer.headers)
        return answer


async def unless_away(asked: Awaitable[Shape], otherwise: Shape) -> tuple[Shape, bool]:
    """Return an answer and True, or `otherwise` and False while the service cannot answer: a page shows what it can."""
    try:
        return await asked, True
    except Problem as problem:
        if problem.status >= 500:
            return otherwise, False
        raise


async def if_allowed(asked: Awaitable[Shape], otherwise: Shape) -> Shape:
    """Return an answer, or `otherwise` where this person's sign-in does not reach so far, or the thing is not there."""
    try:
        return await asked
    except Problem as problem:
        if problem.status in {403, 404}:
            return otherwise
        raise
