"""Apply lines about families: open those that are new, change what the others are called and who holds them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from services.network.domain.cases import Case, CaseId
from services.network.domain.imports import CaseLine, Import
from services.network.storage import cases, imports
from services.network.use_cases.change_case import change_case
from services.network.use_cases.commands import CaseChanges, OpenCase
from services.network.use_cases.import_lines import Applied, marked, missing
from services.network.use_cases.open_case import open_case
from services.network.use_cases.reassign_case import reassign_case
from services.network.use_cases.release_commands import WantedAccess
from shared.db.unit import Unit
from shared.kernel.access import Caller
from shared.kernel.errors import SurroundError


async def import_cases(unit: Unit, order: Import, lines: Sequence[CaseLine], *, caller: Caller, now: datetime) -> Applied:
    """Apply lines that name each family once, each alone. Shares stay as staff gave them."""
    applied = Applied()
    lookups = {line.external_id: cases.external_lookup(unit, line.external_id) for line in lines}
    present = await imports.find_cases(unit, lookups.values())
    for line in lines:
        there = present.get(lookups[line.external_id])
        try:
            async with unit.attempt():
                if there is None:
                    case, outcome = await _open(unit, line, caller=caller, zone=order.zone, now=now), "created"
                else:
                    case, outcome = await _change(unit, CaseId(there), line, caller=caller, now=now)
        except SurroundError as refusal:
            applied.refused(line.line, refusal)
        else:
            applied.took(outcome)
            applied.marks.append(await marked(unit, order, line.external_id, case.id))
    return applied


async def _open(unit: Unit, line: CaseLine, *, caller: Caller, zone: str, now: datetime) -> Case:
    if line.title is None or line.unit is None:
        raise missing(*(["title"] if line.title is None else []), *(["unit"] if line.unit is None else []))
    command = OpenCase(
        title=line.title,
        time_zone=line.time_zone,
        unit=line.unit,
        assigned=frozenset(line.assigned or ()),
        external_id=line.external_id,
    )
    return await open_case(unit, command, caller=caller, county_zone=zone, now=now)


async def _change(unit: Unit, case_id: CaseId, line: CaseLine, *, caller: Caller, now: datetime) -> tuple[Case, str]:
    before = await cases.get_for_update(unit, case_id)
    after = await change_case(unit, before, CaseChanges(title=line.title or before.title), now=now)
    assigned = after.access.assigned if line.assigned is None else frozenset(line.assigned)
    access = replace(after.access, unit=line.unit or after.access.unit, assigned=assigned)
    if access != after.access:
        after = await reassign_case(unit, after, WantedAccess(access=access), caller=caller, now=now)
    return after, "unchanged" if after is before else "updated"
