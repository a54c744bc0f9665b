"""Reaching an address that somebody gave us: a county's endpoint, a person's calendar. Checked when saved, and again at connect.

An address is public or it is refused: every address a name resolves to is checked, the connection goes to the checked one, nothing
follows a redirect, no proxy of the environment takes part, and time and size have limits (API O1, O2).
"""

import asyncio
import contextlib
import re
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

import aiohttp
import idna
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from shared.kernel.errors import Fault, Invalid

PORTS = frozenset({443, 8443})
MAX_URL = 2048
PATIENCE = 15.0
MAX_BYTES = 2 * 1024 * 1024

_URL = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.\-]*)://(?P<authority>[^/?#\\]*)(?P<rest>[/?][^\\]*)?")
_HOST_PORT = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^:@\[\]]+)(?::(?P<port>\d{1,5}))?")
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMERIC = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)", re.IGNORECASE)
_LOCAL_NAMES = frozenset(
    {
        "local",
        "localhost",
        "localdomain",
        "internal",
        "intranet",
        "svc",
        "cluster",
        "lan",
        "home",
        "corp",
        "private",
        "arpa",
        "onion",
    }
)

_NAT64 = IPv6Network("64:ff9b::/96")
_GLOBAL_UNICAST = IPv6Network("2000::/3")
# Relay anycast and protocol assignments that `is_global` lets through on some versions.
_NEVER_V4 = tuple(IPv4Network(n) for n in ("192.88.99.0/24", "192.0.0.0/24", "240.0.0.0/4"))

Address = IPv4Address | IPv6Address
Resolve = Callable[[str, int], Awaitable[Sequence[Address]]]


class UrlRefused(Invalid):
    """This address cannot be used from here. Use a public https address."""

    code = "url_not_allowed"

    def at(self, pointer: str) -> Invalid:
        """Return the refusal of a body whose member at `pointer` holds the address."""
        return Invalid([Fault(self.code, self.detail, pointer=pointer)])


class FetchFailed(Exception):
    """An address could not be read; `reason` is a word for staff: refused, unreachable, timeout, redirect, too_large, broken."""

    def __init__(self, reason: str) -> None:
        """Name the reason, never the address."""
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address answered; only the headers that a cache needs."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


def is_public(address: Address) -> bool:
    """Say whether an address is on the public internet, and so is every older address folded into it."""
    if isinstance(address, IPv4Address):
        return address.is_global and not address.is_multicast and not any(address in network for network in _NEVER_V4)
    if address.scope_id is not None:
        return False
    if address.ipv4_mapped is not None:
        return is_public(address.ipv4_mapped)
    if address in _NAT64:
        return is_public(IPv4Address(int(address) & 0xFFFFFFFF))
    if address.sixtofour is not None:
        return is_public(address.sixtofour)
    if address.teredo is not None:
        return all(is_public(each) for each in address.teredo)
    return address in _GLOBAL_UNICAST and address.is_global and not address.is_multicast


def check_url(text: str, *, sandbox: bool = False) -> URL:
    """Return an address that may be saved and reached, or refuse it. `sandbox` admits this machine, with http and any port."""
    if len(text) > MAX_URL or (not text.isascii() and not text.isprintable()) or re.search(r"[\x00-\x20\x7f\\]", text):
        raise UrlRefused
    parts = _URL.fullmatch(text.partition("#")[0])
    found = _HOST_PORT.fullmatch(parts["authority"]) if parts else None
    if parts is None or found is None:
        raise UrlRefused
    scheme, rest = parts["scheme"].lower(), parts["rest"] or "/"
    host, literal = _host(found["host"])
    port = int(found["port"] or (443 if scheme == "https" else 80))
    is_here = host == "localhost" or (literal is not None and literal.is_loopback)
    if not (sandbox and is_here and scheme in {"http", "https"} and 0 < port < 65536):
        if scheme != "https" or port not in PORTS:
            raise UrlRefused
        if not (is_public(literal) if literal is not None else _is_public_name(host)):
            raise UrlRefused
    shown = f"[{host}]" if isinstance(literal, IPv6Address) else host
    try:
        return URL(f"{scheme}://{shown}:{port}{rest if rest.startswith('/') else '/' + rest}", encoded=False)
    except ValueError:
        raise UrlRefused from None


def _host(text: str) -> tuple[str, Address | None]:
    """Return a host in its plain spelling, and the address if it is one."""
    bare = text.strip("[]")
    with contextlib.suppress(ValueError):
        literal = ip_address(bare)
        return str(literal), literal
    try:
        name = bare.lower() if bare.isascii() else idna.encode(bare, uts46=True, std3_rules=True).decode()
    except idna.IDNAError:
        raise UrlRefused from None
    return name.removesuffix("."), None


def _is_public_name(name: str) -> bool:
    """A name of two labels at least. `2130706433`, `0177.0.0.1` and `127.1` are addresses to a resolver, so they are no names."""
    labels = name.split(".")
    if len(name) > 253 or len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels):
        return False
    return not _NUMERIC.fullmatch(labels[-1]) and not _LOCAL_NAMES & {labels[-1], ".".join(labels[-2:])}


async def _ask_resolver(host: str, port: int) -> list[Address]:
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [ip_address(entry[4][0]) for entry in found]


class _Checked(AbstractResolver):
    """Resolves once, and only to addresses that may be reached: one bad address among them spoils the name."""

    def __init__(self, resolve: Resolve, *, sandbox: bool) -> None:
        self._resolve = resolve
        self._sandbox = sandbox

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC) -> list[ResolveResult]:
        """Return the addresses of a name for the connector."""
        addresses = list(dict.fromkeys(await self._resolve(host, port)))
        if not addresses or not all(_may_reach(each, sandbox=self._sandbox and host == "localhost") for each in addresses):
            raise OSError("refused")
        return [
            ResolveResult(
                hostname=host,
                host=str(each),
                port=port,
                family=socket.AF_INET6 if each.version == 6 else socket.AF_INET,
                proto=0,
                flags=int(socket.AI_NUMERICHOST),
            )
            for each in addresses
        ]

    async def close(self) -> None:
        """Nothing is held."""


def _may_reach(address: Address, *, sandbox: bool) -> bool:
    return is_public(address) or (sandbox and address.is_loopback)


def _connector(resolve: Resolve, *, sandbox: bool) -> aiohttp.TCPConnector:
    def open_socket(info: tuple[int, int, int, str, tuple[str | int, ...]]) -> socket.socket:
        family, kind, protocol, _, where = info
        if not _may_reach(ip_address(str(where[0])), sandbox=sandbox):
            raise OSError("refused")
        opened = socket.socket(family, kind, protocol)
        opened.setblocking(False)
        return opened

    return aiohttp.TCPConnector(
        resolver=_Checked(resolve, sandbox=sandbox), use_dns_cache=False, force_close=True, socket_factory=open_socket
    )


async def fetch(
    text: str,
    *,
    sandbox: bool = False,
    headers: Mapping[str, str] | None = None,
    patience: float = PATIENCE,
    max_bytes: int = MAX_BYTES,
    resolve: Resolve = _ask_resolver,
) -> Fetched:
    """Read an address once, within limits; raise FetchFailed. The answer may be any status but a redirect."""
    return await send("GET", text, sandbox=sandbox, headers=headers, patience=patience, max_bytes=max_bytes, resolve=resolve)


async def send(
    method: str,
    text: str,
    *,
    data: bytes | None = None,
    sandbox: bool = False,
    headers: Mapping[str, str] | None = None,
    patience: float = PATIENCE,
    max_bytes: int = MAX_BYTES,
    resolve: Resolve = _ask_resolver,
) -> Fetched:
    """Send one request to an address that somebody gave us; raise FetchFailed."""
    try:
        url = check_url(text, sandbox=sandbox)
    except UrlRefused:
        raise FetchFailed("refused") from None
    try:
        async with (
            asyncio.timeout(patience),
            aiohttp.ClientSession(
                connector=_connector(resolve, sandbox=sandbox),
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
                headers={"User-Agent": "Surround/1", "Accept-Encoding": "gzip"},
            ) as session,
            session.request(method, url, data=data, headers=headers, allow_redirects=False) as response,
        ):
            if response.status in {301, 302, 303, 307, 308}:
                raise FetchFailed("redirect")
            body = bytearray()
            async for chunk in response.content.iter_any():
                body += chunk
                if len(body) > max_bytes:
                    raise FetchFailed("too_large")
            kept = {
                name: response.headers[name]
                for name in ("ETag", "Last-Modified", "Content-Type", "Retry-After")
                if name in response.headers
            }
            return Fetched(response.status, bytes(body), kept)
    except TimeoutError:
        raise FetchFailed("timeout") from None
    except aiohttp.ClientConnectorError as error:
        raise FetchFailed("refused" if "refused" in error.os_error.args else "unreachable") from None
    except (aiohttp.ClientError, OSError, ValueError):
        raise FetchFailed("broken") from None
