"""What must wake somebody about sending, and about what comes back: how long the oldest has waited. Measured beside the API."""

from collections.abc import Iterable

from prometheus_client import Gauge

from services.notify.jobs.sending import ACTOR
from services.notify.storage import holds, inbound, ledger, messages
from shared.db.unit import Units
from shared.settings import County

DUE = Gauge("surround_notify_oldest_due_seconds", "How long the oldest due message has waited, where sending is not held.")
PUT_OFF = Gauge(
    "surround_notify_put_off_messages", "Messages that were refused for the moment and are tried again within two hours."
)
INBOUND = Gauge("surround_notify_oldest_inbound_seconds", "How long the oldest stored reply has waited to be understood.")
HELD = Gauge("surround_notify_held_seconds", "How long an operator has held sending, of the county held longest; 0 where none is.")


class Lateness:
    """Looks at every county and keeps the worst: labels never name one."""

    def __init__(self, units: Units, counties: Iterable[County]) -> None:
        """Look at these counties."""
        self._units = units
        self._counties = tuple(counties)

    async def look(self) -> None:
        """Measure once."""
        due = back = held_for = 0.0
        put_off = 0
        for county in self._counties:
            async with self._units.open(county.id, ACTOR) as unit:
                hold = await holds.find(unit)
                oldest, waiting = await messages.oldest_due(unit), await inbound.oldest_waiting(unit)
                put_off += await ledger.count_put_off(unit)
                if hold is not None:
                    held_for = max(held_for, (unit.now - hold.since).total_seconds())
                elif oldest is not None:
                    due = max(due, (unit.now - oldest).total_seconds())
                if waiting is not None:
                    back = max(back, (unit.now - waiting).total_seconds())
        DUE.set(due)
        PUT_OFF.set(put_off)
        INBOUND.set(back)
        HELD.set(held_for)
