"""Shapes of those who are to come."""

from typing import Annotated

from pydantic import Field

from services.meetings.domain.meetings import WHOLE, Stretch, TeamRole
from services.meetings.use_cases.commands import Wish
from shared.events.entries import Mode
from shared.web.fields import Model, PersonId


class PartIn(Model):
    """The minutes of a meeting that one person attends; without `minutes`, to its end."""

    offset_minutes: int = Field(ge=0, le=24 * 60)
    minutes: int | None = Field(default=None, ge=5, le=24 * 60)


class ParticipantIn(Model):
    """Somebody who is to come. `parts` is for whoever attends only some of it: each becomes a calendar entry of its own."""

    person_id: PersonId
    role: TeamRole
    required: bool = True
    mode: Mode = Mode.IN_PERSON
    parts: list[PartIn] | None = Field(default=None, min_length=1, max_length=5)


Participants = Annotated[list[ParticipantIn], Field(min_length=1, max_length=40)]


def wish_from(body: ParticipantIn) -> Wish:
    """Read somebody who is to come."""
    stretches = tuple(Stretch(part.offset_minutes, part.minutes) for part in body.parts) if body.parts else WHOLE
    return Wish(person_id=body.person_id, role=body.role, required=body.required, mode=body.mode, stretches=stretches)
