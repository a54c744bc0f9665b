"""Change how a member stands around a family."""

from dataclasses import replace
from datetime import datetime

from services.network.domain.members import Member, Standing, changed, changes, relationship_of
from services.network.storage import members
from services.network.use_cases.commands import StandingChanges
from shared.db.unit import Unit
from shared.kernel.sealed import KeyKind, KeyOf


async def change_member(unit: Unit, member: Member, wanted: StandingChanges, *, now: datetime) -> Member:
    """Change the standing of a member whose row is held; the audit keeps each move between circles, with who and when."""
    standing = _with(member.standing, wanted)
    details = changes(member.standing, standing)
    if not details:
        return member
    after = replace(member, standing=standing, version=member.version + 1, updated_at=now)
    await members.save(unit, after)
    unit.changed(KeyOf(KeyKind.CASE, member.case_id), "member", member.id, before=member, after=after)
    await unit.audit(
        "member.changed", subject_kind="person", subject_id=member.person_id, details={"case_id": str(member.case_id)} | details
    )
    unit.announce(changed(after, at=now), subject=member.case_id)
    return after


def _with(standing: Standing, wanted: StandingChanges) -> Standing:
    kind, words = standing.relationship, standing.relationship_words
    if "relationship" in wanted:
        kind, words = relationship_of(wanted["relationship"])
    return Standing(
        relationship=kind,
        relationship_words=words,
        side=wanted.get("side", standing.side),
        circle=wanted.get("circle", standing.circle),
        support_type=wanted.get("support_type", standing.support_type),
        caregiver_of_concern=wanted.get("caregiver_of_concern", standing.caregiver_of_concern),
    )
