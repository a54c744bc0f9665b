"""A family as a page shows it: its people, their channels, its children. Ids are the public spellings (`per_…`) throughout."""

from dataclasses import dataclass
from datetime import date

YOUTH = 12
"""From this age on a young person is asked directly, and answers (DOMAIN §4.8)."""

LONGEST_REST_DAYS = 7
"""How long a separation may rest at once, as a form says it beforehand; network decides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """That a person can be reached in one way, and what was said about it; never the number itself."""

    contact_point_id: str = ""
    channel: str
    consent: str
    preferred: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What a roster shows of a person. `safe_channels` are the only ones that are safe; none named means that all are."""

    id: str
    given_name: str
    family_name: str = ""
    preferred_name: str = ""
    is_minor: bool = False
    age: int | None = None
    spoken_language: str = "en"
    written_language: str = "en"
    interpreter_needed: bool = False
    time_zone: str = ""
    staff_id: str | None = None
    direct_messages_ok: bool = True
    relay_person_id: str | None = None
    safe_channels: tuple[str, ...] = ()
    channels: tuple[Channel, ...] = ()

    @property
    def name(self) -> str:
        """What the person is called."""
        return f"{self.preferred_name or self.given_name} {self.family_name}".strip()

    @property
    def safe(self) -> tuple[Channel, ...]:
        """The channels that anything may go by."""
        return tuple(one for one in self.channels if not self.safe_channels or one.channel in self.safe_channels)

    @property
    def is_young(self) -> bool:
        """Whether somebody else tells this child: under twelve, or of unknown age and without a channel of their own."""
        return self.is_minor and (not self.channels if self.age is None else self.age < YOUTH)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenQuality:
    """That one of the four qualities was seen; `needs_refresh` says that the danger statement has a newer version."""

    quality: str
    seen_on: date
    seen_by: str = ""
    note: str = ""
    statement_id: str | None = None
    statement_version: int | None = None
    needs_refresh: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Vetting:
    """What looking into a member came to."""

    outcome: str = "not_vetted"
    limits: tuple[str, ...] = ()
    words: str = ""
    vetted_on: date | None = None


NOT_VETTED = Vetting()


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One person's place around a family."""

    id: str
    person: Person
    relationship: str
    relationship_words: str = ""
    side: str = "na"
    circle: str = "none"
    support_type: str = "informal"
    caregiver_of_concern: bool = False
    knows_level: str = "nothing"
    contacted_on: date | None = None
    met_agency_on: date | None = None
    set_aside: str | None = None
    set_aside_reason: str = ""
    state: str = "identified"
    qualities: tuple[SeenQuality, ...] = ()
    will_do_something: bool = False
    vetting: Vetting = NOT_VETTED
    cannot_protect: str | None = None
    etag: str = ""

    @property
    def may_protect(self) -> bool:
        """Whether this member counts as cover."""
        return self.cannot_protect is None

    def quality(self, code: str) -> SeenQuality | None:
        """Return what is on record of one of the qualities."""
        return next((one for one in self.qualities if one.quality == code), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """A child and the facts on which due dates rest. `id` is the child's person id."""

    id: str
    person: Person
    entered_care_on: date | None = None
    disposition_on: date | None = None
    icwa_status: str = "unknown"
    placement_kind: str = "home"
    intensive_services: bool = False
    etag: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A family, as staff call it, and who holds it."""

    id: str
    title: str
    time_zone: str
    status: str = "open"
    unit: str = ""
    assigned: tuple[str, ...] = ()
    shared_with: tuple[str, ...] = ()
    etag: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Separation:
    """Two people who must never meet. The reason is for this page only and travels nowhere."""

    id: str
    person_a: str
    person_b: str
    reason: str
    active: bool = True
    overridable: bool = True
    until: date | None = None
    rests_until: date | None = None
    etag: str = ""

    def rests(self, today: date) -> bool:
        """Whether a supervisor lets it rest; meetings keep the two apart all the same."""
        return self.active and self.rests_until is not None and today <= self.rests_until


@dataclass(frozen=True, slots=True)
class Roster:
    """Everybody around a family."""

    members: tuple[Member, ...]
    children: tuple[Child, ...]

    def person(self, person_id: str) -> Person | None:
        """Return somebody of the family, or None."""
        return next((one for one in self.people if one.id == person_id), None)

    @property
    def people(self) -> tuple[Person, ...]:
        """Children first, then members; each once."""
        everybody = [*(child.person for child in self.children), *(member.person for member in self.members)]
        return tuple({one.id: one for one in everybody}.values())


CIRCLES = ("inner", "middle", "outer", "none")


def by_circle(members: tuple[Member, ...]) -> tuple[tuple[str, tuple[Member, ...]], ...]:
    """Return the members by circle, nearest first; empty circles are left out."""
    grouped = ((circle, tuple(one for one in members if one.circle == circle)) for circle in CIRCLES)
    return tuple((circle, those) for circle, those in grouped if those)


def kept_apart(person_id: str, rules: tuple[Separation, ...]) -> tuple[str, ...]:
    """Return whom a person must never meet, by the rules that hold."""
    pairs = [(one.person_a, one.person_b) for one in rules if one.active]
    return tuple(b if a == person_id else a for a, b in pairs if person_id in {a, b})
