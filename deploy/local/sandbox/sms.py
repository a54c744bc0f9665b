"""The SMS provider's HTTP API: Twilio's `Messages` resource, as far as Surround uses it."""

from aiohttp import web

from deploy.local.sandbox.credentials import basic_credentials
from deploy.local.sandbox.keys import BOX
from deploy.local.sandbox.phones import ProviderRefusal


def _refusal(status: int, code: int, message: str) -> web.Response:
    body = {"code": code, "message": message, "more_info": f"https://www.twilio.com/docs/errors/{code}", "status": status}
    return web.json_response(body, status=status)


async def post_message(request: web.Request) -> web.Response:
    """Take a text to send: 201 with its `sid`, or the provider's own error code."""
    phones = request.app[BOX].phones
    try:
        account, secret = basic_credentials(request.headers.get("Authorization", ""))
    except ValueError:
        return _refusal(401, 20003, "Authenticate")
    if not phones.knows(account, secret) or request.match_info["account"] != phones.account:
        return _refusal(401, 20003, "Authenticate")
    form = await request.post()
    try:
        text = phones.accept({name: value for name, value in form.items() if isinstance(value, str)})
    except ProviderRefusal as refusal:
        return _refusal(refusal.status, refusal.code, refusal.message)
    return web.json_response(phones.answer_of(text), status=201)


ROUTES = (web.post("/2010-04-01/Accounts/{account}/Messages.json", post_message),)
