"""Queries about entries: what each person was told of a meeting, and the secrets that belong to that one view of it."""

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Table, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert

from services.notify.domain.entries import EntryStatus, KeptEntry
from services.notify.storage.tables import EntryRow
from shared.db.sealing import KeyDestroyed
from shared.db.unit import Unit
from shared.events.catalogue import from_plain, to_plain
from shared.events.meetings import Answer, Mode, PlaceWords
from shared.kernel.sealed import KeyKind, KeyOf

TABLE = "entries"
ENTRIES = cast(Table, EntryRow.__table__)


async def find_for_update(unit: Unit, participant_id: UUID, part: int) -> KeptEntry | None:
    """Return one person's entry and hold its row until the transaction ends."""
    row = await unit.session.scalar(
        select(EntryRow)
        .where(_mine(unit), EntryRow.participant_id == participant_id, EntryRow.part == part)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return None if row is None else _to_entry(row)


async def get_for_update(unit: Unit, entry_id: UUID) -> KeptEntry | None:
    """Return one entry and hold its row until the transaction ends."""
    row = await unit.session.scalar(
        select(EntryRow).where(_mine(unit), EntryRow.id == entry_id).with_for_update().execution_options(populate_existing=True)
    )
    return None if row is None else _to_entry(row)


async def list_by_id(unit: Unit, ids: Collection[UUID]) -> dict[UUID, KeptEntry]:
    """Return these entries by id."""
    if not ids:
        return {}
    rows = await unit.session.execute(select(ENTRIES).where(_mine(unit), ENTRIES.c.id.in_(ids)))
    return {row.id: _to_entry(row) for row in rows}


async def find(unit: Unit, entry_id: UUID) -> KeptEntry | None:
    """Return one entry."""
    return (await list_by_id(unit, [entry_id])).get(entry_id)


async def find_by_uid(unit: Unit, uid: str) -> KeptEntry | None:
    """Return the entry with a calendar identity."""
    row = await unit.session.scalar(select(EntryRow).where(_mine(unit), EntryRow.uid == uid).limit(1))
    return None if row is None else _to_entry(row)


async def list_by_meeting(unit: Unit, meeting_id: UUID) -> list[KeptEntry]:
    """Return everybody's view of a meeting."""
    rows = await unit.session.scalars(select(EntryRow).where(_mine(unit), EntryRow.meeting_id == meeting_id))
    return [_to_entry(row) for row in rows]


async def list_by_person(unit: Unit, person_id: UUID, *, ending_after: datetime) -> list[KeptEntry]:
    """Return a person's entries that end after an instant, earliest first, cancelled ones too."""
    rows = await unit.session.scalars(
        select(EntryRow)
        .where(_mine(unit), EntryRow.person_id == person_id, EntryRow.ends_at > ending_after)
        .order_by(EntryRow.starts_at, EntryRow.id)
    )
    return [_to_entry(row) for row in rows]


async def save(unit: Unit, entry: KeptEntry, place: PlaceWords | None) -> None:
    """Store an entry at its new revision; `place` None means that this fact carried none (a cancellation keeps the last)."""
    values = {
        "id": entry.id,
        "county_id": unit.county_id,
        "meeting_id": entry.meeting_id,
        "case_id": entry.case_id,
        "participant_id": entry.participant_id,
        "person_id": entry.person_id,
        "part": entry.part,
        "uid": entry.uid,
        "revision": entry.revision,
        "timed_revision": entry.timed_revision,
        "sequence": entry.sequence,
        "status": entry.status.value,
        "required": entry.required,
        "mode": entry.mode.value,
        "answer": entry.answer.value,
        "answer_at": entry.answer_at,
        "said": entry.said,
        "said_at": entry.said_at,
        "time_zone": entry.time_zone,
        "starts_local": entry.starts_local,
        "ends_local": entry.ends_local,
        "starts_at": entry.starts_at,
        "ends_at": entry.ends_at,
        "revised_at": entry.revised_at,
        "ended_at": entry.ended_at,
    }
    if place is not None:
        words = json.dumps(to_plain(place), ensure_ascii=False)
        values["place"] = await unit.seal(words, key=key_of(entry), table=TABLE, column="place", row_id=entry.id)
    await unit.session.execute(
        insert(EntryRow).values(values).on_conflict_do_update(index_elements=["id"], set_={**values, "id": EntryRow.id})
    )


async def save_answer(unit: Unit, entry: KeptEntry) -> None:
    """Store the answer that stands, and the one last given on the page."""
    await unit.session.execute(
        update(EntryRow)
        .where(_mine(unit), EntryRow.id == entry.id)
        .values(answer=entry.answer.value, answer_at=entry.answer_at, said=entry.said, said_at=entry.said_at)
    )


async def open_places(unit: Unit, ids: Collection[UUID]) -> dict[UUID, PlaceWords]:
    """Return where or how each takes part; an entry without a place, or whose words were destroyed, has none."""
    rows = (await unit.session.execute(select(EntryRow.id, EntryRow.place).where(_mine(unit), EntryRow.id.in_(ids)))).all()
    await unit.load_keys([row.place for row in rows])
    places = {}
    for row in rows:
        if row.place is not None:
            try:
                words = await unit.open(row.place, table=TABLE, column="place", row_id=row.id)
            except KeyDestroyed:
                continue
            places[row.id] = from_plain(PlaceWords, json.loads(words))
    return places


async def open_tokens(unit: Unit, ids: Collection[UUID]) -> dict[UUID, tuple[str, str]]:
    """Return the secrets of entries, opened: that of the answer page and that of the reply address; a missing one is empty."""
    if not ids:
        return {}
    rows = (
        await unit.session.execute(
            select(EntryRow.id, EntryRow.link_token, EntryRow.reply_token).where(_mine(unit), EntryRow.id.in_(ids))
        )
    ).all()
    await unit.load_keys([box for row in rows for box in (row.link_token, row.reply_token)])
    return {
        row.id: (await _open(unit, row.id, "link_token", row.link_token), await _open(unit, row.id, "reply_token", row.reply_token))
        for row in rows
    }


async def hold(unit: Unit, ids: Collection[UUID]) -> dict[UUID, KeptEntry]:
    """Return entries by id and hold their rows, in one order everywhere."""
    if not ids:
        return {}
    rows = await unit.session.execute(
        select(ENTRIES)
        .where(_mine(unit), ENTRIES.c.id.in_(ids))
        .order_by(ENTRIES.c.participant_id, ENTRIES.c.part)
        .with_for_update()
    )
    return {row.id: _to_entry(row) for row in rows}


_KEEP_TOKENS = (
    update(ENTRIES)
    .where(ENTRIES.c.id == bindparam("of"), ENTRIES.c.county_id == bindparam("county"))
    .values(link_token=bindparam("link"), reply_token=bindparam("reply"))
)


async def keep_tokens(unit: Unit, tokens: Sequence[tuple[KeptEntry, str, str]]) -> None:
    """Keep both secrets of entries, sealed, so that later messages carry the same link; an empty one is kept as none."""
    rows = [
        {
            "of": entry.id,
            "county": unit.county_id,
            "link": await _seal(unit, entry, "link_token", link),
            "reply": await _seal(unit, entry, "reply_token", reply),
        }
        for entry, link, reply in tokens
    ]
    if rows:
        await unit.session.execute(_KEEP_TOKENS, rows)


async def _seal(unit: Unit, entry: KeptEntry, column: str, token: str) -> bytes | None:
    if not token:
        return None
    return await unit.seal(token, key=key_of(entry), table=TABLE, column=column, row_id=entry.id)


async def _open(unit: Unit, entry_id: UUID, column: str, stored: bytes | None) -> str:
    try:
        return await unit.open(stored, table=TABLE, column=column, row_id=entry_id) if stored else ""
    except KeyDestroyed:
        return ""


async def forget_tokens(unit: Unit, ids: Collection[UUID]) -> None:
    """Forget the secrets of entries, because they were revoked: the next message makes new ones."""
    await unit.session.execute(
        update(EntryRow).where(_mine(unit), EntryRow.id.in_(sorted(ids))).values(link_token=None, reply_token=None)
    )


async def forget_link(unit: Unit, entry_id: UUID) -> None:
    """Forget the answer link of an entry. The reply address stays: it is the organizer that calendars know."""
    await unit.session.execute(update(EntryRow).where(_mine(unit), EntryRow.id == entry_id).values(link_token=None))


def key_of(entry: KeptEntry) -> KeyOf:
    """Return whose key seals what belongs to an entry."""
    return KeyOf(KeyKind.PERSON, entry.person_id)


def _mine(unit: Unit) -> ColumnElement[bool]:
    return EntryRow.county_id == unit.county_id


def _to_entry(row: EntryRow | Row[Any]) -> KeptEntry:
    return KeptEntry(
        id=row.id,
        meeting_id=row.meeting_id,
        case_id=row.case_id,
        participant_id=row.participant_id,
        person_id=row.person_id,
        part=row.part,
        uid=row.uid,
        revision=row.revision,
        timed_revision=row.timed_revision,
        sequence=row.sequence,
        status=EntryStatus(row.status),
        required=row.required,
        mode=Mode(row.mode),
        answer=Answer(row.answer),
        time_zone=row.time_zone,
        starts_local=row.starts_local,
        ends_local=row.ends_local,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        revised_at=row.revised_at,
        answer_at=row.answer_at,
        said=row.said,
        said_at=row.said_at,
        ended_at=row.ended_at,
    )
