"""Begin work with a family."""

from datetime import datetime

from services.network.domain.cases import Case, CaseId, access_at_opening, access_changed
from services.network.storage import cases
from services.network.use_cases.commands import OpenCase
from shared.db.unit import Unit
from shared.events.network import CaseOpened
from shared.kernel.access import Caller
from shared.kernel.sealed import KeyKind, KeyOf


async def open_case(unit: Unit, command: OpenCase, *, caller: Caller, county_zone: str, now: datetime) -> Case:
    """Open a family and say who holds it."""
    case = new_case(unit, command, caller=caller, county_zone=county_zone, now=now)
    await cases.add(unit, case)
    await tell_opened(unit, case, now=now)
    return case


def new_case(unit: Unit, command: OpenCase, *, caller: Caller, county_zone: str, now: datetime) -> Case:
    """Return a family that is not yet stored."""
    return Case(
        id=CaseId(unit.new_id()),
        title=command.title,
        time_zone=command.time_zone or county_zone,
        external_id=command.external_id,
        access=access_at_opening(command.unit, command.assigned, caller),
        opened_at=now,
        closed_at=None,
        version=1,
        updated_at=now,
    )


async def tell_opened(unit: Unit, case: Case, *, now: datetime) -> None:
    """Put on record that work with a family has begun, and announce it."""
    unit.changed(KeyOf(KeyKind.CASE, case.id), "case", case.id, before=None, after=case)
    await unit.audit("case.opened", subject_kind="case", subject_id=case.id)
    unit.announce(CaseOpened(case_id=case.id, time_zone=case.time_zone, at=now), subject=case.id)
    unit.announce(access_changed(case, at=now), subject=case.id)
