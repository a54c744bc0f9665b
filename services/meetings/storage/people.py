"""Our copies of people: ids, zones, languages and flags; never a name."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, bindparam, select
from sqlalchemy.dialects.postgresql import insert

from services.meetings.storage.tables import PersonRow
from shared.db.direct import Direct
from shared.db.unit import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPerson:
    """What finding a time needs to know of a person."""

    person_id: UUID
    time_zone: str
    is_minor: bool
    spoken_language: str
    interpreter_needed: bool
    staff_id: str | None
    email_lookups: frozenset[str] = frozenset()


_LIST = Direct(
    select(PersonRow).where(
        PersonRow.county_id == bindparam("county"), PersonRow.person_id == any_(bindparam("ids", type_=ARRAY(Uuid())))
    )
)


async def find(unit: Unit, person_id: UUID) -> KnownPerson | None:
    """Return a person, or None while network has not told us of them."""
    return (await list_of(unit, [person_id])).get(person_id)


async def list_of(unit: Unit, person_ids: Collection[UUID]) -> dict[UUID, KnownPerson]:
    """Return these people by id; those we do not know are missing."""
    rows = await unit.fetch(_LIST, county=unit.county_id, ids=list(person_ids))
    return {row["person_id"]: _to_person(row) for row in rows}


async def keep(unit: Unit, person: KnownPerson, *, position: int) -> None:
    """Keep a person's facts, all of which are given anew, unless later ones are known."""
    facts = {
        "time_zone": person.time_zone,
        "is_minor": person.is_minor,
        "spoken_language": person.spoken_language,
        "interpreter_needed": person.interpreter_needed,
        "staff_id": person.staff_id,
        "email_lookups": sorted(person.email_lookups),
        "position": position,
    }
    await unit.session.execute(
        insert(PersonRow)
        .values(person_id=person.person_id, county_id=unit.county_id, **facts)
        .on_conflict_do_update(index_elements=["person_id"], set_=facts, where=PersonRow.position <= position)
    )


def _to_person(row: Mapping[str, Any]) -> KnownPerson:
    return KnownPerson(
        person_id=row["person_id"],
        time_zone=row["time_zone"],
        is_minor=row["is_minor"],
        spoken_language=row["spoken_language"],
        interpreter_needed=row["interpreter_needed"],
        staff_id=row["staff_id"],
        email_lookups=frozenset(row["email_lookups"]),
    )
