"""The contract between services: what was ever published still loads, and personal words travel sealed only."""

import base64
import importlib
import json
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import Any, get_args, get_type_hints

import jsonschema
import pytest

from shared.db import log, sealing
from shared.events import asyncapi, catalogue
from shared.events.catalogue import EventType
from shared.events.envelope import from_json, to_json

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests" / "golden" / "events"
SAMPLES = sorted(GOLDEN.glob("*.json"))
TYPES = catalogue.all_types()
WRAPPING_KEY = bytes(range(32))

CLEAR_TEXTS = {
    # places and languages as standards spell them
    "time_zone",
    "spoken_language",
    "written_language",
    # codes from closed or county-kept lists
    "age_band",
    "circle",
    "icwa_status",
    "kind",
    "knows_level",
    "outcome",
    "channel",
    "partstat",
    "placement_kind",
    "reason",
    "record_classes",
    "refused",
    "relationship",
    "rule",
    "said",
    "side",
    "source",
    "state",
    "support_type",
    "unit",
    # ids that are not UUIDs, and a keyed hash
    "assigned",
    "lookup",
    "reply_id",
    "shared_with",
    "staff_id",
    "staff_ids",
    "uid",
}
"""Every text that may travel in clear, looked at one by one. A new one is added here on purpose, or it belongs in the words."""

UNHEARD = {
    "notify.call_task_opened.v1",
    "notify.message_finished.v1",
    "network.release_revoked.v1",
    "network.release_signed.v1",
}
"""Facts that no service of ours acts on; they are for county systems and for whoever reads the log."""

PERSONAL = re.compile(r"(?:^|_)(?:name|phone|email|address|number|comment|note|text|place|url|birth|born|title)(?:$|_)")


def named(kind: EventType) -> str:
    return kind.name


def sample_of(path: Path) -> dict[str, Any]:
    wire: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return wire


def trimmed(said: Any, *, to: Any) -> Any:
    """Leave out of a body what a sample of an earlier day does not have, in its inner parts too."""
    if isinstance(said, dict) and isinstance(to, dict):
        return {name: trimmed(said[name], to=each) for name, each in to.items()}
    if isinstance(said, list) and isinstance(to, list) and len(said) == len(to):
        return [trimmed(one, to=each) for one, each in zip(said, to, strict=True)]
    return said


def leaves(shape: type) -> Iterator[tuple[str, Any]]:
    """Every field of a shape and of the shapes in it, with each simple type that it may have."""
    hints = get_type_hints(shape)
    for field in fields(shape):
        yield from _leaves(field.name, hints[field.name])


def _leaves(name: str, hint: Any) -> Iterator[tuple[str, Any]]:
    if is_dataclass(hint):
        yield from leaves(hint)  # type: ignore[arg-type]  # a class, not an instance
    elif get_args(hint):
        for inner in get_args(hint):
            yield from _leaves(name, inner)
    elif hint not in {type(None), ...}:
        yield name, hint


@pytest.mark.parametrize("kind", TYPES, ids=named)
def test_an_event_is_a_frozen_past_tense_fact_of_its_producer(kind: EventType) -> None:
    assert re.fullmatch(r"(network|meetings|notify)\.[a-z]+(_[a-z]+)+\.v[1-9]\d*", kind.name)
    assert kind.body.__module__ == f"shared.events.{kind.producer}"
    assert kind.body.__dataclass_params__.frozen  # type: ignore[attr-defined]  # a dataclass has it
    assert kind.meaning.endswith("."), "its first line says what happened"
    assert not kind.meaning.startswith(f"{kind.body.__name__}(")


@pytest.mark.parametrize("kind", TYPES, ids=named)
def test_every_published_event_has_a_golden_sample(kind: EventType) -> None:
    path = GOLDEN / f"{kind.name}.json"
    assert path.exists(), f"add {path.relative_to(ROOT)}, with every field filled, and never change it again"


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_golden_sample_still_loads_and_says_the_same(path: Path) -> None:
    wire = sample_of(path)
    envelope = from_json(wire)
    assert to_json(envelope) == wire
    kind = catalogue.find_type(envelope.type)
    assert kind is not None, "a published event is never taken back"
    assert path.stem == kind.name or path.stem.startswith(f"{kind.name}.")
    said_again = catalogue.to_plain(catalogue.from_plain(kind.body, envelope.data))
    assert trimmed(said_again, to=envelope.data) == envelope.data, "fields are only ever added"


@pytest.mark.parametrize("path", [path for path in SAMPLES if "sealedwords" in sample_of(path)], ids=lambda path: path.stem)
def test_the_sealed_words_of_a_golden_sample_still_open(path: Path) -> None:
    envelope = from_json(sample_of(path))
    kind = catalogue.find_type(envelope.type)
    assert kind is not None
    assert kind.words is not None
    assert envelope.words is not None
    [key] = envelope.keys
    wrapped_at = sealing._wrap_place(envelope.county_id, key.kind, key.subject_id, key.key_id)
    data_key = sealing.unshut(WRAPPING_KEY, base64.b64decode(key.wrapped), wrapped_at)
    place = log.place_of_words(envelope.id, envelope.county_id)
    plain = json.loads(sealing.unshut(data_key, envelope.words.box, place.as_bytes()))
    said_again = catalogue.to_plain(catalogue.from_plain(kind.words, plain))
    assert {name: said_again[name] for name in plain} == plain


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_newer_producer_may_add_fields(path: Path) -> None:
    wire = sample_of(path)
    wire["addedlater"] = "x"
    wire["data"]["added_later"] = {"a": [1]}
    envelope = from_json(wire)
    kind = catalogue.find_type(envelope.type)
    assert kind is not None
    catalogue.from_plain(kind.body, envelope.data)


@pytest.mark.parametrize("kind", TYPES, ids=named)
def test_personal_words_travel_sealed_only(kind: EventType) -> None:
    for name, hint in leaves(kind.body):
        assert hint is not bytes
        if hint is str:
            assert name in CLEAR_TEXTS, f"{name}: a text in clear that nobody has looked at"
        if hint is str or not (isinstance(hint, type) and issubclass(hint, Enum)):
            assert not PERSONAL.search(name), f"{name} sounds like somebody's words"


@pytest.mark.parametrize("kind", [kind for kind in TYPES if kind.words is not None], ids=named)
def test_words_share_no_field_with_the_body(kind: EventType) -> None:
    assert kind.words is not None
    in_clear = {name for name, _ in leaves(kind.body)}
    assert not in_clear & {name for name, _ in leaves(kind.words)}


def test_the_page_for_readers_is_current() -> None:
    kept = (ROOT / "docs" / "asyncapi.json").read_text(encoding="utf-8")
    assert kept == asyncapi.page(), "run `python -m shared.events.asyncapi > docs/asyncapi.json`"


def test_the_page_names_every_fact_once_and_its_references_lead_somewhere() -> None:
    page = asyncapi.document()
    assert page["asyncapi"] == "3.0.0"
    assert {"title", "version"} <= page["info"].keys()
    in_channels = [ref["$ref"] for channel in page["channels"].values() for ref in channel["messages"].values()]
    assert sorted(in_channels) == sorted(f"#/components/messages/{kind.name}" for kind in TYPES)
    assert {operation["action"] for operation in page["operations"].values()} == {"send"}
    for reference in references(page):
        found: Any = page
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]


def references(part: Any) -> Iterator[str]:
    """Every `$ref` in a document."""
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for value in part.values():
            yield from references(value)
    elif isinstance(part, list):
        for value in part:
            yield from references(value)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_golden_sample_satisfies_the_published_schema(path: Path) -> None:
    wire = sample_of(path)
    page = asyncapi.document()
    payload = page["components"]["messages"][wire["type"]]["payload"]
    schema = {**payload, "components": page["components"]}
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(wire)


def test_each_fact_has_a_listener_or_says_that_it_has_none() -> None:
    with_listeners = [importlib.import_module(f"services.{path.parent.name}.app") for path in ROOT.glob("services/*/app.py")]
    listeners = [listener for app in with_listeners for listener in getattr(app, "LISTENERS", ())]
    heard = {catalogue.type_for(body).name for listener in listeners for body in listener.events}
    assert heard | UNHEARD == {kind.name for kind in TYPES}
    assert not heard & UNHEARD
