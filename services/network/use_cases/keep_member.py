"""Store a member who changed: with history and audit, the move between circles, and what others are told."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from services.network.domain.members import Member, changed
from services.network.storage import circle_moves, members
from shared.db.unit import Unit
from shared.kernel.sealed import KeyKind, KeyOf


async def keep_member(
    unit: Unit, before: Member, after: Member, *, action: str, details: Mapping[str, str], now: datetime
) -> Member:
    """Store a member whose row is held, and return them as stored. Others are told what they may know, if that changed."""
    if after == before:
        return before
    after = replace(after, version=before.version + 1, updated_at=now)
    await members.save(unit, after)
    if (before.standing.circle, before.standing.knows_level) != (after.standing.circle, after.standing.knows_level):
        await circle_moves.add(unit, before, after)
    unit.changed(KeyOf(KeyKind.CASE, after.case_id), "member", after.id, before=before, after=after)
    seen = {"case_id": str(after.case_id), **details}
    if after.state is not before.state:
        seen |= {"state_from": before.state.value, "state_to": after.state.value}
    await unit.audit(action, subject_kind="person", subject_id=after.person_id, details=seen)
    if after.standing != before.standing or after.state is not before.state:
        unit.announce(changed(after, at=now), subject=after.case_id)
    return after
