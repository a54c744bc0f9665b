"""A mail server that is away for long: nothing is lost, nothing swells, the urgent goes first, and nobody comes back in a herd."""

import asyncio
import os
import time
from datetime import timedelta
from pathlib import Path

import pytest

from shared.events.network import Channel
from tests.faults.send.conftest import Later
from tests.faults.send.post import Post
from tests.notify.office import Office
from tests.support.processes import Running, until

CONNECTIONS = 8
"""More than these are never open from one process."""

MANY, AWAY_SECONDS, LOOK_SECONDS = 50_000, 180.0, 5.0
SWELLING_MB, ACCEPTED_SECONDS, URGENT_SECONDS = 30.0, 2.0, 5.0

# So many more reminders that were due ten minutes ago, each of an entry of its own.
_MORE = """
WITH made AS (
    INSERT INTO entries (id, county_id, meeting_id, case_id, participant_id, person_id, part, uid, revision, timed_revision,
        sequence, status, required, mode, answer, said, time_zone, starts_local, ends_local, starts_at, ends_at, revised_at)
    SELECT gen_random_uuid(), county_id, gen_random_uuid(), case_id, gen_random_uuid(), person_id, part, uid || '-' || n, revision,
        timed_revision, sequence, status, required, mode, answer, said, time_zone, starts_local, ends_local, starts_at, ends_at,
        revised_at
    FROM entries, generate_series(1, cast(:each AS integer)) n WHERE county_id = :county
    RETURNING *
)
INSERT INTO messages (id, county_id, kind, way, lane, person_id, entry_id, participant_id, subject_kind, subject_id, revision, part,
    sequence, wall_rule, detail, dedupe_key, due_at, not_after, state, reason, attempt, begun, segments, created_at, traceparent)
SELECT gen_random_uuid(), county_id, 'reminder_2d', 'email', 'reminders', person_id, id, participant_id, 'meeting', meeting_id,
    revision, part, sequence, 'backlog', '', 'backlog' || id, surround_now() - interval '10 minutes',
    surround_now() + interval '1 day', 'pending', '', 0, false, 0, surround_now(), ''
FROM made
"""


async def test_a_backlog_waits_apart_leaves_in_full_and_the_urgent_first(office: Office, later: Later) -> None:
    told = [await office.known(Channel.EMAIL) for _ in range(20)]
    waiting = [await office.known(Channel.EMAIL) for _ in range(40)]
    booked = await office.book(*told)
    await office.send_due()
    await office.mail.stop()
    for _ in range(3):
        await office.book(*waiting)
    await office.cancel(booked)
    await office.send_due()
    [found] = await office.rows(
        "SELECT count(*) AS waits, min(due_at) AS first, max(due_at) AS last, max(attempt) AS most FROM messages"
        " WHERE county_id = :county AND state = 'pending' AND reason = 'cannot_connect'"
    )
    assert (found.waits, found.most) == (140, 1)
    assert timedelta(seconds=15) < found.last - found.first < timedelta(minutes=2)
    await office.mail.start(office.mail.port)
    del office.mail.mails[:]
    await later(timedelta(minutes=3))
    await office.send_due()
    urgent = [number for number, mail in enumerate(office.mail.mails) if b"METHOD:CANCEL" in mail.calendar]
    assert (len(urgent), len(office.mail.mails)) == (20, 140)
    assert max(urgent) < 100
    assert set(office.mail.counted().values()) == {1}
    assert office.mail.most_open <= CONNECTIONS


@pytest.mark.soak
async def test_fifty_thousand_wait_out_a_server_that_is_away_and_then_leave(post: Post) -> None:
    office = post.county()
    people = [await office.known(Channel.EMAIL) for _ in range(100)]
    await office.book(*people)
    await office.run("UPDATE messages SET state = 'cancelled', finished_at = now() WHERE county_id = :county")
    await office.run(_MORE, each=MANY // len(people))
    await post.mail.stop()
    senders = [await post.worker(office, celery=2), await post.start("tick", office, celery=2)]
    sizes, accepted, loop = [], [], asyncio.get_running_loop()
    until_then = loop.time() + AWAY_SECONDS
    while loop.time() < until_then:
        sizes.append(sum(memory_mb(each) for each in senders))
        accepted.append(await seconds_to_book(office))
        await asyncio.sleep(LOOK_SECONDS)
    await post.mail.start(post.mail.port)
    back, latencies, taken = loop.time(), [], [len(post.mail.mails)]
    while await backlog(office):
        begun = loop.time()
        urgent = await office.known(Channel.EMAIL)
        await office.book(urgent)
        await office.run("UPDATE messages SET lane = 'urgent' WHERE person_id = :person AND kind = 'invitation'", person=urgent.id)
        await until(lambda urgent=urgent: arrived(post, urgent.mail), within=60)  # type: ignore[misc]
        latencies.append(loop.time() - begun)
        sizes.append(sum(memory_mb(each) for each in senders))
        taken.append(len(post.mail.mails))
        await asyncio.sleep(1)
    took = loop.time() - back
    half = sizes[len(sizes) // 3]
    print(  # noqa: T201  what make soak reports
        f"{MANY} waited {AWAY_SECONDS:.0f} s, left in {took:.0f} s, {MANY / took:.0f}/s; memory {half:.0f} -> {sizes[-1]:.0f} MB;"
        f" booking took at most {max(accepted):.2f} s; urgent p50 {sorted(latencies)[len(latencies) // 2]:.2f} s,"
        f" worst {max(latencies):.2f} s; most connections {post.mail.most_open}"
    )
    await until(lambda: post.are_quiet(office))
    await post.check(office)
    assert len([mail for mail in post.mail.mails if mail.is_kept]) >= MANY
    assert max(sizes[len(sizes) // 3 :]) - half < SWELLING_MB
    assert max(accepted) < ACCEPTED_SECONDS
    assert sorted(latencies)[int(len(latencies) * 0.99)] < URGENT_SECONDS
    assert post.mail.most_open <= CONNECTIONS * len(senders)


def memory_mb(process: Running) -> float:
    """What a process keeps in memory."""
    pages = int(Path(f"/proc/{process.pid}/statm").read_text(encoding="utf-8").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


async def seconds_to_book(office: Office) -> float:
    """How long it takes to plan what one new person is told."""
    begun = time.perf_counter()
    await office.book(await office.known(Channel.EMAIL))
    return time.perf_counter() - begun


async def backlog(office: Office) -> bool:
    """Say whether anything of the backlog has not ended."""
    return bool(
        await office.rows(
            "SELECT 1 FROM messages WHERE county_id = :county AND wall_rule = 'backlog'"
            " AND state IN ('pending', 'claimed', 'sending') LIMIT 1"
        )
    )


async def arrived(post: Post, address: str) -> bool:
    """Say whether somebody has got a mail."""
    return any(mail.recipient == address for mail in reversed(post.mail.mails))
