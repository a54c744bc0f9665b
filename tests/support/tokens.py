"""A small signing kit: issuers with real keys, their JWKS served over HTTP, tokens for whoever a test needs."""

import base64
import time
import warnings
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from aiohttp import web
from aiohttp.test_utils import TestServer
from joserfc import jwt
from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, Key, KeySet, OKPKey, RSAKey

from shared.settings import County, SystemClient

ALDER = UUID("0198a000-0000-7000-8000-00000000a1de")
BIRCH = UUID("0198a000-0000-7000-8000-00000000b19c")
SERVICES = ("network", "meetings", "notify")


def new_key(kid: str, algorithm: str = "ES256") -> Key:
    """Make a private key for an algorithm."""
    parameters: Any = {"kid": kid, "use": "sig", "alg": algorithm}
    if algorithm == "ES256":
        return ECKey.generate_key("P-256", parameters)
    if algorithm == "EdDSA":
        return OKPKey.generate_key("Ed25519", parameters)
    return RSAKey.generate_key(2048, parameters)


class Issuer:
    """One identity provider: its key, its name, and how often its keys were fetched."""

    def __init__(self, slug: str) -> None:
        """Make the first key; `rotate` makes the next."""
        self.slug = slug
        self.url = ""
        self.fetches = 0
        self.is_down = False
        self.keys = [new_key(f"{slug}-1")]

    def rotate(self, algorithm: str = "ES256") -> Key:
        """Sign with a new key from now on; the old one is no longer published."""
        self.keys = [new_key(f"{self.slug}-{time.monotonic_ns()}", algorithm)]
        return self.keys[0]

    def sign(self, claims: Mapping[str, Any], *, key: Key | None = None, header: Mapping[str, Any] | None = None) -> str:
        """Return a signed token with exactly these claims."""
        signer = key or self.keys[0]
        algorithm = str(signer.alg)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SecurityWarning)  # EdDSA has a new name; providers still write the old one
            return jwt.encode({"alg": algorithm, "kid": signer.kid, **(header or {})}, dict(claims), signer, algorithms=[algorithm])

    def claims(self, subject: str, **more: Any) -> dict[str, Any]:
        """Return the claims of a good access token of ten minutes; None among `more` leaves one out."""
        now = int(time.time())
        claims = {"iss": self.url, "sub": subject, "aud": list(SERVICES), "iat": now, "exp": now + 600, **more}
        return {name: value for name, value in claims.items() if value is not None}

    async def jwks(self, _: web.Request) -> web.Response:
        """Publish the keys."""
        self.fetches += 1
        if self.is_down:
            return web.Response(status=503)
        return web.json_response(KeySet(self.keys).as_dict(private=False))

    async def token(self, request: web.Request) -> web.Response:
        """Give a client a token with the scope that it asks for (client credentials); any secret will do."""
        client = base64.b64decode(request.headers["Authorization"].removeprefix("Basic ")).decode().partition(":")[0]
        scope = str((await request.post())["scope"])
        return web.json_response({"access_token": self.sign(self.claims(client, scope=scope)), "expires_in": 600})


class Issuers:
    """The providers of two counties and the deployment's own, on one local server."""

    def __init__(self) -> None:
        """Make the keys; `start` serves them."""
        self.alder, self.birch, self.system = Issuer("alder"), Issuer("birch"), Issuer("system")
        app = web.Application()
        for issuer in (self.alder, self.birch, self.system):
            app.router.add_get(f"/oidc/{issuer.slug}/jwks", issuer.jwks)
            app.router.add_post(f"/oidc/{issuer.slug}/token", issuer.token)
        self._server = TestServer(app)

    async def start(self) -> None:
        """Listen on a free port of this machine."""
        await self._server.start_server()
        for issuer in (self.alder, self.birch, self.system):
            issuer.url = str(self._server.make_url(f"/oidc/{issuer.slug}"))

    async def stop(self) -> None:
        """Stop listening."""
        await self._server.close()

    @property
    def counties(self) -> tuple[County, County]:
        """Both counties, as configuration."""
        return a_county(ALDER, self.alder), a_county(BIRCH, self.birch)

    @property
    def system_client(self) -> SystemClient:
        """The deployment's own issuer, as configuration."""
        issuer = self.system.url
        return SystemClient(issuer, f"{issuer}/jwks", f"{issuer}/token", "network", "secret")

    def staff(
        self,
        *scopes: str,
        county: UUID = ALDER,
        staff: str = "staff-1",
        roles: Iterable[str] = ("caseworker",),
        units: Iterable[str] = ("unit-1",),
        **more: Any,
    ) -> str:
        """Return the token of somebody who signed in at a county."""
        issuer = self.alder if county == ALDER else self.birch
        return issuer.sign(issuer.claims(staff, roles=list(roles), units=list(units), scope=" ".join(scopes), **more))

    def county_system(self, *scopes: str, county: UUID = ALDER, client: str = "alder-cws") -> str:
        """Return the token of a county's own system."""
        return self.staff(*scopes, county=county, staff=client, roles=("system",), units=())

    def service(self, *scopes: str, client: str = "meetings") -> str:
        """Return the token of one of our services."""
        return self.system.sign(self.system.claims(client, scope=" ".join(scopes)))


def a_county(county_id: UUID, issuer: Issuer) -> County:
    """Return a county as configuration."""
    return County(
        id=county_id,
        slug=issuer.slug,
        name=f"{issuer.slug.capitalize()} County",
        programmes={"en": "Family Team Calendar", "es": "Calendario Familiar"},
        time_zone="America/Los_Angeles",
        issuer=issuer.url,
        jwks_url=f"{issuer.url}/jwks",
        sms_number="+15005550006",
        mailbox=f"meetings@{issuer.slug}.test",
        call_number="+19165550100",
        languages=("en", "es"),
        default_language="en",
    )


def bearer(token: str, **headers: str) -> dict[str, str]:
    """Return the headers of a call with a token."""
    return {"Authorization": f"Bearer {token}", **headers}
