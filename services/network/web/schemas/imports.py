"""Shapes of imports: what may be ordered, what a line may say, and what is reported of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.network.domain.imports import Import, ImportKind, ImportMode, ImportStatus, LineFault
from services.network.domain.members import Circle, Side, SupportType
from services.network.use_cases.begin_import import BeginImport
from services.network.web.schemas.cases import UnitName
from services.network.web.schemas.people import Address, OptionalName, SafeWords
from shared.kernel.ids import spell
from shared.web import fields
from shared.web.codes import CODES
from shared.web.fields import BirthDate, Clock, Code, ExternalId, Instant, Language, Line, Model, Name, StaffId, ZoneName

ImportIdText = Annotated[UUID, fields.PublicId("imp")]


class ImportQuery(Model):
    """What to do with a file. `as_of` is when its source wrote it, now unless given; `source` tells a county's systems apart."""

    kind: ImportKind
    mode: ImportMode = ImportMode.UPSERT
    dry_run: bool = False
    all_or_nothing: bool = False
    source: Code = "county"
    as_of: Instant | None = None
    confirm_remove: int | None = Field(default=None, ge=0, le=1_000_000)


class PersonLineIn(Model):
    """A line about a person. What is left out stays as it is."""

    external_id: ExternalId
    given_name: Name | None = None
    family_name: OptionalName | None = None
    preferred_name: OptionalName | None = None
    born_on: BirthDate | None = None
    spoken_language: Language | None = None
    written_language: Language | None = None
    interpreter_needed: bool | None = None
    time_zone: ZoneName | None = None
    quiet_from: Clock | None = None
    quiet_until: Clock | None = None
    voicemail_ok: bool | None = None
    safe_words: SafeWords | None = None
    staff_id: StaffId | None = None
    confidential_address: bool | None = None
    phone: Address | None = None
    landline: Address | None = None
    email: Address | None = None
    address: Address | None = None
    substitute_address: Address | None = None


class CaseLineIn(Model):
    """A line about a family. In CSV the staff ids of `assigned` have blanks between them."""

    external_id: ExternalId
    title: Line | None = None
    unit: UnitName | None = None
    assigned: Annotated[list[StaffId], Field(max_length=50)] | None = None
    time_zone: ZoneName | None = None


class MemberLineIn(Model):
    """A line about a person's place around a family."""

    case_external_id: ExternalId
    person_external_id: ExternalId
    relationship: Line | None = None
    side: Side | None = None
    circle: Circle | None = None
    support_type: SupportType | None = None
    caregiver_of_concern: bool | None = None


SHAPES: Mapping[ImportKind, type[Model]] = {
    ImportKind.PEOPLE: PersonLineIn,
    ImportKind.CASES: CaseLineIn,
    ImportKind.MEMBERS: MemberLineIn,
}
FLAGS = frozenset({"interpreter_needed", "voicemail_ok", "confidential_address", "caregiver_of_concern"})
LISTS = frozenset({"assigned"})


class ImportOut(Model):
    """An import. Every line is counted in one of created, updated, unchanged, rejected, repeated; `code` says why one failed."""

    id: ImportIdText
    kind: ImportKind
    mode: ImportMode
    dry_run: bool
    all_or_nothing: bool
    source: str
    as_of: Instant
    status: ImportStatus
    code: str | None
    progress: int
    rows: int
    created: int
    updated: int
    unchanged: int
    rejected: int
    repeated: int
    would_remove: int
    removed: int
    possible_duplicates: int
    received_at: Instant
    finished_at: Instant | None
    errors_url: str


class LineFaultOut(Model):
    """What is to be said of one line: never what stands there."""

    line: int
    column: str | None
    code: str
    detail: str


def begin_import_from(query: ImportQuery, *, now: datetime) -> BeginImport:
    """Read the order to import."""
    return BeginImport(
        kind=query.kind,
        mode=query.mode,
        dry_run=query.dry_run,
        all_or_nothing=query.all_or_nothing,
        source=query.source,
        as_of=query.as_of or now,
        confirm_remove=query.confirm_remove,
    )


def import_path(order: Import) -> str:
    """Return where an import is."""
    return f"/v1/imports/{spell('imp', order.id)}"


def import_out(order: Import) -> ImportOut:
    """Write an import."""
    tally = order.tally
    return ImportOut(
        id=order.id,
        kind=order.kind,
        mode=order.mode,
        dry_run=order.dry_run,
        all_or_nothing=order.all_or_nothing,
        source=order.source,
        as_of=order.as_of,
        status=order.status,
        code=order.code or None,
        progress=order.progress,
        rows=order.rows,
        created=tally.created,
        updated=tally.updated,
        unchanged=tally.unchanged,
        rejected=tally.rejected,
        repeated=tally.repeated,
        would_remove=order.would_remove,
        removed=tally.removed,
        possible_duplicates=tally.possible_duplicates,
        received_at=order.received_at,
        finished_at=order.finished_at,
        errors_url=f"{import_path(order)}/errors",
    )


def line_fault_out(fault: LineFault, sentences: Mapping[str, str]) -> LineFaultOut:
    """Write what is to be said of a line; `sentences` are those of refusals that are no fault of one value."""
    return LineFaultOut(
        line=fault.line, column=fault.column, code=fault.code, detail=CODES.get(fault.code) or sentences.get(fault.code, "")
    )
