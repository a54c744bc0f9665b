"""The OpenID provider: a person's sign-in with PKCE, a system's own token, and keys that rotate."""

import base64
import hashlib
from collections.abc import Mapping
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from deploy.local.sandbox.identity import SAMPLE_STAFF, SCOPES_OF_ROLE
from shared.kernel.access import Role
from tests.shared.sandbox.conftest import PORTAL, World

VERIFIER = "a-verifier-that-is-long-enough-for-the-standard-0123456789"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
RETURN_TO = f"{PORTAL}/sign-in/back"
ASKED = {
    "response_type": "code",
    "client_id": "portal",
    "redirect_uri": RETURN_TO,
    "scope": "openid profile",
    "state": "a-state",
    "nonce": "a-nonce",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}
CLIENT = {"client_id": "portal", "client_secret": "portal-secret"}


async def sign_in(world: World, staff: str = "amy") -> Mapping[str, list[str]]:
    address = f"{world.url}/oidc/alder/authorize"
    async with world.http.post(address, data={**ASKED, "staff": staff}, allow_redirects=False) as answer:
        assert answer.status == 303
        assert answer.headers["Location"].startswith(RETURN_TO)
        return parse_qs(urlsplit(answer.headers["Location"]).query)


async def token(world: World, realm: str = "alder", **form: str) -> tuple[int, dict[str, str]]:
    async with world.http.post(f"{world.url}/oidc/{realm}/token", data=form) as answer:
        return answer.status, await answer.json()


async def exchange(world: World, code: str, **changed: str) -> tuple[int, dict[str, str]]:
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": RETURN_TO, "code_verifier": VERIFIER, **CLIENT}
    return await token(world, **(form | changed))


async def claims_of(world: World, signed: str, realm: str = "alder") -> Mapping[str, object]:
    async with world.http.get(f"{world.url}/oidc/{realm}/jwks") as answer:
        keys = KeySet.import_key_set(await answer.json())
    return jwt.decode(signed, keys, algorithms=["ES256"]).claims


async def test_discovery_names_the_endpoints_under_the_issuer(world: World) -> None:
    found = await world.get("/oidc/alder/.well-known/openid-configuration")
    assert found["issuer"] == f"{world.url}/oidc/alder"
    assert found["token_endpoint"] == f"{world.url}/oidc/alder/token"
    assert found["code_challenge_methods_supported"] == ["S256"]


async def test_the_page_offers_the_county_s_own_staff_only(world: World) -> None:
    async with world.http.get(f"{world.url}/oidc/alder/authorize?{urlencode(ASKED)}") as answer:
        page = await answer.text()
    assert "Amy Stone" in page
    assert "Bo Lindqvist" not in page


async def test_a_person_signs_in_and_the_access_token_carries_no_name(world: World) -> None:
    back = await sign_in(world)
    assert back["state"] == ["a-state"]
    status, answer = await exchange(world, back["code"][0])
    assert (status, answer["token_type"], int(answer["expires_in"])) == (200, "Bearer", 600)
    access, identity = await claims_of(world, answer["access_token"]), await claims_of(world, answer["id_token"])
    assert (access["iss"], access["sub"], access["aud"]) == (f"{world.url}/oidc/alder", "amy", ["network", "meetings", "notify"])
    assert (access["roles"], access["units"]) == (["caseworker"], ["north"])
    assert set(str(access["scope"]).split()) == SCOPES_OF_ROLE["caseworker"]
    assert "name" not in access
    assert (identity["name"], identity["nonce"], identity["aud"]) == ("Amy Stone", "a-nonce", "portal")


async def test_a_code_works_once_and_its_second_use_ends_the_sign_in(world: World) -> None:
    code = (await sign_in(world))["code"][0]
    _, first = await exchange(world, code)
    status, second = await exchange(world, code)
    assert (status, second["error"]) == (400, "invalid_grant")
    status, _ = await token(world, grant_type="refresh_token", refresh_token=first["refresh_token"], **CLIENT)
    assert status == 400


@pytest.mark.parametrize("changed", [{"code_verifier": "another"}, {"redirect_uri": f"{PORTAL}/elsewhere"}])
async def test_a_stolen_code_is_worth_nothing(world: World, changed: dict[str, str]) -> None:
    status, answer = await exchange(world, (await sign_in(world))["code"][0], **changed)
    assert (status, answer["error"]) == (400, "invalid_grant")


async def test_a_refresh_token_is_spent_by_use(world: World) -> None:
    _, first = await exchange(world, (await sign_in(world))["code"][0])
    status, second = await token(world, grant_type="refresh_token", refresh_token=first["refresh_token"], **CLIENT)
    assert (status, second["refresh_token"] != first["refresh_token"]) == (200, True)
    status, _ = await token(world, grant_type="refresh_token", refresh_token=first["refresh_token"], **CLIENT)
    assert status == 400


async def test_a_barred_person_gets_no_new_token(world: World) -> None:
    _, first = await exchange(world, (await sign_in(world))["code"][0])
    async with world.http.post(f"{world.url}/oidc/alder/staff/amy/disable"):
        pass
    status, _ = await token(world, grant_type="refresh_token", refresh_token=first["refresh_token"], **CLIENT)
    assert status == 400
    assert (await sign_in(world))["error"] == ["access_denied"]


@pytest.mark.parametrize(
    "changed", [{"client_id": "stranger"}, {"redirect_uri": "http://evil.example/"}, {"redirect_uri": f"{PORTAL}.evil.example/"}]
)
async def test_a_foreign_client_or_address_is_never_returned_to(world: World, changed: dict[str, str]) -> None:
    async with world.http.get(f"{world.url}/oidc/alder/authorize?{urlencode(ASKED | changed)}", allow_redirects=False) as answer:
        assert answer.status == 400


async def test_a_sign_in_without_pkce_goes_back_with_an_error(world: World) -> None:
    asked = {name: value for name, value in ASKED.items() if name != "code_challenge"}
    async with world.http.get(f"{world.url}/oidc/alder/authorize?{urlencode(asked)}", allow_redirects=False) as answer:
        assert parse_qs(urlsplit(answer.headers["Location"]).query)["error"] == ["invalid_request"]


async def test_a_county_system_gets_the_writing_scopes_of_its_county(world: World) -> None:
    _, answer = await token(world, grant_type="client_credentials", client_id="alder-cws", client_secret="cws-secret")
    claims = await claims_of(world, answer["access_token"])
    assert (claims["roles"], claims["sub"], claims["county_id"]) == (
        ["system"],
        "alder-cws",
        "0190a000-0000-7000-8000-00000000000a",
    )
    assert {"people.write", "cases.write", "meetings.write", "resources.write"} <= set(str(claims["scope"]).split())


async def test_a_service_gets_its_own_narrow_scopes(world: World) -> None:
    form = {"grant_type": "client_credentials", "client_id": "meetings", "client_secret": "meetings-secret"}
    _, answer = await token(world, "system", **form, scope="events.read")
    claims = await claims_of(world, answer["access_token"], "system")
    assert (claims["iss"], claims["scope"], claims["roles"]) == (f"{world.url}/oidc/system", "events.read", ["system"])
    status, refused = await token(world, "system", **form, scope="people.write")
    assert (status, refused["error"]) == (400, "invalid_scope")


async def test_a_client_of_one_issuer_is_unknown_to_another(world: World) -> None:
    form = {"grant_type": "client_credentials", "client_id": "alder-cws", "client_secret": "cws-secret"}
    status, answer = await token(world, "birch", **form)
    assert (status, answer["error"]) == (401, "invalid_client")


async def test_a_rotated_key_signs_and_the_old_one_still_verifies(world: World) -> None:
    form = {"grant_type": "client_credentials", "client_id": "alder-cws", "client_secret": "cws-secret"}
    _, before = await token(world, **form)
    async with world.http.post(f"{world.url}/oidc/alder/rotate") as answer:
        assert (await answer.json())["keys"] == 2
    _, after = await token(world, **form)
    assert (await claims_of(world, before["access_token"]))["jti"] != (await claims_of(world, after["access_token"]))["jti"]
    assert before["access_token"].split(".")[0] != after["access_token"].split(".")[0]


async def test_userinfo_says_who_the_bearer_is(world: World) -> None:
    _, answer = await exchange(world, (await sign_in(world, "sandra"))["code"][0])
    headers = {"Authorization": f"Bearer {answer['access_token']}"}
    async with world.http.get(f"{world.url}/oidc/alder/userinfo", headers=headers) as found:
        assert (await found.json())["name"] == "Sandra Okoye"
    async with world.http.get(f"{world.url}/oidc/birch/userinfo", headers=headers) as refused:
        assert refused.status == 401


async def test_signing_out_returns_to_the_portal_and_nowhere_else(world: World) -> None:
    form = {"client_id": "portal", "post_logout_redirect_uri": f"{PORTAL}/", "state": "s"}
    async with world.http.get(f"{world.url}/oidc/alder/end-session?{urlencode(form)}", allow_redirects=False) as answer:
        assert answer.headers["Location"] == f"{PORTAL}/?state=s"
    form["post_logout_redirect_uri"] = "http://evil.example/"
    async with world.http.get(f"{world.url}/oidc/alder/end-session?{urlencode(form)}", allow_redirects=False) as answer:
        assert answer.status == 200


async def test_another_host_s_name_is_refused(world: World) -> None:
    async with world.http.get(f"{world.url}/", headers={"Host": "rebound.example"}) as answer:
        assert answer.status == 403


async def test_a_form_from_another_site_is_refused(world: World) -> None:
    async with world.http.post(f"{world.url}/clock", data={"step": "day"}, headers={"Sec-Fetch-Site": "cross-site"}) as answer:
        assert answer.status == 403


def test_every_sample_role_is_one_that_the_services_know() -> None:
    roles = {role for staff in SAMPLE_STAFF.values() for person in staff for role in person.roles}
    assert roles | set(SCOPES_OF_ROLE) <= {role.value for role in Role}


async def test_clients_are_told_when_a_persons_sessions_end(world: World) -> None:
    provider = world.box.provider
    ((address, signed),) = provider.logouts(provider.realms["alder"], "amy")
    assert address == f"{PORTAL}/auth/backchannel-logout"
    claims = await claims_of(world, signed)
    assert (claims["sub"], claims["aud"], "nonce" in claims) == ("amy", "portal", False)
    assert claims["events"] == {"http://schemas.openid.net/event/backchannel-logout": {}}
    found = await world.get("/oidc/alder/.well-known/openid-configuration")
    assert found["backchannel_logout_supported"] is True


async def test_a_session_ends_though_no_client_can_be_told(world: World) -> None:
    status, granted = await exchange(world, (await sign_in(world))["code"][0])
    assert status == 200
    assert (await claims_of(world, granted["id_token"]))["sid"]
    async with world.http.post(f"{world.url}/oidc/alder/staff/amy/end-sign-ins", allow_redirects=False) as answer:
        assert answer.status == 303
    assert (await token(world, grant_type="refresh_token", refresh_token=granted["refresh_token"], **CLIENT))[0] == 400
