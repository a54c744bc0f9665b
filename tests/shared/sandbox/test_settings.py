"""The state file is read tolerantly, and what cannot work is said by its key."""

import json
from pathlib import Path

import pytest

from deploy.local.sandbox.settings import ClientRow, StateError, read_state, settings_from

PORTS = {"http_port": 1, "smtp_port": 2}


def test_a_full_file_is_read(tmp_path: Path) -> None:
    counties = tmp_path / "counties.json"
    counties.write_text(json.dumps([{"slug": "alder", "name": "Alder County", "programme": "ignored"}]))
    state = tmp_path / "state.json"
    state.write_text(
        json.dumps(
            {
                **PORTS,
                "phase": "starting",
                "notify_url": "http://127.0.0.1:3/",
                "sms": {"account": "AC1", "secret": "s"},
                "clock": {"databases": ["postgresql+psycopg://owner@/network?host=/tmp/pg"]},
                "counties": str(counties),
                "clients": [{"client_id": "portal", "client_secret": "p", "realm": "alder", "scopes": "a.b c.d"}],
                "county_systems": {"alder": {"client_id": "alder-cws", "client_secret": "c", "token_endpoint": "ignored"}},
            }
        )
    )
    settings = read_state(state)
    assert settings.url == "http://127.0.0.1:1"
    assert settings.sms_callback_base == "http://127.0.0.1:3"
    assert settings.databases == ("postgresql://owner@/network?host=/tmp/pg",)
    assert settings.counties[0].name == "Alder County"
    assert settings.clients == (
        ClientRow("portal", "p", "alder", ("a.b", "c.d")),
        ClientRow("alder-cws", "c", "alder"),
    )


def test_two_ports_are_enough() -> None:
    assert settings_from(PORTS).counties == ()


@pytest.mark.parametrize("state", [{}, {"http_port": "x", "smtp_port": 1}, {**PORTS, "counties": [{"name": "no slug"}]}])
def test_what_is_missing_stops_the_start(state: dict[str, object]) -> None:
    with pytest.raises(StateError):
        settings_from(state)


def test_the_sandbox_listens_on_loopback_only() -> None:
    with pytest.raises(StateError, match="signs in anybody"):
        settings_from({**PORTS, "host": "0.0.0.0"})  # noqa: S104 - the very thing that is refused
