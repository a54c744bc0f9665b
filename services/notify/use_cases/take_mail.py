"""Take in a mail: a calendar's answer and who proved to have sent it, a bounce, or words for staff."""

from datetime import datetime
from uuid import UUID

from services.notify.domain.entries import KeptEntry
from services.notify.domain.links import Purpose, token_hash
from services.notify.domain.messages import State
from services.notify.gateways.ics import ParsedReply, unspell_reply
from services.notify.gateways.inbox import Origin
from services.notify.storage import contacts, entries, links, messages
from services.notify.storage.inbound import Arrived
from services.notify.use_cases.announce_reply import Said, announce_reply
from services.notify.use_cases.end_message import end_message, hold_entry
from services.notify.use_cases.lose_contact import lose_contact
from services.notify.use_cases.taken import Taken
from shared.db.unit import Unit
from shared.events.network import Channel
from shared.events.notify import Proof, ReplyChannel, ReplyKind

_KINDS = {"COUNTER": ReplyKind.OTHER_TIME, "REFRESH": ReplyKind.REFRESH}
_OF_A_TURN = frozenset({"accepted", "declined"})
"""What a calendar can say about one instance of a promise (CALENDAR C48)."""

_MAY_BOUNCE = frozenset({State.SENT, State.DELIVERED, State.UNKNOWN})


async def take_mail(unit: Unit, arrived: Arrived) -> Taken:
    """Return what a mail was, with all that follows from it done."""
    raw = arrived.raw
    if raw["origin"] == Origin.BOUNCE.value:
        return await _bounce(unit, raw["bounce_message_id"], status=raw["bounce_status"], is_final=bool(raw["bounce_final"]))
    by_token = await _entry_by_token(unit, raw["token"], at=unit.now)
    if raw["origin"] == Origin.AUTOMATIC.value:
        if by_token is not None:
            announce_reply(unit, _no_answer(arrived, by_token, Proof.TOKEN, comment=""))
        return Taken("automatic", Proof.TOKEN if by_token else None, by_token.person_id if by_token else None)
    if not raw["reply"]:
        return await _words(unit, arrived, by_token)
    return await _calendar(unit, arrived, by_token)


async def _calendar(unit: Unit, arrived: Arrived, by_token: KeptEntry | None) -> Taken:
    parsed = unspell_reply(arrived.raw["reply"])
    if parsed.refused:
        proof = Proof.TOKEN if by_token else Proof.NONE
        announce_reply(
            unit,
            Said(
                reply_id=arrived.id,
                received_at=arrived.received_at,
                channel=ReplyChannel.MAIL,
                kind=ReplyKind.ANSWER,
                proof=proof,
                entry=by_token,
                refused=parsed.refused,
            ),
        )
        return Taken("refused", proof, by_token.person_id if by_token else None)
    entry = by_token if by_token and by_token.uid == parsed.uid else await entries.find_by_uid(unit, parsed.uid)
    proof = await _proof(unit, arrived, parsed, entry, by_token)
    announce_reply(unit, _said(arrived, parsed, entry, proof))
    return Taken(parsed.method.lower(), proof, entry.person_id if entry else None)


async def _proof(unit: Unit, arrived: Arrived, parsed: ParsedReply, entry: KeptEntry | None, by_token: KeptEntry | None) -> Proof:
    """Say how the sender was proved (CALENDAR I2): the person's own token, or an aligned From; never somebody else's ATTENDEE."""
    if entry is None:
        return Proof.NONE
    own = {point.lookup for point in await contacts.list_points(unit, [entry.person_id]) if point.channel is Channel.EMAIL}
    named = {unit.lookup_of(address.casefold()) for address in (parsed.attendee, parsed.sent_by) if address}
    if not own & named:
        return Proof.NONE
    if by_token is not None and by_token.person_id == entry.person_id:
        return Proof.TOKEN
    sender = unit.lookup_of(arrived.raw["from_address"].casefold()) if arrived.raw["from_address"] else ""
    if arrived.raw["is_aligned"] and sender in own and sender in named:
        return Proof.ALIGNED
    return Proof.NONE


async def _words(unit: Unit, arrived: Arrived, by_token: KeptEntry | None) -> Taken:
    """A mail without a calendar part is no answer: its words are for staff, if we know about what it is."""
    if by_token is None:
        return Taken("words", Proof.NONE)
    announce_reply(unit, _no_answer(arrived, by_token, Proof.TOKEN, comment=arrived.raw["text"]))
    return Taken("words", Proof.TOKEN, by_token.person_id)


async def _bounce(unit: Unit, message_id: str, *, status: str, is_final: bool) -> Taken:
    """A delivery failed after all: the message, and where the mailbox does not exist the address, are given up."""
    message = await messages.find(unit, UUID(message_id)) if message_id and is_final else None
    if message is None:
        return Taken("bounce")
    await hold_entry(unit, message, State.FAILED)
    if await messages.raise_state(unit, message, State.FAILED, lower=_MAY_BOUNCE, reason="bounced"):
        await end_message(unit, message, State.FAILED, reason="bounced")
    point = await contacts.find_point_for_update(unit, message.contact_point_id) if message.contact_point_id else None
    if point is not None and status.startswith("5.1."):
        await lose_contact(unit, point, reason="bounced")
    return Taken("bounce", None, message.person_id)


async def _entry_by_token(unit: Unit, token: str, *, at: datetime) -> KeptEntry | None:
    found = await links.find_by_hash(unit, token_hash(token)) if token else None
    if found is None or found.entry_id is None or found.link.purpose is not Purpose.REPLY or not found.link.is_open(at):
        return None
    return await entries.find(unit, found.entry_id)


def _said(arrived: Arrived, parsed: ParsedReply, entry: KeptEntry | None, proof: Proof) -> Said:
    kind = ReplyKind.DELEGATION if parsed.partstat == "delegated" else ReplyKind.ANSWER
    if entry is not None and entry.is_promise and parsed.recurrence_id and parsed.partstat in _OF_A_TURN:
        kind = ReplyKind.TURN
    return Said(
        reply_id=arrived.id,
        received_at=arrived.received_at,
        channel=ReplyChannel.MAIL,
        kind=_KINDS.get(parsed.method, kind),
        proof=proof,
        entry=entry,
        uid=parsed.uid,
        sequence=parsed.sequence,
        stamp=parsed.stamp,
        recurrence_id=parsed.recurrence_id,
        partstat=parsed.partstat,
        comment=parsed.comment,
        delegated_to=parsed.delegated_to,
        proposed_starts_at=parsed.starts_at,
        proposed_ends_at=parsed.ends_at,
    )


def _no_answer(arrived: Arrived, entry: KeptEntry, proof: Proof, *, comment: str) -> Said:
    return Said(
        reply_id=arrived.id,
        received_at=arrived.received_at,
        channel=ReplyChannel.MAIL,
        kind=ReplyKind.NOT_AN_ANSWER,
        proof=proof,
        entry=entry,
        comment=comment,
    )
