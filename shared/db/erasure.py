"""Destroying somebody's words for good."""

from shared.db import idempotency
from shared.db.unit import Unit
from shared.kernel.sealed import KeyOf


async def destroy_words(unit: Unit, key: KeyOf) -> None:
    """Destroy the data keys of one person, case or meeting in this service, and every kept reply that might quote them."""
    await unit.keys.destroy(key)
    await idempotency.forget_words(unit)
    await unit.audit("words.destroyed", subject_kind=key.kind.value, subject_id=key.id)
