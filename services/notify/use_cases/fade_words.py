"""Let words fade: what was sent, and what came back, is kept for a week after its end; that it happened is kept (API D5)."""

from datetime import timedelta

from services.notify.storage import attempts, inbound
from shared.db.unit import Unit

KEPT_FOR = timedelta(days=7)
AT_ONCE = 500


async def fade_words(unit: Unit) -> bool:
    """Remove the oldest words that have been kept long enough, and say whether there may be more."""
    before = unit.now - KEPT_FOR
    sent = await attempts.fade(unit, ended_before=before, most=AT_ONCE)
    received = await inbound.fade(unit, understood_before=before, most=AT_ONCE)
    return max(sent, received) == AT_ONCE
