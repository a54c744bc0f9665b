"""Keep what network tells of a person: how to reach them, in what language, at what hours; and ask them for consent."""

from collections.abc import Sequence
from uuid import UUID

from services.notify.domain.links import Purpose
from services.notify.domain.messages import Kind
from services.notify.domain.planning import telling_person
from services.notify.domain.points import KeptPoint, merged
from services.notify.storage import contacts, entries, links, messages, suppressions
from shared.db.unit import Unit
from shared.events.network import Channel, Consent, PersonFacts, PersonWords
from shared.events.notify import ConsentChanged

_REACHES_A_SCREEN = frozenset({Channel.SMS, Channel.EMAIL})


async def keep_contact(unit: Unit, facts: PersonFacts, words: PersonWords | None, *, position: int) -> None:
    """Take over a person's facts, unless later ones are known. A number or address taken away ends the links sent to it."""
    if not await contacts.save(unit, facts, words, position=position):
        return
    await _take_back(unit, facts)
    before = {point.id: point for point in await contacts.list_points(unit, [facts.person_id], hold=True)}
    points = [merged(before.get(point.contact_point_id), point, facts) for point in facts.contact_points]
    addresses = {UUID(point_id): address for point_id, address in words.addresses.items()} if words else {}
    # Nothing goes directly to whom nothing may reach: not even the question whether it may.
    asked = await _to_be_asked(unit, points) if _may_reach(facts) else []
    await contacts.replace_points(unit, facts.person_id, points, addresses)
    await _ask_for_consent(unit, asked)


async def _take_back(unit: Unit, facts: PersonFacts) -> None:
    """End the links sent to a number or address that is taken away, and let nothing leave that may no longer go there.

    Only facts take a point away or give it another number, so that under the person's row this may be read before points are held:
    entries come first, then messages, then points.
    """
    kept = {(point.contact_point_id, point.lookup) for point in facts.contact_points}
    before = [p for p in await contacts.list_points(unit, [facts.person_id]) if p.channel in _REACHES_A_SCREEN]
    gone = [point for point in before if (point.id, point.lookup) not in kept]
    if gone:
        await _revoke_links(unit, facts.person_id)
    await messages.put_back_of_points(unit, gone if _may_reach(facts) else before)


def _may_reach(facts: PersonFacts) -> bool:
    return facts.direct_messages_ok and facts.relay_person_id is None


async def _to_be_asked(unit: Unit, points: Sequence[KeptPoint]) -> list[KeptPoint]:
    """Return the numbers for which a worker recorded a request, and that have not said STOP."""
    wanted = [point for point in points if point.channel is Channel.SMS and point.consent is Consent.REQUESTED]
    stopped = await suppressions.reasons(unit, [point.lookup for point in wanted])
    return [point for point in wanted if point.lookup not in stopped]


async def _ask_for_consent(unit: Unit, asked: Sequence[KeptPoint]) -> None:
    """Send the double opt-in; until the person says yes nothing else is texted."""
    for point in asked:
        await contacts.save_consent(unit, point.id, Consent.PENDING_DOUBLE_OPT_IN, at=unit.now)
        unit.announce(
            ConsentChanged(
                person_id=point.person_id,
                contact_point_id=point.id,
                channel=point.channel,
                consent=Consent.PENDING_DOUBLE_OPT_IN,
                source="double_opt_in",
                at=unit.now,
            ),
            subject=point.person_id,
        )
        question = telling_person(
            Kind.DOUBLE_OPT_IN,
            message_id=unit.new_id(),
            county_id=unit.county_id,
            person_id=point.person_id,
            contact_point_id=point.id,
            cause=f"{point.id.hex}@{point.consent_at.isoformat()}",
            now=unit.now,
        )
        await messages.add(unit, [question])


async def _revoke_links(unit: Unit, person_id: UUID) -> None:
    """End the answer links, in this transaction: whoever has the old phone or mailbox opens nothing any more.

    The entries are held first: a link that is being made for one of them would otherwise not be seen, and live on.
    """
    held = await entries.hold_of_person(unit, person_id)
    await links.revoke_of_person(unit, person_id, [Purpose.ANSWER, Purpose.REPLY])
    await entries.forget_tokens(unit, held)
