"""How a caller is asked whether they may still see a record, before a kept reply about it is given once more."""

from collections.abc import Mapping
from uuid import UUID

from services.network.domain.cases import CaseId
from services.network.domain.commitments import PlanId
from services.network.domain.imports import ImportId
from services.network.domain.people import PersonId
from services.network.use_cases.see_case import see_case
from services.network.use_cases.see_import import see_import
from services.network.use_cases.see_person import see_person
from services.network.use_cases.see_plan import see_plan
from shared.db.unit import Unit
from shared.kernel.access import Caller
from shared.web.routing import Sight


async def _case(unit: Unit, case_id: UUID, caller: Caller) -> object:
    return await see_case(unit, CaseId(case_id), caller=caller)


async def _person(unit: Unit, person_id: UUID, caller: Caller) -> object:
    return await see_person(unit, PersonId(person_id), caller=caller)


async def _plan(unit: Unit, plan_id: UUID, caller: Caller) -> object:
    return await see_plan(unit, PlanId(plan_id), caller=caller)


async def _import(unit: Unit, import_id: UUID, caller: Caller) -> object:
    return await see_import(unit, ImportId(import_id), caller=caller)


SIGHTS: Mapping[str, Sight] = {"case_id": _case, "person_id": _person, "plan_id": _plan, "import_id": _import}
