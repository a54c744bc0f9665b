"""No network, no plan: what must be there before a safety plan comes into force, each with the words a worker can act on.

The gate refuses; it never decides what becomes of a child (SOP Quick Guide; DOMAIN §2.2, §2.4, §4.5).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from services.network.domain.agreements import Agreement, is_agreed_by_family
from services.network.domain.commitments import Commitment
from services.network.domain.cover import Seats, protects
from services.network.domain.coverage import Shortfall
from services.network.domain.hints import SENTENCES as HINTS
from services.network.domain.hints import HintCode
from services.network.domain.people import PersonId
from services.network.domain.plans import Plan, PlanKind
from services.network.domain.statements import StatementId, StatementKind
from services.network.domain.steps import Step, hints
from services.network.domain.threats import Threat
from services.network.domain.viability import SENTENCES as OF_NETWORKS
from services.network.domain.viability import NetworkWarning, Viability


class Missing(StrEnum):
    """Why a plan cannot come into force yet."""

    NO_NETWORK = "no_network"
    STARTS_LATER = "starts_later"
    NO_WINDOWS = "no_windows"
    NO_PROTECTIVE_ADULT = "no_protective_adult"
    THREAT_UNANSWERED = "threat_unanswered"
    STEP_NOT_AGREED = "step_not_agreed"
    NO_FAMILY_AGREEMENT = "no_family_agreement"
    NO_MONITORING = "no_monitoring"
    NO_BACKUP_PROCEDURE = "no_backup_procedure"
    NOT_COVERED = "not_covered"


class Warned(StrEnum):
    """What a worker should know, and what keeps no plan from coming into force."""

    FEW_ADULTS = "network_few_adults"
    ONLY_FORMAL = "network_only_formal"
    NO_BACKUP = "no_backup"
    NO_STEPS = "no_steps"
    SERVICE_ONLY_STEP = "service_only_step"
    CHILD_TO_BE_ASKED = "child_to_be_asked"


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that is missing: what to do about it, and what it is about: a stretch of time, or a record by id and prefix."""

    code: str
    detail: str
    subject_id: UUID | None = None
    prefix: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Everything on which the gate decides about a plan.

    `today` is of the family's zone. `promised` are the promises that will hold in it, also those that move from the version before;
    `kinds` are those of the statements that its steps name; `children_to_ask` are those of 12 and over who have not agreed.
    """

    plan: Plan
    today: date
    replaces_plan_in_force: bool
    network: Viability
    seats: Seats
    promised: Sequence[Commitment]
    open_time: Sequence[Shortfall]
    threats: Sequence[Threat]
    steps: Sequence[Step]
    kinds: Mapping[StatementId, StatementKind]
    agreements: Sequence[Agreement]
    children_to_ask: Sequence[PersonId]


def missing(ground: Ground) -> list[Reason]:
    """Return all that is missing, in the order in which a worker would mend it; nothing means that the plan may begin."""
    reasons = []
    if not ground.network.is_viable:
        reasons.append(Reason(Missing.NO_NETWORK, f"No network, no plan. {OF_NETWORKS[NetworkWarning.NOT_VIABLE]}"))
    if ground.replaces_plan_in_force and ground.plan.starts_on > ground.today:
        detail = (
            "The version before would end today, and this one begins later. Let it begin today, or activate it on its first day."
        )
        reasons.append(Reason(Missing.STARTS_LATER, detail))
    if not ground.plan.windows:
        reasons.append(Reason(Missing.NO_WINDOWS, "Say when a protective adult must be there: add at least one time to cover."))
    if not any(protects(each, ground.seats) for each in ground.promised):
        detail = "Nobody has promised to protect yet. Ask an adult who is not the caregiver of concern, and record their yes."
        reasons.append(Reason(Missing.NO_PROTECTIVE_ADULT, detail))
    return [*reasons, *_unanswered(ground), *_not_agreed(ground), *_without_procedures(ground), *_not_covered(ground)]


def warnings(ground: Ground) -> list[Reason]:
    """Return what a worker should know before the plan begins. None of these refuses anything."""
    found = [
        Reason(code, OF_NETWORKS[of_network])
        for code, of_network in (
            (Warned.FEW_ADULTS, NetworkWarning.FEW_ADULTS),
            (Warned.ONLY_FORMAL, NetworkWarning.ONLY_FORMAL),
        )
        if of_network in ground.network.warnings
    ]
    if not _names_backups(ground):
        detail = "Nobody is named to step in. Choose backups for each promise, so that an open hour finds somebody by itself."
        found.append(Reason(Warned.NO_BACKUP, detail))
    if not ground.steps:
        found.append(Reason(Warned.NO_STEPS, "The plan has no steps. Say who does what, and for which danger."))
    found += [
        Reason(Warned.SERVICE_ONLY_STEP, HINTS[HintCode.SERVICE_ONLY_STEP], step.id, "step")
        for step in ground.steps
        if any(hint.code is HintCode.SERVICE_ONLY_STEP for hint in hints(step, ground.kinds))
    ]
    detail = "This child is 12 or over. Ask what they think of the plan, as applicable, and record it."
    return found + [Reason(Warned.CHILD_TO_BE_ASKED, detail, child_id, "per") for child_id in ground.children_to_ask]


def _unanswered(ground: Ground) -> list[Reason]:
    answered = {threat_id for step in ground.steps for threat_id in step.threat_ids}
    detail = "No step answers this threat. Add a step that does, or record what resolved the threat."
    return [
        Reason(Missing.THREAT_UNANSWERED, detail, threat.id, "thr")
        for threat in ground.threats
        if threat.is_open and threat.id not in answered
    ]


def _not_agreed(ground: Ground) -> list[Reason]:
    reasons = []
    for step in ground.steps:
        if step.owner_member_id not in ground.seats:
            detail = "Whoever was to do this has left the network. Give the step to somebody else, or take it out."
            reasons.append(Reason(Missing.STEP_NOT_AGREED, detail, step.id, "step"))
        elif step.agreed_at is None:
            detail = "Whoever is to do this has not agreed yet. Ask them, and record their yes."
            reasons.append(Reason(Missing.STEP_NOT_AGREED, detail, step.id, "step"))
    if not is_agreed_by_family(ground.agreements):
        detail = "No parent or caregiver has agreed to the plan as it is now. Ask one of them, and record it."
        reasons.append(Reason(Missing.NO_FAMILY_AGREEMENT, detail))
    return reasons


def _without_procedures(ground: Ground) -> list[Reason]:
    """What an SDM plan has to say (LA DCFS 0070-548.25); its dated review every plan has."""
    if ground.plan.kind is not PlanKind.SDM_SAFETY_PLAN:
        return []
    reasons = []
    if not ground.plan.words.monitoring:
        reasons.append(Reason(Missing.NO_MONITORING, "Say how you will see that the plan works: visits, calls, check-ins."))
    if not ground.plan.words.backup and not _names_backups(ground):
        detail = "Say what happens if the plan is not followed: name backups for a promise, or write it down."
        reasons.append(Reason(Missing.NO_BACKUP_PROCEDURE, detail))
    return reasons


def _names_backups(ground: Ground) -> bool:
    return any(each.covers and each.promise.backups for each in ground.promised)


def _not_covered(ground: Ground) -> list[Reason]:
    reasons = []
    for short in ground.open_time:
        detail = "Nobody has promised to be there at this time." if short.adults == 1 else "More adults are needed at this time."
        detail = f"{detail} Ask a member to take it."
        reasons.append(Reason(Missing.NOT_COVERED, detail, starts_at=short.span.start, ends_at=short.span.end))
    return reasons
