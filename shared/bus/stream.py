"""The stream: a short cache of one producer's log in Redis or Valkey. Anything in it may vanish; nothing is needed from it.

The entry id is `<position>-0`, so the server itself refuses a position it already has. Each entry also names the event before
it: a producer whose database was restored from a backup goes on with positions its readers know, but not with those events.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast
from uuid import UUID

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError, ResponseError
from redis.typing import EncodableT, FieldT

from shared.db.log import Cursor
from shared.events.envelope import Envelope, from_json, to_json

KEPT = 100_000
"""About how many entries a stream keeps; at 0.7 KB each."""

BLOCK_MILLISECONDS = 1000
SOCKET_SECONDS = 3.0
"""Longer than a blocking read, or every quiet read would end as a time-out (LIBRARIES gotcha 16)."""

ENVELOPE, PREVIOUS = b"e", b"p"

AWAY = (RedisError, OSError, TimeoutError)
"""What a call raises when the server is gone, frozen, full, or holds something else under the key."""


_Read = tuple[bytes, list[tuple[bytes, dict[bytes, bytes]]]]
"""One stream's part of the answer to XREAD."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as read: None where its words are not an envelope of ours."""

    position: int
    previous: UUID | None
    envelope: Envelope | None


def connect(url: str) -> Redis:
    """Return a client that fails soon and does not retry by itself: every caller here has a better plan than waiting."""
    return Redis.from_url(
        url, socket_timeout=SOCKET_SECONDS, socket_connect_timeout=1.0, retry=Retry(NoBackoff(), 0), health_check_interval=0
    )


async def publish(redis: Redis, envelopes: Sequence[Envelope], *, before: UUID | None) -> list[int]:
    """Add facts in order and return the positions that the stream now has or had; `before` is the id of the fact before the first.

    Raises RedisError or OSError when the server is away. Anything else under the key than a stream is removed: the name is ours.
    """
    pipeline = redis.pipeline(transaction=False)
    previous = before
    for envelope in envelopes:
        fields: dict[FieldT, EncodableT] = {
            ENVELOPE: json.dumps(to_json(envelope), separators=(",", ":")).encode(),
            PREVIOUS: str(previous or "").encode(),
        }
        pipeline.xadd(envelope.producer, fields, id=f"{envelope.position}-0", maxlen=KEPT, approximate=True)
        previous = envelope.id
    answers = await pipeline.execute(raise_on_error=False)
    if any(isinstance(answer, ResponseError) and "WRONGTYPE" in str(answer) for answer in answers):
        await redis.delete(envelopes[0].producer)
        return []
    return [envelope.position for envelope, answer in zip(envelopes, answers, strict=True) if _is_there(answer)]


async def forget_before(redis: Redis, producer: str, position: int) -> None:
    """Drop the entries before a position, with the wrapped keys they carry; a reader that still needs one finds it in the log."""
    await redis.xtrim(producer, minid=f"{position}-0", approximate=False)


def _is_there(answer: object) -> bool:
    # The refusal of an id that is not greater than the last one *means* that it was published before (DESIGN §5.2).
    return not isinstance(answer, Exception) or (isinstance(answer, ResponseError) and "equal or smaller" in str(answer))


async def read_after(redis: Redis, producer: str, position: int, *, limit: int, block: int = BLOCK_MILLISECONDS) -> list[Entry]:
    """Return the entries that follow a position, waiting up to `block` milliseconds for the first one."""
    answer = cast("list[_Read]", await redis.xread({producer: f"{position}-0"}, count=limit, block=block) or [])
    return [_entry(entry_id, fields) for _, entries in answer for entry_id, fields in entries]


def _entry(entry_id: bytes, fields: dict[bytes, bytes]) -> Entry:
    position = int(entry_id.partition(b"-")[0])
    try:
        envelope = from_json(json.loads(fields[ENVELOPE]))
        previous = UUID(fields[PREVIOUS].decode()) if fields[PREVIOUS] else None
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        return Entry(position, None, None)
    return Entry(position, previous, envelope if envelope.position == position else None)


def following(entries: Sequence[Entry], cursor: Cursor) -> list[Envelope]:
    """Return the unbroken run of facts that starts right after a cursor; what breaks it must come from the producer's log."""
    run: list[Envelope] = []
    last = cursor
    for entry in entries:
        if entry.position <= last.position:
            continue
        if entry.envelope is None or entry.position != last.position + 1 or entry.previous != last.event_id:
            break
        run.append(entry.envelope)
        last = Cursor(entry.position, entry.envelope.id)
    return run
