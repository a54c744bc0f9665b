"""What an operator asks of the send side, and what they may tell it: hold, and release. Ids, states, counts and times only."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from services.notify.jobs.sending import ACTOR
from services.notify.storage import holds, messages
from services.notify.storage.holds import Hold
from services.notify.use_cases.hold_sending import hold_sending, release_sending
from shared.db.unit import Actor, Unit, Units
from shared.jobs.commands import Found
from shared.settings import County

LATE = timedelta(seconds=30)


async def conservation(units: Units, counties: Iterable[County]) -> Found:
    """Return the ledger of each county, and whether every row is in exactly one state."""
    good, lines = True, []
    for county in counties:
        async with units.open(county.id, ACTOR) as unit:
            counts = await messages.count_by_state(unit)
            odd = await messages.list_contradictory(unit)
            held = await holds.find(unit)
        lines += [f"{county.slug} {each.day} {each.kind} {each.state} {each.count}" for each in counts]
        lines += [f"{county.slug} in no state: {message_id}" for message_id in odd]
        lines.append(f"{county.slug}: {sum(each.count for each in counts)} messages, {len(odd)} in no state{_said(held)}")
        good = good and not odd
    return Found(good, lines)


async def oldest_due(units: Units, counties: Iterable[County]) -> Found:
    """Return how long the oldest due message of each county has waited, and whether none is late that may leave."""
    good, lines = True, []
    for county in counties:
        async with units.open(county.id, ACTOR) as unit:
            waited, held = await _waited(unit), await holds.find(unit)
        lines.append(f"{county.slug}: {waited.total_seconds():.1f} s{_said(held)}")
        good = good and (waited <= LATE or held is not None)
    return Found(good, lines)


async def hold(units: Units, counties: Iterable[County], *, reason_code: str, by: str) -> Found:
    """Let nothing more leave for these counties; say what was under way at that moment and still ends by itself."""
    lines = []
    for county in counties:
        async with units.open(county.id, Actor("operator", by)) as unit:
            new = await hold_sending(unit, reason_code=reason_code)
            held = await holds.find(unit)
        async with units.open(county.id, ACTOR) as unit:
            under_way = await messages.count_being_sent(unit)
        lines.append(f"{county.slug}{_said(held)}" if new else f"{county.slug}: was on hold already{_said(held)}")
        if under_way:
            lines.append(f"{county.slug}: {under_way} were being handed over already; they end by themselves")
    return Found(True, lines)


async def release(units: Units, counties: Iterable[County], *, by: str) -> Found:
    """Let messages of these counties leave again, the oldest due first."""
    lines = []
    for county in counties:
        async with units.open(county.id, Actor("operator", by)) as unit:
            ended = await release_sending(unit)
            due = await messages.count_due(unit)
        lines.append(f"{county.slug}: released; {due} due" if ended else f"{county.slug}: was not on hold")
    return Found(True, lines)


async def sent(units: Units, counties: Iterable[County], *, since: datetime) -> Found:
    """List what has left, or may have, since an instant: what a restored database is compared with."""
    lines = []
    for county in counties:
        async with units.open(county.id, ACTOR) as unit:
            found = await messages.list_left(unit, since=since)
        lines += [f"{county.slug} {each.id} {each.kind} {each.way} {each.state} {_utc(each.at)}" for each in found]
    return Found(True, lines)


async def _waited(unit: Unit) -> timedelta:
    since = await messages.oldest_due(unit)
    return unit.now - since if since else timedelta(0)


def _said(held: Hold | None) -> str:
    return f": on hold since {_utc(held.since)} ({held.reason_code}, by {held.held_by})" if held else ""


def _utc(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
