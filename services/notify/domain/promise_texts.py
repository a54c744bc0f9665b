"""What a text says about a promise beside yes and no: only until an hour, or not on a day. English and Spanish, as people type.

Strict on purpose: every word must be understood, and one meaning alone must fit. A time that nobody covers because a machine
guessed is worse than a text that a person reads.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from services.notify.domain.consent import normalise
from services.notify.domain.entries import KeptEntry
from shared.events.entries import Turn
from shared.kernel.wall import at_wall, local_date, resolve

_YES_BUT = (
    r"(?:(?:yes|yeah|yep|ok|okay|sure|1|i can(?: do it| help| come| stay)?|but|only|just"
    r"|si|claro|puedo|pero|solo|solamente|nada mas|nomas) )*"
)
_THANKS = r"(?: (?:only|solo|solamente|nada mas|please|thanks|thank you|por favor|gracias|muchas gracias))*"
_UNTIL = re.compile(
    rf"^{_YES_BUT}(?:until|till|til|up to|hasta)(?: about)?(?: (?:las|la|el))?"
    r" (?:(?P<hour>\d{1,2})(?: ?(?P<minute>[0-5]\d))?|(?P<word>midnight|noon|medianoche|mediodia))"
    r"(?: ?(?P<half>am|pm|a m|p m)| (?:de|en|por) la (?P<part>manana|tarde|noche|madrugada)"
    r"| in the (?P<english>morning|afternoon|evening)"
    rf"| at night)?{_THANKS}$"
)
_HALF_OF = {"manana": "am", "madrugada": "am", "tarde": "pm", "noche": "pm", "morning": "am", "afternoon": "pm", "evening": "pm"}
_WORDS = {"midnight": 0, "medianoche": 0, "noon": 12, "mediodia": 12}

_CANNOT = re.compile(
    r"\b(?:can t|cant|cannot|can not|can t make it|won t|wont|will not|not able to|unable to|couldn t|"
    r"(?:ya )?no (?:puedo|podre|podria|podemos|voy a poder|vamos a poder|voy|ire)|not)\b"
)
_TRAILING_NO = re.compile(r"\bno$")
_PARTS_OF_DAY = re.compile(r"\b(?:(?:en|por|de) la (?:manana|tarde|noche)|in the (?:morning|afternoon|evening)|at night)\b")
_WEEKDAYS = {
    "monday": 0, "mon": 0, "lunes": 0,
    "tuesday": 1, "tue": 1, "tues": 1, "martes": 1,
    "wednesday": 2, "wed": 2, "miercoles": 2,
    "thursday": 3, "thu": 3, "thur": 3, "thurs": 3, "jueves": 3,
    "friday": 4, "fri": 4, "viernes": 4,
    "saturday": 5, "sat": 5, "sabado": 5, "sab": 5,
    "sunday": 6, "sun": 6, "domingo": 6,
}  # fmt: skip
_DAYS_AHEAD = {"today": 0, "tonight": 0, "hoy": 0, "tomorrow": 1, "manana": 1}
_FILLING = frozenset(
    """i we im m am sorry so really but please hi hello thanks thank you make it do come go help be there this on for the at
    night morning afternoon evening able to
    yo lo la el los siento perdon pero este esta en por de noche tarde ir venir ayudar hacerlo estar ahi alli hola gracias favor que
    cuidar cuidarlo cuidarla cuidarlos disculpe disculpen""".split()  # noqa: SIM905 - a paragraph of words reads better than a list
)


@dataclass(frozen=True, slots=True)
class NotOn:
    """A day on which somebody cannot: a weekday, or so many days from today."""

    weekday: int | None = None
    days_ahead: int | None = None

    def date(self, today: date) -> date:
        """Return the day that is meant: a weekday is the next one, today itself included."""
        if self.weekday is None:
            return today + timedelta(days=self.days_ahead or 0)
        return today + timedelta(days=(self.weekday - today.weekday()) % 7)


@dataclass(frozen=True, slots=True)
class Excused:
    """A turn of a promise that its member cannot do."""

    entry: KeptEntry
    turn: Turn


def read_until(text: str, turn: Turn, time_zone: str) -> datetime | None:
    """Return until when somebody can, of a time that they were asked for; None unless exactly one instant in it fits.

    Without am or pm the hour that lies within the time is meant. The end itself is the whole of it.
    """
    found = _UNTIL.match(normalise(text))
    if found is None:
        return None
    half = (found["half"] or "").replace(" ", "") or _HALF_OF.get(found["part"] or found["english"] or "", "")
    hours = _hours(int(found["hour"]), half) if found["hour"] else [_WORDS[found["word"]]]
    first, last = local_date(turn.starts_at, time_zone), local_date(turn.ends_at, time_zone)
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    clocks = [time(hour, int(found["minute"] or 0)) for hour in hours]
    instants = {resolve(datetime.combine(day, clock), time_zone).instant for day in days for clock in clocks}
    fitting = [instant for instant in instants if turn.starts_at < instant <= turn.ends_at]
    return fitting[0] if len(fitting) == 1 else None


def read_not_on(text: str) -> NotOn | None:
    """Return on which day somebody says that they cannot; None for anything that is not wholly that."""
    words = normalise(text)
    if not _CANNOT.search(words) and not _TRAILING_NO.search(words):
        return None
    words = re.sub(r"\besta noche\b", "tonight", words)
    rest = _TRAILING_NO.sub(" ", _CANNOT.sub(" ", _PARTS_OF_DAY.sub(" ", words))).split()
    named = {_named(word) for word in rest if word in _WEEKDAYS or word in _DAYS_AHEAD}
    others = {word for word in rest if word not in _WEEKDAYS and word not in _DAYS_AHEAD}
    return named.pop() if len(named) == 1 and others <= _FILLING else None


def turns_on(said: NotOn, entries: Collection[KeptEntry], *, at: datetime) -> list[Excused]:
    """Return the turns of these promises that begin on the day that is meant and are not over, each on its own wall."""
    return [
        Excused(entry, turn)
        for entry in entries
        for turn in entry.turns
        if turn.ends_at > at and at_wall(turn.starts_at, entry.time_zone).date() == said.date(local_date(at, entry.time_zone))
    ]


def taken_out_on(said: NotOn, entries: Collection[KeptEntry], *, at: datetime) -> list[Excused]:
    """Return the turns of that day that were taken out before: who says it twice has said it once."""
    gone = [Excused(entry, _turn_at(entry, local)) for entry in entries for local in entry.excluded]
    return [
        each
        for each in gone
        if each.turn.ends_at > at and each.turn.starts_local.date() == said.date(local_date(at, each.entry.time_zone))
    ]


def _turn_at(entry: KeptEntry, starts_local: datetime) -> Turn:
    ends_local = starts_local + (entry.ends_local - entry.starts_local)
    starts, ends = (resolve(local, entry.time_zone).instant for local in (starts_local, ends_local))
    return Turn(starts_local=starts_local, ends_local=ends_local, starts_at=starts, ends_at=ends)


def begins_on(said: NotOn, entries: Sequence[KeptEntry], *, at: datetime) -> list[KeptEntry]:
    """Return the meetings that begin on the day that is meant: a "not Saturday" might be about them."""
    return [
        entry
        for entry in entries
        if not entry.is_promise and entry.is_live and entry.starts_at > at
        and entry.starts_local.date() == said.date(local_date(at, entry.time_zone))
    ]  # fmt: skip


def _hours(hour: int, half: str) -> list[int]:
    """Return the hours of a day that are meant."""
    if hour > 24 or (hour > 12 and half) or (hour == 0 and half):
        return []
    if half:
        return [hour % 12 + (12 if half == "pm" else 0)]
    return [hour % 24] if hour > 12 or hour == 0 else [hour % 12, hour % 12 + 12]


def _named(word: str) -> NotOn:
    return NotOn(weekday=_WEEKDAYS[word]) if word in _WEEKDAYS else NotOn(days_ahead=_DAYS_AHEAD[word])
