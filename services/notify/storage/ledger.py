"""Queries about how sending goes as a whole: counts that an operator's alarms rest on."""

from datetime import timedelta

from sqlalchemy import func, select

from services.notify.domain.messages import State
from services.notify.storage.messages import MESSAGES
from shared.db.unit import Unit

SOON = timedelta(hours=2)
"""Longer than any pause between two attempts; so only what is due soon is read, and not what waits for next month."""


async def count_put_off(unit: Unit) -> int:
    """Return how many messages were refused for the moment and are tried again."""
    counted = select(func.count()).where(
        MESSAGES.c.county_id == unit.county_id,
        MESSAGES.c.state == State.PENDING.value,
        MESSAGES.c.due_at <= unit.now + SOON,
        MESSAGES.c.attempt > 0,
    )
    found: int = (await unit.session.execute(counted)).scalar_one()
    return found
