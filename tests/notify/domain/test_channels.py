"""How a person is reached."""

from dataclasses import replace
from uuid import UUID

import pytest

from services.notify.domain.channels import Choice, Contact, Point, choose
from services.notify.domain.messages import Kind, Way
from shared.events.network import Channel, Consent

SMS, EMAIL, VOICE, LETTER = (UUID(int=n) for n in range(1, 5))


def point(channel: Channel, consent: Consent = Consent.GRANTED, *, preferred: bool = False) -> Point:
    ids = {Channel.SMS: SMS, Channel.EMAIL: EMAIL, Channel.VOICE: VOICE, Channel.LETTER: LETTER}
    return Point(id=ids[channel], channel=channel, consent=consent, preferred=preferred)


def contact(*points: Point) -> Contact:
    return Contact(
        person_id=UUID(int=9), time_zone="America/Los_Angeles", spoken_language="es-MX", written_language="es-MX", points=points
    )


def ways(who: Contact, kind: Kind = Kind.INVITATION) -> list[Way]:
    return [choice.way for choice in choose(who, kind)]


def test_the_preferred_way_wins() -> None:
    both = contact(point(Channel.EMAIL), point(Channel.SMS, preferred=True))
    assert choose(both, Kind.INVITATION) == (Choice(Way.SMS, SMS, "preferred"),)


def test_a_preferred_number_without_consent_falls_back_to_mail() -> None:
    assert ways(contact(point(Channel.EMAIL, Consent.NONE), point(Channel.SMS, Consent.REQUESTED, preferred=True))) == [Way.EMAIL]


def test_mae_with_a_landline_gets_a_call_and_a_letter_and_never_a_text() -> None:
    mae = contact(point(Channel.VOICE, Consent.NONE, preferred=True), point(Channel.LETTER, Consent.NONE))
    assert choose(mae, Kind.INVITATION) == (Choice(Way.CALL, VOICE, "by_phone"), Choice(Way.LETTER, LETTER, "by_letter"))
    assert ways(mae, Kind.REMINDER_2D) == [Way.CALL]


def test_who_prefers_the_phone_is_phoned_although_there_is_mail() -> None:
    assert ways(contact(point(Channel.EMAIL), point(Channel.VOICE, preferred=True))) == [Way.CALL]


@pytest.mark.parametrize(
    ("consent", "reason"),
    [
        (Consent.REVOKED, "opted_out"),
        (Consent.INVALID_NUMBER, "invalid_number"),
        (Consent.NONE, "no_consent"),
        (Consent.PENDING_DOUBLE_OPT_IN, "no_consent"),
    ],
)
def test_without_a_usable_number_a_person_phones_and_knows_why(consent: Consent, reason: str) -> None:
    assert choose(contact(point(Channel.SMS, consent)), Kind.INVITATION) == (Choice(Way.CALL, None, reason),)


def test_nobody_is_left_without_a_way() -> None:
    assert choose(contact(), Kind.REMINDER_2H) == (Choice(Way.CALL, None, "no_channel"),)


def test_a_minor_is_written_to_only_with_consent_on_that_very_point() -> None:
    young = replace(contact(point(Channel.EMAIL, Consent.NONE)), is_minor=True)
    assert choose(young, Kind.INVITATION) == (Choice(Way.CALL, None, "minor"),)
    assert ways(replace(contact(point(Channel.EMAIL)), is_minor=True)) == [Way.EMAIL]
