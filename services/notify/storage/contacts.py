"""Queries about contacts: notify's own copy of how to reach a person, and what each number or address has been told."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Table, Uuid, any_, bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from services.notify.domain.channels import Contact, Point
from services.notify.domain.points import KeptPoint
from services.notify.storage.tables import ContactPointRow, ContactRow
from shared.db.direct import Direct
from shared.db.sealing import KeyDestroyed
from shared.db.unit import Unit
from shared.events.network import Channel, Consent, PersonFacts, PersonWords
from shared.kernel.sealed import KeyKind, KeyOf

CONTACTS, POINTS = cast(Table, ContactRow.__table__), cast(Table, ContactPointRow.__table__)


@dataclass(frozen=True, slots=True)
class ContactWords:
    """How to greet a person, and words that are safe to say to whoever answers the phone."""

    greeting_name: str = ""
    safe_words: str = ""


_PEOPLE = Direct(
    select(CONTACTS).where(
        CONTACTS.c.county_id == bindparam("county"), CONTACTS.c.person_id == any_(bindparam("people", type_=ARRAY(Uuid())))
    )
)
_POINTS_OF = Direct(
    select(POINTS)
    .where(POINTS.c.county_id == bindparam("county"), POINTS.c.person_id == any_(bindparam("people", type_=ARRAY(Uuid()))))
    .order_by(POINTS.c.person_id, POINTS.c.rank)
)


async def save(unit: Unit, facts: PersonFacts, words: PersonWords | None, *, position: int) -> bool:
    """Store what network told of a person, without the contact points, and hold the row; False when that, or later, is known."""
    values = {
        "person_id": facts.person_id,
        "county_id": unit.county_id,
        "time_zone": facts.time_zone,
        "spoken_language": facts.spoken_language,
        "written_language": facts.written_language,
        "interpreter_needed": facts.interpreter_needed,
        "is_minor": facts.is_minor,
        "staff_id": facts.staff_id,
        "voicemail_ok": facts.voicemail_ok,
        "quiet_from": facts.quiet_from,
        "quiet_until": facts.quiet_until,
        "urgent_at_night": facts.urgent_at_night,
        "direct_messages_ok": facts.direct_messages_ok,
        "relay_person_id": facts.relay_person_id,
        "position": position,
        "words": None,
    }
    if words is not None:
        plain = json.dumps(
            {"greeting_name": words.preferred_name or words.given_name, "safe_words": words.safe_words}, ensure_ascii=False
        )
        values["words"] = await unit.seal(
            plain, key=key_of(facts.person_id), table="contacts", column="words", row_id=facts.person_id
        )
    kept = await unit.session.execute(
        insert(ContactRow)
        .values(values)
        .on_conflict_do_update(index_elements=["person_id"], set_=values, where=ContactRow.position < position)
        .returning(ContactRow.person_id)
    )
    return kept.first() is not None


async def replace_points(unit: Unit, person_id: UUID, points: Collection[KeptPoint], addresses: Mapping[UUID, str]) -> None:
    """Store a person's contact points in their order; what is gone is deleted, for nobody may keep a number taken back."""
    kept = [point.id for point in points]
    await unit.session.execute(
        delete(ContactPointRow).where(_mine(unit), ContactPointRow.person_id == person_id, ContactPointRow.id.not_in(kept))
    )
    for rank, point in enumerate(points):
        address = addresses.get(point.id)
        values = {
            "id": point.id,
            "county_id": unit.county_id,
            "person_id": person_id,
            "rank": rank,
            "channel": point.channel.value,
            "consent": point.consent.value,
            "consent_at": point.consent_at,
            "said_here": point.said_here,
            "preferred": point.preferred,
            "lookup": point.lookup,
            "undelivered": point.undelivered,
            "value": None
            if address is None
            else await unit.seal(address, key=key_of(person_id), table="contact_points", column="value", row_id=point.id),
        }
        await unit.session.execute(
            insert(ContactPointRow)
            .values(values)
            .on_conflict_do_update(index_elements=["id"], set_={**values, "id": ContactPointRow.id})
        )


async def list_points(unit: Unit, person_ids: Collection[UUID], *, hold: bool = False) -> list[KeptPoint]:
    """Return the contact points of some people, in their order; `hold` keeps their rows for a change."""
    if not person_ids:
        return []
    return await _points(unit, POINTS.c.person_id.in_(person_ids), hold=hold)


async def list_points_by_lookup(unit: Unit, lookup: str, *, hold: bool = False) -> list[KeptPoint]:
    """Return every contact point that is this number or address: people in one household share a phone.

    `hold` keeps their rows for a change, in one order everywhere.
    """
    return await _points(unit, POINTS.c.lookup == lookup, hold=hold)


async def find_point(unit: Unit, point_id: UUID) -> KeptPoint | None:
    """Return one contact point."""
    return next(iter(await _points(unit, POINTS.c.id == point_id)), None)


async def find_point_for_update(unit: Unit, point_id: UUID) -> KeptPoint | None:
    """Return one contact point and hold its row."""
    held = select(POINTS).where(_mine(unit), POINTS.c.id == point_id).with_for_update()
    row = (await unit.session.execute(held)).mappings().first()
    return None if row is None else _to_point(row)


async def save_consent(unit: Unit, point_id: UUID, consent: Consent, *, at: datetime) -> None:
    """Store the person's word on one contact point, given to us."""
    await unit.session.execute(
        update(ContactPointRow)
        .where(_mine(unit), ContactPointRow.id == point_id)
        .values(consent=consent.value, consent_at=at, said_here=True)
    )


async def count_undelivered(unit: Unit, point_id: UUID, *, undelivered: int) -> None:
    """Store how many texts in a row came to nothing."""
    await unit.session.execute(
        update(ContactPointRow).where(_mine(unit), ContactPointRow.id == point_id).values(undelivered=undelivered)
    )


async def find(unit: Unit, person_id: UUID) -> Contact | None:
    """Return how to reach a person."""
    return (await list_by_id(unit, [person_id])).get(person_id)


async def list_by_id(unit: Unit, person_ids: Collection[UUID]) -> dict[UUID, Contact]:
    """Return how to reach some people, by id."""
    people = await unit.fetch(_PEOPLE, county=unit.county_id, people=person_ids)
    return _to_contacts(people, [_to_point(row) for row in await unit.fetch(_POINTS_OF, county=unit.county_id, people=person_ids)])


async def list_staff(unit: Unit, staff_ids: Collection[str]) -> list[Contact]:
    """Return how to reach these staff, as far as network has told of them."""
    named = select(CONTACTS.c.person_id).where(CONTACTS.c.county_id == unit.county_id, CONTACTS.c.staff_id.in_(staff_ids))
    known = await list_by_id(unit, list(await unit.session.scalars(named)))
    return sorted(known.values(), key=lambda contact: contact.person_id)


@dataclass(frozen=True, slots=True)
class Opened:
    """Everything about some people that their messages need: contacts and words by person, points and addresses by point.

    What was destroyed is not among the addresses, and greets nobody by name.
    """

    contacts: Mapping[UUID, Contact]
    words: Mapping[UUID, ContactWords]
    points: Mapping[UUID, KeptPoint]
    addresses: Mapping[UUID, str]


async def open_by_id(unit: Unit, person_ids: Collection[UUID]) -> Opened:
    """Return how to reach some people, with their words, numbers and addresses."""
    people = await unit.fetch(_PEOPLE, county=unit.county_id, people=person_ids)
    points = await unit.fetch(_POINTS_OF, county=unit.county_id, people=person_ids)
    known = {row["id"]: _to_point(row) for row in points}
    return Opened(_to_contacts(people, known.values()), await _open_words(unit, people), known, await _open_addresses(unit, points))


async def open_words(unit: Unit, person_ids: Collection[UUID]) -> dict[UUID, ContactWords]:
    """Return the words about some people; those whose words were destroyed are greeted without a name."""
    return await _open_words(unit, await unit.fetch(_PEOPLE, county=unit.county_id, people=person_ids))


async def _open_words(unit: Unit, rows: Sequence[Mapping[Any, Any]]) -> dict[UUID, ContactWords]:
    await unit.load_keys([row["words"] for row in rows])
    found = {}
    for row in rows:
        found[row["person_id"]] = ContactWords()
        if row["words"] is not None:
            try:
                plain = await unit.open(row["words"], table="contacts", column="words", row_id=row["person_id"])
            except KeyDestroyed:
                continue
            found[row["person_id"]] = ContactWords(**json.loads(plain))
    return found


async def open_addresses(unit: Unit, point_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the numbers and addresses of contact points; one whose words were destroyed is not among them."""
    if not point_ids:
        return {}
    rows = await unit.session.execute(select(POINTS.c.id, POINTS.c.value).where(_mine(unit), POINTS.c.id.in_(point_ids)))
    return await _open_addresses(unit, rows.mappings().all())


async def _open_addresses(unit: Unit, rows: Sequence[Mapping[Any, Any]]) -> dict[UUID, str]:
    await unit.load_keys([row["value"] for row in rows])
    found = {}
    for row in rows:
        if row["value"] is not None:
            try:
                found[row["id"]] = await unit.open(row["value"], table="contact_points", column="value", row_id=row["id"])
            except KeyDestroyed:
                continue
    return found


def key_of(person_id: UUID) -> KeyOf:
    """Return the key of a person's words."""
    return KeyOf(KeyKind.PERSON, person_id)


def _mine(unit: Unit) -> ColumnElement[bool]:
    return POINTS.c.county_id == unit.county_id


async def _points(unit: Unit, where: ColumnElement[bool], *, hold: bool = False) -> list[KeptPoint]:
    query = select(POINTS).where(_mine(unit), where).order_by(POINTS.c.person_id, POINTS.c.rank)
    rows = await unit.session.execute(query.with_for_update() if hold else query)
    return [_to_point(row) for row in rows.mappings()]


def _to_contacts(people: Sequence[Mapping[Any, Any]], points: Iterable[KeptPoint]) -> dict[UUID, Contact]:
    of: dict[UUID, list[Point]] = {row["person_id"]: [] for row in people}
    for each in points:
        if each.person_id in of:
            of[each.person_id].append(each.point)
    return {row["person_id"]: _to_contact(row, of[row["person_id"]]) for row in people}


def _to_point(row: Mapping[Any, Any]) -> KeptPoint:
    return KeptPoint(
        id=row["id"],
        person_id=row["person_id"],
        channel=Channel(row["channel"]),
        consent=Consent(row["consent"]),
        consent_at=row["consent_at"],
        said_here=row["said_here"],
        preferred=row["preferred"],
        lookup=row["lookup"],
        undelivered=row["undelivered"],
    )


def _to_contact(row: Mapping[Any, Any], points: Iterable[Point]) -> Contact:
    return Contact(
        person_id=row["person_id"],
        time_zone=row["time_zone"],
        spoken_language=row["spoken_language"],
        written_language=row["written_language"],
        is_minor=row["is_minor"],
        is_staff=row["staff_id"] is not None,
        staff_id=row["staff_id"],
        voicemail_ok=row["voicemail_ok"],
        quiet_from=row["quiet_from"],
        quiet_until=row["quiet_until"],
        urgent_at_night=row["urgent_at_night"],
        direct_messages_ok=row["direct_messages_ok"],
        relay_person_id=row["relay_person_id"],
        points=tuple(points),
    )
