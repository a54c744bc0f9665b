"""Plans and promises as values, for tests of rules: each factory gives something ordinary, a test names what matters to it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

from services.network.domain.agreements import Agreement, AgreementId, AgreementMethod, Capacity
from services.network.domain.cases import CaseId
from services.network.domain.commitments import Ask, AskState, Commitment, CommitmentId, CommitmentState, GapId, PlanId, Promise
from services.network.domain.cover import Seat
from services.network.domain.gaps import Gap, GapState, Told
from services.network.domain.members import MemberId
from services.network.domain.people import PersonId
from services.network.domain.plans import Plan, PlanKind, PlanState, PlanWords, Window, WindowId
from services.network.domain.recurrence import Pattern
from services.network.domain.steps import Step, StepId
from services.network.domain.threats import Threat, ThreatId, ThreatState
from shared.events.network import CommitmentClass
from shared.kernel.spans import Span
from tests.network.use_cases.promised import ZONE, times
from tests.support.factories import a_member, a_person

NOW = datetime(2027, 9, 1, 16, tzinfo=UTC)
CASE, PLAN = CaseId(UUID(int=1)), PlanId(UUID(int=2))


def a_window(pattern: Pattern, adults: int = 1) -> Window:
    """Time that a plan requires."""
    return Window(id=WindowId(uuid4()), label="", pattern=pattern, adults=adults)


def a_plan(*windows: Window, **facts: Any) -> Plan:
    """A plan in force for September."""
    ordinary = Plan(
        id=PLAN,
        case_id=CASE,
        kind=PlanKind.ONGOING,
        state=PlanState.ACTIVE,
        time_zone=ZONE,
        starts_on=date(2027, 9, 1),
        ends_on=date(2027, 9, 30),
        review_on=date(2027, 9, 8),
        words=PlanWords(),
        windows=windows,
        updated_at=NOW,
    )
    return replace(ordinary, **facts)


def a_commitment(
    pattern: Pattern | None = None, *, supportive: bool = False, backups: Iterable[MemberId] = (), **facts: Any
) -> Commitment:
    """A promise to protect on Saturday nights, active unless told otherwise."""
    promise = Promise(
        action="Stay with the child",
        place="At home",
        commitment_class=CommitmentClass.SUPPORTIVE if supportive else CommitmentClass.PROTECTIVE,
        pattern=pattern or times("2027-09-04 20:00", "2027-09-05 08:00", "FREQ=WEEKLY"),
        backups=tuple(backups),
    )
    ordinary = Commitment(
        id=CommitmentId(uuid4()),
        case_id=CASE,
        plan_id=PLAN,
        member_id=MemberId(uuid4()),
        person_id=PersonId(uuid4()),
        promise=promise,
        state=CommitmentState.ACTIVE,
        offered_at=NOW,
        updated_at=NOW,
    )
    return replace(ordinary, **facts)


def an_ask(**facts: Any) -> Ask:
    """An ask to a backup that waits for half an hour."""
    return Ask(**{"gap_id": GapId(uuid4()), "state": AskState.SENT, "answer_by": NOW, **facts})


def a_seat(commitment: Commitment, **facts: Any) -> Seat:
    """The place in the network of whoever made a promise: somebody who may protect, unless told otherwise."""
    member = a_member(id=commitment.member_id, case_id=CASE, person_id=commitment.person_id)
    person = replace(a_person(), id=commitment.person_id)
    return replace(Seat(member, person, None, frozenset()), **facts)


def a_gap(span: Span, **facts: Any) -> Gap:
    """A gap that was just opened."""
    ordinary = Gap(
        id=GapId(uuid4()),
        case_id=CASE,
        plan_id=PLAN,
        span=span,
        adults=1,
        left=(span,),
        state=GapState.OPEN,
        lost=None,
        told=Told.NOBODY,
        opened_at=NOW,
        updated_at=NOW,
    )
    return replace(ordinary, **facts)


def a_threat(*, is_resolved: bool = False, **facts: Any) -> Threat:
    """A threat that stands, unless told otherwise."""
    ordinary = Threat(
        id=ThreatId(uuid4()),
        case_id=CASE,
        code="caregiver_violence",
        text="Rick hit Dana.",
        identified_on=date(2027, 8, 30),
        child_ids=(),
        state=ThreatState.RESOLVED if is_resolved else ThreatState.OPEN,
        resolved_on=date(2027, 8, 31) if is_resolved else None,
        how="Rick lives elsewhere." if is_resolved else "",
        version=1,
        updated_at=NOW,
    )
    return replace(ordinary, **facts)


def a_step(**facts: Any) -> Step:
    """A step that nobody has agreed to yet."""
    ordinary = Step(
        id=StepId(uuid4()),
        case_id=CASE,
        plan_id=PLAN,
        owner_member_id=MemberId(uuid4()),
        text="Dana calls Carmen before the party.",
        when_words="when friends come over",
        due_on=None,
        danger_ids=(),
        threat_ids=(),
        version=1,
        updated_at=NOW,
    )
    return replace(ordinary, **facts)


def an_agreement(**facts: Any) -> Agreement:
    """A parent's agreement on paper."""
    ordinary = Agreement(
        id=AgreementId(uuid4()),
        case_id=CASE,
        plan_id=PLAN,
        member_id=None,
        child_id=None,
        name="Dana Luna",
        capacity=Capacity.PARENT,
        method=AgreementMethod.WET,
        witness="",
        signed_on=date(2027, 9, 1),
        recorded_at=NOW,
        recorded_by="omar",
    )
    return replace(ordinary, **facts)
