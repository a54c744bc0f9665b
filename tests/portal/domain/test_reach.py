"""How people will be told: the same rule as notify's, so that what staff are promised is what happens."""

from dataclasses import replace

import pytest

from services.portal.domain.families import Channel, Person
from services.portal.domain.reach import Reach, Way, Why, reach


def a_person(*channels: tuple[str, str, bool], is_minor: bool = False) -> Person:
    return Person(
        id="per_1",
        given_name="Carmen",
        is_minor=is_minor,
        channels=tuple(Channel(channel=kind, consent=consent, preferred=preferred) for kind, consent, preferred in channels),
    )


@pytest.mark.parametrize(
    ("channels", "told"),
    [
        ((("email", "granted", True),), Reach(Way.EMAIL)),
        ((("email", "none", False), ("sms", "granted", False)), Reach(Way.EMAIL)),
        ((("email", "none", False), ("sms", "granted", True)), Reach(Way.SMS)),
        ((("sms", "requested", True),), Reach(Way.CALL, Why.NO_CONSENT)),
        ((("sms", "revoked", True),), Reach(Way.CALL, Why.OPTED_OUT)),
        ((("sms", "invalid_number", True),), Reach(Way.CALL, Why.INVALID_NUMBER)),
        ((("voice", "granted", True),), Reach(Way.CALL, Why.BY_PHONE)),
        ((("voice", "granted", True), ("email", "granted", False)), Reach(Way.CALL, Why.BY_PHONE)),
        ((("voice", "none", False), ("letter", "none", False)), Reach(Way.CALL, Why.BY_PHONE, letter=True)),
        ((), Reach(Way.CALL, Why.NO_CHANNEL)),
    ],
)
def test_how_somebody_is_told(channels: tuple[tuple[str, str, bool], ...], told: Reach) -> None:
    assert reach(a_person(*channels)) == told


def test_a_minor_is_written_to_only_with_consent() -> None:
    assert reach(a_person(("email", "none", True), is_minor=True)) == Reach(Way.CALL, Why.MINOR)
    assert reach(a_person(("email", "granted", True), is_minor=True)) == Reach(Way.EMAIL)


def test_somebody_with_a_relay_is_told_by_a_call_to_that_person() -> None:
    told = replace(a_person(("sms", "granted", True), ("letter", "none", False)), relay_person_id="per_2")
    assert reach(told) == Reach(Way.CALL, Why.RELAY)


def test_whoever_gets_no_messages_of_their_own_is_told_through_an_adult() -> None:
    told = replace(a_person(("sms", "granted", True), is_minor=True), direct_messages_ok=False)
    assert reach(told) == Reach(Way.CALL, Why.MINOR)


def test_a_way_that_is_not_safe_is_none() -> None:
    both = a_person(("sms", "granted", True), ("email", "none", False))
    assert reach(replace(both, safe_channels=("email",))) == Reach(Way.EMAIL)
    assert reach(replace(both, safe_channels=("voice",))) == Reach(Way.CALL, Why.NOT_SAFE)
