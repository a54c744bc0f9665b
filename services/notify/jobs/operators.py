"""What an operator asks of the send side: does every message end exactly once, and is anything late. Counts and ids only."""

from collections.abc import Iterable
from datetime import timedelta

from services.notify.jobs.sending import ACTOR
from services.notify.storage import messages
from shared.db.unit import Units
from shared.settings import County

LATE = timedelta(seconds=30)


async def conservation(units: Units, counties: Iterable[County]) -> tuple[bool, list[str]]:
    """Return the ledger of each county, and whether every row is in exactly one state."""
    good, lines = True, []
    for county in counties:
        async with units.open(county.id, ACTOR) as unit:
            counts = await messages.count_by_state(unit)
            odd = await messages.list_contradictory(unit)
        lines += [f"{county.slug} {each.day} {each.kind} {each.state} {each.count}" for each in counts]
        lines += [f"{county.slug} in no state: {message_id}" for message_id in odd]
        lines.append(f"{county.slug}: {sum(each.count for each in counts)} messages, {len(odd)} in no state")
        good = good and not odd
    return good, lines


async def oldest_due(units: Units, counties: Iterable[County]) -> tuple[bool, list[str]]:
    """Return how long the oldest due message of each county has waited, and whether none is late."""
    good, lines = True, []
    for county in counties:
        async with units.open(county.id, ACTOR) as unit:
            since = await messages.oldest_due(unit)
            waited = unit.now - since if since else timedelta(0)
        lines.append(f"{county.slug}: {waited.total_seconds():.1f} s")
        good = good and waited <= LATE
    return good, lines
