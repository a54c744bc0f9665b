"""See when people whom somebody here must never meet protect the same child by another plan: of this family, or of another."""

from datetime import date, timedelta

from services.network.domain.cover import Seats
from services.network.domain.coverage import Cover
from services.network.domain.people import PersonId
from services.network.domain.plans import Plan
from services.network.domain.promises_told import turns_of
from services.network.domain.recurrence import LONGEST_TURN, span_of
from services.network.storage import commitments, plans
from shared.db.unit import Unit
from shared.kernel.wall import Clock

_NEAR = LONGEST_TURN + timedelta(days=1)


async def covers_elsewhere(unit: Unit, plan: Plan, seats: Seats, *, begin: date, end: date) -> list[Cover]:
    """Return those times, for deciding alone: whoever is refused or not asked because of them is told no more than ever."""
    apart = frozenset[PersonId]().union(*(seat.apart for seat in seats.values()))
    found = []
    for each in await commitments.list_protecting_elsewhere(unit, plan.case_id, plan.id, apart) if apart else []:
        clock = Clock(each.promise.pattern.time_zone)
        theirs = await plans.get(unit, each.plan_id)
        found += [
            Cover(span_of(turn), each.person_id) for turn in turns_of(each, theirs, clock, begin=begin - _NEAR, end=end + _NEAR)
        ]
    return found
