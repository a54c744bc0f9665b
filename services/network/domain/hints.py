"""What the editor asks about words that somebody wrote: questions beside the text, never a refusal (DOMAIN §2.3)."""

from dataclasses import dataclass
from enum import StrEnum


class HintCode(StrEnum):
    """What a hint is about. A page has its own sentence for each, in the reader's language."""

    TOO_LONG = "too_long"
    HARD_TO_READ = "hard_to_read"
    BLAMING_WORDS = "blaming_words"
    IMPACT_MISSING = "impact_missing"
    SERVICE_ONLY_STEP = "service_only_step"
    NOT_A_DANGER = "not_a_danger"


SENTENCES = {
    HintCode.TOO_LONG: "This is long. Short sentences are easier to share: try at most 400 characters.",
    HintCode.HARD_TO_READ: "This reads harder than sixth grade. Shorter sentences and everyday words reach everyone.",
    HintCode.BLAMING_WORDS: "Some words blame. Say what the person did, and what it did to the child.",
    HintCode.IMPACT_MISSING: "Say what it does to the child, so that everyone sees why it matters.",
    HintCode.SERVICE_ONLY_STEP: "Going to a service is not yet a change. Add what the person will do differently.",
    HintCode.NOT_A_DANGER: "This answers a complicating factor only. Link the danger or harm that it makes smaller.",
}


@dataclass(frozen=True, slots=True)
class Hint:
    """One question about a text. `words` are those of our own lists that were found in it."""

    code: HintCode
    words: tuple[str, ...] = ()

    @property
    def detail(self) -> str:
        """The question in plain words."""
        return SENTENCES[self.code]
