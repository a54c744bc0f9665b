"""What becomes of the ways to reach a person when staff change them, and when the person speaks."""

from datetime import timedelta
from uuid import uuid4

import pytest

from services.network.domain.errors import ConsentWithdrawn
from services.network.domain.people import ContactPoint, ContactPointId, WantedContactPoint, hear_consent, settle_contact_points
from shared.events.network import Channel, Consent
from shared.kernel.errors import Invalid
from tests.support.factories import NOW, a_contact_point, a_wanted_point


def settle(
    present: list[ContactPoint], *wanted: WantedContactPoint, confidential_address: bool = False
) -> tuple[ContactPoint, ...]:
    return settle_contact_points(
        present,
        wanted,
        new_ids=[ContactPointId(uuid4()) for _ in wanted],
        confidential_address=confidential_address,
        now=NOW,
    )


def test_the_same_number_keeps_its_id_and_consent() -> None:
    phone = a_contact_point()
    assert settle([phone], a_wanted_point(value=phone.value)) == (phone,)


def test_an_id_alone_keeps_what_is_there() -> None:
    phone = a_contact_point()
    assert settle([phone], a_wanted_point(id=phone.id, channel=None, value=None)) == (phone,)


def test_a_new_number_is_a_new_contact_point_without_consent() -> None:
    phone = a_contact_point()
    (changed,) = settle([phone], a_wanted_point(id=phone.id, value="+19165550199"))
    assert (changed.id == phone.id, changed.consent) == (False, Consent.NONE)


def test_what_is_not_named_is_gone() -> None:
    assert settle([a_contact_point()]) == ()


def test_staff_cannot_undo_a_stop() -> None:
    stopped = a_contact_point(consent=Consent.REVOKED)
    with pytest.raises(ConsentWithdrawn):
        settle([stopped], a_wanted_point(value=stopped.value, consent=Consent.GRANTED, consent_source="verbal"))


def test_staff_can_say_again_what_stands() -> None:
    stopped = a_contact_point(consent=Consent.REVOKED)
    assert settle([stopped], a_wanted_point(value=stopped.value, consent=Consent.REVOKED)) == (stopped,)


def test_consent_needs_its_source() -> None:
    with pytest.raises(Invalid) as refused:
        settle([], a_wanted_point(consent=Consent.GRANTED))
    assert [(f.code, f.pointer) for f in refused.value.faults] == [("needed_here", "#/contact_points/0/consent_source")]


def test_an_unknown_id_without_a_number_is_refused() -> None:
    with pytest.raises(Invalid) as refused:
        settle([], a_wanted_point(id=ContactPointId(uuid4()), value=None))
    assert [f.code for f in refused.value.faults] == ["needed_here"]


def test_the_same_number_twice_is_refused() -> None:
    with pytest.raises(Invalid) as refused:
        settle([], a_wanted_point(), a_wanted_point())
    assert [(f.code, f.pointer) for f in refused.value.faults] == [("duplicate", "#/contact_points/1/value")]


def test_a_confidential_address_is_not_stored() -> None:
    with pytest.raises(Invalid) as refused:
        settle([], a_wanted_point(channel=Channel.LETTER, value="1 Hidden Way"), confidential_address=True)
    assert [f.code for f in refused.value.faults] == ["confidential_address_only_substitute"]


def test_the_substitute_of_a_confidential_address_is_stored() -> None:
    (point,) = settle([], a_wanted_point(channel=Channel.LETTER, value="PO Box 1", is_substitute=True), confidential_address=True)
    assert point.value == "PO Box 1"


def test_a_persons_stop_is_kept() -> None:
    after = hear_consent(a_contact_point(), Consent.REVOKED, source="stop", at=NOW + timedelta(hours=1))
    assert after is not None
    assert (after.consent, after.consent_source) == (Consent.REVOKED, "stop")


def test_an_older_word_does_not_undo_a_later_one() -> None:
    assert hear_consent(a_contact_point(consent_at=NOW), Consent.REVOKED, source="stop", at=NOW - timedelta(hours=1)) is None


def test_a_number_that_fails_does_not_undo_a_stop() -> None:
    stopped = a_contact_point(consent=Consent.REVOKED)
    assert hear_consent(stopped, Consent.INVALID_NUMBER, source="contact_lost", at=NOW + timedelta(days=1)) is None
