"""network holds to its own description."""

from pathlib import Path

import pytest

from services.network.web.routes import ROUTES
from services.network.web.schemas import PREFIXES
from shared.web.openapi import describe
from tests.hostile.described import EXAMPLES, Served, every_scope, tried
from tests.network import conftest as harness
from tests.network.conftest import Counties


@pytest.fixture(autouse=True)
def served(monkeypatch: pytest.MonkeyPatch) -> None:
    """Serve network as production does."""
    monkeypatch.setattr(harness, "TestServer", Served)


@EXAMPLES
async def test_network_does_what_its_description_says_and_nothing_else(counties: Counties, tmp_path: Path, examples: int) -> None:
    url, amy = str(counties._client.make_url("/")), counties.staff("amy", scopes=every_scope(ROUTES))
    found = await tried(describe("network", ROUTES, PREFIXES), url, amy._headers["Authorization"], tmp_path, examples=examples)
    assert not found, found
