"""A member's own page for what they are asked and have promised: an old phone, no scripts, English and Spanish."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import OpenWindow, violations
from tests.browser.nights import ACTION, PLACE, a_night, begun
from tests.support.journey import Journey
from tests.support.outside import until

pytestmark = [pytest.mark.stack, pytest.mark.browser]
OLD_PHONE = {"width": 320, "height": 568}
LARGER_PHONE = {"width": 390, "height": 844}
LARGEST = 50 * 1024


async def above_the_fold(page: Page, *names: str) -> None:
    """Check that buttons stand where an old phone shows them, and are large enough for a thumb."""
    for name in names:
        box = await page.get_by_role("button", name=name, exact=True).first.bounding_box()
        assert box, name
        assert box["y"] + box["height"] <= OLD_PHONE["height"], name
        assert box["height"] >= 44, name


async def fits(page: Page, *, width: int) -> list[str]:
    """Return what is wrong with the page as it is now."""
    await page.wait_for_load_state()
    wide = await page.evaluate("document.documentElement.scrollWidth")
    return [f"{page.url}: {one}" for one in [*await violations(page), *([f"{wide} wide"] if wide > width else [])]]


async def size_of(page: Page, address: str) -> int:
    response = await page.goto(address)
    assert response
    return len(await response.body())


async def times_on(page: Page, address: str) -> int:
    """Return how many times a page shows."""
    await page.goto(address)
    return await page.get_by_role("button", name="Can’t this time").count()


async def test_a_promise_and_an_ask_on_an_old_phone_without_scripts(journey: Journey, window: OpenWindow) -> None:
    night = await a_night(journey)
    asked = await night.link("mia", "Can you help")
    async with window(java_script_enabled=False, viewport=OLD_PHONE, bypass_csp=False) as context:
        page = await context.new_page()
        assert await size_of(page, asked) < LARGEST
        await above_the_fold(page, "Yes", "No", "I am not sure")
        await page.get_by_role("button", name="I am not sure").click()
        await expect(page.get_by_text("That is fine. Take your time.")).to_be_visible()
        await page.get_by_role("button", name="Yes", exact=True).click()
        await expect(page.get_by_text("You said: Yes.")).to_be_visible()
        await until(night.states, lambda states: states[night.promise] == "accepted")
        await begun(night)

        # What it is, in one answer alone.
        times = await until(lambda: times_on(page, asked), bool)
        await expect(page.get_by_text(ACTION)).to_have_count(0)
        await page.get_by_role("link", name="See what I promised").click()
        digits = page.get_by_label("The last 4 digits of your phone number")
        await digits.fill("0000")
        await page.get_by_role("button", name="Show it").click()
        await expect(page.get_by_text("These are not the last 4 digits")).to_be_visible()
        await digits.fill(night.people["mia"].phone[-4:])
        await page.get_by_role("button", name="Show it").click()
        await expect(page.get_by_text(ACTION)).to_be_visible()
        await expect(page.get_by_text(PLACE)).to_be_visible()
        await page.get_by_role("link", name="Go back").click()
        await expect(page.get_by_text(ACTION)).to_have_count(0)

        # Not this time; after all; not this time.
        await above_the_fold(page, "All good", "Can’t this time", "I need help")
        await page.get_by_role("button", name="Can’t this time").first.click()
        await expect(page.get_by_text("You do not need to find anybody.")).to_be_visible()
        await until(night.turn_states, lambda states: "excused" in states.values())
        await night.link("ben", "Can you help")
        await page.get_by_role("button", name="I can do it after all").click()
        await expect(page.get_by_text("We wrote down: all good.")).to_be_visible()
        await until(night.turn_states, lambda states: "excused" not in states.values())
        await until(lambda: times_on(page, asked), lambda count: count == times)
        await page.get_by_role("button", name="Can’t this time").first.click()

        # Ben, who was asked before Mia could after all, is asked again, and can until eleven.
        ben = await night.link("ben", "Can you help", count=2)
        assert await size_of(page, ben) < LARGEST
        await above_the_fold(page, "Yes", "No", "Send")
        await page.get_by_label("Yes, but only until").select_option(label="11:00 PM")
        await page.get_by_role("button", name="Send").click()
        await expect(page.get_by_text("We have noted until when you can be there.")).to_be_visible()

        # Eva is asked for the rest, in Spanish.
        eva = await night.link("eva", "ayudar")
        assert await size_of(page, eva) < LARGEST
        await above_the_fold(page, "Sí", "No", "Enviar")
        await page.get_by_role("button", name="Sí", exact=True).click()
        await expect(page.get_by_text("Usted dijo: Sí.")).to_be_visible()
        await until(night.states, lambda states: list(states.values()).count("active") == 3)

        # Mia takes all of it back, once asked and without a reason.
        await page.goto(asked)
        await page.get_by_role("link", name="Take this back for good").click()
        await page.get_by_role("button", name="Yes, take it back").click()
        await expect(page.get_by_text("Thank you for all you have done.")).to_be_visible()
        await until(night.states, lambda states: states[night.promise] == "withdrawn")


async def test_every_state_of_a_promise_is_for_everybody(journey: Journey, window: OpenWindow) -> None:
    night = await a_night(journey)
    asked = await night.link("mia", "Can you help")
    complaints: list[str] = []
    for size, scheme in ((OLD_PHONE, "light"), (LARGER_PHONE, "dark")):
        async with window(viewport=size, color_scheme=scheme) as context:
            page = await context.new_page()
            for path in ("", "?lang=es", "?note=unsure", "?note=over&lang=es", "/words", "/words?lang=es"):
                await page.goto(f"{asked}{path}")
                complaints += await fits(page, width=size["width"])
    async with window(viewport=OLD_PHONE) as context:
        page = await context.new_page()
        await page.goto(asked)
        await page.get_by_role("button", name="Yes", exact=True).click()
        complaints += await fits(page, width=320)
        await until(night.states, lambda states: states[night.promise] == "accepted")
        for path in ("", "?lang=es", f"/promises/{night.promise}/withdraw", "/words"):
            await page.goto(f"{asked}{path}")
            complaints += await fits(page, width=320)
        await page.get_by_label("The last 4 digits of your phone number").fill(night.people["mia"].phone[-4:])
        await page.get_by_role("button", name="Show it").click()
        complaints += await fits(page, width=320)
    assert complaints == []
