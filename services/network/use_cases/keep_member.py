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
    after = next_of(before, after, now=now)
    if after is not before:
        await members.save(unit, after)
        await circle_moves.add_all(unit, [(before, after)] if has_moved(before, after) else [])
        await tell_kept(unit, before, after, action=action, details=details, now=now)
    return after


def next_of(before: Member, after: Member, *, now: datetime) -> Member:
    """Return the next version of a member, and the very same where nothing changed."""
    return before if after == before else replace(after, version=before.version + 1, updated_at=now)


def has_moved(before: Member, after: Member) -> bool:
    """Whether a member came nearer, moved away, or is told more or less."""
    return (before.standing.circle, before.standing.knows_level) != (after.standing.circle, after.standing.knows_level)


async def tell_kept(unit: Unit, before: Member, after: Member, *, action: str, details: Mapping[str, str], now: datetime) -> None:
    """Put on record that a member changed, and tell others what they may know."""
    unit.changed(KeyOf(KeyKind.CASE, after.case_id), "member", after.id, before=before, after=after)
    seen = {"case_id": str(after.case_id), **details}
    if after.state is not before.state:
        seen |= {"state_from": before.state.value, "state_to": after.state.value}
    await unit.audit(action, subject_kind="person", subject_id=after.person_id, details=seen)
    if after.standing != before.standing or after.state is not before.state:
        unit.announce(changed(after, at=now), subject=after.case_id)
