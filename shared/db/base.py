"""What tables are made of: the metadata that every service's database shares, and the columns that recur."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from sqlalchemy import TIMESTAMP, Column, MetaData, Uuid
from sqlalchemy.orm import mapped_column

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

SHARED = MetaData(naming_convention=NAMING)
"""Tables that every service's database has: the log, cursors, data keys, audit, idempotency, the clock."""

INSTANT = TIMESTAMP(timezone=True)

Instant = Annotated[datetime, mapped_column(INSTANT)]
"""A column type for mapped classes: `due_at: Mapped[Instant]`."""

CountyId = Annotated[UUID, mapped_column(Uuid(), nullable=False)]
"""A column type for mapped classes: `county_id: Mapped[CountyId]`. A table that has it stands behind the county wall."""


def county_column() -> Column[UUID]:
    """The county of a row, for tables written as `Table(...)`."""
    return Column("county_id", Uuid(), nullable=False)


def instant_column(name: str, *, nullable: bool = False, primary_key: bool = False) -> Column[Any]:
    """An instant, for tables written as `Table(...)`."""
    return Column(name, INSTANT, nullable=nullable, primary_key=primary_key)


def new_metadata() -> MetaData:
    """Return metadata for one service's own tables, in its `storage/tables.py`:

    class Base(DeclarativeBase):
        metadata = new_metadata()
        type_annotation_map = TYPES
    """
    return MetaData(naming_convention=NAMING)


TYPES: dict[Any, Any] = {datetime: INSTANT}
"""What plain annotations of mapped classes become: a `datetime` is an instant, never a timestamp without a zone."""
