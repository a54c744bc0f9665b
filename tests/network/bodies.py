"""Bodies of requests, as a county system or the portal sends them."""

from typing import Any

GRANDMOTHER: dict[str, Any] = {
    "given_name": "Carmen",
    "family_name": "Luna",
    "spoken_language": "es-MX",
    "written_language": "es",
    "interpreter_needed": True,
    "time_zone": "America/Los_Angeles",
    "quiet_from": "21:00",
    "quiet_until": "08:00",
    "voicemail_ok": False,
    "safe_words": "It is about the calendar",
    "contact_points": [
        {"channel": "sms", "value": "(916) 555-0131", "preferred": True, "consent": "granted", "consent_source": "verbal"}
    ],
}

CHILD: dict[str, Any] = {
    "given_name": "Mateo",
    "family_name": "Luna",
    "spoken_language": "es",
    "written_language": "es",
    "born_on": "2022-05-05",
}

FAMILY: dict[str, Any] = {"title": "The L. family", "unit": "north", "assigned": ["amy"]}


def person(given: str, family: str = "Luna", **facts: Any) -> dict[str, Any]:
    """A person who speaks English and can be reached by nothing."""
    return {"given_name": given, "family_name": family, "spoken_language": "en", "written_language": "en", **facts}
