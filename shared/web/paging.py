"""Signed cursors: a place in one list, good for one caller, one county, one set of filters, for a day."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

from shared.kernel.errors import Fault
from shared.web.codes import CODES
from shared.web.errors import CursorInvalid

LIFE_SECONDS = 24 * 3600
_MAC_BYTES = 16


def sign(key: bytes, place: Sequence[Any], *, binding: Mapping[str, Any], now: float | None = None) -> str:
    """Return a cursor for a place. `binding` is what it may be used with: caller, route, filters (the key is the county's)."""
    expires = int((time.time() if now is None else now) + LIFE_SECONDS)
    payload = json.dumps([expires, list(place)], separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_mac(key, payload, binding) + payload).rstrip(b"=").decode()


def read(key: bytes, cursor: str, *, binding: Mapping[str, Any], now: float | None = None) -> list[Any]:
    """Return the place, or refuse a cursor that is broken, too old, or was given for something else."""
    try:
        opened = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        payload = opened[_MAC_BYTES:]
        if not hmac.compare_digest(opened[:_MAC_BYTES], _mac(key, payload, binding)):
            raise ValueError("not ours")
        expires, place = json.loads(payload)
        if expires < (time.time() if now is None else now):
            raise ValueError("too old")
    except ValueError:
        raise CursorInvalid(Fault("cursor_invalid", CODES["cursor_invalid"], parameter="cursor")) from None
    return list(place)


def _mac(key: bytes, payload: bytes, binding: Mapping[str, Any]) -> bytes:
    bound = json.dumps(binding, sort_keys=True, default=str).encode()
    return hmac.new(key, hashlib.sha256(bound).digest() + payload, hashlib.sha256).digest()[:_MAC_BYTES]
