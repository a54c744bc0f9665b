"""The two sample counties as configuration: the file that the services read, with the sandbox as identity provider."""

import calendar
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

SLUGS = ("alder", "birch")

_COMMON: dict[str, Any] = {
    "programmes": {"en": "Family Team Calendar", "es": "Calendario Familiar"},
    "time_zone": "America/Los_Angeles",
    "languages": ["en", "es"],
    "default_language": "en",
}

_OWN: dict[str, dict[str, Any]] = {
    "alder": {
        "id": "0a1de200-0000-7000-8000-000000000001",
        "name": "Alder County",
        "sms_number": "+12095550100",
        "mailbox": "meetings@alder.example.org",
        "call_number": "+12095550101",
    },
    "birch": {
        "id": "0b12c400-0000-7000-8000-000000000002",
        "name": "Birch County",
        "sms_number": "+15305550100",
        "mailbox": "meetings@birch.example.org",
        "call_number": "+15305550101",
    },
}


def holidays(year: int) -> list[date]:
    """Return the days in a year on which a California county's offices are closed."""

    def nth(month: int, weekday: int, n: int) -> date:
        first = date(year, month, 1)
        return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (n - 1))

    last_of_may = date(year, 5, 31)
    thanksgiving = nth(11, calendar.THURSDAY, 4)
    return [
        date(year, 1, 1),
        nth(1, calendar.MONDAY, 3),
        nth(2, calendar.MONDAY, 3),
        date(year, 3, 31),
        last_of_may - timedelta(days=last_of_may.weekday()),
        date(year, 6, 19),
        date(year, 7, 4),
        nth(9, calendar.MONDAY, 1),
        date(year, 11, 11),
        thanksgiving,
        thanksgiving + timedelta(days=1),
        date(year, 12, 25),
    ]


def counties(sandbox_url: str, *, year: int) -> list[dict[str, Any]]:
    """Return both counties, whose staff sign in at this sandbox; closed days are those of this year and the two that follow."""
    closed = [day.isoformat() for each in range(year, year + 3) for day in holidays(each)]
    return [
        {
            **_COMMON,
            **_OWN[slug],
            "slug": slug,
            "holidays": closed,
            "supervisors": {"north": ["sandra"], "south": ["sandra"]} if slug == "alder" else {},
            "on_call": ["olga"] if slug == "alder" else [],
            "issuer": f"{sandbox_url}/oidc/{slug}",
            "jwks_url": f"{sandbox_url}/oidc/{slug}/jwks",
        }
        for slug in SLUGS
    ]


def write(path: Path, sandbox_url: str) -> list[dict[str, Any]]:
    """Write the county file and return what is in it."""
    rows = counties(sandbox_url, year=datetime.now(UTC).year)
    path.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    return rows
