"""The member page in a real browser: an old phone, no scripts, English and Spanish."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import OpenWindow, Walker, violations
from tests.browser.test_scheduling import link_of
from tests.support.stack import Stack

pytestmark = [pytest.mark.stack, pytest.mark.browser]
OLD_PHONE = {"width": 320, "height": 568}
LARGEST = 50 * 1024
EVERY_ANSWER = {"en": ("Yes", "No", "I am not sure"), "es": ("Sí", "No", "No sé todavía")}


async def a_link(stack: Stack, window: OpenWindow) -> str:
    """Book a meeting of the L. family and return Lucía's own link."""
    async with window() as context:
        page = await context.new_page()
        walker = Walker(page, stack, [])
        await walker.sign_in("Amy Stone")
        await page.get_by_role("link", name="The L. family").last.click()
        await page.locator("a[href$='/schedule']").first.click()
        await page.get_by_text("Safety plan", exact=True).click()
        await page.get_by_role("button", name="Find times").click()
        await page.get_by_role("button", name="Choose").last.click()
        await page.get_by_role("button", name="Book and tell").click()
        await expect(page.get_by_text("Booked.")).to_be_visible()
        return await link_of(page, walker, "Lucía L.")


async def test_answering_on_an_old_phone_without_scripts(county_stack: Stack, window: OpenWindow) -> None:
    link = await a_link(county_stack, window)
    async with window(java_script_enabled=False, viewport=OLD_PHONE, bypass_csp=False) as context:
        page = await context.new_page()
        sizes: list[int] = []
        for language, answers in EVERY_ANSWER.items():
            response = await page.goto(f"{link}?lang={language}")
            assert response
            sizes.append(len(await response.body()))
            last = await page.get_by_role("button", name=answers[-1], exact=True).bounding_box()
            assert last
            assert last["y"] + last["height"] <= OLD_PHONE["height"], "all three answers stand above the fold"
            assert last["height"] >= 44
        await page.get_by_role("button", name="Sí", exact=True).click()
        await expect(page.get_by_text("Usted dijo: Sí.")).to_be_visible()
        await page.reload()
        await page.get_by_role("link", name="Pedir otra hora").click()
        await page.get_by_label("¿Qué hora es mejor para usted?").fill("martes después de las 4")
        await page.get_by_role("button", name="Enviar").click()
        await expect(page.get_by_text("Recibimos su mensaje")).to_be_visible()
        await page.get_by_role("link", name="English").click()
        await expect(page.get_by_text("You said: Yes.")).to_be_visible()
        assert max(sizes) < LARGEST
        await context.route("https://www.weather.gov/", lambda route: route.fulfill(body="Sunny."))
        await page.get_by_role("link", name="Leave page").click()
        await expect(page.get_by_text("Sunny.")).to_be_visible()
        await page.go_back()
        await expect(page.get_by_role("heading", name="This page is closed")).to_be_visible()
        await expect(page.get_by_text("You said")).to_have_count(0)
        await page.get_by_role("button", name="Open it again").click()
        await expect(page.get_by_text("You said: Yes.")).to_be_visible()


async def test_every_state_of_the_page_is_for_everybody(county_stack: Stack, window: OpenWindow) -> None:
    link = await a_link(county_stack, window)
    complaints: list[str] = []
    for scheme in ("light", "dark"):
        async with window(viewport=OLD_PHONE, color_scheme=scheme) as context:
            page = await context.new_page()
            for path in ("", "?lang=es", "/other-time?lang=es", "/not-me", "?lang=en&note=other-time"):
                await page.goto(f"{link}{path}")
                complaints += [f"{scheme} {path}: {one}" for one in await violations(page)]
                assert await page.evaluate("document.documentElement.scrollWidth") <= OLD_PHONE["width"]
            await page.goto(f"{link}?lang=en")
            await page.get_by_role("button", name="I am not sure").click()
            complaints += [f"{scheme} answered: {one}" for one in await violations(page)]
            await page.goto(f"{link[:-3]}aaa")
            complaints += [f"{scheme} gone: {one}" for one in await violations(page)]
    assert complaints == []


async def test_the_page_asks_nobody_else_and_keeps_nothing(county_stack: Stack, window: OpenWindow) -> None:
    link = await a_link(county_stack, window)
    async with window(bypass_csp=False) as context:
        page = await context.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        await page.goto(link)
        await page.wait_for_timeout(1000)
        assert [one for one in asked if not one.startswith("data:")] == [link]
        assert await context.cookies() == []
        assert await page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
