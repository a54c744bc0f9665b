"""Notes, one column of which is sealed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared.db.base import TYPES, CountyId, new_metadata


class Base(DeclarativeBase):
    """The sample service's tables."""

    metadata = new_metadata()
    type_annotation_map = TYPES


class NoteRow(Base):
    """A note about somebody."""

    __tablename__ = "notes"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    county_id: Mapped[CountyId]
    title: Mapped[str]
    words: Mapped[bytes | None]
    at: Mapped[datetime]
