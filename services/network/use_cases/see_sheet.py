"""See the one page of a plan that is one member's: what they promised, their steps, and what was shared with them; nothing else.

No other person is named or counted in it, no time but the member's own stands in it, and somebody kept apart leaves no trace: what
would name one is left out, whoever wrote it (DOMAIN §5.1, §5.3).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from services.network.domain.cases import Case
from services.network.domain.commitments import Commitment
from services.network.domain.members import Member, MemberId
from services.network.domain.plans import Plan
from services.network.domain.promises_told import turns_of
from services.network.domain.steps import Step
from services.network.storage import commitments, steps
from services.network.storage.statements import ToldVersion
from services.network.use_cases.see_shared_words import see_shared_words
from services.network.use_cases.stand_for_member import Ground
from shared.db.unit import Unit
from shared.events.entries import Turn
from shared.kernel.access import Caller
from shared.kernel.wall import Clock, local_date

AHEAD = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class OwnPromise:
    """A promise of the member, with its times of the next 31 days. Words that would give somebody away are empty."""

    commitment: Commitment
    action: str
    place: str
    turns: Sequence[Turn]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What one member may see of a plan."""

    plan: Plan
    member: Member
    promises: Sequence[OwnPromise]
    steps: Sequence[Step]
    rules: Sequence[str]
    triggers: Sequence[str]
    told: Sequence[ToldVersion]


async def see_sheet(unit: Unit, plan: Plan, case: Case, member_id: MemberId, *, caller: Caller, today: date) -> Sheet:
    """Return the sheet of a present member of the family. The same questions are asked, whoever is kept apart from whom."""
    words = await see_shared_words(unit, case, member_id, caller=caller, today=today)
    promised = await commitments.list_of_plan(unit, plan.id)
    of_plan = await steps.list_of_plans(unit, [plan.id])
    own = [
        each for each in of_plan if each.owner_member_id == member_id and _may_hold(words.ground, today, each.text, each.when_words)
    ]
    shared = plan.words if plan.words.shared_with_network else None
    return Sheet(
        plan=plan,
        member=words.member,
        promises=[
            _own(unit, plan, each, words.ground, today) for each in promised if each.member_id == member_id and not each.has_ended
        ],
        steps=[_step(each, words.ground, today) for each in own] if words.ground.viewer.takes_part else [],
        rules=_lines(shared.rules, words.ground, today) if shared else [],
        triggers=_lines(shared.triggers, words.ground, today) if shared else [],
        told=words.told,
    )


def _may_hold(ground: Ground, today: date, *texts: str) -> bool:
    return ground.may_share(*texts, tells_of=None, today=today)


def _lines(lines: Sequence[str], ground: Ground, today: date) -> list[str]:
    return [ground.shown(each, today=today) for each in lines if _may_hold(ground, today, each)]


def _step(step: Step, ground: Ground, today: date) -> Step:
    text, when_words = (ground.shown(each, today=today) for each in (step.text, step.when_words))
    return replace(step, text=text, when_words=when_words)


def _own(unit: Unit, plan: Plan, commitment: Commitment, ground: Ground, today: date) -> OwnPromise:
    """A promise is its member's own, also of one who takes part no longer; only words that name somebody hidden are left out."""
    zone = commitment.promise.pattern.time_zone
    begin = local_date(unit.now, zone) - timedelta(days=8)
    ahead = turns_of(commitment, plan, Clock(zone), begin=begin, end=local_date(unit.now, zone) + AHEAD)
    names = ground.named(commitment.promise.action, commitment.promise.place)
    return OwnPromise(
        commitment,
        "" if names else ground.shown(commitment.promise.action, today=today),
        "" if names else ground.shown(commitment.promise.place, today=today),
        [turn for turn in ahead if turn.ends_at > unit.now],
    )
