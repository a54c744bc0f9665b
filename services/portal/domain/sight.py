"""What one member of a family's network may see, as network answers it, and by which releases."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.portal.domain.circles import Release
from services.portal.domain.shared_words import Saying
from services.portal.domain.sheets import LegalNotice


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenRecords:
    """Whether a member may see records of a class, and why."""

    record_class: str
    allowed: bool
    because: str
    notice: LegalNotice | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What a member may see on a day. Something made for them may name the people in `may_name`, and nobody else."""

    member_id: str
    person_id: str
    on: date
    takes_part: bool = True
    records: tuple[SeenRecords, ...] = ()
    may_name: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldStatement:
    """A statement as a member was told it, which may not be its newest words."""

    statement_id: str
    number: int
    kind: str
    text: str
    impact: str = ""
    language: str = "en"
    is_newest: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedVoice:
    """A child's own words that a member may read."""

    child_id: str
    kind: str
    said_on: date
    sayings: tuple[Saying, ...] = ()
    language: str = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class WordsOfMember:
    """All that one member may read of the family's words; the notice goes with them where they tell of treatment."""

    statements: tuple[ToldStatement, ...] = ()
    child_voice: tuple[SharedVoice, ...] = ()
    notice: LegalNotice | None = None


def opened_by(record_class: str, sight: Sight, releases: Sequence[Release]) -> tuple[Release, ...]:
    """Return the releases that open records of a class to a member.

    One signed by somebody whom nothing of theirs may name opens nothing, and is not mentioned: it would lead to that person.
    """
    signers = {sight.person_id, *sight.may_name}
    return tuple(
        each
        for each in releases
        if each.active
        and record_class in each.record_classes
        and each.signer_person_id in signers
        and any(one.member_id == sight.member_id and (one.ended_on is None or sight.on < one.ended_on) for one in each.covers)
    )
