"""Signing in and out: what the browser holds, what the server holds, and what ends a sign-in."""

import asyncio
import hashlib
import re
import time
from dataclasses import replace
from typing import Any

import pytest
from yarl import URL

from services.portal.gateways.sign_ins import ABSOLUTE_SECONDS, IDLE_SECONDS, SignIn
from services.portal.settings import read_settings
from services.portal.web.pages import own_path
from shared.settings import SettingsError
from tests.portal.conftest import MakeSite, Site
from tests.portal.standins import CASE, MEETING


async def test_nobody_sees_a_page_without_signing_in(site: Site) -> None:
    for path in ("/", "/call-tasks", f"/families/{CASE}", f"/families/{CASE}/schedule"):
        async with site.browser.get(path, allow_redirects=False) as answer:
            assert answer.status == 303
            assert answer.headers["Location"].startswith("/sign-in")
    assert site.world.asked == []


async def test_the_sign_in_page_says_that_it_is_confidential_and_logged(site: Site) -> None:
    page = await site.page("/sign-in")
    for words in ("confidential", "authorized use only", "logged"):
        assert words in page


async def test_signing_in_leads_back_to_where_one_wanted_to_go(site: Site) -> None:
    answer = await site.browser.post(
        "/sign-in", data={"county": "alder", "next": f"/families/{CASE}"}, headers={"Origin": site.url}
    )
    assert answer.url.path == f"/families/{CASE}"
    assert site.provider.asked["code_challenge_method"] == "S256"
    assert site.provider.asked["redirect_uri"] == f"{site.url}/sign-in/return"
    assert "Amy Stone" in await answer.text()


async def test_the_browser_holds_a_word_and_no_token(amy: Site) -> None:
    cookies = {cookie.key: cookie for cookie in amy.browser.session.cookie_jar}
    assert set(cookies) == {"surround", "surround-county"}
    word = cookies["surround"]
    assert word["httponly"]
    assert word["samesite"] == "Lax"
    assert word["path"] == "/"
    assert "first-access-token" not in word.value
    page = await amy.page("/")
    assert "access-token" not in page
    assert "refresh-token" not in page


async def test_the_services_are_asked_with_the_persons_own_token(amy: Site) -> None:
    await amy.page("/")
    assert {one.headers["Authorization"] for one in amy.world.asked} == {"Bearer first-access-token"}


async def test_the_store_holds_neither_the_word_nor_anything_readable(amy: Site) -> None:
    word = next(cookie.value for cookie in amy.browser.session.cookie_jar if cookie.key == "surround")
    await amy.send(f"/families/{CASE}/schedule", purposes="safety_plan", come=["per_" + "3" * 32], minutes="60")
    dump = b""
    async for key in amy.redis.scan_iter("portal:*"):
        read: dict[Any, Any] = {b"hash": amy.redis.hgetall, b"set": amy.redis.smembers, b"string": amy.redis.get}
        dump += key + repr(await read[await amy.redis.type(key)](key)).encode()
    assert dump
    for secret in (word.encode(), b"Amy", b"access-token", b"refresh-token", b"safety_plan"):
        assert secret not in dump


async def test_on_https_the_cookie_is_secure_and_bound_to_the_host(make_site: MakeSite) -> None:
    site = await make_site(https=True)
    answer = await site.browser.post(
        "/sign-in", data={"county": "alder"}, headers={"Origin": "https://portal.example.org"}, allow_redirects=False
    )
    header = next(value for value in answer.headers.getall("Set-Cookie") if "signing-in" in value)
    assert header.startswith("__Host-surround-signing-in=")
    assert "Secure" in header
    assert "Domain" not in header
    assert answer.headers.get("Location", "").startswith(site.provider.issuer.url)


async def test_an_answer_to_another_browsers_sign_in_is_refused(site: Site) -> None:
    async with site.browser.get("/sign-in/return?code=a-code&state=guessed") as answer:
        assert answer.status == 403
        assert "Please sign in again" in await answer.text()
    assert site.provider.form == {}


async def test_an_answer_with_another_state_is_refused_and_spends_the_sign_in(site: Site) -> None:
    await site.browser.post("/sign-in", data={"county": "alder"}, headers={"Origin": site.url}, allow_redirects=False)
    for _ in range(2):
        async with site.browser.get("/sign-in/return?code=a-code&state=guessed") as answer:
            assert answer.status == 403
    assert site.provider.form == {}


@pytest.mark.parametrize(
    "claims", [{"nonce": "another"}, {"aud": "another"}, {"iss": "https://evil.example"}, {"exp": 1}, {"sub": ""}, {"nonce": None}]
)
async def test_an_identity_that_is_not_for_this_sign_in_is_not_believed(site: Site, claims: dict[str, object]) -> None:
    site.provider.claims = claims
    answer = await site.browser.post("/sign-in", data={"county": "alder"}, headers={"Origin": site.url})
    assert answer.status == 403
    assert not any(cookie.key == "surround" for cookie in site.browser.session.cookie_jar)


async def test_an_answer_of_another_issuer_is_refused(site: Site) -> None:
    site.provider.iss = "https://evil.example"
    answer = await site.browser.post("/sign-in", data={"county": "alder"}, headers={"Origin": site.url})
    assert answer.status == 403
    assert site.provider.form == {}


async def test_signing_in_gives_a_new_word(amy: Site) -> None:
    before = {cookie.value for cookie in amy.browser.session.cookie_jar if cookie.key == "surround"}
    await amy.sign_in()
    after = {cookie.value for cookie in amy.browser.session.cookie_jar if cookie.key == "surround"}
    assert before != after
    assert await amy.sign_ins.find(before.pop()) is None


async def test_signing_out_ends_it_here_and_at_the_provider(amy: Site) -> None:
    word = next(cookie.value for cookie in amy.browser.session.cookie_jar if cookie.key == "surround")
    answer = await amy.send("/sign-out")
    assert answer.status == 303
    assert answer.headers["Location"].startswith(f"{amy.provider.issuer.url}/end-session?id_token_hint=")
    assert await amy.sign_ins.find(word) is None
    amy.browser.session.cookie_jar.update_cookies({"surround": word}, URL(amy.url))
    async with amy.browser.get("/", allow_redirects=False) as later:
        assert later.status == 303


async def test_a_token_that_ends_is_renewed_once_however_many_ask(site: Site) -> None:
    site.provider.lives = 1
    await site.sign_in()
    site.world.asked.clear()
    await asyncio.gather(*(site.page(f"/families/{CASE}") for _ in range(5)))
    assert site.provider.refreshes == 1
    assert {one.headers["Authorization"] for one in site.world.asked} == {"Bearer renewed-1"}


async def test_a_refused_renewal_ends_the_sign_in(site: Site) -> None:
    site.provider.lives, site.provider.refuses_refresh = 1, True
    answer = await site.browser.post("/sign-in", data={"county": "alder"}, headers={"Origin": site.url})
    assert answer.url.path == "/sign-in"


async def test_a_token_that_a_service_refuses_leads_to_signing_in(amy: Site) -> None:
    amy.world.refuse["GET /v1/cases"] = (401, {"code": "unauthenticated"})
    async with amy.browser.get("/", allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (303, "/sign-in")


async def test_a_page_left_open_does_not_keep_anybody_signed_in(amy: Site) -> None:
    word = next(cookie.value for cookie in amy.browser.session.cookie_jar if cookie.key == "surround")
    key = f"portal:sign-in:{hashlib.sha256(word.encode()).hexdigest()}"
    await amy.redis.expire(key, 60)
    await amy.page(f"/meetings/{MEETING}/answers")
    assert await amy.redis.ttl(key) <= 60
    await amy.page(f"/meetings/{MEETING}")
    assert await amy.redis.ttl(key) > IDLE_SECONDS - 10


async def test_renewing_a_token_for_an_open_page_is_no_activity(site: Site) -> None:
    site.provider.lives = 1
    await site.sign_in()
    word = next(cookie.value for cookie in site.browser.session.cookie_jar if cookie.key == "surround")
    key = f"portal:sign-in:{hashlib.sha256(word.encode()).hexdigest()}"
    held = await site.sign_ins.find(word)
    assert held
    await site.sign_ins.renew(word, replace(held, access_until=time.time()))
    await site.redis.expire(key, 60)
    before = site.provider.refreshes
    await site.page(f"/meetings/{MEETING}/answers")
    assert site.provider.refreshes == before + 1
    assert await site.redis.ttl(key) <= 60


async def test_a_renewal_under_way_does_not_undo_signing_out(site: Site) -> None:
    word = await a_sign_in(site, age=0)
    held = await site.sign_ins.find(word)
    assert held
    await site.sign_ins.end(word)
    await site.sign_ins.renew(word, replace(held, access_token="renewed"))
    assert await site.sign_ins.find(word) is None


async def a_sign_in(site: Site, *, age: float) -> str:
    now = time.time()
    return await site.sign_ins.add(SignIn("alder", "amy", "Amy Stone", "t", now + 600, "r", "i", now - age, "c"))


async def test_twelve_hours_after_signing_in_it_is_over(site: Site) -> None:
    old = await a_sign_in(site, age=ABSOLUTE_SECONDS - 100)
    assert await site.sign_ins.find(old) is not None
    over = await a_sign_in(site, age=ABSOLUTE_SECONDS + 1)
    assert await site.sign_ins.find(over) is None


@pytest.mark.parametrize(
    "address", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "", "evil", "/a\nb", "/x\\y"]
)
def test_nobody_is_led_elsewhere(address: str) -> None:
    assert own_path(address) == "/"


def test_a_path_of_ours_is_kept() -> None:
    assert own_path(f"/families/{CASE}?a=b") == f"/families/{CASE}?a=b"


def test_plain_http_is_for_this_machine_alone() -> None:
    environment = {
        "SURROUND_LISTEN": "127.0.0.1:1",
        "SURROUND_NETWORK_URL": "http://network",
        "SURROUND_MEETINGS_URL": "http://meetings",
        "SURROUND_NOTIFY_URL": "http://notify",
        "SURROUND_PORTAL_URL": "http://portal.example.org",
    }
    with pytest.raises(SettingsError, match="SURROUND_PORTAL_URL"):
        read_settings(environment)


async def test_a_county_that_is_none_is_asked_for_again(site: Site) -> None:
    answer = await site.browser.post("/sign-in", data={"county": "atlantis"}, headers={"Origin": site.url})
    assert answer.status == 422
    text = await answer.text()
    assert "<title>Error: Sign in" in text
    assert re.search(r'href="#county">Choose your county', text)
