"""What makes a member active, what makes one lapse, and who may count as cover for a child.

A safety network is people who (1) care about the child, (2) are willing to meet, (3) understand the concern and (4) are willing to
do something specific (SOP Quick Guide; DOMAIN §2.2). `active` means all four; the machine derives it and never judges anybody.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from enum import StrEnum
from uuid import UUID

from services.network.domain.circle_errors import QualityIsDerived
from services.network.domain.members import (
    Member,
    MemberState,
    Quality,
    RelationshipKind,
    SeenQuality,
    SetAside,
    Standing,
    Vetting,
    VettingLimit,
    VettingOutcome,
)
from services.network.domain.people import Person
from shared.kernel.errors import Fault, Invalid

_SAID = {
    SetAside.PAUSED: MemberState.PAUSED,
    SetAside.WITHDRAWN: MemberState.WITHDRAWN,
    SetAside.EXCLUDED: MemberState.EXCLUDED,
}


class CannotProtect(StrEnum):
    """Why somebody does not count as cover. They stay welcome on the roster, and may help in other ways."""

    MINOR = "minor"
    CAREGIVER_OF_CONCERN = "caregiver_of_concern"
    EXCLUDED = "excluded"
    NOT_HERE = "not_here"
    UNSUITABLE = "unsuitable"
    VETTING_LIMIT = "vetting_limit"


def may_protect(member: Member, person: Person, today: date) -> CannotProtect | None:
    """Return why a member cannot count as cover on a county-local date; None when they can.

    An unknown birth date counts as an adult's, unless the relationship says otherwise. Limits such as `not_overnight` do not keep
    anybody from being cover: they are for the worker who makes the plan.
    """
    vetting = member.vetting
    barred = {
        CannotProtect.MINOR: is_minor(member, person, today),
        CannotProtect.CAREGIVER_OF_CONCERN: member.standing.caregiver_of_concern,
        CannotProtect.EXCLUDED: member.state is MemberState.EXCLUDED,
        CannotProtect.NOT_HERE: member.state in {MemberState.PAUSED, MemberState.WITHDRAWN, MemberState.LEFT},
        CannotProtect.UNSUITABLE: vetting.vetting is VettingOutcome.UNSUITABLE,
        CannotProtect.VETTING_LIMIT: VettingLimit.NO_PROTECTIVE in vetting.vetting_limits,
    }
    return next((reason for reason, applies in barred.items() if applies), None)


def bears_on_cover(before: Member, after: Member) -> bool:
    """Whether a change of a member may let a child's time fall open, or close it."""

    def facts(member: Member) -> tuple[object, ...]:
        standing = member.standing
        return standing.caregiver_of_concern, standing.relationship, standing.set_aside, member.vetting

    return facts(before) != facts(after)


def is_minor(member: Member, person: Person, today: date) -> bool:
    """Whether a member is under 18; a sibling known as a minor is one even where nobody knows the birth date."""
    known = person.profile.born_on is not None
    return person.is_minor(today) or (not known and member.standing.relationship is RelationshipKind.MINOR_SIBLING)


def state_of(member: Member) -> MemberState:
    """Return how far a member has come, from what is on record. What people said stands before all that is derived."""
    standing = member.standing
    if standing.set_aside is not None:
        return _SAID[standing.set_aside]
    informed = member.seen(Quality.UNDERSTANDS_CONCERN) is not None
    if _holds_all(member):
        return MemberState.ACTIVE
    if member.was_active:
        return MemberState.LAPSED
    if member.will_do_something:
        return MemberState.COMMITTED
    if informed:
        return MemberState.INFORMED_OF_CONCERN
    if standing.met_agency_on is not None:
        return MemberState.MET_AGENCY
    if standing.contacted_on is not None or member.qualities:
        return MemberState.CONTACTED
    return MemberState.IDENTIFIED


def settled(member: Member) -> Member:
    """Return the member in the state that follows from what is on record; call it after every change."""
    state = state_of(member)
    return replace(member, state=state, was_active=member.was_active or state is MemberState.ACTIVE)


def with_quality(member: Member, seen: SeenQuality, *, today: date) -> Member:
    """Return the member with a quality seen. Raises Invalid, and QualityIsDerived for the fourth."""
    if seen.quality is Quality.WILL_DO_SOMETHING:
        raise QualityIsDerived
    faults = []
    if seen.seen_on > today:
        faults.append(Fault("in_the_future", "Choose today or an earlier day.", pointer="#/seen_on"))
    if (seen.quality is Quality.UNDERSTANDS_CONCERN) != (seen.statement_id is not None and seen.statement_version is not None):
        faults.append(
            Fault(
                "needed_here",
                "For understands_concern, and for nothing else, name the danger statement and the version that was shared.",
                pointer="#/statement_id",
            )
        )
    if faults:
        raise Invalid(faults)
    return settled(replace(member, qualities=_in_order((*_others(member, seen.quality), seen))))


def without_quality(member: Member, quality: Quality) -> Member:
    """Return the member with a quality lost; who was active has lapsed. Raises QualityIsDerived for the fourth."""
    if quality is Quality.WILL_DO_SOMETHING:
        raise QualityIsDerived
    return settled(replace(member, qualities=_others(member, quality)))


def with_commitment(member: Member, *, has_commitment: bool) -> Member:
    """Return the member with the fourth quality as their commitments have it: at least one accepted or active."""
    return settled(replace(member, will_do_something=has_commitment))


def told_anew(member: Member, statement_id: UUID, version: int) -> Member:
    """Return the member after a danger statement got a version: whoever was told another one has to be told this one.

    The quality still holds, so that a better wording empties no network.
    """
    seen = member.seen(Quality.UNDERSTANDS_CONCERN)
    if seen is None:
        return member
    is_newest = (seen.statement_id, seen.statement_version) == (statement_id, version)
    return replace(member, qualities=_in_order((*_others(member, seen.quality), replace(seen, needs_refresh=not is_newest))))


def check_standing(standing: Standing, *, today: date) -> None:
    """Refuse days to come, and somebody excluded without a reason."""
    faults = [
        Fault("in_the_future", "Choose today or an earlier day.", pointer=f"#/{name}")
        for name in ("contacted_on", "met_agency_on")
        if (day := getattr(standing, name)) is not None and day > today
    ]
    if standing.set_aside is SetAside.EXCLUDED and not standing.set_aside_reason:
        faults.append(Fault("needed_here", "Say why this person is excluded.", pointer="#/set_aside_reason"))
    if standing.set_aside is None and standing.set_aside_reason:
        faults.append(Fault("not_applicable", "A reason goes with set_aside. Leave it out.", pointer="#/set_aside_reason"))
    if faults:
        raise Invalid(faults)


def check_vetting(vetting: Vetting) -> None:
    """Refuse limits without the outcome that has them, that outcome without limits, and `other` without words."""
    faults = []
    limited = vetting.vetting is VettingOutcome.SUITABLE_WITH_LIMITS
    if limited and not vetting.vetting_limits:
        faults.append(Fault("needed_here", "Name at least one limit.", pointer="#/limits"))
    if not limited and vetting.vetting_limits:
        faults.append(Fault("not_applicable", "Limits go with suitable_with_limits. Leave them out.", pointer="#/limits"))
    if VettingLimit.OTHER in vetting.vetting_limits and not vetting.vetting_words:
        faults.append(Fault("needed_here", "Say what the limit is.", pointer="#/words"))
    if faults:
        raise Invalid(faults)


def _holds_all(member: Member) -> bool:
    held = {each.quality for each in member.qualities}
    return member.will_do_something and held == set(Quality) - {Quality.WILL_DO_SOMETHING}


def _others(member: Member, quality: Quality) -> tuple[SeenQuality, ...]:
    return tuple(each for each in member.qualities if each.quality is not quality)


def _in_order(qualities: Iterable[SeenQuality]) -> tuple[SeenQuality, ...]:
    order = list(Quality)
    return tuple(sorted(qualities, key=lambda each: order.index(each.quality)))
