"""The catalogue as a page for those who read our facts from outside: AsyncAPI 3, with the JSON Schema of every body.

Run as a module it prints the page that is kept in `docs/asyncapi.json`.
"""

import json
import sys
from collections.abc import Iterable
from typing import Any

from shared.events import catalogue, meetings, network, notify
from shared.events.catalogue import EventType
from shared.events.envelope import SPEC_VERSION

PUBLISHERS = (network, meetings, notify)
"""Importing these publishes every fact; naming them here keeps the imports from looking idle."""

_ENVELOPE: dict[str, Any] = {
    "type": "object",
    "description": "CloudEvents 1.0, with the place in the producer's log, the county and the trace.",
    "properties": {
        "specversion": {"const": SPEC_VERSION},
        "id": {"type": "string", "format": "uuid", "description": "Unique with `source`; equal pairs are the same fact."},
        "source": {"type": "string"},
        "type": {"type": "string"},
        "subject": {"type": "string", "format": "uuid", "description": "What the fact is about: the key of its aggregate."},
        "time": {"type": "string", "format": "date-time", "description": "The instant of the change, UTC."},
        "datacontenttype": {"const": "application/json"},
        "dataschema": {"type": "string"},
        "position": {"type": "integer", "minimum": 1, "description": "Gapless in the producer's log; apply in this order."},
        "countyid": {"type": "string", "format": "uuid"},
        "traceparent": {"type": "string", "description": "W3C trace context, or empty."},
        "data": {"type": "object"},
    },
}

_SEALED_WORDS = {
    "type": "string",
    "pattern": "^[A-Za-z0-9_-]+$",
    "description": "Personal words as JSON, sealed: base64url of the data key's id (16 bytes), nonce, AES-GCM ciphertext and tag.",
}

_DATA_KEYS = {
    "type": "array",
    "description": "The data keys of the sealed words, wrapped by the deployment's key. A destroyed key is absent.",
    "items": {
        "type": "object",
        "required": ["key_id", "kind", "subject_id", "wrapped"],
        "properties": {
            "key_id": {"type": "string", "format": "uuid"},
            "kind": {"type": "string"},
            "subject_id": {"type": "string", "format": "uuid"},
            "wrapped": {"type": "string", "contentEncoding": "base64"},
        },
    },
}


def document(types: Iterable[EventType] | None = None) -> dict[str, Any]:
    """Return the AsyncAPI 3 document of these facts (default: all that are published)."""
    kinds = list(catalogue.all_types() if types is None else types)
    producers = sorted({kind.producer for kind in kinds})
    schemas: dict[str, Any] = {
        "Envelope": {**_ENVELOPE, "required": sorted(_ENVELOPE["properties"])},
        "SealedWords": _SEALED_WORDS,
        "DataKeys": _DATA_KEYS,
    }
    for kind in kinds:
        _add_schema(schemas, kind.body)
        if kind.words is not None:
            _add_schema(schemas, kind.words)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Surround: facts between services",
            "version": "1",
            "description": (
                "CloudEvents 1.0 in JSON. Each producer keeps a numbered log: positions are gapless from 1. Read it from Redis "
                "or Valkey (stream named after the producer, entry id `<position>-0`, field `e`), or over HTTP with "
                "`GET /v1/events?after=<position>`, which has every fact whatever the stream has lost. Fields are only ever "
                "added: ignore those you do not know."
            ),
        },
        "defaultContentType": "application/cloudevents+json",
        "channels": {producer: _channel(producer, kinds) for producer in producers},
        "operations": {
            f"read_{producer}": {
                "action": "send",
                "channel": {"$ref": f"#/channels/{producer}"},
                "summary": f"{producer} announces what has happened there.",
            }
            for producer in producers
        },
        "components": {"messages": {kind.name: _message(kind) for kind in kinds}, "schemas": dict(sorted(schemas.items()))},
    }


def _channel(producer: str, kinds: Iterable[EventType]) -> dict[str, Any]:
    return {
        "address": producer,
        "description": f"The log of {producer}, in order.",
        "messages": {
            _key(kind.name): {"$ref": f"#/components/messages/{kind.name}"} for kind in kinds if kind.producer == producer
        },
    }


def _message(kind: EventType) -> dict[str, Any]:
    own: dict[str, Any] = {"type": {"const": kind.name}, "data": _component(kind.body.__name__)}
    if kind.words is not None:
        own["sealedwords"] = {"allOf": [_component("SealedWords")], "x-opens-as": _component(kind.words.__name__)}
        own["datakeys"] = _component("DataKeys")
    return {
        "name": kind.name,
        "title": kind.body.__name__,
        "summary": kind.meaning,
        "contentType": "application/cloudevents+json",
        "payload": {"allOf": [_component("Envelope"), {"type": "object", "properties": own}]},
    }


def _component(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _key(name: str) -> str:
    return name.replace(".", "_")


def _add_schema(schemas: dict[str, Any], shape: type) -> None:
    """Add the schema of a shape, and of those it is made of, under their names."""
    found = _moved(catalogue.schema(shape))
    for name, inner in found.pop("$defs", {}).items():
        if schemas.setdefault(name, inner) != inner:
            raise ValueError(f"two shapes are called {name}")
    if schemas.setdefault(shape.__name__, found) != found:
        raise ValueError(f"two shapes are called {shape.__name__}")


def _moved(schema: Any) -> Any:
    """Point references at the components of the document."""
    if isinstance(schema, dict):
        return {
            name: value.replace("#/$defs/", "#/components/schemas/") if name == "$ref" and isinstance(value, str) else _moved(value)
            for name, value in schema.items()
        }
    if isinstance(schema, list):
        return [_moved(each) for each in schema]
    return schema


def page() -> str:
    """Return the document as it is kept."""
    return json.dumps(document(), indent=2, ensure_ascii=False, sort_keys=True) + "\n"


if __name__ == "__main__":
    sys.stdout.write(page())
