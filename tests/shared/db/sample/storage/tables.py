"""Notes, one column of which is sealed."""

from uuid import UUID

from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared.db.base import NAMING, CountyId, Instant


class Base(DeclarativeBase):
    """The sample service's tables."""

    metadata = MetaData(naming_convention=NAMING)


class NoteRow(Base):
    """A note about somebody."""

    __tablename__ = "notes"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    county_id: Mapped[CountyId]
    title: Mapped[str]
    words: Mapped[bytes | None]
    at: Mapped[Instant]
