"""What holds for every route: who may open it, whose forms it takes, and the headers that guard its answer."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from services.portal.web.pages import Opens, PageRoute
from services.portal.web.routes import PAGES
from tests.portal.conftest import Site
from tests.portal.standins import CASE, MEETING, MEMBER, MOTHER, SECRET

IDS = {
    "case_id": CASE,
    "meeting_id": MEETING,
    "member_id": MEMBER,
    "person_id": MOTHER,
    "rule_id": "sep_" + "1" * 32,
    "participant_id": "par_" + "a" * 32,
    "reply_id": "rep_" + "1" * 32,
    "plan_id": "plan_" + "1" * 32,
    "commitment_id": "com_" + "1" * 32,
    "step_id": "step_" + "1" * 32,
    "voice_id": "voi_" + "1" * 32,
    "statement_id": "stm_" + "1" * 32,
    "notice_id": "kin_" + "1" * 32,
    "release_id": "rel_" + "1" * 32,
    "import_id": "imp_" + "1" * 32,
    "agreement_id": "agr_" + "1" * 32,
    "gap_id": "gap_" + "1" * 32,
    "task_id": "task_" + "1" * 32,
    "token": SECRET,
    "rest": "short",
}
FORMS = [one for one in PAGES if one.method == "POST"]
SHOWN = [one for one in PAGES if one.method == "GET"]
GUARDS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def path_of(route: PageRoute) -> str:
    """Return an address that the route answers."""
    return re.sub(r"{(\w+)(?::(?:[^{}]|{[^}]*})*)?}", lambda found: IDS[found[1]], route.path)


def named(route: PageRoute) -> str:
    return f"{route.method} {route.path}"


def test_without_signing_in_there_are_only_the_front_door_and_personal_links() -> None:
    open_to_all = {one.path for one in PAGES if one.opens is Opens.ANYBODY}
    assert {path for path in open_to_all if not path.startswith("/m/")} == {
        "/sign-in", "/sign-in/return", "/accessibility", "/auth/backchannel-logout",
    }  # fmt: skip


@pytest.mark.parametrize("route", [one for one in FORMS if one.opens is not Opens.ANYBODY], ids=named)
async def test_no_form_does_anything_without_its_token(amy: Site, route: PageRoute) -> None:
    amy.world.asked.clear()
    for fields in ({}, {"csrf": "guessed"}):
        async with amy.browser.post(path_of(route), data=fields, headers={"Origin": amy.url}) as answer:
            assert answer.status == 403
    assert amy.world.asked == []


@pytest.mark.parametrize("route", [one for one in PAGES if one.opens is not Opens.ANYBODY], ids=named)
async def test_no_service_is_asked_for_somebody_unknown(site: Site, route: PageRoute) -> None:
    async with site.browser.request(route.method, path_of(route), headers={"Origin": site.url}, allow_redirects=False) as answer:
        assert answer.status == 303
        assert answer.headers["Location"].startswith("/sign-in")
    assert site.world.asked == []


@pytest.mark.parametrize("route", SHOWN, ids=named)
async def test_every_page_is_guarded_whatever_it_says(amy: Site, route: PageRoute) -> None:
    async with amy.browser.get(path_of(route), allow_redirects=False) as answer:
        if answer.content_type != "text/html":
            return
        assert GUARDS.items() <= dict(answer.headers).items()
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["Referrer-Policy"] == ("no-referrer" if route.path.startswith("/m/") else "same-origin")


async def test_the_name_that_a_browser_calls_us_by_is_in_no_address(site: Site) -> None:
    answer = await site.browser.post(
        "/sign-in", data={"county": "alder"}, headers={"Origin": site.url, "Host": "evil.example"}, allow_redirects=False
    )
    asked = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert asked["redirect_uri"] == [f"{site.url}/sign-in/return"]
    async with site.browser.get("/families", headers={"Host": "evil.example"}, allow_redirects=False) as later:
        assert later.headers["Location"] == "/sign-in?next=/families"
