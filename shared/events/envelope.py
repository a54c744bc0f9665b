"""The envelope of a fact: CloudEvents 1.0 in JSON, with the position in its producer's log, the county and the trace.

Sealed words ride as one base64url text. The wrapped data key that opens them is not part of the stored fact: it is added
when the log is read (`datakeys`), so that destroying the key in its own table destroys the words in every copy of the log.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from shared.kernel.sealed import Sealed

SPEC_VERSION = "1.0"


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A data key as it travels: wrapped by the deployment's key, with what it is the key of."""

    key_id: UUID
    kind: str
    subject_id: UUID
    wrapped: str


@dataclass(frozen=True, slots=True)
class Envelope:
    """One fact as it stands in a log. `data` is the body, JSON-plain; `position` is gapless per producer and starts at 1."""

    id: UUID
    producer: str
    type: str
    subject: UUID
    time: datetime
    county_id: UUID
    position: int
    data: Mapping[str, Any]
    words: Sealed | None = None
    traceparent: str = ""
    keys: tuple[WrappedKey, ...] = field(default=())


def to_json(envelope: Envelope) -> dict[str, Any]:
    """Return the wire form."""
    wire: dict[str, Any] = {
        "specversion": SPEC_VERSION,
        "id": str(envelope.id),
        "source": f"/services/{envelope.producer}",
        "type": envelope.type,
        "subject": str(envelope.subject),
        "time": envelope.time.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "dataschema": f"/schemas/{envelope.type}.json",
        "position": envelope.position,
        "countyid": str(envelope.county_id),
        "traceparent": envelope.traceparent,
        "data": dict(envelope.data),
    }
    if envelope.words is not None:
        wire["sealedwords"] = envelope.words.as_text()
    if envelope.keys:
        wire["datakeys"] = [
            {"key_id": str(k.key_id), "kind": k.kind, "subject_id": str(k.subject_id), "wrapped": k.wrapped} for k in envelope.keys
        ]
    return wire


def from_json(wire: Mapping[str, Any]) -> Envelope:
    """Read the wire form; raises KeyError, TypeError or ValueError when it is not an envelope of ours."""
    source = str(wire["source"])
    sealed = wire.get("sealedwords")
    time = datetime.fromisoformat(str(wire["time"]).replace("Z", "+00:00"))
    if time.tzinfo is None:
        raise ValueError("a time needs its offset")
    return Envelope(
        id=UUID(wire["id"]),
        producer=source.rsplit("/", 1)[-1],
        type=str(wire["type"]),
        subject=UUID(wire["subject"]),
        time=time,
        county_id=UUID(wire["countyid"]),
        position=int(wire["position"]),
        data=dict(wire["data"]),
        words=Sealed.from_text(sealed) if sealed else None,
        traceparent=str(wire.get("traceparent", "")),
        keys=tuple(
            WrappedKey(UUID(k["key_id"]), str(k["kind"]), UUID(k["subject_id"]), str(k["wrapped"]))
            for k in wire.get("datakeys", ())
        ),
    )
