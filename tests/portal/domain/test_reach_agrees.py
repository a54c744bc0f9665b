"""What staff are promised before sending is what notify will do: both rules give one answer for every person there could be."""

from datetime import time
from itertools import product
from uuid import UUID

from services.notify.domain.channels import Contact, Point, choose
from services.notify.domain.messages import Kind
from services.portal.domain.families import Channel as Shown
from services.portal.domain.families import Person
from services.portal.domain.reach import reach
from shared.events.network import Channel, Consent

CONSENTS = (None, Consent.NONE, Consent.REQUESTED, Consent.GRANTED, Consent.REVOKED, Consent.INVALID_NUMBER)


def test_both_rules_agree() -> None:
    tried = 0
    for consents in product(CONSENTS, repeat=4):
        kinds = [(kind, consent) for kind, consent in zip(Channel, consents, strict=True) if consent is not None]
        for preferred, is_minor in product((None, *(kind for kind, _ in kinds)), (False, True)):
            person = Person(
                id="per_1",
                given_name="A",
                is_minor=is_minor,
                channels=tuple(Shown(channel=k.value, consent=c.value, preferred=k is preferred) for k, c in kinds),
            )
            points = tuple(Point(id=UUID(int=n), channel=k, consent=c, preferred=k is preferred) for n, (k, c) in enumerate(kinds))
            contact = Contact(
                person_id=UUID(int=99),
                time_zone="America/Los_Angeles",
                spoken_language="en",
                written_language="en",
                is_minor=is_minor,
                quiet_from=time(21),
                points=points,
            )
            foretold, chosen = reach(person), choose(contact, Kind.INVITATION)
            assert foretold.way.value == chosen[0].way.value
            assert foretold.letter == (len(chosen) == 2)
            if foretold.why is not None:
                assert foretold.why.value == chosen[0].reason
            tried += 1
    assert tried > 5000
