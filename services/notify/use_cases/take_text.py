"""Take in a text: STOP before everything else, then START and HELP, then an answer to the newest question put to that number.

Where questions about several meetings or promises are open, nobody can know which one is meant, and the person is asked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.notify.domain.channels import Contact
from services.notify.domain.consent import Meaning, Pending, Says, parse
from services.notify.domain.entries import OF_A_TURN, OFFERED, KeptEntry, may_answer, saying
from services.notify.domain.messages import OF_TURNS, REMINDERS, Kind, Message
from services.notify.domain.planning import telling_person
from services.notify.domain.points import KeptPoint
from services.notify.domain.promise_texts import Excused, begins_on, read_not_on, read_until, taken_out_on, turns_on
from services.notify.storage import contacts, entries, messages
from services.notify.storage.inbound import Arrived
from services.notify.use_cases.announce_reply import Said, announce_reply, reply_name
from services.notify.use_cases.ask_for_help import ask_for_help
from services.notify.use_cases.open_call_task import open_person_task
from services.notify.use_cases.stop_number import start_number, stop_number
from services.notify.use_cases.taken import Taken
from shared.db.unit import Unit
from shared.events.entries import Answer
from shared.events.network import Channel, Consent
from shared.events.notify import Proof, ReplyChannel, ReplyKind
from shared.kernel.wall import local_date
from shared.settings import County

OF_MEETINGS = frozenset({Kind.INVITATION, Kind.MOVED, Kind.CHANGED, Kind.AGAIN, Kind.OLD_TIME}) | (REMINDERS - OF_TURNS)
OF_PROMISES = frozenset({Kind.PROMISE_OFFER, Kind.BACKUP_ASK, Kind.PROMISE_OLD_TIME})
QUESTIONS = OF_MEETINGS | OF_PROMISES | OF_TURNS
"""Texts that ask: whether somebody comes, whether they can help, whether all is well."""

AN_HOUR = timedelta(hours=1)
NOT_UNDERSTOOD = "words_not_understood"

NEWEST = 20
"""So many of the questions put to a number are looked at."""


@dataclass(frozen=True, slots=True)
class _Sender:
    """Who may have written: the number, the person of the newest question (or the first with this number), and that question.

    `theirs` is everything that anybody with this number has ahead.
    """

    lookup: str
    point: KeptPoint | None
    contact: Contact | None
    question: Message | None
    entry: KeptEntry | None
    pending: Pending
    waiting: tuple[KeptEntry, ...]
    theirs: tuple[KeptEntry, ...]

    @property
    def asked_of_several(self) -> bool:
        """Whether more than one question waits for a first answer."""
        return len(self.waiting) > 1


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
        if sender.pending is Pending.TURN:
            await _say_of_turn(unit, arrived, sender, "help", county)
    elif meaning.answer is not None and sender.pending is Pending.TURN:
        await _say_of_turn(unit, arrived, sender, _of_turn(sender, meaning), county)
    elif meaning.answer is not None and sender.asked_of_several:
        await _which(unit, arrived, sender)
    elif meaning.answer is not None and sender.entry is not None and sender.question is not None:
        await _say(unit, arrived, sender, meaning.answer)
    elif not await _take_words(unit, arrived, sender):
        await _unclear(unit, arrived, sender)
    return Taken(meaning.says.value, Proof.PHONE_NUMBER, sender.point.person_id if sender.point else None)


async def _sender(unit: Unit, lookup: str) -> _Sender:
    points = [point for point in await contacts.list_points_by_lookup(unit, lookup) if point.channel is Channel.SMS]
    people = {point.person_id for point in points}
    # Only those count who have this number now: it may have been somebody else's when the question was put.
    asked = await messages.list_asked(unit, lookup, QUESTIONS, people=people, limit=NEWEST)
    question = asked[0] if asked else None
    about = await entries.list_by_id(unit, {each.entry_id for each in asked if each.entry_id})
    point = next((p for p in points if question and p.person_id == question.person_id), points[0] if points else None)
    entry = about.get(question.entry_id) if question and question.entry_id else None
    pending = _pending(question) if entry and question else Pending.NOTHING
    if any(each.consent is Consent.PENDING_DOUBLE_OPT_IN for each in points):
        pending = Pending.OPT_IN
    return _Sender(
        lookup=lookup,
        point=point,
        contact=await contacts.find(unit, point.person_id) if point else None,
        question=question,
        entry=entry,
        pending=pending,
        waiting=_waiting(asked, about, at=unit.now),
        theirs=tuple(await entries.list_by_people(unit, people, ending_after=unit.now)) if people else (),
    )


def _pending(question: Message) -> Pending:
    if question.kind in OF_TURNS:
        return Pending.TURN
    return Pending.PROMISE if question.kind in OF_PROMISES else Pending.MEETING


def _waiting(asked: Sequence[Message], about: Mapping[UUID, KeptEntry], *, at: datetime) -> tuple[KeptEntry, ...]:
    """Return what waits for a first answer. To an ask of this hour older questions are no rivals: it is answered now or never."""
    waiting = [entry for entry in about.values() if _waits_for_answer(entry, at=at)]
    newest = asked[0] if asked else None
    if newest is not None and newest.kind is Kind.BACKUP_ASK and at - (newest.finished_at or at) <= AN_HOUR:
        since = (newest.finished_at or at) - AN_HOUR
        recent = {each.entry_id for each in asked if (each.finished_at or at) >= since}
        waiting = [entry for entry in waiting if entry.id in recent]
    return tuple(waiting)


def _waits_for_answer(entry: KeptEntry, *, at: datetime) -> bool:
    if not may_answer(entry, at=at) or (entry.is_promise and entry.standing != OFFERED):
        return False
    return entry.shown_answer is Answer.NEEDS_ACTION


def _of_turn(sender: _Sender, meaning: Meaning) -> str:
    """Return what a yes or no means before a turn, or after it. A bare no asks for help: that much is certain."""
    before = sender.question is not None and sender.question.kind is Kind.TURN_REMINDER
    if meaning.answer is Answer.ACCEPTED:
        return "accepted" if before else "kept"
    return "declined" if before and meaning.cannot else "help"


async def _say(unit: Unit, arrived: Arrived, sender: _Sender, answer: Answer, *, until: datetime | None = None) -> None:
    """Pass on an answer to the newest question; `until` makes it a yes up to then."""
    said = _said(arrived, sender, ReplyKind.ANSWER, partstat=answer.value.replace("_", "-"), until=until)
    announce_reply(unit, said)
    if sender.entry is not None and sender.entry.is_promise:
        await _remember(unit, arrived, sender.entry, answer)


async def _say_of_turn(unit: Unit, arrived: Arrived, sender: _Sender, partstat: str, county: County) -> None:
    """Pass on what was said of the turn that the newest question was about; who needs help is phoned."""
    entry, question = sender.entry, sender.question
    if entry is None or question is None:
        return
    announce_reply(unit, _said(arrived, sender, ReplyKind.TURN, partstat=partstat, turn_at=question.turn_starts_at))
    await entries.save_texted(unit, entry.id, OF_A_TURN)
    if partstat == "help":
        cause = question.turn_starts_at.isoformat() if question.turn_starts_at else question.id.hex
        await ask_for_help(unit, entry, county, cause=cause)


async def _take_words(unit: Unit, arrived: Arrived, sender: _Sender) -> bool:
    """Take "only until eleven" and "can't this Saturday", where exactly one thing can be meant; False where nothing was taken."""
    body = arrived.raw["body"]
    asked = [entry for entry in sender.waiting if entry.is_asked]
    if len(asked) == 1 and len(sender.waiting) == 1 and sender.entry is not None and sender.entry.id == asked[0].id:
        until = read_until(body, asked[0].next_turn(unit.now), _zone(sender, asked[0]))
        if until is not None:
            await _say(unit, arrived, sender, Answer.ACCEPTED, until=until)
            return True
    if await _keep_a_part(unit, arrived, sender):
        return True
    said = read_not_on(body)
    if said is None:
        return False
    promised = [entry for entry in sender.theirs if entry.is_promised]
    excused = turns_on(said, promised, at=unit.now) or taken_out_on(said, promised, at=unit.now)
    offered = [entry for entry in sender.theirs if entry.is_live and entry.standing == OFFERED and not entry.is_promised]
    refused = turns_on(said, offered, at=unit.now)
    if len(excused) + len(refused) != 1 or begins_on(said, sender.theirs, at=unit.now):
        return False
    await _excuse(unit, arrived, sender, excused, refused)
    return True


async def _keep_a_part(unit: Unit, arrived: Arrived, sender: _Sender) -> bool:
    """Take "only until eleven" of somebody who said yes before, where the hour lies in one time of theirs that does not recur."""
    if sender.waiting:
        return False
    found = [
        (entry, until)
        for entry in sender.theirs
        if entry.is_promised
        and (until := read_until(arrived.raw["body"], entry.next_turn(unit.now), _zone(sender, entry)))
    ]  # fmt: skip
    if len(found) != 1 or not found[0][0].is_held_once:
        return False
    [(entry, until)] = found
    announce_reply(unit, _said_of(arrived, entry, ReplyKind.ANSWER, Answer.ACCEPTED, until=until))
    await _remember(unit, arrived, entry, Answer.ACCEPTED)
    return True


async def _excuse(unit: Unit, arrived: Arrived, sender: _Sender, excused: Sequence[Excused], refused: Sequence[Excused]) -> None:
    """Pass on that a turn cannot be done, or that what was asked for that day is declined."""
    [meant] = [*excused, *refused]
    turn_at = meant.turn.starts_at if excused else None
    kind = ReplyKind.TURN if excused else ReplyKind.ANSWER
    announce_reply(unit, _said_of(arrived, meant.entry, kind, Answer.DECLINED, turn_at=turn_at))
    if excused:
        await entries.save_texted(unit, meant.entry.id, OF_A_TURN)
    else:
        await _remember(unit, arrived, meant.entry, Answer.DECLINED)


async def _remember(unit: Unit, arrived: Arrived, entry: KeptEntry, answer: Answer) -> None:
    """Keep what was said of a promise: its page shows it, and what follows from it is told in the reply alone."""
    held = await entries.get_for_update(unit, entry.id)
    said = saying(held, answer, reply_id=reply_name(arrived.id)) if held else None
    if said is not None:
        await entries.save_answer(unit, said)
    await entries.save_texted(unit, entry.id, answer.value)


def _zone(sender: _Sender, entry: KeptEntry) -> str:
    """The zone in which the person was asked."""
    return sender.contact.time_zone if sender.contact else entry.time_zone


async def _stop(unit: Unit, arrived: Arrived, sender: _Sender, meaning: Meaning) -> None:
    """End all texts to the number. One confirmation leaves, and no second one however often STOP is said."""
    if await stop_number(unit, sender.lookup, source="text"):
        await _answer(unit, sender, Kind.OPT_OUT_CONFIRMATION, cause=arrived.id.hex)
    if meaning.may_mean_meeting:
        announce_reply(unit, _said(arrived, sender, ReplyKind.NOT_AN_ANSWER, comment=arrived.raw["body"]))


async def _which(unit: Unit, arrived: Arrived, sender: _Sender) -> None:
    """Give the words to staff, and ask which one was meant."""
    announce_reply(unit, _said(arrived, sender, ReplyKind.NOT_AN_ANSWER, comment=arrived.raw["body"]))
    await _let_somebody_phone(unit, arrived, sender)
    of_meetings = not any(entry.is_promise for entry in sender.waiting)
    await _answer(unit, sender, Kind.WHICH_MEETING if of_meetings else Kind.WHICH_TIME, cause=arrived.id.hex)


async def _unclear(unit: Unit, arrived: Arrived, sender: _Sender) -> None:
    """Give the words to staff, and say once a day which words would do."""
    announce_reply(unit, _said(arrived, sender, ReplyKind.NOT_AN_ANSWER, comment=arrived.raw["body"]))
    await _let_somebody_phone(unit, arrived, sender)
    if sender.contact is not None:
        today = local_date(unit.now, sender.contact.time_zone)
        await _answer(unit, sender, Kind.UNCLEAR, cause=today.isoformat())


async def _let_somebody_phone(unit: Unit, arrived: Arrived, sender: _Sender) -> None:
    """What nobody understood may mean "not tonight": whoever promised something is phoned. meetings keeps words about its own."""
    theirs = [entry for entry in (sender.entry, *sender.waiting, *sender.theirs) if entry is not None]
    promised = next((entry for entry in theirs if entry.is_promise and entry.is_live), None)
    if promised is not None:
        await open_person_task(
            unit,
            promised.person_id,
            case_id=promised.case_id,
            reason=NOT_UNDERSTOOD,
            dedupe_key=f"{NOT_UNDERSTOOD}|{arrived.id.hex}",
            dial=True,
        )


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


def _said(
    arrived: Arrived,
    sender: _Sender,
    kind: ReplyKind,
    *,
    partstat: str = "",
    comment: str = "",
    turn_at: datetime | None = None,
    until: datetime | None = None,
) -> Said:
    return Said(
        reply_id=arrived.id,
        received_at=arrived.received_at,
        channel=ReplyChannel.SMS,
        kind=kind,
        proof=Proof.PHONE_NUMBER if sender.point else Proof.NONE,
        entry=sender.entry,
        person_id=sender.point.person_id if sender.point else None,
        sequence=sender.question.sequence if sender.question else None,
        recurrence_id=turn_at,
        partstat=partstat,
        comment=comment,
        proposed_ends_at=until,
    )


def _said_of(
    arrived: Arrived,
    entry: KeptEntry,
    kind: ReplyKind,
    answer: Answer,
    *,
    turn_at: datetime | None = None,
    until: datetime | None = None,
) -> Said:
    """What was said of an entry that the words themselves found, whatever was asked last."""
    return Said(
        reply_id=arrived.id,
        received_at=arrived.received_at,
        channel=ReplyChannel.SMS,
        kind=kind,
        proof=Proof.PHONE_NUMBER,
        entry=entry,
        sequence=entry.sequence,
        recurrence_id=turn_at,
        partstat=answer.value,
        proposed_ends_at=until,
    )
