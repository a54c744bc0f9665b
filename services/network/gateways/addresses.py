"""Numbers and addresses as the world's registries know them: checked, and brought to the one form in which they are kept.

The only module here that knows phonenumbers and email-validator. A number that is refused is never echoed.
"""

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberType

from shared.events.network import Channel
from shared.kernel.errors import Fault

COUNTRIES = frozenset({"US", "CA"})

_TEXTS = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})
_CALLS = _TEXTS | {PhoneNumberType.FIXED_LINE, PhoneNumberType.VOIP, PhoneNumberType.PERSONAL_NUMBER}

_TYPED = frozenset("0123456789+-.() \u00a0")

INVALID = ("phone_invalid", "Enter a US or Canadian number, like +1 916 555 0199.")
EXTENSION = ("phone_extension", "Leave the extension out; write it where the worker who calls will see it.")
COUNTRY = ("phone_country_not_allowed", "Enter a US or Canadian number.")
NOT_ALLOWED = ("phone_not_allowed", "This kind of number cannot be used here. Enter a person's own number.")


def normalised(channel: Channel, value: str, *, pointer: str) -> str | Fault:
    """Return the one form of a number or address (E.164, or an address in lower-case domain), or what is wrong with it."""
    if channel is Channel.EMAIL:
        return _email(value, pointer)
    if channel is Channel.LETTER:
        return " ".join(value.split())
    return _phone(value, _TEXTS if channel is Channel.SMS else _CALLS, pointer)


def lookup_form(channel: Channel, value: str) -> str:
    """Return a normalised value as it is hashed for finding. Numbers as E.164 whatever the channel, addresses without case."""
    return value if channel in {Channel.SMS, Channel.VOICE} else value.casefold()


def _email(value: str, pointer: str) -> str | Fault:
    try:
        return validate_email(value, check_deliverability=False, strict=True, allow_display_name=False).normalized
    except EmailNotValidError:
        return Fault("email_invalid", "Enter one email address, like name@example.org.", pointer=pointer)


def _phone(value: str, kinds: frozenset[int], pointer: str) -> str | Fault:
    if "x" in value.casefold() and _digits_on_both_sides(value.casefold()):
        return Fault(*EXTENSION, pointer=pointer)
    # The parser would take Arabic digits, letters and RFC 3966 parameters; people type none of these.
    if not _TYPED.issuperset(value):
        return Fault(*INVALID, pointer=pointer)
    try:
        number = phonenumbers.parse(value, "US")
    except NumberParseException:
        return Fault(*INVALID, pointer=pointer)
    if number.extension:
        return Fault(*EXTENSION, pointer=pointer)
    return _allowed(number, kinds) or Fault(*_refusal(number, kinds), pointer=pointer)


def _allowed(number: PhoneNumber, kinds: frozenset[int]) -> str | None:
    # A number of one of these kinds is a valid one: an invalid one is of no kind.
    if phonenumbers.number_type(number) not in kinds or _country(number) not in COUNTRIES:
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _refusal(number: PhoneNumber, kinds: frozenset[int]) -> tuple[str, str]:
    if not phonenumbers.is_valid_number(number):
        return INVALID
    if _country(number) not in COUNTRIES:
        return COUNTRY
    return NOT_ALLOWED


def _country(number: PhoneNumber) -> str:
    return str(phonenumbers.region_code_for_number(number))


def _digits_on_both_sides(text: str) -> bool:
    before, _, after = text.partition("x")
    return any(c.isdigit() for c in before) and any(c.isdigit() for c in after)
