"""How to reach a person: by mail, by text, by a task to phone them, by letter, from what is known of their contact points."""

from dataclasses import dataclass, field, replace
from datetime import time
from uuid import UUID

from services.notify.domain.messages import ENTRY_KINDS, Kind, Way
from services.notify.domain.quiet_hours import QuietHours
from shared.events.network import Channel, Consent

_WAY_OF: dict[Channel, Way] = {Channel.SMS: Way.SMS, Channel.EMAIL: Way.EMAIL, Channel.VOICE: Way.CALL, Channel.LETTER: Way.LETTER}


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One number, mailbox or postal address, without the thing itself."""

    id: UUID
    channel: Channel
    consent: Consent
    preferred: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """What notify knows of a person besides words: zone, language, quiet hours, contact points. Languages are BCP 47.

    Nothing goes directly to somebody without `direct_messages_ok`; what is for somebody with a relay is told to that person.
    """

    person_id: UUID
    time_zone: str
    spoken_language: str
    written_language: str
    is_minor: bool = False
    is_staff: bool = False
    staff_id: str | None = None
    voicemail_ok: bool = False
    quiet_from: time = field(default=time(21))
    quiet_until: time = field(default=time(8))
    urgent_at_night: bool = False
    direct_messages_ok: bool = True
    relay_person_id: UUID | None = None
    points: tuple[Point, ...] = ()

    @property
    def quiet(self) -> QuietHours:
        """The person's night."""
        return QuietHours(self.quiet_from, self.quiet_until, self.time_zone)


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to reach a person, through which contact point, and why this one."""

    way: Way
    contact_point_id: UUID | None
    reason: str


def choose(contact: Contact, kind: Kind) -> tuple[Choice, ...]:
    """Return how this person is to be told: one way, or a call and a letter together where both are all there is.

    The preferred usable point first, then mail, then text, then a call, then a letter; nobody is left without any: a task to
    phone them says why. A minor is reached by machine only on a point for which consent was given.
    """
    if contact.relay_person_id is not None or not contact.direct_messages_ok:
        return (Choice(Way.CALL, None, why_no_machine(contact)),)
    usable = [point for point in contact.points if is_usable(point, is_minor=contact.is_minor)]
    for point in sorted(usable, key=_order):
        if point.channel in {Channel.EMAIL, Channel.SMS}:
            return (Choice(_WAY_OF[point.channel], point.id, "preferred" if point.preferred else "available"),)
        if point.preferred:
            break
    voice = _first(usable, Channel.VOICE)
    letter = _first(usable, Channel.LETTER)
    call = Choice(Way.CALL, voice.id, "by_phone") if voice else Choice(Way.CALL, None, why_no_machine(contact))
    if letter and kind in ENTRY_KINDS:
        return (call, Choice(Way.LETTER, letter.id, "by_letter"))
    return (call,)


def choose_without_texts(contact: Contact, kind: Kind) -> Choice:
    """Return how a person is told who has had their texts of the day: by mail, or else by a person who phones."""
    quiet = replace(contact, points=tuple(point for point in contact.points if point.channel is not Channel.SMS))
    choice = choose(quiet, kind)[0]
    return choice if choice.way is Way.EMAIL else replace(choice, reason="enough_texts")


def is_usable(point: Point, *, is_minor: bool = False) -> bool:
    """Whether a point may be used: texts need consent given; mail only that it was not withdrawn and works."""
    if point.consent in {Consent.REVOKED, Consent.INVALID_NUMBER}:
        return False
    if point.channel is Channel.SMS or (is_minor and point.channel is Channel.EMAIL):
        return point.consent is Consent.GRANTED
    return True


def why_no_machine(contact: Contact) -> str:
    """Return the stable word for why a person must phone: the first that is true of the contact points."""
    if contact.relay_person_id is not None:
        return "relay"
    if contact.is_minor or not contact.direct_messages_ok:
        return "minor"
    consents = {point.consent for point in contact.points if point.channel in {Channel.SMS, Channel.EMAIL}}
    for consent, word in (
        (Consent.REVOKED, "opted_out"),
        (Consent.INVALID_NUMBER, "invalid_number"),
        (Consent.PENDING_DOUBLE_OPT_IN, "no_consent"),
        (Consent.REQUESTED, "no_consent"),
        (Consent.NONE, "no_consent"),
    ):
        if consent in consents:
            return word
    return "no_channel"


def _order(point: Point) -> tuple[bool, int]:
    ranks = {Channel.EMAIL: 0, Channel.SMS: 1, Channel.VOICE: 2, Channel.LETTER: 3}
    return (not point.preferred, ranks[point.channel])


def _first(points: list[Point], channel: Channel) -> Point | None:
    return next((point for point in sorted(points, key=_order) if point.channel is channel), None)
