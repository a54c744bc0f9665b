"""Who is asked next to cover a gap: backups in their order, each with a time-box, then all at once, then staff, ever more loudly.

The software asks and alerts; it never calls the police or a court. Times are data with their source: DOMAIN §4.6 and V5, our choice
where those are silent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.network.domain.commitments import AskState
from services.network.domain.gaps import Gap, Told
from services.network.domain.members import MemberId
from shared.kernel.spans import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class AskPolicy:
    """How long a backup is waited for, and when who else learns of a gap."""

    timebox: timedelta = timedelta(minutes=30)
    short_timebox: timedelta = timedelta(minutes=10)
    short_within: timedelta = timedelta(hours=3)
    begin_before: timedelta = timedelta(days=7)
    up_before: timedelta = timedelta(hours=8)
    loud_before: timedelta = timedelta(hours=3)
    source: str = "DOMAIN 4.6; V5"

    def answer_by(self, gap_starts_at: datetime, *, now: datetime) -> datetime:
        """Return until when an ask that leaves now is waited for."""
        return now + (self.short_timebox if gap_starts_at - now < self.short_within else self.timebox)


POLICY = AskPolicy()


@dataclass(frozen=True, slots=True)
class Asked:
    """One ask of a gap as it stands."""

    member_id: MemberId
    state: AskState
    answer_by: datetime


@dataclass(frozen=True, slots=True)
class AskNow:
    """Ask these members, each for these stretches of the gap that they could take; until then nobody else is asked."""

    members: tuple[MemberId, ...]
    spans: tuple[Span, ...]
    answer_by: datetime


@dataclass(frozen=True, slots=True)
class Tell:
    """Tell staff that the gap has come so far."""

    told: Told


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be done about a gap now, and when to look again; without an instant only a change makes a look worth while."""

    ask: AskNow | None
    expire: tuple[MemberId, ...]
    tell: tuple[Tell, ...]
    look_at: datetime | None


def next_step(
    gap: Gap,
    asked: Sequence[Asked],
    *,
    chain: Sequence[MemberId],
    others: Sequence[MemberId],
    now: datetime,
    policy: AskPolicy = POLICY,
) -> Step:
    """Return what follows at this moment for a standing gap.

    `chain` are the backups who may be asked, in order, and `others` all further members who may; nobody is asked twice for one gap.
    Each look does all that is due, so that a process that was away for an hour catches up in one.
    """
    starts_at = gap.left[0].start
    expire = tuple(each.member_id for each in asked if each.state is AskState.SENT and each.answer_by <= now)
    waiting = [each.answer_by for each in asked if each.state is AskState.SENT and each.answer_by > now]
    had = {each.member_id for each in asked}
    fresh_chain = [each for each in chain if each not in had]
    fresh_others = [each for each in others if each not in had and each not in chain]
    begins_at = starts_at - policy.begin_before
    ask = None
    if not waiting and now >= begins_at:
        answer_by = policy.answer_by(starts_at, now=now)
        if fresh_chain:
            ask = AskNow((fresh_chain[0],), gap.left, answer_by)
        elif fresh_others:
            ask = AskNow(tuple(fresh_others), gap.left, answer_by)
    nobody_left = not waiting and ask is None and now >= begins_at
    tell = _tell(gap, starts_at, nobody_left=nobody_left, now=now, policy=policy)
    looks = [*waiting, *([ask.answer_by] if ask else []), begins_at, starts_at - policy.up_before, starts_at - policy.loud_before]
    return Step(ask, expire, tell, min((each for each in [*looks, starts_at, gap.left[-1].end] if each > now), default=None))


def _tell(gap: Gap, starts_at: datetime, *, nobody_left: bool, now: datetime, policy: AskPolicy) -> tuple[Tell, ...]:
    """Return the newest that staff do not know yet; what a later one says includes the earlier."""
    order = list(Told)
    due = [Told.OPENED]
    if nobody_left:
        due.append(Told.UNFILLED)
        if now >= starts_at - policy.up_before:
            due.append(Told.URGENT)
    if now >= starts_at - policy.loud_before:
        due.append(Told.LOUD)
    newest = max(due, key=order.index)
    return (Tell(newest),) if order.index(newest) > order.index(gap.told) else ()
