"""The orders about words that everyone shares: frozen, as the edge read them."""

from dataclasses import dataclass
from datetime import date
from typing import TypedDict

from services.network.domain.audience import Audience
from services.network.domain.case_steps import CaseStepState
from services.network.domain.child_voice import Saying, VoiceKind
from services.network.domain.members import MemberId
from services.network.domain.people import PersonId
from services.network.domain.statements import StatementId, StatementKind, Tense, Wording


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteStatement:
    """Put a statement on the map of a family."""

    kind: StatementKind
    wording: Wording
    audience: Audience


class WordingChanges(TypedDict, total=False):
    """Those parts of a wording that shall change."""

    text: str
    language: str
    impact: str
    tense: Tense | None
    happened_on: date | None
    actor_id: MemberId | None
    links: tuple[StatementId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeStatement:
    """Change the words of a statement, or who may see it; None leaves the audience."""

    wording: WordingChanges
    audience: Audience | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveStatement:
    """Move a statement to another kind, with what that kind needs."""

    kind: StatementKind
    why: str
    wording: WordingChanges


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordVoice:
    """Keep what a child said."""

    child_id: PersonId
    kind: VoiceKind
    sayings: tuple[Saying, ...]
    language: str
    said_on: date
    audience: Audience


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordAnswer:
    """Keep one person's answer on the scale."""

    person_id: PersonId
    danger_id: StatementId | None
    question: str
    score: int
    said_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordAct:
    """Keep an act of protection."""

    actor_id: MemberId
    observer_id: MemberId
    danger_id: StatementId
    acted_on: date
    text: str


class ActChanges(TypedDict, total=False):
    """Those facts of an act of protection that shall change."""

    actor_id: MemberId
    observer_id: MemberId
    danger_id: StatementId
    acted_on: date
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AddCaseStep:
    """Add a step to a family's case plan."""

    owner_id: MemberId
    text: str
    links: tuple[StatementId, ...]
    due_on: date | None


class CaseStepChanges(TypedDict, total=False):
    """Those facts of a step that shall change."""

    owner_id: MemberId
    text: str
    links: tuple[StatementId, ...]
    due_on: date | None
    state: CaseStepState
