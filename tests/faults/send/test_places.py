"""A sender or ticker dies or freezes at each place of its code; its successor finishes within seconds, and nobody is told twice."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass

from shared.events.network import Channel
from tests.faults.send.post import Post
from tests.notify.office import Office
from tests.support.processes import WITHIN, Running, until


@dataclass(frozen=True, slots=True)
class Case:
    """Where the process breaks, and what must be true of its message in the end.

    With a number of `celery` it is a worker, which gets the message over that database of Valkey; else a ticker without a broker.
    """

    place: str
    state: str
    copies: int
    celery: int = 0
    way: Channel = Channel.EMAIL
    attempts: int = 1


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
CASES = (
    Case("ticker.after_claim_before_enqueue", AGAIN, 1),
    Case("ticker.after_enqueue", AGAIN, 1),
    *(Case(place, state, copies, attempts=attempts) for place, state, copies, attempts in MAIL_PLACES),
    Case("sms.after_post_before_reply", OPEN, 1, way=Channel.SMS),
    Case("sms.after_reply_before_mark", OPEN, 1, way=Channel.SMS),
    *(
        Case(place, state, copies, celery=number, attempts=attempts)
        for number, (place, state, copies, attempts) in enumerate(MAIL_PLACES, start=2)
    ),
    Case("sms.after_post_before_reply", OPEN, 1, celery=10, way=Channel.SMS),
)


async def test_a_process_that_dies_at_any_place_of_sending_leaves_nothing_undone_and_nothing_doubled(post: Post) -> None:
    async with asyncio.TaskGroup() as cases:
        for case in CASES:
            cases.create_task(named(case, dies(post, case)))


async def named(case: Case, course: Coroutine[None, None, None]) -> None:
    """Let a failure say of which case it is: they run side by side."""
    try:
        await course
    except Exception as error:
        error.add_note(str(case))
        raise


async def dies(post: Post, case: Case) -> None:
    """Let a process die at a place, and a successor finish."""
    office = post.county()
    async with post.turns:
        victim = await starts(post, case, office)
        person = await post.somebody(office, case.way)
        # A busy broker takes no hint within its moment, and the ticker sends by itself; then somebody else is invited.
        while await post.is_told_by_others(office, person, victim):
            person = await post.somebody(office, case.way)
        await victim.died()
        await post.start("tick", office)
    await finishes(post, office)
    told = await post.told(office, person)
    assert (told.state, told.copies, told.attempt) == (case.state, case.copies, case.attempts), (case, told)
    await post.check(office)


async def starts(post: Post, case: Case, office: Office) -> Running:
    """Start what is to break; a worker needs somebody who hands messages to it."""
    if not case.celery:
        return await post.start("tick", office, fault=case.place)
    worker = await post.worker(office, fault=case.place, celery=case.celery)
    await post.start("tick", office, celery=case.celery)
    return worker


async def finishes(post: Post, office: Office) -> float:
    """Wait until a county is quiet; more than R3 allows is a failure."""
    return await until(lambda: post.is_quiet(office), within=WITHIN)
