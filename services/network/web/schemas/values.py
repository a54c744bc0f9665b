"""Members that several shapes are made of."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field
from pydantic.config import JsonDict


def absent() -> Any:
    """A member of a merge patch that may be left out; its default is never used and not part of the API's description."""
    return Field(default=None, json_schema_extra=without_default)


def without_default(schema: JsonDict) -> None:
    """Leave the default out of a member's description."""
    schema.pop("default", None)


def place_of(updated_at: datetime, row_id: UUID) -> tuple[str, str]:
    """Return the place of a row in a list, as a cursor keeps it."""
    return updated_at.isoformat(), str(row_id)


def place_from(place: Sequence[Any] | None) -> tuple[datetime, UUID] | None:
    """Read a place that a cursor kept; the cursor's signature says that it is one of ours."""
    return None if place is None else (datetime.fromisoformat(place[0]), UUID(place[1]))
