"""Queries about children's own words. What was taken back stays on record and out of every answer."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, delete, or_, select, tuple_

from services.network.domain.audience import Audience, Visibility
from services.network.domain.cases import CaseId
from services.network.domain.child_voice import ChildVoice, Release, Room, Saying, VoiceId, VoiceKind
from services.network.domain.members import MemberId
from services.network.domain.people import PersonId
from services.network.storage.sealed_words import open_words, seal_words
from services.network.storage.tables.words import VoiceReleaseRow, VoiceRow
from shared.db.unit import Unit
from shared.kernel.access import Caller
from shared.kernel.errors import NotFound

_TABLE = "child_voices"


async def get(unit: Unit, case_id: CaseId, voice_id: VoiceId) -> ChildVoice:
    """Return a child's words in this family, in no other."""
    return await _one(unit, await unit.session.scalar(select(VoiceRow).where(_standing(unit, case_id), VoiceRow.id == voice_id)))


async def get_for_update(unit: Unit, case_id: CaseId, voice_id: VoiceId) -> ChildVoice:
    """Return a child's words in this family, in no other, and hold the row."""
    query = select(VoiceRow).where(_standing(unit, case_id), VoiceRow.id == voice_id).with_for_update()
    return await _one(unit, await unit.session.scalar(query))


async def list_for_staff(
    unit: Unit, case_id: CaseId, caller: Caller, *, after: tuple[datetime, UUID] | None, limit: int
) -> list[ChildVoice]:
    """Return a page of the words that this caller may read, least recently changed first."""
    query = (
        select(VoiceRow)
        .where(_standing(unit, case_id), _readable_by(caller))
        .order_by(VoiceRow.updated_at, VoiceRow.id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(tuple_(VoiceRow.updated_at, VoiceRow.id) > after)
    return await _voices(unit, (await unit.session.scalars(query)).all())


async def list_all(unit: Unit, case_id: CaseId, caller: Caller) -> list[ChildVoice]:
    """Return all words of a family's children that this caller may read, oldest first."""
    query = select(VoiceRow).where(_standing(unit, case_id), _readable_by(caller)).order_by(VoiceRow.said_on, VoiceRow.id)
    return await _voices(unit, (await unit.session.scalars(query)).all())


async def add(unit: Unit, voice: ChildVoice) -> None:
    """Store a child's words."""
    words = {"language": voice.language, "sayings": [[each.room.value, each.words] for each in voice.sayings]}
    row = VoiceRow(
        id=voice.id,
        county_id=unit.county_id,
        case_id=voice.case_id,
        child_id=voice.child_id,
        kind=voice.kind.value,
        words=await seal_words(unit, voice.case_id, words, table=_TABLE, row_id=voice.id),
        said_on=voice.said_on,
        recorded_by=voice.recorded_by,
    )
    _fill(row, voice)
    unit.session.add(row)


async def save(unit: Unit, voice: ChildVoice) -> None:
    """Store anew who may see a child's words; the words themselves stay as they were said."""
    _fill(await unit.session.get_one(VoiceRow, voice.id), voice)
    await unit.session.execute(
        delete(VoiceReleaseRow).where(VoiceReleaseRow.county_id == unit.county_id, VoiceReleaseRow.voice_id == voice.id)
    )
    unit.session.add_all(
        VoiceReleaseRow(
            voice_id=voice.id,
            member_id=release.member_id,
            county_id=unit.county_id,
            case_id=voice.case_id,
            released_at=release.released_at,
            released_by=release.released_by,
        )
        for release in voice.releases
    )


async def end(unit: Unit, voice: ChildVoice) -> None:
    """Keep that a child's words were taken back."""
    row = await unit.session.get_one(VoiceRow, voice.id)
    row.ended_at = row.updated_at = unit.now


def _standing(unit: Unit, case_id: CaseId) -> ColumnElement[bool]:
    return (VoiceRow.county_id == unit.county_id) & (VoiceRow.case_id == case_id) & VoiceRow.ended_at.is_(None)


def _readable_by(caller: Caller) -> ColumnElement[bool]:
    """The rule of `domain.audience.admits_staff`, in the query: what is for others is not even counted."""
    return or_(
        VoiceRow.visibility.not_in([Visibility.SELF_ONLY.value, Visibility.RESTRICTED_PERSONS.value]),
        VoiceRow.recorded_by == caller.staff_id,
        (VoiceRow.visibility == Visibility.RESTRICTED_PERSONS.value) & VoiceRow.staff_ids.contains([caller.staff_id]),
    )


async def _one(unit: Unit, row: VoiceRow | None) -> ChildVoice:
    if row is None:
        raise NotFound
    return (await _voices(unit, [row]))[0]


async def _voices(unit: Unit, rows: Sequence[VoiceRow]) -> list[ChildVoice]:
    await unit.load_keys([row.words for row in rows])
    releases: dict[UUID, list[Release]] = {row.id: [] for row in rows}
    found = await unit.session.scalars(
        select(VoiceReleaseRow)
        .where(VoiceReleaseRow.county_id == unit.county_id, VoiceReleaseRow.voice_id.in_(releases))
        .order_by(VoiceReleaseRow.released_at, VoiceReleaseRow.member_id)
    )
    for each in found:
        release = Release(member_id=MemberId(each.member_id), released_at=each.released_at, released_by=each.released_by)
        releases[each.voice_id].append(release)
    return [await _to_voice(unit, row, tuple(releases[row.id])) for row in rows]


async def _to_voice(unit: Unit, row: VoiceRow, releases: tuple[Release, ...]) -> ChildVoice:
    words = await open_words(unit, row.words, table=_TABLE, row_id=row.id)
    return ChildVoice(
        id=VoiceId(row.id),
        case_id=CaseId(row.case_id),
        child_id=PersonId(row.child_id),
        kind=VoiceKind(row.kind),
        sayings=tuple(Saying(room=Room(room), words=said) for room, said in words["sayings"]),
        language=words["language"],
        said_on=row.said_on,
        recorded_by=row.recorded_by,
        audience=Audience(
            visibility=Visibility(row.visibility),
            member_ids=frozenset(map(MemberId, row.member_ids)),
            staff_ids=frozenset(row.staff_ids),
        ),
        releases=releases,
        version=row.version,
        updated_at=row.updated_at,
    )


def _fill(row: VoiceRow, voice: ChildVoice) -> None:
    row.visibility = voice.audience.visibility.value
    row.member_ids = sorted(voice.audience.member_ids)
    row.staff_ids = sorted(voice.audience.staff_ids)
    row.version = voice.version
    row.updated_at = voice.updated_at
