"""Apply lines about members: who stands around which family, both named by the county's own ids; in few messages."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import cast
from uuid import UUID

from services.network.domain.cases import Case, CaseId, check_open
from services.network.domain.imports import Import, MemberLine
from services.network.domain.members import Circle, Member, Side, Standing, SupportType, changes, relationship_of
from services.network.domain.people import PersonId
from services.network.domain.qualities import bears_on_cover
from services.network.domain.visibility import check_whole_county
from services.network.storage import cases, circle_moves, imports, members, people, plans
from services.network.use_cases.add_member import new_member, tell_joined
from services.network.use_cases.change_member import CHANGED, in_standing
from services.network.use_cases.commands import AddMember, StandingChanges
from services.network.use_cases.import_lines import Applied, given, marked, missing, unknown
from services.network.use_cases.keep_member import has_moved, next_of, tell_kept
from services.network.use_cases.look_again import look_again
from shared.db.sealing import KeyDestroyed
from shared.db.unit import Unit
from shared.kernel.access import Caller
from shared.kernel.errors import NotFound, SurroundError
from shared.kernel.sealed import KeyKind, KeyOf
from shared.kernel.wall import local_date

_STANDING = ("relationship", "side", "circle", "support_type", "caregiver_of_concern")


async def import_members(
    unit: Unit, order: Import, lines: Sequence[MemberLine], *, caller: Caller, today: date, now: datetime
) -> Applied:
    """Apply lines that name each pair once, each alone. Whoever left and is named again joins anew."""
    check_whole_county(caller)  # so that there is nobody whom the caller may not bring into a family
    applied, today = Applied(), local_date(now, order.zone)
    done: list[tuple[Member | None, Member]] = []
    families = await _families(unit, lines)
    persons = await _persons(unit, lines)
    held = await cases.list_by_id_for_update(unit, {CaseId(each) for each in families.values()})
    pairs = {pair for line in lines if (pair := _pair(line, families, persons)) is not None and pair[0] in held}
    present = await imports.find_members(unit, pairs) if pairs else {}
    there = await members.list_present_by_id_for_update(unit, present.values())
    for line in lines:
        try:
            pair = _known(line, families, persons)
            before, after = _applied(unit, held, there, pair, present.get(pair), line, today=today, now=now)
        except SurroundError as refusal:
            applied.refused(line.line, refusal)
        else:
            done.append((before, after))
            applied.took("created" if before is None else "unchanged" if after is before else "updated")
            applied.marks.append(await marked(unit, order, f"{line.case_external_id}\n{line.person_external_id}", after.id))
    await _store(unit, [(before, after) for before, after in done if after is not before], now=now)
    return applied


def _applied(
    unit: Unit,
    held: Mapping[CaseId, Case],
    there: Mapping[UUID, Member],
    pair: tuple[UUID, UUID],
    member_id: UUID | None,
    line: MemberLine,
    *,
    today: date,
    now: datetime,
) -> tuple[Member | None, Member]:
    """Return a member before the line, if there was one, and after it; the very same where the line changes nothing."""
    case = held.get(CaseId(pair[0]))
    if case is None:
        raise KeyDestroyed
    check_open(case)
    if member_id is None:
        command = AddMember(person_id=PersonId(pair[1]), standing=_standing(line))
        return None, new_member(unit, case, command, today=today, now=now)
    before = there.get(member_id)
    if before is None:
        raise NotFound
    return before, next_of(before, in_standing(before, cast(StandingChanges, given(line, _STANDING)), today=today), now=now)


async def _store(unit: Unit, done: Sequence[tuple[Member | None, Member]], *, now: datetime) -> None:
    await unit.load_own_keys(KeyOf(KeyKind.CASE, after.case_id) for _, after in done)
    await members.add_all(unit, [after for before, after in done if before is None])
    changed = [(before, after) for before, after in done if before is not None]
    await members.save_all(unit, [after for _, after in changed])
    await circle_moves.add_all(unit, [(before, after) for before, after in changed if has_moved(before, after)])
    for before, after in done:
        if before is None:
            await tell_joined(unit, after, now=now)
        else:
            details = changes(before.standing, after.standing)
            await tell_kept(unit, before, after, action=CHANGED, details=details, now=now)
    bearing = {after.case_id for before, after in changed if bears_on_cover(before, after)}
    for case_id in await plans.list_cases_with_open(unit, bearing) if bearing else ():
        await look_again(unit, case_id)


def _standing(line: MemberLine) -> Standing:
    if line.relationship is None:
        raise missing("relationship")
    kind, words = relationship_of(line.relationship)
    return Standing(
        relationship=kind,
        relationship_words=words,
        side=line.side or Side.NA,
        circle=line.circle or Circle.NONE,
        support_type=line.support_type or SupportType.INFORMAL,
        caregiver_of_concern=bool(line.caregiver_of_concern),
    )


async def _families(unit: Unit, lines: Sequence[MemberLine]) -> dict[str, UUID]:
    lookups = {line.case_external_id: cases.external_lookup(unit, line.case_external_id) for line in lines}
    found = await imports.find_cases(unit, lookups.values())
    return {each: found[lookup] for each, lookup in lookups.items() if lookup in found}


async def _persons(unit: Unit, lines: Sequence[MemberLine]) -> dict[str, UUID]:
    lookups = {line.person_external_id: people.external_lookup(unit, line.person_external_id) for line in lines}
    found = await imports.find_people(unit, lookups.values())
    return {each: found[lookup] for each, lookup in lookups.items() if lookup in found}


def _pair(line: MemberLine, families: Mapping[str, UUID], persons: Mapping[str, UUID]) -> tuple[UUID, UUID] | None:
    family, person = families.get(line.case_external_id), persons.get(line.person_external_id)
    return None if family is None or person is None else (family, person)


def _known(line: MemberLine, families: Mapping[str, UUID], persons: Mapping[str, UUID]) -> tuple[UUID, UUID]:
    pair = _pair(line, families, persons)
    if pair is None:
        known = line.case_external_id in families
        raise unknown("person_external_id", "person_unknown") if known else unknown("case_external_id", "family_unknown")
    return pair
