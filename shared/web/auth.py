"""Who is calling: access tokens of the counties' identity providers and of the deployment's own issuer, verified here.

Surround issues no tokens. A county is bound to its issuer in configuration: whatever else a token says, it speaks for that county
alone. Signing algorithms are an allow-list, so neither `none` nor a public key used as a secret ever passes.
"""

import asyncio
import contextlib
import json
import time
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import aiohttp
from aiohttp import web
from joserfc import jws, jwt
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import KeySet
from prometheus_client import Counter

from shared import logs
from shared.db.unit import Actor
from shared.kernel.access import Caller, Role
from shared.settings import County, SystemClient
from shared.web.errors import CountyRequired, Unauthenticated, Unavailable

ALGORITHMS = ("RS256", "ES256", "PS256", "EdDSA", "Ed25519")
LEEWAY_SECONDS = 60
LONGEST_LIFE_SECONDS = 24 * 3600
REFETCH_SECONDS = 60.0
FIRST_FETCH_SECONDS = 1.0
KEYS_FRESH_SECONDS = 600.0
MAX_KEYS_BYTES = 256 * 1024
MAX_TOKEN = 8000
REMEMBERED_SECONDS = 30.0
MAX_REMEMBERED = 4096

_REFUSALS = Counter("auth_refusals", "Requests refused for their token, by reason.", ["service", "reason"])

log = logs.get()


@dataclass(frozen=True, slots=True)
class Principal:
    """A verified caller. A service of ours has no county of its own: it names one with each request."""

    subject: str
    county_id: UUID | None
    roles: frozenset[Role]
    scopes: frozenset[str]
    units: frozenset[str]

    @property
    def is_service(self) -> bool:
        """Whether the token came from the deployment's own issuer."""
        return self.county_id is None

    @property
    def only_reads(self) -> bool:
        """An auditor sees every family and changes none, whatever scopes a provider gave the token."""
        return self.roles == {Role.AUDITOR}

    def in_county(self, county_id: UUID) -> Caller:
        """Return the caller as one county sees it."""
        return Caller(county_id, self.subject, self.roles, self.scopes, self.units)

    @property
    def actor(self) -> Actor:
        """Who the audit says it was."""
        if self.is_service:
            return Actor("service", self.subject)
        return Actor("system" if Role.SYSTEM in self.roles else "staff", self.subject, ",".join(sorted(self.roles)))


@dataclass(slots=True)
class _Issuer:
    """One issuer's keys, kept while its provider is down."""

    name: str
    jwks_url: str
    county_id: UUID | None
    keys: KeySet | None = None
    tried_at: float = float("-inf")
    fetched_at: float = float("-inf")
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class _Refused(Exception):
    """Why a token does not pass: a word for the counter, never for the caller."""


class Verifier:
    """Verifies bearer tokens for one audience. It keeps a session for fetching keys: `close` it at the end."""

    def __init__(
        self,
        counties: Iterable[County],
        system: SystemClient | None,
        *,
        audience: str,
        algorithms: Mapping[str, Sequence[str]] | None = None,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Bind each issuer to its county; `algorithms` narrows the allow-list of an issuer."""
        self._issuers = {c.issuer: _Issuer(c.issuer, c.jwks_url, c.id) for c in counties}
        if system is not None:
            self._issuers[system.issuer] = _Issuer(system.issuer, system.jwks_url, None)
        self._audience = audience
        self._algorithms = dict(algorithms or {})
        self._clock = clock
        self._monotonic = monotonic
        self._session: aiohttp.ClientSession | None = None
        self._remembered: dict[str, tuple[float, float, Principal]] = {}

    async def close(self) -> None:
        """Give back the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def principal(self, request: web.Request) -> Principal:
        """Return who sent a request, by its one Authorization header, or refuse it."""
        given = request.headers.getall("Authorization", [])
        if len(given) != 1:
            raise self._refused("missing" if not given else "doubled")
        scheme, _, token = given[0].partition(" ")
        if scheme.lower() != "bearer" or not token or len(token) > MAX_TOKEN:
            raise self._refused("malformed")
        return await self.verify(token.strip())

    async def verify(self, token: str) -> Principal:
        """Return who a token speaks for, or refuse it. A verified one is remembered for half a minute, never past its end."""
        known = self._remembered.get(token)
        if known is not None and known[0] > self._monotonic() and known[1] > self._clock() - LEEWAY_SECONDS:
            return known[2]
        try:
            header, issuer = self._unverified(token)
            claims = await self._verified(token, header, issuer)
            principal = self._principal(claims, issuer)
        except _Refused as refusal:
            raise self._refused(str(refusal)) from None
        if len(self._remembered) >= MAX_REMEMBERED:
            self._remembered.clear()
        self._remembered[token] = (self._monotonic() + REMEMBERED_SECONDS, float(claims["exp"]), principal)
        return principal

    def _refused(self, reason: str) -> Unauthenticated:
        _REFUSALS.labels(self._audience, reason).inc()
        return Unauthenticated()

    def _unverified(self, token: str) -> tuple[Mapping[str, Any], _Issuer]:
        """Read which issuer a token claims: only to choose the keys it is then verified with."""
        try:
            opened = jws.extract_compact(token.encode("ascii"))
            header, claimed = opened.headers(), json.loads(opened.payload)
        except (JoseError, ValueError, RecursionError):
            raise _Refused("malformed") from None
        name = claimed.get("iss") if isinstance(claimed, dict) else None
        issuer = self._issuers.get(name) if isinstance(name, str) else None
        if issuer is None:
            raise _Refused("issuer")
        if header.get("alg") not in self._algorithms.get(issuer.name, ALGORITHMS):
            raise _Refused("algorithm")
        return header, issuer

    async def _verified(self, token: str, header: Mapping[str, Any], issuer: _Issuer) -> dict[str, Any]:
        keys = await self._keys(issuer, header.get("kid"))
        registry = jwt.JWTClaimsRegistry(
            now=int(self._clock()),
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": issuer.name},
            aud={"essential": True, "value": self._audience},
            exp={"essential": True},
            sub={"essential": True},
        )
        try:
            with warnings.catch_warnings() if header["alg"] == "EdDSA" else contextlib.nullcontext():
                if header["alg"] == "EdDSA":  # RFC 9864 renamed it to Ed25519; providers still write the old name
                    warnings.simplefilter("ignore", SecurityWarning)
                opened = jwt.decode(token, keys, algorithms=list(self._algorithms.get(issuer.name, ALGORITHMS)))
        except (JoseError, ValueError):
            raise _Refused("signature") from None
        try:
            registry.validate(opened.claims)
        except JoseError:
            raise _Refused("claims") from None
        if opened.claims["exp"] > self._clock() + LONGEST_LIFE_SECONDS + LEEWAY_SECONDS:
            raise _Refused("lifetime")
        return opened.claims

    def _principal(self, claims: Mapping[str, Any], issuer: _Issuer) -> Principal:
        if "at_hash" in claims or claims.get("typ") == "ID" or claims.get("token_use") == "id":
            raise _Refused("id_token")
        subject = claims["sub"]
        if not isinstance(subject, str) or not 0 < len(subject) <= 200 or not subject.isprintable():
            raise _Refused("subject")
        county = claims.get("county_id")
        if county is not None and (issuer.county_id is None or county not in (str(issuer.county_id), issuer.county_id.hex)):
            raise _Refused("county")
        roles = frozenset(Role(role) for role in _words(claims.get("roles")) if role in set(Role))
        if issuer.county_id is None:
            roles = frozenset({Role.SYSTEM})
        return Principal(subject, issuer.county_id, roles, _words(claims.get("scope")), _words(claims.get("units")))

    async def _keys(self, issuer: _Issuer, kid: object) -> KeySet:
        """Return the issuer's keys, fetched anew when one is unknown: one fetch at a time, at most one a minute."""
        if self._knows(issuer, kid) and self._monotonic() - issuer.fetched_at < KEYS_FRESH_SECONDS:
            return issuer.keys or KeySet([])
        async with issuer.lock:
            wait = REFETCH_SECONDS if issuer.keys is not None else FIRST_FETCH_SECONDS
            stale = self._monotonic() - issuer.fetched_at >= KEYS_FRESH_SECONDS
            if (stale or not self._knows(issuer, kid)) and self._monotonic() - issuer.tried_at >= wait:
                issuer.tried_at = self._monotonic()
                await self._fetch(issuer)
        if issuer.keys is None:
            raise Unavailable
        if not self._knows(issuer, kid):
            raise _Refused("key")
        return issuer.keys

    @staticmethod
    def _knows(issuer: _Issuer, kid: object) -> bool:
        if issuer.keys is None:
            return False
        if kid is None:
            return len(issuer.keys.keys) == 1
        return any(key.kid == kid for key in issuer.keys.keys)

    async def _fetch(self, issuer: _Issuer) -> None:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5))
        try:
            async with self._session.get(issuer.jwks_url, allow_redirects=False) as response:
                if response.status != 200:
                    raise ValueError("no keys")
                found = json.loads(await _at_most(response, MAX_KEYS_BYTES))
                issuer.keys = KeySet.import_key_set({"keys": [key for key in found["keys"] if key.get("use", "sig") == "sig"]})
                issuer.fetched_at = self._monotonic()
                self._remembered.clear()
        except (aiohttp.ClientError, TimeoutError, JoseError, ValueError, KeyError, TypeError, AttributeError) as error:
            log.warning("auth.keys_unavailable", county_id=str(issuer.county_id or "system"), error=type(error).__name__)


async def _at_most(response: aiohttp.ClientResponse, limit: int) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > limit:
            raise ValueError("too large")
    return bytes(body)


def _words(claim: object) -> frozenset[str]:
    """Read a claim that holds words: a list, or one text with blanks between."""
    if isinstance(claim, str):
        return frozenset(claim.split())
    if isinstance(claim, list):
        return frozenset(word for word in claim if isinstance(word, str))
    return frozenset()


def county_of(principal: Principal, request: web.Request, counties: frozenset[UUID]) -> UUID:
    """Return the county a request is about: the issuer's, or, for a service of ours, the one it names in X-County-Id."""
    if principal.county_id is not None:
        return principal.county_id
    given = request.headers.getall("X-County-Id", [])
    try:
        county_id = UUID(given[0]) if len(given) == 1 else None
    except ValueError:
        county_id = None
    if county_id is None or county_id not in counties:
        raise CountyRequired
    return county_id
