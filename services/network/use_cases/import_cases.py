"""Apply lines about families: open those that are new, change what the others are called and who holds them; in few messages."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.network.domain.cases import Case, CaseId, InHands, access_changed
from services.network.domain.imports import CaseLine, Import
from services.network.storage import cases, imports, shares
from services.network.use_cases.change_case import tell_changed, with_changes
from services.network.use_cases.commands import CaseChanges, OpenCase
from services.network.use_cases.import_lines import Applied, marked, missing
from services.network.use_cases.open_case import new_case, tell_opened
from services.network.use_cases.reassign_case import in_other_hands, tell_hands
from services.network.use_cases.release_commands import WantedAccess
from shared.db.sealing import KeyDestroyed
from shared.db.unit import Unit
from shared.kernel.access import Caller
from shared.kernel.errors import SurroundError
from shared.kernel.sealed import KeyKind, KeyOf


@dataclass(frozen=True, slots=True)
class _Done:
    """A family before its line, if it was there, as it is called since, and in whose hands it is at last."""

    before: InHands | None
    called: InHands
    after: InHands

    @property
    def outcome(self) -> str:
        return "created" if self.before is None else "unchanged" if self.after is self.before else "updated"

    @property
    def is_renamed(self) -> bool:
        return self.before is not None and self.called is not self.before

    @property
    def is_handed_over(self) -> bool:
        return self.after is not self.called


async def import_cases(unit: Unit, order: Import, lines: Sequence[CaseLine], *, caller: Caller, now: datetime) -> Applied:
    """Apply lines that name each family once, each alone. Shares stay as staff gave them."""
    applied, done = Applied(), list[_Done]()
    lookups = {line.external_id: cases.external_lookup(unit, line.external_id) for line in lines}
    present = {lookup: CaseId(each) for lookup, each in (await imports.find_cases(unit, lookups.values())).items()}
    held = await cases.list_by_id_for_update(unit, present.values())
    shared = await shares.list_of_each(unit, held)
    for line in lines:
        there = present.get(lookups[line.external_id])
        try:
            if there is None:
                each = _opened(unit, line, caller=caller, zone=order.zone, now=now)
            elif there not in held:
                raise KeyDestroyed
            else:
                each = _change(unit, InHands(held[there], tuple(shared[there])), line, caller=caller, now=now)
        except SurroundError as refusal:
            applied.refused(line.line, refusal)
        else:
            done.append(each)
            applied.took(each.outcome)
            applied.marks.append(await marked(unit, order, line.external_id, each.after.case.id))
    await _store(unit, done)
    await _tell(unit, done, now=now)
    return applied


def _opened(unit: Unit, line: CaseLine, *, caller: Caller, zone: str, now: datetime) -> _Done:
    if line.title is None or line.unit is None:
        raise missing(*(["title"] if line.title is None else []), *(["unit"] if line.unit is None else []))
    command = OpenCase(
        title=line.title,
        time_zone=line.time_zone,
        unit=line.unit,
        assigned=frozenset(line.assigned or ()),
        external_id=line.external_id,
    )
    made = InHands(new_case(unit, command, caller=caller, county_zone=zone, now=now), ())
    return _Done(None, made, made)


def _change(unit: Unit, before: InHands, line: CaseLine, *, caller: Caller, now: datetime) -> _Done:
    case = with_changes(before.case, _title(line, before.case), now=now)
    called = before if case is before.case else InHands(case, before.shares)
    assigned = case.access.assigned if line.assigned is None else frozenset(line.assigned)
    access = replace(case.access, unit=line.unit or case.access.unit, assigned=assigned)
    if access == case.access:
        return _Done(before, called, called)
    return _Done(before, called, in_other_hands(unit, called, WantedAccess(access=access), caller=caller, now=now))


def _title(line: CaseLine, case: Case) -> CaseChanges:
    return CaseChanges(title=line.title or case.title)


async def _store(unit: Unit, done: Sequence[_Done]) -> None:
    made = [each.after.case for each in done if each.before is None]
    handed_over = [each.after for each in done if each.is_handed_over]
    await unit.make_own_keys(KeyOf(KeyKind.CASE, case.id) for case in made)
    await unit.load_own_keys(KeyOf(KeyKind.CASE, each.after.case.id) for each in done if each.after is not each.before)
    await cases.add_all(unit, made)
    await cases.save_all(unit, [each.called.case for each in done if each.is_renamed])
    await cases.save_hands(unit, handed_over)
    await shares.replace_all(unit, handed_over)


async def _tell(unit: Unit, done: Sequence[_Done], *, now: datetime) -> None:
    for each in done:
        case = each.called.case
        if each.before is None:
            await tell_opened(unit, case, now=now)
        elif each.is_renamed:
            await tell_changed(unit, each.before.case, case, CaseChanges(title=case.title))
        if each.is_handed_over:
            await tell_hands(unit, each.called, each.after)
            unit.announce(access_changed(each.after.case, at=now), subject=case.id)
