"""Reading a request strictly: its bytes, its JSON, its query. Everything wrong is named at once, and never echoed."""

import asyncio
import json
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NoReturn, TypeVar, get_args

from aiohttp import web
from aiohttp.web_protocol import RequestPayloadError
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from shared.kernel.errors import Fault
from shared.web.codes import CODES
from shared.web.errors import (
    BodyStalled,
    BodyTooLarge,
    BodyTruncated,
    ContentEncodingInvalid,
    ContentEncodingUnsupported,
    DuplicateParameter,
    InvalidParameter,
    JsonDuplicateKey,
    JsonInvalid,
    JsonInvalidUtf8,
    JsonTooDeep,
    MediaTypeUnsupported,
    NotAnObject,
    NumberUnreadable,
    RequestError,
    UnknownParameter,
    ValuesInvalid,
)

MAX_BODY = 256 * 1024
MAX_DEPTH = 32
MAX_FAULTS = 50
BODY_PATIENCE = 10.0
"""Seconds; with the server's own wait for the rest of a body, a stalled connection ends within 15."""
INT64 = (1 << 63) - 1

JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"

Shape = TypeVar("Shape", bound=BaseModel)
Path = tuple[str | int, ...]


# --- bytes ---------------------------------------------------------------------------------------------------------------------


def check_media_type(request: web.Request, allowed: tuple[str, ...]) -> None:
    """Refuse a body of another type, another charset or another compression before a byte of it is read."""
    if len(request.headers.getall("Content-Type", [])) > 1 or request.content_type not in allowed:
        raise MediaTypeUnsupported
    if (request.charset or "utf-8").lower().replace("_", "-") not in {"utf-8", "utf8", "us-ascii"}:
        raise MediaTypeUnsupported


def check_framing(request: web.Request, limit: int) -> None:
    """Refuse what can be refused by its headers: a compression we do not know, a length over the limit."""
    encodings = [e.strip().lower() for value in request.headers.getall("Content-Encoding", []) for e in value.split(",")]
    if encodings and encodings not in (["gzip"], ["identity"]):
        raise ContentEncodingUnsupported
    if request.content_length is not None and request.content_length > limit:
        raise BodyTooLarge(limit=limit)


async def read_bytes(request: web.Request, limit: int = MAX_BODY) -> bytes:
    """Return the body, decompressed. Over the limit (counted on either side of decompression), broken or stalled, it is refused."""
    check_framing(request, limit)
    # Connections do not decompress (see `make_app`): aiohttp would answer a broken stream with 500.
    unpack = zlib.decompressobj(wbits=31) if "gzip" in request.headers.get("Content-Encoding", "").lower() else None
    body, arrived = bytearray(), 0
    try:
        async with asyncio.timeout(BODY_PATIENCE):
            while chunk := await request.content.readany():
                arrived += len(chunk)
                body += chunk if unpack is None else unpack.decompress(chunk, limit + 1 - len(body))
                if max(arrived, len(body)) > limit:
                    raise BodyTooLarge(limit=limit)
    except TimeoutError as error:
        raise BodyStalled from error
    except zlib.error as error:
        raise ContentEncodingInvalid from error
    except (RequestPayloadError, web.PayloadAccessError) as error:
        raise BodyTruncated from error
    if unpack is not None and (not unpack.eof or unpack.unused_data):
        raise ContentEncodingInvalid
    return bytes(body)


# --- JSON ----------------------------------------------------------------------------------------------------------------------

# A text without its closing quote is a token too: looked for anew from every quote in it, it would cost minutes.
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"?|[\[{]|[\]}]', re.DOTALL)


def load_json(raw: bytes) -> dict[str, Any]:
    """Return the object that the bytes spell, strictly (RFC 8259 and API §1).

    No other encoding, no second value for a name, no NaN, no number beyond 64 bits, no NUL, no half of a surrogate pair.
    """
    _check_depth(raw)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise JsonInvalidUtf8 from error
    duplicates: list[str] = []
    try:
        value = json.loads(text, object_pairs_hook=_object(duplicates), parse_constant=_no_constant, parse_int=_int)
    except RequestError:
        raise
    except RecursionError as error:
        raise JsonTooDeep from error
    except ValueError as error:
        raise JsonInvalid from error
    if duplicates:
        raise JsonDuplicateKey(
            Fault("json_duplicate_key", "Keep one of the two.", pointer=_duplicate_pointer(value, duplicates[0]))
        )
    if not isinstance(value, dict):
        raise NotAnObject(Fault("not_an_object", "Put the values between braces.", pointer="#"))
    faults = list(_unfit(value, ()))[:MAX_FAULTS]
    if faults:
        raise ValuesInvalid(faults)
    return value


def _check_depth(raw: bytes) -> None:
    """Count before parsing: 100,000 brackets would end in a RecursionError."""
    if raw.count(b"[") + raw.count(b"{") <= MAX_DEPTH:
        return
    depth = 0
    for found in _TOKEN.finditer(raw):
        mark = found[0]
        if mark in (b"[", b"{"):
            depth += 1
            if depth > MAX_DEPTH:
                raise JsonTooDeep
        elif mark in (b"]", b"}"):
            depth -= 1


class _Doubled(dict[str, Any]):
    """An object in which a name stood twice; it remembers which, so that the refusal can point at it."""

    name = ""


def _object(duplicates: list[str]) -> Callable[[list[tuple[str, Any]]], dict[str, Any]]:
    def made(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        value = dict(pairs)
        if len(value) == len(pairs):
            return value
        doubled = _Doubled(value)
        seen: set[str] = set()
        doubled.name = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]  # a set that remembers
        duplicates.append(doubled.name)
        return doubled

    return made


def _duplicate_pointer(value: Any, first: str, path: Path = ()) -> str:
    if isinstance(value, _Doubled):
        return pointer((*path, value.name))
    inner: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        found = _duplicate_pointer(each, first, (*path, key))
        if found != "#":
            return found
    return "#"


def _no_constant(_: str) -> NoReturn:
    raise JsonInvalid


def _int(digits: str) -> int:
    if len(digits) > 4000:
        raise NumberUnreadable
    return int(digits)


def _unfit(value: Any, path: Path) -> Iterator[Fault]:
    """Name values that no column could keep, whatever member they stand in."""
    if isinstance(value, str):
        if not value.isprintable():
            yield from _unfit_text(value, path)
    elif isinstance(value, bool):
        return
    elif isinstance(value, int):
        if not -INT64 - 1 <= value <= INT64:
            yield Fault("number_out_of_range", CODES["number_out_of_range"], pointer=pointer(path))
    elif isinstance(value, float):
        if value in (float("inf"), float("-inf")):
            yield Fault("number_out_of_range", CODES["number_out_of_range"], pointer=pointer(path))
    elif isinstance(value, dict):
        for name, each in value.items():
            if not name.isprintable() and any(True for _ in _unfit_text(name, path)):
                yield from _unfit_text(name, path)
            else:
                yield from _unfit(each, (*path, name))
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from _unfit(each, (*path, index))


def _unfit_text(text: str, path: Path) -> Iterator[Fault]:
    if any("\ud800" <= character <= "\udfff" for character in text):
        yield Fault("invalid_unicode", CODES["invalid_unicode"], pointer=pointer(path))
    elif "\0" in text:
        yield Fault("control_characters", CODES["control_characters"], pointer=pointer(path))


def pointer(path: Path) -> str:
    """Return a JSON Pointer as a URI fragment (RFC 6901 §6); a name of unseemly length is cut, for it may be somebody's words."""
    return "#" + "".join(f"/{_step(step)}" for step in path)


def _step(step: str | int) -> str:
    if isinstance(step, int):
        return str(step)
    name = step if len(step) <= 64 else step[:64] + "…"
    return name.replace("~", "~0").replace("/", "~1")


# --- models --------------------------------------------------------------------------------------------------------------------


def validated(shape: type[Shape], raw: bytes) -> Shape:
    """Return the model that the bytes spell, or refuse them with every fault at once, in document order."""
    value = load_json(raw)
    try:
        return shape.model_validate_json(raw, strict=True)
    except ValidationError as error:
        raise ValuesInvalid(_faults(error, value)) from None


def _faults(error: ValidationError, value: Any) -> list[Fault]:
    found: dict[tuple[str, str], tuple[tuple[float, ...], Fault]] = {}
    places: dict[int, dict[str, int]] = {}
    for detail in error.errors(include_url=False, include_input=False):
        path = _path_in(value, detail)
        code, words = _code_of(detail)
        at = pointer(path)
        found.setdefault((at, code), (_order(value, path, places), Fault(code, words, pointer=at)))
    return [fault for _, fault in sorted(found.values(), key=lambda each: each[0])][:MAX_FAULTS]


def _path_in(value: Any, detail: ErrorDetails) -> Path:
    """Keep the steps of a location that exist in the document: a union adds the names of its branches."""
    path: list[str | int] = []
    steps = list(detail["loc"])
    for index, step in enumerate(steps):
        if _holds(value, step):
            path.append(step)
            value = value[step]
        elif detail["type"] == "missing" and index == len(steps) - 1:
            path.append(step)
    at = detail.get("ctx", {}).get("at")
    return (*path, at) if isinstance(at, str) else tuple(path)


def _holds(value: Any, step: str | int) -> bool:
    if isinstance(value, dict):
        return step in value
    return isinstance(value, list) and isinstance(step, int) and step < len(value)


def _order(value: Any, path: Path, known: dict[int, dict[str, int]]) -> tuple[float, ...]:
    """Where a path stands in the document; what is missing stands behind what is there.

    `known` keeps the places of each object's members, counted once for all faults.
    """
    places: list[float] = []
    for step in path:
        if not _holds(value, step):
            return (*places, float("inf"))
        if isinstance(step, str) and id(value) not in known:
            known[id(value)] = {name: place for place, name in enumerate(value)}
        places.append(step if isinstance(step, int) else known[id(value)][step])
        value = value[step]
    return tuple(places)


_CODES_OF_PYDANTIC = {
    "missing": "required",
    "extra_forbidden": "unknown_property",
    "string_too_long": "too_long",
    "string_too_short": "too_short",
    "too_long": "too_many_items",
    "too_short": "too_few_items",
    "enum": "choice_unknown",
    "literal_error": "choice_unknown",
    "string_pattern_mismatch": "format_invalid",
    "int_parsing_size": "number_out_of_range",
    "finite_number": "number_out_of_range",
    "greater_than": "number_out_of_range",
    "greater_than_equal": "number_out_of_range",
    "less_than": "number_out_of_range",
    "less_than_equal": "number_out_of_range",
    "multiple_of": "number_out_of_range",
    "string_unicode": "invalid_unicode",
    "date_parsing": "date_invalid",
    "date_from_datetime_parsing": "date_invalid",
    "datetime_parsing": "date_invalid",
    "datetime_from_date_parsing": "date_invalid",
    "time_parsing": "time_invalid",
    "uuid_parsing": "id_invalid",
    "union_tag_invalid": "choice_unknown",
    "union_tag_not_found": "required",
}


def _code_of(detail: ErrorDetails) -> tuple[str, str]:
    kind, context = detail["type"], detail.get("ctx", {})
    is_count = kind in {"too_long", "too_short"} and "field_type" in context  # pydantic's word for a list, ours for a text
    if kind in CODES and not is_count:
        return kind, detail["msg"]
    code = _CODES_OF_PYDANTIC.get(kind) or ("wrong_type" if kind.endswith(("_type", "_parsing", "_from_float")) else "validation")
    return code, _words_of(code, context)


def _words_of(code: str, context: Mapping[str, Any]) -> str:
    limits = {
        name: context[name] for name in ("max_length", "min_length", "ge", "gt", "le", "lt") if isinstance(context.get(name), int)
    }
    if code in {"too_long", "too_many_items"} and "max_length" in limits:
        return f"Use at most {limits['max_length']}."
    if code in {"too_short", "too_few_items"} and "min_length" in limits:
        return f"Use at least {limits['min_length']}."
    if code == "number_out_of_range" and ("ge" in limits or "gt" in limits):
        return f"Use {limits['ge']} or more." if "ge" in limits else f"Use more than {limits['gt']}."
    if code == "number_out_of_range" and ("le" in limits or "lt" in limits):
        return f"Use {limits['le']} or less." if "le" in limits else f"Use less than {limits['lt']}."
    return CODES[code]


# --- query ---------------------------------------------------------------------------------------------------------------------

_INTEGER = re.compile(r"-?[0-9]{1,19}")


def read_query(request: web.Request, shape: type[Shape] | None, *, read_elsewhere: str = "") -> Shape | None:
    """Return the validated parameters; unknown ones are refused, because a mistyped filter must not return everything."""
    given: dict[str, str] = {}
    known = shape.model_fields if shape else {}
    for name, value in request.query.items():
        if name == read_elsewhere:
            continue
        shown = name if name in known or re.fullmatch(r"[a-z_]{1,40}", name) else None
        if name not in known:
            raise UnknownParameter(Fault("unknown_parameter", CODES["unknown_parameter"], parameter=shown))
        if name in given:
            raise DuplicateParameter(Fault("duplicate_parameter", CODES["duplicate_parameter"], parameter=shown))
        if not value.isprintable():
            raise InvalidParameter(Fault("control_characters", CODES["control_characters"], parameter=shown))
        if "\ufffd" in value:
            raise InvalidParameter(Fault("invalid_unicode", CODES["invalid_unicode"], parameter=shown))
        given[name] = value
    if shape is None:
        return None
    faults = [_bad_parameter(name, None) for name, value in given.items() if not _is_spelled(known[name].annotation, value)]
    if faults:
        raise InvalidParameter(*faults)
    try:
        return shape.model_validate_strings(given)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        raise InvalidParameter(*(_bad_parameter(str((*d["loc"], "")[0]), d) for d in details[:MAX_FAULTS])) from None


def _is_spelled(annotation: Any, value: str) -> bool:
    """pydantic takes ` 5`, `+5`, `1_0` for numbers and `yes` for true; an address does not."""
    kinds = {annotation, *get_args(annotation)}
    if bool in kinds:
        return value in {"true", "false"}
    return int not in kinds or bool(_INTEGER.fullmatch(value))


def _bad_parameter(name: str, detail: ErrorDetails | None) -> Fault:
    words = _code_of(detail)[1] if detail else CODES["invalid_parameter"]
    return Fault("invalid_parameter", words, parameter=name)
