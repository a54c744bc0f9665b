"""Statements: short plain words about a family that agency, family and network share (DOMAIN §2.3, §6.2).

A statement has versions, and none is ever written over: new words or another place on the map make the next one.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from services.network.domain.audience import Audience, admits_member
from services.network.domain.caregivers import is_caregiver
from services.network.domain.cases import CaseId
from services.network.domain.hints import Hint, HintCode
from services.network.domain.members import Member, MemberId
from services.network.domain.reading_level import GRADE_FOR_EVERYONE, grade
from services.network.domain.word_errors import MayNotBeTold, SameKind
from shared.kernel.errors import Fault, Invalid

StatementId = NewType("StatementId", UUID)

SOFT_LIMIT = 400
"""Characters after which a statement is called long; it is never refused for it (DOMAIN §2.3 row 13)."""


class StatementKind(StrEnum):
    """What a statement is. These are the columns of the map; one item has one kind."""

    HARM = "harm"
    DANGER = "danger"
    COMPLICATING_FACTOR = "complicating_factor"
    SAFETY_ACT = "safety_act"
    SUPPORTING_STRENGTH = "supporting_strength"
    SAFETY_GOAL = "safety_goal"
    GREY_AREA = "grey_area"
    BOTTOM_LINE = "bottom_line"


WORRIES = frozenset({StatementKind.HARM, StatementKind.DANGER})
"""What a safety goal is developed from."""


class Tense(StrEnum):
    """Whether a harm is over or goes on."""

    PAST = "past"
    PRESENT = "present"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What a statement says. `text` of a harm or danger is the caregiver's action, `impact` what it did, or may do, to the child.

    `actor_id` is the parent or caregiver of a safety goal, `links` the statements it answers. Days are county-local.
    """

    text: str
    language: str
    impact: str = ""
    tense: Tense | None = None
    happened_on: date | None = None
    actor_id: MemberId | None = None
    links: tuple[StatementId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of a statement: its kind and words, and why it was moved to that kind, if it was."""

    number: int
    kind: StatementKind
    wording: Wording
    why: str
    written_at: datetime
    written_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A statement as it stands now. `version` counts every change, also of the audience; `current.number` counts its words."""

    id: StatementId
    case_id: CaseId
    audience: Audience
    current: Version
    version: int
    updated_at: datetime

    @property
    def kind(self) -> StatementKind:
        """What it is now."""
        return self.current.kind


def check_wording(kind: StatementKind, wording: Wording, *, today: date) -> None:
    """Refuse words that their kind cannot have: a harm to come, a danger that is only over, a goal of nobody or about nothing."""
    faults = [
        Fault("not_applicable", "This kind of statement has no such fact. Leave it out.", pointer=f"#/{name}")
        for name, kinds in _FACTS_OF.items()
        if getattr(wording, name) and kind not in kinds
    ]
    if kind is StatementKind.HARM and wording.tense is None:
        faults.append(Fault("needed_here", "Say whether this is over or goes on.", pointer="#/tense"))
    if wording.happened_on is not None and wording.happened_on > today:
        faults.append(Fault("in_the_future", "Choose today or an earlier day.", pointer="#/happened_on"))
    if kind is StatementKind.DANGER and wording.happened_on is not None and not wording.impact:
        faults.append(
            Fault(
                "only_past",
                "A danger is about what may still happen. Say what may happen to the child, or keep this as a harm.",
                pointer="#/impact",
            )
        )
    if kind is StatementKind.SAFETY_GOAL and wording.actor_id is None:
        faults.append(Fault("needed_here", "Say which parent or caregiver will do this.", pointer="#/actor_id"))
    if faults:
        raise Invalid(faults)


_FACTS_OF: Mapping[str, frozenset[StatementKind]] = {
    "impact": WORRIES,
    "tense": frozenset({StatementKind.HARM}),
    "happened_on": WORRIES,
    "actor_id": frozenset({StatementKind.SAFETY_GOAL}),
    "links": frozenset({StatementKind.SAFETY_GOAL}),
}


def check_goal(wording: Wording, *, actor: Member | None, linked: Mapping[StatementId, StatementKind]) -> None:
    """Refuse a goal whose actor is no caregiver here, or that answers no harm or danger of this family.

    `linked` has those of the links that are there, with their kinds: a statement of another family looks like none.
    """
    faults = []
    if actor is None or not is_caregiver(actor.standing):
        faults.append(Fault("not_a_caregiver", "Choose a parent or caregiver of this family's network.", pointer="#/actor_id"))
    if set(wording.links) - set(linked):
        faults.append(Fault("not_of_this_family", "Choose statements of this family.", pointer="#/links"))
    elif not WORRIES & set(linked.values()):
        faults.append(Fault("goal_needs_danger", "A safety goal answers a danger or a harm. Link at least one.", pointer="#/links"))
    if faults:
        raise Invalid(faults)


def reworded(statement: Statement, wording: Wording, *, by: str, now: datetime) -> Statement:
    """Return the statement with its next version; the same words make none."""
    if wording == statement.current.wording:
        return statement
    return _with(statement, statement.kind, wording, why="", by=by, now=now)


def moved(statement: Statement, kind: StatementKind, wording: Wording, *, why: str, by: str, now: datetime) -> Statement:
    """Return the statement in another place on the map, as its next version. Raises SameKind."""
    if kind is statement.kind:
        raise SameKind
    return _with(statement, kind, wording, why=why, by=by, now=now)


def _with(statement: Statement, kind: StatementKind, wording: Wording, *, why: str, by: str, now: datetime) -> Statement:
    current = Version(number=statement.current.number + 1, kind=kind, wording=wording, why=why, written_at=now, written_by=by)
    return replace(statement, current=current, version=statement.version + 1, updated_at=now)


def fitting(wording: Wording, kind: StatementKind) -> Wording:
    """Return the wording without what a kind has no place for, for a statement that moves."""
    empty = Wording(text=wording.text, language=wording.language)
    kept = {name: getattr(wording, name) for name, kinds in _FACTS_OF.items() if kind in kinds}
    return replace(empty, **kept)


def check_may_be_told(statement: Statement, member: Member) -> None:
    """Refuse to share a statement with a member who may not see it."""
    if not admits_member(statement.audience, member):
        raise MayNotBeTold


# Words that judge a person instead of saying what they did; the first two are DOMAIN §6.7's, the others ours.
_BLAMING = re.compile(
    r"\b(perpetrators?|resistan(?:t|ce)|non-?complian(?:t|ce)|unmotivated|uncooperative|dysfunctional|manipulative|in denial"
    r"|fail(?:ed|s|ure) to protect|perpetrador(?:a|es|as)?|resistentes?|desmotivad[oa]s?|disfuncional(?:es)?"
    r"|manipulador(?:a|es|as)?|en negación|no cooperativ[oa]s?)\b",
    re.IGNORECASE,
)


def by_kind(statements: Iterable[Statement]) -> dict[StatementKind, list[Statement]]:
    """Return statements as the columns of a map; a kind that nobody has written to is there too, empty."""
    columns: dict[StatementKind, list[Statement]] = {kind: [] for kind in StatementKind}
    for each in statements:
        columns[each.kind].append(each)
    return columns


def hints(kind: StatementKind, wording: Wording) -> tuple[Hint, ...]:
    """Return what the editor may ask about the words: never a reason to refuse them."""
    whole = f"{wording.text}\n{wording.impact}"
    found = []
    if len(wording.text) > SOFT_LIMIT:
        found.append(Hint(HintCode.TOO_LONG))
    if (grade(whole, wording.language) or 0) > GRADE_FOR_EVERYONE:
        found.append(Hint(HintCode.HARD_TO_READ))
    blaming = tuple(dict.fromkeys(word.casefold() for word in _BLAMING.findall(whole)))
    if blaming:
        found.append(Hint(HintCode.BLAMING_WORDS, words=blaming))
    if kind in WORRIES and not wording.impact:
        found.append(Hint(HintCode.IMPACT_MISSING))
    return tuple(found)
