"""No network, no plan: every reason for which the gate refuses, alone and together, and what is only a warning."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.network.domain.agreements import Capacity
from services.network.domain.cover import open_time
from services.network.domain.gate import Ground, Missing, Warned, missing, warnings
from services.network.domain.members import MemberState, SupportType
from services.network.domain.people import PersonId
from services.network.domain.plans import PlanKind, PlanState, PlanWords
from services.network.domain.statements import StatementId, StatementKind
from services.network.domain.viability import viability
from tests.network.domain.planned import NOW, a_commitment, a_plan, a_seat, a_step, a_threat, a_window, an_agreement
from tests.network.use_cases.promised import at, times
from tests.support.factories import a_member, a_standing

WEEKENDS = times("2027-09-04 20:00", "2027-09-05 08:00", "FREQ=WEEKLY")
TODAY = date(2027, 9, 1)
DANGER = StatementId(uuid4())


def a_ground(*, is_active: bool = True, support: SupportType = SupportType.INFORMAL, **facts: Any) -> Ground:
    """All that a plan needs: an active adult who promised every night, a step with a yes, and a parent's agreement."""
    promise = a_commitment(WEEKENDS)
    member = a_member(
        id=promise.member_id,
        person_id=promise.person_id,
        standing=a_standing(support_type=support),
        state=MemberState.ACTIVE if is_active else MemberState.COMMITTED,
    )
    seat = replace(a_seat(promise), member=member)
    threat = a_threat()
    words = PlanWords(monitoring=("Omar calls each evening.",), backup=("Call Omar.",))
    plan = a_plan(a_window(WEEKENDS), state=PlanState.AGREED, words=words)
    ordinary = Ground(
        plan=plan,
        today=TODAY,
        replaces_plan_in_force=False,
        network=viability([(seat.member, seat.person)], today=TODAY),
        seats={member.id: seat},
        promised=[promise],
        open_time=[],
        threats=[threat],
        steps=[a_step(owner_member_id=member.id, threat_ids=(threat.id,), agreed_at=NOW)],
        kinds={DANGER: StatementKind.DANGER},
        agreements=[an_agreement()],
        children_to_ask=[],
    )
    return replace(ordinary, **facts)


def codes(ground: Ground) -> list[str]:
    return [reason.code for reason in missing(ground)]


def warned(ground: Ground) -> list[str]:
    return [warning.code for warning in warnings(ground)]


def test_a_plan_with_all_it_needs_may_begin() -> None:
    assert codes(a_ground()) == []


def test_without_a_network_the_first_reason_says_so() -> None:
    reasons = missing(a_ground(is_active=False, agreements=[]))
    assert [reason.code for reason in reasons] == [Missing.NO_NETWORK, Missing.NO_FAMILY_AGREEMENT]
    assert reasons[0].detail.startswith("No network, no plan.")


def test_a_plan_says_when_somebody_must_be_there_and_somebody_is() -> None:
    assert codes(a_ground(plan=a_plan(state=PlanState.AGREED), promised=[])) == [
        Missing.NO_WINDOWS,
        Missing.NO_PROTECTIVE_ADULT,
    ]


def test_each_open_threat_needs_a_step_of_this_plan() -> None:
    ground = a_ground()
    other, resolved = a_threat(), a_threat(is_resolved=True)
    [reason] = missing(replace(ground, threats=[*ground.threats, other, resolved]))
    assert (reason.code, reason.subject_id, reason.prefix) == (Missing.THREAT_UNANSWERED, other.id, "thr")


def test_each_steps_owner_has_agreed() -> None:
    ground = a_ground()
    [step] = ground.steps
    [reason] = missing(replace(ground, steps=[replace(step, agreed_at=None)]))
    assert (reason.code, reason.subject_id, reason.prefix) == (Missing.STEP_NOT_AGREED, step.id, "step")


def test_a_step_of_somebody_who_left_counts_for_nothing() -> None:
    ground = a_ground()
    gone = a_step(threat_ids=ground.steps[0].threat_ids, agreed_at=NOW)
    [reason] = missing(replace(ground, steps=[gone]))
    assert (reason.code, "has left" in reason.detail) == (Missing.STEP_NOT_AGREED, True)


@pytest.mark.parametrize("capacity", [Capacity.CHILD, Capacity.MEMBER, Capacity.TRIBE, Capacity.ATTORNEY, Capacity.OTHER])
def test_nobody_agrees_in_place_of_a_parent_or_caregiver(capacity: Capacity) -> None:
    assert codes(a_ground(agreements=[an_agreement(capacity=capacity)])) == [Missing.NO_FAMILY_AGREEMENT]


def test_an_agreement_to_what_the_plan_once_said_is_none() -> None:
    assert codes(a_ground(agreements=[an_agreement(void_at=NOW)])) == [Missing.NO_FAMILY_AGREEMENT]
    assert codes(a_ground(agreements=[an_agreement(void_at=NOW), an_agreement(capacity=Capacity.CAREGIVER)])) == []


def test_an_sdm_plan_says_how_it_is_monitored_and_what_happens_if_it_fails() -> None:
    bare = replace(a_ground().plan, words=PlanWords())
    assert codes(a_ground(plan=replace(bare, kind=PlanKind.SDM_SAFETY_PLAN))) == [
        Missing.NO_MONITORING,
        Missing.NO_BACKUP_PROCEDURE,
    ]
    assert codes(a_ground(plan=bare)) == [], "other kinds need not say"


def test_backups_of_a_promise_are_a_backup_procedure() -> None:
    ground = a_ground()
    [promise] = ground.promised
    with_backup = replace(promise, promise=replace(promise.promise, backups=(a_member().id,)))
    plan = replace(ground.plan, kind=PlanKind.SDM_SAFETY_PLAN, words=PlanWords(monitoring=("Omar visits.",)))
    assert codes(replace(ground, plan=plan, promised=[with_backup])) == []
    assert Warned.NO_BACKUP not in warned(replace(ground, promised=[with_backup]))


def test_each_hour_that_nobody_covers_is_a_reason_with_its_time() -> None:
    ground = a_ground()
    [promise] = ground.promised
    excused = replace(promise, excluded=frozenset({times("2027-09-11 20:00", "2027-09-12 08:00").starts_local}))
    found = open_time(ground.plan, [excused], ground.seats, begin=TODAY, end=date(2027, 9, 30), now=NOW)
    [reason] = missing(replace(ground, open_time=found))
    assert (reason.code, reason.starts_at, reason.ends_at) == (
        Missing.NOT_COVERED,
        at("2027-09-11 20:00"),
        at("2027-09-12 08:00"),
    )


def test_a_new_version_begins_when_the_old_one_ends() -> None:
    later = replace(a_ground().plan, starts_on=TODAY + timedelta(days=1))
    assert codes(a_ground(plan=later, replaces_plan_in_force=True)) == [Missing.STARTS_LATER]
    assert codes(a_ground(plan=later)) == [], "the first plan may begin later"


def test_warnings_refuse_nothing() -> None:
    ground = a_ground(support=SupportType.FORMAL, steps=[], threats=[], children_to_ask=[PersonId(uuid4())])
    assert codes(ground) == []
    assert warned(ground) == [
        Warned.FEW_ADULTS,
        Warned.ONLY_FORMAL,
        Warned.NO_BACKUP,
        Warned.NO_STEPS,
        Warned.CHILD_TO_BE_ASKED,
    ]


def test_a_step_that_is_only_a_service_is_questioned_with_its_id() -> None:
    ground = a_ground()
    [step] = ground.steps
    service = replace(step, text="Attend a parenting class.")
    found = [each for each in warnings(replace(ground, steps=[service])) if each.code == Warned.SERVICE_ONLY_STEP]
    assert [(each.subject_id, each.prefix) for each in found] == [(step.id, "step")]
    assert codes(replace(ground, steps=[service])) == []
