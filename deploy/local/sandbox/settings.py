"""What the sandbox is told: one JSON file, read once into a frozen value.

The shape of the file (`python -m deploy.local.sandbox --state FILE`); only the two ports are required, and keys it does not
know are ignored, so that the file may hold the runner's own facts too:

    {
      "http_port": 8025, "smtp_port": 8026,
      "host": "127.0.0.1",                                        loopback only; this is the default
      "notify_inbox": {"host": "127.0.0.1", "port": 8024},        where answers to invitations are delivered by SMTP
      "notify_url": "http://127.0.0.1:8003",
      "portal_url": "http://127.0.0.1:8004",                      sign-ins may return to this origin only
      "sms": {"account": "AC...", "secret": "...", "callback_base": "http://127.0.0.1:8003"},
      "clock": {"databases": ["postgresql://owner@/network?host=/tmp/pg1"]},       owners' addresses, for psycopg
      "counties": [{"id": "<uuid>", "slug": "alder", "name": "Alder County", "issuer": "http://127.0.0.1:8025/oidc/alder",
                    "mailbox": "...", "sms_number": "+1...", "time_zone": "..."}],         or the path of the counties file
      "clients": [{"client_id": "portal", "client_secret": "...", "realm": "alder", "scopes": ["events.read"]}],
      "county_systems": {"alder": {"client_id": "alder-cws", "client_secret": "..."}}      clients of that county's issuer
    }

A client's `realm` is a county's slug or `system`; without one it is known to every issuer. `scopes` may be left out: the known
clients have theirs in `identity.py`. The sandbox's OpenID issuers are `<this>/oidc/<county slug>` and `<this>/oidc/system`, their
keys at `<issuer>/jwks`, their token endpoint at `<issuer>/token`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
EVERY_REALM = "*"


class StateError(Exception):
    """The state file cannot be used; the message names the key, never its value."""


@dataclass(frozen=True, slots=True)
class CountyRow:
    """One county as the outside world knows it."""

    slug: str
    name: str
    id: str = ""
    issuer: str = ""
    mailbox: str = ""
    sms_number: str = ""
    time_zone: str = "America/Los_Angeles"


@dataclass(frozen=True, slots=True)
class ClientRow:
    """One registered client of the OpenID provider; `scopes` None means those that `identity.py` gives it."""

    client_id: str
    client_secret: str
    realm: str = EVERY_REALM
    scopes: tuple[str, ...] | None = None
    redirect_uris: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the sandbox needs to know."""

    http_port: int
    smtp_port: int
    host: str = "127.0.0.1"
    inbox_host: str = "127.0.0.1"
    inbox_port: int = 0
    notify_url: str = ""
    portal_url: str = ""
    sms_account: str = ""
    sms_secret: str = ""
    sms_callback_base: str = ""
    databases: tuple[str, ...] = ()
    counties: tuple[CountyRow, ...] = ()
    clients: tuple[ClientRow, ...] = ()

    @property
    def url(self) -> str:
        """The sandbox's own origin."""
        return f"http://{self.host}:{self.http_port}"


def is_loopback(url: str) -> bool:
    """Say whether an address stays on this machine; the sandbox calls no other."""
    return urlsplit(url).hostname in LOOPBACK


def read_state(path: Path) -> Settings:
    """Read the state file; raises StateError."""
    try:
        state = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise StateError(f"the state file cannot be read ({type(error).__name__})") from error
    if not isinstance(state, dict):
        raise StateError("the state file must hold one JSON object")
    return settings_from(state)


def settings_from(state: Mapping[str, Any]) -> Settings:
    """Turn the file's object into settings; raises StateError."""
    try:
        inbox = state.get("notify_inbox") or {}
        sms = state.get("sms") or {}
        notify_url = str(state.get("notify_url") or "").rstrip("/")
        settings = Settings(
            http_port=int(state["http_port"]),
            smtp_port=int(state["smtp_port"]),
            host=str(state.get("host") or "127.0.0.1"),
            inbox_host=str(inbox.get("host") or "127.0.0.1"),
            inbox_port=int(inbox.get("port") or 0),
            notify_url=notify_url,
            portal_url=str(state.get("portal_url") or "").rstrip("/"),
            sms_account=str(sms.get("account") or ""),
            sms_secret=str(sms.get("secret") or ""),
            sms_callback_base=str(sms.get("callback_base") or notify_url).rstrip("/"),
            databases=tuple(_plain(url) for url in (state.get("clock") or {}).get("databases") or ()),
            counties=tuple(_county(row) for row in _rows(state.get("counties"))),
            clients=(*_clients(state.get("clients")), *_county_systems(state.get("county_systems"))),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise StateError(f"the state file lacks or misstates a key ({error!r})") from error
    if settings.host not in LOOPBACK:
        raise StateError("host must be this machine's own: the sandbox signs in anybody")
    return settings


def _plain(url: str) -> str:
    """Return a libpq address from one written for SQLAlchemy."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


def _rows(counties: Any) -> list[Mapping[str, Any]]:
    if isinstance(counties, str):
        counties = json.loads(Path(counties).read_text(encoding="utf-8"))
    return list(counties or ())


def _county(row: Mapping[str, Any]) -> CountyRow:
    known = {name: str(row[name]) for name in CountyRow.__slots__ if row.get(name) is not None}
    return CountyRow(**{"name": str(row["slug"]).title(), **known})


def _clients(clients: Any) -> list[ClientRow]:
    if isinstance(clients, Mapping):
        clients = [
            {"client_id": name, **(row if isinstance(row, Mapping) else {"client_secret": row})} for name, row in clients.items()
        ]
    return [
        ClientRow(
            client_id=str(row["client_id"]),
            client_secret=str(row["client_secret"]),
            realm=str(row.get("realm") or EVERY_REALM),
            scopes=None if row.get("scopes") is None else tuple(_words(row["scopes"])),
            redirect_uris=tuple(row.get("redirect_uris") or ()),
        )
        for row in clients or ()
    ]


def _county_systems(systems: Any) -> list[ClientRow]:
    return [
        ClientRow(client_id=str(row["client_id"]), client_secret=str(row["client_secret"]), realm=str(slug))
        for slug, row in (systems or {}).items()
    ]


def _words(scopes: str | list[str]) -> list[str]:
    return scopes.split() if isinstance(scopes, str) else [str(s) for s in scopes]
