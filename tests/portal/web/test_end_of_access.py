"""The end of access: at the provider's word, at an administrator's, or by itself, the next request is refused (API A15, §2)."""

import time
from typing import Any
from uuid import uuid4

import aiohttp
import pytest

from tests.portal.conftest import Site

EVENT = "http://schemas.openid.net/event/backchannel-logout"
PATH = "/auth/backchannel-logout"


def logout_claims(site: Site, **more: Any) -> dict[str, Any]:
    """The claims of a good logout token; None among `more` leaves one out."""
    now = int(time.time())
    claims = {
        "iss": site.provider.issuer.url,
        "aud": "portal",
        "sub": "amy",
        "iat": now,
        "exp": now + 120,
        "jti": uuid4().hex,
        "events": {EVENT: {}},
        **more,
    }
    return {name: value for name, value in claims.items() if value is not None}


async def say(site: Site, token: str) -> tuple[int, str]:
    """Tell the portal, as a provider does: no cookie, no Origin."""
    async with aiohttp.ClientSession() as provider, provider.post(f"{site.url}{PATH}", data={"logout_token": token}) as answer:
        return answer.status, answer.headers["Cache-Control"]


async def is_signed_in(site: Site) -> bool:
    """Say whether the browser's next request is answered."""
    async with site.browser.get("/sign-ins", allow_redirects=False) as answer:
        return answer.status == 200


async def test_a_providers_word_ends_every_sign_in_of_a_person(amy: Site) -> None:
    assert await is_signed_in(amy)
    assert await say(amy, amy.provider.issuer.sign(logout_claims(amy))) == (200, "no-store")
    assert not await is_signed_in(amy)
    await amy.sign_in()
    assert await is_signed_in(amy), "who may still sign in over there comes back"


async def test_a_word_about_one_session_ends_that_one_alone(site: Site) -> None:
    site.provider.claims = {"sid": "one"}
    await site.sign_in()
    for session, stays in (("another", True), ("one", False)):
        await say(site, site.provider.issuer.sign(logout_claims(site, sid=session)))
        assert await is_signed_in(site) is stays


async def test_a_word_about_somebody_else_ends_nothing(amy: Site) -> None:
    assert (await say(amy, amy.provider.issuer.sign(logout_claims(amy, sub="omar"))))[0] == 200
    assert await is_signed_in(amy)


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "another"},
        {"iss": "https://evil.example"},
        {"exp": 1},
        {"exp": None},
        {"iat": 1},
        {"iat": None},
        {"jti": None},
        {"sub": None},
        {"sub": 7},
        {"events": None},
        {"events": {}},
        {"events": {"another": {}}},
        {"events": {EVENT: True}},
        {"nonce": "n"},
    ],
    ids=str,
)
async def test_a_word_that_cannot_be_believed_ends_nothing(amy: Site, claims: dict[str, Any]) -> None:
    assert (await say(amy, amy.provider.issuer.sign(logout_claims(amy, **claims)))) == (400, "no-store")
    assert await is_signed_in(amy)


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "eyJhbGciOiJub25lIn0.e30."])
async def test_what_is_no_token_ends_nothing(amy: Site, token: str) -> None:
    assert (await say(amy, token))[0] == 400
    assert await is_signed_in(amy)


async def test_a_word_signed_by_another_key_ends_nothing(amy: Site) -> None:
    issuer = amy.provider.issuer
    stranger = type(issuer)("alder")
    assert (await say(amy, stranger.sign(logout_claims(amy))))[0] == 400
    assert await is_signed_in(amy)


async def test_a_word_is_heard_once(amy: Site) -> None:
    token = amy.provider.issuer.sign(logout_claims(amy))
    assert (await say(amy, token))[0] == 200
    await amy.sign_in()
    assert (await say(amy, token))[0] == 400
    assert await is_signed_in(amy)


async def test_an_administrator_ends_somebodys_sign_ins(amy: Site) -> None:
    amy.world.more["POST /v1/sign-in-endings"] = {}
    answer = await amy.send("/sign-ins", staff_id="amy", key="a-key-of-a-form")
    assert (answer.status, answer.headers["Location"]) == (303, "/sign-ins?ended=1")
    (asked,) = amy.world.calls("POST", "/v1/sign-in-endings")
    assert asked.body == {"staff_id": "amy"}
    assert not await is_signed_in(amy)


async def test_network_decides_who_may_end_sign_ins(amy: Site) -> None:
    amy.world.refuse["POST /v1/sign-in-endings"] = (403, {"code": "administrators_only"})
    assert (await amy.send("/sign-ins", staff_id="amy", key="a-key-of-a-form")).status == 403
    assert await is_signed_in(amy)


async def test_the_store_names_nobody_whose_sign_ins_it_can_end(amy: Site) -> None:
    names = [key async for key in amy.redis.scan_iter("portal:sign-ins-of-*")]
    assert len(names) == 1
    assert b"amy" not in b"".join(names)
