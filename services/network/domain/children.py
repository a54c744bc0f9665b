"""The children of a family and the placement facts on which meeting mandates rest. All dates are county-local."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from services.network.domain.cases import CaseId
from services.network.domain.people import PersonId
from shared.events.network import ChildAdded, ChildFactsChanged
from shared.kernel.errors import Fault, Invalid


class IcwaStatus(StrEnum):
    """How far the question is answered whether the Indian Child Welfare Act applies (DOMAIN §6.5)."""

    UNKNOWN = "unknown"
    INQUIRY_PENDING = "inquiry_pending"
    REASON_TO_BELIEVE = "reason_to_believe"
    REASON_TO_KNOW = "reason_to_know"
    APPLIES = "applies"
    DOES_NOT_APPLY = "does_not_apply"


class PlacementKind(StrEnum):
    """Where a child lives. At `home` the placement rules demand no meeting."""

    HOME = "home"
    RELATIVE = "relative"
    NREFM = "nrefm"
    RESOURCE_FAMILY = "resource_family"
    FFA = "ffa"
    TFC = "tfc"
    STRTP = "strtp"
    SHELTER = "shelter"
    HOSPITAL = "hospital"
    SILP = "silp"
    TRIBAL = "tribal"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """A child's placement facts. `intensive_services` means ICC, IHBS or TFC."""

    entered_care_on: date | None
    disposition_on: date | None
    icwa_status: IcwaStatus
    placement_kind: PlacementKind
    intensive_services: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """A child's place in one family's work; the child is a person."""

    case_id: CaseId
    person_id: PersonId
    placement: Placement
    version: int
    updated_at: datetime


def check_placement(placement: Placement) -> None:
    """Refuse a hearing before the entry into care. An entry still to come is taken: a placement may be planned."""
    entered, hearing = placement.entered_care_on, placement.disposition_on
    if entered is not None and hearing is not None and hearing < entered:
        raise Invalid([Fault("end_before_start", "The hearing cannot be before the entry into care.", pointer="#/disposition_on")])


def added(child: Child, *, at: datetime) -> ChildAdded:
    """Say that a child became part of a family's work."""
    return ChildAdded(**_facts(child), at=at)


def facts_changed(child: Child, *, at: datetime) -> ChildFactsChanged:
    """Say that a child's facts changed; all of them are given anew."""
    return ChildFactsChanged(**_facts(child), at=at)


def _facts(child: Child) -> Mapping[str, Any]:
    return {
        "case_id": child.case_id,
        "child_id": child.person_id,
        "entered_care_on": child.placement.entered_care_on,
        "disposition_on": child.placement.disposition_on,
        "icwa_status": child.placement.icwa_status.value,
        "placement_kind": child.placement.placement_kind.value,
        "intensive_services": child.placement.intensive_services,
    }
