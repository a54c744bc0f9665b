"""What the shapes of words have in common: their lengths, who may see them, and what may be asked about them."""

from collections.abc import Iterable
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.network.domain.audience import Audience, Visibility
from services.network.domain.hints import Hint, HintCode
from services.network.domain.members import MemberId
from services.network.domain.statements import StatementId
from shared.web import fields
from shared.web.fields import Model, Text

Words = Annotated[str, Text(4_000, lines=True)]
OptionalWords = Annotated[str, Text(4_000, lines=True, may_be_blank=True)]
Links = Annotated[list[fields.StatementId], Field(max_length=20)]
Members = Annotated[list[fields.MemberId], Field(max_length=50)]


class HintOut(Model):
    """One question about a text; it never keeps anybody from saving. `words` are those that were found in it."""

    code: HintCode
    detail: str
    words: list[str]


def audience_from(visibility: Visibility, member_ids: Iterable[UUID], staff_ids: Iterable[str] = ()) -> Audience:
    """Read who may see something."""
    return Audience(visibility=visibility, member_ids=frozenset(map(MemberId, member_ids)), staff_ids=frozenset(staff_ids))


def links_from(links: list[UUID]) -> tuple[StatementId, ...]:
    """Read links in their order; one that is named twice counts once."""
    return tuple(StatementId(link) for link in dict.fromkeys(links))


def hints_out(found: tuple[Hint, ...]) -> list[HintOut]:
    """Write what may be asked about a text."""
    return [HintOut(code=hint.code, detail=hint.detail, words=list(hint.words)) for hint in found]
