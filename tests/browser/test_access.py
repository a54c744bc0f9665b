"""Who can see a family and who has looked, as a supervisor sees it: on a phone, at a desk, and without scripts."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import DESKTOP, PHONE, OpenWindow, Walker
from tests.support.stack import Stack

pytestmark = [pytest.mark.stack, pytest.mark.browser]


@pytest.mark.parametrize(("size", "scripts"), [(PHONE, True), (DESKTOP, True), (PHONE, False)])
async def test_a_supervisor_sees_who_can_see_a_family_and_who_has_looked(
    county_stack: Stack, window: OpenWindow, size: dict[str, int], scripts: bool
) -> None:
    async with window(viewport=size, java_script_enabled=scripts) as context:
        walker = Walker(await context.new_page(), county_stack, [])
        page = walker.page
        await walker.sign_in("Sandra Okoye")
        await page.get_by_role("link", name="The R. family").last.click()
        await page.get_by_role("link", name="Who can see this, and who has looked").click()
        await expect(page.get_by_role("heading", name="Who has looked", exact=True)).to_be_visible()
        await expect(page.get_by_role("heading", name="Sandra Okoye").first).to_be_visible()
        await page.get_by_text("What they did").first.click()
        await walker.look("who has looked")
        assert walker.complaints == []
