"""Names that a service answers to, and names that it does not."""

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from shared.web.errors import Misdirected
from shared.web.hosts import reached_at

OURS = ("https://notify.example.org:8443/", "https://texts.example.org")


async def answered(host: str, *urls: str) -> int:
    """Return the status of a request to a host."""

    async def handler(_: web.Request) -> web.StreamResponse:
        return web.Response()

    return (await reached_at(*urls)(make_mocked_request("GET", "/", {"Host": host}), handler)).status


@pytest.mark.parametrize(
    "host", ["notify.example.org", "Notify.Example.ORG:443", "texts.example.org.", "localhost:8080", "10.1.2.3:80", "[::1]:80", ""]
)
async def test_configured_names_and_addresses_are_ours(host: str) -> None:
    assert await answered(host, *OURS) == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "notify.example.org.evil.example", "a@notify.example.org", "notify.example.org:x", "[]"]
)
async def test_another_name_is_not(host: str) -> None:
    with pytest.raises(Misdirected):
        await answered(host, *OURS)
    assert await answered(host, "") == 200
