"""What a member may see, against a slow second opinion and against what must hold in any world."""

from dataclasses import replace
from datetime import timedelta
from random import Random
from uuid import UUID

from services.network.domain.members import MemberId
from services.network.domain.people import PersonId
from services.network.domain.releases import Cover, RecordClass, Release, Thing, ThingKind, Viewer, covered, may_see, why
from services.network.domain.separation import Apart, kept_apart, without_separated
from tests.network.domain.test_releases import a_release
from tests.support.factories import TODAY

WORLDS = 2_000
PEOPLE = [PersonId(UUID(int=number)) for number in range(1, 6)]
MEMBERS = {person: MemberId(UUID(int=person.int + 100)) for person in PEOPLE}
DAYS = [TODAY + timedelta(days=days) for days in range(-3, 4)]


def a_random_release(chance: Random) -> Release:
    ends = [None, None, *DAYS]
    classes = frozenset(chance.sample(list(RecordClass), chance.randint(1, 3)))
    return a_release(
        signer_person_id=chance.choice(PEOPLE),
        covers=tuple(
            Cover(member_id=MEMBERS[person], ended_on=chance.choice(ends)) for person in chance.sample(PEOPLE, chance.randint(1, 4))
        ),
        record_classes=classes,
        signed_on=chance.choice(DAYS),
        revoked_on=chance.choice(ends),
        ended_on=chance.choice(ends),
    )


def a_random_thing(chance: Random) -> Thing:
    return Thing(
        kind=chance.choice(list(ThingKind)),
        members=frozenset(MEMBERS[person] for person in chance.sample(PEOPLE, chance.randint(0, 3))),
        record_class=chance.choice([None, *RecordClass]),
        is_sud_part2=chance.random() < 0.2,
        tells_of=frozenset(chance.sample(PEOPLE, chance.randint(0, 2))),
    )


def random_rules(chance: Random) -> tuple[Apart, ...]:
    pairs = (chance.sample(PEOPLE, 2) for _ in range(chance.randint(0, 3)))
    ends = [None, None, *DAYS]
    return tuple(
        Apart(person_a=one, person_b=other, until=chance.choice(ends), rests_until=chance.choice(ends)) for one, other in pairs
    )


def in_words(releases: list[Release], member_id: MemberId, record_class: RecordClass) -> bool:
    """The rule once more, day by day, as it would be read aloud."""
    for release in releases:
        named = next((cover for cover in release.covers if cover.member_id == member_id), None)
        if named is None or record_class not in release.record_classes or release.signed_on > TODAY:
            continue
        over = [end for end in (release.revoked_on, release.ended_on, named.ended_on) if end is not None]
        if not over or min(over) > TODAY:
            return True
    return False


def test_cover_is_what_it_is_in_words() -> None:
    chance = Random(832)
    for _ in range(WORLDS):
        releases = [a_random_release(chance) for _ in range(chance.randint(0, 4))]
        for member_id in MEMBERS.values():
            for each in RecordClass:
                assert covered(releases, member_id, each, TODAY) is in_words(releases, member_id, each)


def test_in_any_world_somebody_kept_apart_leaves_no_trace() -> None:
    """Take the other person, all they signed and all that tells of them out of the world: every answer stays, reason and all."""
    chance = Random(827)
    for _ in range(WORLDS):
        viewer_person, other = chance.sample(PEOPLE, 2)
        rules = (*random_rules(chance), Apart(person_a=viewer_person, person_b=other, until=None))
        viewer = Viewer(member_id=MEMBERS[viewer_person], person_id=viewer_person, apart=rules)
        releases = [a_random_release(chance) for _ in range(4)]
        without = [each for each in releases if each.signer_person_id != other]
        thing = a_random_thing(chance)
        told = replace(thing, tells_of=thing.tells_of | {other})
        never = replace(thing, members=frozenset(), tells_of=frozenset())
        assert why(viewer, thing, releases, on=TODAY) is why(viewer, thing, without, on=TODAY)
        assert not may_see(viewer, told, releases, on=TODAY)
        assert why(viewer, told, releases, on=TODAY) is why(viewer, never, [], on=TODAY)
        assert other not in without_separated(PEOPLE, viewer_person, rules, TODAY)


def test_in_any_world_a_rule_more_shows_nothing_more() -> None:
    chance = Random(535)
    for _ in range(WORLDS):
        person = chance.choice(PEOPLE)
        rules, more = random_rules(chance), random_rules(chance)
        releases, thing = [a_random_release(chance) for _ in range(3)], a_random_thing(chance)
        few = Viewer(member_id=MEMBERS[person], person_id=person, apart=rules)
        many = replace(few, apart=rules + more)
        assert may_see(few, thing, releases, on=TODAY) or not may_see(many, thing, releases, on=TODAY)
        assert set(without_separated(PEOPLE, person, rules + more, TODAY)) <= set(without_separated(PEOPLE, person, rules, TODAY))


def test_in_any_world_being_kept_apart_goes_both_ways() -> None:
    chance = Random(53)
    for _ in range(WORLDS):
        rules = random_rules(chance)
        for one in PEOPLE:
            for other in PEOPLE:
                assert kept_apart(rules, one, other, TODAY) is kept_apart(rules, other, one, TODAY)
