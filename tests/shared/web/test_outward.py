"""Addresses that somebody gave us: which may be saved, which are reached, and what never happens."""

from collections.abc import AsyncIterator
from ipaddress import ip_address

import pytest
from aiohttp import web
from aiohttp.test_utils import BaseTestServer, TestServer

from shared.web.outward import Address, FetchFailed, UrlRefused, check_url, fetch, is_public

REFUSED = [
    "http://county.example.org/hook",
    "https://localhost/hook",
    "https://0.0.0.0/",
    "https://127.0.0.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://10.0.0.1/",
    "https://192.168.1.1/",
    "https://100.64.0.1/",
    "https://[::1]/",
    "https://[::ffff:169.254.169.254]/",
    "https://[2002:7f00:1::]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[2001:0:7f00:1::1]/",
    "https://[fec0::1]/",
    "https://[fd00::1]/",
    "https://[fe80::1%25eth0]/",
    "https://224.0.0.1/",
    "https://2130706433/",
    "https://0x7f.1/",
    "https://0177.0.0.1/",
    "https://127.1/",
    "https://hook.example.org:22/",
    "https://hook.example.org\\@127.0.0.1/",
    "https://user:word@hook.example.org/",
    "https://hook.example.org @127.0.0.1/",
    "file:///etc/passwd",
    "ftp://hook.example.org/",
    "javascript:alert(1)",
    "https://hook.internal/",
    "https://printer.local/",
    "https://db.svc.cluster.local/",
    "https://intranet/",
    "https://" + "a" * 300 + ".example.org/",
    "https://xn--.example.org\u2028/",
    "https://hook..example.org/",
    "https://hook.example.org:0/",
    "https://hook.example.org:99999/",
    "https://hook.example.org/\r\nX: y",
    "https:///path",
    "",
    "//hook.example.org/",
    "https://" + "a" * 3000,
]


@pytest.mark.parametrize("url", REFUSED)
def test_an_address_inside_is_refused(url: str) -> None:
    with pytest.raises(UrlRefused) as refused:
        check_url(url)
    assert refused.value.at("#/url").faults[0].code == "url_not_allowed"


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://Hook.Example.org/path?q=1#part", "https://hook.example.org/path?q=1"),
        ("https://hook.example.org:8443/x", "https://hook.example.org:8443/x"),
        ("https://93.184.216.34/", "https://93.184.216.34/"),
        ("https://[2606:2800:220:1::1]/", "https://[2606:2800:220:1::1]/"),
        ("https://münchen.example/cal.ics", "https://xn--mnchen-3ya.example/cal.ics"),
        ("https://hook.example.org", "https://hook.example.org/"),
    ],
)
def test_a_public_address_is_kept_plain(url: str, kept: str) -> None:
    assert str(check_url(url).with_port(None if ":8443" not in url else 8443)) == kept


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080/cal.ics", "http://localhost:8080/cal.ics", "http://[::1]:80/"])
def test_a_sandbox_reaches_its_own_machine(url: str) -> None:
    check_url(url, sandbox=True)
    with pytest.raises(UrlRefused):
        check_url(url)


@pytest.mark.parametrize("url", ["http://192.168.1.1/", "http://county.example.org/", "https://10.0.0.1/"])
def test_a_sandbox_reaches_nothing_else_inside(url: str) -> None:
    with pytest.raises(UrlRefused):
        check_url(url, sandbox=True)


@pytest.mark.parametrize("text", ["8.8.8.8", "2606:4700::1", "::ffff:8.8.8.8", "2002:808:808::", "64:ff9b::808:808"])
def test_public_addresses_are_public(text: str) -> None:
    assert is_public(ip_address(text))


@pytest.fixture
async def inside() -> AsyncIterator[tuple[BaseTestServer, list[str]]]:
    """A server on this machine, and what it was asked."""
    asked: list[str] = []

    async def handler(request: web.Request) -> web.Response:
        asked.append(request.path)
        match request.path:
            case "/redirect":
                raise web.HTTPFound("http://169.254.169.254/")
            case "/large":
                return web.Response(body=b"x" * 5000)
            case _:
                return web.Response(body=b"BEGIN:VCALENDAR", headers={"ETag": '"1"', "Set-Cookie": "a=b"})

    app = web.Application()
    app.router.add_get("/{path:.*}", handler)
    async with TestServer(app, host="127.0.0.1") as server:
        yield server, asked


async def test_a_calendar_is_read(inside: tuple[BaseTestServer, list[str]]) -> None:
    found = await fetch(f"http://127.0.0.1:{inside[0].port}/cal.ics", sandbox=True)
    assert (found.status, found.body, found.headers["ETag"]) == (200, b"BEGIN:VCALENDAR", '"1"')
    assert "Set-Cookie" not in found.headers


@pytest.mark.parametrize(("path", "reason"), [("redirect", "redirect"), ("large", "too_large")])
async def test_a_redirect_or_a_flood_ends_it(inside: tuple[BaseTestServer, list[str]], path: str, reason: str) -> None:
    with pytest.raises(FetchFailed) as failed:
        await fetch(f"http://127.0.0.1:{inside[0].port}/{path}", sandbox=True, max_bytes=1000)
    assert failed.value.reason == reason


@pytest.mark.parametrize("answers", [["127.0.0.1"], ["8.8.8.8", "127.0.0.1"], ["::ffff:10.0.0.1"], []])
async def test_a_name_that_turns_inward_reaches_nothing(inside: tuple[BaseTestServer, list[str]], answers: list[str]) -> None:
    async def resolve(host: str, port: int) -> list[Address]:
        del host, port
        return [ip_address(each) for each in answers]

    with pytest.raises(FetchFailed) as failed:
        await fetch("https://rebind.example.test/", resolve=resolve, sandbox=True)
    assert (failed.value.reason, inside[1]) == ("refused", [])


async def test_no_proxy_of_the_environment_takes_part(
    inside: tuple[BaseTestServer, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert (await fetch(f"http://127.0.0.1:{inside[0].port}/cal.ics", sandbox=True)).status == 200


async def test_an_address_that_does_not_answer_is_unreachable() -> None:
    with pytest.raises(FetchFailed) as failed:
        await fetch("http://127.0.0.1:1/", sandbox=True, patience=2)
    assert failed.value.reason == "unreachable"
