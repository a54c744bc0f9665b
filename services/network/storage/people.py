"""Queries about people and how to reach them. A person is read and written whole, with the contact points in their order."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Integer, Text, Uuid, any_, bindparam, delete, func, select, true, update
from sqlalchemy.dialects.postgresql import insert

from services.network.domain.errors import ExternalIdTaken, StaffIdTaken
from services.network.domain.people import ContactPoint, ContactPointId, Person, PersonId, Profile
from services.network.storage.refusing import refusing
from services.network.storage.tables.families import ContactPointRow, FindRow, PersonNameRow, PersonRow
from shared.db.direct import Direct
from shared.db.sealing import KeyDestroyed
from shared.db.unit import Unit
from shared.events.network import Channel, Consent
from shared.kernel.errors import NotFound
from shared.kernel.sealed import KeyKind, KeyOf

TAKEN = {
    "uq_people_county_id_external_lookup": ExternalIdTaken,
    "uq_people_county_id_staff_id": StaffIdTaken,
}

ERASED = {"given_name": "", "family_name": "", "preferred_name": "", "safe_words": ""}
"""What is left of the words of somebody whose key was destroyed; their place in a roster stays."""

_COUNTY = bindparam("county", type_=Uuid())
_MINE = PersonRow.county_id == _COUNTY


def _people(where: ColumnElement[bool]) -> Direct:
    return Direct(select(PersonRow).where(_MINE, where).order_by(PersonRow.id).limit(bindparam("most", type_=Integer())))


_HOLD = Direct(select(PersonRow.id).where(_MINE, PersonRow.id == bindparam("id")).with_for_update())
_HOLD_BY_EXTERNAL_ID = Direct(select(PersonRow.id).where(_MINE, PersonRow.external_lookup == bindparam("lookup")).with_for_update())
_LOOKUPS = bindparam("lookups", type_=ARRAY(Text))
_WANTED = func.unnest(_LOOKUPS).table_valued("lookup").render_derived()
# A row each by its index, whatever PostgreSQL believes of a table that was empty a moment ago.
_BEARER = select(PersonRow.id).where(_MINE, PersonRow.external_lookup == _WANTED.c.lookup).limit(1).lateral()
_BY_EXTERNAL_IDS = Direct(select(_BEARER.c.id).select_from(_WANTED.join(_BEARER, true())))
_HOLD_BY_EXTERNAL_IDS = Direct(
    select(PersonRow.id, PersonRow.external_lookup)
    .where(_MINE, PersonRow.id == any_(bindparam("ids", type_=ARRAY(Uuid()))), PersonRow.external_lookup == any_(_LOOKUPS))
    .order_by(PersonRow.id)
    .with_for_update()
)
_BY_ID = _people(PersonRow.id == any_(bindparam("ids", type_=ARRAY(Uuid()))))
_BY_EXTERNAL_ID = _people(PersonRow.external_lookup == bindparam("lookup"))
_BY_NAME = _people(
    PersonRow.id.in_(
        select(PersonNameRow.person_id).where(PersonNameRow.county_id == _COUNTY, PersonNameRow.lookup == bindparam("lookup"))
    )
)
_BY_STAFF_ID = _people(PersonRow.staff_id == bindparam("staff_id"))
_BY_CONTACT = _people(
    PersonRow.id.in_(
        select(ContactPointRow.person_id).where(
            ContactPointRow.county_id == _COUNTY, ContactPointRow.lookup == any_(bindparam("lookups", type_=ARRAY(Text)))
        )
    )
)
_POINTS_OF = Direct(
    select(ContactPointRow)
    .where(ContactPointRow.county_id == _COUNTY, ContactPointRow.person_id == any_(bindparam("ids", type_=ARRAY(Uuid()))))
    .order_by(ContactPointRow.person_id, ContactPointRow.rank)
)
_ADD = Direct(insert(PersonRow))
_SAVE = Direct(
    update(PersonRow).where(_MINE, PersonRow.id == bindparam("of")),
    *(column.name for column in PersonRow.__table__.columns if column.name not in {"id", "county_id", "registered_by"}),
)
_ADD_POINT = Direct(insert(ContactPointRow))
_DROP_POINTS = Direct(
    delete(ContactPointRow).where(ContactPointRow.county_id == _COUNTY, ContactPointRow.person_id == bindparam("of"))
)


async def get(unit: Unit, person_id: PersonId) -> Person:
    """Return a person of the unit's county."""
    found = await list_by_id(unit, [person_id])
    if not found:
        raise NotFound
    return found[0]


async def get_for_update(unit: Unit, person_id: PersonId) -> Person:
    """Return a person and hold the row until the transaction ends."""
    if not await unit.fetch(_HOLD, county=unit.county_id, id=person_id):
        raise NotFound
    return await get(unit, person_id)


async def list_by_id(unit: Unit, ids: Collection[PersonId]) -> list[Person]:
    """Return those of these people who exist, in order of id."""
    if not ids:
        return []
    return await _load(unit, _BY_ID, ids=list(ids))


async def find_by_external_id_for_update(unit: Unit, external_id: str) -> Person | None:
    """Return the person who bears the county's own id, and hold the row."""
    lookup = external_lookup(unit, external_id)
    # Two that write a new person at once: the second waits, and finds the first.
    await unit.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"external|{lookup}", 0))))
    held = await unit.fetch(_HOLD_BY_EXTERNAL_ID, county=unit.county_id, lookup=lookup)
    return await get(unit, PersonId(held[0]["id"])) if held else None


async def list_by_external_ids_for_update(unit: Unit, external_ids: Iterable[str]) -> dict[str, Person]:
    """Return the people who bear these ids of the county's own, and hold their rows."""
    of_lookup = {external_lookup(unit, each): each for each in external_ids}
    lookups = sorted(of_lookup)
    # As in `find_by_external_id_for_update`: whoever writes one of these anew waits for us, or we for them.
    names = func.unnest(bindparam("names", type_=ARRAY(Text))).table_valued("name").render_derived()
    turn = select(func.pg_advisory_xact_lock(func.hashtextextended(names.c.name, 0)))
    await unit.session.execute(turn, {"names": [f"external|{lookup}" for lookup in lookups]})
    ids = [row["id"] for row in await unit.fetch(_BY_EXTERNAL_IDS, county=unit.county_id, lookups=lookups)]
    if not ids:
        return {}
    held = await unit.fetch(_HOLD_BY_EXTERNAL_IDS, county=unit.county_id, ids=ids, lookups=lookups)
    found = {row["id"]: of_lookup[row["external_lookup"]] for row in held}
    return {found[person.id]: person for person in await list_by_id(unit, [PersonId(each) for each in found])}


async def list_by_external_id(unit: Unit, external_id: str) -> list[Person]:
    """Return the person who bears the county's own id, if any."""
    return await _load(unit, _BY_EXTERNAL_ID, lookup=external_lookup(unit, external_id))


async def list_by_name(unit: Unit, key: str, *, limit: int) -> list[Person]:
    """Return people found under a name key."""
    return await _load(unit, _BY_NAME, lookup=name_lookup(unit, key), most=limit)


async def list_by_contact(unit: Unit, lookups: Collection[str], *, limit: int) -> list[Person]:
    """Return people who can be reached on a number or address; one phone in a household is common."""
    return await _load(unit, _BY_CONTACT, lookups=list(lookups), most=limit)


async def list_by_staff_id(unit: Unit, staff_id: str) -> list[Person]:
    """Return the person who signs in with a staff id, if any."""
    return await _load(unit, _BY_STAFF_ID, staff_id=staff_id)


async def list_entering_band(unit: Unit, days: Collection[date]) -> list[PersonId]:
    """Return the people who enter another age band on one of these days, as far as that was not `taken` yet."""
    wanted = [band_lookup(unit, day) for day in days]
    found = await unit.session.scalars(
        select(PersonRow.id)
        .where(PersonRow.county_id == unit.county_id, PersonRow.band_lookups.overlap(wanted))
        .order_by(PersonRow.id)
    )
    return [PersonId(each) for each in found]


async def take_bands(unit: Unit, person_id: PersonId, days: Collection[date]) -> bool:
    """Keep that it was told of a person that they entered another age band on one of these days; False where it was before."""
    row = await unit.session.get_one(PersonRow, person_id)
    told = {band_lookup(unit, day) for day in days}
    left = [each for each in row.band_lookups if each not in told]
    is_news = left != row.band_lookups
    row.band_lookups = left
    return is_news


async def add(unit: Unit, person: Person) -> None:
    """Store a new person. Raises ExternalIdTaken or StaffIdTaken."""
    await add_all(unit, [person])


async def add_all(unit: Unit, people: Sequence[Person]) -> None:
    """Store new people, in two messages. Raises ExternalIdTaken or StaffIdTaken."""
    rows = [
        {"id": each.id, "county_id": unit.county_id, "registered_by": each.registered_by} | await _columns(unit, each)
        for each in people
    ]
    with refusing(TAKEN):
        await unit.each(_ADD, rows)
    await unit.each(_ADD_POINT, [point for each in people for point in await _points_of(unit, each)])


async def save(unit: Unit, person: Person) -> None:
    """Store a person anew. Raises ExternalIdTaken or StaffIdTaken."""
    row = await _columns(unit, person)
    with refusing(TAKEN):
        await unit.fetch(_SAVE, county=unit.county_id, of=person.id, **row)
    # Removed numbers are deleted, not ended: nobody may keep an address that a person has taken back.
    await unit.fetch(_DROP_POINTS, county=unit.county_id, of=person.id)
    await unit.each(_ADD_POINT, await _points_of(unit, person))


async def find_contact_point(unit: Unit, person_id: PersonId, contact_point_id: ContactPointId) -> ContactPoint | None:
    """Return one contact point and hold its person's row; None when it has been replaced or removed since."""
    try:
        person = await get_for_update(unit, person_id)
    except NotFound:
        return None
    return next((point for point in person.contact_points if point.id == contact_point_id), None)


async def save_consent(unit: Unit, person_id: PersonId, point: ContactPoint) -> None:
    """Store what was said about one contact point; the person's version moves with it."""
    row = await unit.session.get_one(ContactPointRow, point.id)
    row.consent, row.consent_source, row.consent_at = point.consent.value, point.consent_source, point.consent_at
    person = await unit.session.get_one(PersonRow, person_id)
    person.version, person.updated_at = person.version + 1, unit.now


async def remember_found(unit: Unit, staff_id: str, people: Iterable[PersonId]) -> None:
    """Remember whom a worker has found."""
    rows = [
        {"county_id": unit.county_id, "staff_id": staff_id, "person_id": person_id, "found_at": unit.now} for person_id in people
    ]
    if rows:
        new = insert(FindRow).values(rows)
        await unit.session.execute(
            new.on_conflict_do_update(
                index_elements=["county_id", "staff_id", "person_id"], set_={"found_at": new.excluded.found_at}
            )
        )


async def was_found(unit: Unit, staff_id: str, person_id: PersonId, *, since: datetime) -> bool:
    """Say whether a worker has found this person by searching since an instant."""
    found = await unit.session.scalar(
        select(FindRow.found_at).where(
            FindRow.county_id == unit.county_id,
            FindRow.staff_id == staff_id,
            FindRow.person_id == person_id,
            FindRow.found_at >= since,
        )
    )
    return found is not None


def name_lookup(unit: Unit, key: str) -> str:
    """Return the keyed hash of a name key."""
    return unit.lookup_of(f"name|{key}")


def band_lookup(unit: Unit, day: date) -> str:
    """Return the keyed hash of a day on which somebody enters another age band: it gives no birth date away."""
    return unit.lookup_of(f"band|{day.isoformat()}")


def external_lookup(unit: Unit, external_id: str) -> str:
    """Return the keyed hash of the county's own id of a person."""
    return unit.lookup_of(f"person|{external_id}")


async def _load(unit: Unit, found_by: Direct, *, most: int | None = None, **values: object) -> list[Person]:
    rows = await unit.fetch(found_by, county=unit.county_id, most=most, **values)
    points = await unit.fetch(_POINTS_OF, county=unit.county_id, ids=[row["id"] for row in rows]) if rows else ()
    await unit.load_keys([row["words"] for row in rows])
    of_person: dict[Any, list[Mapping[str, Any]]] = {row["id"]: [] for row in rows}
    for point in points:
        of_person[point["person_id"]].append(point)
    return [await _to_person(unit, row, of_person[row["id"]]) for row in rows]


async def _to_person(unit: Unit, row: Mapping[str, Any], points: Sequence[Mapping[str, Any]]) -> Person:
    try:
        words = json.loads(await unit.open(row["words"], table="people", column="words", row_id=row["id"]))
    except KeyDestroyed:
        words, points = ERASED, ()
    born_on = words.get("born_on")
    return Person(
        id=PersonId(row["id"]),
        profile=Profile(
            given_name=words["given_name"],
            family_name=words["family_name"],
            preferred_name=words["preferred_name"],
            born_on=date.fromisoformat(born_on) if born_on else None,
            spoken_language=row["spoken_language"],
            written_language=row["written_language"],
            interpreter_needed=row["interpreter_needed"],
            time_zone=row["time_zone"],
            quiet_from=row["quiet_from"],
            quiet_until=row["quiet_until"],
            voicemail_ok=row["voicemail_ok"],
            safe_words=words["safe_words"],
            staff_id=row["staff_id"],
            external_id=words.get("external_id"),
            confidential_address=row["confidential_address"],
            shared_device=row["shared_device"],
            safe_channels=frozenset(map(Channel, row["safe_channels"])),
            urgent_at_night=row["urgent_at_night"],
            relay_person_id=PersonId(row["relay_person_id"]) if row["relay_person_id"] else None,
            wants_direct_messages=row["wants_direct_messages"],
            direct_messages_approved=row["direct_messages_approved"],
        ),
        contact_points=tuple([await _to_contact_point(unit, point) for point in points]),
        registered_by=row["registered_by"],
        version=row["version"],
        updated_at=row["updated_at"],
    )


async def _to_contact_point(unit: Unit, row: Mapping[str, Any]) -> ContactPoint:
    return ContactPoint(
        id=ContactPointId(row["id"]),
        channel=Channel(row["channel"]),
        value=await unit.open(row["value"], table="contact_points", column="value", row_id=row["id"]),
        lookup=row["lookup"],
        preferred=row["preferred"],
        consent=Consent(row["consent"]),
        consent_source=row["consent_source"],
        consent_at=row["consent_at"],
        is_substitute=row["is_substitute"],
    )


async def _columns(unit: Unit, person: Person) -> dict[str, Any]:
    profile = person.profile
    words = {
        "given_name": profile.given_name,
        "family_name": profile.family_name,
        "preferred_name": profile.preferred_name,
        "born_on": profile.born_on.isoformat() if profile.born_on else None,
        "safe_words": profile.safe_words,
        "external_id": profile.external_id,
    }
    return {
        "words": await unit.seal(
            json.dumps(words, ensure_ascii=False), key=_key(person.id), table="people", column="words", row_id=person.id
        ),
        "name_lookups": sorted(name_lookup(unit, key) for key in person.name_keys),
        "external_lookup": external_lookup(unit, profile.external_id) if profile.external_id else None,
        "spoken_language": profile.spoken_language,
        "written_language": profile.written_language,
        "interpreter_needed": profile.interpreter_needed,
        "time_zone": profile.time_zone,
        "quiet_from": profile.quiet_from,
        "quiet_until": profile.quiet_until,
        "voicemail_ok": profile.voicemail_ok,
        "staff_id": profile.staff_id,
        "confidential_address": profile.confidential_address,
        "shared_device": profile.shared_device,
        "safe_channels": sorted(profile.safe_channels),
        "urgent_at_night": profile.urgent_at_night,
        "relay_person_id": profile.relay_person_id,
        "wants_direct_messages": profile.wants_direct_messages,
        "direct_messages_approved": profile.direct_messages_approved,
        # In whatever zone of the earth it is still yesterday.
        "band_lookups": [band_lookup(unit, day) for day in person.band_days if day >= unit.now.date() - timedelta(days=1)],
        "version": person.version,
        "updated_at": person.updated_at,
    }


async def _points_of(unit: Unit, person: Person) -> list[dict[str, Any]]:
    return [
        {
            "id": point.id,
            "county_id": unit.county_id,
            "person_id": person.id,
            "rank": rank,
            "channel": point.channel.value,
            "value": await unit.seal(point.value, key=_key(person.id), table="contact_points", column="value", row_id=point.id),
            "lookup": point.lookup,
            "preferred": point.preferred,
            "consent": point.consent.value,
            "consent_source": point.consent_source,
            "consent_at": point.consent_at,
            "is_substitute": point.is_substitute,
        }
        for rank, point in enumerate(person.contact_points)
    ]


def _key(person_id: PersonId) -> KeyOf:
    return KeyOf(KeyKind.PERSON, person_id)
