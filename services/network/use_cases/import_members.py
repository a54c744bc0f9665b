"""Apply lines about members: who stands around which family, both named by the county's own ids."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import cast
from uuid import UUID

from services.network.domain.cases import Case, CaseId, check_open
from services.network.domain.imports import Import, MemberLine
from services.network.domain.members import Circle, Member, MemberId, Side, Standing, SupportType, relationship_of
from services.network.domain.people import PersonId
from services.network.storage import cases, imports, members, people
from services.network.use_cases.add_member import add_member
from services.network.use_cases.change_member import change_member
from services.network.use_cases.commands import AddMember, StandingChanges
from services.network.use_cases.import_lines import Applied, given, marked, missing, unknown
from shared.db.unit import Unit
from shared.kernel.access import Caller
from shared.kernel.errors import SurroundError
from shared.kernel.wall import local_date

_STANDING = ("relationship", "side", "circle", "support_type", "caregiver_of_concern")


async def import_members(
    unit: Unit, order: Import, lines: Sequence[MemberLine], *, caller: Caller, today: date, now: datetime
) -> Applied:
    """Apply lines that name each pair once, each alone. Whoever left and is named again joins anew."""
    applied, today = Applied(), local_date(now, order.zone)
    families = await _families(unit, lines)
    persons = await _persons(unit, lines)
    pairs = {_pair(line, families, persons) for line in lines} - {None}
    present = await imports.find_members(unit, (pair for pair in pairs if pair is not None)) if pairs else {}
    held: dict[UUID, Case] = {}
    for line in lines:
        pair = _pair(line, families, persons)
        try:
            if pair is None:
                known = line.case_external_id in families
                raise unknown("person_external_id", "person_unknown") if known else unknown("case_external_id", "family_unknown")
            case = held[pair[0]] = held.get(pair[0]) or await cases.get_for_update(unit, CaseId(pair[0]))
            async with unit.attempt():
                member, outcome = await _apply(unit, case, pair[1], present.get(pair), line, caller=caller, today=today, now=now)
        except SurroundError as refusal:
            applied.refused(line.line, refusal)
        else:
            applied.took(outcome)
            applied.marks.append(await marked(unit, order, f"{line.case_external_id}\n{line.person_external_id}", member.id))
    return applied


async def _apply(
    unit: Unit, case: Case, person_id: UUID, member_id: UUID | None, line: MemberLine, *, caller: Caller, today: date, now: datetime
) -> tuple[Member, str]:
    check_open(case)
    if member_id is None:
        command = AddMember(person_id=PersonId(person_id), standing=_standing(line))
        return await add_member(unit, case, command, caller=caller, today=today, now=now), "created"
    before = await members.get_for_update(unit, case.id, MemberId(member_id))
    after = await change_member(unit, before, cast(StandingChanges, given(line, _STANDING)), today=today, now=now)
    return after, "unchanged" if after is before else "updated"


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


def _pair(line: MemberLine, families: dict[str, UUID], persons: dict[str, UUID]) -> tuple[UUID, UUID] | None:
    family, person = families.get(line.case_external_id), persons.get(line.person_external_id)
    return None if family is None or person is None else (family, person)
