"""Bring a person into a family's safety network."""

from datetime import date, datetime

from services.network.domain.cases import Case
from services.network.domain.members import Member, MemberId, joined
from services.network.domain.qualities import check_standing, settled
from services.network.storage import members
from services.network.use_cases.commands import AddMember
from services.network.use_cases.see_person import check_may_be_added
from shared.db.unit import Unit
from shared.kernel.access import Caller
from shared.kernel.sealed import KeyKind, KeyOf


async def add_member(unit: Unit, case: Case, command: AddMember, *, caller: Caller, today: date, now: datetime) -> Member:
    """Add a person to the network of an open family whose row is held. Raises AlreadyMember."""
    await check_may_be_added(unit, command.person_id, caller=caller)
    member = new_member(unit, case, command, today=today, now=now)
    await members.add(unit, member)
    await tell_joined(unit, member, now=now)
    return member


def new_member(unit: Unit, case: Case, command: AddMember, *, today: date, now: datetime) -> Member:
    """Return a member who is not yet stored."""
    check_standing(command.standing, today=today)
    return settled(
        Member(
            id=MemberId(unit.new_id()),
            case_id=case.id,
            person_id=command.person_id,
            standing=command.standing,
            joined_at=now,
            version=1,
            updated_at=now,
        )
    )


async def tell_joined(unit: Unit, member: Member, *, now: datetime) -> None:
    """Put on record that a person joined a network, and announce it."""
    case_id = member.case_id
    unit.changed(KeyOf(KeyKind.CASE, case_id), "member", member.id, before=None, after=member)
    await unit.audit("member.joined", subject_kind="person", subject_id=member.person_id, details={"case_id": str(case_id)})
    unit.announce(joined(member, at=now), subject=case_id)
