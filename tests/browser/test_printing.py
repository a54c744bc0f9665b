"""A plan on paper: one page for each person on A4 and Letter, the grey part left on the screen, fit for every width."""

import re

import pytest
from playwright.async_api import Page

from tests.browser.conftest import DESKTOP, OpenWindow, Walker
from tests.browser.nights import a_night
from tests.support.journey import Journey

OLD_PHONE = {"width": 320, "height": 568}
pytestmark = [pytest.mark.stack, pytest.mark.browser]


async def pages_of(page: Page) -> list[int]:
    """Return on how many sheets of paper of each kind a page comes out."""
    return [len(re.findall(rb"/Type\s*/Page\b", await page.pdf(format=size))) for size in ("A4", "Letter")]


async def test_each_person_gets_one_page_of_their_own(journey: Journey, window: OpenWindow) -> None:
    night = await a_night(journey)
    async with window(viewport=DESKTOP) as context:
        page = await context.new_page()
        walker = Walker(page, journey.stack, [])
        await walker.sign_in("Amy Stone")
        here = f"{walker.portal}/families/{night.family.case_id}/plans/{night.plan['id']}/print"
        mia, eva = night.members["mia"], night.members["eva"]
        for path in ("", f"/{mia}", f"/{mia}?size=large&lang=es", f"/{mia}/aloud", f"/{eva}", f"/{eva}/aloud?size=large"):
            for size in (DESKTOP, OLD_PHONE):
                await page.set_viewport_size({"width": size["width"], "height": size["height"]})
                answer = await page.goto(here + path)
                assert answer
                assert answer.status == 200
                await walker.look(f"print{path} at {size['width']}")
        await page.goto(f"{here}/{mia}")
        assert await pages_of(page) == [1, 1]
        await page.emulate_media(media="print")
        assert not await page.get_by_label("Not printed").is_visible()
        printed = await page.locator("main").inner_text()
        assert "Printed by Amy Stone" in printed
        assert not [one for name, one in night.people.items() if name != "mia" and one.given in printed]
        assert night.people["mia"].phone[2:] not in re.sub(r"\D", "", printed)
        await page.goto(f"{here}/{eva}")
        assert "mi parte" in await page.locator("h1").inner_text()
        assert await pages_of(page) == [1, 1]
        assert walker.complaints == []
