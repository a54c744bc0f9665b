"""Staff pages: what they show, what they never say, and the headers that guard them."""

import re

import pytest

from tests.portal.conftest import MakeSite, Site
from tests.portal.standins import CASE, CHILD, MEETING, MEMBER, MOTHER, NAMES, RULE

PARTICIPANT = "par_" + "a" * 32
PAGES = (
    "/",
    "/call-tasks",
    "/accessibility",
    f"/families/{CASE}",
    f"/families/{CASE}/people/new",
    f"/families/{CASE}/members/{MEMBER}",
    f"/families/{CASE}/members/{MEMBER}/sight",
    f"/families/{CASE}/people/{MOTHER}/safe-contact",
    f"/families/{CASE}/people/{MOTHER}/contacts",
    f"/families/{CASE}/people/{CHILD}/safe-word",
    f"/families/{CASE}/separation-rules/{RULE}",
    f"/families/{CASE}/schedule",
    f"/families/{CASE}/plans/new",
    f"/families/{CASE}/relatives",
    f"/meetings/{MEETING}",
    f"/meetings/{MEETING}/move",
    f"/meetings/{MEETING}/cancel",
    f"/meetings/{MEETING}/place",
    f"/meetings/{MEETING}/people",
    f"/meetings/{MEETING}/people/{PARTICIPANT}/answer",
)
NEVER_SAID = ("case", "cases", "perpetrator", "resistant", "removal", "noncompliant")


def words_of(page: str) -> set[str]:
    """Return what a page says, without its markup."""
    return set(re.findall(r"[a-z]+", re.sub(r"<(script|style).*?</\1>|<[^>]+>", " ", page, flags=re.DOTALL).lower()))


@pytest.mark.parametrize("path", PAGES)
async def test_no_page_says_words_that_blame_or_file(amy: Site, path: str) -> None:
    assert not words_of(await amy.page(path)) & set(NEVER_SAID)


@pytest.mark.parametrize("path", PAGES)
async def test_no_title_names_anybody(amy: Site, path: str) -> None:
    title = re.search(r"<title>(.*?)</title>", await amy.page(path), re.DOTALL)
    assert title
    assert not [name for name in NAMES.values() if name in title[1]]
    assert "R. family" not in title[1]


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_has_one_heading_a_language_and_a_skip_link(amy: Site, path: str) -> None:
    page = await amy.page(path)
    assert page.count("<h1") == 1
    assert '<html lang="en">' in page
    assert 'href="#main">Skip' in page


async def test_pages_are_guarded_and_never_kept(amy: Site) -> None:
    async with amy.browser.get(f"/families/{CASE}") as answer:
        headers, page = answer.headers, await answer.text()
    policy = headers["Content-Security-Policy"]
    assert "unsafe-inline" not in policy
    assert "frame-ancestors 'none'" in policy
    nonce = re.search(r"'nonce-([^']+)'", policy)
    assert nonce
    assert set(re.findall(r'<script nonce="([^"]+)"', page)) == {nonce[1]}
    assert "<script>" not in page
    assert not re.search(r"\son[a-z]+=", page)
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


async def test_https_is_insisted_on(make_site: MakeSite) -> None:
    site = await make_site(https=True)
    async with site.browser.get("/sign-in") as answer:
        assert answer.headers["Strict-Transport-Security"].startswith("max-age=")


async def test_the_first_screen_answers_the_four_questions(amy: Site) -> None:
    page = await amy.page("/")
    for words in ("1 meeting this week", "answer missing", "to book within 2 weeks", "calls to make", "Fri, Mar 5"):
        assert words in re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page)), words


async def test_families_show_while_meetings_cannot_answer(amy: Site) -> None:
    for path in ("/v1/meetings", "/v1/mandates"):
        amy.world.refuse[f"GET {path}"] = (503, {"code": "unavailable", "status": 503})
    page = await amy.page("/")
    assert "The R. family" in page
    assert "Meetings and due dates cannot be shown just now" in page


async def test_a_facilitator_without_the_scope_for_calls_sees_the_rest(amy: Site) -> None:
    amy.world.refuse["GET /v1/call-tasks"] = (403, {"code": "forbidden", "status": 403})
    assert "The R. family" in await amy.page("/")


async def test_a_family_out_of_sight_looks_like_one_that_is_not_there(amy: Site) -> None:
    unknown = "case_" + "0" * 32
    texts = []
    for path in (f"/families/{unknown}", "/families/case_nothing", "/nothing"):
        async with amy.browser.get(path) as answer:
            assert answer.status == 404
            texts.append(re.sub(r"say this number: \w+|nonce=\"[^\"]+\"", "", await answer.text()))
    assert len(set(texts)) == 1


async def test_the_roster_says_in_words_how_people_are_reached(amy: Site) -> None:
    page = await amy.page(f"/families/{CASE}")
    for words in ("Inner circle", "Email: verified", "<bdi>Denise R.</bdi>", "ICWA: reason to know", "set by the ICWA rule"):
        assert words in page


async def test_names_are_shown_as_they_are_and_never_run(amy: Site) -> None:
    before = dict(NAMES)
    try:
        for person_id in NAMES:
            NAMES[person_id] = "<script>alert(1)</script>"
        page = await amy.page(f"/families/{CASE}")
    finally:
        NAMES.update(before)
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


async def test_a_search_is_a_form_and_its_words_are_in_no_address(amy: Site) -> None:
    answer = await amy.send("/families", words="r. FAMILY")
    assert answer.status == 200
    assert str(answer.url) == f"{amy.url}/families"
    assert "1 family found" in await answer.text()


async def test_an_open_meeting_page_asks_for_news_and_gets_none_until_there_is_some(amy: Site) -> None:
    page = await amy.page(f"/meetings/{MEETING}")
    asks = re.search(r'hx-get="([^"]+)"', page)
    assert asks
    async with amy.browser.get(asks[1], headers={"HX-Request": "true"}) as answer:
        assert (answer.status, await answer.text()) == (204, "")
    amy.world.answer = "accepted"
    async with amy.browser.get(asks[1], headers={"HX-Request": "true"}) as answer:
        text = await answer.text()
    assert "Yes</b>" in text
    assert "by text" in text
    assert 'id="news" hx-swap-oob' in text
    assert "Answers: 1 yes" in text


async def test_an_open_page_whose_sign_in_ended_is_loaded_anew(amy: Site) -> None:
    amy.browser.session.cookie_jar.clear()
    async with amy.browser.get(f"/meetings/{MEETING}/answers?seen=x", headers={"HX-Request": "true"}) as answer:
        assert (answer.status, answer.headers["HX-Refresh"]) == (204, "true")


async def test_built_files_may_be_kept_for_ever_and_nothing_else_is_served(amy: Site) -> None:
    async with amy.browser.get("/static/css/portal.1a2b3c.css") as answer:
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    for path in ("/static/manifest.json", "/static/../app.py", "/static/%2e%2e/app.py", "/static/css/portal.css"):
        async with amy.browser.get(path) as answer:
            assert answer.status == 404


async def test_a_broken_service_says_nothing_of_itself(amy: Site) -> None:
    amy.world.refuse[f"GET /v1/cases/{CASE}"] = (500, {"code": "internal_error", "status": 500, "detail": "SELECT secret"})
    async with amy.browser.get(f"/families/{CASE}") as answer:
        assert answer.status == 503
        assert "SELECT" not in await answer.text()
