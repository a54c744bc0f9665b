"""Addresses of pages that want to be markup, or a way out of the folder of static files."""

import pytest
from yarl import URL

from tests.hostile.rows import Row, tries
from tests.portal.conftest import Site
from tests.portal.standins import SECRET


@tries("html-009", "html-011")
async def test_an_odd_address_shows_the_usual_page_or_none(site: Site, row: Row, capsys: pytest.CaptureFixture[str]) -> None:
    path = row.how.removeprefix("GET ").replace("/r/{token}", f"/m/{SECRET}").replace('"', "%22").replace("<", "%3C")
    usual = await site.browser.get(f"/m/{SECRET}")
    answer = await site.browser.get(URL(path, encoded=True))
    page = await answer.text()
    assert answer.status in row.statuses
    assert "alert(" not in page
    assert "root:" not in page
    assert "alert(" not in "".join(capsys.readouterr())
    assert answer.status != 200 or page == await usual.text()
    assert "unsafe-inline" not in answer.headers["Content-Security-Policy"]
    assert (await site.browser.get(f"/m/{SECRET}")).status == 200
