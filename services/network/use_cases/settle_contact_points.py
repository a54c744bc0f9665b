"""Bring the ways to reach a person, as they were typed, to the form in which they are kept."""

from collections.abc import Sequence
from datetime import datetime

from services.network.domain.people import ContactPoint, ContactPointId, WantedContactPoint, settle_contact_points
from services.network.gateways.addresses import lookup_form, normalised
from services.network.use_cases.commands import ContactPointWish
from shared.db.unit import Unit
from shared.kernel.errors import Fault, Invalid


def settled_contact_points(
    unit: Unit,
    present: Sequence[ContactPoint],
    wishes: Sequence[ContactPointWish],
    *,
    confidential_address: bool,
    now: datetime,
) -> tuple[ContactPoint, ...]:
    """Return the contact points a person shall have. Raises Invalid naming every number and address that cannot be right."""
    wanted: list[WantedContactPoint] = []
    faults: list[Fault] = []
    for index, wish in enumerate(wishes):
        read = _read(unit, wish, pointer=f"#/contact_points/{index}/value")
        if isinstance(read, Fault):
            faults.append(read)
        else:
            wanted.append(read)
    if faults:
        raise Invalid(faults)
    return settle_contact_points(
        present,
        wanted,
        new_ids=[ContactPointId(unit.new_id()) for _ in wanted],
        confidential_address=confidential_address,
        now=now,
    )


def _read(unit: Unit, wish: ContactPointWish, *, pointer: str) -> WantedContactPoint | Fault:
    value, lookup = None, ""
    if wish.value is not None and wish.channel is not None:
        read = normalised(wish.channel, wish.value, pointer=pointer)
        if isinstance(read, Fault):
            return read
        value, lookup = read, unit.lookup_of(lookup_form(wish.channel, read))
    return WantedContactPoint(
        id=wish.id,
        channel=wish.channel,
        value=value,
        lookup=lookup,
        preferred=wish.preferred,
        consent=wish.consent,
        consent_source=wish.consent_source,
        is_substitute=wish.is_substitute,
    )
