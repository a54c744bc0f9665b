"""Families whose weekends are covered by a plan in force: stored as network stores them, without the clicks that lead there."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from services.network.domain.cases import CaseId
from services.network.domain.commitments import Commitment, CommitmentId, CommitmentState, PlanId, Promise
from services.network.domain.members import Member, MemberId
from services.network.domain.people import Person, PersonId
from services.network.domain.plans import Plan, PlanKind, PlanState, PlanWords, Window, WindowId
from services.network.domain.recurrence import Frequency, Pattern, Rule
from services.network.storage import cases, commitments, members, people, plans
from shared.db.unit import Actor, Unit, Units
from shared.events.network import CommitmentClass
from shared.kernel.access import CaseAccess
from shared.kernel.sealed import KeyKind, KeyOf
from shared.kernel.wall import local_date
from shared.settings import County
from tests.support.factories import a_case, a_member, a_person

ZONE = "America/Los_Angeles"
AMY = Actor("staff", "amy")
AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Guarded:
    """A family whose plan is in force, and the promise of who has the nights to Sunday; two backups stand behind it."""

    case_id: CaseId
    plan_id: PlanId
    kim: CommitmentId


async def fill(units: Units, county: County, families: int, *, adults: int = 300) -> list[Guarded]:
    """Store so many families, each with three of these adults, one plan and three promises, in transactions of fifty."""
    known = []
    async with units.open(county.id, AMY) as unit:
        for _ in range(adults):
            known.append(replace(a_person(), id=PersonId(unit.new_id())))
        await unit.make_own_keys([KeyOf(KeyKind.PERSON, person.id) for person in known])
        for person in known:
            await people.add(unit, person)
    found: list[Guarded] = []
    for begin in range(0, families, AT_ONCE):
        async with units.open(county.id, AMY) as unit:
            here = [CaseId(unit.new_id()) for _ in range(min(AT_ONCE, families - begin))]
            await unit.make_own_keys([KeyOf(KeyKind.CASE, case_id) for case_id in here])
            for number, case_id in enumerate(here, begin):
                found.append(await _add(unit, case_id, [known[(3 * number + n) % adults] for n in range(3)]))
    return found


async def _add(unit: Unit, case_id: CaseId, adults: list[Person]) -> Guarded:
    access = CaseAccess(unit="north", assigned=frozenset({"amy"}))
    await cases.add(unit, a_case(id=case_id, access=access, opened_at=unit.now, updated_at=unit.now))
    around = [a_member(id=MemberId(unit.new_id()), case_id=case_id, person_id=each.id, joined_at=unit.now) for each in adults]
    for member in around:
        await members.add(unit, member)
    plan = _plan(unit, case_id)
    await plans.add(unit, plan)
    await unit.session.flush()
    luis, kim, abara = around
    friday = plan.windows[0].pattern.starts_local.date()
    saturday, sunday = friday + timedelta(days=1), friday + timedelta(days=2)
    promised = [
        _promise(unit, plan, luis, _weekly(friday, 18, 26)),
        _promise(unit, plan, kim, _weekly(saturday, 20, 12), backups=(abara.id, luis.id)),
        _promise(unit, plan, abara, _weekly(sunday, 8, 10)),
    ]
    for each in promised:
        await commitments.add(unit, each)
    return Guarded(case_id, plan.id, promised[1].id)


def _plan(unit: Unit, case_id: CaseId) -> Plan:
    today = local_date(unit.now, ZONE)
    friday = next(day for n in range(1, 8) if (day := today + timedelta(days=n)).weekday() == 4)
    return Plan(
        id=PlanId(unit.new_id()),
        case_id=case_id,
        kind=PlanKind.SDM_SAFETY_PLAN,
        state=PlanState.ACTIVE,
        time_zone=ZONE,
        starts_on=today,
        ends_on=today + timedelta(days=30),
        review_on=today + timedelta(days=7),
        words=PlanWords(rules=("An adult who is safe sleeps in the home.",), monitoring=("A call each evening.",)),
        windows=(Window(id=WindowId(unit.new_id()), label="The weekend", pattern=_weekly(friday, 18, 48), adults=1),),
        activated_at=unit.now,
        updated_at=unit.now,
    )


def _promise(unit: Unit, plan: Plan, member: Member, pattern: Pattern, *, backups: tuple[MemberId, ...] = ()) -> Commitment:
    return Commitment(
        id=CommitmentId(unit.new_id()),
        case_id=plan.case_id,
        plan_id=plan.id,
        member_id=member.id,
        person_id=member.person_id,
        promise=Promise(
            action="Stay with the child",
            place="At home",
            commitment_class=CommitmentClass.PROTECTIVE,
            pattern=pattern,
            backups=backups,
        ),
        state=CommitmentState.ACTIVE,
        offered_at=unit.now,
        accepted_at=unit.now,
        updated_at=unit.now,
    )


def _weekly(day: date, hour: int, hours: int) -> Pattern:
    starts = datetime(day.year, day.month, day.day, hour)  # noqa: DTZ001  a wall time
    ends = starts + timedelta(hours=hours)
    return Pattern(time_zone=ZONE, starts_local=starts, ends_local=ends, rule=Rule(frequency=Frequency.WEEKLY))
