"""What became of something that came back."""

from dataclasses import dataclass
from uuid import UUID

from shared.events.notify import Proof


@dataclass(frozen=True, slots=True)
class Taken:
    """A stable word for what it was, how the sender was proved, and whose it is."""

    became: str
    proof: Proof | None = None
    person_id: UUID | None = None
