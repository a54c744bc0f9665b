"""The OpenID provider's endpoints, one set an issuer: `/oidc/<county slug>` and `/oidc/system`."""

from contextlib import suppress
from typing import Any
from urllib.parse import unquote, urlencode, urlsplit

import aiohttp
from aiohttp import web

from deploy.local.sandbox.credentials import basic_credentials
from deploy.local.sandbox.identity import SYSTEM_REALM, OAuthRefusal, Provider, Realm, SignInRequest
from deploy.local.sandbox.keys import BOX
from deploy.local.sandbox.settings import ClientRow
from deploy.local.sandbox.views import html, see_other

TOLD_WITHIN_SECONDS = 3

_NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


def _provider(request: web.Request) -> Provider:
    return request.app[BOX].provider


def _realm(request: web.Request) -> Realm:
    realm = _provider(request).realms.get(request.match_info["realm"])
    if realm is None:
        raise web.HTTPNotFound(text="No such issuer.")
    return realm


def _refused(refusal: OAuthRefusal) -> web.Response:
    headers = dict(_NO_STORE)
    if refusal.status == 401:
        headers["WWW-Authenticate"] = f'Bearer error="{refusal.error}"' if refusal.error == "invalid_token" else "Basic"
    body = {"error": refusal.error, "error_description": refusal.description}
    return web.json_response(body, status=refusal.status, headers=headers)


def _return_to(request: SignInRequest, realm: Realm, **answer: str) -> web.Response:
    """Send the browser back with an answer, its state and the issuer's name (RFC 9207)."""
    query = {**answer, "iss": realm.issuer} | ({"state": request.state} if request.state else {})
    joint = "&" if urlsplit(request.redirect_uri).query else "?"
    return see_other(f"{request.redirect_uri}{joint}{urlencode(query)}")


async def get_discovery(request: web.Request) -> web.Response:
    """The issuer's own description."""
    issuer = _realm(request).issuer
    document: dict[str, Any] = {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/authorize",
        "token_endpoint": f"{issuer}/token",
        "userinfo_endpoint": f"{issuer}/userinfo",
        "end_session_endpoint": f"{issuer}/end-session",
        "jwks_uri": f"{issuer}/jwks",
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "code_challenge_methods_supported": ["S256"],
        "scopes_supported": ["openid", "profile", "offline_access"],
        "claims_supported": ["sub", "name", "roles", "units"],
        "authorization_response_iss_parameter_supported": True,
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
    }
    return web.json_response(document)


async def get_jwks(request: web.Request) -> web.Response:
    """The issuer's public keys."""
    return web.json_response(_realm(request).jwks())


async def post_rotate(request: web.Request) -> web.Response:
    """Sign with a new key from now on."""
    realm = _realm(request)
    realm.rotate()
    request.app[BOX].changes.mark()
    if "text/html" in request.headers.get("Accept", ""):
        return see_other("/identity")
    return web.json_response({"kid": realm.keys[-1].kid, "keys": len(realm.keys)})


async def get_authorize(request: web.Request) -> web.Response:
    """Show who may sign in. What is wrong with the client is told here; what is wrong otherwise goes back to it."""
    realm = _realm(request)
    try:
        asked = _provider(request).begin(realm, request.query)
    except OAuthRefusal as refusal:
        return html("refused.html", title="Not possible", words=refusal.description, status=400)
    fault = _fault(request)
    if fault:
        return _return_to(asked, realm, error=fault[0], error_description=fault[1])
    people = [s for s in realm.staff.values() if s.id not in realm.disabled]
    return html(
        "authorize.html",
        title="Sign in",
        realm=realm,
        people=people,
        query=dict(request.query),
        hint=request.query.get("login_hint"),
    )


def _fault(request: web.Request) -> tuple[str, str] | None:
    query = request.query
    if query.get("response_type") != "code":
        return "unsupported_response_type", "Only the code flow is offered."
    if "openid" not in query.get("scope", "").split():
        return "invalid_scope", "The scope openid is needed."
    if query.get("code_challenge_method") != "S256" or not query.get("code_challenge"):
        return "invalid_request", "PKCE with S256 is needed."
    if "none" in query.get("prompt", "").split():
        return "login_required", "Nobody stays signed in at this provider."
    return None


async def post_authorize(request: web.Request) -> web.Response:
    """Sign in as the person whose button was pressed and go back to the client with a code."""
    realm, provider = _realm(request), _provider(request)
    form = {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
    try:
        asked = provider.begin(realm, form)
    except OAuthRefusal as refusal:
        return html("refused.html", title="Not possible", words=refusal.description, status=400)
    if not asked.challenge:
        return _return_to(asked, realm, error="invalid_request", error_description="PKCE with S256 is needed.")
    try:
        code = provider.issue_code(realm, asked, form.get("staff", ""))
    except OAuthRefusal as refusal:
        return _return_to(asked, realm, error=refusal.error, error_description=refusal.description)
    return _return_to(asked, realm, code=code)


async def post_token(request: web.Request) -> web.Response:
    """Exchange a code, a refresh token, or a client's own secret for tokens."""
    realm, provider = _realm(request), _provider(request)
    form = {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
    try:
        client = _client(provider, realm, request.headers.get("Authorization"), form)
        match form.get("grant_type"):
            case "authorization_code":
                answer = provider.redeem(realm, client, form)
            case "refresh_token":
                answer = provider.refresh(realm, client, form)
            case "client_credentials":
                answer = provider.client_credentials(realm, client, form.get("scope", ""))
            case _:
                raise OAuthRefusal("unsupported_grant_type", "This grant is not offered.")
    except OAuthRefusal as refusal:
        return _refused(refusal)
    return web.json_response(answer, headers=_NO_STORE)


def _client(provider: Provider, realm: Realm, authorization: str | None, form: dict[str, str]) -> ClientRow:
    if authorization is None:
        return provider.authenticate(realm, form.get("client_id", ""), form.get("client_secret", ""))
    try:
        client_id, secret = basic_credentials(authorization)
    except ValueError as error:
        raise OAuthRefusal("invalid_client", "The Authorization header cannot be read.", status=401) from error
    # RFC 6749 §2.3.1: both parts are form-encoded before they are joined.
    return provider.authenticate(realm, unquote(client_id), unquote(secret))


async def get_userinfo(request: web.Request) -> web.Response:
    """Who the bearer of an access token is."""
    realm = _realm(request)
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    try:
        if kind.lower() != "bearer":
            raise OAuthRefusal("invalid_token", "A bearer token is needed.", status=401)
        claims = realm.read(token)
    except OAuthRefusal as refusal:
        return _refused(refusal)
    staff = realm.staff.get(str(claims["sub"]))
    if staff is None:
        return _refused(OAuthRefusal("invalid_token", "This token is a system's.", status=401))
    body = {"sub": staff.id, "name": staff.name, "roles": list(staff.roles), "units": list(staff.units)}
    return web.json_response(body, headers=_NO_STORE)


async def end_session(request: web.Request) -> web.Response:
    """Sign out: back to the client where it may be returned to, else a page that says so."""
    realm, provider = _realm(request), _provider(request)
    form: dict[str, str] = dict(request.query)
    if request.method == "POST":
        form |= {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
    client_id = form.get("client_id", "")
    if form.get("id_token_hint"):
        try:
            claims = realm.read(form["id_token_hint"])
            client_id = client_id or str(claims["aud"])
            provider.end_sign_ins(realm, str(claims["sub"]))
            await _tell_clients(provider, realm, str(claims["sub"]))
        except OAuthRefusal:
            pass  # an old hint still signs out of this browser; it only cannot end the refresh tokens
    address = form.get("post_logout_redirect_uri", "")
    if address and provider.may_return_to(realm, client_id, address):
        return see_other(address + (f"?{urlencode({'state': form['state']})}" if form.get("state") else ""))
    return html("refused.html", title="Signed out", words="You are signed out of this provider.", status=200)


async def _tell_clients(provider: Provider, realm: Realm, staff_id: str) -> None:
    """Tell every client that somebody's sessions have ended; one that is away learns it at the next refresh."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TOLD_WITHIN_SECONDS)) as session:
        for address, token in provider.logouts(realm, staff_id):
            with suppress(aiohttp.ClientError, TimeoutError):
                await session.post(address, data={"logout_token": token}, allow_redirects=False)


async def post_staff(request: web.Request) -> web.Response:
    """End a person's sign-ins, or bar them from signing in and let them again."""
    realm, provider = _realm(request), _provider(request)
    staff_id, change = request.match_info["staff"], request.match_info["change"]
    if staff_id not in realm.staff or realm.slug == SYSTEM_REALM:
        raise web.HTTPNotFound(text="Nobody of that name.")
    if change == "end-sign-ins":
        provider.end_sign_ins(realm, staff_id)
    else:
        provider.disable(realm, staff_id, disabled=change == "disable")
    if change != "enable":
        await _tell_clients(provider, realm, staff_id)
    return see_other("/identity")


ROUTES = (
    web.get("/oidc/{realm}/.well-known/openid-configuration", get_discovery),
    web.get("/oidc/{realm}/jwks", get_jwks),
    web.get("/oidc/{realm}/jwks.json", get_jwks),
    web.post("/oidc/{realm}/rotate", post_rotate),
    web.get("/oidc/{realm}/authorize", get_authorize),
    web.post("/oidc/{realm}/authorize", post_authorize),
    web.post("/oidc/{realm}/token", post_token),
    web.get("/oidc/{realm}/userinfo", get_userinfo),
    web.get("/oidc/{realm}/end-session", end_session),
    web.post("/oidc/{realm}/end-session", end_session),
    web.post("/oidc/{realm}/staff/{staff}/{change:end-sign-ins|disable|enable}", post_staff),
)
