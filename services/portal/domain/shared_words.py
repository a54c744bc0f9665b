"""The words that agency, family and network share, as pages show them: statements, a child's own words, the scale, acts."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from services.portal.domain.plans import Hint

KINDS = (
    "harm",
    "danger",
    "complicating_factor",
    "safety_act",
    "supporting_strength",
    "safety_goal",
    "grey_area",
    "bottom_line",
)
ROOMS = {
    "three_houses": ("good_things", "worries", "dreams"),
    "safety_house": ("inside", "visitors", "not_safe", "rules", "path"),
    "safe_signal": ("signal",),
}
SIGNAL = "safe_signal"
"""A word or an object by which a child says "I am in danger": it has a page of its own, and stands in no list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A statement in its newest version, with what may be asked about its words."""

    id: str
    kind: str
    text: str
    number: int = 1
    language: str = "en"
    impact: str = ""
    tense: str | None = None
    happened_on: date | None = None
    actor_id: str | None = None
    links: tuple[str, ...] = ()
    why: str = ""
    written_at: datetime | None = None
    written_by: str = ""
    visibility: str = "network"
    hints: tuple[Hint, ...] = ()
    etag: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of the map."""

    kind: str
    items: tuple[Statement, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """That a member was told one version."""

    member_id: str
    number: int
    told_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Who was told which version of a statement, and who is still to be told the newest."""

    statement_id: str
    number: int
    told: tuple[Telling, ...] = ()
    still_to_tell: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """What a child said in one room."""

    room: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """That a worker let a parent see a child's words."""

    member_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """A child's own words."""

    id: str
    child_id: str
    kind: str
    said_on: date
    sayings: tuple[Saying, ...] = ()
    language: str = "en"
    visibility: str = "team"
    recorded_by: str = ""
    member_ids: tuple[str, ...] = ()
    staff_ids: tuple[str, ...] = ()
    released_to: tuple[Released, ...] = ()
    etag: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseStep:
    """A step of the family's own plan: what a member will do differently, until when."""

    id: str
    owner_id: str
    text: str
    due_on: date | None = None
    state: str = "planned"
    hints: tuple[Hint, ...] = ()
    etag: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One answer from 0 to 10."""

    id: str
    score: int
    said_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One person's answers to one question, oldest first."""

    person_id: str
    danger_id: str | None = None
    question: str = ""
    answers: tuple[Score, ...] = ()


def joined_columns(pages: Iterable[Column]) -> tuple[Column, ...]:
    """Return one column for each kind, from those of several pages of the map."""
    found: dict[str, Column] = {}
    for each in pages:
        found[each.kind] = replace(each, items=(*found[each.kind].items, *each.items)) if each.kind in found else each
    return tuple(found.values())


def joined_lines(pages: Iterable[Series]) -> tuple[Series, ...]:
    """Return one line for each person and question, from those of several pages; the question reads as it was last asked."""
    found: dict[tuple[str, str], Series] = {}
    for each in pages:
        key = each.person_id, each.danger_id or " ".join(each.question.casefold().split())
        found[key] = replace(each, answers=(*found[key].answers, *each.answers)) if key in found else each
    return tuple(found.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What a caregiver did to protect the child, and who saw it."""

    id: str
    actor_id: str
    observer_id: str
    danger_id: str
    acted_on: date
    text: str
    etag: str = ""


def points(series: Series) -> tuple[tuple[int, int], ...]:
    """Return where each answer lies in a picture 200 wide and 100 high: days from left to right, ten on top."""
    if not series.answers:
        return ()
    first, last = series.answers[0].said_on, series.answers[-1].said_on
    days = max(1, (last - first).days)
    return tuple((10 + round(180 * (one.said_on - first).days / days), 90 - 8 * one.score) for one in series.answers)
