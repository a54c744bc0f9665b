"""A sender or ticker dies or freezes at each place of its code; its successor finishes within seconds, and nobody is told twice."""

import asyncio
from dataclasses import dataclass
from functools import partial

from shared.events.network import Channel
from tests.faults.send.post import Post
from tests.notify.office import Office, Person
from tests.support.processes import WITHIN, Running, until


@dataclass(frozen=True, slots=True)
class Dying:
    """Where the process breaks, and what must be true of its message in the end.

    With a number of `celery` it is a worker, which gets the message over that database of Valkey; else a ticker without a broker.
    """

    place: str
    state: str
    copies: int
    celery: int = 0
    way: Channel = Channel.EMAIL
    attempts: int = 1


@dataclass(frozen=True, slots=True)
class Frozen:
    """Where a ticker freezes, what its successor finds, and what is true once it has woken; `late` says which results were."""

    place: str
    meanwhile: str
    state: str
    late: tuple[bool, ...]
    way: Channel = Channel.EMAIL


AGAIN, OPEN = "sent", "unknown"
MAIL_PLACES = (
    ("send.on_receipt", AGAIN, 1, 1),
    ("send.before_attempt_commit", AGAIN, 1, 1),
    ("send.after_attempt_before_connect", AGAIN, 1, 2),
    ("smtp.after_rcpt", AGAIN, 1, 2),
    ("smtp.before_final_dot", OPEN, 0, 1),
    ("smtp.after_final_dot_before_reply", OPEN, 1, 1),
    ("smtp.after_reply_before_mark", OPEN, 1, 1),
    ("send.after_result_before_mark", OPEN, 1, 1),
)
DYING = (
    Dying("ticker.after_claim_before_enqueue", AGAIN, 1),
    Dying("ticker.after_enqueue", AGAIN, 1),
    *(Dying(place, state, copies, attempts=attempts) for place, state, copies, attempts in MAIL_PLACES),
    Dying("sms.after_post_before_reply", OPEN, 1, way=Channel.SMS),
    Dying("sms.after_reply_before_mark", OPEN, 1, way=Channel.SMS),
    *(
        Dying(place, state, copies, celery=number, attempts=attempts)
        for number, (place, state, copies, attempts) in enumerate(MAIL_PLACES, start=2)
    ),
    Dying("sms.after_post_before_reply", OPEN, 1, celery=10, way=Channel.SMS),
)

FROZEN = (
    Frozen("ticker.after_claim_before_enqueue", "sent", "sent", (False,)),
    Frozen("send.on_receipt", "sent", "sent", (False,)),
    Frozen("send.before_attempt_commit", "sent", "sent", (False,)),
    Frozen("send.after_attempt_before_connect", "sent", "sent", (True, False)),
    Frozen("smtp.after_rcpt", "sent", "sent", (True, False)),
    Frozen("smtp.before_final_dot", "unknown", "sent", (True,)),
    Frozen("smtp.after_final_dot_before_reply", "unknown", "sent", (True,)),
    Frozen("smtp.after_reply_before_mark", "unknown", "sent", (True,)),
    Frozen("sms.after_post_before_reply", "unknown", "sent", (True,), Channel.SMS),
)
"""Whoever wakes past the dot says what came of it after all, and that is the only thing that it may still change."""


async def test_a_process_that_dies_or_freezes_at_any_place_of_sending_leaves_nothing_undone_and_nothing_doubled(post: Post) -> None:
    async with asyncio.TaskGroup() as group:
        dying = [group.create_task(breaks(post, case.place, case.way, celery=case.celery)) for case in DYING]
    async with asyncio.TaskGroup() as group:
        freezing = [group.create_task(breaks(post, f"{case.place}:1:freeze", case.way)) for case in FROZEN]
    dead, still = [each.result() for each in dying], [each.result() for each in freezing]
    offices = [each.office for each in (*dead, *still)]
    successor = await post.start("tick", *offices)
    await until(lambda: post.are_quiet(*offices), within=WITHIN, every=0.5)
    for case, each in zip(DYING, dead, strict=True):
        told = await post.told(each.office, each.person)
        assert (told.state, told.copies, told.attempt) == (case.state, case.copies, case.attempts), (case, told)
    for frozen, each in zip(FROZEN, still, strict=True):
        told = await post.told(each.office, each.person)
        assert told.state == frozen.meanwhile, (frozen, told)
        each.process.wake()
    for frozen, each in zip(FROZEN, still, strict=True):
        await until(partial(post.has_been_told, each.office, each.person, frozen.late), every=0.1)
        assert await each.process.stop() == 0
        told = await post.told(each.office, each.person)
        assert (told.state, told.copies) == (frozen.state, 1), (frozen, told)
    assert await successor.stop() == 0
    await post.check(*offices)


@dataclass(frozen=True, slots=True)
class Broken:
    """A process that is gone or stands still, the county it worked for, and whom it was about to tell."""

    process: Running
    office: Office
    person: Person


async def breaks(post: Post, fault: str, way: Channel, *, celery: int = 0) -> Broken:
    """Let a process break while it tells somebody. A worker needs a ticker that hands messages to it."""
    office = post.county()
    async with post.turns:
        process = await post.sender(office, fault=fault, celery=celery)
        person = await post.somebody(office, way)
        # A busy broker takes no hint within its moment, and the ticker sends by itself; then somebody else is invited.
        while await post.is_told_by_others(office, person, process):
            person = await post.somebody(office, way)
        await post.stop_helpers(office)
    return Broken(process, office, person)
