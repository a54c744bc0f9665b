"""Bring members' states up to date after what others decide: their commitments, and new versions of the danger statement."""

from datetime import datetime
from uuid import UUID

from services.network.domain.cases import CaseId
from services.network.domain.members import MemberId, MemberState
from services.network.domain.qualities import told_anew, with_commitment
from services.network.storage import members
from services.network.use_cases.keep_member import keep_member
from shared.db.unit import Unit


async def refresh_member_state(unit: Unit, member_id: MemberId, *, has_commitment: bool, now: datetime) -> None:
    """Keep whether a member has a commitment accepted or active, their fourth quality, and tell the state that follows.

    Call it after every change of a member's commitments. Who left stays as they were.
    """
    member = await members.get_by_id_for_update(unit, member_id)
    if member.state is not MemberState.LEFT:
        after = with_commitment(member, has_commitment=has_commitment)
        await keep_member(unit, member, after, action="member.state_changed", details={}, now=now)


async def refresh_understanding(unit: Unit, case_id: CaseId, newest: tuple[UUID, int]) -> None:
    """Mark the members who were told another danger statement, or another version, than the newest: they are to be told again.

    Call it when a danger statement or a version of one becomes current.
    """
    statement_id, version = newest
    for member in await members.list_present_for_update(unit, case_id):
        after = told_anew(member, statement_id, version)
        await keep_member(unit, member, after, action="member.to_be_told_again", details={}, now=unit.now)
