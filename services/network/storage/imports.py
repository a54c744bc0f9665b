"""Queries about imports: orders and how they stand, lines that wait, what is said of lines, and which source brought what."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    delete,
    exists,
    func,
    or_,
    select,
    text,
    true,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from services.network.domain.imports import (
    LINES,
    Import,
    ImportId,
    ImportKind,
    ImportMode,
    ImportStatus,
    Line,
    LineFault,
    Tally,
)
from services.network.domain.people import Person
from services.network.storage.people import name_lookup
from services.network.storage.tables.families import CaseRow, ContactPointRow, MemberRow, PersonNameRow, PersonRow
from services.network.storage.tables.imports import ImportBlockRow, ImportFaultRow, ImportMarkRow, ImportRow
from shared.db.direct import Direct
from shared.db.sealing import shut, unshut
from shared.db.unit import Unit
from shared.kernel.errors import NotFound

_LINES: Mapping[ImportKind, TypeAdapter[list[Any]]] = {
    kind: TypeAdapter(list[line])  # type: ignore[valid-type]  # one of three dataclasses
    for kind, line in LINES.items()
}
_TALLIED = tuple(each.name for each in fields(Tally))
READING_SECONDS = 120
_ADD_FAULT = Direct(insert(ImportFaultRow))
_MARK = insert(ImportMarkRow)
_ADD_MARK = Direct(
    _MARK.on_conflict_do_update(
        index_elements=["county_id", "source", "kind", "lookup"],
        set_={"thing_id": _MARK.excluded.thing_id, "import_id": _MARK.excluded.import_id},
    )
)
_LOOKUPS = bindparam("lookups", type_=ARRAY(Text))


def _among(row: type[PersonNameRow] | type[ContactPointRow]) -> Direct:
    wanted = func.unnest(_LOOKUPS).table_valued("lookup").render_derived()
    # A row each by its index, whatever PostgreSQL believes of a table that was empty a moment ago.
    one = select(row.lookup).where(row.county_id == bindparam("county", type_=Uuid()), row.lookup == wanted.c.lookup).limit(1)
    return Direct(select(wanted.c.lookup).select_from(wanted.join(one.lateral(), true())))


_KNOWN_NAMES, _KNOWN_POINTS = _among(PersonNameRow), _among(ContactPointRow)


@dataclass(frozen=True, slots=True)
class Mark:
    """That this source named a record, by the keyed hash of the county's own ids."""

    lookup: str
    thing_id: UUID


# --- orders --------------------------------------------------------------------------------------------------------------------


async def be_patient(unit: Unit) -> None:
    """Let the transaction be silent for longer than others may: reading a large file takes a while."""
    await unit.session.execute(text(f"SET LOCAL idle_in_transaction_session_timeout = '{READING_SECONDS}s'"))


async def hold_source(unit: Unit, source: str, kind: ImportKind) -> None:
    """Take turns with whoever sends another file of this source and kind, until the transaction ends."""
    name = f"import|{unit.county_id}|{source}|{kind.value}"
    await unit.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))


async def list_of_source(unit: Unit, source: str, kind: ImportKind) -> list[Import]:
    """Return what counts of a source's imports: the one that is not finished, and the last that was taken; no dry runs."""
    rows = await unit.session.scalars(
        select(ImportRow)
        .where(
            _mine(unit),
            ImportRow.source == source,
            ImportRow.kind == kind.value,
            ImportRow.dry_run.is_(False),
            or_(ImportRow.finished_at.is_(None), ImportRow.status == ImportStatus.SUCCEEDED.value),
        )
        .order_by(ImportRow.finished_at.is_(None).desc(), ImportRow.as_of.desc())
        .limit(2)
    )
    return [_to_import(row) for row in rows]


async def get(unit: Unit, import_id: ImportId) -> Import:
    """Return an import of the unit's county."""
    row = await unit.session.scalar(select(ImportRow).where(_mine(unit), ImportRow.id == import_id))
    if row is None:
        raise NotFound
    return _to_import(row)


async def list_newest(unit: Unit, *, before: UUID | None, limit: int) -> list[Import]:
    """Return a page of the county's imports, newest first."""
    query = select(ImportRow).where(_mine(unit)).order_by(ImportRow.id.desc()).limit(limit)
    if before is not None:
        query = query.where(ImportRow.id < before)
    return [_to_import(row) for row in await unit.session.scalars(query)]


async def find_next(unit: Unit) -> Import | None:
    """Return the county's oldest import that is not finished, if any; nobody holds it yet."""
    row = await unit.session.scalar(_unfinished(unit))
    return None if row is None else _to_import(row)


async def hold(unit: Unit, import_id: ImportId, *, next_block: int) -> bool:
    """Hold an import until the transaction ends. False when another process is at it, or has gone on since it was read."""
    found = await unit.session.scalar(
        _unfinished(unit)
        .where(ImportRow.id == import_id, ImportRow.next_block == next_block)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return found is not None


async def add(unit: Unit, order: Import) -> None:
    """Store a new import; its blocks refer to it."""
    unit.session.add(ImportRow(id=order.id, county_id=unit.county_id, **_columns(order)))
    await unit.flush()


async def save(unit: Unit, order: Import) -> None:
    """Store how an import stands."""
    await unit.session.execute(
        update(ImportRow)
        .where(_mine(unit), ImportRow.id == order.id)
        .values(**_columns(order))
        .execution_options(synchronize_session=False)
    )


# --- lines ---------------------------------------------------------------------------------------------------------------------


async def add_block(unit: Unit, import_id: ImportId, kind: ImportKind, number: int, lines: Sequence[Line]) -> None:
    """Keep some lines until they are applied."""
    box = shut(unit.county_key("imports"), _LINES[kind].dump_json(list(lines), exclude_none=True), _place(import_id, number))
    unit.session.add(ImportBlockRow(import_id=import_id, number=number, county_id=unit.county_id, box=box))
    await unit.flush()
    unit.session.expunge_all()


async def list_block(unit: Unit, order: Import, number: int) -> list[Line]:
    """Return the lines of one block."""
    box = await unit.session.scalar(
        select(ImportBlockRow.box).where(
            ImportBlockRow.county_id == unit.county_id, ImportBlockRow.import_id == order.id, ImportBlockRow.number == number
        )
    )
    if box is None:
        raise NotFound
    return _LINES[order.kind].validate_json(unshut(unit.county_key("imports"), box, _place(order.id, number)))


async def drop_blocks(unit: Unit, import_id: ImportId, *, before: int) -> None:
    """Delete the blocks that have been applied."""
    await unit.session.execute(
        delete(ImportBlockRow)
        .where(ImportBlockRow.county_id == unit.county_id, ImportBlockRow.import_id == import_id, ImportBlockRow.number < before)
        .execution_options(synchronize_session=False)
    )


async def add_faults(unit: Unit, import_id: ImportId, faults: Iterable[LineFault]) -> None:
    """Keep what is to be said of lines."""
    await unit.each(
        _ADD_FAULT,
        [{"id": unit.new_id(), "import_id": import_id, "county_id": unit.county_id, **asdict(each)} for each in faults],
    )


async def list_faults(
    unit: Unit, import_id: ImportId, *, after: tuple[int, UUID] | None, limit: int
) -> list[tuple[UUID, LineFault]]:
    """Return a page of what is to be said of lines, in the order of the file."""
    query = (
        select(ImportFaultRow)
        .where(ImportFaultRow.county_id == unit.county_id, ImportFaultRow.import_id == import_id)
        .order_by(ImportFaultRow.line, ImportFaultRow.id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(tuple_(ImportFaultRow.line, ImportFaultRow.id) > after)
    return [(row.id, LineFault(row.line, row.column, row.code)) for row in await unit.session.scalars(query)]


# --- which source brought what -------------------------------------------------------------------------------------------------


def lookup_of(unit: Unit, kind: ImportKind, key: str) -> str:
    """Return the keyed hash by which a source's record is remembered."""
    return unit.lookup_of(f"import|{kind.value}|{key}")


async def mark(unit: Unit, order: Import, marks: Iterable[Mark]) -> None:
    """Remember that this source named these records in this file."""
    rows = [
        {"county_id": unit.county_id, "source": order.source, "kind": order.kind.value, "import_id": order.id, **asdict(each)}
        for each in marks
    ]
    await unit.each(_ADD_MARK, rows)


async def touch(unit: Unit, order: Import, lookups: Sequence[str]) -> None:
    """Remember that the file names these, whatever becomes of their lines: nobody ends for a mistyped phone."""
    await unit.session.execute(
        update(ImportMarkRow)
        .where(_of_source(unit, order), ImportMarkRow.lookup == any_(_LOOKUPS))
        .values(import_id=order.id)
        .execution_options(synchronize_session=False),
        {"lookups": list(lookups)},
    )


async def list_removable(unit: Unit, order: Import) -> list[Mark]:
    """Return the records that this source alone brought and that are still there, whichever of its files named them last."""
    other = aliased(ImportMarkRow)
    also_brought = exists().where(
        other.county_id == ImportMarkRow.county_id,
        other.kind == ImportMarkRow.kind,
        other.thing_id == ImportMarkRow.thing_id,
        other.source != ImportMarkRow.source,
    )
    rows = await unit.session.execute(
        select(ImportMarkRow.lookup, ImportMarkRow.thing_id)
        .join(_TABLE_OF[order.kind], _IS_THERE[order.kind])
        .where(_of_source(unit, order), ~also_brought)
        .order_by(ImportMarkRow.lookup)
    )
    return [Mark(lookup, thing_id) for lookup, thing_id in rows]


async def list_left_out(unit: Unit, order: Import) -> list[Mark]:
    """Return those of them that this file does not name."""
    named = set(
        await unit.session.scalars(select(ImportMarkRow.lookup).where(_of_source(unit, order), ImportMarkRow.import_id == order.id))
    )
    return [each for each in await list_removable(unit, order) if each.lookup not in named]


async def get_case_of(unit: Unit, member_id: UUID) -> UUID:
    """Return the family of a member."""
    return (
        await unit.session.scalars(
            select(MemberRow.case_id).where(MemberRow.county_id == unit.county_id, MemberRow.id == member_id)
        )
    ).one()


# --- whom a line means ---------------------------------------------------------------------------------------------------------


async def find_cases(unit: Unit, lookups: Collection[str]) -> dict[str, UUID]:
    """Return the families under these lookups of the county's own ids."""
    rows = await unit.session.execute(
        select(CaseRow.external_lookup, CaseRow.id).where(
            CaseRow.county_id == unit.county_id, CaseRow.external_lookup == any_(_LOOKUPS)
        ),
        {"lookups": list(lookups)},
    )
    return {str(lookup): case_id for lookup, case_id in rows}


async def find_people(unit: Unit, lookups: Collection[str]) -> dict[str, UUID]:
    """Return the people under these lookups of the county's own ids."""
    rows = await unit.session.execute(
        select(PersonRow.external_lookup, PersonRow.id).where(
            PersonRow.county_id == unit.county_id, PersonRow.external_lookup == any_(_LOOKUPS)
        ),
        {"lookups": list(lookups)},
    )
    return {str(lookup): person_id for lookup, person_id in rows}


async def find_members(unit: Unit, pairs: Iterable[tuple[UUID, UUID]]) -> dict[tuple[UUID, UUID], UUID]:
    """Return the present members among these pairs of family and person."""
    wanted = list(pairs)
    rows = await unit.session.execute(
        select(MemberRow.case_id, MemberRow.person_id, MemberRow.id).where(
            MemberRow.county_id == unit.county_id,
            MemberRow.left_at.is_(None),
            tuple_(MemberRow.case_id, MemberRow.person_id).in_(wanted),
        )
    )
    return {(case_id, person_id): member_id for case_id, person_id, member_id in rows}


async def find_staff(unit: Unit, staff_ids: Collection[str]) -> dict[str, UUID]:
    """Return who already bears these staff ids."""
    rows = await unit.session.execute(
        select(PersonRow.staff_id, PersonRow.id).where(PersonRow.county_id == unit.county_id, PersonRow.staff_id.in_(staff_ids))
    )
    return {str(staff_id): person_id for staff_id, person_id in rows}


async def find_alike(unit: Unit, people: Sequence[Person]) -> set[UUID]:
    """Return those of some new people, not yet stored, who are named or reached like somebody who is there."""
    names = {person.id: {name_lookup(unit, key) for key in person.name_keys} for person in people}
    reached = {person.id: {point.lookup for point in person.contact_points} for person in people}
    known_names = await _known(unit, _KNOWN_NAMES, set().union(*names.values()))
    known_points = await _known(unit, _KNOWN_POINTS, set().union(*reached.values()))
    return {each.id for each in people if names[each.id] & known_names or reached[each.id] & known_points}


async def _known(unit: Unit, among: Direct, lookups: Collection[str]) -> set[str]:
    return {row["lookup"] for row in await unit.fetch(among, county=unit.county_id, lookups=sorted(lookups))}


_TABLE_OF: Mapping[ImportKind, type[CaseRow] | type[MemberRow] | type[PersonRow]] = {
    ImportKind.CASES: CaseRow,
    ImportKind.MEMBERS: MemberRow,
    ImportKind.PEOPLE: PersonRow,
}
_IS_THERE: Mapping[ImportKind, ColumnElement[bool]] = {
    ImportKind.CASES: and_(CaseRow.id == ImportMarkRow.thing_id, CaseRow.closed_at.is_(None)),
    ImportKind.MEMBERS: and_(MemberRow.id == ImportMarkRow.thing_id, MemberRow.left_at.is_(None)),
    ImportKind.PEOPLE: PersonRow.id == ImportMarkRow.thing_id,
}


def _mine(unit: Unit) -> ColumnElement[bool]:
    return ImportRow.county_id == unit.county_id


def _of_source(unit: Unit, order: Import) -> ColumnElement[bool]:
    return and_(
        ImportMarkRow.county_id == unit.county_id,
        ImportMarkRow.source == order.source,
        ImportMarkRow.kind == order.kind.value,
    )


def _unfinished(unit: Unit) -> Any:
    return select(ImportRow).where(_mine(unit), ImportRow.finished_at.is_(None)).order_by(ImportRow.id).limit(1)


def _place(import_id: UUID, number: int) -> bytes:
    return f"import_blocks|box|{import_id}|{number}".encode()


def _columns(order: Import) -> dict[str, Any]:
    plain = {each.name: getattr(order, each.name) for each in fields(Import) if each.name not in {"id", "tally"}}
    return {
        **plain,
        "kind": order.kind.value,
        "mode": order.mode.value,
        "status": order.status.value,
        **{name: getattr(order.tally, name) for name in _TALLIED},
    }


def _to_import(row: ImportRow) -> Import:
    return Import(
        id=ImportId(row.id),
        kind=ImportKind(row.kind),
        mode=ImportMode(row.mode),
        dry_run=row.dry_run,
        all_or_nothing=row.all_or_nothing,
        source=row.source,
        as_of=row.as_of,
        confirm_remove=row.confirm_remove,
        actor_kind=row.actor_kind,
        actor_id=row.actor_id,
        roles=row.roles,
        zone=row.zone,
        status=ImportStatus(row.status),
        code=row.code,
        rows=row.rows,
        blocks=row.blocks,
        next_block=row.next_block,
        would_remove=row.would_remove,
        tally=Tally(**{name: getattr(row, name) for name in _TALLIED}),
        received_at=row.received_at,
        finished_at=row.finished_at,
    )
