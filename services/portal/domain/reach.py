"""How a person will hear of a meeting, foretold from the state of their channels.

notify decides and sends; this repeats its rule (the preferred usable point, then mail, then text, then a call) so that staff can
see before sending who will be told how, and whom they must phone.
"""

from dataclasses import dataclass
from enum import StrEnum

from services.portal.domain.families import Channel, Person

DEAD = frozenset({"revoked", "invalid_number"})
_ORDER = {"email": 0, "sms": 1, "voice": 2, "letter": 3}


class Way(StrEnum):
    """How somebody is told."""

    EMAIL = "email"
    SMS = "sms"
    CALL = "call"


class Why(StrEnum):
    """Why a person must phone instead of a machine writing."""

    BY_PHONE = "by_phone"
    MINOR = "minor"
    OPTED_OUT = "opted_out"
    INVALID_NUMBER = "invalid_number"
    NO_CONSENT = "no_consent"
    NO_CHANNEL = "no_channel"
    NOT_SAFE = "not_safe"
    RELAY = "relay"


@dataclass(frozen=True, slots=True)
class Reach:
    """How one person will be told; `why` stands beside a call, `letter` says that one is posted too."""

    way: Way
    why: Why | None = None
    letter: bool = False


def reach(person: Person) -> Reach:
    """Return how this person will be told of a meeting."""
    if person.relay_person_id or not person.direct_messages_ok:
        return Reach(Way.CALL, _why_no_machine(person))
    usable = sorted((one for one in person.safe if _is_usable(one, person)), key=_order)
    for one in usable:
        if one.channel in {"email", "sms"}:
            return Reach(Way(one.channel))
        if one.preferred:
            break
    letter = any(one.channel == "letter" for one in usable)
    if any(one.channel == "voice" for one in usable):
        return Reach(Way.CALL, Why.BY_PHONE, letter)
    return Reach(Way.CALL, _why_no_machine(person), letter)


def _is_usable(channel: Channel, person: Person) -> bool:
    if channel.consent in DEAD:
        return False
    if channel.channel == "sms" or (person.is_minor and channel.channel == "email"):
        return channel.consent == "granted"
    return True


def _order(channel: Channel) -> tuple[bool, int]:
    return not channel.preferred, _ORDER.get(channel.channel, 9)


def _why_no_machine(person: Person) -> Why:
    if person.relay_person_id:
        return Why.RELAY
    if person.is_minor or not person.direct_messages_ok:
        return Why.MINOR
    if person.channels and not person.safe:
        return Why.NOT_SAFE
    consents = {one.consent for one in person.safe if one.channel in {"sms", "email"}}
    if "revoked" in consents:
        return Why.OPTED_OUT
    if "invalid_number" in consents:
        return Why.INVALID_NUMBER
    return Why.NO_CONSENT if consents - {"granted"} else Why.NO_CHANNEL
