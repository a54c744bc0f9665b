"""What is known of one number or address, from network's facts and from the person's own word; the person's word stands."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.notify.domain.channels import Point
from shared.events.network import Channel, Consent, ContactPoint, PersonFacts

_ASKED_OR_ANSWERED = frozenset({Consent.PENDING_DOUBLE_OPT_IN, Consent.GRANTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPoint:
    """One number or address as stored, without the thing itself. `undelivered` counts texts in a row that came to nothing.

    `said_here` says that `consent` is what we were told, or found out, ourselves; otherwise network told it.
    """

    id: UUID
    person_id: UUID
    channel: Channel
    consent: Consent
    consent_at: datetime
    said_here: bool
    preferred: bool
    lookup: str
    undelivered: int = 0

    @property
    def point(self) -> Point:
        """The part that rules need."""
        return Point(id=self.id, channel=self.channel, consent=self.consent, preferred=self.preferred)


def merged(kept: KeptPoint | None, told: ContactPoint, facts: PersonFacts) -> KeptPoint:
    """Return a contact point after network told of it.

    network may speak before it has heard what the person said to us. So a STOP is never undone by it, nor a question asked twice;
    a number never changes under its id, and a new one brings nothing along.
    """
    fresh = KeptPoint(
        id=told.contact_point_id,
        person_id=facts.person_id,
        channel=told.channel,
        consent=told.consent,
        consent_at=facts.at,
        said_here=False,
        preferred=told.preferred,
        lookup=told.lookup,
    )
    if kept is None or kept.lookup != told.lookup:
        return fresh
    if _stands(kept, told, facts):
        return replace(
            fresh, consent=kept.consent, consent_at=kept.consent_at, said_here=kept.said_here, undelivered=kept.undelivered
        )
    return replace(fresh, undelivered=kept.undelivered if told.consent is kept.consent else 0)


def _stands(kept: KeptPoint, told: ContactPoint, facts: PersonFacts) -> bool:
    """Whether what the person said to us outweighs what network now tells.

    Of what network told itself the later stands, and this is the later one, whenever the work on it began.
    """
    if told.consent is kept.consent or kept.consent is Consent.REVOKED:
        return True
    if kept.said_here and facts.at <= kept.consent_at:
        return True
    return kept.consent in _ASKED_OR_ANSWERED and told.consent in {Consent.REQUESTED, Consent.PENDING_DOUBLE_OPT_IN}
