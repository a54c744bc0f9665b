"""The prompt list: who is there, where somebody looked, and when a tribe is asked for."""

from typing import Any

import pytest

from services.network.domain.children import IcwaStatus
from services.network.domain.members import Member, RelationshipKind, Side
from services.network.domain.prompts import Answer, LookedInto, Prompt, PromptStatus, prompts_of
from tests.support.factories import NOW, a_member, a_standing


def somebody(relationship: RelationshipKind, side: Side = Side.NA) -> Member:
    return a_member(standing=a_standing(relationship=relationship, side=side))


def answers(*members: Member, icwa: tuple[IcwaStatus, ...] = (), looked: tuple[LookedInto, ...] = ()) -> dict[Prompt, Answer]:
    return {each.prompt: each for each in prompts_of(members, icwa, looked)}


def looked_into(prompt: Prompt) -> LookedInto:
    return LookedInto(prompt=prompt, note="asked the mother", looked_by="amy", looked_at=NOW)


@pytest.mark.parametrize(
    ("facts", "found"),
    [
        ((RelationshipKind.AUNT_UNCLE, Side.PATERNAL), {Prompt.PATERNAL_SIDE}),
        ((RelationshipKind.AUNT_UNCLE, Side.BOTH), {Prompt.PATERNAL_SIDE, Prompt.MATERNAL_SIDE}),
        ((RelationshipKind.FATHER,), {Prompt.PATERNAL_SIDE}),
        ((RelationshipKind.GRANDPARENT_MATERNAL,), {Prompt.MATERNAL_SIDE}),
        ((RelationshipKind.PARENT_OF_SIBLING,), {Prompt.SIBLINGS_PARENT}),
        ((RelationshipKind.TRIBAL_MEMBER,), {Prompt.TRIBE}),
        ((RelationshipKind.TEACHER,), {Prompt.SCHOOL}),
        ((RelationshipKind.CLERGY,), {Prompt.FAITH}),
        ((RelationshipKind.NEIGHBOR,), set()),
    ],
)
def test_a_member_answers_the_prompts_they_stand_for(facts: tuple[Any, ...], found: set[Prompt]) -> None:
    member = somebody(*facts)
    given = answers(member)
    assert {prompt for prompt, each in given.items() if each.status is PromptStatus.FOUND} == found
    assert all(given[prompt].member_ids == (member.id,) for prompt in found)


def test_what_was_looked_into_is_not_open() -> None:
    given = answers(looked=(looked_into(Prompt.FAITH),))
    assert (given[Prompt.FAITH].status, given[Prompt.SCHOOL].status) == (PromptStatus.NOBODY_FOUND, PromptStatus.OPEN)


def test_who_is_found_later_stands_before_that_nobody_was() -> None:
    given = answers(somebody(RelationshipKind.CLERGY), looked=(looked_into(Prompt.FAITH),))
    assert (given[Prompt.FAITH].status, given[Prompt.FAITH].looked_into is None) == (PromptStatus.FOUND, False)


@pytest.mark.parametrize(
    ("icwa", "status"),
    [
        ((IcwaStatus.DOES_NOT_APPLY,), PromptStatus.NOT_ASKED),
        ((IcwaStatus.DOES_NOT_APPLY, IcwaStatus.UNKNOWN), PromptStatus.OPEN),
        ((IcwaStatus.REASON_TO_KNOW,), PromptStatus.OPEN),
        ((), PromptStatus.NOT_ASKED),
    ],
)
def test_the_tribe_is_asked_for_unless_the_act_does_not_apply(icwa: tuple[IcwaStatus, ...], status: PromptStatus) -> None:
    assert answers(icwa=icwa)[Prompt.TRIBE].status is status


def test_no_prompt_is_ever_hidden() -> None:
    assert list(answers(icwa=(IcwaStatus.DOES_NOT_APPLY,))) == list(Prompt)
