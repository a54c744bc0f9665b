"""Take what a person says on the page of their link: an answer, another time, a language, or that it reached the wrong hands."""

from datetime import datetime
from uuid import UUID

from services.notify.domain.entries import may_answer, saying
from services.notify.domain.errors import AnswerTooLate, UntilOutside
from services.notify.domain.links import Purpose
from services.notify.storage import entries, links
from services.notify.use_cases.announce_reply import Said, announce_reply, reply_name
from services.notify.use_cases.answer_promise import answer_promise
from services.notify.use_cases.open_call_task import open_person_task
from services.notify.use_cases.open_link import Opened
from shared.db.unit import Unit
from shared.events.entries import Answer
from shared.events.notify import Proof, ReplyChannel, ReplyKind
from shared.kernel.wall import resolve

NOT_ME = "not_me"


async def answer_link(unit: Unit, opened: Opened, answer: Answer, *, sequence: int | None = None) -> None:
    """Pass on an answer; the same one twice is one fact. It may be changed until the meeting starts.

    `sequence` is that of the page on which it was said. A page opened before a move answers the old time, whatever it says now.
    """
    if opened.entry.is_promise:
        if answer is Answer.TENTATIVE:
            raise UntilOutside
        await answer_promise(unit, opened.entry, answer, sequence=sequence)
        return
    if not may_answer(opened.entry, at=unit.now):
        raise AnswerTooLate
    if sequence is not None and sequence < opened.entry.sequence:
        _announce(unit, opened, unit.new_id(), ReplyKind.ANSWER, partstat=answer.value, sequence=sequence)
        return
    reply_id = unit.new_id()
    said = saying(opened.entry, answer, reply_id=reply_name(reply_id))
    if said is None:
        return
    await entries.save_answer(unit, said)
    _announce(unit, opened, reply_id, ReplyKind.ANSWER, partstat=answer.value)


async def ask_other_time(unit: Unit, opened: Opened, words: str, starts_local: datetime | None) -> None:
    """Pass on a wish for another time; the meeting stands until staff answer."""
    entry = opened.entry
    if not may_answer(entry, at=unit.now):
        raise AnswerTooLate
    starts_at = resolve(starts_local, entry.time_zone).instant if starts_local else None
    ends_at = starts_at + (entry.ends_at - entry.starts_at) if starts_at else None
    _announce(unit, opened, unit.new_id(), ReplyKind.OTHER_TIME, comment=words, starts_at=starts_at, ends_at=ends_at)


async def choose_language(unit: Unit, opened: Opened, language: str) -> None:
    """Show the page in another language from now on."""
    await links.choose_language(unit, opened.found.link.id, language)


async def not_me(unit: Unit, opened: Opened) -> None:
    """End the link at once, and ask somebody to find out who has this person's number or mailbox."""
    entry = opened.entry
    await links.revoke_of_entry(unit, entry.id, [Purpose.ANSWER])
    await entries.forget_links(unit, [entry.id])
    await open_person_task(
        unit, entry.person_id, case_id=entry.case_id, reason=NOT_ME, dedupe_key=f"{NOT_ME}|{opened.found.link.id.hex}"
    )


def _announce(
    unit: Unit,
    opened: Opened,
    reply_id: UUID,
    kind: ReplyKind,
    *,
    partstat: str = "",
    comment: str = "",
    sequence: int | None = None,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> None:
    announce_reply(
        unit,
        Said(
            reply_id=reply_id,
            received_at=unit.now,
            channel=ReplyChannel.LINK,
            kind=kind,
            proof=Proof.TOKEN,
            entry=opened.entry,
            sequence=opened.entry.sequence if sequence is None else sequence,
            partstat=partstat,
            comment=comment,
            proposed_starts_at=starts_at,
            proposed_ends_at=ends_at,
        ),
    )
