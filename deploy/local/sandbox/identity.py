"""The sample staff, and an OpenID provider that signs them in: one issuer a county, one for the deployment's own services.

It follows the standards where a county's real provider would (authorization code with PKCE, rotating refresh tokens, ES256 keys
that rotate, client credentials) and asks no password: on a laptop, choosing a name is signing in.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from deploy.local.sandbox.settings import EVERY_REALM, ClientRow, Settings

AUDIENCE = ("network", "meetings", "notify")
ACCESS_LIFETIME = timedelta(minutes=10)
CODE_LIFETIME = timedelta(minutes=2)
REFRESH_LIFETIME = timedelta(hours=8)
SYSTEM_REALM = "system"
MOST_KEYS = 4
MOST_GRANTS = 2_000


@dataclass(frozen=True, slots=True)
class Staff:
    """One invented member of staff; `id` is the subject of their tokens."""

    id: str
    name: str
    roles: tuple[str, ...]
    units: tuple[str, ...]


SAMPLE_STAFF: Mapping[str, tuple[Staff, ...]] = {
    "alder": (
        Staff("amy", "Amy Stone", ("caseworker",), ("north",)),
        Staff("omar", "Omar Haddad", ("caseworker",), ("north",)),
        Staff("paz", "Paz Moreno", ("caseworker",), ("north",)),
        Staff("jo", "Jo Park", ("caseworker",), ("south",)),
        Staff("sandra", "Sandra Okoye", ("supervisor",), ("north", "south")),
        Staff("sam", "Sam Fields", ("facilitator",), ("north", "south")),
        Staff("lee", "Lee Winter", ("scheduler",), ("north", "south")),
        Staff("olga", "Olga Brandt", ("on_call",), ("north", "south")),
        Staff("ada", "Ada Bright", ("county_admin",), ("north", "south")),
    ),
    "birch": (Staff("bo", "Bo Lindqvist", ("caseworker",), ("east",)),),
}

_CASEWORK = (
    "people.read people.contact.read people.write cases.read cases.write plans.read plans.write meetings.read meetings.write "
    "messages.read messages.write tasks.read tasks.write"
)
SCOPES_OF_ROLE: Mapping[str, frozenset[str]] = {
    role: frozenset(scopes.split())
    for role, scopes in {
        "caseworker": _CASEWORK,
        "supervisor": f"{_CASEWORK} resources.write audit.read",
        "facilitator": "people.read cases.read plans.read meetings.read meetings.write messages.read tasks.read",
        "scheduler": (
            "people.read people.contact.read cases.read plans.read meetings.read meetings.write resources.write "
            "messages.read messages.write tasks.read tasks.write"
        ),
        "county_admin": f"{_CASEWORK} resources.write audit.read imports.write webhooks.manage",
        "on_call": _CASEWORK,
        "auditor": "people.read cases.read plans.read meetings.read messages.read tasks.read audit.read",
    }.items()
}
COUNTY_SYSTEM_SCOPES = frozenset(f"{_CASEWORK} resources.write audit.read imports.write webhooks.manage".split())
SERVICE_SCOPES: Mapping[str, frozenset[str]] = {
    "network": frozenset({"events.read"}),
    "meetings": frozenset({"events.read", "people.read", "cases.read"}),
    "notify": frozenset({"events.read", "people.read", "cases.read", "meetings.read"}),
    "portal": frozenset({"people.read", "cases.read", "meetings.read", "messages.read", "messages.write"}),
}


class OAuthRefusal(Exception):
    """The provider's refusal: an error code of RFC 6749, a sentence, and a status."""

    def __init__(self, error: str, description: str, *, status: int = 400) -> None:
        super().__init__(error)
        self.error = error
        self.description = description
        self.status = status


@dataclass(slots=True)
class Realm:
    """One issuer with its signing keys, newest last, and its staff."""

    slug: str
    name: str
    issuer: str
    county_id: str
    staff: Mapping[str, Staff]
    keys: list[ECKey] = field(default_factory=list)
    disabled: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        if not self.keys:
            self.rotate()

    def rotate(self) -> None:
        """Sign with a new key from now on; the old ones stay published for the tokens that they signed."""
        self.keys.append(ECKey.generate_key("P-256", parameters={"use": "sig", "alg": "ES256"}, auto_kid=True))
        del self.keys[:-MOST_KEYS]

    def jwks(self) -> dict[str, Any]:
        """The public keys."""
        return {"keys": [key.as_dict(private=False) for key in reversed(self.keys)]}

    def sign(self, claims: Mapping[str, Any], *, typ: str) -> str:
        """Return a signed token."""
        key = self.keys[-1]
        return jwt.encode({"alg": "ES256", "kid": key.kid, "typ": typ}, dict(claims), key, algorithms=["ES256"])

    def read(self, token: str) -> Mapping[str, Any]:
        """Return the claims of a token that this realm signed and that has not expired; raises OAuthRefusal."""
        refusal = OAuthRefusal("invalid_token", "The token is not one of this issuer's, or has expired.", status=401)
        try:
            claims: Mapping[str, Any] = jwt.decode(token, KeySet([*self.keys]), algorithms=["ES256"]).claims
        except (JoseError, ValueError) as error:
            raise refusal from error
        if claims.get("iss") != self.issuer or float(claims.get("exp", 0)) < datetime.now(UTC).timestamp():
            raise refusal
        return claims


@dataclass(frozen=True, slots=True)
class SignInRequest:
    """What a client asked for at /authorize."""

    client_id: str
    redirect_uri: str
    scope: str
    state: str
    nonce: str
    challenge: str


@dataclass(frozen=True, slots=True)
class Grant:
    """A code or a refresh token: for whom, for which client, until when. One sign-in is one family."""

    realm: str
    client_id: str
    staff_id: str
    scope: str
    expires_at: datetime
    family: str
    signed_in_at: datetime
    request: SignInRequest | None = None


class Provider:
    """All realms, their clients and grants. Grants live in memory: a restart means signing in again."""

    def __init__(self, settings: Settings) -> None:
        self.realms: dict[str, Realm] = {
            county.slug: Realm(
                slug=county.slug,
                name=county.name,
                issuer=county.issuer or f"{settings.url}/oidc/{county.slug}",
                county_id=county.id,
                staff={s.id: s for s in SAMPLE_STAFF.get(county.slug, ())},
            )
            for county in settings.counties
        }
        self.realms[SYSTEM_REALM] = Realm(SYSTEM_REALM, "This deployment", f"{settings.url}/oidc/{SYSTEM_REALM}", "", {})
        self._clients = settings.clients
        self._portal_url = settings.portal_url
        self._codes: dict[str, Grant] = {}
        self._refreshes: dict[str, Grant] = {}
        self._spent: dict[str, str] = {}

    # -- clients

    def clients_of(self, realm: Realm, client_id: str) -> list[ClientRow]:
        """Return the registrations of a client at a realm; the same name may be registered at several."""
        return [c for c in self._clients if c.client_id == client_id and c.realm in {realm.slug, realm.issuer, EVERY_REALM}]

    def authenticate(self, realm: Realm, client_id: str, client_secret: str) -> ClientRow:
        """Return the registration whose secret this is; raises OAuthRefusal."""
        for client in self.clients_of(realm, client_id):
            if hmac.compare_digest(client.client_secret.encode(), client_secret.encode()):
                return client
        raise OAuthRefusal("invalid_client", "Unknown client, or a wrong secret.", status=401)

    def may_return_to(self, realm: Realm, client_id: str, address: str) -> bool:
        """Say whether a sign-in may end at an address: one registered, or one of the portal's own origin."""
        if any(address in c.redirect_uris for c in self.clients_of(realm, client_id)):
            return True
        return bool(self._portal_url) and (address == self._portal_url or address.startswith(f"{self._portal_url}/"))

    # -- people

    def begin(self, realm: Realm, query: Mapping[str, str]) -> SignInRequest:
        """Check a sign-in request. A client or address that is not known gets no redirect: raises OAuthRefusal."""
        client_id, address = query.get("client_id", ""), query.get("redirect_uri", "")
        if not self.clients_of(realm, client_id):
            raise OAuthRefusal("invalid_request", "This client is not registered here.")
        if not self.may_return_to(realm, client_id, address):
            raise OAuthRefusal("invalid_request", "This redirect_uri is not registered for the client.")
        return SignInRequest(
            client_id=client_id,
            redirect_uri=address,
            scope=query.get("scope", ""),
            state=query.get("state", ""),
            nonce=query.get("nonce", ""),
            challenge=query.get("code_challenge", ""),
        )

    def issue_code(self, realm: Realm, request: SignInRequest, staff_id: str) -> str:
        """Return a code for the person who was chosen; raises OAuthRefusal."""
        if staff_id not in realm.staff or staff_id in realm.disabled:
            raise OAuthRefusal("access_denied", "Nobody of that name may sign in.")
        code, now = secrets.token_urlsafe(24), datetime.now(UTC)
        self._codes[code] = Grant(
            realm.slug, request.client_id, staff_id, request.scope, now + CODE_LIFETIME, secrets.token_urlsafe(8), now, request
        )
        _forget_oldest(self._codes)
        return code

    def redeem(self, realm: Realm, client: ClientRow, form: Mapping[str, str]) -> dict[str, Any]:
        """Exchange a code for tokens, once; a second try ends the whole sign-in (RFC 6749 §4.1.2). Raises OAuthRefusal."""
        code = form.get("code", "")
        grant = self._codes.pop(code, None)
        if grant is None:
            self.end_family(self._spent.get(code, ""))
            raise OAuthRefusal("invalid_grant", "This code is unknown, or was used before.")
        self._spent[code] = grant.family
        _forget_oldest(self._spent)
        self._check(realm, client, grant)
        request = grant.request
        if request is None or form.get("redirect_uri", "") != request.redirect_uri:
            raise OAuthRefusal("invalid_grant", "The redirect_uri is not the one of the sign-in.")
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if not hmac.compare_digest(base64.urlsafe_b64encode(digest).rstrip(b"=").decode(), request.challenge):
            raise OAuthRefusal("invalid_grant", "The code_verifier does not match the challenge.")
        return self._tokens(realm, grant, nonce=request.nonce)

    def refresh(self, realm: Realm, client: ClientRow, form: Mapping[str, str]) -> dict[str, Any]:
        """Exchange a refresh token, which is spent by it; a spent one ends the whole sign-in. Raises OAuthRefusal."""
        token = form.get("refresh_token", "")
        grant = self._refreshes.pop(token, None)
        if grant is None:
            self.end_family(self._spent.get(token, ""))
            raise OAuthRefusal("invalid_grant", "This refresh token is unknown, or was used before.")
        self._spent[token] = grant.family
        _forget_oldest(self._spent)
        self._check(realm, client, grant)
        return self._tokens(realm, grant, nonce="")

    def end_family(self, family: str) -> None:
        """End one sign-in: none of its refresh tokens works any more."""
        self._refreshes = {t: g for t, g in self._refreshes.items() if g.family != family}

    def end_sign_ins(self, realm: Realm, staff_id: str) -> None:
        """End every sign-in of one person."""
        self._refreshes = {t: g for t, g in self._refreshes.items() if (g.realm, g.staff_id) != (realm.slug, staff_id)}

    def logouts(self, realm: Realm, staff_id: str) -> list[tuple[str, str]]:
        """Return where to say that all of a person's sessions have ended, each with the token that says it."""
        now = int(datetime.now(UTC).timestamp())
        claims = {
            "iss": realm.issuer,
            "sub": staff_id,
            "iat": now,
            "exp": now + int(CODE_LIFETIME.total_seconds()),
            "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
        }
        clients = {c.client_id for c in self.clients_of(realm, "portal")}
        address = f"{self._portal_url}/auth/backchannel-logout"
        return [
            (address, realm.sign({**claims, "aud": client, "jti": secrets.token_urlsafe(12)}, typ="logout+jwt"))
            for client in clients
            if self._portal_url
        ]

    def disable(self, realm: Realm, staff_id: str, *, disabled: bool) -> None:
        """Bar a person from signing in, or let them again; their sign-ins end at the next refresh."""
        if staff_id in realm.staff:
            (realm.disabled.add if disabled else realm.disabled.discard)(staff_id)

    def _check(self, realm: Realm, client: ClientRow, grant: Grant) -> None:
        if (grant.realm, grant.client_id) != (realm.slug, client.client_id):
            raise OAuthRefusal("invalid_grant", "This grant belongs to another client.")
        if grant.expires_at < datetime.now(UTC):
            raise OAuthRefusal("invalid_grant", "This grant has expired.")
        if grant.staff_id in realm.disabled:
            raise OAuthRefusal("invalid_grant", "This person may no longer sign in.")

    def _tokens(self, realm: Realm, grant: Grant, *, nonce: str) -> dict[str, Any]:
        now = datetime.now(UTC)
        staff = realm.staff[grant.staff_id]
        scopes = _asked(grant.scope, frozenset().union(*(SCOPES_OF_ROLE[r] for r in staff.roles)))
        refresh = secrets.token_urlsafe(32)
        self._refreshes[refresh] = Grant(
            realm.slug, grant.client_id, staff.id, grant.scope, now + REFRESH_LIFETIME, grant.family, grant.signed_in_at
        )
        _forget_oldest(self._refreshes)
        answer = _access(realm, staff.id, client_id=grant.client_id, roles=staff.roles, units=staff.units, scopes=scopes, now=now)
        answer["refresh_token"] = refresh
        identity: dict[str, Any] = {
            "iss": realm.issuer,
            "sub": staff.id,
            "aud": grant.client_id,
            "iat": int(now.timestamp()),
            "exp": int((now + ACCESS_LIFETIME).timestamp()),
            "auth_time": int(grant.signed_in_at.timestamp()),
            "sid": grant.family,
            "name": staff.name,
            "roles": list(staff.roles),
            "units": list(staff.units),
        }
        if nonce:
            identity["nonce"] = nonce
        answer["id_token"] = realm.sign(identity, typ="JWT")
        return answer

    # -- systems

    def client_credentials(self, realm: Realm, client: ClientRow, scope: str) -> dict[str, Any]:
        """Return a system's own token; raises OAuthRefusal where a scope is not its own."""
        held = _scopes_of(realm, client)
        if not held:
            raise OAuthRefusal("unauthorized_client", "This client has no grant of its own.")
        asked = frozenset(scope.split()) or held
        if not asked <= held:
            raise OAuthRefusal("invalid_scope", "A scope was asked for that this client does not hold.")
        return _access(
            realm, client.client_id, client_id=client.client_id, roles=("system",), units=(), scopes=asked, now=datetime.now(UTC)
        )


def _scopes_of(realm: Realm, client: ClientRow) -> frozenset[str]:
    if client.scopes is not None:
        return frozenset(client.scopes)
    if realm.slug == SYSTEM_REALM:
        return SERVICE_SCOPES.get(client.client_id, frozenset())
    return COUNTY_SYSTEM_SCOPES if client.client_id == f"{realm.slug}-cws" else frozenset()


def _asked(scope: str, held: frozenset[str]) -> frozenset[str]:
    """Narrow a person's scopes to those asked for; a request that names none of the services' own gets all that the roles give."""
    asked = frozenset(s for s in scope.split() if "." in s)
    return held & asked if asked else held


def _access(
    realm: Realm, subject: str, *, client_id: str, roles: Iterable[str], units: Iterable[str], scopes: frozenset[str], now: datetime
) -> dict[str, Any]:
    """Return an access token and its lifetime. It carries no name: what identifies is the subject alone."""
    scope = " ".join(sorted(scopes))
    claims: dict[str, Any] = {
        "iss": realm.issuer,
        "aud": list(AUDIENCE),
        "sub": subject,
        "client_id": client_id,
        "roles": list(roles),
        "units": list(units),
        "scope": scope,
        "iat": int(now.timestamp()),
        "nbf": int(now.timestamp()),
        "exp": int((now + ACCESS_LIFETIME).timestamp()),
        "jti": secrets.token_urlsafe(12),
    }
    if realm.county_id:
        claims["county_id"] = realm.county_id
    return {
        "access_token": realm.sign(claims, typ="at+jwt"),
        "token_type": "Bearer",
        "expires_in": int(ACCESS_LIFETIME.total_seconds()),
        "scope": scope,
    }


def _forget_oldest(grants: dict[str, Any]) -> None:
    while len(grants) > MOST_GRANTS:
        del grants[next(iter(grants))]
