"""The counties' identity providers: authorization code with PKCE, refresh, sign-out. Nothing here keeps anything but addresses.

An identity token is believed only when its issuer signed it for us, for this very sign-in (nonce), and it has not expired.
"""

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import aiohttp
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from shared import logs
from shared.settings import County
from shared.web.auth import ALGORITHMS, LEEWAY_SECONDS

FRESH_SECONDS = 600.0
MAX_BYTES = 256 * 1024
SCOPE = "openid profile offline_access"

log = logs.get()


class SignInRefused(Exception):
    """The provider did not sign this person in, or its answer cannot be believed; the message is a stable word for the log."""


class ProviderAway(Exception):
    """The provider cannot be reached just now."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a provider gave: an access token for the services, how to renew it, and who it is about."""

    access_token: str
    expires_in: float
    refresh_token: str = ""
    id_token: str = ""
    subject: str = ""
    name: str = ""
    session: str = ""


LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
LOGOUT_SECONDS = 300
"""A provider's word that somebody signed out is good for so long, and heard once in that time."""


@dataclass(frozen=True, slots=True)
class Logout:
    """A provider's word that a session of somebody has ended there, or (without `session`) all of theirs."""

    county: str
    token_id: str
    subject: str
    session: str


@dataclass(slots=True)
class _Provider:
    county: County
    document: Mapping[str, Any] = field(default_factory=dict)
    keys: KeySet | None = None
    good_until: float = 0.0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Identity:
    """All counties' providers, where we are registered under one name."""

    def __init__(self, counties: tuple[County, ...], *, client_id: str, client_secret: str, session: aiohttp.ClientSession) -> None:
        """Ask nothing yet."""
        self._providers = {county.slug: _Provider(county) for county in counties}
        self._client_id = client_id
        self._client_secret = client_secret
        self._session = session

    def origins(self) -> tuple[str, ...]:
        """Where forms of ours may lead to: the providers' own origins, as far as they are known."""
        found = set()
        for provider in self._providers.values():
            known = (provider.document.get(name, "") for name in ("authorization_endpoint", "end_session_endpoint"))
            found |= {_origin(address) for address in (provider.county.issuer, *known) if address}
        return tuple(sorted(found))

    async def authorization_url(self, county: County, *, redirect_uri: str, state: str, nonce: str, challenge: str) -> str:
        """Return where a person signs in. Raises ProviderAway."""
        document = await self._document(county.slug)
        query = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": redirect_uri,
            "scope": SCOPE,
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        address = str(document["authorization_endpoint"])
        return f"{address}{'&' if urlsplit(address).query else '?'}{urlencode(query)}"

    async def redeem(self, county: County, *, code: str, verifier: str, redirect_uri: str, nonce: str) -> Tokens:
        """Exchange a code for tokens. Raises SignInRefused or ProviderAway."""
        answer = await self._token(
            county.slug,
            {"grant_type": "authorization_code", "code": code, "code_verifier": verifier, "redirect_uri": redirect_uri},
        )
        claims = await self._claims(county.slug, str(answer.get("id_token", "")))
        if claims.get("nonce") != nonce:
            raise SignInRefused("nonce")
        return Tokens(
            access_token=str(answer["access_token"]),
            expires_in=_seconds(answer),
            refresh_token=str(answer.get("refresh_token", "")),
            id_token=str(answer.get("id_token", "")),
            subject=str(claims["sub"]),
            name=str(claims.get("name") or claims["sub"]),
            session=str(claims.get("sid") or ""),
        )

    async def refresh(self, county_slug: str, refresh_token: str) -> Tokens:
        """Renew an access token. Raises SignInRefused when the sign-in was ended over there, or ProviderAway."""
        answer = await self._token(county_slug, {"grant_type": "refresh_token", "refresh_token": refresh_token})
        return Tokens(
            access_token=str(answer["access_token"]),
            expires_in=_seconds(answer),
            refresh_token=str(answer.get("refresh_token", "")) or refresh_token,
            id_token=str(answer.get("id_token", "")),
        )

    async def read_logout(self, token: str) -> Logout:
        """Return what a logout token says (OpenID Connect Back-Channel Logout 1.0 §2.6). Raises SignInRefused or ProviderAway."""
        county = self._issuer_of(token)
        claims = await self._signed(county.slug, token)
        self._check_parties(claims, county)
        issued, subject, session, token_id = (claims.get(name, "") for name in ("iat", "sub", "sid", "jti"))
        if not isinstance(issued, int | float) or abs(time.time() - issued) > LOGOUT_SECONDS:
            raise SignInRefused("expired")
        if not all(isinstance(word, str) for word in (subject, session, token_id)) or not token_id or not (subject or session):
            raise SignInRefused("claims")
        events = claims.get("events")
        # Neither an identity token nor an access token may end a session: those have no such event, and identities a nonce.
        if not isinstance(events, dict) or not isinstance(events.get(LOGOUT_EVENT), dict) or "nonce" in claims:
            raise SignInRefused("claims")
        return Logout(county.slug, token_id, subject, session)

    def _issuer_of(self, token: str) -> County:
        """Read who claims to have signed a token: only to choose the keys it is then verified with."""
        try:
            claimed = json.loads(jws.extract_compact(token.encode("ascii")).payload)
        except (JoseError, ValueError, RecursionError):
            raise SignInRefused("malformed") from None
        name = claimed.get("iss") if isinstance(claimed, dict) else None
        county = next((one.county for one in self._providers.values() if one.county.issuer == name), None)
        if county is None:
            raise SignInRefused("issuer")
        return county

    async def end_session_url(self, county_slug: str, *, id_token: str, return_to: str) -> str | None:
        """Return where a person signs out of the provider too; None where it offers no such place or is away."""
        try:
            address = (await self._document(county_slug)).get("end_session_endpoint")
        except ProviderAway:
            return None
        if not address:
            return None
        query = {"id_token_hint": id_token, "client_id": self._client_id, "post_logout_redirect_uri": return_to}
        return f"{address}?{urlencode({name: value for name, value in query.items() if value})}"

    async def _document(self, slug: str) -> Mapping[str, Any]:
        provider = self._providers[slug]
        async with provider.lock:
            if time.monotonic() < provider.good_until:
                return provider.document
            try:
                document = await self._get(f"{provider.county.issuer}/.well-known/openid-configuration")
                if document.get("issuer") != provider.county.issuer or not document.get("authorization_endpoint"):
                    raise ValueError("not this issuer's description")
                provider.keys = _key_set(await self._get(str(document.get("jwks_uri") or provider.county.jwks_url)))
            except (aiohttp.ClientError, TimeoutError, JoseError, ValueError, KeyError, TypeError) as error:
                log.warning("identity.unavailable", county=slug, error=type(error).__name__)
                if provider.document:
                    return provider.document
                raise ProviderAway from error
            provider.document, provider.good_until = document, time.monotonic() + FRESH_SECONDS
            return document

    async def _token(self, slug: str, form: Mapping[str, str]) -> Mapping[str, Any]:
        document = await self._document(slug)
        # RFC 6749 §2.3.1: both parts are form-encoded before they are joined.
        credentials = aiohttp.encode_basic_auth(quote(self._client_id, safe=""), quote(self._client_secret, safe=""))
        try:
            async with self._session.post(
                str(document["token_endpoint"]), data=form, headers={"Authorization": credentials}, allow_redirects=False
            ) as response:
                answer = await _json(response)
                if response.status >= 500:
                    raise ProviderAway
                if response.status != 200 or not isinstance(answer.get("access_token"), str):
                    raise SignInRefused(str(answer.get("error", "refused"))[:40])
                return answer
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise ProviderAway from error

    async def _claims(self, slug: str, token: str) -> Mapping[str, Any]:
        return self._believed(await self._signed(slug, token), self._providers[slug].county)

    async def _signed(self, slug: str, token: str) -> Mapping[str, Any]:
        """Return the claims that a provider signed; keys that are not known are asked for once more."""
        provider = self._providers[slug]
        for again in (False, True):
            if again:
                provider.good_until = 0.0
                await self._document(slug)
            try:
                return jwt.decode(token, provider.keys or KeySet([]), algorithms=list(ALGORITHMS)).claims
            except (JoseError, ValueError):
                continue
        raise SignInRefused("signature")

    def _check_parties(self, claims: Mapping[str, Any], county: County) -> None:
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        if claims.get("iss") != county.issuer or self._client_id not in audiences:
            raise SignInRefused("claims")
        expires = claims.get("exp")
        if not isinstance(expires, int | float) or expires < time.time() - LEEWAY_SECONDS:
            raise SignInRefused("expired")

    def _believed(self, claims: Mapping[str, Any], county: County) -> Mapping[str, Any]:
        self._check_parties(claims, county)
        if isinstance(claims["aud"], list) and len(claims["aud"]) > 1 and claims.get("azp") != self._client_id:
            raise SignInRefused("claims")
        if not isinstance(claims.get("sub"), str) or not claims["sub"]:
            raise SignInRefused("claims")
        return claims

    async def _get(self, address: str) -> Mapping[str, Any]:
        async with self._session.get(address, allow_redirects=False) as response:
            if response.status != 200:
                raise ValueError("no document")
            return await _json(response)


async def _json(response: aiohttp.ClientResponse) -> Mapping[str, Any]:
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > MAX_BYTES:
            raise ValueError("too large")
    answer = json.loads(body)
    if not isinstance(answer, dict):
        raise ValueError("no object")
    return answer


def _key_set(document: Mapping[str, Any]) -> KeySet:
    return KeySet.import_key_set({"keys": [key for key in document["keys"] if key.get("use", "sig") == "sig"]})


def _seconds(answer: Mapping[str, Any]) -> float:
    try:
        return max(float(answer.get("expires_in", 300)), 1.0)
    except (TypeError, ValueError):
        return 300.0


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
