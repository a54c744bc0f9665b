"""People and the ways to reach them: names, languages, contact points and what was said about using them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any, NewType
from uuid import UUID

from services.network.domain.circle_errors import RelayIsMinor, RelayNotPossible
from services.network.domain.errors import ConsentWithdrawn
from services.network.domain.names import name_keys
from shared.events.network import Channel, Consent, PersonChanged, PersonRegistered, PersonWords
from shared.events.network import ContactPoint as AnnouncedContactPoint
from shared.kernel.errors import Fault, Invalid

PersonId = NewType("PersonId", UUID)
ContactPointId = NewType("ContactPointId", UUID)

MAJORITY = 18
MAX_AGE = 120
BAND_BIRTHDAYS = (10, 12, 16, MAJORITY)
"""The birthdays on which a person enters another age band."""

_STAFF_MAY_RECORD = frozenset({Consent.NONE, Consent.REQUESTED, Consent.GRANTED})


class AgeBand(StrEnum):
    """How old somebody is, as far as messages ask (DOMAIN §4.8, by analogy with electronic service in court)."""

    UNDER_10 = "under_10"
    UNDER_12 = "under_12"
    FROM_12 = "12_to_15"
    FROM_16 = "16_to_17"
    ADULT = "adult"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactPoint:
    """One way to reach a person. Its number or address never changes: a new number is a new contact point, without consent.

    `lookup` is the keyed hash of `value`; `consent_at` is when the present consent was recorded.
    """

    id: ContactPointId
    channel: Channel
    value: str
    lookup: str
    preferred: bool
    consent: Consent
    consent_source: str
    consent_at: datetime
    is_substitute: bool

    @property
    def is_real_address(self) -> bool:
        """Whether it says where somebody lives."""
        return self.channel is Channel.LETTER and not self.is_substitute


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What is on record about a person, apart from how to reach them. Quiet hours are wall time in `time_zone`.

    `safe_channels` are the only ones that are safe; none named means that all are. `wants_direct_messages` is what a minor said,
    `direct_messages_approved` what a worker decided. `relay_person_id` passes on what is for this person.
    """

    given_name: str
    family_name: str
    preferred_name: str
    born_on: date | None
    spoken_language: str
    written_language: str
    interpreter_needed: bool
    time_zone: str
    quiet_from: time
    quiet_until: time
    voicemail_ok: bool
    safe_words: str
    staff_id: str | None
    external_id: str | None
    confidential_address: bool
    shared_device: bool = False
    safe_channels: frozenset[Channel] = frozenset()
    urgent_at_night: bool = False
    relay_person_id: PersonId | None = None
    wants_direct_messages: bool = False
    direct_messages_approved: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One person of a county, whatever number of families they stand around."""

    id: PersonId
    profile: Profile
    contact_points: tuple[ContactPoint, ...]
    registered_by: str
    version: int
    updated_at: datetime

    @property
    def name_keys(self) -> frozenset[str]:
        """The keys under which this person can be found by name."""
        return name_keys(self.profile.given_name, self.profile.family_name, self.profile.preferred_name)

    def is_minor(self, today: date) -> bool:
        """Whether the person is under 18 on a county-local date. An unknown birth date counts as an adult's."""
        return self.age_of_minor(today) is not None

    def age_of_minor(self, today: date) -> int | None:
        """Return how old somebody under 18 is; None of anybody else."""
        age = None if self.profile.born_on is None else age_on(self.profile.born_on, today)
        return age if age is not None and age < MAJORITY else None

    def age_band(self, today: date) -> AgeBand:
        """Return the person's age band on a county-local date."""
        age = self.age_of_minor(today)
        if age is None:
            return AgeBand.ADULT
        passed = sum(birthday <= age for birthday in BAND_BIRTHDAYS)
        return list(AgeBand)[passed]

    def direct_messages_ok(self, today: date) -> bool:
        """Whether anything may go to the person directly.

        Under 12 nothing does; from 12 to 15 with a worker's approval and the child's own wish; at 16 and 17 it is their choice.
        """
        profile, band = self.profile, self.age_band(today)
        if band is AgeBand.ADULT:
            return True
        if band is AgeBand.FROM_16:
            return profile.wants_direct_messages
        return band is AgeBand.FROM_12 and profile.wants_direct_messages and profile.direct_messages_approved

    @property
    def band_days(self) -> tuple[date, ...]:
        """The days on which the person enters another age band."""
        born_on = self.profile.born_on
        return () if born_on is None else tuple(birthday(born_on, age) for age in BAND_BIRTHDAYS)


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedContactPoint:
    """A way to reach a person as staff asked for it. `value` is normalised, or None to keep that of the point named by `id`."""

    id: ContactPointId | None
    channel: Channel | None
    value: str | None
    lookup: str
    preferred: bool
    consent: Consent | None
    consent_source: str
    is_substitute: bool


def age_on(born_on: date, today: date) -> int:
    """Return full years of age; one born on 29 February comes of age on 1 March."""
    return today.year - born_on.year - ((today.month, today.day) < (born_on.month, born_on.day))


def birthday(born_on: date, age: int) -> date:
    """Return the day on which somebody turns an age; one born on 29 February does so on 1 March of a common year."""
    try:
        return born_on.replace(year=born_on.year + age)
    except ValueError:
        return date(born_on.year + age, 3, 1)


def check_relay(person_id: PersonId, relay: Person, *, are_apart: bool, today: date) -> None:
    """Refuse somebody who cannot pass on messages: the person themselves, a minor, or one they are kept apart from."""
    if relay.id == person_id:
        raise Invalid(
            [Fault("duplicate", "Choose somebody else: nobody passes on their own messages.", pointer="#/relay_person_id")]
        )
    if are_apart:
        raise RelayNotPossible
    if relay.is_minor(today):
        raise RelayIsMinor


def check_birth_date(born_on: date | None, *, today: date) -> None:
    """Refuse a birth date in the future or more than 120 years ago."""
    if born_on is not None and not 0 <= age_on(born_on, today) <= MAX_AGE:
        raise Invalid([Fault("date_out_of_range", "Enter a date of birth within the last 120 years.", pointer="#/born_on")])


def settle_contact_points(
    present: Sequence[ContactPoint],
    wanted: Sequence[WantedContactPoint],
    *,
    new_ids: Sequence[ContactPointId],
    confidential_address: bool,
    now: datetime,
) -> tuple[ContactPoint, ...]:
    """Return the contact points a person shall have: those named or equal are kept with their id and consent, the rest are new.

    `new_ids` holds one id for each wanted point. A person whose address is confidential keeps no letter address but a substitute.
    """
    faults: list[Fault] = []
    settled: list[ContactPoint] = []
    for index, (want, new_id) in enumerate(zip(wanted, new_ids, strict=True)):
        at = f"#/contact_points/{index}"
        kept = _same(present, want)
        if kept is None and (want.value is None or want.channel is None):
            faults.append(Fault("needed_here", "Give the channel and the number or address.", pointer=f"{at}/value"))
            continue
        point = _kept(kept, want, now=now) if kept else _new(want, new_id, now=now)
        if point.consent is Consent.GRANTED and not point.consent_source:
            faults.append(Fault("needed_here", "Say how consent was given, such as verbal.", pointer=f"{at}/consent_source"))
        if any(other.channel is point.channel and other.value == point.value for other in settled):
            faults.append(Fault("duplicate", "This number or address is there twice.", pointer=f"{at}/value"))
        if confidential_address and point.is_real_address:
            faults.append(
                Fault(
                    "confidential_address_only_substitute",
                    "This address is confidential and must not be stored. Give the substitute address of the programme.",
                    pointer=f"{at}/value",
                )
            )
        settled.append(point)
    if faults:
        raise Invalid(faults)
    return tuple(settled)


def _same(present: Sequence[ContactPoint], want: WantedContactPoint) -> ContactPoint | None:
    for point in present:
        if want.value is None and point.id == want.id:
            return point
        if want.value is not None and point.channel is want.channel and point.value == want.value:
            return point
    return None


def _kept(point: ContactPoint, want: WantedContactPoint, *, now: datetime) -> ContactPoint:
    kept = replace(point, preferred=want.preferred, is_substitute=want.is_substitute)
    consent = want.consent or point.consent
    if consent is point.consent:
        return kept
    if point.consent is Consent.REVOKED:
        raise ConsentWithdrawn(contact_point_id=point.id)
    _check_staff_may_record(consent)
    return replace(kept, consent=consent, consent_source=want.consent_source, consent_at=now)


def _new(want: WantedContactPoint, new_id: ContactPointId, *, now: datetime) -> ContactPoint:
    consent = want.consent or Consent.NONE
    _check_staff_may_record(consent)
    return ContactPoint(
        id=new_id,
        channel=want.channel or Channel.LETTER,
        value=want.value or "",
        lookup=want.lookup,
        preferred=want.preferred,
        consent=consent,
        consent_source=want.consent_source,
        consent_at=now,
        is_substitute=want.is_substitute,
    )


def _check_staff_may_record(consent: Consent) -> None:
    if consent not in _STAFF_MAY_RECORD:
        raise Invalid([Fault("choice_unknown", "Record none, requested or granted.", pointer="#/contact_points")])


def hear_consent(point: ContactPoint, consent: Consent, *, source: str, at: datetime) -> ContactPoint | None:
    """Return the contact point with what the person said, or None when a later word already stands or nothing differs.

    That a number does not work never stands in the place of a stop: staff could then allow messages again.
    """
    if at < point.consent_at or consent is point.consent:
        return None
    if consent is Consent.INVALID_NUMBER and point.consent is Consent.REVOKED:
        return None
    return replace(point, consent=consent, consent_source=source, consent_at=at)


def registered(person: Person, *, today: date, at: datetime) -> PersonRegistered:
    """Say that a person was registered."""
    return PersonRegistered(**_facts(person, today), at=at)


def changed(person: Person, *, today: date, at: datetime) -> PersonChanged:
    """Say that a person changed; all facts are given anew."""
    return PersonChanged(**_facts(person, today), at=at)


def words_of(person: Person) -> PersonWords:
    """Return the personal words that travel sealed; a real address never does: whoever posts a letter looks it up with us."""
    return PersonWords(
        given_name=person.profile.given_name,
        family_name=person.profile.family_name,
        preferred_name=person.profile.preferred_name,
        addresses={str(point.id): point.value for point in _told(person) if not point.is_real_address},
        safe_words=person.profile.safe_words,
    )


def for_record(person: Person) -> Person:
    """Return a person as the history keeps them: that they had a real address, never which.

    History and facts are never changed, and the day may come on which the address has to be nowhere (DOMAIN §5.3, API A12).
    """
    points = tuple(replace(point, value="") if point.is_real_address else point for point in person.contact_points)
    return replace(person, contact_points=points)


def became_confidential(before: Profile, after: Profile) -> bool:
    """Whether from now on only a substitute of the person's address may be anywhere."""
    return after.confidential_address and not before.confidential_address


def _told(person: Person) -> tuple[ContactPoint, ...]:
    """Return the contact points that others may use: a channel that is not safe is told to nobody who sends."""
    safe = person.profile.safe_channels
    return tuple(point for point in person.contact_points if not safe or point.channel in safe)


def _facts(person: Person, today: date) -> Mapping[str, Any]:
    profile = person.profile
    return {
        "person_id": person.id,
        "time_zone": profile.time_zone,
        "spoken_language": profile.spoken_language,
        "written_language": profile.written_language,
        "interpreter_needed": profile.interpreter_needed,
        "contact_points": tuple(
            AnnouncedContactPoint(
                contact_point_id=point.id,
                channel=point.channel,
                consent=point.consent,
                preferred=point.preferred,
                lookup=point.lookup,
            )
            for point in _told(person)
        ),
        "quiet_from": profile.quiet_from,
        "quiet_until": profile.quiet_until,
        "voicemail_ok": profile.voicemail_ok,
        "staff_id": profile.staff_id,
        "is_minor": person.is_minor(today),
        "age_band": person.age_band(today).value,
        "urgent_at_night": profile.urgent_at_night,
        "relay_person_id": profile.relay_person_id,
        "direct_messages_ok": person.direct_messages_ok(today),
    }
