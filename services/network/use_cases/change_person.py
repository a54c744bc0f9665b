"""Change what is on record about a person."""

from dataclasses import fields, replace
from datetime import date, datetime

from services.network.domain.people import (
    ContactPoint,
    Person,
    Profile,
    became_confidential,
    changed,
    check_birth_date,
    for_record,
    words_of,
)
from services.network.domain.visibility import check_may_keep_staff
from services.network.storage import people
from services.network.use_cases.commands import ChangePerson, ContactPointWish
from services.network.use_cases.look_again import look_again_for
from services.network.use_cases.settle_contact_points import settled_contact_points
from services.network.use_cases.settle_relay import check_relay_of
from shared.db import idempotency
from shared.db.unit import Unit
from shared.kernel.access import Caller
from shared.kernel.sealed import KeyKind, KeyOf


async def change_person(unit: Unit, person: Person, command: ChangePerson, *, caller: Caller, today: date, now: datetime) -> Person:
    """Change a person whose row is held; a change that changes nothing is told to nobody.

    Once their address is confidential, the real one they had is in no row any more.

    Raises ColleagueRecord, and what `check_relay_of` raises.
    """
    profile = replace(person.profile, **command.profile)
    check_may_keep_staff(caller, person.profile.staff_id, profile.staff_id)
    check_birth_date(profile.born_on, today=today)
    if profile.relay_person_id is not None and profile.relay_person_id != person.profile.relay_person_id:
        await check_relay_of(unit, person.id, profile.relay_person_id, caller=caller, today=today)
    wishes = command.contact_points
    if wishes is None:
        wishes = tuple(_as_it_is(point) for point in person.contact_points)
    points = settled_contact_points(unit, person.contact_points, wishes, confidential_address=profile.confidential_address, now=now)
    if profile == person.profile and points == person.contact_points:
        return person
    after = replace(person, profile=profile, contact_points=points, version=person.version + 1, updated_at=now)
    await people.save(unit, after)
    unit.changed(KeyOf(KeyKind.PERSON, after.id), "person", after.id, before=for_record(person), after=for_record(after))
    if became_confidential(person.profile, after.profile):
        # A reply of these days may hold the real address: it is kept nowhere else once the contact point is gone.
        await idempotency.forget_words(unit)
    await unit.audit(
        "person.changed", subject_kind="person", subject_id=person.id, details={"changed": ",".join(_changed(person, after))}
    )
    unit.announce(
        changed(after, today=today, at=now),
        subject=after.id,
        words=words_of(after),
        key=KeyOf(KeyKind.PERSON, after.id),
    )
    if after.profile.born_on != person.profile.born_on:  # who is a minor now covers no child any more
        await look_again_for(unit, after.id)
    return after


def _as_it_is(point: ContactPoint) -> ContactPointWish:
    return ContactPointWish(
        id=point.id,
        channel=None,
        value=None,
        preferred=point.preferred,
        consent=None,
        consent_source=point.consent_source,
        is_substitute=point.is_substitute,
    )


def _changed(before: Person, after: Person) -> list[str]:
    """Name the fields that differ, for the audit; never what they hold."""
    names = [f.name for f in fields(Profile) if getattr(before.profile, f.name) != getattr(after.profile, f.name)]
    return names if before.contact_points == after.contact_points else [*names, "contact_points"]
