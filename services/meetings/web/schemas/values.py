"""Values and members that several shapes are made of."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from shared.web import fields
from shared.web.fields import Code, Language, Model, PersonId, ResourceId

Site = Annotated[str, fields.Pattern(r"[a-z0-9][a-z0-9_\-]{0,63}", "Use the site's short name, like main_office.", 64)]
Reason = Annotated[str, fields.Text(1000, lines=True)]
Comment = Annotated[str, fields.Text(2000, lines=True, may_be_blank=True)]
Link = Annotated[str, fields.Pattern(r"https://[\x21-\x7e]{1,490}", "Use an address that begins with https.", 500, "url_scheme")]
Dial = Annotated[str, fields.Pattern(r"[+0-9][0-9 ()\-,;#*.x]{2,59}", "Use a phone number, with a code if there is one.", 60)]
Skills = Annotated[list[Code], Field(max_length=30)]
Languages = Annotated[list[Language], Field(max_length=30)]
Interpreters = Annotated[list[ResourceId], Field(max_length=5)]
Children = Annotated[list[PersonId], Field(max_length=20)]


class Aliased(Model):
    """A shape with members whose names Python keeps for itself."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_by_alias=True, validate_by_name=True, serialize_by_alias=True)


def absent() -> Any:
    """A member of a merge patch that may be left out; its default is never used and not part of the API's description."""
    return Field(default=None, json_schema_extra=without_default)


def without_default(schema: JsonDict) -> None:
    """Leave the default out of a member's description."""
    schema.pop("default", None)


def quoted(etag: str) -> str:
    """Return a version as an item's `etag` spells it."""
    return f'"{etag}"'


def place_from(place: Sequence[Any] | None) -> tuple[datetime, UUID] | None:
    """Read a place that a cursor kept; the cursor's signature says that it is one of ours."""
    return None if place is None else (datetime.fromisoformat(place[0]), UUID(place[1]))


def place_of(at: datetime, row_id: UUID) -> tuple[str, str]:
    """Return the place of a row in a list, as a cursor keeps it."""
    return at.isoformat(), str(row_id)
