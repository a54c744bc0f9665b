"""Take in a text: STOP before everything else, then START and HELP, then an answer to the newest question put to that number.

Where questions about several meetings are open, nobody can know which one is meant, and the person is asked.
"""

from dataclasses import dataclass
from datetime import datetime

from services.notify.domain.channels import Contact
from services.notify.domain.consent import Meaning, Pending, Says, parse
from services.notify.domain.entries import KeptEntry, may_answer
from services.notify.domain.messages import REMINDERS, Kind, Message
from services.notify.domain.planning import telling_person
from services.notify.domain.points import KeptPoint
from services.notify.storage import contacts, entries, messages
from services.notify.storage.inbound import Arrived
from services.notify.use_cases.announce_reply import Said, announce_reply
from services.notify.use_cases.stop_number import start_number, stop_number
from services.notify.use_cases.taken import Taken
from shared.db.unit import Unit
from shared.events.entries import Answer
from shared.events.network import Channel, Consent
from shared.events.notify import Proof, ReplyChannel, ReplyKind
from shared.kernel.wall import local_date
from shared.settings import County

QUESTIONS = frozenset({Kind.INVITATION, Kind.MOVED, Kind.CHANGED, Kind.AGAIN, Kind.OLD_TIME}) | REMINDERS
"""Texts that ask whether somebody comes."""

NEWEST = 20
"""So many of the questions put to a number are looked at."""


@dataclass(frozen=True, slots=True)
class _Sender:
    """Who may have written: the number, the person of the newest question (or the first with this number), and that question."""

    lookup: str
    point: KeptPoint | None
    contact: Contact | None
    question: Message | None
    entry: KeptEntry | None
    pending: Pending
    asked_of_several: bool


async def take_text(unit: Unit, arrived: Arrived, county: County) -> Taken:
    """Return what a text was, with all that follows from it done."""
    sender = await _sender(unit, unit.lookup_of(arrived.raw["sender"]))
    language = sender.contact.written_language if sender.contact else county.default_language
    meaning = parse(arrived.raw["body"], language=language, pending=sender.pending)
    if meaning.says is Says.OPT_OUT:
        await _stop(unit, arrived, sender, meaning)
    elif meaning.says is Says.OPT_IN:
        await start_number(unit, sender.lookup, source="text")
        await _answer(unit, sender, Kind.OPT_IN_CONFIRMATION, cause=arrived.id.hex)
    elif meaning.says is Says.HELP:
        await _answer(unit, sender, Kind.HELP, cause=arrived.id.hex)
    elif meaning.answer is not None and sender.asked_of_several:
        await _which(unit, arrived, sender)
    elif meaning.answer is not None and sender.entry is not None and sender.question is not None:
        announce_reply(unit, _said(arrived, sender, ReplyKind.ANSWER, partstat=meaning.answer.value.replace("_", "-")))
    else:
        await _unclear(unit, arrived, sender)
    return Taken(meaning.says.value, Proof.PHONE_NUMBER, sender.point.person_id if sender.point else None)


async def _sender(unit: Unit, lookup: str) -> _Sender:
    points = [point for point in await contacts.list_points_by_lookup(unit, lookup) if point.channel is Channel.SMS]
    # Only those count who have this number now: it may have been somebody else's when the question was put.
    asked = await messages.list_asked(unit, lookup, QUESTIONS, people={point.person_id for point in points}, limit=NEWEST)
    question = asked[0] if asked else None
    about = await entries.list_by_id(unit, {each.entry_id for each in asked if each.entry_id})
    point = next((p for p in points if question and p.person_id == question.person_id), points[0] if points else None)
    entry = about.get(question.entry_id) if question and question.entry_id else None
    pending = Pending.MEETING if entry else Pending.NOTHING
    if any(each.consent is Consent.PENDING_DOUBLE_OPT_IN for each in points):
        pending = Pending.OPT_IN
    return _Sender(
        lookup=lookup,
        point=point,
        contact=await contacts.find(unit, point.person_id) if point else None,
        question=question,
        entry=entry,
        pending=pending,
        asked_of_several=sum(_waits_for_answer(each, at=unit.now) for each in about.values()) > 1,
    )


def _waits_for_answer(entry: KeptEntry, *, at: datetime) -> bool:
    return may_answer(entry, at=at) and entry.shown_answer is Answer.NEEDS_ACTION


async def _stop(unit: Unit, arrived: Arrived, sender: _Sender, meaning: Meaning) -> None:
    """End all texts to the number. One confirmation leaves, and no second one however often STOP is said."""
    if await stop_number(unit, sender.lookup, source="text"):
        await _answer(unit, sender, Kind.OPT_OUT_CONFIRMATION, cause=arrived.id.hex)
    if meaning.may_mean_meeting:
        announce_reply(unit, _said(arrived, sender, ReplyKind.NOT_AN_ANSWER, comment=arrived.raw["body"]))


async def _which(unit: Unit, arrived: Arrived, sender: _Sender) -> None:
    """Give the words to staff, and ask which meeting was meant."""
    announce_reply(unit, _said(arrived, sender, ReplyKind.NOT_AN_ANSWER, comment=arrived.raw["body"]))
    await _answer(unit, sender, Kind.WHICH_MEETING, cause=arrived.id.hex)


async def _unclear(unit: Unit, arrived: Arrived, sender: _Sender) -> None:
    """Give the words to staff, and say once a day which words would do."""
    announce_reply(unit, _said(arrived, sender, ReplyKind.NOT_AN_ANSWER, comment=arrived.raw["body"]))
    if sender.contact is not None:
        today = local_date(unit.now, sender.contact.time_zone)
        await _answer(unit, sender, Kind.UNCLEAR, cause=today.isoformat())


async def _answer(unit: Unit, sender: _Sender, kind: Kind, *, cause: str) -> None:
    """Text back to somebody we know; a number we do not know gets nothing."""
    if sender.point is None:
        return
    text = telling_person(
        kind,
        message_id=unit.new_id(),
        county_id=unit.county_id,
        person_id=sender.point.person_id,
        contact_point_id=sender.point.id,
        cause=cause,
        now=unit.now,
    )
    await messages.add(unit, [text])


def _said(arrived: Arrived, sender: _Sender, kind: ReplyKind, *, partstat: str = "", comment: str = "") -> Said:
    return Said(
        reply_id=arrived.id,
        received_at=arrived.received_at,
        channel=ReplyChannel.SMS,
        kind=kind,
        proof=Proof.PHONE_NUMBER if sender.point else Proof.NONE,
        entry=sender.entry,
        person_id=sender.point.person_id if sender.point else None,
        sequence=sender.question.sequence if sender.question else None,
        partstat=partstat,
        comment=comment,
    )
