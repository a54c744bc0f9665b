"""The numbers and addresses of a person, and what network is asked to make of them: each is named by its id, or is new."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MOBILE, LANDLINE, EMAIL, LETTER = "sms", "voice", "email", "letter"
KINDS = (MOBILE, LANDLINE, EMAIL, LETTER)
REQUESTED: dict[str, Any] = {"consent": "requested", "consent_source": "asked_by_staff"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One number or address of a person. `substitute` marks the address that a programme such as Safe at Home gave them."""

    id: str
    channel: str
    value: str | None = None
    preferred: bool = False
    consent: str = "none"
    substitute: bool = False

    @property
    def is_real_address(self) -> bool:
        """Whether it says where somebody lives."""
        return self.channel == LETTER and not self.substitute

    @property
    def may_be_asked(self) -> bool:
        """Whether a worker may say that they asked for texts: whoever has opted out takes that back alone."""
        return self.channel == MOBILE and self.consent == "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contacts:
    """What is on record about who somebody is and how to reach them. `safe_words` is None for whoever may not see numbers."""

    id: str
    given_name: str
    family_name: str = ""
    preferred_name: str = ""
    spoken_language: str = "en"
    written_language: str = "en"
    interpreter_needed: bool = False
    safe_words: str | None = None
    safe_channels: tuple[str, ...] = ()
    relay_person_id: str | None = None
    confidential_address: bool = False
    contact_points: tuple[Way, ...] = ()
    etag: str = ""

    def way(self, way_id: str) -> Way | None:
        """Return one of the numbers and addresses, or None."""
        return next((one for one in self.contact_points if one.id == way_id), None)

    def is_safe(self, way: Way) -> bool:
        """Whether anything may go this way at all."""
        return not self.safe_channels or way.channel in self.safe_channels


def with_new(contacts: Contacts, point: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return all as they are and one more; where the new one is preferred, no other is."""
    others = (_kept(one, preferred=one.preferred and not point["preferred"]) for one in contacts.contact_points)
    return [*others, point]


def without(contacts: Contacts, way: Way) -> list[Mapping[str, Any]]:
    """Return all but one."""
    return [_kept(one, preferred=one.preferred) for one in contacts.contact_points if one.id != way.id]


def preferring(contacts: Contacts, way: Way) -> list[Mapping[str, Any]]:
    """Return all, one of them preferred."""
    return [_kept(one, preferred=one.id == way.id) for one in contacts.contact_points]


def asked(contacts: Contacts, way: Way) -> list[Mapping[str, Any]]:
    """Return all, one of them with the word that its holder was asked and agreed."""
    points = [dict(_kept(one, preferred=one.preferred)) for one in contacts.contact_points]
    return [one | REQUESTED if one["id"] == way.id else one for one in points]


def marked(contacts: Contacts, way: Way) -> list[Mapping[str, Any]]:
    """Return all, one of them as the substitute of a programme, or as the real address where it was the substitute."""
    points = [dict(_kept(one, preferred=one.preferred)) for one in contacts.contact_points]
    return [one | {"substitute": not way.substitute} if one["id"] == way.id else one for one in points]


def without_real_address(contacts: Contacts) -> list[Mapping[str, Any]]:
    """Return all that may stay once the address is confidential."""
    return [_kept(one, preferred=one.preferred) for one in contacts.contact_points if not one.is_real_address]


def _kept(way: Way, *, preferred: bool) -> Mapping[str, Any]:
    """Name one that stays, with the consent that it has."""
    return {"id": way.id, "preferred": preferred, "substitute": way.substitute}
