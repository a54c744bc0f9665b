"""Queries about written releases. When one ended is read from the places of its people, so it holds not an hour longer."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select, tuple_

from services.network.domain.cases import Case, CaseId
from services.network.domain.members import MemberId
from services.network.domain.people import PersonId
from services.network.domain.releases import Cover, RecordClass, Release, ReleaseId, SignerCapacity, SigningMethod
from services.network.storage.tables.families import ChildRow, MemberRow
from services.network.storage.tables.releases import ReleaseRow
from shared.db.unit import Unit
from shared.kernel.errors import NotFound
from shared.kernel.sealed import KeyKind, KeyOf
from shared.kernel.wall import local_date


@dataclass(frozen=True, slots=True)
class Place:
    """A person's place in a family's network, present or past."""

    person_id: PersonId
    left_at: datetime | None


@dataclass(frozen=True, slots=True)
class Places:
    """Who takes part with a family: its members by their places, and its children."""

    members: Mapping[MemberId, Place]
    children: frozenset[PersonId]

    @property
    def present(self) -> dict[MemberId, PersonId]:
        """Those members who have not left."""
        return {member_id: place.person_id for member_id, place in self.members.items() if place.left_at is None}

    @property
    def people(self) -> frozenset[PersonId]:
        """Everybody who takes part now."""
        return frozenset(self.present.values()) | self.children

    def member_of(self, person_id: PersonId) -> MemberId | None:
        """Return the present place of a person; a child need not have one."""
        return next((member_id for member_id, person in self.present.items() if person == person_id), None)


async def places_of(unit: Unit, case_id: CaseId) -> Places:
    """Return who takes part with a family, and who once did."""
    members = await unit.session.execute(
        select(MemberRow.id, MemberRow.person_id, MemberRow.left_at).where(
            MemberRow.county_id == unit.county_id, MemberRow.case_id == case_id
        )
    )
    children = await unit.session.scalars(
        select(ChildRow.person_id).where(ChildRow.county_id == unit.county_id, ChildRow.case_id == case_id)
    )
    return Places(
        {MemberId(member_id): Place(PersonId(person_id), left_at) for member_id, person_id, left_at in members},
        frozenset(PersonId(each) for each in children),
    )


async def get(unit: Unit, case: Case, release_id: ReleaseId, *, for_update: bool = False) -> Release:
    """Return a release of this family, of no other; held until the transaction ends if it is to be changed."""
    query = select(ReleaseRow).where(_of(unit, case.id), ReleaseRow.id == release_id)
    row = await unit.session.scalar(query.with_for_update() if for_update else query)
    if row is None:
        raise NotFound
    return await _to_release(unit, row, case, await places_of(unit, case.id))


async def list_of(unit: Unit, case: Case, *, after: tuple[datetime, UUID] | None, limit: int) -> list[Release]:
    """Return a page of a family's releases, those that ended too, least recently changed first."""
    query = select(ReleaseRow).where(_of(unit, case.id)).order_by(ReleaseRow.updated_at, ReleaseRow.id).limit(limit)
    if after is not None:
        query = query.where(tuple_(ReleaseRow.updated_at, ReleaseRow.id) > after)
    rows = (await unit.session.scalars(query)).all()
    await unit.load_keys([row.words for row in rows])
    places = await places_of(unit, case.id)
    return [await _to_release(unit, row, case, places) for row in rows]


async def list_unrevoked(unit: Unit, case: Case, places: Places) -> list[Release]:
    """Return all releases of a family that nobody took back: what `covered` and `may_see` are asked with."""
    query = select(ReleaseRow).where(_of(unit, case.id), ReleaseRow.revoked_on.is_(None)).order_by(ReleaseRow.id)
    rows = (await unit.session.scalars(query)).all()
    await unit.load_keys([row.words for row in rows])
    return [await _to_release(unit, row, case, places) for row in rows]


async def add(unit: Unit, release: Release, *, signer_member_id: MemberId | None) -> None:
    """Store a release. `signer_member_id` is the place by which the signer takes part."""
    unit.session.add(
        ReleaseRow(
            id=release.id,
            county_id=unit.county_id,
            case_id=release.case_id,
            signer_person_id=release.signer_person_id,
            signer_member_id=signer_member_id,
            signer_capacity=release.signer_capacity.value,
            member_ids=[each.member_id for each in release.covers],
            record_classes=sorted(release.record_classes),
            method=release.method.value,
            signed_on=release.signed_on,
            words=await unit.seal(
                json.dumps({"recipients": release.recipients, "note": release.note}, ensure_ascii=False),
                key=KeyOf(KeyKind.CASE, release.case_id),
                table="releases",
                column="words",
                row_id=release.id,
            ),
            revoked_on=release.revoked_on,
            recorded_at=release.recorded_at,
            version=release.version,
            updated_at=release.updated_at,
        )
    )


async def save_revoked(unit: Unit, release: Release) -> None:
    """Store that a release was taken back; nothing else of it ever changes."""
    row = await unit.session.get_one(ReleaseRow, release.id)
    row.revoked_on = release.revoked_on
    row.version = release.version
    row.updated_at = release.updated_at


def _of(unit: Unit, case_id: CaseId) -> ColumnElement[bool]:
    return (ReleaseRow.county_id == unit.county_id) & (ReleaseRow.case_id == case_id)


async def _to_release(unit: Unit, row: ReleaseRow, case: Case, places: Places) -> Release:
    words = json.loads(await unit.open(row.words, table="releases", column="words", row_id=row.id))

    def left_on(member_id: UUID | None) -> date | None:
        place = None if member_id is None else places.members.get(MemberId(member_id))
        return None if place is None else _day(place.left_at, case)

    ends = [each for each in (left_on(row.signer_member_id), _day(case.closed_at, case)) if each is not None]
    return Release(
        id=ReleaseId(row.id),
        case_id=case.id,
        signer_person_id=PersonId(row.signer_person_id),
        signer_capacity=SignerCapacity(row.signer_capacity),
        covers=tuple(Cover(member_id=MemberId(each), ended_on=left_on(each)) for each in row.member_ids),
        record_classes=frozenset(RecordClass(each) for each in row.record_classes),
        method=SigningMethod(row.method),
        signed_on=row.signed_on,
        recipients=tuple(words["recipients"]),
        note=words["note"],
        revoked_on=row.revoked_on,
        ended_on=min(ends, default=None),
        recorded_at=row.recorded_at,
        version=row.version,
        updated_at=row.updated_at,
    )


def _day(instant: datetime | None, case: Case) -> date | None:
    return None if instant is None else local_date(instant, case.time_zone)
