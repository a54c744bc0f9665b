"""What a file comes to when each line is a change of its own: the reference that imports by sets are held to."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, cast

from services.network.domain.cases import CaseId, check_open
from services.network.domain.imports import CaseLine, Import, MemberLine
from services.network.domain.members import Circle, MemberId, Side, Standing, SupportType, relationship_of
from services.network.domain.people import PersonId
from services.network.storage import cases, imports, members, people
from services.network.use_cases.add_member import add_member
from services.network.use_cases.change_case import change_case
from services.network.use_cases.change_member import change_member
from services.network.use_cases.commands import AddMember, CaseChanges, OpenCase, StandingChanges
from services.network.use_cases.import_lines import Applied, given, marked, missing, unknown
from services.network.use_cases.open_case import open_case
from services.network.use_cases.reassign_case import reassign_case
from services.network.use_cases.release_commands import WantedAccess
from shared.db.unit import Unit
from shared.kernel.access import Caller
from shared.kernel.errors import SurroundError

STANDING = ("relationship", "side", "circle", "support_type", "caregiver_of_concern")


async def import_by_rows(
    unit: Unit, order: Import, lines: Sequence[CaseLine | MemberLine], *, caller: Caller, today: date, now: datetime
) -> Applied:
    """Apply lines one after the other."""
    applied = Applied()
    for line in lines:
        try:
            async with unit.attempt():
                match line:
                    case CaseLine():
                        key = line.external_id
                        thing_id, outcome = await _case(unit, line, caller=caller, zone=order.zone, now=now)
                    case MemberLine():
                        key = f"{line.case_external_id}\n{line.person_external_id}"
                        thing_id, outcome = await _member(unit, line, caller=caller, today=today, now=now)
        except SurroundError as refusal:
            applied.refused(line.line, refusal)
        else:
            applied.took(outcome)
            applied.marks.append(await marked(unit, order, key, thing_id))
    return applied


async def _case(unit: Unit, line: CaseLine, *, caller: Caller, zone: str, now: datetime) -> tuple[Any, str]:
    found = await imports.find_cases(unit, [cases.external_lookup(unit, line.external_id)])
    if not found:
        if line.title is None or line.unit is None:
            raise missing(*(name for name in ("title", "unit") if getattr(line, name) is None))
        told = {"title": line.title, "unit": line.unit, "time_zone": line.time_zone, "external_id": line.external_id}
        command = OpenCase(**cast(Any, told), assigned=frozenset(line.assigned or ()))
        return (await open_case(unit, command, caller=caller, county_zone=zone, now=now)).id, "created"
    before = await cases.get_for_update(unit, CaseId(*found.values()))
    after = await change_case(unit, before, CaseChanges(title=line.title or before.title), now=now)
    assigned = after.access.assigned if line.assigned is None else frozenset(line.assigned)
    access = replace(after.access, unit=line.unit or after.access.unit, assigned=assigned)
    if access != after.access:
        after = await reassign_case(unit, after, WantedAccess(access=access), caller=caller, now=now)
    return after.id, "unchanged" if after is before else "updated"


async def _member(unit: Unit, line: MemberLine, *, caller: Caller, today: date, now: datetime) -> tuple[Any, str]:
    families = await imports.find_cases(unit, [cases.external_lookup(unit, line.case_external_id)])
    if not families:
        raise unknown("case_external_id", "family_unknown")
    persons = await imports.find_people(unit, [people.external_lookup(unit, line.person_external_id)])
    if not persons:
        raise unknown("person_external_id", "person_unknown")
    [family], [person] = families.values(), persons.values()
    case = await cases.get_for_update(unit, CaseId(family))
    check_open(case)
    present = await imports.find_members(unit, [(family, person)])
    if not present:
        command = AddMember(person_id=PersonId(person), standing=_standing(line))
        return (await add_member(unit, case, command, caller=caller, today=today, now=now)).id, "created"
    before = await members.get_for_update(unit, case.id, MemberId(*present.values()))
    after = await change_member(unit, before, cast(StandingChanges, given(line, STANDING)), today=today, now=now)
    return after.id, "unchanged" if after is before else "updated"


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
