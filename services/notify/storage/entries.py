"""Queries about entries: what each person was told of a meeting or a promise, and the secrets that belong to that view of it."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import ARRAY, ColumnElement, Select, Table, Uuid, any_, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert

from services.notify.domain.entries import EntryStatus, KeptEntry
from services.notify.domain.links import LONGEST_LINK
from services.notify.storage.tables import EntryRow
from shared.db.direct import Direct
from shared.db.sealing import KeyDestroyed
from shared.db.unit import Unit
from shared.events.catalogue import from_plain, to_plain
from shared.events.entries import Answer, Mode, PlaceWords, Turn
from shared.events.network import PromiseWords
from shared.events.notify import SubjectKind
from shared.kernel.sealed import KeyKind, KeyOf

TABLE = "entries"
ENTRIES = cast(Table, EntryRow.__table__)
_TURNS = TypeAdapter(tuple[Turn, ...])
_OVER_AT = func.coalesce(ENTRIES.c.over_at, ENTRIES.c.ends_at)


_OF_COUNTY = ENTRIES.c.county_id == bindparam("county")
_BY_ID = (_OF_COUNTY, ENTRIES.c.id == any_(bindparam("ids", type_=ARRAY(Uuid()))))
_LIST = Direct(select(ENTRIES).where(*_BY_ID))
_HOLD = Direct(select(ENTRIES).where(*_BY_ID).order_by(ENTRIES.c.participant_id, ENTRIES.c.part).with_for_update())
_TOKENS = Direct(select(ENTRIES.c.id, ENTRIES.c.link_token, ENTRIES.c.reply_token).where(*_BY_ID))
_KEEP_TOKENS = Direct(
    update(ENTRIES)
    .where(_OF_COUNTY, ENTRIES.c.id == bindparam("of"))
    .values(link_token=bindparam("link"), reply_token=bindparam("reply"))
)


async def find_for_update(unit: Unit, participant_id: UUID, part: int) -> KeptEntry | None:
    """Return one person's entry and hold its row until the transaction ends."""
    return await _find(
        unit, select(ENTRIES).where(ENTRIES.c.participant_id == participant_id, ENTRIES.c.part == part).with_for_update()
    )


async def get_for_update(unit: Unit, entry_id: UUID) -> KeptEntry | None:
    """Return one entry and hold its row until the transaction ends."""
    return await _find(unit, select(ENTRIES).where(ENTRIES.c.id == entry_id).with_for_update())


async def list_by_id(unit: Unit, ids: Collection[UUID]) -> dict[UUID, KeptEntry]:
    """Return these entries by id."""
    return {row["id"]: _to_entry(row) for row in await unit.fetch(_LIST, county=unit.county_id, ids=ids)}


async def open_by_id(unit: Unit, ids: Collection[UUID]) -> tuple[dict[UUID, KeptEntry], dict[UUID, PlaceWords]]:
    """Return these entries by id, and where or how each takes part, as `open_places` does."""
    rows = await unit.fetch(_LIST, county=unit.county_id, ids=ids)
    return {row["id"]: _to_entry(row) for row in rows}, await _open_places(unit, rows)


async def find(unit: Unit, entry_id: UUID) -> KeptEntry | None:
    """Return one entry."""
    return (await list_by_id(unit, [entry_id])).get(entry_id)


async def find_by_uid(unit: Unit, uid: str) -> KeptEntry | None:
    """Return the entry with a calendar identity."""
    return await _find(unit, select(ENTRIES).where(ENTRIES.c.uid == uid).limit(1))


async def list_by_subject(unit: Unit, subject_id: UUID) -> list[KeptEntry]:
    """Return everybody's view of a meeting or a promise."""
    return await _list(unit, select(ENTRIES).where(ENTRIES.c.meeting_id == subject_id))


async def list_of_participant_for_update(unit: Unit, meeting_id: UUID, participant_id: UUID) -> list[KeptEntry]:
    """Return the parts of a meeting that one person takes part in, and hold their rows, in one order everywhere."""
    return await _list(
        unit,
        select(ENTRIES)
        .where(ENTRIES.c.meeting_id == meeting_id, ENTRIES.c.participant_id == participant_id)
        .order_by(ENTRIES.c.part)
        .with_for_update(),
    )


async def list_meetings_of_family(unit: Unit, case_id: UUID) -> list[UUID]:
    """Return every meeting of a family that was ever told of."""
    query = select(ENTRIES.c.meeting_id).where(
        _mine(unit), ENTRIES.c.case_id == case_id, ENTRIES.c.subject_kind == SubjectKind.MEETING.value
    )
    return list(await unit.session.scalars(query.distinct().order_by(ENTRIES.c.meeting_id)))


async def list_by_person(unit: Unit, person_id: UUID, *, ending_after: datetime) -> list[KeptEntry]:
    """Return a person's entries of which the last ends after an instant, earliest first, cancelled ones too."""
    return await list_by_people(unit, [person_id], ending_after=ending_after)


async def list_by_people(unit: Unit, people: Collection[UUID], *, ending_after: datetime) -> list[KeptEntry]:
    """Return the entries of several people, as `list_by_person` does."""
    return await _list(
        unit,
        select(ENTRIES).where(ENTRIES.c.person_id.in_(people), ending_after < _OVER_AT).order_by(ENTRIES.c.starts_at, ENTRIES.c.id),
    )


async def hold_of_person(unit: Unit, person_id: UUID) -> list[UUID]:
    """Hold a person's entries for which a link may still be open, or made, until the transaction ends; return their ids."""
    return await hold_of_people(unit, [person_id])


async def hold_of_people(unit: Unit, people: Collection[UUID]) -> list[UUID]:
    """Hold the entries of several people, as `hold_of_person` does."""
    return await _hold(unit, ENTRIES.c.person_id.in_(people), unit.now - LONGEST_LINK < _OVER_AT)


async def hold_of_case(unit: Unit, case_id: UUID, person_id: UUID | None = None) -> list[UUID]:
    """Hold the entries of a family's meetings and promises, or one person's among them, until the transaction ends."""
    of_whom = () if person_id is None else (ENTRIES.c.person_id == person_id,)
    return await _hold(unit, ENTRIES.c.case_id == case_id, *of_whom)


async def list_live_promises_for_update(
    unit: Unit, *, case_id: UUID | None = None, person_id: UUID | None = None
) -> list[KeptEntry]:
    """Return the promises of a family or of a person that are not over, and hold their rows, in one order everywhere."""
    of = ENTRIES.c.case_id == case_id if case_id else ENTRIES.c.person_id == person_id
    return await _list(
        unit,
        select(ENTRIES)
        .where(
            of,
            ENTRIES.c.subject_kind == SubjectKind.COMMITMENT.value,
            ENTRIES.c.status == EntryStatus.LIVE.value,
        )
        .order_by(ENTRIES.c.participant_id, ENTRIES.c.part)
        .with_for_update(),
    )


async def save(unit: Unit, entry: KeptEntry, place: PlaceWords | None = None, promise: PromiseWords | None = None) -> None:
    """Store an entry as it now stands; words that are None were not carried by this fact (a cancellation keeps the last)."""
    values: dict[str, Any] = {
        "id": entry.id,
        "county_id": unit.county_id,
        "subject_kind": entry.subject_kind.value,
        "meeting_id": entry.subject_id,
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
        "answer_position": entry.answer_position,
        "said": entry.said,
        "said_reply_id": entry.said_reply_id,
        "time_zone": entry.time_zone,
        "starts_local": entry.starts_local,
        "ends_local": entry.ends_local,
        "starts_at": entry.starts_at,
        "ends_at": entry.ends_at,
        "rule": entry.rule,
        "excluded": list(entry.excluded),
        "turns": _TURNS.dump_json(entry.turns).decode(),
        "over_at": entry.over_at if entry.is_promise else None,
        "standing": entry.standing,
        "standing_position": entry.standing_position,
        "is_ask": entry.is_ask,
        "answer_by": entry.answer_by,
        "texted": entry.texted,
        "texted_at": entry.texted_at,
        "revised_at": entry.revised_at,
        "ended_at": entry.ended_at,
    }
    if place is not None:
        words = json.dumps(to_plain(place), ensure_ascii=False)
        values["place"] = await unit.seal(words, key=key_of(entry), table=TABLE, column="place", row_id=entry.id)
    if promise is not None:
        words = json.dumps(to_plain(promise), ensure_ascii=False)
        values["words"] = await unit.seal(words, key=key_of(entry), table=TABLE, column="words", row_id=entry.id)
    await unit.session.execute(
        insert(ENTRIES).values(values).on_conflict_do_update(index_elements=["id"], set_={**values, "id": ENTRIES.c.id})
    )


async def save_answer(unit: Unit, entry: KeptEntry) -> None:
    """Store the answer that stands, and the one last given on the page."""
    await unit.session.execute(
        update(ENTRIES)
        .where(_mine(unit), ENTRIES.c.id == entry.id)
        .values(
            answer=entry.answer.value,
            answer_position=entry.answer_position,
            said=entry.said,
            said_reply_id=entry.said_reply_id,
        )
    )


async def open_places(unit: Unit, ids: Collection[UUID]) -> dict[UUID, PlaceWords]:
    """Return where or how each takes part; an entry without a place, or whose words were destroyed, has none."""
    return await _open_places(unit, await unit.fetch(_LIST, county=unit.county_id, ids=ids))


async def _open_places(unit: Unit, rows: Sequence[Mapping[Any, Any]]) -> dict[UUID, PlaceWords]:
    await unit.load_keys([row["place"] for row in rows])
    places = {}
    for row in rows:
        words = await _open(unit, row, "place")
        if words:
            places[row["id"]] = from_plain(PlaceWords, json.loads(words))
    return places


async def save_texted(unit: Unit, entry_id: UUID, texted: str) -> None:
    """Remember what was just said about a promise by text."""
    await unit.session.execute(
        update(ENTRIES).where(_mine(unit), ENTRIES.c.id == entry_id).values(texted=texted, texted_at=unit.now)
    )


async def open_promises(unit: Unit, ids: Collection[UUID]) -> dict[UUID, PromiseWords]:
    """Return what was promised and where, by entry; only for a member who proved who they are."""
    rows = await unit.fetch(_LIST, county=unit.county_id, ids=ids)
    await unit.load_keys([row["words"] for row in rows])
    opened = {row["id"]: await _open(unit, row, "words") for row in rows}
    return {entry_id: from_plain(PromiseWords, json.loads(words)) for entry_id, words in opened.items() if words}


async def forget_words(unit: Unit, case_id: UUID) -> None:
    """Forget what was written about a family: what was promised, and where its meetings were."""
    await unit.session.execute(update(ENTRIES).where(_mine(unit), ENTRIES.c.case_id == case_id).values(words=None, place=None))


async def open_tokens(unit: Unit, ids: Collection[UUID]) -> dict[UUID, tuple[str, str]]:
    """Return the secrets of entries, opened: that of the answer page and that of the reply address; a missing one is empty."""
    return await _open_tokens(unit, await unit.fetch(_TOKENS, county=unit.county_id, ids=ids))


async def hold(unit: Unit, ids: Collection[UUID]) -> tuple[dict[UUID, KeptEntry], dict[UUID, tuple[str, str]]]:
    """Return entries by id, and their secrets as `open_tokens` does, and hold their rows, in one order everywhere."""
    rows = await unit.fetch(_HOLD, county=unit.county_id, ids=ids) if ids else []
    return {row["id"]: _to_entry(row) for row in rows}, await _open_tokens(unit, rows)


async def _open_tokens(unit: Unit, rows: Sequence[Mapping[Any, Any]]) -> dict[UUID, tuple[str, str]]:
    await unit.load_keys([box for row in rows for box in (row["link_token"], row["reply_token"])])
    return {row["id"]: (await _open(unit, row, "link_token"), await _open(unit, row, "reply_token")) for row in rows}


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
        await unit.each(_KEEP_TOKENS, rows)


async def _seal(unit: Unit, entry: KeptEntry, column: str, token: str) -> bytes | None:
    if not token:
        return None
    return await unit.seal(token, key=key_of(entry), table=TABLE, column=column, row_id=entry.id)


async def _open(unit: Unit, row: Mapping[Any, Any], column: str) -> str:
    """Return the words of a sealed column; none where nothing is kept, or its words were destroyed."""
    try:
        return await unit.open(row[column], table=TABLE, column=column, row_id=row["id"]) if row[column] else ""
    except KeyDestroyed:
        return ""


async def forget_tokens(unit: Unit, ids: Collection[UUID]) -> None:
    """Forget the secrets of entries, because they were revoked: the next message makes new ones."""
    await unit.session.execute(
        update(ENTRIES).where(_mine(unit), ENTRIES.c.id.in_(sorted(ids))).values(link_token=None, reply_token=None)
    )


async def forget_links(unit: Unit, ids: Collection[UUID]) -> None:
    """Forget the answer links of entries. The reply address stays: it is the organizer that calendars know."""
    await unit.session.execute(update(ENTRIES).where(_mine(unit), ENTRIES.c.id.in_(sorted(ids))).values(link_token=None))


def key_of(entry: KeptEntry) -> KeyOf:
    """Return whose key seals what belongs to an entry."""
    return KeyOf(KeyKind.PERSON, entry.person_id)


def _mine(unit: Unit) -> ColumnElement[bool]:
    return ENTRIES.c.county_id == unit.county_id


async def _hold(unit: Unit, *which: ColumnElement[bool]) -> list[UUID]:
    """Hold entries in the one order in which they are held everywhere, and return their ids."""
    query = select(ENTRIES.c.id).where(_mine(unit), *which).order_by(ENTRIES.c.participant_id, ENTRIES.c.part).with_for_update()
    return list(await unit.session.scalars(query))


async def _find(unit: Unit, query: Select[Any]) -> KeptEntry | None:
    return next(iter(await _list(unit, query)), None)


async def _list(unit: Unit, query: Select[Any]) -> list[KeptEntry]:
    rows = await unit.session.execute(query.where(_mine(unit)))
    return [_to_entry(row) for row in rows.mappings()]


def _to_entry(row: Mapping[Any, Any]) -> KeptEntry:
    return KeptEntry(
        id=row["id"],
        subject_kind=SubjectKind(row["subject_kind"]),
        subject_id=row["meeting_id"],
        case_id=row["case_id"],
        participant_id=row["participant_id"],
        person_id=row["person_id"],
        part=row["part"],
        uid=row["uid"],
        revision=row["revision"],
        timed_revision=row["timed_revision"],
        sequence=row["sequence"],
        status=EntryStatus(row["status"]),
        required=row["required"],
        mode=Mode(row["mode"]),
        answer=Answer(row["answer"]),
        time_zone=row["time_zone"],
        starts_local=row["starts_local"],
        ends_local=row["ends_local"],
        starts_at=row["starts_at"],
        ends_at=row["ends_at"],
        revised_at=row["revised_at"],
        answer_position=row["answer_position"],
        said=row["said"],
        said_reply_id=row["said_reply_id"],
        ended_at=row["ended_at"],
        rule=row["rule"],
        excluded=tuple(row["excluded"]),
        turns=_TURNS.validate_json(row["turns"]) if row["turns"] != "[]" else (),
        standing=row["standing"],
        standing_position=row["standing_position"],
        is_ask=row["is_ask"],
        answer_by=row["answer_by"],
        texted=row["texted"],
        texted_at=row["texted_at"],
    )
