"""Who must be at the table of a CFT, as data, and whether they are (DOMAIN §3.2). Each seat has one of three verdicts."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from services.meetings.domain.mandates import INDIAN_CHILD
from services.meetings.domain.meetings import TeamRole
from services.meetings.domain.resources import distinct, speaks
from shared.events.entries import Answer


class Condition(StrEnum):
    """When a seat must be filled."""

    ALWAYS = "always"
    NOT_GROWN = "not_grown"
    IN_PLACEMENT = "in_placement"
    INDIAN_CHILD = "indian_child"
    IN_FFA = "in_ffa"
    IN_STRTP = "in_strtp"
    INTENSIVE_SERVICES = "intensive_services"
    RIGHTS_HELD_BY_ANOTHER = "rights_held_by_another"
    CASA_APPOINTED = "casa_appointed"
    REGIONAL_CENTER = "regional_center"
    DUAL_STATUS = "dual_status"


class Verdict(StrEnum):
    """How a seat stands. A person who declined does not fill it; one who sends somebody does."""

    SATISFIED = "satisfied"
    WAIVED = "waived"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Seat:
    """One seat: any of these roles fills it. The first role names it."""

    roles: tuple[TeamRole, ...]
    condition: Condition
    source: str

    @property
    def name(self) -> str:
        """The role by which a missing seat is called."""
        return self.roles[0].value


LA_POLICY = "LA DCFS 0070-548.01, rev. 3/24/2023"
NOTICE_POLICY = f"{LA_POLICY}, citing WIC 16501(a)(5)"
TEAM_DEFINITION = "FosterQuest, CFT definition; SLO Probation 4.7"

CFT_SEATS: tuple[Seat, ...] = (
    Seat((TeamRole.CHILD, TeamRole.YOUTH, TeamRole.NMD), Condition.ALWAYS, f"Advokids, Child and Family Team; {LA_POLICY}"),
    Seat((TeamRole.PARENT, TeamRole.GUARDIAN, TeamRole.INDIAN_CUSTODIAN), Condition.NOT_GROWN, NOTICE_POLICY),
    Seat((TeamRole.CURRENT_CAREGIVER,), Condition.IN_PLACEMENT, NOTICE_POLICY),
    Seat((TeamRole.PLACING_AGENCY_WORKER,), Condition.ALWAYS, TEAM_DEFINITION),
    Seat((TeamRole.FACILITATOR,), Condition.ALWAYS, f'{LA_POLICY}: "facilitators must be skilled and trained"'),
    Seat((TeamRole.TRIBAL_REPRESENTATIVE, TeamRole.INDIAN_CUSTODIAN), Condition.INDIAN_CHILD, TEAM_DEFINITION),
    Seat((TeamRole.FFA_REP,), Condition.IN_FFA, TEAM_DEFINITION),
    Seat((TeamRole.STRTP_REP,), Condition.IN_STRTP, TEAM_DEFINITION),
    Seat((TeamRole.COUNTY_MENTAL_HEALTH_REP,), Condition.IN_STRTP, TEAM_DEFINITION),
    Seat((TeamRole.ICC_COORDINATOR,), Condition.INTENSIVE_SERVICES, "a provider's quiz on ICC (weak)"),
    Seat((TeamRole.EDUCATION_RIGHTS_HOLDER,), Condition.RIGHTS_HELD_BY_ANOTHER, LA_POLICY),
    Seat((TeamRole.CASA,), Condition.CASA_APPOINTED, TEAM_DEFINITION),
    Seat((TeamRole.REGIONAL_CENTER_REP,), Condition.REGIONAL_CENTER, TEAM_DEFINITION),
    Seat((TeamRole.PROBATION_OFFICER,), Condition.DUAL_STATUS, "unverified: ask county counsel"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildAtTable:
    """What decides a child's seats. The last five are known only where staff recorded them."""

    child_id: UUID
    in_placement: bool
    icwa_status: str = "unknown"
    placement_kind: str = ""
    intensive_services: bool = False
    is_grown: bool = False
    rights_held_by_another: bool = False
    casa_appointed: bool = False
    regional_center: bool = False
    dual_status: bool = False


@dataclass(frozen=True, slots=True)
class Seated:
    """Somebody at the table, and what they said."""

    person_id: UUID
    role: TeamRole
    answer: Answer = Answer.NEEDS_ACTION


@dataclass(frozen=True, slots=True)
class SeatVerdict:
    """One seat of one child. `reason` is why it is waived; `filled_by` who fills it."""

    child_id: UUID
    seat: Seat
    verdict: Verdict
    filled_by: tuple[UUID, ...] = ()
    reason: str = ""


def seats_of(child: ChildAtTable) -> tuple[Seat, ...]:
    """Return the seats that this child's meeting must have."""
    true = {
        Condition.ALWAYS: True,
        Condition.NOT_GROWN: not child.is_grown,
        Condition.IN_PLACEMENT: child.in_placement,
        Condition.INDIAN_CHILD: child.icwa_status in INDIAN_CHILD,
        Condition.IN_FFA: child.placement_kind == "ffa",
        Condition.IN_STRTP: child.placement_kind == "strtp",
        Condition.INTENSIVE_SERVICES: child.intensive_services,
        Condition.RIGHTS_HELD_BY_ANOTHER: child.rights_held_by_another,
        Condition.CASA_APPOINTED: child.casa_appointed,
        Condition.REGIONAL_CENTER: child.regional_center,
        Condition.DUAL_STATUS: child.dual_status,
    }
    return tuple(seat for seat in CFT_SEATS if true[seat.condition])


def judge_table(
    children: Iterable[ChildAtTable], seated: Collection[Seated], waived: Mapping[str, str] | None = None
) -> tuple[SeatVerdict, ...]:
    """Return the verdict on each seat of each child; `waived` is a written reason by the seat's name."""
    return tuple(_verdict(child, seat, seated, waived or {}) for child in children for seat in seats_of(child))


def missing(verdicts: Iterable[SeatVerdict]) -> tuple[str, ...]:
    """Return the names of seats that nobody fills."""
    return tuple(sorted({one.seat.name for one in verdicts if one.verdict is Verdict.MISSING}))


def unfilled_languages(needed: Iterable[str], interpreters: Iterable[tuple[frozenset[str], Answer]]) -> tuple[str, ...]:
    """Return the languages for which no interpreter has said yes; each interpreter serves one of them.

    An interpreter is the languages they speak and their answer.
    """
    ready = [languages for languages, answer in interpreters if answer is Answer.ACCEPTED]
    serves: dict[int, str] = {}

    def find_one(language: str, asked: set[int]) -> bool:
        """Give a language an interpreter, if need be one who then leaves theirs to another (augmenting paths)."""
        for n, languages in enumerate(ready):
            if n not in asked and speaks(languages, language):
                asked.add(n)
                if n not in serves or find_one(serves[n], asked):
                    serves[n] = language
                    return True
        return False

    return tuple(language for language in distinct(sorted(needed)) if not find_one(language, set()))


def _verdict(child: ChildAtTable, seat: Seat, seated: Collection[Seated], waived: Mapping[str, str]) -> SeatVerdict:
    able = [one for one in seated if one.role in seat.roles and one.answer is not Answer.DECLINED]
    if seat.condition is Condition.ALWAYS and TeamRole.CHILD in seat.roles:
        able = [one for one in able if one.person_id == child.child_id]
    if able:
        return SeatVerdict(child.child_id, seat, Verdict.SATISFIED, tuple(one.person_id for one in able))
    reason = waived.get(seat.name, "").strip()
    return SeatVerdict(child.child_id, seat, Verdict.WAIVED if reason else Verdict.MISSING, reason=reason)
