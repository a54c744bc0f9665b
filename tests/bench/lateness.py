"""How late a message leaves: 200 due in each second, and a backlog after an outage with something urgent in it (RELIABILITY §5).

The ticker, two Celery workers and the counting mail server are processes of their own, as they run in production; PostgreSQL keeps
what it commits. Lateness is the database's: from `due_at` to the transaction that marked the message as sent.
"""

import asyncio
import json
import statistics
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from time import perf_counter
from typing import Any

import uvloop
from redis.asyncio import Redis
from sqlalchemy import make_url

from deploy.local import servers
from services.notify.jobs.sending import DOTS_TOGETHER
from tests.bench.drain import office_of, plan
from tests.bench.parts.place import Place, environment_of, place, started
from tests.notify.office import Office
from tests.support.mail_sink import SinkProcess
from tests.support.tokens import Issuers

WARM, A_SECOND, SECONDS = 200, 200, 19
STEADY, BACKLOG, URGENT_EVERY = 2_000, 10_000, 0.25
WORKERS = 2
P99_GOAL, WORST_GOAL, SHARE_GOAL, URGENT_GOAL = 1.0, 5.0, 0.8, 5.0
PATIENCE_SECONDS = 90.0

_LATER = "UPDATE messages SET due_at = surround_now() + interval '1 hour', not_after = surround_now() + interval '1 day'"
_SPREAD = """
UPDATE messages m SET due_at = surround_now() + interval '1 second' + place.n * interval '1 second' / :a_second, wall_rule = :name
FROM (SELECT id, row_number() OVER (ORDER BY md5(cast(id AS text))) AS n FROM messages WHERE state = 'pending' LIMIT :count) place
WHERE m.id = place.id
"""
_LATENESS = """
SELECT extract(epoch FROM finished_at - due_at) FROM messages WHERE wall_rule = :name AND state = 'sent' ORDER BY 1
"""
_OPEN = "SELECT count(*) FROM messages WHERE wall_rule = :name AND state IN ('pending', 'claimed', 'sending')"

# So many more messages, each the first of an entry of its own; what they say of the place is not known.
_MORE = """
WITH made AS (
    INSERT INTO entries (id, county_id, meeting_id, case_id, participant_id, person_id, part, uid, revision, timed_revision,
        sequence, status, required, mode, answer, said, time_zone, starts_local, ends_local, starts_at, ends_at, revised_at)
    SELECT gen_random_uuid(), county_id, gen_random_uuid(), case_id, gen_random_uuid(), person_id, part, uid || '-' || n, revision,
        timed_revision, sequence, status, required, mode, answer, said, time_zone, starts_local, ends_local, starts_at, ends_at,
        revised_at
    FROM (SELECT * FROM entries WHERE uid NOT LIKE '%-%-%' ORDER BY id LIMIT 1000) e, generate_series(1, cast(:each AS integer)) n
    RETURNING *
)
INSERT INTO messages (id, county_id, kind, way, lane, person_id, entry_id, participant_id, subject_kind, subject_id, revision, part,
    sequence, wall_rule, detail, dedupe_key, due_at, not_after, state, reason, attempt, begun, segments, created_at, traceparent)
SELECT gen_random_uuid(), county_id, 'reminder_2d', 'email', 'reminders', person_id, id, participant_id, 'meeting', meeting_id,
    revision, part, sequence, :name, '', :name || id, surround_now() - interval '10 minutes', surround_now() + interval '1 day',
    'pending', '', 0, false, 0, surround_now(), ''
FROM made
"""
_ONE_URGENT = """
UPDATE messages SET lane = 'urgent', due_at = surround_now(), wall_rule = 'urgent'
WHERE id = (SELECT id FROM messages WHERE state = 'pending' AND wall_rule = 'spare' LIMIT 1)
"""


@asynccontextmanager
async def senders(here: Place, office: Office) -> AsyncIterator[list[subprocess.Popen[bytes]]]:
    """The ticker and the workers, from the moment that all of them wait for something to do until the measurement is done."""
    counties = here.folder / "county.json"
    counties.write_text(json.dumps([asdict(office.county) | {"id": str(office.county.id)}]), encoding="utf-8")
    issuers = Issuers()
    await issuers.start()
    celery = make_url(here.redis_url).set(database="1").render_as_string(hide_password=False)
    environment = {
        **environment_of(here, "notify", issuers, port=servers.free_port()),
        "SURROUND_COUNTIES": str(counties),
        "SURROUND_CELERY_REDIS_URL": celery,
        "SURROUND_SENDING": "sandbox",
        "SURROUND_SMTP_URL": office.settings.smtp_url,
        "SURROUND_SMS_API_URL": "http://127.0.0.1:9",
        "SURROUND_SMS_ACCOUNT": "AC1",
        "SURROUND_SMS_SECRET": "secret",
        "SURROUND_SMS_CALLBACK_URL": "https://notify.example.org",
    }
    words = ["tick", *["worker"] * WORKERS]
    logs = [here.folder / f"{n}-{word}.log" for n, word in enumerate(words)]
    running = [started(log, environment, "-m", "services.notify", word) for log, word in zip(logs, words, strict=True)]
    redis = Redis.from_url(here.redis_url)

    async def all_wait() -> bool:
        if any(each.poll() is not None for each in running):
            raise AssertionError("\n".join(servers.tail(log) for log in logs))
        waiting = sum(1 for client in await redis.client_list() if client["cmd"] == "brpop")
        return waiting >= WORKERS and "process.started" in servers.tail(logs[0])

    try:
        await until(all_wait)
        yield running
    finally:
        for each in running:
            each.terminate()
        for each in running:
            each.wait(30)
        await redis.aclose()
        await issuers.stop()


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Wait until something holds."""
    give_up = perf_counter() + PATIENCE_SECONDS
    while not await holds():
        if perf_counter() > give_up:
            raise AssertionError("the senders stand still")
        await asyncio.sleep(0.1)


async def all_sent(office: Office, sink: SinkProcess, name: str, count: int, *, before: int) -> list[float]:
    """Wait until so many more mails have left and all messages of a name were sent; return by how many seconds each was late."""

    async def taken() -> bool:
        return await sink.taken() - before >= count

    async def none_left() -> bool:
        return bool((await office.rows(_OPEN, name=name))[0][0] == 0)

    await until(taken)  # the tables are asked in the end only: they have other things to do
    await until(none_left)
    late = [float(row[0]) for row in await office.rows(_LATENESS, name=name)]
    if len(late) != count:
        raise AssertionError(f"{len(late)} of {count} were sent")
    return late


async def spread(office: Office, sink: SinkProcess, name: str, count: int, a_second: int) -> list[float]:
    """Let so many be due in each second from now on, and return how late they left."""
    before = await sink.taken()
    await office.run(_SPREAD, name=name, count=count, a_second=a_second)
    return await all_sent(office, sink, name, count, before=before)


async def drain(office: Office, sink: SinkProcess, name: str, count: int) -> float:
    """Let so many be late already, and return how many left in a second."""
    before = await sink.taken()
    await office.run(_MORE, name=name, each=count // 1000)
    begun = perf_counter()
    await all_sent(office, sink, name, count, before=before)
    return count / (perf_counter() - begun)


async def urgent_sent(office: Office, count: int) -> list[float]:
    """Wait until everything urgent was sent, and return by how many seconds each was late."""

    async def all_were() -> bool:
        return len(await office.rows(_LATENESS, name="urgent")) == count

    await until(all_were)
    return [float(row[0]) for row in await office.rows(_LATENESS, name="urgent")]


async def something_urgent(office: Office) -> None:
    """Let one urgent message be due every quarter of a second, for as long as this is not cancelled."""
    while True:
        await office.run(_ONE_URGENT)
        await asyncio.sleep(URGENT_EVERY)


def memory_mb(process: subprocess.Popen[bytes]) -> float:
    """What a process keeps in memory."""
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


async def _measure(here: Place, sink: SinkProcess) -> dict[str, Any]:
    found: dict[str, Any] = {}
    async with office_of(here.databases.of("notify"), sink.port, dots_together=DOTS_TOGETHER) as office:
        await plan(office)
        await office.run(_LATER)
        async with senders(here, office) as running:
            await spread(office, sink, "warm", WARM, WARM)
            found["late"] = await spread(office, sink, "spread", A_SECOND * SECONDS, A_SECOND)
            found["steady"] = await drain(office, sink, "steady", STEADY)
            found["memory before"] = [memory_mb(each) for each in running]
            await office.run(_MORE, name="spare", each=1)
            await office.run(_LATER + " WHERE wall_rule = 'spare'")
            urgent = asyncio.create_task(something_urgent(office))
            found["backlog"] = await drain(office, sink, "backlog", BACKLOG)
            urgent.cancel()
            found["memory after"] = [memory_mb(each) for each in running]
            asked = (await office.rows("SELECT count(*) FROM messages WHERE wall_rule = 'urgent'"))[0][0]
            found["urgent"] = await urgent_sent(office, asked)
    return found


def measure() -> list[dict[str, Any]]:
    """Measure all of it on one deployment."""
    with place() as here, SinkProcess() as sink:
        found = uvloop.run(_measure(here, sink))
    late, urgent = found["late"], found["urgent"]
    p50, p99 = statistics.median(late), statistics.quantiles(late, n=100)[98]
    share = found["backlog"] / found["steady"]
    urgent_p99 = statistics.quantiles(urgent, n=100)[98]
    grown = max(after - before for before, after in zip(found["memory before"], found["memory after"], strict=True))
    due = f"{A_SECOND} due a second for {SECONDS} s"

    def figure(name: str, value: float, unit: str, goal: str, met: bool | None, yardstick: float | None = None) -> dict[str, Any]:
        ratio = None if yardstick is None else round(value / yardstick, 2)
        beside = None if yardstick is None else round(yardstick, 3)
        return {
            "name": name,
            "value": round(value, 3),
            "unit": unit,
            "yardstick": beside,
            "ratio": ratio,
            "goal": goal,
            "met": met,
        }

    return [
        figure(f"lateness, {due}: p50", p50, "s", "", None),
        figure(f"lateness, {due}: p99", p99, "s", f"<= {P99_GOAL:g} s", p99 <= P99_GOAL),
        figure(f"lateness, {due}: worst", late[-1], "s", f"<= {WORST_GOAL:g} s", late[-1] <= WORST_GOAL),
        figure(f"drain of {STEADY:,} due mails: ticker, Celery and {WORKERS} workers", found["steady"], "mails/s", "", None),
        figure(
            f"a backlog of {BACKLOG:,} drains, {WORKERS} workers; the yardstick is one of {STEADY:,}",
            found["backlog"],
            "mails/s",
            f">= {SHARE_GOAL:.0%} of the steady rate",
            share >= SHARE_GOAL,
            found["steady"],
        ),
        figure(
            f"lateness of {len(urgent)} urgent messages in its midst: p99",
            urgent_p99,
            "s",
            f"<= {URGENT_GOAL:g} s",
            urgent_p99 <= URGENT_GOAL,
        ),
        figure("memory that the process which grew most gained in it", grown, "MB", "", None),
    ]
