"""What a member is told of their promise: the calendar entry of one person, at one revision, and the facts that carry it."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from services.network.domain.commitments import Commitment, CommitmentState
from services.network.domain.part2_words import masked
from services.network.domain.plan_errors import TooManyTurns
from services.network.domain.plans import LONGEST_LOOK, Plan
from services.network.domain.recurrence import Pattern, spell_rule, turn_at, turns
from shared.events.entries import MOST_TURNS, Answer, Entry, Method, Mode, Notice, Turn
from shared.events.network import PromiseRevision, PromiseWords
from shared.kernel.wall import Clock, local_date

Revision = TypeVar("Revision", bound=PromiseRevision)

YEAR = timedelta(days=366)
"""How far a promise in a plan without an end reaches; a new version of the plan carries it on (our choice)."""

_ENDING = frozenset({Notice.ENDED, Notice.COVERED})
_ANSWERS = {
    CommitmentState.OFFERED: Answer.NEEDS_ACTION,
    CommitmentState.ACCEPTED: Answer.ACCEPTED,
    CommitmentState.ACTIVE: Answer.ACCEPTED,
    CommitmentState.PAUSED: Answer.TENTATIVE,
}


def uid_of(commitment: Commitment, county_slug: str) -> str:
    """Return the calendar identity of a promise: unique, constant, and without a word about anybody."""
    return f"{commitment.id.hex}-0@{county_slug}.surround"


def bounded(pattern: Pattern, plan: Plan) -> Pattern:
    """Return a pattern that ends with its plan at the latest."""
    if pattern.rule is None or pattern.rule.count is not None:
        return pattern
    last = plan.ends_on or plan.starts_on + YEAR
    until = min(last, pattern.rule.until) if pattern.rule.until else last
    return replace(pattern, rule=replace(pattern.rule, until=until))


def turns_of(
    commitment: Commitment, plan: Plan, clock: Clock, *, begin: date, end: date | None = None, with_excluded: bool = False
) -> list[Turn]:
    """Return the turns that a commitment has in a stretch of local dates of its zone, without those that were taken out."""
    pattern = bounded(commitment.promise.pattern, plan)
    last = plan.ends_on or plan.starts_on + YEAR
    until = last if end is None else min(last, end)
    if commitment.ask is not None:
        until = pattern.starts_local.date()  # a backup's one time may begin after midnight of the plan's last day
    return turns(pattern, clock, begin=begin, end=until, excluded=() if with_excluded else commitment.excluded)


def check_number(pattern: Pattern, plan: Plan) -> None:
    """Refuse a promise of more turns than anybody could be told of."""
    clock = Clock(pattern.time_zone)
    last = plan.ends_on or plan.starts_on + YEAR
    if len(turns(bounded(pattern, plan), clock, begin=pattern.starts_local.date(), end=last, most=MOST_TURNS + 1)) > MOST_TURNS:
        raise TooManyTurns


def entry_of(commitment: Commitment, plan: Plan, notice: Notice, *, county_slug: str, now: datetime) -> Entry:
    """Return what the member's calendar shall hold from this revision on."""
    pattern = bounded(commitment.promise.pattern, plan)
    clock = Clock(pattern.time_zone)
    first = turn_at(pattern, clock, pattern.starts_local)
    ahead = turns_of(commitment, plan, clock, begin=local_date(now, pattern.time_zone) - timedelta(days=8))
    return Entry(
        participant_id=commitment.id,
        person_id=commitment.person_id,
        part=0,
        uid=uid_of(commitment, county_slug),
        sequence=commitment.sequence,
        method=Method.CANCEL if notice in _ENDING else Method.REQUEST,
        notice=notice,
        required=True,
        mode=Mode.IN_PERSON,
        answer=_ANSWERS.get(commitment.state, Answer.DECLINED),
        time_zone=pattern.time_zone,
        starts_local=first.starts_local,
        ends_local=first.ends_local,
        starts_at=first.starts_at,
        ends_at=first.ends_at,
        rule=spell_rule(pattern.rule),
        excluded=tuple(sorted(commitment.excluded)),
        turns=()
        if commitment.state is CommitmentState.PAUSED
        else tuple(turn for turn in ahead if turn.ends_at > now)[:MOST_TURNS],
    )


def fact(kind: type[Revision], commitment: Commitment, entry: Entry | None, *, at: datetime, **more: Any) -> Revision:
    """Return a fact about a promise as it now stands."""
    return kind(
        case_id=commitment.case_id,
        plan_id=commitment.plan_id,
        commitment_id=commitment.id,
        member_id=commitment.member_id,
        person_id=commitment.person_id,
        commitment_class=commitment.promise.commitment_class,
        state=commitment.state.value,
        revision=commitment.revision,
        gap_id=commitment.ask.gap_id if commitment.ask else None,
        entry=entry,
        at=at,
        **more,
    )


def words_of(commitment: Commitment) -> PromiseWords:
    """Return what travels sealed beside it: no message tells of treatment, whoever gets it (DOMAIN §5.2)."""
    return PromiseWords(action=masked(commitment.promise.action), place=masked(commitment.promise.place))


def next_revision(commitment: Commitment) -> Commitment:
    """Return the commitment at its next revision: each that reaches a calendar counts one more (CALENDAR C18)."""
    return replace(commitment, revision=commitment.revision + 1, sequence=commitment.sequence + 1)


def look_span(plan: Plan, *, now: datetime, look: timedelta = LONGEST_LOOK) -> tuple[date, date]:
    """Return the first and last local date of windows that a look from now must see: one that began days ago may still run."""
    today = local_date(now, plan.time_zone)
    last = today + look if plan.starts_on <= today else plan.starts_on + look
    return max(plan.starts_on, today - timedelta(days=8)), last if plan.ends_on is None else min(last, plan.ends_on)
