"""See how a plan is covered, hour by hour: what it requires, who protects when, and what lies open."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from services.network.domain.cases import Case
from services.network.domain.commitments import Commitment, CommitmentId
from services.network.domain.cover import open_time, protects
from services.network.domain.coverage import Shortfall
from services.network.domain.gaps import Gap
from services.network.domain.plans import Plan, Window
from services.network.domain.promises_told import turns_of
from services.network.domain.recurrence import turns
from services.network.storage import commitments, gaps
from services.network.storage.commitments import TurnRecord
from services.network.use_cases.see_seats import seats_around
from shared.db.unit import Unit
from shared.events.entries import Turn
from shared.kernel.wall import Clock
from shared.settings import County


@dataclass(frozen=True, slots=True)
class SeenTurn:
    """One turn of a promise, whether it counts as cover, and what is on record of it."""

    commitment: Commitment
    turn: Turn
    protects: bool
    record: TurnRecord | None


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a plan requires and has, in windows that begin on local dates from `begin` to `end`."""

    begin: date
    end: date
    windows: Sequence[tuple[Window, Turn]]
    turns: Sequence[SeenTurn]
    open: Sequence[Shortfall]
    gaps: Sequence[Gap]


async def see_coverage(unit: Unit, plan: Plan, case: Case, county: County, *, begin: date, end: date) -> Coverage:
    """Return the cover of a plan that the caller sees; what lies open is reckoned from now on."""
    promised = await commitments.list_of_plan(unit, plan.id)
    seats = await seats_around(unit, case.id, county)
    held = [each for each in promised if each.holds]
    records = await commitments.list_turns(unit, [each.id for each in held])
    by_turn: dict[tuple[CommitmentId, object], TurnRecord] = {(each.commitment_id, each.starts_at): each for each in records}
    seen = [
        SeenTurn(
            each, turn, protects(each, seats) and turn.starts_local not in each.excluded, by_turn.get((each.id, turn.starts_at))
        )
        for each in held
        for turn in turns_of(each, plan, Clock(each.promise.pattern.time_zone), begin=begin, end=end, with_excluded=True)
    ]
    required = [
        (window, turn)
        for window in plan.windows
        for turn in turns(window.pattern, Clock(window.pattern.time_zone), begin=begin, end=end)
    ]
    known = await gaps.list_of_plan(unit, plan.id, ending_after=unit.now - timedelta(days=1))
    return Coverage(
        begin=begin,
        end=end,
        windows=sorted(required, key=lambda each: each[1].starts_at),
        turns=sorted(seen, key=lambda each: each.turn.starts_at),
        open=open_time(plan, promised, seats, begin=begin, end=end, now=unit.now),
        gaps=known,
    )
