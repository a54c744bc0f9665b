"""The prompt list that finds forgotten people: whom agencies tend to overlook, and whether anybody looked (DOMAIN §4.4)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.network.domain.children import IcwaStatus
from services.network.domain.members import Member, MemberId, RelationshipKind, Side


class Prompt(StrEnum):
    """Where to look."""

    PATERNAL_SIDE = "paternal_side"
    MATERNAL_SIDE = "maternal_side"
    SIBLINGS_PARENT = "siblings_parent"
    TRIBE = "tribe"
    SCHOOL = "school"
    FAITH = "faith"


class PromptStatus(StrEnum):
    """What became of a prompt. `not_asked` is a prompt that does not apply to the family's children; it is shown all the same."""

    FOUND = "found"
    NOBODY_FOUND = "nobody_found"
    OPEN = "open"
    NOT_ASKED = "not_asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedInto:
    """That somebody looked and found nobody."""

    prompt: Prompt
    note: str
    looked_by: str
    looked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One prompt of one family. `looked_into` stays on record when somebody is found later."""

    prompt: Prompt
    status: PromptStatus
    member_ids: tuple[MemberId, ...]
    looked_into: LookedInto | None


_SIDES: Mapping[Prompt, frozenset[Side]] = {
    Prompt.PATERNAL_SIDE: frozenset({Side.PATERNAL, Side.BOTH}),
    Prompt.MATERNAL_SIDE: frozenset({Side.MATERNAL, Side.BOTH}),
}

_KINDS: Mapping[Prompt, frozenset[RelationshipKind]] = {
    Prompt.PATERNAL_SIDE: frozenset(
        {RelationshipKind.FATHER, RelationshipKind.ALLEGED_FATHER, RelationshipKind.GRANDPARENT_PATERNAL}
    ),
    Prompt.MATERNAL_SIDE: frozenset({RelationshipKind.MOTHER, RelationshipKind.GRANDPARENT_MATERNAL}),
    Prompt.SIBLINGS_PARENT: frozenset({RelationshipKind.PARENT_OF_SIBLING}),
    Prompt.TRIBE: frozenset({RelationshipKind.TRIBAL_MEMBER, RelationshipKind.INDIAN_CUSTODIAN}),
    Prompt.SCHOOL: frozenset({RelationshipKind.TEACHER, RelationshipKind.COACH}),
    Prompt.FAITH: frozenset({RelationshipKind.CLERGY}),
}


def prompts_of(members: Sequence[Member], icwa: Iterable[IcwaStatus], looked_into: Iterable[LookedInto]) -> tuple[Answer, ...]:
    """Return every prompt of a family: who is there, that nobody was found, or that nobody has looked yet.

    The tribe is asked for unless the Indian Child Welfare Act is known not to apply to any of the children.
    """
    looked = {each.prompt: each for each in looked_into}
    tribe_asked = any(status is not IcwaStatus.DOES_NOT_APPLY for status in icwa)
    answers = []
    for prompt in Prompt:
        there = tuple(member.id for member in members if _answers(member, prompt))
        is_asked = prompt is not Prompt.TRIBE or tribe_asked
        status = _status(is_there=bool(there), was_looked_into=prompt in looked, is_asked=is_asked)
        answers.append(Answer(prompt=prompt, status=status, member_ids=there, looked_into=looked.get(prompt)))
    return tuple(answers)


def _answers(member: Member, prompt: Prompt) -> bool:
    standing = member.standing
    return standing.relationship in _KINDS[prompt] or standing.side in _SIDES.get(prompt, frozenset())


def _status(*, is_there: bool, was_looked_into: bool, is_asked: bool) -> PromptStatus:
    if is_there:
        return PromptStatus.FOUND
    if was_looked_into:
        return PromptStatus.NOBODY_FOUND
    return PromptStatus.OPEN if is_asked else PromptStatus.NOT_ASKED
