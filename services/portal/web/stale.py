"""When somebody else changed a thing while its form was open: what was typed stays, what changed is said, one tap sends it again.

Beside its etag a form carries what the thing said when it was shown, one hidden field each; portal itself keeps nothing of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from services.portal.web.forms import LONGEST, Form

PREFIX = "was "


@dataclass(frozen=True, slots=True)
class Change:
    """One part of a thing that says something else than when its form was shown."""

    part: str
    before: str
    now: str


def carried(says: Mapping[str, str]) -> dict[str, str]:
    """Return the hidden fields of a form about a thing that says this, part by part."""
    return {f"{PREFIX}{part}": said[:LONGEST] for part, said in says.items()}


def changes(form: Form, says: Mapping[str, str]) -> tuple[Change, ...]:
    """Return what says something else now than when the form was shown; a part that the form does not carry is not judged."""
    shown = (
        (part, form.text(f"{PREFIX}{part}"), said[:LONGEST].strip()) for part, said in says.items() if f"{PREFIX}{part}" in form
    )
    return tuple(Change(part, before, now) for part, before, now in shown if before != now)
