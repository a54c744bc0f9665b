"""Steps of a safety plan: who does what, when, for which danger or threat, and when they agreed (DOMAIN §2.4 row 23)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import NewType
from uuid import UUID

from services.network.domain.case_steps import basis_hints
from services.network.domain.case_steps import hints as service_hints
from services.network.domain.cases import CaseId
from services.network.domain.commitments import AnswerSource, PlanId
from services.network.domain.hints import Hint
from services.network.domain.members import MemberId
from services.network.domain.plan_errors import WitnessNeeded
from services.network.domain.statements import StatementId, StatementKind
from services.network.domain.threats import ThreatId
from shared.kernel.errors import Fault, Invalid

StepId = NewType("StepId", UUID)

MOST_STEPS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step: what a member will do, in a verb phrase; when, in words or until a day; and for what.

    `agreed_at` is when its owner said yes; `witness` is who heard a yes that a worker recorded.
    """

    id: StepId
    case_id: CaseId
    plan_id: PlanId
    owner_member_id: MemberId
    text: str
    when_words: str
    due_on: date | None
    danger_ids: tuple[StatementId, ...]
    threat_ids: tuple[ThreatId, ...]
    version: int
    updated_at: datetime
    agreed_at: datetime | None = None
    agreed_by: AnswerSource | None = None
    witness: str = ""


def check_step(
    step: Step, *, members: Collection[MemberId], kinds: Mapping[StatementId, StatementKind], threats: Collection[ThreatId]
) -> None:
    """Refuse a step of somebody outside of the network, about nothing, or about something of another family.

    `kinds` and `threats` have what of the named ones belongs to this family.
    """
    faults = []
    if step.owner_member_id not in members:
        faults.append(
            Fault("not_of_this_family", "Choose a member of this family's network, or add them first.", pointer="#/owner_member_id")
        )
    if not step.danger_ids and not step.threat_ids:
        faults.append(Fault("step_needs_danger", "Say which danger or threat this step answers.", pointer="#/danger_ids"))
    if set(step.danger_ids) - set(kinds):
        faults.append(Fault("not_of_this_family", "Choose statements of this family.", pointer="#/danger_ids"))
    if set(step.threat_ids) - set(threats):
        faults.append(Fault("not_of_this_family", "Choose threats of this family.", pointer="#/threat_ids"))
    if faults:
        raise Invalid(faults)


def agreed(step: Step, *, source: AnswerSource, witness: str, now: datetime) -> Step:
    """Return the step with its owner's yes. A second yes changes nothing. Raises WitnessNeeded."""
    if step.agreed_at is not None:
        return step
    if source is AnswerSource.RECORDED and not witness:
        raise WitnessNeeded
    return replace(step, agreed_at=now, agreed_by=source, witness=witness, version=step.version + 1, updated_at=now)


def changed(before: Step, after: Step, *, now: datetime) -> Step:
    """Return a step that says something else: what its owner agreed to is no more, so they are asked again."""
    if after == before:
        return before
    return replace(after, agreed_at=None, agreed_by=None, witness="", version=before.version + 1, updated_at=now)


def hints(step: Step, kinds: Mapping[StatementId, StatementKind]) -> tuple[Hint, ...]:
    """Return what may be asked about a step: going to a service only, or answering a complicating factor only."""
    basis = () if step.threat_ids else basis_hints([kinds[each] for each in step.danger_ids if each in kinds])
    return service_hints(step.text) + basis
