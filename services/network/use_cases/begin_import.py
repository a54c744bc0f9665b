"""Take a roster file: read all of it before any of it counts, refuse what makes no sense, keep its lines sealed until applied."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from services.network.domain.errors import CountySystemsOnly
from services.network.domain.import_errors import ImportRunning, ReplaceIncomplete, ReplaceWouldRemove, StaleImport
from services.network.domain.imports import (
    NOTICES,
    UNFINISHED,
    Census,
    Import,
    ImportId,
    ImportKind,
    ImportMode,
    ImportStatus,
    Line,
    LineFault,
    Tally,
    check_order,
)
from services.network.domain.visibility import may_write_by_external_id
from services.network.storage import imports
from shared.db.unit import Unit
from shared.kernel.access import Caller


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginImport:
    """Import a file. `as_of` is when its source wrote it."""

    kind: ImportKind
    mode: ImportMode
    dry_run: bool
    all_or_nothing: bool
    source: str
    as_of: datetime
    confirm_remove: int | None


class RosterFile(Protocol):
    """A file that has arrived whole."""

    async def survey(self) -> Census:
        """Read it once: who is named where. Raises what the file as a whole is refused with."""

    def blocks(self, census: Census) -> AsyncIterator[tuple[Sequence[Line], Sequence[LineFault]]]:
        """Read it again: block by block, the lines that count and what is to be said of the others."""


async def begin_import(unit: Unit, command: BeginImport, file: RosterFile, *, caller: Caller, zone: str, now: datetime) -> Import:
    """Keep a file to be applied. Raises StaleImport, ImportRunning, ReplaceWouldRemove, ReplaceIncomplete, CountySystemsOnly."""
    if not may_write_by_external_id(caller):
        raise CountySystemsOnly
    await imports.be_patient(unit)
    census = await file.survey()
    check_order(command.kind, command.mode, command.as_of, rows=census.rows, all_or_nothing=command.all_or_nothing, now=now)
    order = _order(unit, command, census, zone=zone, now=now)
    await imports.hold_source(unit, order.source, order.kind)
    await _check_turn(unit, order)
    order = replace(order, would_remove=await _check_removal(unit, order, census))
    await imports.add(unit, order)
    if order.removes:
        await imports.touch(unit, order, [imports.lookup_of(unit, order.kind, key) for key in census.keys])
    order = await _keep_lines(unit, order, file, census)
    await imports.save(unit, order)
    await unit.audit("import.received", subject_kind="import", subject_id=order.id, details=_details(order))
    return order


def _order(unit: Unit, command: BeginImport, census: Census, *, zone: str, now: datetime) -> Import:
    return Import(
        id=ImportId(unit.new_id()),
        kind=command.kind,
        mode=command.mode,
        dry_run=command.dry_run,
        all_or_nothing=command.all_or_nothing,
        source=command.source,
        as_of=command.as_of,
        confirm_remove=command.confirm_remove,
        actor_kind=unit.actor.kind,
        actor_id=unit.actor.id,
        roles=unit.actor.roles,
        zone=zone,
        status=ImportStatus.QUEUED,
        code="",
        rows=census.rows,
        blocks=0,
        next_block=0,
        would_remove=0,
        tally=Tally(),
        received_at=now,
        finished_at=None,
    )


async def _check_turn(unit: Unit, order: Import) -> None:
    """The newest `as_of` wins, not the latest arrival, and one file of a source is applied at a time. A dry run asks nobody."""
    for earlier in await imports.list_of_source(unit, order.source, order.kind):
        if earlier.as_of > order.as_of:
            raise StaleImport(as_of=earlier.as_of)
        if earlier.status in UNFINISHED and not order.dry_run:
            raise ImportRunning(import_id=earlier.id)


async def _check_removal(unit: Unit, order: Import, census: Census) -> int:
    """Return how many records the file would end, which whoever sends it must name. An empty file ends nobody's."""
    if order.mode is not ImportMode.REPLACE or not census.rows:
        return 0
    named = {imports.lookup_of(unit, order.kind, key) for key in census.keys}
    number = sum(each.lookup not in named for each in await imports.list_removable(unit, order))
    if not order.dry_run and census.nameless:
        raise ReplaceIncomplete(lines=census.nameless)
    if not order.dry_run and number != (order.confirm_remove or 0):
        raise ReplaceWouldRemove(would_remove=number)
    return number


async def _keep_lines(unit: Unit, order: Import, file: RosterFile, census: Census) -> Import:
    tally, blocks = Tally(), 0
    async for lines, faults in file.blocks(census):
        if lines:
            await imports.add_block(unit, order.id, order.kind, blocks, lines)
            blocks += 1
        await imports.add_faults(unit, order.id, faults)
        tally += _counted(faults)
    return replace(order, blocks=blocks, tally=tally)


def _counted(faults: Sequence[LineFault]) -> Tally:
    """A line may have several faults; it is rejected once."""
    rejected = {each.line for each in faults if each.code not in NOTICES}
    return Tally(rejected=len(rejected), repeated=sum(each.code == "duplicate_row" for each in faults))


def _details(order: Import) -> dict[str, str | int]:
    return {
        "kind": order.kind.value,
        "mode": order.mode.value,
        "source": order.source,
        "rows": order.rows,
        "dry_run": int(order.dry_run),
    }
