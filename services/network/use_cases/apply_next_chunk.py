"""Apply the next lines of the import that a county waits for: one block, one transaction, and the place after it kept with it.

Killed anywhere, it begins again at the block that did not commit: the same records, the same counts. A dry run walks the same way
and is undone block by block; all or nothing is one transaction.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import cast
from uuid import UUID

from services.network.domain.cases import CaseId
from services.network.domain.errors import ExternalIdTaken, StaffIdTaken
from services.network.domain.imports import CaseLine, Import, ImportKind, Line, LineFault, MemberLine, PersonLine, Tally
from services.network.domain.members import MemberId
from services.network.storage import cases, imports, members
from services.network.use_cases.close_case import close_case
from services.network.use_cases.import_cases import import_cases
from services.network.use_cases.import_lines import Applied
from services.network.use_cases.import_members import import_members
from services.network.use_cases.import_people import import_people
from services.network.use_cases.remove_member import remove_member
from shared import fault, logs
from shared.db.outage import is_outage
from shared.db.unit import Actor, Trace, Unit, Units
from shared.kernel.access import Caller, Role
from shared.kernel.ids import spell
from shared.kernel.wall import local_date

TICKER = Actor("service", "network")
ROUTE = "POST /v1/imports"
BROKE_OFF = "broke_off"
"""The code of an import that met a fault of ours: what was applied before stays, and the same file may be sent again."""

TRIES = 3
"""So often a block begins anew for an id that was taken while it was applied (our choice; once is rare)."""


class _Undone(Exception):
    """What was tried is not to be kept; how the import stands after it is."""

    def __init__(self, after: Import, faults: Sequence[LineFault]) -> None:
        super().__init__()
        self.after = after
        self.faults = faults


async def apply_next_chunk(units: Units, county_id: UUID) -> bool:
    """Go on with the county's oldest import; False when there is none, or another process is at it. Whoever ordered it acts."""
    async with units.open(county_id, TICKER) as unit:
        order = await imports.find_next(unit)
    if order is None:
        return False
    actor = Actor(order.actor_kind, order.actor_id, order.roles)
    trace = Trace(spell("imp", order.id), "", ROUTE)
    try:
        async with units.open(county_id, actor, trace) as unit:
            if not await imports.hold(unit, order.id, next_block=order.next_block):
                return False
            await _keep(unit, *await _step(unit, order))
    except _Undone as undone:
        async with units.open(county_id, actor, trace) as unit:
            if not await imports.hold(unit, order.id, next_block=order.next_block):
                return False
            await _keep(unit, undone.after, undone.faults)
    except Exception as error:
        if is_outage(error):
            raise
        # A fault of ours would meet the same block for ever, and hold up every later file.
        logs.get().error("import.broke_off", import_id=trace.request_id, block=order.next_block, cause=type(error).__name__)
        async with units.open(county_id, actor, trace) as unit:
            if await imports.hold(unit, order.id, next_block=order.next_block):
                await _keep(unit, order.ended(now=unit.now, code=BROKE_OFF), ())
    fault.here("import.after_chunk_commit")
    return True


async def _step(unit: Unit, order: Import) -> tuple[Import, Sequence[LineFault]]:
    """Return how the import stands after the next block, or after its end, and what is to be said of lines."""
    if order.next_block == order.blocks:
        return await _end(unit, order), ()
    if order.all_or_nothing and not order.dry_run:
        return await _all(unit, order)
    applied = await _apply(unit, order, await imports.list_block(unit, order, order.next_block))
    after = order.went_on(applied.tally, blocks=1)
    if after.next_block == after.blocks and not after.removes:
        after = after.ended(now=unit.now)
    if order.dry_run:
        raise _Undone(after, applied.faults)
    return after, applied.faults


async def _all(unit: Unit, order: Import) -> tuple[Import, Sequence[LineFault]]:
    tally, faults = order.tally, list[LineFault]()
    for number in range(order.blocks):
        applied = await _apply(unit, order, await imports.list_block(unit, order, number))
        tally, faults = tally + applied.tally, [*faults, *applied.faults]
    if tally.rejected:
        nothing = Tally(rejected=tally.rejected, repeated=tally.repeated)
        raise _Undone(replace(order, tally=nothing).ended(now=unit.now, code="rows_rejected"), faults)
    after = replace(order, tally=tally)
    after = await _end(unit, after)
    if after.code:
        raise _Undone(replace(after, tally=order.tally), faults)
    return after, faults


async def _end(unit: Unit, order: Import) -> Import:
    """End the records that the file leaves out, if that was asked for and is still their number."""
    if not order.removes:
        return order.ended(now=unit.now)
    left_out = await imports.list_left_out(unit, order)
    if len(left_out) != (order.confirm_remove or 0):
        return replace(order, would_remove=len(left_out)).ended(now=unit.now, code="replace_would_remove")
    for each in left_out:
        await _remove(unit, order.kind, each.thing_id, now=unit.now)
    tally = replace(order.tally, removed=len(left_out))
    return replace(order, tally=tally).ended(now=unit.now)


async def _remove(unit: Unit, kind: ImportKind, thing_id: UUID, *, now: datetime) -> None:
    if kind is ImportKind.MEMBERS:
        case_id = CaseId(await imports.get_case_of(unit, thing_id))
        await remove_member(unit, await members.get_for_update(unit, case_id, MemberId(thing_id)), now=now)
    else:
        await close_case(unit, await cases.get_for_update(unit, CaseId(thing_id)), now=now)


async def _apply(unit: Unit, order: Import, lines: Sequence[Line]) -> Applied:
    """Apply lines. An id of theirs that somebody takes at this moment is there when they are gone through again."""
    for _ in range(TRIES):
        with suppress(ExternalIdTaken, StaffIdTaken):
            async with unit.attempt():
                return await _apply_once(unit, order, lines)
    return await _apply_once(unit, order, lines)


async def _apply_once(unit: Unit, order: Import, lines: Sequence[Line]) -> Applied:
    caller = Caller(
        county_id=unit.county_id, staff_id=order.actor_id, roles=frozenset(Role(each) for each in order.roles.split(",") if each)
    )
    today = local_date(unit.now, order.zone)
    match order.kind:
        case ImportKind.PEOPLE:
            people = cast(Sequence[PersonLine], lines)
            return await import_people(unit, people, caller=caller, zone=order.zone, today=today, now=unit.now)
        case ImportKind.CASES:
            applied = await import_cases(unit, order, cast(Sequence[CaseLine], lines), caller=caller, now=unit.now)
        case ImportKind.MEMBERS:
            applied = await import_members(unit, order, cast(Sequence[MemberLine], lines), caller=caller, today=today, now=unit.now)
    await imports.mark(unit, order, applied.marks)
    return applied


async def _keep(unit: Unit, after: Import, faults: Sequence[LineFault]) -> None:
    await imports.add_faults(unit, after.id, faults)
    await imports.drop_blocks(unit, after.id, before=after.next_block)
    await imports.save(unit, after)
    if after.finished_at is not None:
        await unit.audit("import.finished", subject_kind="import", subject_id=after.id, details={"status": after.status.value})
    fault.here("import.before_chunk_commit")
