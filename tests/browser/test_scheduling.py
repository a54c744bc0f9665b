"""A caseworker schedules a meeting, on a phone and at a desk, and watches the answers arrive."""

import time

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE, OpenWindow, Walker
from tests.support.stack import Stack

pytestmark = [pytest.mark.stack, pytest.mark.browser]
TWO_MINUTES = 120


async def choose_people_and_find(walker: Walker) -> None:
    """Walk step 1: a purpose, and everybody who is suggested."""
    page = walker.page
    await page.get_by_role("link", name="Schedule a meeting").click()
    await walker.look("who and by when")
    await page.get_by_text("Safety plan", exact=True).click()
    await page.get_by_role("button", name="Find times").click()


async def book(walker: Walker) -> None:
    """Walk steps 2 and 3."""
    page = walker.page
    await expect(page.get_by_role("heading", name="Choose a time")).to_be_visible()
    await walker.look("times")
    await page.get_by_text("Why not another day?").click()
    await walker.look("why not")
    await page.get_by_role("button", name="Choose").nth(1).click()
    await expect(page.get_by_role("heading", name="A last look")).to_be_visible()
    await walker.look("last look")
    await page.get_by_role("button", name="Book and tell").click()
    await expect(page.get_by_text("Booked.")).to_be_visible()


@pytest.mark.parametrize(
    ("size", "worker", "family"), [(PHONE, "Jo Park", "The R. family"), (DESKTOP, "Amy Stone", "The L. family")]
)
async def test_from_signing_in_to_a_booked_meeting(
    county_stack: Stack, window: OpenWindow, size: dict[str, int], worker: str, family: str
) -> None:
    async with window(viewport=size) as context:
        walker = Walker(await context.new_page(), county_stack, [])
        page, began = walker.page, time.monotonic()
        await walker.sign_in(worker)
        await walker.look("first screen")
        await page.get_by_role("link", name=family).last.click()
        await walker.look("family")
        await choose_people_and_find(walker)
        await book(walker)
        await walker.look("meeting")
        assert time.monotonic() - began < TWO_MINUTES
        meeting = page.url.partition("?")[0]
        for path in ("move", "place", "people", "cancel"):
            await page.goto(f"{meeting}/{path}")
            await walker.look(path)
        await page.goto(f"{walker.portal}/call-tasks")
        await walker.look("calls")
        assert walker.complaints == []


async def test_an_answer_appears_without_a_reload_and_takes_no_focus(county_stack: Stack, window: OpenWindow) -> None:
    async with window() as context:
        walker = Walker(await context.new_page(), county_stack, [])
        page = walker.page
        await walker.sign_in("Omar Haddad")
        await page.get_by_role("link", name="The D. family").last.click()
        await choose_people_and_find(walker)
        await book(walker)
        await page.get_by_role("link", name="Record an answer of Dana D.").focus()
        await page.evaluate("window.sameDocument = true")
        link = await link_of(page, walker, "Dana D.")
        async with window(java_script_enabled=False) as other:
            member = await other.new_page()
            await member.goto(link)
            await member.get_by_role("button", name="Yes").click()
            await expect(member.get_by_text("You said: Yes.")).to_be_visible()
        card = page.locator("li.card", has=page.get_by_role("heading", name="Dana D."))
        await expect(card.get_by_text("Yes", exact=True)).to_be_visible()
        assert await page.evaluate("window.sameDocument") is True
        await expect(page.get_by_role("link", name="Record an answer of Dana D.")).to_be_focused()
        await expect(page.locator("#news")).to_contain_text("1 yes")
        await walker.look("answered")
        assert walker.complaints == []


async def link_of(page: Page, walker: Walker, name: str) -> str:
    """Make a personal link in a second window, so that the first one stays as it is."""
    second = await page.context.new_page()
    await second.goto(page.url)
    await second.get_by_role("link", name=f"Record an answer of {name}").click()
    await second.get_by_role("button", name="Make a link").click()
    link = await second.get_by_label("Link").input_value()
    await second.close()
    assert link.startswith(f"{walker.portal}/m/")
    return link


async def test_a_separated_pair_gets_two_meetings(county_stack: Stack, window: OpenWindow) -> None:
    async with window() as context:
        walker = Walker(await context.new_page(), county_stack, [])
        page = walker.page
        await walker.sign_in("Paz Moreno")
        await page.get_by_role("link", name="The K. family").last.click()
        await choose_people_and_find(walker)
        await expect(page.get_by_role("heading", name="Two meetings instead of one")).to_be_visible()
        await walker.look("two meetings")
        await page.get_by_role("button", name="Plan meeting A first").click()
        await book(walker)
        await expect(page.get_by_role("heading", name="Raúl S.")).to_have_count(0)
        await page.get_by_role("link", name="Plan the second meeting").click()
        await page.get_by_role("button", name="Choose").first.click()
        await expect(page.get_by_text("Raúl S.").first).to_be_visible()
        await page.get_by_role("button", name="Book and tell").click()
        await expect(page.get_by_role("heading", name="Raúl S.")).to_be_visible()
        await expect(page.get_by_role("heading", name="Tom W.")).to_have_count(0)
        assert walker.complaints == []


async def test_scheduling_works_without_scripts(county_stack: Stack, window: OpenWindow) -> None:
    async with window(java_script_enabled=False, viewport={"width": 320, "height": 640}) as context:
        page = await context.new_page()
        walker = Walker(page, county_stack, [])
        await walker.sign_in("Bo Lindqvist", "Birch County")
        await page.get_by_role("link", name="The H. family").last.click()
        await page.get_by_role("link", name="Schedule a meeting").click()
        await page.get_by_text("Safety plan", exact=True).click()
        await page.get_by_role("button", name="Find times").click()
        await page.get_by_role("button", name="Choose").first.click()
        await page.get_by_role("button", name="Book and tell").click()
        await expect(page.get_by_text("Booked.")).to_be_visible()
        await page.get_by_role("link", name="Cancel").click()
        await page.get_by_text("Illness").click()
        await page.get_by_role("button", name="Cancel and tell").click()
        await expect(page.get_by_text("Cancelled")).to_be_visible()


async def test_the_pages_own_policy_lets_them_run(county_stack: Stack, window: OpenWindow) -> None:
    async with window(bypass_csp=False) as context:
        page = await context.new_page()
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text) if message.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        walker = Walker(page, county_stack, [])
        await walker.sign_in("Omar Haddad")
        await page.get_by_role("link", name="The D. family").last.click()
        assert await page.evaluate("typeof window.htmx") == "object"
        assert said == []
