"""Handlers about webhooks: endpoints of county systems, and what was told to them."""

from services.notify.gateways.webhooks import checked_address
from services.notify.storage.webhooks import get_endpoint as stored_endpoint
from services.notify.storage.webhooks import list_endpoints
from services.notify.use_cases import manage_webhooks
from services.notify.web.messages import after_of
from services.notify.web.place import place_of
from services.notify.web.webhook_schemas import SecretOut, delivery_out, endpoint_out, etag_of
from shared.db.unit import Unit
from shared.kernel.ids import spell
from shared.web.routing import Call, Reply, created, no_content, ok, page


async def post_endpoint(unit: Unit, call: Call) -> Reply:
    """Name an endpoint; from now on it is told of what happens."""
    url = checked_address(call.body.url, sending=place_of(call).sending)
    endpoint = await manage_webhooks.add_endpoint(unit, url=url, types=call.body.types)
    location = f"/v1/webhook-endpoints/{spell('wh', endpoint.id)}"
    return created(endpoint_out(endpoint), location=location, etag=etag_of(endpoint))


async def get_endpoints(unit: Unit, call: Call) -> Reply:
    """List the county's endpoints, the oldest first."""
    limit = call.query.limit
    found = await list_endpoints(unit, after=after_of(call), limit=limit + 1)
    last = found[limit - 1] if len(found) > limit else None
    after = (last.made_at.isoformat(), str(last.id)) if last else None
    return page([endpoint_out(each) for each in found[:limit]], next=after)


async def get_endpoint(unit: Unit, call: Call) -> Reply:
    """Read one endpoint."""
    endpoint = await stored_endpoint(unit, call.ids["endpoint_id"])
    return ok(endpoint_out(endpoint), etag=etag_of(endpoint))


async def patch_endpoint(unit: Unit, call: Call) -> Reply:
    """Change where or of what an endpoint hears. One that was disabled is called again."""
    endpoint = await stored_endpoint(unit, call.ids["endpoint_id"], hold=True)
    call.require_match(etag_of(endpoint))
    url = None if call.body.url is None else checked_address(call.body.url, sending=place_of(call).sending)
    after = await manage_webhooks.change_endpoint(unit, endpoint, url=url, types=call.body.types)
    return ok(endpoint_out(after), etag=etag_of(after))


async def delete_endpoint(unit: Unit, call: Call) -> Reply:
    """Call an endpoint no more; what still waits for it is dropped."""
    endpoint = await stored_endpoint(unit, call.ids["endpoint_id"], hold=True)
    call.require_match(etag_of(endpoint))
    await manage_webhooks.end_endpoint(unit, endpoint)
    return no_content()


async def get_secret(unit: Unit, call: Call) -> Reply:
    """Read the secret that signs the calls. Reading it is recorded."""
    endpoint = await stored_endpoint(unit, call.ids["endpoint_id"])
    return ok(SecretOut(secret=await manage_webhooks.read_secret(unit, endpoint)))


async def post_rotate_secret(unit: Unit, call: Call) -> Reply:
    """Begin a new secret. For a day calls carry two signatures, by the new one and by the one before."""
    endpoint = await stored_endpoint(unit, call.ids["endpoint_id"], hold=True)
    after = await manage_webhooks.rotate_secret(unit, endpoint)
    return ok(endpoint_out(after), etag=etag_of(after))


async def post_test(unit: Unit, call: Call) -> Reply:
    """Call an endpoint now, to see whether it answers; the list of deliveries says what came of it."""
    endpoint = await stored_endpoint(unit, call.ids["endpoint_id"])
    return ok(delivery_out(await manage_webhooks.try_endpoint(unit, endpoint)))


async def get_deliveries(unit: Unit, call: Call) -> Reply:
    """List the calls to an endpoint, the newest first."""
    limit = call.query.limit
    found = await manage_webhooks.list_deliveries(
        unit, call.ids["endpoint_id"], state=call.query.state, after=after_of(call), limit=limit + 1
    )
    last = found[limit - 1] if len(found) > limit else None
    after = (last.made_at.isoformat(), str(last.id)) if last else None
    return page([delivery_out(each) for each in found[:limit]], next=after)


async def post_retry(unit: Unit, call: Call) -> Reply:
    """Make a call again that was given up: the same body, the same webhook-id."""
    delivery = await manage_webhooks.retry_delivery(unit, call.ids["endpoint_id"], call.ids["delivery_id"])
    return ok(delivery_out(delivery))
