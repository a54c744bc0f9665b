"""Every seat of a CFT is satisfied, waived with a reason, or missing (DOMAIN §3.2)."""

from services.meetings.domain.meetings import TeamRole
from services.meetings.domain.table import (
    ChildAtTable,
    Seated,
    Verdict,
    judge_table,
    missing,
    seats_of,
    unfilled_languages,
)
from shared.events.entries import Answer
from tests.meetings.domain.factories import an_id

LILA = ChildAtTable(child_id=an_id(1), in_placement=True, icwa_status="reason_to_know")
EVERYBODY = [
    Seated(an_id(1), TeamRole.CHILD),
    Seated(an_id(2), TeamRole.PARENT),
    Seated(an_id(3), TeamRole.CURRENT_CAREGIVER),
    Seated(an_id(4), TeamRole.TRIBAL_REPRESENTATIVE),
    Seated(an_id(5), TeamRole.PLACING_AGENCY_WORKER),
    Seated(an_id(6), TeamRole.FACILITATOR),
]


def without(role: TeamRole) -> list[Seated]:
    return [one for one in EVERYBODY if one.role is not role]


def test_when_everybody_is_there_nothing_is_missing() -> None:
    assert missing(judge_table([LILA], EVERYBODY)) == ()


def test_v1_the_tribes_seat_is_not_optional() -> None:
    assert missing(judge_table([LILA], without(TeamRole.TRIBAL_REPRESENTATIVE))) == ("tribal_representative",)


def test_a_child_at_home_needs_no_caregiver_seat() -> None:
    assert "current_caregiver" not in {seat.name for seat in seats_of(ChildAtTable(child_id=an_id(1), in_placement=False))}


def test_another_child_does_not_fill_this_childs_seat() -> None:
    brother = ChildAtTable(child_id=an_id(9), in_placement=True)
    assert missing(judge_table([LILA, brother], EVERYBODY)) == ("child",)


def test_who_declined_fills_no_seat_and_who_sends_somebody_does() -> None:
    arlen = [*without(TeamRole.TRIBAL_REPRESENTATIVE), Seated(an_id(4), TeamRole.TRIBAL_REPRESENTATIVE, Answer.DECLINED)]
    assert missing(judge_table([LILA], arlen)) == ("tribal_representative",)
    sent = [*without(TeamRole.TRIBAL_REPRESENTATIVE), Seated(an_id(4), TeamRole.TRIBAL_REPRESENTATIVE, Answer.DELEGATED)]
    assert missing(judge_table([LILA], sent)) == ()


def test_a_seat_is_waived_only_with_a_reason() -> None:
    people = without(TeamRole.PARENT)
    assert missing(judge_table([LILA], people, {"parent": " "})) == ("parent",)
    verdicts = judge_table([LILA], people, {"parent": "Both parents have died."})
    assert [one.seat.name for one in verdicts if one.verdict is Verdict.WAIVED] == ["parent"]


def test_a_language_is_filled_when_an_interpreter_has_said_yes() -> None:
    spanish, hmong = frozenset({"es"}), frozenset({"hmn", "es"})
    assert unfilled_languages(["es-MX"], [(spanish, Answer.NEEDS_ACTION)]) == ("es-MX",)
    assert unfilled_languages(["es-MX"], [(spanish, Answer.ACCEPTED)]) == ()
    assert unfilled_languages(["es-MX", "hmn"], [(hmong, Answer.ACCEPTED)]) == ("hmn",)
    assert unfilled_languages(["es-MX", "hmn"], [(hmong, Answer.ACCEPTED), (spanish, Answer.ACCEPTED)]) == ()


def test_one_interpreter_serves_everybody_of_a_language_and_each_goes_where_they_are_needed() -> None:
    both, other = frozenset({"es", "vi"}), frozenset({"es", "zh"})
    assert unfilled_languages(["es", "es-MX"], [(frozenset({"es"}), Answer.ACCEPTED)]) == ()
    assert unfilled_languages(["es", "vi"], [(both, Answer.ACCEPTED), (other, Answer.ACCEPTED)]) == ()
    assert unfilled_languages(["es", "vi", "zh"], [(both, Answer.ACCEPTED), (other, Answer.ACCEPTED)]) == ("zh",)
