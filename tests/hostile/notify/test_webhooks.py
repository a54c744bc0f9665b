"""Webhooks of notify: addresses inside that want to be called, and systems that send the caller elsewhere, or are gone."""

import json
from dataclasses import replace

import pytest

from services.notify.web.place import PLACE
from shared.settings import Sending
from tests.hostile.mapping import CALENDARS, SENT
from tests.hostile.rows import Row, tries, tries_all
from tests.hostile.wire import Answer, Listening, Shelf, judge
from tests.notify.jobs.test_calling import Systems
from tests.notify.office import Office
from tests.notify.web.conftest import Web
from tests.notify.web.test_webhooks import PATH, WANTED, ask


@pytest.fixture
def outside(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """notify as it runs outside of a sandbox: nothing on this machine may be called."""
    app = web._client.app
    monkeypatch.setitem(app._state, PLACE, replace(app[PLACE], sending=Sending.LIVE))


@tries_all(SENT, CALENDARS)
@pytest.mark.usefixtures("outside")
async def test_an_address_inside_is_never_kept(office: Office, web: Web, row: Row, shelf: Shelf, listening: Listening) -> None:
    before = shelf.of(office.county.id)
    refused = await ask(web, "POST", PATH, {**WANTED, "url": row.text})
    judge(row, SENT[row.id], Answer(refused.status, json.dumps(refused.json).encode(), refused.headers), listening.heard())
    assert shelf.of(office.county.id) == before
    assert (await ask(web, "POST", PATH, WANTED)).status == 201


@tries("ssrf-025", "ssrf-039")
async def test_a_system_that_sends_us_elsewhere_or_is_gone_is_not_followed(
    systems: Systems, web: Web, row: Row, listening: Listening
) -> None:
    answers = {"ssrf-025": (302, "active", "delivery-failed"), "ssrf-039": (410, "disabled", "endpoint-disabled")}
    status, state, end = answers[row.id]
    assert end in row.statuses
    systems.receiver.answers = [status]
    await systems.happen()
    await systems.call()
    assert len(systems.receiver.calls) == 1
    assert [each.state for each in await systems.rows()] != ["delivered"]
    (endpoint,) = (await ask(web, "GET", PATH)).json["items"]
    assert endpoint["state"] == state
    assert systems.receiver.url not in listening.heard()
