"""What a handler needs to know of the caller's county: its zone, in which birthdays and due dates are reckoned."""

from collections.abc import Mapping
from datetime import date
from typing import Final
from uuid import UUID

from aiohttp import web

from shared.db.unit import Unit
from shared.kernel.wall import local_date
from shared.settings import County
from shared.web.routing import Call

Counties = Mapping[UUID, County]

COUNTIES: Final = web.AppKey("counties", Mapping[UUID, County])


def county_of(call: Call) -> County:
    """Return the caller's county."""
    return call.app[COUNTIES][call.staff.county_id]


def zone_of(call: Call) -> str:
    """Return the zone of the caller's county."""
    return county_of(call).time_zone


def today_of(unit: Unit, call: Call) -> date:
    """Return the county's calendar date now."""
    return local_date(unit.now, zone_of(call))
