"""Every route of network refuses what cannot be read, and addresses that are none."""

from uuid import UUID

from services.network.web.routes import ROUTES
from services.network.web.schemas import PREFIXES
from tests.hostile.everywhere import crooked_addresses, hostile_texts, unreadable_bodies
from tests.hostile.network.test_bodies import works
from tests.hostile.wire import Shelf, Wire
from tests.network.conftest import EVERY_SCOPE, Counties


async def test_every_route_refuses_what_cannot_be_read(counties: Counties, county_id: UUID, shelf: Shelf) -> None:
    wire, before = Wire(counties.staff("amy", scopes=EVERY_SCOPE)), shelf.of(county_id)
    assert await unreadable_bodies(wire, ROUTES, PREFIXES) == []
    assert shelf.of(county_id) == before
    await works(wire)


async def test_every_route_refuses_an_address_that_is_none(counties: Counties, county_id: UUID, shelf: Shelf) -> None:
    wire, before = Wire(counties.staff("amy", scopes=EVERY_SCOPE)), shelf.of(county_id)
    routes = [route for route in ROUTES if route.county]
    assert await crooked_addresses(wire, routes, PREFIXES) == []
    assert shelf.of(county_id) == before
    await works(wire)


async def test_no_property_takes_a_text_that_nobody_types(counties: Counties, county_id: UUID, shelf: Shelf) -> None:
    wire, before = Wire(counties.staff("amy", scopes=EVERY_SCOPE)), shelf.of(county_id)
    assert await hostile_texts(wire, ROUTES, PREFIXES, takes=frozenset()) == []
    assert shelf.of(county_id) == before
    await works(wire)
