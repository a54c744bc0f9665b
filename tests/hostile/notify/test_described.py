"""notify holds to its own description."""

from pathlib import Path

import pytest

from services.notify.web.routes import ROUTES
from services.notify.web.schemas import PREFIXES
from shared.web.openapi import describe
from tests.hostile.described import EXAMPLES, Served, every_scope, tried
from tests.notify.web import conftest as harness
from tests.notify.web.conftest import Web


@pytest.fixture(autouse=True)
def served(monkeypatch: pytest.MonkeyPatch) -> None:
    """Serve notify as production does."""
    monkeypatch.setattr(harness, "TestServer", Served)


@EXAMPLES
async def test_notify_does_what_its_description_says_and_nothing_else(web: Web, tmp_path: Path, examples: int) -> None:
    issuer = web._issuers.alder
    token = issuer.sign(issuer.claims("amy", roles=["caseworker"], units=["north"], scope=" ".join(every_scope(ROUTES))))
    url = str(web._client.make_url("/"))
    found = await tried(describe("notify", ROUTES, PREFIXES), url, f"Bearer {token}", tmp_path, examples=examples)
    assert not found, found
