"""What all tables of network share. Every row names its county, and the county wall of PostgreSQL stands in front of each table.

Columns called `words`, and those marked sealed, hold AES-GCM boxes; `*_lookup` columns hold keyed hashes. Nothing in any table is a
name, a number, an address or a reason in clear. References carry the county, so that no row can point into another one.
"""

from sqlalchemy import ForeignKeyConstraint
from sqlalchemy.orm import DeclarativeBase

from shared.db.base import TYPES, new_metadata
from shared.db.history import HISTORY


class Base(DeclarativeBase):
    """The tables of network."""

    metadata = new_metadata()
    type_annotation_map = TYPES


HISTORY.to_metadata(Base.metadata)


def of_person(*columns: str) -> list[ForeignKeyConstraint]:
    """Say that these columns name people of the row's own county."""
    return [ForeignKeyConstraint(["county_id", column], ["people.county_id", "people.id"]) for column in columns]


def of_member() -> ForeignKeyConstraint:
    """Say that `member_id` names a member of the row's own county."""
    return ForeignKeyConstraint(["county_id", "member_id"], ["members.county_id", "members.id"])


def of_case() -> ForeignKeyConstraint:
    """Say that `case_id` names a family of the row's own county."""
    return ForeignKeyConstraint(["county_id", "case_id"], ["cases.county_id", "cases.id"])
