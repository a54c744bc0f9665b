"""What a provider reports about a text that left."""

from dataclasses import dataclass

from services.notify.domain.messages import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """One report. `event` is the provider's own word, `code` its error number as text or empty."""

    provider: str
    provider_id: str
    event: str
    code: str
    state: State
    bad_number: bool = False
    opted_out: bool = False
