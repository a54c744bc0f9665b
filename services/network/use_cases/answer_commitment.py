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
from services.network.domain.recurrence import LONGEST_TURN
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
    after = await _APPLIED[said.said](_Answer(unit, plan, case, commitment, said, county))
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


@dataclass(frozen=True, slots=True)
class _Answer:
    """An answer to a promise, with all that it is judged by. Each verb returns the promise as it then stands."""

    unit: Unit
    plan: Plan
    case: Case
    commitment: Commitment
    said: GiveAnswer
    county: County

    async def accepted(self) -> Commitment:
        if self.commitment.holds:
            return await self._reached()
        await self._check_may_protect()
        if self.commitment.ask is None:
            if self.said.until is not None:
                raise Invalid(
                    [Fault("not_a_backup", "Only somebody who was asked to step in can take part of a time.", pointer="#/until")]
                )
            after = accept(
                self.commitment,
                source=self.said.source,
                witness=self.said.witness,
                is_plan_active=self.plan.is_in_force,
                now=self.unit.now,
            )
        else:
            after = await self._taken()
        await self._check_apart(after)
        return await self._tell(after, Notice.CONFIRMED)

    async def _reached(self) -> Commitment:
        """A yes to what is promised already: until when, or once more for all of it, as long as nobody else has the rest.

        Less is never refused. A tap or a calendar's answer is about the time that it showed, which is what stands.
        """
        is_for_all = self.said.source in _WITHOUT_A_TIME and self.commitment.asked_until is not None
        if self.said.until is None and not is_for_all:
            return self.commitment
        if self.commitment.promise.pattern.rule is not None:
            raise Invalid([Fault("not_a_single_time", "Choose one of its times, and take that one out.", pointer="#/until")])
        span, asked = single_time(self.commitment), asked_time(self.commitment)
        until = min(self.said.until or asked.end, asked.end)
        if until <= max(span.start, self.unit.now):
            raise Invalid([Fault("end_before_start", "Choose an end within the time that was asked for.", pointer="#/until")])
        after = reach(self.commitment, until, now=self.unit.now)
        if until > span.end:
            if self.said.source is AnswerSource.RECORDED and not self.said.witness:
                raise WitnessNeeded
            await self._check_may_protect()
            await self._check_open(after, Span(span.end, until))
            await self._check_apart(after)
        return await self._tell(after, Notice.CONFIRMED)

    async def _check_open(self, after: Commitment, span: Span) -> None:
        """Refuse time that the plan requires and that others have by now."""
        if not (after.covers and self.plan.is_in_force):
            return
        day = local_date(span.start, self.plan.time_zone)
        required = [each.span for each in needed(self.plan, begin=day - _AROUND, end=local_date(span.end, self.plan.time_zone))]
        left = [each for gap in await gaps.list_of_plan(self.unit, self.plan.id, ending_after=self.unit.now) for each in gap.left]
        taken = difference(required, left)
        if any(each.overlaps(span) for each in taken):
            raise RestIsCovered

    async def _taken(self) -> Commitment:
        """A backup steps in: for what of the asked time still lies open, and as long as they can."""
        if self.commitment.ask is None:
            raise NoSuchTurn
        if self.commitment.state is not CommitmentState.OFFERED:
            raise (
                AlreadyCovered
                if self.commitment.state is CommitmentState.SUPERSEDED
                else CommitmentHasEnded(commitment_id=self.commitment.id)
            )
        gap = await gaps.get(self.unit, self.plan.id, self.commitment.ask.gap_id)
        asked = single_time(self.commitment)
        until = min(asked.end, self.said.until) if self.said.until else asked.end
        if until <= max(asked.start, self.unit.now):
            raise Invalid([Fault("end_before_start", "Choose an end within the time that was asked for.", pointer="#/until")])
        left = [each for each in gap.left if gap.is_standing and each.overlaps(Span(asked.start, until))]
        if not left:
            raise AlreadyCovered
        begins_at = max(asked.start, left[0].start)
        if begins_at <= self.unit.now:  # nobody was there before they said yes
            begins_at = max(asked.start, self.unit.now.replace(second=0, microsecond=0))
        taken = Span(begins_at, min(until, left[-1].end))
        return accept_part(self.commitment, taken, source=self.said.source, witness=self.said.witness, now=self.unit.now)

    async def declined(self) -> Commitment:
        if self.commitment.holds:
            return await self.withdrawn()
        return await self._tell(decline(self.commitment, now=self.unit.now), Notice.ENDED)

    async def withdrawn(self) -> Commitment:
        return await self._tell(withdraw(self.commitment, now=self.unit.now), Notice.ENDED)

    async def paused(self) -> Commitment:
        after = (
            pause(self.commitment, now=self.unit.now)
            if self.said.said is Said.PAUSED
            else resume(self.commitment, now=self.unit.now)
        )
        return await self._tell(after, Notice.CHANGED)

    async def excused(self) -> Commitment:
        if self.commitment.ask is not None:
            return await self.withdrawn()
        turn = self._turn()
        after = excuse(self.commitment, turn.starts_local, turn.ends_at, now=self.unit.now)
        await self._record(turn, TurnState.EXCUSED)
        return await self._tell(after, Notice.ENDED if after.has_ended else Notice.CHANGED)

    async def confirmed(self) -> Commitment:
        turn = self._turn()
        if turn.ends_at <= self.unit.now:
            raise TurnIsOver
        await self._record(turn, TurnState.CONFIRMED)
        back = take_back_excuse(self.commitment, turn.starts_local, now=self.unit.now)
        if back != self.commitment:
            await self._check_apart(back)
        return await self._tell(back, Notice.CHANGED)

    async def looked_back(self) -> Commitment:
        turn = self._turn()
        if turn.starts_at > self.unit.now:
            raise TurnNotOver
        await self._record(turn, _AFTERWARDS[self.said.said])
        return self.commitment

    async def help(self) -> Commitment:
        """notify has opened the call task; here it is on record."""
        return self.commitment

    async def _check_may_protect(self) -> None:
        seat = (await seats_around(self.unit, self.case.id, self.county)).get(self.commitment.member_id)
        if self.commitment.promise.is_protective and (seat is None or seat.barred is not None):
            raise MemberCannotProtect(reason=seat.barred.value if seat and seat.barred else "not_here")

    async def _check_apart(self, after: Commitment) -> None:
        await check_apart(self.unit, after, self.plan, await seats_around(self.unit, self.case.id, self.county))

    def _turn(self) -> Turn:
        """The turn that an answer names, also one that was taken out before."""
        if self.said.turn_starts_at is None:
            raise Invalid([Fault("needed_here", "Say which time it is about.", pointer="#/turn_starts_at")])
        zone = self.commitment.promise.pattern.time_zone
        day = local_date(self.said.turn_starts_at, zone)
        for turn in turns_of(self.commitment, self.plan, Clock(zone), begin=day, end=day, with_excluded=True):
            if turn.starts_at == self.said.turn_starts_at:
                return turn
        raise NoSuchTurn

    async def _record(self, turn: Turn, state: TurnState) -> None:
        record = TurnRecord(
            commitment_id=self.commitment.id,
            starts_at=turn.starts_at,
            state=state,
            source=self.said.source,
            note=self.said.note,
            recorded_at=self.unit.now,
        )
        await commitments.record_turn(self.unit, self.commitment, record)

    async def _tell(self, after: Commitment, notice: Notice) -> Commitment:
        return await tell_change(self.unit, self.commitment, after, self.plan, self.county, notice)


_APPLIED = {
    Said.ACCEPTED: _Answer.accepted,
    Said.PARTIAL: _Answer.accepted,
    Said.DECLINED: _Answer.declined,
    Said.WITHDRAWN: _Answer.withdrawn,
    Said.PAUSED: _Answer.paused,
    Said.RESUMED: _Answer.paused,
    Said.TURN_EXCUSED: _Answer.excused,
    Said.TURN_CONFIRMED: _Answer.confirmed,
    Said.KEPT: _Answer.looked_back,
    Said.PARTLY_KEPT: _Answer.looked_back,
    Said.MISSED: _Answer.looked_back,
    Said.HELP: _Answer.help,
}


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
