"""Field types of everything that comes in or goes out: typed ids, text a page can show, instants, wall times, zones, languages.

A body is read strictly: no number for a text, no text for a number, no unknown member. Text is trimmed, keeps its letters as
they were typed, shows something, and holds nothing that could reorder or break other text. A type that refuses names a stable
code, never the value.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cache
from typing import Annotated, Any, Generic, NoReturn, TypeVar
from uuid import UUID

from babel import Locale
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, GetCoreSchemaHandler, GetJsonSchemaHandler, PlainSerializer
from pydantic import WithJsonSchema as Shape
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from shared.kernel.ids import read, spell
from shared.kernel.wall import zone_names


class Model(BaseModel):
    """What a body, a query or an answer is made of: frozen, and closed to members it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def refuse(code: str, detail: str, *, at: str | None = None) -> NoReturn:
    """Refuse a value by its stable code; `detail` says what to do. In a model's own validator `at` names the member at fault."""
    context = {"at": at} if at else None
    raise PydanticCustomError(code, detail.replace("{", "(").replace("}", ")"), context)


def _text_of(value: object) -> str:
    if not isinstance(value, str):
        refuse("wrong_type", "Use text here.")
    return value


# --- ids -----------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PublicId:
    """Marks a UUID that is spelled with its kind: `Annotated[UUID, PublicId("mem")]` reads and writes `mem_` and 32 digits."""

    prefix: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Read the spelling, and also a UUID when an answer is made in code."""
        return core_schema.no_info_plain_validator_function(
            self._read,
            serialization=core_schema.plain_serializer_function_ser_schema(
                self._spell, return_schema=core_schema.str_schema(), when_used="json"
            ),
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """A text with a pattern."""
        return {
            "type": "string",
            "pattern": f"^{self.prefix}_[0-9a-f]{{32}}$",
            "examples": [f"{self.prefix}_01939b2c5e7a7c3d8f4a1b2c3d4e5f60"],
        }

    def _read(self, value: object) -> UUID:
        if isinstance(value, UUID):
            return value
        found = read(self.prefix, _text_of(value))
        if found is None:
            refuse("id_invalid", f"Use an id that begins with {self.prefix}_.")
        return found

    def _spell(self, value: UUID) -> str:
        return spell(self.prefix, value)


PersonId = Annotated[UUID, PublicId("per")]
CaseId = Annotated[UUID, PublicId("case")]
MemberId = Annotated[UUID, PublicId("mem")]
RuleId = Annotated[UUID, PublicId("sep")]
PlanId = Annotated[UUID, PublicId("plan")]
WindowId = Annotated[UUID, PublicId("win")]
CommitmentId = Annotated[UUID, PublicId("com")]
GapId = Annotated[UUID, PublicId("gap")]
StatementId = Annotated[UUID, PublicId("stm")]
MeetingId = Annotated[UUID, PublicId("mtg")]
ParticipantId = Annotated[UUID, PublicId("par")]
ResourceId = Annotated[UUID, PublicId("res")]
HoldId = Annotated[UUID, PublicId("hold")]
MessageId = Annotated[UUID, PublicId("msg")]
TaskId = Annotated[UUID, PublicId("task")]
ContactPointId = Annotated[UUID, PublicId("cp")]
EndpointId = Annotated[UUID, PublicId("wh")]
ReplyId = Annotated[UUID, PublicId("rep")]
CalendarId = Annotated[UUID, PublicId("cal")]


# --- text ----------------------------------------------------------------------------------------------------------------------

_REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_LINE_BREAKS = frozenset("\u0085\u2028\u2029")
_FILLERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
_JOINERS = "\u200c\u200d"
MAX_MARKS_IN_A_ROW = 4


def check_text(value: str, *, max_length: int, lines: bool = False, may_be_blank: bool = False) -> str:
    """Return the text without blanks around it, or refuse it: blank, too long, controls, reordering or piled-up marks."""
    text = _trimmed(value)
    if not may_be_blank and not any(map(_is_seen, text)):
        refuse("blank", "Write something here.")
    if len(text) > max_length:
        refuse("too_long", f"Use at most {max_length} characters.")
    marks = 0
    for character in text:
        if character.isascii() and character.isprintable():
            marks = 0
            continue
        category = unicodedata.category(character)
        if category == "Cs":
            refuse("invalid_unicode", "Some characters are broken. Type the text again.")
        if character in _LINE_BREAKS or character in _REORDERING or _is_noncharacter(character):
            refuse("disallowed_characters", "Remove the invisible characters. Type the text again rather than copying it.")
        if category == "Cc" and not (lines and character in "\n\r\t"):
            refuse("control_characters", "Remove the control characters. Type the text again rather than copying it.")
        marks = marks + 1 if category in {"Mn", "Me"} else 0
        if marks > MAX_MARKS_IN_A_ROW:
            refuse("disallowed_characters", "There are too many marks on one letter.")
    return text


def _trimmed(value: str) -> str:
    before = None
    while before != value:
        before, value = value, value.strip().strip(_JOINERS)
    return value


def _is_seen(character: str) -> bool:
    """Say whether a character leaves a mark on a page; a name of zero-width blanks alone would leave none."""
    return character not in _FILLERS and unicodedata.category(character) not in {"Cf", "Zs", "Zl", "Zp"}


def _is_noncharacter(character: str) -> bool:
    point = ord(character)
    return point & 0xFFFE == 0xFFFE or 0xFDD0 <= point <= 0xFDEF


@dataclass(frozen=True, slots=True)
class Text:
    """Marks a text that is shown to people: `Annotated[str, Text(100)]`. `lines` lets it have several."""

    max_length: int
    lines: bool = False
    may_be_blank: bool = False

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Check, and keep the trimmed text."""
        return core_schema.no_info_plain_validator_function(self._read, serialization=core_schema.to_string_ser_schema())

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """A text with its limits."""
        shape: JsonSchemaValue = {"type": "string", "maxLength": self.max_length}
        return shape if self.may_be_blank else {**shape, "minLength": 1, "pattern": r"\S"}

    def _read(self, value: object) -> str:
        return check_text(_text_of(value), max_length=self.max_length, lines=self.lines, may_be_blank=self.may_be_blank)


Name = Annotated[str, Text(100)]
Line = Annotated[str, Text(200)]
OptionalLine = Annotated[str, Text(200, may_be_blank=True)]
Note = Annotated[str, Text(20_000, lines=True)]


@dataclass(frozen=True, slots=True)
class Pattern:
    """Marks a text of one fixed spelling; anything else is refused with this sentence, and `format_invalid` or its own code."""

    pattern: str
    detail: str
    max_length: int = 200
    code: str = "format_invalid"

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Check the whole text."""
        return core_schema.no_info_plain_validator_function(self._read, serialization=core_schema.to_string_ser_schema())

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """A text with its pattern."""
        return {"type": "string", "pattern": f"^(?:{self.pattern})$", "maxLength": self.max_length}

    def _read(self, value: object) -> str:
        text = _text_of(value)
        if len(text) > self.max_length:
            refuse("too_long", f"Use at most {self.max_length} characters.")
        if not re.fullmatch(self.pattern, text, re.ASCII):
            refuse(self.code, self.detail)
        return text


Code = Annotated[str, Pattern(r"[a-z][a-z0-9_]{0,63}", "Use lower-case letters, digits and underscores.")]
ExternalId = Annotated[str, Pattern(r"[A-Za-z0-9._:\-]{1,100}", "Use 1 to 100 letters, digits and . _ : -", 100)]
StaffId = Annotated[str, Pattern(r"[A-Za-z0-9._:@|\-]{1,200}", "Use the staff id of the sign-in.", 200)]


# --- time ----------------------------------------------------------------------------------------------------------------------

_DATE = r"(\d{4})-(\d{2})-(\d{2})"
_CLOCK = r"(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?"
_DATE_ONLY = re.compile(_DATE, re.ASCII)
_WALL = re.compile(rf"{_DATE}[Tt]{_CLOCK}", re.ASCII)
_INSTANT = re.compile(rf"{_DATE}[Tt]{_CLOCK}([Zz]|[+-]\d{{2}}:\d{{2}})", re.ASCII)
_CLOCK_ONLY = re.compile(r"(\d{2}):(\d{2})", re.ASCII)
FIRST_YEAR, LAST_YEAR = 2000, 2100
FIRST_BIRTH_YEAR = 1900


def _in_range(year: int, first: int = FIRST_YEAR) -> None:
    if not first <= year <= LAST_YEAR:
        refuse("date_out_of_range", f"Use a year from {first} to {LAST_YEAR}.")


def _made(parts: tuple[str | None, ...]) -> datetime:
    year, month, day, hour, minute, second, fraction = parts
    _in_range(int(year or 0))
    try:
        return datetime(  # noqa: DTZ001 -- the wall time; an instant gets its offset from the caller
            int(year or 0),
            int(month or 0),
            int(day or 0),
            int(hour or 0),
            int(minute or 0),
            int(second or 0),
            int((fraction or "").ljust(6, "0")),
        )
    except ValueError:
        refuse("date_invalid", "There is no such date or time. Check the calendar.")


def read_instant(value: object) -> datetime:
    """Read RFC 3339 with an offset into UTC. `fromisoformat` would take week dates and any separator, so a pattern decides."""
    if isinstance(value, datetime):
        if value.tzinfo is None:
            refuse("offset_required", "Add the offset from UTC, like -08:00.")
        return value.astimezone(UTC)
    text = _text_of(value)
    found = _INSTANT.fullmatch(text)
    if not found:
        if _WALL.fullmatch(text):
            refuse("offset_required", "Add the offset from UTC, like 2026-12-01T10:00:00-08:00.")
        refuse("date_invalid", "Write the time like 2026-12-01T10:00:00-08:00.")
    *parts, offset = found.groups()
    local = _made(tuple(parts))
    if offset in "Zz":
        return local.replace(tzinfo=UTC)
    if int(offset[1:3]) > 14 or int(offset[4:6]) > 59:
        refuse("date_invalid", "There is no such offset from UTC.")
    try:
        return datetime.fromisoformat(f"{local.isoformat()}{offset}").astimezone(UTC)
    except (ValueError, OverflowError):
        refuse("date_out_of_range", f"Use a year from {FIRST_YEAR} to {LAST_YEAR}.")


def read_wall(value: object) -> datetime:
    """Read a wall time, which never has an offset: its zone stands beside it."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    found = _WALL.fullmatch(_text_of(value))
    if not found:
        refuse("date_invalid", "Write the local time like 2026-12-01T10:00, with its time_zone beside it.")
    return _made(found.groups())


def _read_date(first: int) -> Callable[[object], date]:
    def read_date(value: object) -> date:
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        found = _DATE_ONLY.fullmatch(_text_of(value))
        if not found:
            refuse("date_invalid", "Write the date like 2026-12-01.")
        year, month, day = (int(part) for part in found.groups())
        _in_range(year, first)
        try:
            return date(year, month, day)
        except ValueError:
            refuse("date_invalid", "There is no such date. Check the calendar.")

    return read_date


def _read_clock(value: object) -> time:
    if isinstance(value, time):
        return value
    found = _CLOCK_ONLY.fullmatch(_text_of(value))
    if not found:
        refuse("time_invalid", "Write the time of day like 09:30 or 21:00.")
    hour, minute = (int(part) for part in found.groups())
    if hour > 23 or minute > 59:
        refuse("time_invalid", "Use a time from 00:00 to 23:59.")
    return time(hour, minute)


def _z(value: datetime) -> str:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


Instant = Annotated[
    datetime,
    BeforeValidator(read_instant),
    PlainSerializer(_z, return_type=str, when_used="json"),
    Shape({"type": "string", "format": "date-time", "examples": ["2026-12-01T18:00:00Z"]}),
]
LocalTime = Annotated[
    datetime,
    BeforeValidator(read_wall),
    PlainSerializer(
        lambda value: value.isoformat(timespec="minutes" if not value.second else "seconds"), return_type=str, when_used="json"
    ),
    Shape(
        {
            "type": "string",
            "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?$",
            "examples": ["2026-12-01T10:00"],
            "description": "Wall time, without an offset; its zone is `time_zone`.",
        }
    ),
]
Day = Annotated[
    date,
    BeforeValidator(_read_date(FIRST_YEAR)),
    Shape({"type": "string", "format": "date", "pattern": r"^(20\d\d|2100)-", "examples": ["2026-12-01"]}),
]
BirthDate = Annotated[
    date, BeforeValidator(_read_date(FIRST_BIRTH_YEAR)), Shape({"type": "string", "format": "date", "examples": ["1958-03-09"]})
]
Clock = Annotated[
    time,
    BeforeValidator(_read_clock),
    PlainSerializer(lambda value: value.strftime("%H:%M"), return_type=str, when_used="json"),
    Shape({"type": "string", "pattern": r"^([01]\d|2[0-3]):[0-5]\d$", "examples": ["21:00"]}),
]
Minutes = Annotated[int, Field(ge=5, le=24 * 60, examples=[90])]


def read_zone(value: object) -> str:
    """Read a canonical Area/City name."""
    text = _text_of(value)
    if text not in zone_names():
        refuse("timezone_unknown", "Use an Area/City name, like America/Los_Angeles.")
    return text


ZoneName = Annotated[
    str,
    BeforeValidator(read_zone),
    Shape({"type": "string", "examples": ["America/Los_Angeles"], "description": "IANA Area/City name"}),
]


# --- languages -----------------------------------------------------------------------------------------------------------------

_TAG = re.compile(r"([a-z]{2,3})(-[A-Z][a-z]{3})?(-(?:[A-Z]{2}|\d{3}))?")
# Spoken by families in California, and not in CLDR's list of names (our addition): Mixtec, Triqui, Mam, Zapotec, K'iche', Mien,
# Q'anjob'al, Purépecha, and American Sign Language.
_ALSO_SPOKEN = frozenset({"mix", "mxb", "trc", "trq", "mam", "zap", "quc", "ium", "kjb", "tsz", "ase", "hmn", "mww", "hnj"})
# What CLDR lists and no family speaks: made-up languages, and codes for "none", "several" and "not known". One of these is a slip.
_NOBODYS = frozenset({"und", "mul", "zxx", "root", "tlh", "jbo", "vo", "avk", "nov", "ia", "ie", "io"})


@cache
def languages() -> frozenset[str]:
    """The language codes we know: CLDR's, but for those that nobody speaks, and those spoken here that it does not name."""
    return (frozenset(Locale("en").languages) - _NOBODYS) | _ALSO_SPOKEN


def read_language(value: object) -> str:
    """Read a BCP 47 tag: language, then perhaps script and region (`es`, `zh-Hant`, `es-MX`)."""
    found = _TAG.fullmatch(_text_of(value))
    if not found or found[1] not in languages():
        refuse("language_unknown", "Use a language tag, like en, es or zh-Hant.")
    return found[0]


Language = Annotated[
    str, BeforeValidator(read_language), Shape({"type": "string", "examples": ["es"], "description": "BCP 47 language tag"})
]


# --- lists ---------------------------------------------------------------------------------------------------------------------


Item = TypeVar("Item")


class Page(Model, Generic[Item]):
    """One page of a list; `next` is the address of the next page, null at the end."""

    items: list[Item]
    next: str | None = None


class PageQuery(Model):
    """The parameters of every paged list."""

    limit: int = Field(default=50, ge=1, le=200)
    cursor: str | None = Field(default=None, max_length=1000)
