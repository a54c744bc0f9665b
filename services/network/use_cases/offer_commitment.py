"""Ask a member to take on a commitment; nothing is promised until they accept, which they may do where they are asked."""

from services.network.domain.cases import Case
from services.network.domain.commitments import AnswerSource, Commitment, CommitmentId, CommitmentState, Promise, accept
from services.network.domain.cover import NEVER_WITHIN, Seats, covers_of
from services.network.domain.members import MemberId
from services.network.domain.plan_errors import KeptApart, MemberCannotProtect
from services.network.domain.plans import Plan, check_open
from services.network.domain.promises_told import check_number, look_span, turns_of
from services.network.domain.recurrence import check_pattern, span_of
from services.network.storage import commitments
from services.network.use_cases.keep_cover import keep_cover
from services.network.use_cases.plan_commands import OfferCommitment
from services.network.use_cases.see_apart import covers_elsewhere
from services.network.use_cases.see_seats import seats_around
from services.network.use_cases.tell_promise import tell_new
from shared.db.unit import Unit
from shared.kernel.errors import Fault, Invalid, NotFound
from shared.kernel.wall import Clock
from shared.settings import County


async def offer_commitment(unit: Unit, plan: Plan, case: Case, command: OfferCommitment, county: County) -> Commitment:
    """Offer a promise in a plan whose row is held.

    Raises PlanHasEnded, MemberCannotProtect for protective parts of minors and caregivers of concern, KeptApart where two who must
    not meet would be near each other, TooManyTurns, and Invalid for times that cannot be.
    """
    check_open(plan)
    seats = await seats_around(unit, case.id, county)
    seat = seats.get(command.member_id)
    if seat is None:
        raise NotFound
    check_pattern(command.promise.pattern)
    _check_in_plan(command.promise, plan)
    check_number(command.promise.pattern, plan)
    check_backups(command.promise, command.member_id, seats)
    if command.promise.is_protective and seat.barred is not None:
        raise MemberCannotProtect(reason=seat.barred.value)
    offered = Commitment(
        id=CommitmentId(unit.new_id()),
        case_id=case.id,
        plan_id=plan.id,
        member_id=command.member_id,
        person_id=seat.member.person_id,
        promise=command.promise,
        state=CommitmentState.OFFERED,
        offered_at=unit.now,
        updated_at=unit.now,
    )
    await check_apart(unit, offered, plan, seats)
    await unit.audit(
        "commitment.offered",
        subject_kind="person",
        subject_id=offered.person_id,
        details={"case_id": str(case.id), "commitment_id": str(offered.id)},
    )
    if not command.witness:
        return await tell_new(unit, offered, plan, county)
    heard = AnswerSource.RECORDED
    made = accept(offered, source=heard, witness=command.witness, is_plan_active=plan.is_in_force, now=unit.now)
    await unit.audit(
        "commitment.accepted",
        subject_kind="person",
        subject_id=made.person_id,
        details={"case_id": str(case.id), "commitment_id": str(made.id), "source": heard.value},
    )
    await tell_new(unit, made, plan, county)
    await keep_cover(unit, plan, case, county)
    return made


def _check_in_plan(promise: Promise, plan: Plan) -> None:
    first = promise.pattern.starts_local.date()
    if first < plan.starts_on or (plan.ends_on is not None and first > plan.ends_on):
        raise Invalid([Fault("date_out_of_range", "Let the first time lie within the plan.", pointer="#/starts_local")])


def check_backups(promise: Promise, member_id: MemberId, seats: Seats) -> None:
    """Refuse backups who are not around the family, stand twice, or could not cover what they would step in for."""
    faults = []
    for index, backup in enumerate(promise.backups):
        pointer = f"#/backups/{index}"
        if backup not in seats or backup == member_id or backup in promise.backups[:index]:
            faults.append(Fault("backup_invalid", "Choose other members of this family's network, each once.", pointer=pointer))
        elif promise.is_protective and seats[backup].barred is not None:
            faults.append(Fault("member_cannot_protect", "Choose somebody who can count as cover.", pointer=pointer))
    if faults:
        raise Invalid(faults)


async def check_apart(unit: Unit, promise: Commitment, plan: Plan, seats: Seats) -> None:
    """Refuse what would bring two people near each other who must not meet: when a promise is offered, and when it is made.

    By whatever plan the other one is there, of this family or of another one of the same child, the refusal is the same.
    """
    seat = seats.get(promise.member_id)
    if seat is None or not seat.apart:
        return
    await commitments.take_turns(unit, promise.person_id, seat.apart)
    begin, end = look_span(plan, now=unit.now)
    covers = covers_of(plan, await commitments.list_of_plan(unit, plan.id), seats, begin=begin, end=end)
    covers += await covers_elsewhere(unit, plan, seats, begin=begin, end=end)
    theirs = [each for each in covers if each.person_id in seat.apart]
    clock = Clock(promise.promise.pattern.time_zone)
    for turn in turns_of(promise, plan, clock, begin=begin, end=end):
        near = span_of(turn).widened(NEVER_WITHIN, NEVER_WITHIN)
        if any(each.span.overlaps(near) for each in theirs):
            raise KeptApart
