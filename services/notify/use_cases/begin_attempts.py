"""Look once more at claimed messages, decide how each person is reached now, write the words, and record that an attempt begins.

Everything is recomputed here: channel, revision, consent, quiet hours. When this unit has committed, the socket may be touched.
"""

import asyncio
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from uuid import UUID

from services.notify.domain.channels import Choice, Contact, Point, choose, choose_without_texts
from services.notify.domain.delivery import RetryDecision, when_claimed
from services.notify.domain.entries import KeptEntry
from services.notify.domain.errors import TranslationMissing
from services.notify.domain.messages import (
    BY_MACHINE_ALONE,
    DIRECT_REPLIES,
    ENDINGS,
    MOST_TEXTS_A_DAY,
    PASSES_OPT_OUT,
    Kind,
    Message,
    State,
    Way,
    may_be_too_much,
    waits_for_morning,
)
from services.notify.domain.segments import count
from services.notify.gateways.letters import Envelope, Scene, written
from services.notify.gateways.mail import UnsafeMail
from services.notify.storage import attempts, claims, contacts, entries, holds, suppressions, texted
from services.notify.storage.attempts import Rendering
from services.notify.storage.claims import Beginning
from services.notify.storage.contacts import ContactWords, Opened
from services.notify.use_cases.end_message import end_message
from services.notify.use_cases.hold_tokens import Tokens, hold_tokens
from services.notify.use_cases.open_call_task import open_call_task
from shared.db.unit import Unit
from shared.events.entries import PlaceWords
from shared.events.network import Channel, Consent
from shared.kernel.errors import Invalid
from shared.kernel.wall import local_date, resolve
from shared.settings import County, Sending

TOLD_WITHIN = timedelta(minutes=2)
"""How long a message waits for network to tell of its person, before somebody is asked to phone."""

_ASK_AGAIN = timedelta(seconds=2)
_FIXED_WAY = DIRECT_REPLIES | {Kind.DOUBLE_OPT_IN}


@dataclass(frozen=True, slots=True)
class Ready:
    """A message whose attempt is recorded, and what is to be handed over."""

    message: Message
    envelope: Envelope


@dataclass(frozen=True, slots=True)
class _Written:
    """A message that leaves now, and what is recorded of it before it does."""

    ready: Ready
    rendering: Rendering
    words: str
    beginning: Beginning


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """What this deployment is: its county, how far it may reach, where its links lead, and where chance comes from."""

    county: County
    sending: Sending
    portal_url: str
    entropy: Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class _Known:
    """Everything that these messages need, read at once."""

    entries: Mapping[UUID, KeptEntry]
    places: Mapping[UUID, PlaceWords]
    tokens: Mapping[UUID, Tokens]
    people: Opened
    stopped: Mapping[str, str]
    renderings: Mapping[UUID, Rendering]


async def begin_attempts(unit: Unit, ids: Collection[UUID], *, lease: UUID, outlet: Outlet) -> list[Ready]:
    """Return those of these messages that leave now; every other is put back or ended in this transaction."""
    if await holds.find(unit) is not None:
        await claims.let_go(unit, ids, lease=lease, reason="on_hold")
        return []
    subjects = await claims.list_subjects(unit, ids)
    await unit.load_own_keys(contacts.key_of(person_id) for person_id, _ in subjects)
    tokens = await hold_tokens(unit, {entry_id for _, entry_id in subjects if entry_id}, entropy=outlet.entropy)
    held = await claims.list_held_for_update(unit, ids, lease=lease)
    if not held:
        return []
    known = await _know(unit, held, tokens)
    texts = await _texts_today(unit, held, known)
    begun = []
    for message in held:
        if (written := await _begin(unit, message, known, outlet, texts)) is not None:
            begun.append(written)
        await asyncio.sleep(0)  # writing waits for nothing, and the dots and replies of others must not wait for a whole batch
    await attempts.keep_contents(unit, [(each.ready.message, each.rendering, each.words) for each in begun])
    await claims.begin(unit, [each.beginning for each in begun])
    await attempts.add(unit, [each.ready.message for each in begun])
    return [each.ready for each in begun]


async def _know(unit: Unit, held: Collection[Message], tokens: Mapping[UUID, Tokens]) -> _Known:
    about, places = await entries.open_by_id(unit, {message.entry_id for message in held if message.entry_id})
    people = await contacts.open_by_id(unit, {message.person_id for message in held})
    return _Known(
        entries=about,
        places=places,
        tokens=tokens,
        people=people,
        stopped=await suppressions.reasons(unit, {point.lookup for point in people.points.values()}),
        renderings=await attempts.find_renderings(unit, [message.id for message in held]),
    )


async def _texts_today(unit: Unit, held: Collection[Message], known: _Known) -> dict[UUID, int]:
    """Return how many texts each member had today, of those who might now get one more."""
    since, lookups = {}, set()
    for message in held:
        contact = known.people.contacts.get(message.person_id)
        if contact is None or contact.is_staff or not may_be_too_much(message.kind):
            continue
        choice = _choice(message, contact, known)
        if choice.way is Way.SMS:
            today = local_date(unit.now, contact.time_zone)
            since[message.person_id] = resolve(datetime.combine(today, time(0)), contact.time_zone).instant
            texted_at = {point.id for point in contact.points if point.channel is Channel.SMS}
            lookups |= {known.people.points[each].lookup for each in texted_at}
    counted = await texted.count_since(unit, since, lookups=lookups)
    return {person_id: counted.get(person_id, 0) for person_id in since}


async def _begin(unit: Unit, message: Message, known: _Known, outlet: Outlet, texts: dict[UUID, int]) -> _Written | None:
    entry = known.entries.get(message.entry_id) if message.entry_id else None
    contact = known.people.contacts.get(message.person_id)
    choice = _choice(message, contact, known, texts) if contact else None
    if message.entry_id and (entry is None or message.revision < entry.revision or not _may_speak(message, entry)):
        await _end(unit, message, State.CANCELLED, "superseded")
    elif contact is None or choice is None:
        await _wait_for_contact(unit, message, entry)
    elif choice.way.is_task:
        await _hand_to_a_person(unit, message, entry, choice)
    elif outlet.sending is Sending.OFF:
        await _end(unit, replace(message, way=choice.way), State.SUPPRESSED, "sending_off")
    else:
        message = replace(message, way=choice.way, contact_point_id=choice.contact_point_id)
        decision = _not_now(unit, message, contact, outlet.county)
        if decision is None:
            if message.way is Way.SMS and message.kind not in DIRECT_REPLIES and message.person_id in texts:
                texts[message.person_id] += 1
            return await _write(unit, message, entry, contact, known, outlet)
        await _follow(unit, message, decision)
    return None


def _may_speak(message: Message, entry: KeptEntry) -> bool:
    return entry.is_live or message.kind in ENDINGS


def _choice(message: Message, contact: Contact, known: _Known, texts: Mapping[UUID, int] | None = None) -> Choice:
    """Return how the person is reached now. A number that said STOP counts as revoked, whoever's it is.

    `texts` says how many texts a person has had today; who has had enough is told another way.
    """
    if message.kind in _FIXED_WAY:
        return _fixed_choice(message, known)
    points = tuple(_masked(point, known) for point in contact.points)
    masked = contact if points == contact.points else replace(contact, points=points)
    choices = choose(masked, message.kind)
    if message.way is Way.LETTER:
        return next((choice for choice in choices if choice.way is Way.LETTER), Choice(Way.CALL, None, "no_channel"))
    has_enough = (texts or {}).get(message.person_id, 0) >= MOST_TEXTS_A_DAY
    if choices[0].way is Way.SMS and has_enough and may_be_too_much(message.kind):
        return choose_without_texts(masked, message.kind)
    return choices[0]


def _masked(point: Point, known: _Known) -> Point:
    kept = known.people.points.get(point.id)
    stopped = kept is not None and kept.lookup in known.stopped and point.channel in {Channel.SMS, Channel.EMAIL}
    unknown = point.channel in {Channel.SMS, Channel.EMAIL} and point.id not in known.people.addresses
    return replace(point, consent=Consent.REVOKED) if stopped or unknown else point


def _fixed_choice(message: Message, known: _Known) -> Choice:
    """A direct reply goes to the number it answers, or nowhere."""
    point = known.people.points.get(message.contact_point_id) if message.contact_point_id else None
    if point is None or point.id not in known.people.addresses or point.consent is Consent.INVALID_NUMBER:
        return Choice(Way.CALL, None, "no_channel")
    stopped = point.lookup in known.stopped or point.consent is Consent.REVOKED
    if stopped and message.kind not in PASSES_OPT_OUT:
        return Choice(Way.CALL, None, "opted_out")
    return Choice(Way.SMS, point.id, "reply")


async def _wait_for_contact(unit: Unit, message: Message, entry: KeptEntry | None) -> None:
    """network has not told of this person yet: the two logs arrive on their own."""
    asked_for = unit.now - (message.created_at or unit.now)
    if asked_for < TOLD_WITHIN and unit.now + _ASK_AGAIN < message.not_after:
        await claims.put_back(unit, message, due_at=unit.now + _ASK_AGAIN, reason="contact_unknown")
        return
    await _hand_to_a_person(unit, message, entry, Choice(Way.CALL, None, "contact_unknown"))


async def _hand_to_a_person(unit: Unit, message: Message, entry: KeptEntry | None, choice: Choice) -> None:
    """Open a task. A message meant for a machine that may not be used ends as suppressed, and says why."""
    if message.kind in _FIXED_WAY | BY_MACHINE_ALONE or not message.way.is_task:
        await _end(unit, message, State.SUPPRESSED, choice.reason)
        return
    message = replace(message, way=choice.way, contact_point_id=choice.contact_point_id)
    if await claims.finish(unit, message, State.SENT, reason="given_to_a_person"):
        await end_message(unit, message, State.SENT, reason="given_to_a_person")
        await open_call_task(unit, message, entry, reason=choice.reason, way=choice.way)


def _not_now(unit: Unit, message: Message, contact: Contact, county: County) -> RetryDecision | None:
    urgent_at_night = contact.urgent_at_night or contact.staff_id in county.on_call
    waits = waits_for_morning(message.kind, message.way, urgent_at_night=urgent_at_night, detail=message.detail)
    allowed_at = contact.quiet.next_allowed(unit.now) if waits else unit.now
    return when_claimed(due_at=unit.now, not_after=message.not_after, allowed_at=allowed_at, now=unit.now)


async def _follow(unit: Unit, message: Message, decision: RetryDecision) -> None:
    if decision.due_at is not None:
        await claims.put_back(unit, message, due_at=decision.due_at, reason=decision.reason)
        return
    await _end(unit, message, decision.state, decision.reason)


async def _end(unit: Unit, message: Message, state: State, reason: str) -> None:
    if await claims.finish(unit, message, state, reason=reason):
        await end_message(unit, message, state, reason=reason)


async def _write(
    unit: Unit, message: Message, entry: KeptEntry | None, contact: Contact, known: _Known, outlet: Outlet
) -> _Written | None:
    """Write the words, or end the message where that cannot be done."""
    point = known.people.points[message.contact_point_id] if message.contact_point_id else None
    if point is None:
        await _end(unit, message, State.SUPPRESSED, "no_channel")
        return None
    scene = Scene(
        county=outlet.county,
        contact=contact,
        words=(known.people.words.get(message.person_id) or ContactWords()).greeting_name,
        address=known.people.addresses[point.id],
        entry=entry,
        place=known.places.get(entry.id) if entry else None,
        link_token=known.tokens[entry.id].link if entry else "",
        reply_token=known.tokens[entry.id].reply if entry else "",
        portal_url=outlet.portal_url,
    )
    try:
        envelope, rendering = _rendering(unit, message, scene, known.renderings.get(message.id))
    except TranslationMissing:
        await _end(unit, message, State.FAILED, "translation_missing")
        return None
    except (UnsafeMail, Invalid, ValueError):
        await _end(unit, message, State.FAILED, "cannot_be_written")
        return None
    return _Written(
        Ready(message, envelope),
        rendering,
        json.dumps(dict(envelope.snapshot), ensure_ascii=False),
        Beginning(message, point.lookup, count(envelope.sms).count if message.way is Way.SMS else 0),
    )


def _rendering(unit: Unit, message: Message, scene: Scene, earlier: Rendering | None) -> tuple[Envelope, Rendering]:
    """Return the words as they were sent before if nothing has changed since, to the byte; otherwise a new rendering."""
    if earlier is not None:
        again = written(message, scene, version=earlier.version, at=earlier.made_at)
        if again.sha256 == earlier.sha256:
            return again, earlier
    version = earlier.version + 1 if earlier else 1
    at = unit.now.replace(microsecond=0)
    envelope = written(message, scene, version=version, at=at)
    return envelope, Rendering(
        version=version,
        language=envelope.language,
        template=message.kind.value,
        sha256=envelope.sha256,
        header_id=envelope.header_id,
        made_at=at,
    )
