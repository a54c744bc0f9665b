"""What must wake somebody about cover: asks that do not go on, and plans that nobody looks ahead for. Measured beside the API."""

from collections.abc import Iterable

from prometheus_client import Gauge

from services.network.storage import gaps, plans
from shared.db.unit import Actor, Units
from shared.settings import County

ASKING = Gauge("surround_network_oldest_due_gap_seconds", "How long the gap that waits longest to be asked on has been due.")
LOOKING = Gauge("surround_network_oldest_look_seconds", "How long ago the plan in force that waits longest was looked ahead for.")


class Lateness:
    """Looks at every county and keeps the worst: labels never name one."""

    def __init__(self, units: Units, counties: Iterable[County]) -> None:
        """Look at these counties."""
        self._units = units
        self._counties = tuple(counties)

    async def look(self) -> None:
        """Measure once."""
        asking = looking = 0.0
        for county in self._counties:
            async with self._units.open(county.id, Actor("service", self._units.service)) as unit:
                due, looked = await gaps.oldest_due(unit), await plans.oldest_look(unit)
                asking = max(asking, (unit.now - due).total_seconds() if due else 0.0)
                looking = max(looking, (unit.now - looked).total_seconds() if looked else 0.0)
        ASKING.set(asking)
        LOOKING.set(looking)
