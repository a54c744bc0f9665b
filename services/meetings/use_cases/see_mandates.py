"""When the team of a child must meet: worked out from the facts of today, so that a changed fact changes the date at once."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from services.meetings.domain.mandates import Child, Due, combined, dues_of
from services.meetings.storage import families
from services.meetings.storage.families import Family, PlacedChild
from services.meetings.use_cases.county import CountyFacts
from services.meetings.use_cases.see_family import see_family
from shared.db.unit import Unit
from shared.kernel.access import Caller
from shared.kernel.wall import local_date


@dataclass(frozen=True, slots=True)
class Mandates:
    """Every rule that applies to the children of a family, and the earliest date that is still unmet."""

    dues: tuple[Due, ...]
    combined: Due | None


async def see_mandates(unit: Unit, case_id: UUID, *, caller: Caller, county: CountyFacts) -> Mandates:
    """Return the due dates of a family that the caller sees."""
    family = await see_family(unit, case_id, caller=caller)
    await unit.audit("mandates.read", subject_kind="case", subject_id=case_id)
    return mandates_of(unit, family, await families.list_children(unit, case_id), county=county)


def mandates_of(
    unit: Unit, family: Family, children: Collection[PlacedChild], *, county: CountyFacts, only: Collection[UUID] | None = None
) -> Mandates:
    """Return the due dates of these children (of all, or of those named), as of today where the family is."""
    today = local_date(unit.now, family.time_zone)
    dues = tuple(
        due
        for child in children
        if only is None or child.child_id in only
        for due in dues_of(_known(child), county.rules, today=today)
    )
    return Mandates(dues, combined(dues))


def _known(child: PlacedChild) -> Child:
    return Child(
        child_id=child.child_id,
        entered_care_on=child.entered_care_on,
        disposition_on=child.disposition_on,
        icwa_status=child.icwa_status,
        placement_kind=child.placement_kind,
        intensive_services=child.intensive_services,
    )
