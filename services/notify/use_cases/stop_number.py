"""Honour STOP and START: nothing more goes to a number, or it may again. The person's word counts for everybody who shares it."""

from services.notify.domain.points import KeptPoint
from services.notify.storage import contacts, entries, messages, suppressions
from shared.db.unit import Unit
from shared.events.network import Channel, Consent
from shared.events.notify import ConsentChanged


async def stop_number(unit: Unit, lookup: str, *, source: str) -> bool:
    """Suppress a number at once; False when it had said so before. What still waits for it becomes calls to make.

    What is on its way and has not passed its final dot is taken back. Entries are held first, then messages, then contact points.
    """
    stopped = await _texted_at(unit, lookup)
    await entries.hold_of_people(unit, {point.person_id for point in stopped})
    await messages.put_back_of_points(unit, stopped)
    new = await suppressions.add(unit, lookup, Channel.SMS, reason="opted_out", source=source)
    for point in await _texted_at(unit, lookup, hold=True):
        if point.consent is not Consent.REVOKED:
            await _say(unit, point, Consent.REVOKED, source)
    return new


async def start_number(unit: Unit, lookup: str, *, source: str) -> list[KeptPoint]:
    """Let texts go to a number again, because its holder said so; return the contact points that it is."""
    await suppressions.lift(unit, lookup)
    points = await _texted_at(unit, lookup, hold=True)
    for point in points:
        if point.consent is not Consent.GRANTED:
            await _say(unit, point, Consent.GRANTED, source)
    return points


async def _texted_at(unit: Unit, lookup: str, *, hold: bool = False) -> list[KeptPoint]:
    found = await contacts.list_points_by_lookup(unit, lookup, hold=hold)
    return [point for point in found if point.channel is Channel.SMS]


async def _say(unit: Unit, point: KeptPoint, consent: Consent, source: str) -> None:
    await contacts.save_consent(unit, point.id, consent, at=unit.now)
    unit.announce(
        ConsentChanged(
            person_id=point.person_id,
            contact_point_id=point.id,
            channel=point.channel,
            consent=consent,
            source=source,
            at=unit.now,
        ),
        subject=point.person_id,
    )
