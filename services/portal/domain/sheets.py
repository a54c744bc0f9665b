"""One member's page of a plan, to be printed or read aloud: what is theirs and what was shared with them; nobody else is in it."""

from dataclasses import dataclass
from datetime import date, datetime

from services.portal.domain.families import Member
from services.portal.domain.plans import Commitment, Plan, Step

MOST_DATES = 10
"""How many times of one promise are printed: the sheet stays one page, and the next ones are what counts (our choice)."""

DANGER, GOAL = "danger", "safety_goal"


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetTurn:
    """One time. `shown_local` is what clocks really show when it begins."""

    starts_local: datetime
    ends_local: datetime
    starts_at: datetime
    ends_at: datetime
    shown_local: datetime

    @property
    def is_shifted(self) -> bool:
        """Whether the hour that was chosen does not exist on that day."""
        return self.shown_local != self.starts_local


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetPromise:
    """A promise of the member's own. Words that would give somebody away are empty."""

    id: str
    state: str
    commitment_class: str
    action: str
    place: str
    starts_local: datetime
    ends_local: datetime
    time_zone: str
    repeats: str = ""
    turns: tuple[SheetTurn, ...] = ()

    @property
    def is_asked(self) -> bool:
        """Whether it is no promise yet."""
        return self.state == "offered"

    @property
    def dates(self) -> tuple[SheetTurn, ...]:
        """The times that are printed."""
        return self.turns[:MOST_DATES]


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetStep:
    """A step of the member's own."""

    id: str
    text: str
    when_words: str = ""
    due_on: date | None = None
    agreed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetStatement:
    """A statement that the member was told, as they were told it."""

    id: str
    kind: str
    text: str
    impact: str = ""
    language: str = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalNotice:
    """Words that go with what is disclosed, in the law's own language, and the law that wants them."""

    text: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One member's page of a plan. It is never handed over without its notice, where it has one."""

    plan_id: str
    member_id: str
    starts_on: date
    time_zone: str
    ends_on: date | None = None
    promises: tuple[SheetPromise, ...] = ()
    steps: tuple[SheetStep, ...] = ()
    rules: tuple[str, ...] = ()
    triggers: tuple[str, ...] = ()
    statements: tuple[SheetStatement, ...] = ()
    notice: LegalNotice | None = None

    @property
    def promised(self) -> tuple[SheetPromise, ...]:
        """What the member said yes to."""
        return tuple(one for one in self.promises if not one.is_asked)

    @property
    def asked(self) -> tuple[SheetPromise, ...]:
        """What they were asked and have not answered."""
        return tuple(one for one in self.promises if one.is_asked)

    @property
    def worries(self) -> tuple[SheetStatement, ...]:
        """What they were told of the worry and the goal; the rest of what they know is not the plan's."""
        return tuple(one for one in self.statements if one.kind in {DANGER, GOAL})


def left_out(sheet: Sheet, plan: Plan, commitments: tuple[Commitment, ...], steps: tuple[Step, ...]) -> tuple[str, ...]:
    """Return by code what a sheet leaves out of what its plan holds for this member, or for all."""
    found = []
    if any(not one.action for one in sheet.promises):
        found.append("promise_words")
    if sum(one.owner_member_id == sheet.member_id for one in steps) > len(sheet.steps):
        found.append("own_steps")
    in_plan, shared = len(plan.words.rules) + len(plan.words.triggers), len(sheet.rules) + len(sheet.triggers)
    if in_plan > shared:
        found.append("rules" if plan.words.shared_with_network else "rules_not_shared")
    if any(one.member_id != sheet.member_id for one in commitments) or any(one.owner_member_id != sheet.member_id for one in steps):
        found.append("others")
    if not any(one.kind == DANGER for one in sheet.statements):
        found.append("worry_not_told")
    if any(len(one.turns) > MOST_DATES for one in sheet.promises):
        found.append("later_dates")
    return tuple(found)


def has_part(member: Member, commitments: tuple[Commitment, ...], steps: tuple[Step, ...]) -> bool:
    """Whether a member has something of their own in a plan."""
    return any(one.member_id == member.id and one.is_open for one in commitments) or any(
        one.owner_member_id == member.id for one in steps
    )
