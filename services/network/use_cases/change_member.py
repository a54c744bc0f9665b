"""Change how a member stands around a family."""

from dataclasses import replace
from datetime import date, datetime

from services.network.domain.members import Member, Standing, changes, relationship_of
from services.network.domain.qualities import check_standing, settled
from services.network.use_cases.commands import StandingChanges
from services.network.use_cases.keep_member import keep_member
from services.network.use_cases.look_again import look_again_after
from shared.db.unit import Unit

CHANGED = "member.changed"
"""The deed, as the audit has it."""


async def change_member(unit: Unit, member: Member, wanted: StandingChanges, *, today: date, now: datetime) -> Member:
    """Change the standing of a member whose row is held; each move between circles is kept, with who and when.

    Whoever may not protect any longer leaves time open, which is looked at within the same transaction.
    """
    after = in_standing(member, wanted, today=today)
    details = changes(member.standing, after.standing)
    after = await keep_member(unit, member, after, action=CHANGED, details=details, now=now)
    return await look_again_after(unit, member, after)


def in_standing(member: Member, wanted: StandingChanges, *, today: date) -> Member:
    """Return the member in another standing."""
    standing = _with(member.standing, wanted)
    check_standing(standing, today=today)
    return settled(replace(member, standing=standing))


def _with(standing: Standing, wanted: StandingChanges) -> Standing:
    kind, words = standing.relationship, standing.relationship_words
    if "relationship" in wanted:
        kind, words = relationship_of(wanted["relationship"])
    set_aside = wanted.get("set_aside", standing.set_aside)
    # A reason goes with what it was given for: another word, or none, begins without one.
    kept_reason = standing.set_aside_reason if set_aside is standing.set_aside else ""
    return Standing(
        relationship=kind,
        relationship_words=words,
        side=wanted.get("side", standing.side),
        circle=wanted.get("circle", standing.circle),
        support_type=wanted.get("support_type", standing.support_type),
        caregiver_of_concern=wanted.get("caregiver_of_concern", standing.caregiver_of_concern),
        knows_level=wanted.get("knows_level", standing.knows_level),
        contacted_on=wanted.get("contacted_on", standing.contacted_on),
        met_agency_on=wanted.get("met_agency_on", standing.met_agency_on),
        set_aside=set_aside,
        set_aside_reason=wanted.get("set_aside_reason", kept_reason) or "",
    )
