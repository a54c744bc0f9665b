"""No network, no plan: whether a family's network can carry a plan, and what a worker should know about it (DOMAIN §2.2, §4.4)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.network.domain.members import Circle, Member, MemberState, Quality, SupportType
from services.network.domain.people import Person
from services.network.domain.qualities import is_minor

MIN_ACTIVE_ADULTS = 2
RECOMMENDED_ACTIVE_ADULTS = 5
"""No number stands in law or in the seeds; these are practice, and only warnings. The hard gate is cover."""


class NetworkWarning(StrEnum):
    """What a worker should know about a network. None of these refuses anything by itself."""

    NOT_VIABLE = "network_not_viable"
    FEW_ADULTS = "network_few_adults"
    BELOW_RECOMMENDED = "network_below_recommended"
    ONLY_FORMAL = "network_only_formal"
    TELL_AGAIN = "network_tell_again"


SENTENCES = {
    NetworkWarning.NOT_VIABLE: "No adult but a caregiver of concern is active yet. See which of the four qualities are missing.",
    NetworkWarning.FEW_ADULTS: "Fewer than two adults are active, and nobody should carry a plan alone. Ask who else could help.",
    NetworkWarning.BELOW_RECOMMENDED: "Fewer than five adults are active. The prompt list may find people who were forgotten.",
    NetworkWarning.ONLY_FORMAL: "All who are active are professionals, and professionals leave. Look for family and friends.",
    NetworkWarning.TELL_AGAIN: "The danger statement has a newer version. Share it with each member who was told an older one.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Viability:
    """How a network stands. `active_adults` are those who count: 18 or over, active, and no caregiver of concern."""

    active_adults: int
    warnings: tuple[NetworkWarning, ...]
    by_circle: dict[Circle, int]
    by_state: dict[MemberState, int]

    @property
    def is_viable(self) -> bool:
        """Whether at least one adult who counts is active."""
        return self.active_adults > 0


def viability(around: Sequence[tuple[Member, Person]], *, today: date) -> Viability:
    """Return how the network of present members stands on a county-local date."""
    counting = [member for member, person in around if counts(member, person, today=today)]
    found = {
        NetworkWarning.NOT_VIABLE: not counting,
        NetworkWarning.FEW_ADULTS: 0 < len(counting) < MIN_ACTIVE_ADULTS,
        NetworkWarning.BELOW_RECOMMENDED: MIN_ACTIVE_ADULTS <= len(counting) < RECOMMENDED_ACTIVE_ADULTS,
        NetworkWarning.ONLY_FORMAL: bool(counting)
        and all(member.standing.support_type is SupportType.FORMAL for member in counting),
        NetworkWarning.TELL_AGAIN: any(_is_outdated(member) for member, _ in around),
    }
    circles = Counter(member.standing.circle for member, _ in around)
    states = Counter(member.state for member, _ in around)
    return Viability(
        active_adults=len(counting),
        warnings=tuple(warning for warning, applies in found.items() if applies),
        by_circle={circle: circles[circle] for circle in Circle},
        by_state={state: states[state] for state in MemberState if states[state]},
    )


def counts(member: Member, person: Person, *, today: date) -> bool:
    """Whether a member makes a network viable: active, adult, and not the caregiver of concern."""
    is_free = not member.standing.caregiver_of_concern and not is_minor(member, person, today)
    return is_free and member.state is MemberState.ACTIVE


def _is_outdated(member: Member) -> bool:
    understood = member.seen(Quality.UNDERSTANDS_CONCERN)
    return understood is not None and understood.needs_refresh
