"""Which names a service answers to: those of its configuration, and addresses, which name nobody.

A page of another site whose name was pointed at this machine (DNS rebinding) ends here, and so does a cache that could be taught
another host's answers.
"""

import re
from ipaddress import ip_address

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from yarl import URL

from shared.web.errors import Misdirected

_HOST = re.compile(r"(?P<name>\[[0-9A-Fa-f:.]+\]|[^:\[\]]*)(?::\d{1,5})?")


def reached_at(*urls: str) -> Middleware:
    """Return a middleware that refuses requests to other hosts than those of `urls`; without any, every name is right."""
    names = {host.lower() for url in urls if url and (host := URL(url).host)}

    @web.middleware
    async def reached(request: web.Request, handler: Handler) -> web.StreamResponse:
        given = request.headers.get("Host", "")
        if names and given and not _is_ours(given, names):
            raise Misdirected
        return await handler(request)

    return reached


def _is_ours(given: str, names: set[str]) -> bool:
    found = _HOST.fullmatch(given)
    if found is None:
        return False
    name = found["name"].strip("[]").lower().removesuffix(".")
    return name in names or name == "localhost" or _is_address(name)


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
