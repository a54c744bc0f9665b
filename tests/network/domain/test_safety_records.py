"""Threats, steps and agreements: what can be on record of them, and what is asked again once a plan says something else."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest

from services.network.domain.agreements import (
    Agreement,
    AgreementMethod,
    Capacity,
    capacity_of,
    check_agreement,
    is_agreed_by_family,
    to_be_asked,
)
from services.network.domain.commitments import AnswerSource
from services.network.domain.hints import HintCode
from services.network.domain.members import MemberId, RelationshipKind
from services.network.domain.people import PersonId
from services.network.domain.plan_errors import WitnessNeeded
from services.network.domain.statements import StatementId, StatementKind
from services.network.domain.steps import Step, agreed, changed, check_step, hints
from services.network.domain.threats import Threat, ThreatId, ThreatState, check_threat, reopened
from shared.kernel.errors import Invalid
from tests.network.domain.planned import NOW, a_step, a_threat, an_agreement
from tests.support.factories import a_person, a_standing

TODAY = date(2027, 9, 1)
TOMORROW = TODAY + timedelta(days=1)
MEMBER, CHILD = MemberId(uuid4()), PersonId(uuid4())
DANGER, FACTOR, THREAT = StatementId(uuid4()), StatementId(uuid4()), ThreatId(uuid4())
KINDS = {DANGER: StatementKind.DANGER, FACTOR: StatementKind.COMPLICATING_FACTOR}


def faults(call: Callable[[], object]) -> list[tuple[str, str | None]]:
    with pytest.raises(Invalid) as refused:
        call()
    return [(fault.code, fault.pointer) for fault in refused.value.faults]


@pytest.mark.parametrize(
    ("threat", "fault"),
    [
        (a_threat(identified_on=TOMORROW), ("in_the_future", "#/identified_on")),
        (a_threat(child_ids=(PersonId(uuid4()),)), ("not_of_this_family", "#/child_ids")),
        (a_threat(how="It passed."), ("not_applicable", "#/how")),
        (a_threat(is_resolved=True, resolved_on=None), ("needed_here", "#/resolved_on")),
        (a_threat(is_resolved=True, resolved_on=TOMORROW), ("in_the_future", "#/resolved_on")),
        (a_threat(is_resolved=True, resolved_on=date(2027, 8, 1)), ("end_before_start", "#/resolved_on")),
        (a_threat(is_resolved=True, how=""), ("needed_here", "#/how")),
    ],
)
def test_a_threat_that_cannot_be(threat: Threat, fault: tuple[str, str]) -> None:
    assert faults(lambda: check_threat(threat, children=[CHILD], today=TODAY)) == [fault]


def test_threats_that_can_be() -> None:
    for threat in (a_threat(), a_threat(is_resolved=True), a_threat(child_ids=(CHILD,)), a_threat(code="of_the_countys_own")):
        check_threat(threat, children=[CHILD], today=TODAY)


def test_a_threat_that_stands_again_has_no_resolution() -> None:
    again = reopened(a_threat(is_resolved=True))
    assert (again.state, again.resolved_on, again.how, again.is_open) == (ThreatState.OPEN, None, "", True)


@pytest.mark.parametrize(
    ("step", "fault"),
    [
        (a_step(owner_member_id=MEMBER), ("step_needs_danger", "#/danger_ids")),
        (a_step(danger_ids=(DANGER,)), ("not_of_this_family", "#/owner_member_id")),
        (a_step(owner_member_id=MEMBER, danger_ids=(StatementId(uuid4()),)), ("not_of_this_family", "#/danger_ids")),
        (a_step(owner_member_id=MEMBER, threat_ids=(ThreatId(uuid4()),)), ("not_of_this_family", "#/threat_ids")),
    ],
)
def test_a_step_that_cannot_be(step: Step, fault: tuple[str, str]) -> None:
    assert faults(lambda: check_step(step, members={MEMBER}, kinds=KINDS, threats={THREAT})) == [fault]


def test_a_step_answers_a_danger_or_a_threat() -> None:
    for step in (
        a_step(owner_member_id=MEMBER, danger_ids=(DANGER,)),
        a_step(owner_member_id=MEMBER, threat_ids=(THREAT,)),
        a_step(owner_member_id=MEMBER, danger_ids=(DANGER,), threat_ids=(THREAT,)),
    ):
        check_step(step, members={MEMBER}, kinds=KINDS, threats={THREAT})


def test_a_spoken_yes_needs_a_witness_and_a_second_one_changes_nothing() -> None:
    with pytest.raises(WitnessNeeded):
        agreed(a_step(), source=AnswerSource.RECORDED, witness="", now=NOW)
    yes = agreed(a_step(), source=AnswerSource.RECORDED, witness="Omar", now=NOW)
    assert (yes.agreed_at, yes.agreed_by, yes.witness, yes.version) == (NOW, AnswerSource.RECORDED, "Omar", 2)
    assert agreed(yes, source=AnswerSource.TAP, witness="", now=NOW + timedelta(days=1)) == yes


def test_other_words_are_another_promise() -> None:
    yes = agreed(a_step(), source=AnswerSource.TAP, witness="", now=NOW)
    assert changed(yes, yes, now=NOW) == yes
    other = changed(yes, replace(yes, text="Dana calls her mother."), now=NOW)
    assert (other.agreed_at, other.agreed_by, other.version) == (None, None, yes.version + 1)


@pytest.mark.parametrize(
    ("step", "codes"),
    [
        (a_step(danger_ids=(DANGER,)), []),
        (a_step(danger_ids=(FACTOR,)), [HintCode.NOT_A_DANGER]),
        (a_step(danger_ids=(FACTOR,), threat_ids=(THREAT,)), []),
        (a_step(danger_ids=(DANGER,), text="Attend a parenting class."), [HintCode.SERVICE_ONLY_STEP]),
        (a_step(danger_ids=(DANGER,), text="Attend a parenting class, and leave the room when he is angry."), []),
    ],
)
def test_what_is_asked_about_a_step(step: Step, codes: list[HintCode]) -> None:
    assert [hint.code for hint in hints(step, KINDS)] == codes


@pytest.mark.parametrize(
    ("agreement", "fault"),
    [
        (an_agreement(name=""), ("one_signer", "#/member_id")),
        (an_agreement(member_id=MEMBER), ("one_signer", "#/member_id")),
        (an_agreement(name="", member_id=MemberId(uuid4())), ("not_of_this_family", "#/member_id")),
        (an_agreement(name="", child_id=PersonId(uuid4())), ("not_of_this_family", "#/child_id")),
        (an_agreement(signed_on=TOMORROW), ("in_the_future", "#/signed_on")),
    ],
)
def test_an_agreement_that_cannot_be(agreement: Agreement, fault: tuple[str, str]) -> None:
    assert faults(lambda: check_agreement(agreement, members=[MEMBER], children=[CHILD], today=TODAY)) == [fault]


def test_a_spoken_agreement_needs_a_witness() -> None:
    spoken = an_agreement(method=AgreementMethod.RECORDED)
    with pytest.raises(WitnessNeeded):
        check_agreement(spoken, members=[], children=[], today=TODAY)
    check_agreement(replace(spoken, witness="Omar"), members=[], children=[], today=TODAY)


@pytest.mark.parametrize(
    ("relationship", "of_concern", "capacity"),
    [
        (RelationshipKind.MOTHER, False, Capacity.CAREGIVER),
        (RelationshipKind.RESOURCE_PARENT, False, Capacity.CAREGIVER),
        (RelationshipKind.OTHER, True, Capacity.CAREGIVER),
        (RelationshipKind.NEIGHBOR, False, Capacity.MEMBER),
    ],
)
def test_as_whom_a_member_agrees(relationship: RelationshipKind, of_concern: bool, capacity: Capacity) -> None:
    assert capacity_of(a_standing(relationship=relationship, caregiver_of_concern=of_concern)) is capacity


def test_a_parents_agreement_is_one_as_long_as_it_stands() -> None:
    assert is_agreed_by_family([an_agreement(), an_agreement(capacity=Capacity.MEMBER)])
    assert not is_agreed_by_family([an_agreement(void_at=NOW), an_agreement(capacity=Capacity.MEMBER)])


def test_children_of_twelve_and_over_are_to_be_asked_until_they_were() -> None:
    twelve, eleven, unknown = a_person(born_on=date(2015, 9, 1)), a_person(born_on=date(2015, 9, 2)), a_person()
    members = {MEMBER: twelve.id}

    def asked(*agreements: Agreement) -> list[PersonId]:
        return to_be_asked([twelve, eleven, unknown], agreements, members, today=TODAY)

    assert asked(an_agreement()) == [twelve.id]
    assert asked(an_agreement(name="", child_id=twelve.id, capacity=Capacity.CHILD)) == []
    assert asked(an_agreement(name="", member_id=MEMBER, capacity=Capacity.MEMBER)) == []
    assert asked(an_agreement(name="", child_id=twelve.id, capacity=Capacity.CHILD, void_at=NOW)) == [twelve.id]
