"""Acts of protection: what a caregiver did, when, and who saw it. Over time they are what safety is; no machine scores them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import NewType
from uuid import UUID

from services.network.domain.caregivers import is_caregiver
from services.network.domain.cases import CaseId
from services.network.domain.members import Member, MemberId
from services.network.domain.statements import StatementId, StatementKind
from shared.kernel.errors import Fault, Invalid

ActId = NewType("ActId", UUID)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtectiveAct:
    """One act of protection on a county-local day, by a caregiver, seen by another member, against one danger."""

    id: ActId
    case_id: CaseId
    actor_id: MemberId
    observer_id: MemberId
    danger_id: StatementId
    acted_on: date
    text: str
    recorded_by: str
    version: int
    updated_at: datetime


def check_act(*, actor: Member | None, observer: Member | None, danger: StatementKind | None, acted_on: date, today: date) -> None:
    """Refuse an act by nobody's caregiver, seen by nobody else, against no danger of this family, or still to come."""
    faults = []
    if actor is None or not is_caregiver(actor.standing):
        faults.append(Fault("not_a_caregiver", "Choose a parent or caregiver of this family's network.", pointer="#/actor_id"))
    if observer is None:
        faults.append(Fault("not_of_this_family", "Choose a member of this family's network.", pointer="#/observer_id"))
    elif actor is not None and observer.id == actor.id:
        faults.append(Fault("duplicate", "Choose somebody else who saw it.", pointer="#/observer_id"))
    if danger is not StatementKind.DANGER:
        faults.append(Fault("danger_needed", "Choose a danger statement of this family.", pointer="#/danger_id"))
    if acted_on > today:
        faults.append(Fault("in_the_future", "Choose today or an earlier day.", pointer="#/acted_on"))
    if faults:
        raise Invalid(faults)
