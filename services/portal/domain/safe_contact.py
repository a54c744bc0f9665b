"""How somebody is reached without danger to them: what to say, when, by which ways, and who passes messages on."""

from dataclasses import dataclass
from datetime import time

from services.portal.domain.families import Member, Person, Roster, Separation, kept_apart

CHANNELS = ("sms", "voice", "email", "letter")
DECIDED_BY_STAFF, OWN_CHOICE = "12_to_15", "16_to_17"
ADULT = "adult"


@dataclass(frozen=True, slots=True, kw_only=True)
class SafeContact:
    """What is on record about reaching a person. `safe_words` is None for whoever may not see numbers.

    `safe_channels` are the only ones that are safe; none named means that all are.
    """

    id: str
    age_band: str = ADULT
    safe_words: str | None = None
    voicemail_ok: bool = False
    shared_device: bool = False
    safe_channels: tuple[str, ...] = ()
    quiet_from: time = time(21)
    quiet_until: time = time(8)
    time_zone: str = "America/Los_Angeles"
    urgent_at_night: bool = False
    relay_person_id: str | None = None
    wants_direct_messages: bool = False
    direct_messages_approved: bool = False
    confidential_address: bool = False
    etag: str = ""

    @property
    def is_never_direct(self) -> bool:
        """Whether nothing goes to this child directly, whatever anybody wishes: under twelve."""
        return self.age_band not in {ADULT, DECIDED_BY_STAFF, OWN_CHOICE}


def may_relay(roster: Roster, person: Person, rules: tuple[Separation, ...]) -> tuple[Member, ...]:
    """Return who of a family could pass on messages to a person: an adult, somebody else, nobody they are kept apart from."""
    never = {person.id, *kept_apart(person.id, rules)}
    return tuple(one for one in roster.members if one.person.id not in never and not one.person.is_minor)
