"""Imports of rosters from a county's own systems: what a line may say, which lines count, and how an import stands.

A record is matched by the county's own id alone. A line says what is known; what it leaves out, or leaves empty, stays
as it is. Numbers and addresses are added, never taken away, and begin without anybody's consent: an import sends nothing.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import NewType
from uuid import UUID

from services.network.domain.csv_rows import MAX_ROWS, Unreadable
from services.network.domain.members import Circle, Side, SupportType
from shared.kernel.errors import Fault, Invalid

ImportId = NewType("ImportId", UUID)

ROWS_A_BLOCK = 250
"""So many lines are one transaction: few enough that nothing else of the process waits for it for more than a moment."""
MOST_AT_ONCE = 20_000
"""So many lines may be asked for all or nothing: they are one transaction."""

SHARED_BY = 25
"""One number in more lines than this is a mistake, not a household (our choice; a shelter's phone is entered by hand)."""

AHEAD = timedelta(days=1)
"""So far ahead of our clock a source's may be. A file dated next year would shut out all that follow it."""


class ImportKind(StrEnum):
    """What the lines of a file are."""

    CASES = "cases"
    PEOPLE = "people"
    MEMBERS = "members"


class ImportMode(StrEnum):
    """Whether records that a file leaves out stay (`upsert`) or end (`replace`)."""

    UPSERT = "upsert"
    REPLACE = "replace"


class ImportStatus(StrEnum):
    """How far an import is."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


UNFINISHED = frozenset({ImportStatus.QUEUED, ImportStatus.RUNNING})


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonLine:
    """What a file says of a person. `phone` takes texts, `landline` calls alone."""

    line: int
    external_id: str
    given_name: str | None = None
    family_name: str | None = None
    preferred_name: str | None = None
    born_on: date | None = None
    spoken_language: str | None = None
    written_language: str | None = None
    interpreter_needed: bool | None = None
    time_zone: str | None = None
    quiet_from: time | None = None
    quiet_until: time | None = None
    voicemail_ok: bool | None = None
    safe_words: str | None = None
    staff_id: str | None = None
    confidential_address: bool | None = None
    phone: str | None = None
    landline: str | None = None
    email: str | None = None
    address: str | None = None
    substitute_address: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLine:
    """What a file says of a family. A zone counts for a new one only."""

    line: int
    external_id: str
    title: str | None = None
    unit: str | None = None
    assigned: tuple[str, ...] | None = None
    time_zone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberLine:
    """What a file says of a person's place around a family, both named by the county's own ids."""

    line: int
    case_external_id: str
    person_external_id: str
    relationship: str | None = None
    side: Side | None = None
    circle: Circle | None = None
    support_type: SupportType | None = None
    caregiver_of_concern: bool | None = None


Line = PersonLine | CaseLine | MemberLine

LINES: Mapping[ImportKind, type[PersonLine] | type[CaseLine] | type[MemberLine]] = {
    ImportKind.PEOPLE: PersonLine,
    ImportKind.CASES: CaseLine,
    ImportKind.MEMBERS: MemberLine,
}
KEYS: Mapping[ImportKind, tuple[str, ...]] = {
    ImportKind.PEOPLE: ("external_id",),
    ImportKind.CASES: ("external_id",),
    ImportKind.MEMBERS: ("case_external_id", "person_external_id"),
}
"""The columns by which a line names its record."""

CONTACTS = ("phone", "landline", "email")


def columns_of(kind: ImportKind) -> tuple[str, ...]:
    """Return the columns that a file of this kind may have."""
    return tuple(each.name for each in fields(LINES[kind]) if each.name != "line")


def key_of(kind: ImportKind, cells: Mapping[str, object]) -> str | None:
    """Return whom a line is about, by the county's own ids as text; None where it does not say."""
    parts = [cells.get(name) for name in KEYS[kind]]
    return "\n".join(str(part) for part in parts) if all(isinstance(part, str) and part for part in parts) else None


@dataclass(frozen=True, slots=True)
class LineFault:
    """What is wrong with one line, or worth a look: never what stands there. `column` is its name."""

    line: int
    column: str | None
    code: str


NOTICES = frozenset({"duplicate_row", "possible_duplicate"})
"""What is reported of a line without rejecting it."""


@dataclass(slots=True)
class Census:
    """Who is named where in a file: read once before any line counts, so that nobody is taken twice or half."""

    rows: int = 0
    nameless: int = 0
    _first: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    _disputed: set[str] = field(default_factory=set)
    _contacts: "Counter[tuple[str, str]]" = field(default_factory=Counter)

    def count(self, line: int, key: str | None, content: bytes, contacts: Iterable[tuple[str, str]] = ()) -> None:
        """Take note of a line: whom it names, and a digest of all that it says. Raises Unreadable for one too many."""
        self.rows += 1
        if self.rows > MAX_ROWS:
            raise Unreadable("too_many_rows", line=line)
        self._contacts.update(contacts)
        if key is None:
            self.nameless += 1
        elif self._first.setdefault(key, (line, content))[1] != content:
            self._disputed.add(key)

    def judge(self, line: int, key: str | None, contacts: Iterable[tuple[str, str]] = ()) -> LineFault | None:
        """Say why a line does not count, if it does not: said before, said otherwise elsewhere, or reached like too many others."""
        if key is not None and key in self._disputed:
            return LineFault(line, None, "duplicate_external_id")
        if key is not None and self._first[key][0] != line:
            return LineFault(line, None, "duplicate_row")
        for contact in contacts:
            if self._contacts[contact] > SHARED_BY:
                return LineFault(line, contact[0], "too_many_shared_contacts")
        return None

    @property
    def keys(self) -> Iterable[str]:
        """Everybody whom the file names."""
        return self._first.keys()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What became of lines. Each is counted in one of the first five."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    repeated: int = 0
    removed: int = 0
    possible_duplicates: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        """Both together."""
        return Tally(**{each.name: getattr(self, each.name) + getattr(other, each.name) for each in fields(Tally)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """One file, from its arrival to its last line. `next_block` is the first that has not been applied."""

    id: ImportId
    kind: ImportKind
    mode: ImportMode
    dry_run: bool
    all_or_nothing: bool
    source: str
    as_of: datetime
    confirm_remove: int | None
    actor_kind: str
    actor_id: str
    roles: str
    zone: str
    status: ImportStatus
    code: str
    rows: int
    blocks: int
    next_block: int
    would_remove: int
    tally: Tally
    received_at: datetime
    finished_at: datetime | None

    @property
    def progress(self) -> int:
        """How much of the file was gone through, in hundredths."""
        if self.status not in UNFINISHED or not self.blocks:
            return 100 if self.status not in UNFINISHED else 0
        return 100 * self.next_block // (self.blocks + 1)

    @property
    def removes(self) -> bool:
        """Whether records that the file leaves out end. An empty file ends nobody's."""
        return self.mode is ImportMode.REPLACE and not self.dry_run and self.rows > 0

    def went_on(self, tally: Tally, *, blocks: int) -> "Import":
        """Return it after some blocks."""
        return replace(self, status=ImportStatus.RUNNING, next_block=self.next_block + blocks, tally=self.tally + tally)

    def ended(self, *, now: datetime, code: str = "") -> "Import":
        """Return it finished; a code says why it came to nothing."""
        status = ImportStatus.FAILED if code else ImportStatus.SUCCEEDED
        return replace(self, status=status, code=code, next_block=self.blocks, finished_at=now)


def check_order(kind: ImportKind, mode: ImportMode, as_of: datetime, *, rows: int, all_or_nothing: bool, now: datetime) -> None:
    """Refuse an order that makes no sense whatever the file says."""
    if kind is ImportKind.PEOPLE and mode is ImportMode.REPLACE:
        detail = "People are never removed by a file. Send mode=upsert; who leaves a family is left out of its members."
        raise Invalid([Fault("invalid_parameter", detail, parameter="mode")])
    if as_of > now + AHEAD:
        raise Invalid([Fault("date_out_of_range", "Give the time at which the source wrote the file.", parameter="as_of")])
    if all_or_nothing and rows > MOST_AT_ONCE:
        detail = f"All or nothing is for at most {MOST_AT_ONCE:,} lines. Send the file in parts, or without it."
        raise Invalid([Fault("too_many_rows", detail, parameter="all_or_nothing")])
