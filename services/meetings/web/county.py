"""What a handler needs to know of the caller's county."""

from collections.abc import Mapping
from datetime import date
from typing import Final
from uuid import UUID

from aiohttp import web

from services.meetings.use_cases.county import CountyFacts
from shared.settings import County
from shared.web.routing import Call

COUNTIES: Final = web.AppKey("counties", Mapping[UUID, CountyFacts])
SANDBOX: Final = web.AppKey("sandbox", bool)
"""Whether calendars on this very machine may be linked."""


def county_facts(county: County) -> CountyFacts:
    """Read what use cases need of a county's settings."""
    return CountyFacts(county.slug, county.time_zone, frozenset(date.fromisoformat(day) for day in county.holidays))


def county_of(call: Call) -> CountyFacts:
    """Return the caller's county."""
    return call.app[COUNTIES][call.staff.county_id]
