"""People who are alike: a hint for staff, never a merge. Somebody decides that they are two, and the hint is gone."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.network.domain.people import ContactPoint, Person, PersonId
from shared.events.network import Channel

KEY_OF = {Channel.SMS: "phone", Channel.VOICE: "phone", Channel.EMAIL: "email"}
"""What a hint names. A postal address is none: many live in one shelter, and nobody is to learn from a hint who does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptBoth:
    """That two people who are alike are not the same. `person_a` is the lesser id."""

    person_a: PersonId
    person_b: PersonId
    decided_by: str
    decided_at: datetime

    def other_than(self, person_id: UUID) -> PersonId:
        """Return the other of the two."""
        return self.person_b if person_id == self.person_a else self.person_a


def alike_in(person: Person, other: Person) -> tuple[str, ...]:
    """Return what two people have in common: name, birth date beside the name, phone, mail. Nothing says that they are two.

    Namesakes whose known birth dates differ are two people, unless they can be reached in the same way.
    """
    reached = {KEY_OF[point.channel] for point in _shared_points(person, other)}
    keys = sorted(reached, reverse=True)
    if person.name_keys & other.name_keys:
        days = (person.profile.born_on, other.profile.born_on)
        if None not in days and days[0] == days[1]:
            return ("name", "born_on", *keys)
        if None in days or keys:
            return ("name", *keys)
    return tuple(keys)


def lookups_of(person: Person) -> Collection[str]:
    """Return the keyed hashes by which somebody with the same phone or mail is found."""
    return [point.lookup for point in person.contact_points if point.channel in KEY_OF]


def _shared_points(person: Person, other: Person) -> list[ContactPoint]:
    theirs = {point.lookup for point in other.contact_points}
    return [point for point in person.contact_points if point.channel in KEY_OF and point.lookup in theirs]
