"""Take what a member says about a promise: by text, tap, mail, or as a worker recorded it; then look at the cover again.

The same answer twice has no second effect. What is said too late, or of a time that somebody else covers by now, changes nothing
and is answered kindly.
"""

from dataclasses import dataclass
from datetime import timedelta

from services.network.domain.cases import Case
from services.network.domain.commitments import (
    AnswerSource,
    Commitment,
    CommitmentState,
    TurnState,
    accept,
    accept_part,
    asked_time,
    decline,
    excuse,
    pause,
    reach,
    resume,
    single_time,
    take_back_excuse,
    withdraw,
)
from services.network.domain.plan_errors import (
    AlreadyCovered,
    CommitmentHasEnded,
    MemberCannotProtect,
    NoSuchTurn,
    RestIsCovered,
    TurnIsOver,
    TurnNotOver,
    WitnessNeeded,
)
from services.network.domain.plans import Plan, check_open, needed
from services.network.domain.promises_told import turns_of
from services.network.domain.recurrence import LONGEST_TURN, span_of, turn_at
from services.network.storage import commitments, gaps
from services.network.storage.commitments import TurnRecord
from services.network.use_cases.keep_cover import keep_cover
from services.network.use_cases.offer_commitment import check_apart
from services.network.use_cases.plan_commands import GiveAnswer, Said
from services.network.use_cases.see_seats import seats_around
from services.network.use_cases.tell_promise import tell_change
from shared.db.unit import Unit
from shared.events.entries import Notice, Turn
from shared.events.network import CommitmentAnswered
from shared.events.notify import ReplyChannel
from shared.kernel.errors import Fault, Invalid
from shared.kernel.spans import Span, difference
from shared.kernel.wall import Clock, local_date
from shared.settings import County

_CHANNELS = {
    AnswerSource.TEXT: ReplyChannel.SMS,
    AnswerSource.TAP: ReplyChannel.LINK,
    AnswerSource.MAIL: ReplyChannel.MAIL,
    AnswerSource.RECORDED: ReplyChannel.STAFF,
}
_WITHOUT_A_TIME = frozenset({AnswerSource.TEXT, AnswerSource.RECORDED})
"""What is spoken or texted names no time, so that "yes" means all that was asked."""

_AROUND = LONGEST_TURN + timedelta(days=1)
_AFTERWARDS = {Said.KEPT: TurnState.KEPT, Said.PARTLY_KEPT: TurnState.PARTLY_KEPT, Said.MISSED: TurnState.MISSED}


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of an answer: the promise and its plan as they then stand."""

    commitment: Commitment
    plan: Plan


async def answer_commitment(
    unit: Unit, plan: Plan, case: Case, commitment: Commitment, said: GiveAnswer, county: County
) -> Answered:
    """Apply an answer to a promise of a plan whose row is held.

    Raises PlanHasEnded, CommitmentHasEnded, AlreadyAnswered, NotAccepted, WitnessNeeded, NoSuchTurn, TurnIsOver, TurnNotOver,
    MemberCannotProtect, AlreadyCovered for a backup who comes second, RestIsCovered for who gave a part up and wants it again, and
    KeptApart where a yes would bring two people near each other who must not meet: what others promised since the offer counts.
    """
    check_open(plan)
    after = await _APPLIED[said.said](unit, plan, case, commitment, said, county)
    _tell_answer(unit, after, said, "applied")
    await unit.audit(
        f"commitment.{said.said}",
        subject_kind="person",
        subject_id=commitment.person_id,
        details={"case_id": str(case.id), "commitment_id": str(commitment.id), "source": said.source.value},
    )
    return Answered(after, await keep_cover(unit, plan, case, county))


def tell_not_applied(unit: Unit, commitment: Commitment, said: GiveAnswer, outcome: str) -> None:
    """Say that an answer changed nothing, and why."""
    _tell_answer(unit, commitment, said, outcome)


async def _accepted(unit: Unit, plan: Plan, case: Case, commitment: Commitment, said: GiveAnswer, county: County) -> Commitment:
    if commitment.holds:
        return await _reached(unit, plan, case, commitment, said, county)
    await _check_may_protect(unit, case, commitment, county)
    if commitment.ask is None:
        if said.until is not None:
            raise Invalid(
                [Fault("not_a_backup", "Only somebody who was asked to step in can take part of a time.", pointer="#/until")]
            )
        after = accept(commitment, source=said.source, witness=said.witness, is_plan_active=plan.is_in_force, now=unit.now)
    else:
        after = await _taken(unit, plan, commitment, said)
    await _check_apart(unit, plan, case, after, county)
    return await tell_change(unit, commitment, after, plan, county, Notice.CONFIRMED)


async def _reached(unit: Unit, plan: Plan, case: Case, commitment: Commitment, said: GiveAnswer, county: County) -> Commitment:
    """A yes to what is promised already: until when, or once more for all of it, as long as nobody else has the rest.

    Less is never refused. A tap or a calendar's answer is about the time that it showed, which is what stands.
    """
    is_for_all = said.source in _WITHOUT_A_TIME and commitment.asked_until is not None
    if said.until is None and not is_for_all:
        return commitment
    if commitment.promise.pattern.rule is not None:
        raise Invalid([Fault("not_a_single_time", "Choose one of its times, and take that one out.", pointer="#/until")])
    span, asked = single_time(commitment), asked_time(commitment)
    until = min(said.until or asked.end, asked.end)
    if until <= max(span.start, unit.now):
        raise Invalid([Fault("end_before_start", "Choose an end within the time that was asked for.", pointer="#/until")])
    after = reach(commitment, until, now=unit.now)
    if until > span.end:
        if said.source is AnswerSource.RECORDED and not said.witness:
            raise WitnessNeeded
        await _check_may_protect(unit, case, commitment, county)
        await _check_open(unit, plan, after, Span(span.end, until))
        await _check_apart(unit, plan, case, after, county)
    return await tell_change(unit, commitment, after, plan, county, Notice.CONFIRMED)


async def _check_open(unit: Unit, plan: Plan, commitment: Commitment, span: Span) -> None:
    """Refuse time that the plan requires and that others have by now."""
    if not (commitment.covers and plan.is_in_force):
        return
    day = local_date(span.start, plan.time_zone)
    required = [each.span for each in needed(plan, begin=day - _AROUND, end=local_date(span.end, plan.time_zone))]
    left = [each for gap in await gaps.list_of_plan(unit, plan.id, ending_after=unit.now) for each in gap.left]
    taken = difference(required, left)
    if any(each.overlaps(span) for each in taken):
        raise RestIsCovered


async def _taken(unit: Unit, plan: Plan, commitment: Commitment, said: GiveAnswer) -> Commitment:
    """A backup steps in: for what of the asked time still lies open, and as long as they can."""
    if commitment.ask is None:
        raise NoSuchTurn
    if commitment.state is not CommitmentState.OFFERED:
        raise AlreadyCovered if commitment.state is CommitmentState.SUPERSEDED else CommitmentHasEnded(commitment_id=commitment.id)
    gap = await gaps.get(unit, plan.id, commitment.ask.gap_id)
    pattern = commitment.promise.pattern
    asked = span_of(turn_at(pattern, Clock(pattern.time_zone), pattern.starts_local))
    until = min(asked.end, said.until) if said.until else asked.end
    if until <= max(asked.start, unit.now):
        raise Invalid([Fault("end_before_start", "Choose an end within the time that was asked for.", pointer="#/until")])
    left = [each for each in gap.left if gap.is_standing and each.overlaps(Span(asked.start, until))]
    if not left:
        raise AlreadyCovered
    begins_at = max(asked.start, left[0].start)
    if begins_at <= unit.now:  # nobody was there before they said yes
        begins_at = max(asked.start, unit.now.replace(second=0, microsecond=0))
    taken = Span(begins_at, min(until, left[-1].end))
    return accept_part(commitment, taken, source=said.source, witness=said.witness, now=unit.now)


async def _declined(unit: Unit, plan: Plan, case: Case, commitment: Commitment, said: GiveAnswer, county: County) -> Commitment:
    if commitment.holds:
        return await _withdrawn(unit, plan, case, commitment, said, county)
    return await tell_change(unit, commitment, decline(commitment, now=unit.now), plan, county, Notice.ENDED)


async def _withdrawn(unit: Unit, plan: Plan, case: Case, commitment: Commitment, said: GiveAnswer, county: County) -> Commitment:
    return await tell_change(unit, commitment, withdraw(commitment, now=unit.now), plan, county, Notice.ENDED)


async def _paused(unit: Unit, plan: Plan, case: Case, commitment: Commitment, said: GiveAnswer, county: County) -> Commitment:
    after = pause(commitment, now=unit.now) if said.said is Said.PAUSED else resume(commitment, now=unit.now)
    return await tell_change(unit, commitment, after, plan, county, Notice.CHANGED)


async def _excused(unit: Unit, plan: Plan, case: Case, commitment: Commitment, said: GiveAnswer, county: County) -> Commitment:
    if commitment.ask is not None:
        return await _withdrawn(unit, plan, case, commitment, said, county)
    turn = _turn(plan, commitment, said)
    after = excuse(commitment, turn.starts_local, turn.ends_at, now=unit.now)
    await _record(unit, commitment, turn, TurnState.EXCUSED, said)
    return await tell_change(unit, commitment, after, plan, county, Notice.ENDED if after.has_ended else Notice.CHANGED)


async def _confirmed(unit: Unit, plan: Plan, case: Case, commitment: Commitment, said: GiveAnswer, county: County) -> Commitment:
    turn = _turn(plan, commitment, said)
    if turn.ends_at <= unit.now:
        raise TurnIsOver
    await _record(unit, commitment, turn, TurnState.CONFIRMED, said)
    back = take_back_excuse(commitment, turn.starts_local, now=unit.now)
    if back != commitment:
        await _check_apart(unit, plan, case, back, county)
    return await tell_change(unit, commitment, back, plan, county, Notice.CHANGED)


async def _looked_back(unit: Unit, plan: Plan, case: Case, commitment: Commitment, said: GiveAnswer, county: County) -> Commitment:
    turn = _turn(plan, commitment, said)
    if turn.starts_at > unit.now:
        raise TurnNotOver
    await _record(unit, commitment, turn, _AFTERWARDS[said.said], said)
    return commitment


async def _help(unit: Unit, plan: Plan, case: Case, commitment: Commitment, said: GiveAnswer, county: County) -> Commitment:
    """notify has opened the call task; here it is on record."""
    return commitment


_APPLIED = {
    Said.ACCEPTED: _accepted,
    Said.PARTIAL: _accepted,
    Said.DECLINED: _declined,
    Said.WITHDRAWN: _withdrawn,
    Said.PAUSED: _paused,
    Said.RESUMED: _paused,
    Said.TURN_EXCUSED: _excused,
    Said.TURN_CONFIRMED: _confirmed,
    Said.KEPT: _looked_back,
    Said.PARTLY_KEPT: _looked_back,
    Said.MISSED: _looked_back,
    Said.HELP: _help,
}


async def _check_may_protect(unit: Unit, case: Case, commitment: Commitment, county: County) -> None:
    seat = (await seats_around(unit, case.id, county)).get(commitment.member_id)
    if commitment.promise.is_protective and (seat is None or seat.barred is not None):
        raise MemberCannotProtect(reason=seat.barred.value if seat and seat.barred else "not_here")


async def _check_apart(unit: Unit, plan: Plan, case: Case, promise: Commitment, county: County) -> None:
    await check_apart(unit, promise, plan, await seats_around(unit, case.id, county))


def _turn(plan: Plan, commitment: Commitment, said: GiveAnswer) -> Turn:
    """The turn that an answer names, also one that was taken out before."""
    if said.turn_starts_at is None:
        raise Invalid([Fault("needed_here", "Say which time it is about.", pointer="#/turn_starts_at")])
    zone = commitment.promise.pattern.time_zone
    day = local_date(said.turn_starts_at, zone)
    for turn in turns_of(commitment, plan, Clock(zone), begin=day, end=day, with_excluded=True):
        if turn.starts_at == said.turn_starts_at:
            return turn
    raise NoSuchTurn


async def _record(unit: Unit, commitment: Commitment, turn: Turn, state: TurnState, said: GiveAnswer) -> None:
    record = TurnRecord(
        commitment_id=commitment.id,
        starts_at=turn.starts_at,
        state=state,
        source=said.source,
        note=said.note,
        recorded_at=unit.now,
    )
    await commitments.record_turn(unit, commitment, record)


def _tell_answer(unit: Unit, commitment: Commitment, said: GiveAnswer, outcome: str) -> None:
    told = CommitmentAnswered(
        case_id=commitment.case_id,
        plan_id=commitment.plan_id,
        commitment_id=commitment.id,
        person_id=commitment.person_id,
        revision=commitment.revision,
        said=said.said.value,
        outcome=outcome,
        turn_starts_at=said.turn_starts_at,
        until=said.until,
        channel=_CHANNELS[said.source].value,
        reply_id=said.reply_id,
        at=unit.now,
    )
    unit.announce(told, subject=commitment.case_id)
