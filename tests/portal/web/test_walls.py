"""What a page shows of what its visitor may not see: nothing, whichever page, and the same as of what never was."""

import re
from uuid import uuid4

import pytest

from services.portal.web.pages import Opens, PageRoute
from services.portal.web.routes import PAGES
from tests.portal.conftest import Site
from tests.portal.standins import CASE, MEETING
from tests.portal.web.test_every_page import named

# Pages of nobody's record: signing in and out, one's own list, and the search among one's own families.
WITHOUT_RECORD = {
    "GET /", "GET /sign-in", "POST /sign-in", "GET /sign-in/return", "POST /sign-in/stay", "POST /sign-out", "GET /accessibility",
    "GET /families", "POST /families", "GET /call-tasks", "GET /m/thank-you", "GET /m/leave", "GET /m/{rest:.*}",
    "POST /m/{rest:.*}", "GET /sign-ins", "POST /sign-ins", "GET /imports", "POST /imports", "POST /auth/backchannel-logout",
}  # fmt: skip
OF_RECORDS = [each for each in PAGES if "{" in each.path and each.opens is not Opens.ANYBODY]
BY_SECRET = [each for each in PAGES if "{token" in each.path]

# What a form must hold to be sent on at all; what stands in it opens nothing.
FIELDS = {
    "etag": '"1"', "key": "k" * 16, "circle": "inner", "relationship": "neighbor", "person": "per_" + "3" * 32, "step": "add",
    "name": "Otto", "person_a": "per_" + "3" * 32, "person_b": "per_" + "5" * 32, "reason": "dv_safety", "action": "confirm",
    "outcome": "reached", "answer": "accepted", "reason_code": "other", "purposes": "initial_cft", "participant": "par_" + "a" * 32,
    "on": "2027-03-04", "at": "10:00", "starts_local": "2027-03-04T10:00", "minutes": "60", "language": "en", "words": "Later",
}  # fmt: skip


def test_every_page_is_of_a_record_of_a_secret_or_of_nobody() -> None:
    sorted_out = {named(each) for each in (*OF_RECORDS, *BY_SECRET)} | WITHOUT_RECORD
    assert {named(each) for each in PAGES} - sorted_out == set()


def elsewhere(route: PageRoute) -> str:
    """Return an address that the route answers, of records that this visitor does not see."""

    def an_id(found: re.Match[str]) -> str:
        prefix = re.search(r"([a-z]+)_\[", found[2] or "")
        return f"{prefix[1]}_{uuid4().hex}" if prefix else "a" * 26

    return re.sub(r"{(\w+)(?::((?:[^{}]|{[^}]*})*))?}", an_id, route.path)


def said(page: str) -> str:
    """Return a page without what is new at each request: nonces, keys, the request's own number."""
    return re.sub(r'nonce="[^"]*"|value="[^"]*"|[0-9a-f]{32}|[A-Za-z0-9_-]{24,}', "", page)


async def asked(site: Site, route: PageRoute) -> tuple[int, str]:
    """Open a page or send its form, go where it leads, and return what is there."""
    answer = await (site.browser.get(elsewhere(route)) if route.method == "GET" else site.send(elsewhere(route), **FIELDS))
    if answer.status == 303:
        answer = await site.browser.get(answer.headers["Location"])
    return answer.status, said(await answer.text())


@pytest.mark.parametrize("route", OF_RECORDS, ids=named)
async def test_a_record_out_of_sight_has_no_page_and_no_form(amy: Site, route: PageRoute) -> None:
    first, second = await asked(amy, route), await asked(amy, route)
    assert first[0] == 404
    assert first == second
    assert "The R. family" not in first[1]
    done = [(one.method, one.path) for one in amy.world.asked if one.method != "GET" and not one.path.endswith(":search")]
    assert [path for _, path in done if CASE in path or MEETING in path] == []


@pytest.mark.parametrize("route", BY_SECRET, ids=named)
async def test_a_secret_that_opens_nothing_opens_no_page_of_a_link(site: Site, route: PageRoute) -> None:
    bodies = []
    for token in ("a" * 26, "b" * 52, uuid4().hex):
        path = re.sub(r"{token[^}]*(?:{[^}]*})?[^}]*}", token, route.path)
        async with site.browser.request(
            route.method, path, data=FIELDS if route.method == "POST" else None, headers={"Origin": site.url}, allow_redirects=False
        ) as answer:
            bodies.append((answer.status, said(await answer.text())))
    assert {status for status, _ in bodies} == {404}
    assert len(set(bodies)) == 1


@pytest.mark.parametrize("status", [403, 404])
async def test_what_a_service_refuses_is_refused_on_the_page_too(amy: Site, status: int) -> None:
    code = {403: "forbidden", 404: "not_found"}[status]
    amy.world.refuse[f"GET /v1/cases/{CASE}"] = (status, {"code": code, "status": status})
    for path in (f"/families/{CASE}", f"/families/{CASE}/access", f"/families/{CASE}/people/new", f"/families/{CASE}/schedule"):
        async with amy.browser.get(path) as answer:
            assert (path, answer.status) == (path, status)
            assert "Denise" not in await answer.text()
