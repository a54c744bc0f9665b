"""Numbers and addresses: what is taken, in which form, and by which code the rest is refused."""

import pytest

from services.network.gateways.addresses import lookup_form, normalised
from shared.events.network import Channel
from shared.kernel.errors import Fault

AT = "#/contact_points/0/value"


@pytest.mark.parametrize("typed", ["+19165550199", "(916) 555-0199", "916.555.0199", " 1 916 555 0199"])
def test_a_number_has_one_form(typed: str) -> None:
    assert normalised(Channel.SMS, typed, pointer=AT) == "+19165550199"


def test_a_canadian_number_is_taken() -> None:
    assert normalised(Channel.SMS, "+1 204 555 0131", pointer=AT) == "+12045550131"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("+1 911", "phone_invalid"),
        ("+1 555 0101", "phone_invalid"),
        ("\u0660\u0669\u0661\u0666\u0665\u0665\u0665\u0660\u0661\u0669\u0669", "phone_invalid"),
        ("916555019O", "phone_invalid"),
        ("916-555-0199;phone-context=evil.example", "phone_invalid"),
        ("tel:+19165550199", "phone_invalid"),
        ("", "phone_invalid"),
        ("916 555 0199 x12", "phone_extension"),
        ("916 555 0199 ext. 12", "phone_extension"),
        ("+5355512345", "phone_country_not_allowed"),
        ("+442079460000", "phone_country_not_allowed"),
        ("+1 900 555 0199", "phone_not_allowed"),
        ("+1 800 555 0199", "phone_not_allowed"),
    ],
)
@pytest.mark.parametrize("channel", [Channel.SMS, Channel.VOICE])
def test_a_number_is_refused_by_its_code(channel: Channel, typed: str, code: str) -> None:
    refused = normalised(channel, typed, pointer=AT)
    assert isinstance(refused, Fault)
    assert (refused.code, refused.pointer) == (code, AT)


@pytest.mark.parametrize(
    "typed",
    [
        "ana@example.org, eve@example.net",
        "a@localhost",
        "a" * 65 + "@gmail.com",
        "Ana <ana@example.org>",
        "ana",
        "ana@@example.org",
    ],
)
def test_an_address_is_one_address(typed: str) -> None:
    refused = normalised(Channel.EMAIL, typed, pointer=AT)
    assert isinstance(refused, Fault)
    assert refused.code == "email_invalid"


def test_an_address_is_found_without_regard_to_case() -> None:
    kept = normalised(Channel.EMAIL, "Ana@Example.ORG", pointer=AT)
    assert isinstance(kept, str)
    assert lookup_form(Channel.EMAIL, kept) == "ana@example.org"


def test_a_letter_address_is_one_line() -> None:
    assert normalised(Channel.LETTER, " 1 Main  St,\n Eureka CA ", pointer=AT) == "1 Main St, Eureka CA"
