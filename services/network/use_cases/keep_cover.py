"""Look whether a plan's time is covered, keep the gaps on record, and let the asking go on: after every change, and each night.

Everything here happens under the lock of the plan's row, so that of two who say yes at once one is first. What is asked, told and
kept is one transaction: a process that dies in the middle has done nothing, and the next look does all of it.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import TypeVar

from services.network.domain.asking import Asked, AskNow, next_step
from services.network.domain.cases import Case
from services.network.domain.commitments import (
    OPEN_ASKS,
    Ask,
    AskState,
    Commitment,
    CommitmentId,
    CommitmentState,
    GapId,
    Promise,
    ask_closed,
    end,
    withdraw,
)
from services.network.domain.cover import Seats, covers_of, gave_back, is_barred, lost_in, may_be_asked, open_time
from services.network.domain.coverage import Cover, Shortfall
from services.network.domain.gaps import Gap, GapState, Told, apart, reconcile
from services.network.domain.members import MemberId
from services.network.domain.plans import LONGEST_LOOK, Plan, at_risk, is_at_risk, was_restored
from services.network.domain.promises_told import look_span
from services.network.domain.recurrence import Pattern
from services.network.storage import commitments, gaps, plans
from services.network.use_cases.see_apart import covers_elsewhere
from services.network.use_cases.see_seats import seats_around
from services.network.use_cases.tell_promise import tell_change, tell_new
from shared import fault
from shared.db.unit import Unit
from shared.events.entries import Notice
from shared.events.network import CommitmentClass, CoverageGapClosed, CoverageGapOpened, GapFacts, StaffNeeded
from shared.kernel.sealed import KeyKind, KeyOf
from shared.kernel.spans import Span
from shared.kernel.wall import at_wall, resolve
from shared.settings import County

Fact = TypeVar("Fact", bound=GapFacts)

_REASONS = {
    Told.OPENED: "coverage_gap",
    Told.UNFILLED: "coverage_unfilled",
    Told.URGENT: "coverage_urgent",
    Told.LOUD: "coverage_urgent",
}
_TOLD_UPWARDS = frozenset({Told.URGENT, Told.LOUD})


async def keep_cover(unit: Unit, plan: Plan, case: Case, county: County, *, look: timedelta = LONGEST_LOOK) -> Plan:
    """Reckon the cover of a plan whose row is held, open and close its gaps, ask on, and return the plan as it then stands.

    What members had promised who may not protect any longer ends, in a plan that is not in force yet, too.
    """
    if plan.has_ended:
        return plan
    seats = await seats_around(unit, case.id, county)
    promised = await _promised(unit, plan, seats, county)
    if not plan.is_in_force:
        return plan
    known = await gaps.list_of_plan(unit, plan.id, ending_after=unit.now)
    first, last = look_span(plan, now=unit.now, look=look)
    found = open_time(plan, promised, seats, begin=first, end=last, now=unit.now)
    until = resolve(datetime.combine(last + timedelta(days=1), time()), plan.time_zone).instant
    seen = reconcile(known, found, Span(unit.now, max(until, unit.now + timedelta(seconds=1))), now=unit.now)
    now_known = {gap.id: gap for gap in known} | {gap.id: gap for gap in seen.changed}
    for short in seen.fresh:
        gap = await _open_gap(unit, plan, short, promised)
        now_known[gap.id] = gap
    for part in seen.parts:
        await _keep_part(unit, apart(part, GapId(unit.new_id()), now=unit.now), case, county)
    fault.here("cover.before_asking")
    covers = covers_of(plan, promised, seats, begin=first, end=last)
    elsewhere = await covers_elsewhere(unit, plan, seats, begin=first, end=last)
    round_ = _Round(unit, plan, case, county, promised, seats, covers, elsewhere)
    await round_.end_what_is_over()
    before = {gap.id: gap for gap in known}
    after = [await round_.go_on(gap, before.get(gap.id)) for gap in now_known.values()]
    await gaps.forget_looks(unit, plan.id, ended_by=unit.now)
    return await stand(unit, plan, after)


async def stand(unit: Unit, plan: Plan, known: Sequence[Gap]) -> Plan:
    """Keep a plan active or at risk, as its gaps have it, and say so when that changes."""
    standing = [gap.id for gap in known if gap.is_standing]
    after = at_risk(plan, bool(standing), now=unit.now)
    if after != plan:
        await plans.save(unit, after)
        told = is_at_risk(after, standing, at=unit.now) if standing else was_restored(after, at=unit.now)
        unit.announce(told, subject=after.case_id)
        unit.changed(KeyOf(KeyKind.CASE, plan.case_id), "plan", plan.id, before=plan, after=after)
        await unit.audit("plan.at_risk" if standing else "plan.restored", subject_kind="case", subject_id=plan.case_id)
    return after


def tell_staff(unit: Unit, gap: Gap, case: Case, county: County, reason: str, *, upwards: bool) -> None:
    """Tell those who hold the family, and `upwards` also the unit's supervisors and whoever is on call."""
    staff = [*sorted(case.access.assigned)]
    if upwards:
        staff += [*county.supervisors.get(case.access.unit, ()), *county.on_call]
    told = StaffNeeded(
        case_id=case.id,
        subject_id=gap.id,
        reason=reason,
        staff_ids=tuple(dict.fromkeys(staff)),
        answer_by=gap.left[0].start if gap.left else None,
        at=unit.now,
    )
    unit.announce(told, subject=case.id)


def announce_closed(unit: Unit, gap: Gap) -> None:
    """Say that a gap is over, and how."""
    unit.announce(_fact(CoverageGapClosed, gap, at=unit.now), subject=gap.case_id)


async def _promised(unit: Unit, plan: Plan, seats: Seats, county: County) -> list[Commitment]:
    """Return the promises of a plan, without the turns of those who may not protect now.

    Those leave the member's calendar at once, without a reason, and nothing of them comes back by itself when the member may
    protect again: weeks may have passed, others may stand there, and somebody is to ask whether they still would.
    """
    return [
        await tell_change(unit, each, withdraw(each, now=unit.now), plan, county, Notice.ENDED) if is_barred(each, seats) else each
        for each in await commitments.list_of_plan(unit, plan.id)
    ]


async def _open_gap(unit: Unit, plan: Plan, short: Shortfall, promised: Sequence[Commitment]) -> Gap:
    lost = lost_in(plan, short.span, promised)
    gap = Gap(
        id=GapId(unit.new_id()),
        case_id=plan.case_id,
        plan_id=plan.id,
        span=short.span,
        adults=short.adults,
        left=(short.span,),
        state=GapState.OPEN,
        lost=lost.id if lost else None,
        told=Told.NOBODY,
        opened_at=unit.now,
        updated_at=unit.now,
    )
    await _add(unit, gap)
    return gap


async def _keep_part(unit: Unit, gap: Gap, case: Case, county: County) -> None:
    """Keep what is over of a gap as a record of its own; what went by uncovered is told upwards as always."""
    await _add(unit, gap)
    announce_closed(unit, gap)
    if gap.state is GapState.ELAPSED_UNCOVERED:
        tell_staff(unit, gap, case, county, "coverage_uncovered", upwards=True)


async def _add(unit: Unit, gap: Gap) -> None:
    await gaps.add(unit, gap, look_at=None)
    unit.announce(_fact(CoverageGapOpened, gap, at=unit.now), subject=gap.case_id)
    await unit.audit("gap.opened", subject_kind="case", subject_id=gap.case_id, details={"gap_id": str(gap.id)})


def _fact(kind: type[Fact], gap: Gap, *, at: datetime) -> Fact:
    return kind(
        case_id=gap.case_id,
        plan_id=gap.plan_id,
        gap_id=gap.id,
        starts_at=gap.span.start,
        ends_at=gap.span.end,
        adults=gap.adults,
        state=gap.state.value,
        at=at,
    )


class _Round:
    """One look at the gaps of one plan, with all that it needs to know."""

    def __init__(
        self,
        unit: Unit,
        plan: Plan,
        case: Case,
        county: County,
        promised: Sequence[Commitment],
        seats: Seats,
        covers: Sequence[Cover],
        elsewhere: Sequence[Cover],
    ) -> None:
        self._unit = unit
        self._plan = plan
        self._case = case
        self._county = county
        self._promised = {each.id: each for each in promised}
        self._seats = seats
        self._covers = covers
        self._elsewhere = elsewhere

    async def end_what_is_over(self) -> None:
        """End asks for times that are over; nobody is told, for it would help nobody any more."""
        for asked in list(self._promised.values()):
            if asked.ask is not None and asked.state is CommitmentState.OFFERED and _asked_span(asked).end <= self._unit.now:
                over = end(asked, CommitmentState.EXPIRED, now=self._unit.now)
                self._promised[asked.id] = await tell_change(self._unit, asked, over, self._plan, self._county, None)

    async def go_on(self, gap: Gap, before: Gap | None) -> Gap:
        """Do what follows for one gap now, keep it, and return it."""
        if before is not None and gap.state is not before.state and gap.closed_at == self._unit.now:
            announce_closed(self._unit, gap)
            if gap.state is GapState.ELAPSED_UNCOVERED:
                tell_staff(self._unit, gap, self._case, self._county, "coverage_uncovered", upwards=True)
        await self._thank_who_is_not_needed(gap)
        look_at = None
        if gap.is_standing:
            gap, look_at = await self._ask_on(gap)
        if gap != before or look_at is not None:
            await gaps.save(self._unit, gap, look_at=look_at)
        return gap

    async def _thank_who_is_not_needed(self, gap: Gap) -> None:
        for asked in self._asks_of(gap):
            span = _asked_span(asked)
            is_needed = gap.is_standing and any(left.overlaps(span) and self._may_take(asked.member_id, left) for left in gap.left)
            if asked.ask and asked.ask.state in OPEN_ASKS and not is_needed:
                await self._close(asked, AskState.COVERED)

    async def _ask_on(self, gap: Gap) -> tuple[Gap, datetime | None]:
        asks = self._asks_of(gap)
        step = next_step(
            gap,
            [Asked(each.member_id, each.ask.state, each.ask.answer_by) for each in asks if each.ask],
            chain=self._may_be_asked(self._chain_of(gap), gap),
            others=self._may_be_asked(self._protective(), gap),
            now=self._unit.now,
        )
        for each in asks:
            if each.member_id in step.expire and each.ask and each.ask.state is AskState.SENT:
                await self._close(each, AskState.EXPIRED)
        if step.ask is not None:
            await self._ask(gap, step.ask)
            state = GapState.ASKING_BACKUPS if gap.state is GapState.OPEN else gap.state
            gap = replace(gap, state=state)
        for tell in step.tell:
            tell_staff(self._unit, gap, self._case, self._county, _REASONS[tell.told], upwards=tell.told in _TOLD_UPWARDS)
            gap = replace(gap, told=tell.told)
        return gap, step.look_at

    async def _ask(self, gap: Gap, now: AskNow) -> None:
        lost = self._promised.get(gap.lost) if gap.lost else None
        for member_id in now.members:
            seat = self._seats[member_id]
            for span in now.spans:
                if not self._would_take(member_id, span):
                    continue
                zone = seat.person.profile.time_zone
                asked = Commitment(
                    id=CommitmentId(self._unit.new_id()),
                    case_id=gap.case_id,
                    plan_id=gap.plan_id,
                    member_id=member_id,
                    person_id=seat.member.person_id,
                    promise=Promise(
                        action=lost.promise.action if lost else "",
                        place=lost.promise.place if lost else "",
                        commitment_class=CommitmentClass.PROTECTIVE,
                        pattern=Pattern(time_zone=zone, starts_local=at_wall(span.start, zone), ends_local=at_wall(span.end, zone)),
                        danger_ids=lost.promise.danger_ids if lost else (),
                    ),
                    state=CommitmentState.OFFERED,
                    offered_at=self._unit.now,
                    ask=Ask(gap_id=gap.id, state=AskState.SENT, answer_by=now.answer_by),
                    updated_at=self._unit.now,
                )
                self._promised[asked.id] = await tell_new(self._unit, asked, self._plan, self._county)
                await self._unit.audit(
                    "backup.asked",
                    subject_kind="person",
                    subject_id=asked.person_id,
                    details={"case_id": str(gap.case_id), "gap_id": str(gap.id)},
                )

    async def _close(self, asked: Commitment, state: AskState) -> None:
        """An ask that expired is told to nobody, for a late yes is welcome; one that is not needed any more is taken back."""
        notice = Notice.COVERED if state is AskState.COVERED else None
        closed = ask_closed(asked, state, now=self._unit.now)
        more = {"outcome": state.value} if notice else {}
        self._promised[asked.id] = await tell_change(self._unit, asked, closed, self._plan, self._county, notice, **more)

    def _asks_of(self, gap: Gap) -> list[Commitment]:
        return [each for each in self._promised.values() if each.ask is not None and each.ask.gap_id == gap.id]

    def _chain_of(self, gap: Gap) -> list[MemberId]:
        """The backups of the promise that was lost; where there was none, all backups of the plan in their order."""
        lost = self._promised.get(gap.lost) if gap.lost else None
        named = lost.promise.backups if lost else tuple(id_ for each in self._promised.values() for id_ in each.promise.backups)
        return list(dict.fromkeys(named))

    def _protective(self) -> list[MemberId]:
        """Those who protect in this plan already: the only ones who are asked without being named as backups."""
        return list(dict.fromkeys(each.member_id for each in self._promised.values() if each.covers))

    def _may_be_asked(self, members: Sequence[MemberId], gap: Gap) -> list[MemberId]:
        lost = self._promised.get(gap.lost) if gap.lost else None
        return [
            each
            for each in members
            if (lost is None or each != lost.member_id) and any(self._would_take(each, span) for span in gap.left)
        ]

    def _would_take(self, member_id: MemberId, span: Span) -> bool:
        if gave_back(member_id, span, list(self._promised.values())):
            return False
        return self._may_take(member_id, span)

    def _may_take(self, member_id: MemberId, span: Span) -> bool:
        return may_be_asked(member_id, span, self._seats, self._covers, self._elsewhere)


def _asked_span(asked: Commitment) -> Span:
    pattern = asked.promise.pattern
    return Span(
        resolve(pattern.starts_local, pattern.time_zone).instant,
        resolve(pattern.ends_local, pattern.time_zone).instant,
    )
