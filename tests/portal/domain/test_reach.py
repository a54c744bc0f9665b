"""How people will be told: the same rule as notify's, so that what staff are promised is what happens."""

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
