"""Forms as browsers send them: read within limits, kept for the page that shows them again, with what must be corrected."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from urllib.parse import parse_qsl

from aiohttp import web

from shared.web.body import read_bytes
from shared.web.client import Problem
from shared.web.errors import BodyTooLarge, ContentEncodingUnsupported, MediaTypeUnsupported

MOST_FIELDS = 1000
LONGEST = 4000
STALE = "Somebody changed this in the meantime. Look at it again, and send it once more if it still fits."
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


class Form:
    """What was typed, and what is wrong with it by field."""

    def __init__(self, fields: Mapping[str, Sequence[str]]) -> None:
        """Keep the fields as they came."""
        self._fields = fields
        self.errors: dict[str, str] = {}
        self.is_stale = False
        """Whether somebody else changed the thing while this form was open."""

    def __bool__(self) -> bool:
        """Whether anything was sent."""
        return bool(self._fields)

    def __contains__(self, name: str) -> bool:
        """Whether a field was sent."""
        return name in self._fields

    @property
    def status(self) -> int:
        """The status of the page that shows it again."""
        return 412 if self.is_stale else 422

    def text(self, name: str, default: str = "") -> str:
        """Return a field without blanks around it."""
        return self._fields[name][0].strip() if name in self._fields else default

    def all(self, name: str) -> tuple[str, ...]:
        """Return every value of a field, as check boxes send them."""
        return tuple(self._fields.get(name, ()))

    def flag(self, name: str) -> bool:
        """Say whether a box was checked."""
        return name in self._fields

    def one_of(self, name: str, known: Sequence[str], default: str) -> str:
        """Return a choice; anything not offered counts as the default."""
        value = self.text(name)
        return value if value in known else default

    def number(self, name: str, default: int) -> int:
        """Return a whole number."""
        value = self.text(name)
        return int(value) if value.isascii() and value.isdigit() and len(value) < 6 else default

    def day(self, name: str, label: str) -> date | None:
        """Return a date; what is none is kept as an error."""
        value = self.text(name)
        if not value:
            return None
        try:
            if not _DATE.fullmatch(value):
                raise ValueError
            return date.fromisoformat(value)
        except ValueError:
            self.errors[name] = f"{label}: choose a date, like 2027-03-04."
            return None

    def clock(self, name: str) -> time | None:
        """Return a time of day; what is missing or none is kept as an error."""
        found = _TIME.fullmatch(self.text(name))
        if found is None:
            self.errors[name] = "Choose a time of day, like 2:30 PM."
            return None
        return time(int(found[1]), int(found[2]))

    def wall(self, day_name: str, time_name: str) -> datetime | None:
        """Return a wall time from a date and a time of day; what is missing or none is kept as an error."""
        on = self.day(day_name, "Date")
        if on is None:
            self.errors.setdefault(day_name, "Choose a date.")
        at = self.clock(time_name)
        return None if on is None or at is None else datetime.combine(on, at)

    def put(self, name: str, value: str) -> None:
        """Let a field say something else when the form is shown again: what was kept already is not sent twice."""
        self._fields = {**self._fields, name: [value]}

    def require(self, name: str, sentence: str) -> str:
        """Return a field that must be filled; a blank one is kept as an error."""
        value = self.text(name)
        if not value:
            self.errors[name] = sentence
        return value

    def outdate(self) -> None:
        """Say that somebody else changed the thing while this form was open."""
        self.is_stale = True
        self.errors["form"] = STALE

    def take(self, problem: Problem, fields: Mapping[str, str], *, default: str = "form") -> None:
        """Keep a service's refusal as errors of the fields it points at; `fields` maps pointers to our names."""
        if problem.status == 412:
            self.outdate()
            return
        for each in problem.errors:
            pointer = str(each.get("pointer", ""))
            name = next((ours for theirs, ours in fields.items() if pointer.startswith(theirs)), default)
            self.errors.setdefault(name, str(each.get("detail", "")) or problem.detail)
        if not problem.errors:
            self.errors.setdefault(default, problem.detail or "This could not be done. Try again.")


async def read_form(request: web.Request) -> Form:
    """Read a form. Only plain forms are taken: nothing here uploads files."""
    if not request.body_exists:
        return Form({})
    if request.content_type != "application/x-www-form-urlencoded":
        raise MediaTypeUnsupported
    if "Content-Encoding" in request.headers:
        raise ContentEncodingUnsupported
    words = (await read_bytes(request)).decode("utf-8", "replace")
    try:
        sent = parse_qsl(words, keep_blank_values=True, errors="replace", max_num_fields=MOST_FIELDS)
    except ValueError:
        raise BodyTooLarge from None
    fields: dict[str, list[str]] = {}
    for name, value in sent:
        fields.setdefault(name, []).append(cleaned(value))
    return Form(fields)


def cleaned(text: str) -> str:
    """Drop what no one types: controls but for line breaks, and characters that reorder other text."""
    lines = text[:LONGEST].replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in lines if c == "\n" or (unicodedata.category(c) not in {"Cc", "Cs", "Cn"} and c not in _REORDERING))


_REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
