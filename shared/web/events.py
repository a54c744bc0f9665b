"""`GET /v1/events`: a producer's own log over HTTP, for services that missed something on the stream, or are new."""

from typing import Any

from pydantic import Field

from shared.db import log
from shared.events.envelope import to_json
from shared.web.fields import Model
from shared.web.routing import Call, Reply, Route, get, ok

MAX_PAGE = 1000


class EventsQuery(Model):
    """From where on, and how many."""

    after: int = Field(default=0, ge=0, le=(1 << 63) - 1)
    limit: int = Field(default=500, ge=1, le=MAX_PAGE)


class EventsOut(Model):
    """A page of the log in the order of positions, without gaps; `next` is null at its present end."""

    items: list[dict[str, Any]]
    next: str | None


async def get_events(call: Call) -> Reply:
    """Read the facts that follow a position.

    Facts of every county, as CloudEvents, with personal words sealed and the wrapped keys that open them. A position beyond the log
    is no error: the page is empty.
    """
    async with call.units.outside(log_reader="on") as session:
        found = await log.read_after(session, call.units.service, after=call.query.after, limit=call.query.limit)
    is_full = len(found) == call.query.limit
    following = f"/v1/events?after={found[-1].position}&limit={call.query.limit}" if is_full else None
    return ok(EventsOut(items=[to_json(each) for each in found], next=following))


def events_route() -> Route:
    """Return the route that every producer has. Only a token of the deployment's own issuer opens it."""
    return get(
        "/v1/events", get_events, needs="events.read", query=EventsQuery, answer=EventsOut, status=200, unit=False, county=False
    )
