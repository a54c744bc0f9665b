"""Every route of notify refuses what cannot be read, and addresses that are none."""

from services.notify.web.routes import ROUTES
from services.notify.web.schemas import PREFIXES
from tests.hostile.everywhere import crooked_addresses, hostile_texts, unreadable_bodies
from tests.hostile.wire import Shelf, Wire
from tests.network.conftest import Api
from tests.notify.office import Office
from tests.notify.web.conftest import EVERY_SCOPE, Web


def wire_of(web: Web) -> Wire:
    """A caseworker of Alder who sends whatever a test says."""
    issuer = web._issuers.alder
    claims = issuer.claims("amy", roles=["caseworker"], units=["north"], scope=" ".join((*EVERY_SCOPE, "webhooks.manage")))
    return Wire(Api(web._client, issuer.sign(claims)))


async def test_every_route_refuses_what_cannot_be_read(office: Office, web: Web, shelf: Shelf) -> None:
    wire, before = wire_of(web), shelf.of(office.county.id)
    assert await unreadable_bodies(wire, ROUTES, PREFIXES) == []
    assert shelf.of(office.county.id) == before


async def test_every_route_refuses_an_address_that_is_none(office: Office, web: Web, shelf: Shelf) -> None:
    wire, before = wire_of(web), shelf.of(office.county.id)
    routes = [route for route in ROUTES if route.county and not route.takes]
    assert await crooked_addresses(wire, routes, PREFIXES) == []
    assert shelf.of(office.county.id) == before


async def test_no_property_takes_a_text_that_nobody_types(office: Office, web: Web, shelf: Shelf) -> None:
    wire, before = wire_of(web), shelf.of(office.county.id)
    assert await hostile_texts(wire, ROUTES, PREFIXES, takes=frozenset()) == []
    assert shelf.of(office.county.id) == before
