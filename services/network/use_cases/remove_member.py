"""Take a member off a family's network."""

from datetime import datetime

from services.network.domain.members import Member, left
from services.network.storage import members
from services.network.use_cases.end_release import end_releases_of_member
from services.network.use_cases.look_again import look_again
from shared.db.unit import Unit
from shared.kernel.sealed import KeyKind, KeyOf


async def remove_member(unit: Unit, member: Member, *, now: datetime) -> None:
    """End the place of a member whose row is held, and what they had promised. No other person is told."""
    await end_releases_of_member(unit, member, now=now)
    await members.end(unit, member)
    unit.changed(KeyOf(KeyKind.CASE, member.case_id), "member", member.id, before=member, after=None)
    await unit.audit("member.left", subject_kind="person", subject_id=member.person_id, details={"case_id": str(member.case_id)})
    unit.announce(left(member, at=now), subject=member.case_id)
    await look_again(unit, member.case_id)
