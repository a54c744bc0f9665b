"""Queries about meetings and the people in them."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, and_, bindparam, exists, or_, select, tuple_

from services.meetings.domain.errors import MeetingNotFound
from services.meetings.domain.meetings import (
    AHEAD,
    OF_A_TEAM,
    Heard,
    Issue,
    Meeting,
    MeetingKind,
    MeetingPurpose,
    MeetingState,
    Part,
    Participant,
    Place,
    Stretch,
    TeamRole,
)
from services.meetings.storage.families import visible_to
from services.meetings.storage.tables import FamilyRow, MeetingRow, ParticipantRow, PartRow, ResourceRow
from shared.db.direct import Direct
from shared.db.unit import Unit
from shared.events.entries import Answer, Method, Mode, PlaceWords
from shared.kernel.access import Caller
from shared.kernel.sealed import KeyKind, KeyOf


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A meeting with what is kept beside it. `version` counts every change, answers too; `waivers` are reasons by seat."""

    meeting: Meeting
    booked_by: str
    version: int = 0
    updated_at: datetime
    after_due_reason: str = ""
    waivers: Mapping[str, str] = field(default_factory=dict)

    @property
    def etag(self) -> str:
        """The version that was read: the revision, and every answer since."""
        return f"{self.meeting.revision}-{self.version}"

    def is_of_revision(self, etag: str) -> bool:
        """Whether what was read under this etag is the present revision, whatever has been answered since."""
        revision, dash, version = etag.partition("-")
        return revision == str(self.meeting.revision) and bool(dash) and version.isdecimal()


def key_of(meeting_id: UUID) -> KeyOf:
    """The data key of a meeting's words."""
    return KeyOf(KeyKind.MEETING, meeting_id)


async def find(unit: Unit, meeting_id: UUID, *, hold: bool = False) -> Kept | None:
    """Return a meeting, or None; `hold` keeps its row until the transaction ends."""
    query = select(MeetingRow).where(MeetingRow.county_id == unit.county_id, MeetingRow.id == meeting_id)
    row = await unit.session.scalar(_held(query) if hold else query)
    return (await _to_kept(unit, [row]))[0] if row else None


async def get(unit: Unit, meeting_id: UUID) -> Kept:
    """Return a meeting. Raises MeetingNotFound."""
    kept = await find(unit, meeting_id)
    if kept is None:
        raise MeetingNotFound
    return kept


async def find_family(unit: Unit, meeting_id: UUID) -> UUID | None:
    """Return whose meeting it is."""
    found: UUID | None = await unit.session.scalar(
        select(MeetingRow.case_id).where(MeetingRow.county_id == unit.county_id, MeetingRow.id == meeting_id)
    )
    return found


async def list_ids_of_family(unit: Unit, case_id: UUID) -> list[UUID]:
    """Return every meeting that a family ever had."""
    query = select(MeetingRow.id).where(MeetingRow.county_id == unit.county_id, MeetingRow.case_id == case_id)
    return list(await unit.session.scalars(query.order_by(MeetingRow.id)))


async def find_by_uid(unit: Unit, uid: str) -> UUID | None:
    """Return the meeting of a calendar identity."""
    found: UUID | None = await unit.session.scalar(
        select(PartRow.meeting_id).where(PartRow.county_id == unit.county_id, PartRow.uid == uid.strip().lower())
    )
    return found


async def list_visible(
    unit: Unit,
    caller: Caller,
    *,
    case_id: UUID | None = None,
    starts_from: datetime | None = None,
    starts_before: datetime | None = None,
    after: tuple[datetime, UUID] | None = None,
    limit: int,
) -> list[Kept]:
    """Return a page of the meetings that the caller may see, earliest first."""
    conditions = [MeetingRow.county_id == unit.county_id, _visible(unit, caller)]
    if case_id is not None:
        conditions.append(MeetingRow.case_id == case_id)
    if starts_from is not None:
        conditions.append(MeetingRow.starts_at >= starts_from)
    if starts_before is not None:
        conditions.append(MeetingRow.starts_at < starts_before)
    if after is not None:
        conditions.append(tuple_(MeetingRow.starts_at, MeetingRow.id) > after)
    query = select(MeetingRow).where(*conditions).order_by(MeetingRow.starts_at, MeetingRow.id).limit(limit)
    return await _to_kept(unit, (await unit.session.scalars(query)).all())


async def list_ahead(unit: Unit, *, case_id: UUID | None = None, person_id: UUID | None = None, hold: bool = False) -> list[Kept]:
    """Return the meetings to come of a family, or of a person, in the order of their ids."""
    query = select(MeetingRow).where(
        MeetingRow.county_id == unit.county_id, MeetingRow.state.in_(AHEAD), MeetingRow.starts_at > unit.now
    )
    if case_id is not None:
        query = query.where(MeetingRow.case_id == case_id)
    if person_id is not None:
        query = query.where(
            exists().where(
                ParticipantRow.meeting_id == MeetingRow.id,
                ParticipantRow.person_id == person_id,
                ParticipantRow.removed.is_(False),
            )
        )
    query = query.order_by(MeetingRow.id)
    return await _to_kept(unit, (await unit.session.scalars(_held(query) if hold else query)).all())


_LAST_FACILITATOR = Direct(
    select(MeetingRow.facilitator_id)
    .where(
        MeetingRow.county_id == bindparam("county"),
        MeetingRow.case_id == bindparam("case_id"),
        MeetingRow.facilitator_id.is_not(None),
        MeetingRow.state != MeetingState.CANCELLED,
        MeetingRow.id.is_distinct_from(bindparam("but", type_=Uuid())),
    )
    .order_by(MeetingRow.starts_at.desc())
    .limit(1)
)


async def last_facilitator(unit: Unit, case_id: UUID, *, but: UUID | None = None) -> UUID | None:
    """Return who facilitated, or is to facilitate, the family's last meeting."""
    rows = await unit.fetch(_LAST_FACILITATOR, county=unit.county_id, case_id=case_id, but=but)
    return rows[0]["facilitator_id"] if rows else None


async def list_other_teams(unit: Unit, meeting: Meeting) -> list[tuple[datetime, frozenset[UUID]]]:
    """Return when else a team of this meeting's family is to meet, and about which children."""
    rows = await unit.session.execute(
        select(MeetingRow.starts_at, MeetingRow.children).where(
            MeetingRow.county_id == unit.county_id,
            MeetingRow.case_id == meeting.case_id,
            MeetingRow.id != meeting.meeting_id,
            MeetingRow.kind.in_(OF_A_TEAM),
            MeetingRow.state.in_(AHEAD),
            MeetingRow.starts_at > unit.now,
        )
    )
    return [(starts_at, frozenset(children)) for starts_at, children in rows]


async def facilitates(unit: Unit, meeting: Meeting, staff_id: str) -> bool:
    """Say whether a meeting's facilitator signs in by this staff id."""
    if meeting.facilitator_id is None:
        return False
    found = await unit.session.scalar(
        select(ResourceRow.id).where(
            ResourceRow.county_id == unit.county_id,
            ResourceRow.id == meeting.facilitator_id,
            ResourceRow.staff_id == staff_id,
        )
    )
    return found is not None


async def add(unit: Unit, kept: Kept) -> Kept:
    """Store a new meeting."""
    row = MeetingRow(id=kept.meeting.meeting_id, county_id=unit.county_id, version=0)
    after = await _fill(unit, row, kept)
    unit.session.add(row)
    await unit.session.flush()
    await _save_people(unit, kept.meeting)
    return after


async def save(unit: Unit, kept: Kept) -> Kept:
    """Store a meeting whose row is held, and return it at its new version."""
    row = await unit.session.get_one(MeetingRow, kept.meeting.meeting_id)
    after = await _fill(unit, row, kept)
    await unit.session.flush()
    await _save_people(unit, kept.meeting)
    return after


def _held(query: Select[MeetingRow]) -> Select[MeetingRow]:
    return query.with_for_update().execution_options(populate_existing=True)


def _visible(unit: Unit, caller: Caller) -> ColumnElement[bool]:
    family = exists().where(FamilyRow.county_id == unit.county_id, FamilyRow.case_id == MeetingRow.case_id, visible_to(caller))
    own = exists().where(
        ResourceRow.county_id == unit.county_id,
        ResourceRow.id == MeetingRow.facilitator_id,
        ResourceRow.staff_id == caller.staff_id,
    )
    return or_(family, own)


async def _seal(unit: Unit, meeting_id: UUID, column: str, words: object) -> bytes | None:
    if not words:
        return None
    written = json.dumps(words, ensure_ascii=False)
    return await unit.seal(written, key=key_of(meeting_id), table="meetings", column=column, row_id=meeting_id)


async def _fill(unit: Unit, row: MeetingRow, kept: Kept) -> Kept:
    meeting, words = kept.meeting, kept.meeting.place.words
    place = {"place": words.place, "address": words.address, "join_url": words.join_url, "dial_in": words.dial_in}
    row.case_id = meeting.case_id
    row.county_slug = meeting.county_slug
    row.kind = meeting.kind
    row.purposes = list(meeting.purposes)
    row.children = list(meeting.children)
    row.state = meeting.state
    row.revision = meeting.revision
    row.sequence = meeting.sequence
    row.time_zone = meeting.time_zone
    row.starts_local = meeting.starts_local
    row.minutes = meeting.minutes
    row.starts_at = meeting.starts_at
    row.ends_at = meeting.ends_at
    row.site = meeting.place.site
    row.place = await _seal(unit, row.id, "place", place if any(place.values()) else None)
    row.facilitator_id = meeting.facilitator_id
    row.room_id = meeting.room_id
    row.interpreter_ids = list(meeting.interpreter_ids)
    row.title_code = meeting.title_code
    row.cancel_reason = meeting.cancel_reason
    row.linked_to = meeting.linked_to
    row.after_due_reason = await _seal(unit, row.id, "after_due_reason", kept.after_due_reason)
    row.waivers = await _seal(unit, row.id, "waivers", dict(kept.waivers))
    row.booked_by = kept.booked_by
    row.version += 1
    row.updated_at = unit.now
    return Kept(
        meeting=meeting,
        booked_by=kept.booked_by,
        version=row.version,
        updated_at=unit.now,
        after_due_reason=kept.after_due_reason,
        waivers=kept.waivers,
    )


async def _save_people(unit: Unit, meeting: Meeting) -> None:
    for line, one in enumerate(meeting.participants):
        row = await unit.session.get(ParticipantRow, one.participant_id)
        if row is None:
            row = ParticipantRow(
                id=one.participant_id, county_id=unit.county_id, meeting_id=meeting.meeting_id, person_id=one.person_id
            )
            unit.session.add(row)
        row.place_in_line = line
        row.role = one.role
        row.required = one.required
        row.mode = one.mode
        row.removed = one.removed
    await unit.session.flush()
    for one in meeting.participants:
        for part in one.parts:
            await _save_part(unit, meeting.meeting_id, one.participant_id, part)
    await unit.session.flush()


async def _save_part(unit: Unit, meeting_id: UUID, participant_id: UUID, part: Part) -> None:
    row = await unit.session.get(PartRow, (participant_id, part.part))
    if row is None:
        row = PartRow(participant_id=participant_id, part=part.part, county_id=unit.county_id, meeting_id=meeting_id, uid=part.uid)
        unit.session.add(row)
    row.offset_minutes = part.stretch.offset_minutes
    row.minutes = part.stretch.minutes
    row.removed = part.removed
    row.issues = [[issue.sequence, issue.method.value, issue.at.isoformat()] for issue in part.issues]
    heard = part.heard
    row.answer = heard.answer if heard else None
    row.answered_sequence = heard.sequence if heard else None
    row.answered_stamp = heard.stamp if heard else None
    row.answered_at = heard.received_at if heard else None
    row.answered_reply_id = heard.reply_id if heard else None
    row.answered_channel = heard.channel if heard else None


async def _to_kept(unit: Unit, rows: Sequence[MeetingRow]) -> list[Kept]:
    people = await _people_of(unit, [row.id for row in rows])
    await unit.load_keys([box for row in rows for box in (row.place, row.after_due_reason, row.waivers)])
    return [await _one(unit, row, people.get(row.id, ())) for row in rows]


async def _people_of(unit: Unit, meeting_ids: Collection[UUID]) -> dict[UUID, tuple[Participant, ...]]:
    if not meeting_ids:
        return {}
    pairs = await unit.session.execute(
        select(ParticipantRow, PartRow)
        .join(PartRow, and_(PartRow.participant_id == ParticipantRow.id, PartRow.county_id == ParticipantRow.county_id))
        .where(ParticipantRow.county_id == unit.county_id, ParticipantRow.meeting_id.in_(meeting_ids))
        .order_by(ParticipantRow.meeting_id, ParticipantRow.place_in_line, PartRow.part)
    )
    parts: dict[UUID, list[Part]] = {}
    rows: dict[UUID, ParticipantRow] = {}
    for row, part in pairs:
        rows[row.id] = row
        parts.setdefault(row.id, []).append(_to_part(part))
    found: dict[UUID, tuple[Participant, ...]] = {}
    for participant_id, row in rows.items():
        one = Participant(
            participant_id=row.id,
            person_id=row.person_id,
            role=TeamRole(row.role),
            required=row.required,
            mode=Mode(row.mode),
            parts=tuple(parts[participant_id]),
        )
        found[row.meeting_id] = (*found.get(row.meeting_id, ()), one)
    return found


def _to_part(row: PartRow) -> Part:
    heard = None
    if row.answer and row.answered_stamp and row.answered_at and row.answered_sequence is not None:
        heard = Heard(
            answer=Answer(row.answer),
            sequence=row.answered_sequence,
            stamp=row.answered_stamp,
            received_at=row.answered_at,
            reply_id=row.answered_reply_id or "",
            channel=row.answered_channel or "",
        )
    return Part(
        part=row.part,
        uid=row.uid,
        stretch=Stretch(row.offset_minutes, row.minutes),
        removed=row.removed,
        issues=tuple(Issue(number, Method(method), datetime.fromisoformat(at)) for number, method, at in row.issues),
        heard=heard,
    )


async def _open(unit: Unit, row: MeetingRow, column: str, box: bytes | None) -> object:
    return json.loads(await unit.open(box, table="meetings", column=column, row_id=row.id)) if box else None


async def _one(unit: Unit, row: MeetingRow, people: tuple[Participant, ...]) -> Kept:
    place = await _open(unit, row, "place", row.place)
    waivers = await _open(unit, row, "waivers", row.waivers)
    meeting = Meeting(
        meeting_id=row.id,
        case_id=row.case_id,
        county_slug=row.county_slug,
        kind=MeetingKind(row.kind),
        purposes=tuple(MeetingPurpose(purpose) for purpose in row.purposes),
        children=tuple(row.children),
        state=MeetingState(row.state),
        revision=row.revision,
        sequence=row.sequence,
        time_zone=row.time_zone,
        starts_local=row.starts_local,
        minutes=row.minutes,
        place=Place(row.site, PlaceWords(**place) if isinstance(place, dict) else PlaceWords()),
        participants=people,
        facilitator_id=row.facilitator_id,
        room_id=row.room_id,
        interpreter_ids=tuple(row.interpreter_ids),
        title_code=row.title_code,
        cancel_reason=row.cancel_reason,
        linked_to=row.linked_to,
    )
    return Kept(
        meeting=meeting,
        booked_by=row.booked_by,
        version=row.version,
        updated_at=row.updated_at,
        after_due_reason=str(await _open(unit, row, "after_due_reason", row.after_due_reason) or ""),
        waivers=waivers if isinstance(waivers, dict) else {},
    )
