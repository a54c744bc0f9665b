"""Tables of imports: the orders, the sealed lines that still wait, what was wrong with lines, and which source brought what."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, LargeBinary, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from services.network.storage.tables.base import Base
from shared.db.base import CountyId


def of_import() -> ForeignKeyConstraint:
    """Say that `import_id` names an import of the row's own county."""
    return ForeignKeyConstraint(["county_id", "import_id"], ["imports.county_id", "imports.id"])


class ImportRow(Base):
    """An import. `zone` is the county's when it was ordered."""

    __tablename__ = "imports"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    county_id: Mapped[CountyId]
    kind: Mapped[str] = mapped_column(Text)
    mode: Mapped[str] = mapped_column(Text)
    dry_run: Mapped[bool]
    all_or_nothing: Mapped[bool]
    source: Mapped[str] = mapped_column(Text)
    as_of: Mapped[datetime]
    confirm_remove: Mapped[int | None]
    actor_kind: Mapped[str] = mapped_column(Text)
    actor_id: Mapped[str] = mapped_column(Text)
    roles: Mapped[str] = mapped_column(Text)
    zone: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    code: Mapped[str] = mapped_column(Text)
    rows: Mapped[int]
    blocks: Mapped[int]
    next_block: Mapped[int]
    would_remove: Mapped[int]
    created: Mapped[int]
    updated: Mapped[int]
    unchanged: Mapped[int]
    rejected: Mapped[int]
    repeated: Mapped[int]
    removed: Mapped[int]
    possible_duplicates: Mapped[int]
    received_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("county_id", "id"),
        Index("ix_imports_unfinished", "county_id", "id", postgresql_where=text("finished_at IS NULL")),
        Index(None, "county_id", "source", "kind"),
    )


class ImportBlockRow(Base):
    """Some lines of a file that have not been applied yet, sealed with a key of the county; deleted with their application."""

    __tablename__ = "import_blocks"

    import_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    county_id: Mapped[CountyId]
    box: Mapped[bytes] = mapped_column(LargeBinary)

    __table_args__ = (of_import(),)


class ImportFaultRow(Base):
    """What is to be said of one line: the column's name and a code, no word of the line."""

    __tablename__ = "import_faults"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    import_id: Mapped[UUID]
    county_id: Mapped[CountyId]
    line: Mapped[int]
    column: Mapped[str | None] = mapped_column(Text)
    code: Mapped[str] = mapped_column(Text)

    __table_args__ = (of_import(), Index(None, "county_id", "import_id", "line", "id"))


class ImportMarkRow(Base):
    """That a source named a record, and in which of its files last. `lookup` is the keyed hash of the county's own ids."""

    __tablename__ = "import_marks"

    county_id: Mapped[CountyId] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(Text, primary_key=True)
    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    lookup: Mapped[str] = mapped_column(Text, primary_key=True)
    thing_id: Mapped[UUID]
    import_id: Mapped[UUID]

    __table_args__ = (of_import(), Index(None, "county_id", "kind", "thing_id"))
