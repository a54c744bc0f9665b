"""Who can see a family and who has looked, as a supervisor sees it: on a phone, at a desk, and without scripts."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import DESKTOP, PHONE, OpenWindow, Walker
from tests.support.stack import Stack

pytestmark = [pytest.mark.stack, pytest.mark.browser]


async def opened(walker: Walker) -> None:
    """Go to the page as a person does."""
    page = walker.page
    await walker.sign_in("Sandra Okoye")
    await page.get_by_role("link", name="The R. family").last.click()
    await page.get_by_role("link", name="Who can see this, and who has looked").click()
    await expect(page.get_by_role("heading", name="Who has looked", exact=True)).to_be_visible()
    await expect(page.get_by_role("heading", name="Sandra Okoye").first).to_be_visible()


@pytest.mark.parametrize("size", [PHONE, DESKTOP])
async def test_a_supervisor_sees_who_can_see_a_family_and_who_has_looked(
    county_stack: Stack, window: OpenWindow, size: dict[str, int]
) -> None:
    async with window(viewport=size) as context:
        walker = Walker(await context.new_page(), county_stack, [])
        await opened(walker)
        await walker.page.get_by_text("What they did").first.click()
        await walker.look("who has looked")
        assert walker.complaints == []


async def test_the_page_works_without_scripts(county_stack: Stack, window: OpenWindow) -> None:
    async with window(java_script_enabled=False) as context:
        walker = Walker(await context.new_page(), county_stack, [])
        await opened(walker)
        await walker.page.get_by_text("What they did").first.click()
        await expect(walker.page.get_by_text("Opened the family").first).to_be_visible()
