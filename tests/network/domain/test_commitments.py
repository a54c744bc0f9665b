"""Promises, asks and plans under whatever order of commands: what has ended stays ended, and only what is promised covers."""

import contextlib
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from services.network.domain import commitments, plans
from services.network.domain.commitments import (
    FINAL,
    HOLDS,
    AnswerSource,
    AskState,
    Commitment,
    CommitmentState,
    accept,
    accept_part,
    ask_closed,
    decline,
    excuse,
    take_back_excuse,
    withdraw,
)
from services.network.domain.cover import protects
from services.network.domain.plan_errors import (
    AlreadyAnswered,
    CommitmentHasEnded,
    NoSuchTurn,
    NotAccepted,
    PlanHasEnded,
    TurnIsOver,
    WitnessNeeded,
)
from services.network.domain.plans import ENDED, IN_FORCE, Plan, PlanState
from shared.kernel.errors import Conflict
from shared.kernel.spans import Span
from tests.network.domain.planned import NOW, a_commitment, a_plan, a_seat, an_ask
from tests.network.use_cases.promised import at, times

STARTS = datetime(2027, 9, 11, 20)  # noqa: DTZ001  a wall time
ENDS = at("2027-09-12 08:00")
NIGHT = Span(at("2027-09-11 20:00"), ENDS)
STATES = [*CommitmentState]


def an_offer() -> Commitment:
    return a_commitment(state=CommitmentState.OFFERED)


def an_asked(state: CommitmentState = CommitmentState.OFFERED, ask: AskState = AskState.SENT) -> Commitment:
    return a_commitment(times("2027-09-11 20:00", "2027-09-12 08:00"), state=state, ask=an_ask(state=ask))


def yes(commitment: Commitment, now: datetime = NOW) -> Commitment:
    return accept(commitment, source=AnswerSource.TEXT, is_plan_active=True, now=now)


def test_yes_twice_is_yes_once() -> None:
    once = yes(an_offer())
    assert (once.state, once.accepted_by, once.accepted_at) == (CommitmentState.ACTIVE, AnswerSource.TEXT, NOW)
    assert yes(once, NOW + timedelta(days=1)) == once


def test_in_a_plan_that_is_not_in_force_a_yes_waits_for_it() -> None:
    waits = accept(an_offer(), source=AnswerSource.TAP, is_plan_active=False, now=NOW)
    assert (waits.state, waits.holds) == (CommitmentState.ACCEPTED, True)
    begun = commitments.activate(waits, now=NOW)
    assert begun.state is CommitmentState.ACTIVE
    assert commitments.activate(begun, now=NOW) == begun


def test_a_spoken_promise_needs_a_witness() -> None:
    with pytest.raises(WitnessNeeded):
        accept(an_offer(), source=AnswerSource.RECORDED, is_plan_active=True, now=NOW)
    heard = accept(an_offer(), source=AnswerSource.RECORDED, witness="Paz", is_plan_active=True, now=NOW)
    assert (heard.state, heard.witness) == (CommitmentState.ACTIVE, "Paz")


@pytest.mark.parametrize("state", [state for state in STATES if state not in FINAL])
def test_whatever_is_not_over_can_be_taken_back(state: CommitmentState) -> None:
    back = withdraw(a_commitment(state=state), now=NOW)
    assert (back.state, back.has_ended, back.covers) == (CommitmentState.WITHDRAWN, True, False)


@pytest.mark.parametrize("state", sorted(FINAL))
def test_what_is_over_takes_no_answer_and_changes_no_more(state: CommitmentState) -> None:
    over = a_commitment(state=state, excluded=frozenset({STARTS}))
    for command in (yes, lambda each: withdraw(each, now=NOW)):
        with pytest.raises(CommitmentHasEnded):
            command(over)
    with pytest.raises(NotAccepted):
        take_back_excuse(over, STARTS, now=NOW)
    with pytest.raises(NotAccepted):
        excuse(over, STARTS, ENDS, now=NOW)
    assert commitments.end(over, CommitmentState.COMPLETED, now=NOW) == over
    assert commitments.activate(over, now=NOW) == over
    asked = replace(over, ask=an_ask())
    assert ask_closed(asked, AskState.COVERED, now=NOW) == asked


def test_no_twice_is_no_once_and_who_had_said_yes_withdraws_instead() -> None:
    no = decline(an_offer(), now=NOW)
    assert (no.state, decline(no, now=NOW)) == (CommitmentState.DECLINED, no)
    with pytest.raises(AlreadyAnswered):
        decline(a_commitment(), now=NOW)


def test_one_turn_is_excused_and_taken_back_and_the_rest_stays_promised() -> None:
    without = excuse(a_commitment(), STARTS, ENDS, now=NOW)
    assert (without.excluded, without.state, without.covers) == (frozenset({STARTS}), CommitmentState.ACTIVE, True)
    assert excuse(without, STARTS, ENDS, now=NOW) == without
    again = take_back_excuse(without, STARTS, now=NOW)
    assert again.excluded == frozenset()
    assert take_back_excuse(again, STARTS, now=NOW) == again


def test_a_promise_of_one_time_is_taken_back_with_it() -> None:
    back = excuse(a_commitment(times("2027-09-11 20:00", "2027-09-12 08:00")), STARTS, ENDS, now=NOW)
    assert (back.state, back.excluded) == (CommitmentState.WITHDRAWN, frozenset())
    assert excuse(back, STARTS, ENDS, now=NOW) == back


def test_a_turn_that_is_over_is_not_excused() -> None:
    assert excuse(a_commitment(), STARTS, ENDS, now=ENDS - timedelta(seconds=1)).excluded
    with pytest.raises(TurnIsOver):
        excuse(a_commitment(), STARTS, ENDS, now=ENDS)


def test_a_paused_promise_covers_nothing_until_it_goes_on() -> None:
    resting = commitments.pause(a_commitment(), now=NOW)
    assert (resting.state, resting.covers) == (CommitmentState.PAUSED, False)
    assert commitments.resume(resting, now=NOW).covers
    for command, commitment in (
        (commitments.pause, resting),
        (commitments.resume, a_commitment()),
        (commitments.pause, an_offer()),
    ):
        with pytest.raises(NotAccepted):
            command(commitment, now=NOW)


def test_a_backup_takes_the_whole_time_or_a_part_of_it() -> None:
    whole = accept_part(an_asked(), NIGHT, source=AnswerSource.TEXT, now=NOW)
    evening = Span(NIGHT.start, at("2027-09-11 23:00"))
    part = accept_part(an_asked(), evening, source=AnswerSource.TEXT, now=NOW)
    assert [(each.state, each.ask.state) for each in (whole, part) if each.ask] == [
        (CommitmentState.ACTIVE, AskState.ACCEPTED),
        (CommitmentState.ACTIVE, AskState.ACCEPTED_PARTIAL),
    ]
    assert part.promise.pattern.ends_local == datetime(2027, 9, 11, 23)  # noqa: DTZ001  a wall time


def test_a_backup_who_says_yes_twice_has_said_it_once() -> None:
    once = accept_part(an_asked(), NIGHT, source=AnswerSource.TEXT, now=NOW)
    assert accept_part(once, NIGHT, source=AnswerSource.TAP, now=NOW + timedelta(hours=1)) == once


def test_only_a_backup_takes_a_part() -> None:
    with pytest.raises(NoSuchTurn):
        accept_part(an_offer(), NIGHT, source=AnswerSource.TEXT, now=NOW)


def test_an_ask_that_expired_may_still_be_answered_and_one_that_is_covered_not() -> None:
    late = ask_closed(an_asked(), AskState.EXPIRED, now=NOW)
    assert accept_part(late, NIGHT, source=AnswerSource.TEXT, now=NOW).covers
    with pytest.raises(CommitmentHasEnded):
        accept_part(ask_closed(an_asked(), AskState.COVERED, now=NOW), NIGHT, source=AnswerSource.TEXT, now=NOW)


@pytest.mark.parametrize("state", [AskState.EXPIRED, AskState.COVERED])
def test_a_backup_who_has_said_yes_is_not_closed_away(state: AskState) -> None:
    held = accept_part(an_asked(), NIGHT, source=AnswerSource.TEXT, now=NOW)
    assert ask_closed(held, state, now=NOW) == held


COMMANDS: dict[str, Callable[[Commitment, datetime], Commitment]] = {
    "yes": lambda each, now: accept(each, source=AnswerSource.TAP, is_plan_active=True, now=now),
    "yes to a draft": lambda each, now: accept(each, source=AnswerSource.TAP, is_plan_active=False, now=now),
    "no": lambda each, now: decline(each, now=now),
    "withdraw": lambda each, now: withdraw(each, now=now),
    "activate": lambda each, now: commitments.activate(each, now=now),
    "pause": lambda each, now: commitments.pause(each, now=now),
    "resume": lambda each, now: commitments.resume(each, now=now),
    "excuse": lambda each, now: excuse(each, STARTS, ENDS, now=now),
    "take back": lambda each, now: take_back_excuse(each, STARTS, now=now),
    "complete": lambda each, now: commitments.end(each, CommitmentState.COMPLETED, now=now),
    "expire": lambda each, now: commitments.end(each, CommitmentState.EXPIRED, now=now),
    "ask expires": lambda each, now: ask_closed(each, AskState.EXPIRED, now=now),
    "ask covered": lambda each, now: ask_closed(each, AskState.COVERED, now=now),
    "part": lambda each, now: accept_part(
        each, Span(NIGHT.start, NIGHT.end - timedelta(hours=1)), source=AnswerSource.TAP, now=now
    ),
    "whole": lambda each, now: accept_part(each, NIGHT, source=AnswerSource.TAP, now=now),
}
_NOT_OF_OFFERS = {"ask expires", "ask covered", "part", "whole"}
_NOT_OF_ASKS = {"yes", "yes to a draft"}
_OFFERED, _ACCEPTED, _ACTIVE, _PAUSED = (
    CommitmentState.OFFERED,
    CommitmentState.ACCEPTED,
    CommitmentState.ACTIVE,
    CommitmentState.PAUSED,
)
OPEN = (_OFFERED, _ACCEPTED, _ACTIVE, _PAUSED)
MOVES: dict[str, dict[CommitmentState, CommitmentState]] = {
    "yes": {_OFFERED: _ACTIVE, _PAUSED: _ACTIVE},
    "yes to a draft": {_OFFERED: _ACCEPTED, _PAUSED: _ACCEPTED},
    "no": {_OFFERED: CommitmentState.DECLINED},
    "withdraw": dict.fromkeys(OPEN, CommitmentState.WITHDRAWN),
    "activate": {_ACCEPTED: _ACTIVE},
    "pause": {_ACTIVE: _PAUSED},
    "resume": {_PAUSED: _ACTIVE},
    "complete": dict.fromkeys(OPEN, CommitmentState.COMPLETED),
    "expire": dict.fromkeys(OPEN, CommitmentState.EXPIRED),
    "ask covered": {_OFFERED: CommitmentState.SUPERSEDED},
    "part": {_OFFERED: _ACTIVE, _PAUSED: _ACTIVE},
    "whole": {_OFFERED: _ACTIVE, _PAUSED: _ACTIVE},
}
"""The model: what each command makes of each state. Whatever is not here leaves the state as it is."""
OF_ASKS = MOVES | {"excuse": dict.fromkeys((_ACCEPTED, _ACTIVE), CommitmentState.WITHDRAWN)}
"""The same for an ask, which is of one time."""


@pytest.mark.parametrize("seed", range(4))
def test_any_order_of_commands_moves_a_promise_as_the_model_does(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(300):
        commitment = chance.choice([an_offer(), an_asked()])
        moves = MOVES if commitment.ask is None else OF_ASKS
        possible = [name for name in COMMANDS if name not in (_NOT_OF_OFFERS if commitment.ask is None else _NOT_OF_ASKS)]
        now = NOW
        for name in chance.choices(possible, k=30):
            now += timedelta(minutes=1)
            after = commitment
            with contextlib.suppress(Conflict):
                after = COMMANDS[name](commitment, now)
            assert after.state is moves.get(name, {}).get(commitment.state, commitment.state), (name, commitment.state)
            assert commitment.state not in FINAL or after == commitment, "what has ended changes no more"
            assert (after == commitment) == (after.version == commitment.version)
            assert after.covers == (after.state in HOLDS)
            assert after.ask is None or (after.ask.state is AskState.SENT) <= (not after.holds), "who said yes is not waited for"
            commitment = after


@pytest.mark.parametrize("state", STATES)
def test_nothing_covers_that_is_not_promised_by_somebody_who_may_protect(state: CommitmentState) -> None:
    commitment = a_commitment(state=state)
    seats = {commitment.member_id: a_seat(commitment)}
    assert protects(commitment, seats) == (state in HOLDS)
    assert not protects(commitment, {})
    supportive = a_commitment(supportive=True, state=state)
    assert not protects(supportive, {supportive.member_id: a_seat(supportive)})


PLAN_COMMANDS: list[Callable[[Plan, datetime], Plan]] = [
    lambda plan, now: plans.activated(plan, now=now),
    lambda plan, now: plans.at_risk(plan, True, now=now),
    lambda plan, now: plans.at_risk(plan, False, now=now),
    lambda plan, now: plans.agreed(plan, now=now),
    lambda plan, now: plans.submitted(plan, now=now),
    lambda plan, now: plans.approved(plan, by="sue", is_agreed=True, now=now),
    lambda plan, now: plans.returned(plan, "Who is there on Sunday?", now=now),
    lambda plan, now: plans.redrafted(plan, now=now),
    lambda plan, now: plans.reviewed(plan, None, now=now),
    *[lambda plan, now, how=how: plans.ended(plan, how, now=now) for how in sorted(ENDED)],
]


@pytest.mark.parametrize("first", list(PlanState))
def test_any_order_of_commands_leaves_an_ended_plan_ended_and_only_one_in_force_at_risk(first: PlanState) -> None:
    chance = random.Random(7)
    for _ in range(100):
        plan, now = a_plan(state=first), NOW
        for command in chance.choices(PLAN_COMMANDS, k=12):
            now += timedelta(minutes=1)
            after = plan
            with contextlib.suppress(Conflict):
                after = command(plan, now)
            assert plan.state not in ENDED or after == plan, "what has ended changes no more"
            assert after.state is not PlanState.AT_RISK or plan.state in IN_FORCE
            assert (after.ended_at is None) == (after == plan or after.state not in ENDED) or plan.ended_at == after.ended_at
            plan = after


@pytest.mark.parametrize("state", sorted(ENDED))
def test_an_ended_plan_begins_no_more(state: PlanState) -> None:
    with pytest.raises(PlanHasEnded):
        plans.activated(a_plan(state=state), now=NOW)
    with pytest.raises(PlanHasEnded):
        plans.ended(a_plan(state=state), PlanState.CANCELLED, now=NOW)
