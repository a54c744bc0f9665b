"""Written releases, and what a member may see because of them."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.network.domain.cases import CaseId
from services.network.domain.members import MemberId
from services.network.domain.people import PersonId
from services.network.domain.release_errors import (
    AdoptionNeverReleased,
    NotOfThisFamily,
    Part2NamesRecipients,
    Part2StandsAlone,
    ReleaseAcrossSeparation,
    ReleaseEnded,
    ReleaseNotWritten,
    RevokedBeforeSigned,
    SignedLater,
)
from services.network.domain.releases import (
    Cover,
    RecordClass,
    Release,
    ReleaseId,
    SignerCapacity,
    SigningMethod,
    Thing,
    ThingKind,
    Viewer,
    Why,
    check_not_apart,
    check_signable,
    classes_of,
    covered,
    ended_by_leaving,
    may_see,
    method_of,
    revoked,
    was_signed,
    why,
)
from services.network.domain.separation import Apart
from tests.support.factories import NOW, TODAY

YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
MOTHER, FATHER = PersonId(UUID(int=1)), PersonId(UUID(int=2))
AUNT, NEIGHBOR, COACH = MemberId(UUID(int=11)), MemberId(UUID(int=12)), MemberId(UUID(int=13))
APART = (Apart(person_a=MOTHER, person_b=FATHER, until=None),)


def a_release(**facts: Any) -> Release:
    """Medical records for the aunt and the neighbor, signed by the mother today."""
    ordinary = Release(
        id=ReleaseId(uuid4()),
        case_id=CaseId(uuid4()),
        signer_person_id=MOTHER,
        signer_capacity=SignerCapacity.PARENT,
        covers=(Cover(member_id=AUNT), Cover(member_id=NEIGHBOR)),
        record_classes=frozenset({RecordClass.MEDICAL}),
        method=SigningMethod.WET,
        signed_on=TODAY,
        recipients=(),
        note="",
        revoked_on=None,
        ended_on=None,
        recorded_at=NOW,
        version=1,
        updated_at=NOW,
    )
    return replace(ordinary, **facts)


def the_aunt(**facts: Any) -> Viewer:
    return Viewer(**{"member_id": AUNT, "person_id": PersonId(UUID(int=3)), **facts})


def records(record_class: RecordClass = RecordClass.MEDICAL, **facts: Any) -> Thing:
    return Thing(kind=ThingKind.RECORD, record_class=record_class, **facts)


PART2 = a_release(record_classes=frozenset({RecordClass.SUD_PART2}), recipients=("Aunt",))


# covered


def test_a_release_covers_those_it_names_and_nobody_else() -> None:
    found = {member: covered([a_release()], member, RecordClass.MEDICAL, TODAY) for member in (AUNT, NEIGHBOR, COACH)}
    assert found == {AUNT: True, NEIGHBOR: True, COACH: False}


def test_a_release_opens_its_own_classes_alone() -> None:
    release = a_release(record_classes=frozenset({RecordClass.MEDICAL, RecordClass.EDUCATION}))
    opened = {each for each in RecordClass if covered([release], AUNT, each, TODAY)}
    assert opened == {RecordClass.MEDICAL, RecordClass.EDUCATION}


@pytest.mark.parametrize(
    ("facts", "holds"),
    [
        ({"signed_on": TODAY}, True),
        ({"signed_on": TOMORROW}, False),
        ({"revoked_on": TODAY}, False),
        ({"revoked_on": TOMORROW}, True),
        ({"ended_on": TODAY}, False),
        ({"ended_on": TOMORROW}, True),
        ({"covers": (Cover(member_id=AUNT, ended_on=TODAY),)}, False),
        ({"covers": (Cover(member_id=AUNT, ended_on=YESTERDAY), Cover(member_id=NEIGHBOR))}, False),
    ],
)
def test_a_release_holds_from_its_signing_to_the_day_before_it_ends(facts: dict[str, Any], holds: bool) -> None:
    assert covered([a_release(**facts)], AUNT, RecordClass.MEDICAL, TODAY) is holds


def test_one_cover_that_ended_leaves_the_others() -> None:
    release = a_release(covers=(Cover(member_id=AUNT, ended_on=YESTERDAY), Cover(member_id=NEIGHBOR)))
    assert covered([release], NEIGHBOR, RecordClass.MEDICAL, TODAY)


# may_see


@pytest.mark.parametrize(
    ("kind", "named", "reason"),
    [
        (ThingKind.COMMITMENT, True, Why.OWN),
        (ThingKind.LOGISTICS, True, Why.CONCERNS_THEM),
        (ThingKind.STATEMENT, True, Why.SHARED_WITH_THEM),
        (ThingKind.COMMITMENT, False, Why.NOT_THEIRS),
        (ThingKind.LOGISTICS, False, Why.NOT_THEIRS),
        (ThingKind.STATEMENT, False, Why.NOT_THEIRS),
    ],
)
def test_without_a_release_a_member_sees_what_is_theirs_and_what_was_shared_with_them(
    kind: ThingKind, named: bool, reason: Why
) -> None:
    thing = Thing(kind=kind, members=frozenset({AUNT if named else COACH}))
    assert why(the_aunt(), thing, [], on=TODAY) is reason


def test_being_a_member_opens_no_record() -> None:
    assert {why(the_aunt(), records(each, members=frozenset({AUNT})), [], on=TODAY) for each in RecordClass} == {
        Why.NO_RELEASE,
        Why.NO_PART2_CONSENT,
    }


def test_a_release_opens_a_record() -> None:
    assert why(the_aunt(), records(), [a_release()], on=TODAY) is Why.RELEASE


def test_a_record_of_no_known_class_is_opened_by_no_release() -> None:
    assert why(the_aunt(), Thing(kind=ThingKind.RECORD), [a_release(), PART2], on=TODAY) is Why.NO_RELEASE


@pytest.mark.parametrize("kind", ThingKind)
def test_what_is_tagged_sud_part2_is_for_those_on_a_part_2_consent_alone(kind: ThingKind) -> None:
    thing = Thing(kind=kind, members=frozenset({AUNT}), record_class=RecordClass.MEDICAL, is_sud_part2=True)
    assert why(the_aunt(), thing, [a_release()], on=TODAY) is Why.NO_PART2_CONSENT
    assert may_see(the_aunt(), thing, [a_release(), PART2], on=TODAY)


def test_a_part_2_consent_opens_nothing_else() -> None:
    assert [each for each in RecordClass if may_see(the_aunt(), records(each), [PART2], on=TODAY)] == [RecordClass.SUD_PART2]


def test_a_statement_of_a_record_class_needs_sharing_and_release() -> None:
    shared = Thing(kind=ThingKind.STATEMENT, members=frozenset({AUNT}), record_class=RecordClass.MEDICAL)
    unshared = replace(shared, members=frozenset())
    found = [why(the_aunt(), thing, releases, on=TODAY) for thing in (shared, unshared) for releases in ([], [a_release()])]
    assert found == [Why.NO_RELEASE, Why.SHARED_WITH_THEM, Why.NOT_THEIRS, Why.NOT_THEIRS]


def test_whoever_takes_no_part_sees_their_own_promises_alone() -> None:
    viewer = the_aunt(takes_part=False)
    things = [records(), *(Thing(kind=kind, members=frozenset({AUNT})) for kind in ThingKind if kind is not ThingKind.RECORD)]
    assert [thing.kind for thing in things if may_see(viewer, thing, [a_release()], on=TODAY)] == [ThingKind.COMMITMENT]


@pytest.mark.parametrize(
    "thing", [Thing(kind=kind, members=frozenset({AUNT}), is_sud_part2=tag) for kind in ThingKind for tag in (False, True)]
)
def test_what_would_give_away_somebody_kept_apart_is_refused_as_if_it_were_not_there(thing: Thing) -> None:
    father = the_aunt(person_id=FATHER, apart=APART)
    telling = replace(thing, tells_of=frozenset({MOTHER}))
    never_shared = replace(thing, members=frozenset())
    both = [a_release(), PART2]
    by_the_father = [replace(each, signer_person_id=PersonId(UUID(int=9))) for each in both]
    assert why(father, telling, by_the_father, on=TODAY) is why(father, never_shared, [], on=TODAY)


def test_a_release_signed_by_somebody_kept_apart_opens_nothing_and_does_not_show() -> None:
    father = the_aunt(person_id=FATHER, apart=APART)
    assert [why(father, records(each), [a_release(), PART2], on=TODAY) for each in RecordClass] == [
        why(father, records(each), [], on=TODAY) for each in RecordClass
    ]


# Signing and taking back


def test_adoption_records_are_in_no_release() -> None:
    with pytest.raises(AdoptionNeverReleased):
        classes_of(["medical", "adoption"])


def test_substance_use_records_stand_alone() -> None:
    with pytest.raises(Part2StandsAlone):
        classes_of(["medical", "sud_part2"])
    assert classes_of(["sud_part2"]) == {RecordClass.SUD_PART2}


def test_a_spoken_release_is_none() -> None:
    with pytest.raises(ReleaseNotWritten):
        method_of("verbal")


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"signed_on": TOMORROW}, SignedLater),
        ({"signer_person_id": FATHER}, NotOfThisFamily),
        ({"covers": (Cover(member_id=AUNT), Cover(member_id=COACH))}, NotOfThisFamily),
        ({"record_classes": frozenset({RecordClass.SUD_PART2})}, Part2NamesRecipients),
    ],
)
def test_what_cannot_be_signed_is_refused(facts: dict[str, Any], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        check_signable(a_release(**facts), members=[AUNT, NEIGHBOR], signers=[MOTHER], today=TODAY)


def test_nothing_is_released_across_a_separation() -> None:
    with pytest.raises(ReleaseAcrossSeparation):
        check_not_apart(MOTHER, [PersonId(uuid4()), FATHER], APART, today=TODAY)
    check_not_apart(MOTHER, [PersonId(uuid4())], APART, today=TODAY)


@pytest.mark.parametrize("ended", [{"revoked_on": YESTERDAY}, {"ended_on": YESTERDAY}])
def test_a_release_ends_once(ended: dict[str, date]) -> None:
    with pytest.raises(ReleaseEnded):
        revoked(a_release(signed_on=YESTERDAY, **ended), TODAY, today=TODAY, now=NOW)


def test_a_release_is_taken_back_between_its_signing_and_today() -> None:
    with pytest.raises(SignedLater):
        revoked(a_release(), TOMORROW, today=TODAY, now=NOW)
    with pytest.raises(RevokedBeforeSigned):
        revoked(a_release(), YESTERDAY, today=TODAY, now=NOW)
    assert not covered([revoked(a_release(), TODAY, today=TODAY, now=NOW)], AUNT, RecordClass.MEDICAL, TODAY)


def test_a_release_ends_with_its_signer_and_with_the_last_whom_it_covers() -> None:
    both, aunts = a_release(), a_release(covers=(Cover(member_id=AUNT),))
    assert ended_by_leaving([both, aunts], AUNT, PersonId(uuid4()), today=TODAY) == [aunts]
    assert ended_by_leaving([both, aunts], COACH, MOTHER, today=TODAY) == [both, aunts]


def test_what_is_announced_of_a_release_holds_no_words() -> None:
    fact = was_signed(a_release(note="She asked for it", recipients=("Aunt Rosa",)), at=NOW)
    assert (fact.member_ids, fact.record_classes) == ((AUNT, NEIGHBOR), ("medical",))
    assert "Rosa" not in repr(fact)
