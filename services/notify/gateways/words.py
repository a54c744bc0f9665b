"""The words of every message, in the person's own language: one folder a message under `wording/`, one file a language.

A file has the blocks it needs: `subject`, `mail`, `sms`, and `script`, which a person reads aloud on the phone. The HTML of a mail
is made from its text, so that both say the same. Times are spelled here, with the zone's name. A language without a file raises
`TranslationMissing`: nobody is ever written to in English instead.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property, lru_cache
from html import escape
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from babel.dates import format_datetime, get_timezone_name
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, TemplateNotFound

from services.notify.domain.errors import TranslationMissing
from services.notify.domain.messages import REMINDERS, Kind
from services.notify.domain.segments import count, plain_gsm

WORDING = Path(__file__).parent / "wording"
ANSWERABLE = (
    frozenset(
        {
            Kind.INVITATION,
            Kind.MOVED,
            Kind.AGAIN,
            Kind.CHANGED,
            Kind.OLD_TIME,
            Kind.PROMISE_OFFER,
            Kind.PROMISE_CHANGED,
            Kind.PROMISE_CONFIRMED,
            Kind.PROMISE_OLD_TIME,
            Kind.BACKUP_ASK,
            Kind.TURN_EXCUSED,
        }
    )
    | REMINDERS
)
"""Kinds that ask for an answer; their text carries the link where there is room for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a message may say. Everything here must already be cleared for this one person; `answer` is one of ours.

    `time_zone` is the entry's zone, `person_zone` where the person lives: if clocks there differ, both times are given. Of a
    promise, `more` is how many turns follow, and `written_at` is when it is said: a turn on that day is "today".
    """

    programme: str
    call_number: str
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    time_zone: str = ""
    person_zone: str = ""
    place: str = ""
    address: str = ""
    join_url: str = ""
    dial_in: str = ""
    link: str = ""
    greeting_name: str = ""
    answer: str = ""
    is_promise: bool = False
    rests: bool = False
    more: int = 0
    written_at: datetime | None = None


class Words:
    """A message in one language, each form written when it is asked for; a form that the message does not have is empty."""

    def __init__(self, kind: Kind, language: str, facts: Facts) -> None:
        """Raise TranslationMissing where there are no words."""
        self._kind, self._facts = kind, facts
        self.language, self._spelling = _spelling(language)
        self._template = _template(f"{kind.value}/{self.language}.jinja")
        self._context = _context(facts, self.language, self._spelling)

    @cached_property
    def subject(self) -> str:
        """The subject of the mail."""
        return " ".join(self._block("subject").split())

    @cached_property
    def text(self) -> str:
        """The mail, in paragraphs."""
        return self._block("mail")

    @cached_property
    def html(self) -> str:
        """The same paragraphs as a page."""
        urls = (self._facts.link, self._facts.join_url)
        return _html(self.text, self.subject, self.language, urls) if self.text else ""

    @cached_property
    def sms(self) -> str:
        """The text message."""
        words = plain_gsm(" ".join(self._block("sms").split()))
        if words and self._facts.link and self._kind in ANSWERABLE:
            return _with_link(words, self._facts.link, self._spelling.most_segments)
        return words

    @cached_property
    def script(self) -> str:
        """What a person reads aloud on the phone."""
        return self._block("script")

    def _block(self, name: str) -> str:
        return _block(self._template, name, self._context)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryWords:
    """What stands in a calendar entry, and the name of a feed."""

    language: str
    summary: str
    description: str
    location: str
    calendar: str


class _Spelling(Protocol):
    locale: str
    day_short: str
    day_long: str
    to: str
    greeting: str
    nameless: str
    own: str
    most_segments: int
    today: str
    tomorrow: str
    on: str

    def at_clock(self, clock: str) -> str: ...


class _English:
    locale = "en_US"
    day_short = "EEE MMM d"
    day_long = "EEEE, MMMM d, y"
    to = "to"
    greeting = "Hello {name},"
    nameless = "Hello,"
    own = " ({clock} your time)"
    most_segments = 1
    today = "today"
    tomorrow = "tomorrow"
    on = "on {day}"

    def at_clock(self, clock: str) -> str:
        return f"at {clock}"


class _Spanish:
    locale = "es_US"
    day_short = "EEEE d MMM"
    day_long = "EEEE d 'de' MMMM 'de' y"
    to = "a"
    greeting = "Hola, {name}:"
    nameless = "Hola:"
    own = " ({clock} su hora)"
    most_segments = 2
    today = "hoy"
    tomorrow = "mañana"
    on = "el {day}"

    def at_clock(self, clock: str) -> str:
        return f"a la {clock}" if clock.startswith("1:") else f"a las {clock}"


_SPELLINGS: dict[str, _Spelling] = {"en": _English(), "es": _Spanish()}


@dataclass(frozen=True, slots=True)
class _Moment:
    """A time as people say it."""

    day_short: str
    day_long: str
    clock: str
    zone_name: str


def languages() -> tuple[str, ...]:
    """The languages that have words at all."""
    return tuple(sorted(_SPELLINGS))


def render(kind: Kind, language: str, facts: Facts) -> Words:
    """Return the words of a message in a language (BCP 47; `es-MX` reads `es`)."""
    return Words(kind, language, facts)


def render_entry(language: str, facts: Facts) -> EntryWords:
    """Return what a calendar entry says: nothing but that there is a meeting, how to join, and whom to call."""
    name, spelling = _spelling(language)
    template = _template(f"entry/{name}.jinja")
    context = _context(facts, name, spelling)
    return EntryWords(
        language=name,
        summary=_block(template, "summary", context),
        description=_block(template, "description", context),
        location=", ".join(part for part in (_line(facts.place), _line(facts.address)) if part),
        calendar=_block(template, "calendar", context),
    )


def _spelling(language: str) -> tuple[str, _Spelling]:
    name = language.replace("_", "-").split("-")[0].lower()
    if name not in _SPELLINGS:
        raise TranslationMissing(language=name)
    return name, _SPELLINGS[name]


@cache
def _environment() -> Environment:
    # Texts and plain mail are not HTML; the HTML form is escaped by hand in `_html`.
    return Environment(loader=FileSystemLoader(WORDING), undefined=StrictUndefined, autoescape=False)  # noqa: S701


@cache
def _template(path: str) -> Template:
    try:
        return _environment().get_template(path)
    except TemplateNotFound as missing:
        raise TranslationMissing(wording=path) from missing


def _block(template: Template, name: str, context: dict[str, object]) -> str:
    block = template.blocks.get(name)
    if block is None:
        return ""
    words = "".join(block(template.new_context(context, shared=True)))
    return re.sub(r"\n{3,}", "\n\n", words).strip()


def _context(facts: Facts, language: str, spelling: _Spelling) -> dict[str, object]:
    return {
        "f": {
            "programme": _line(facts.programme),
            "call_number": _number(facts.call_number),
            "place": _line(facts.place),
            "address": _line(facts.address),
            "join_url": facts.join_url if _is_web(facts.join_url) else "",
            "dial_in": _line(facts.dial_in),
            "link": facts.link,
            "answer": facts.answer,
            "is_promise": facts.is_promise,
            "rests": facts.rests,
            "more": facts.more,
            **_time_facts(facts, language, spelling),
        },
        "greeting": spelling.greeting.format(name=_line(facts.greeting_name)) if facts.greeting_name.strip() else spelling.nameless,
        "parts": _parts(language),
    }


@cache
def _parts(language: str) -> object:
    return _template(f"_parts/{language}.jinja").module


def _time_facts(facts: Facts, language: str, spelling: _Spelling) -> dict[str, str]:
    if facts.starts_at is None or facts.ends_at is None:
        return {}
    start, end = _moment(facts.starts_at, facts.time_zone, language), _moment(facts.ends_at, facts.time_zone, language)
    own = _moment(facts.starts_at, facts.person_zone or facts.time_zone, language)
    differs = (own.clock, own.day_short) != (start.clock, start.day_short)
    return {
        "day_short": start.day_short,
        "day_long": start.day_long,
        "clock": start.clock,
        "at_clock": spelling.at_clock(start.clock),
        "hours": f"{start.clock} {spelling.to} {end.clock}",
        "zone_name": start.zone_name,
        "own_time": f"{own.day_short}, {own.clock}" if differs else "",
        "own_zone_name": own.zone_name,
        "own_short": spelling.own.format(clock=own.clock) if differs else "",
        **_span_facts(facts, start, end, spelling),
    }


def _span_facts(facts: Facts, start: _Moment, end: _Moment, spelling: _Spelling) -> dict[str, str]:
    """Return a time as one says it of a promise: from day and hour to hour, or to another day, and how soon that is."""
    one_day = start.day_short == end.day_short
    written = facts.written_at or facts.starts_at
    days = 2 if written is None or facts.starts_at is None else _days_until(facts.starts_at, written, facts.time_zone)
    last = end.clock if one_day else f"{end.day_short}, {end.clock}"
    last_long = end.clock if one_day else f"{end.day_long}, {end.clock}"
    soon = {0: spelling.today, 1: spelling.tomorrow}
    return {
        "span": f"{start.day_short}, {start.clock} {spelling.to} {last}",
        "span_long": f"{start.day_long}, {start.clock} {spelling.to} {last_long}",
        "until": last,
        "soon": soon.get(days, spelling.on.format(day=start.day_short)),
    }


def _days_until(instant: datetime, written_at: datetime, zone_name: str) -> int:
    place = ZoneInfo(zone_name)
    return (instant.astimezone(place).date() - written_at.astimezone(place).date()).days


@lru_cache(maxsize=4096)
def _moment(instant: datetime, zone_name: str, language: str) -> _Moment:
    spelling = _SPELLINGS[language]
    local = instant.astimezone(ZoneInfo(zone_name))

    def spelled(pattern: str) -> str:
        return str(format_datetime(local, pattern, locale=spelling.locale)).replace("\u202f", " ").replace("\u00a0", " ")

    half = "AM" if local.hour < 12 else "PM"
    return _Moment(
        day_short=spelled(spelling.day_short).replace(".", ""),
        day_long=spelled(spelling.day_long),
        clock=f"{(local.hour - 1) % 12 + 1}:{local.minute:02d} {half}",
        zone_name=get_timezone_name(local, width="long", locale=spelling.locale),
    )


def _with_link(sms: str, link: str, most_segments: int) -> str:
    """Return the text with the link at its end if it then still fits; an answer by a digit needs no link."""
    longer = f"{sms} {link}"
    return longer if count(longer).count <= most_segments else sms


def _line(words: str) -> str:
    """Return given words as one line, so that a place cannot begin a paragraph of its own."""
    plain = words if words.isprintable() else "".join(c if c.isprintable() else " " for c in words)
    return " ".join(plain.split())


def _number(number: str) -> str:
    """Return a North American number as people write it, (209) 555-0101; any other as it was given."""
    found = re.fullmatch(r"\+1(\d{3})(\d{3})(\d{4})", number.strip())
    return f"({found[1]}) {found[2]}-{found[3]}" if found else _line(number)


def _is_web(url: str) -> bool:
    return bool(re.fullmatch(r"https?://[^\s<>\"'\\]+", url))


def _html(text: str, title: str, language: str, urls: tuple[str, ...]) -> str:
    """Return the same paragraphs as a small page: no pictures, no style of others, links only where the text has them."""
    paragraphs = (escape(paragraph).replace("\n", "<br>\n") for paragraph in text.split("\n\n"))
    body = "\n".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    for url in urls:
        if _is_web(url):
            body = body.replace(escape(url), f'<a href="{escape(url)}">{escape(url)}</a>')
    return (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8"><title>{escape(title)}</title></head>\n'
        f'<body style="font:1.125rem/1.5 sans-serif;max-width:36rem">\n{body}\n</body></html>\n'
    )
