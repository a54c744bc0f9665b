"""The commands of an operator that every service has: migrate, verify the audit, show and replay parked events.

Each returns the lines to print; none of them holds a name, a number or an address.
"""

from collections.abc import AsyncIterator, Iterable, Sequence

from shared.bus.consumer import Listener, replay
from shared.bus.healing import HealingReader
from shared.db import log, migrations_kit
from shared.db.unit import Units
from shared.kernel.access import NO_COUNTY
from shared.settings import County, ServiceSettings, SettingsError


def migrate(settings: ServiceSettings) -> list[str]:
    """Bring the service's database to the newest revision, as its owner."""
    if not settings.owner_database_url:
        raise SettingsError("SURROUND_OWNER_DATABASE_URL is not set")
    migrations_kit.upgrade(f"services.{settings.service}", settings.owner_database_url)
    return [f"{settings.service}: at {', '.join(sorted(migrations_kit.heads(f'services.{settings.service}')))}"]


async def verify_audit(units: Units, counties: Iterable[County]) -> AsyncIterator[tuple[bool, str]]:
    """Walk each county's audit chain, and that of no county; yield whether it holds, and its head or first broken entry."""
    for slug, county_id in (*((county.slug, county.id) for county in counties), ("no county", NO_COUNTY)):
        verdict = await units.verify_audit(county_id)
        if verdict.holds:
            yield True, f"{slug}: {verdict.checked} entries hold; head {verdict.head.seq} {verdict.head.hash.hex()}"
        else:
            yield False, f"{slug}: entry {verdict.broken_seq} is broken ({verdict.reason}); {verdict.checked} before it hold"


async def show_parked(units: Units) -> tuple[bool, list[str]]:
    """Say whether nothing is set aside, and list what is, oldest first."""
    async with units.outside(log_reader="on") as session:
        parked = await log.list_parked(session)
    lines = [
        f"{each.producer} {each.position} {each.type} {each.reason} after {each.tries} tries at {each.parked_at:%Y-%m-%dT%H:%M:%SZ}"
        for each in parked
    ]
    return not lines, lines or ["Nothing is parked."]


async def replay_parked(
    units: Units, listeners: Sequence[Listener], *, producer: str, position: int, heal: HealingReader | None
) -> list[str]:
    """Apply one parked event now. What its listener raises, it raises; then the event stays parked."""
    done = await replay(service=units.service, producer=producer, position=position, listeners=listeners, units=units, heal=heal)
    return [f"{producer} {position}: applied" if done else f"{producer} {position}: nothing is parked there"]
