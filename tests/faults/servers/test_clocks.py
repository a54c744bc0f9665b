"""The clock of a process decides nothing: what is due is due by the database's clock, whatever the machine of a sender believes."""

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from deploy.local.state import ROOT
from shared.events.network import Channel
from tests.faults.send.post import Post
from tests.notify.conftest import mail, texts  # noqa: F401  fixtures
from tests.notify.office import Office, Person
from tests.support.processes import Deployment, until
from tests.support.sinks.mail import MailSink
from tests.support.sinks.texts import TextStub

HOUR = 3600
WRONG = ((HOUR, "Pacific/Kiritimati"), (-HOUR, "Pacific/Pago_Pago"))
"""How far a process's clock is off, and where its machine believes to be."""

LATE = 60
"""Seconds that a busy machine may take; a clock that decided anything would make it an hour."""

SHIFTED = """
import runpy, sys, time
real = time.time
time.time = lambda: real() + {seconds}
sys.argv = ["notify", "tick"]
runpy.run_module("services.notify", run_name="__main__")
"""


@pytest.fixture
async def post(deployment: Deployment, mail: MailSink, texts: TextStub, tmp_path: Path) -> AsyncIterator[Post]:  # noqa: F811
    """notify's sending side as processes."""
    made = Post(deployment, mail, texts, tmp_path)
    yield made
    await made.close()


@asynccontextmanager
async def ticker(post: Post, office: Office, seconds: int, zone: str) -> AsyncIterator[None]:
    """A ticker on a machine whose clock and zone are wrong."""
    counties = str(post._file([office.county]))
    environment = {**post.deployment.environment("notify", SURROUND_COUNTIES=counties), "TZ": zone}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SHIFTED.format(seconds=seconds), cwd=ROOT, env=environment, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        yield
    finally:
        process.kill()
        await process.wait()


async def test_nothing_leaves_early_and_nothing_late_where_clocks_are_an_hour_off(post: Post) -> None:
    async with AsyncExitStack() as running:
        people = {}
        for seconds, zone in WRONG:
            office = post.county()
            people[office] = [await office.known(Channel.EMAIL) for _ in range(3)]
            for person in people[office]:
                await office.book(person)
            await due(office, people[office][1], timedelta(days=1))
            await due(office, people[office][2], timedelta(minutes=50))
            await running.enter_async_context(ticker(post, office, seconds, zone))
        for office, (first, soon, later) in people.items():
            await until(partial(is_told, post, office, first), every=0.1, within=60)  # it runs
            await due(office, soon, timedelta(seconds=2))
            await until(partial(is_told, post, office, soon), every=0.1)
            [row] = await office.rows(
                "SELECT extract(epoch FROM a.started_at - m.due_at) AS seconds FROM attempts a"
                " JOIN messages m ON m.id = a.message_id WHERE m.county_id = :county AND m.person_id = :person",
                person=soon.id,
            )
            assert 0 <= row.seconds < LATE
            assert not await is_told(post, office, later)


async def test_nothing_leaves_early_twice_or_never_where_the_databases_own_clock_steps_by_an_hour(post: Post) -> None:
    office = post.county()
    people = [await office.known(Channel.EMAIL) for _ in range(12)]
    for person in people:
        await office.book(person)
    at_once, behind, ahead = people[:4], people[4:8], people[8:]
    for person in at_once:
        await due(office, person, timedelta(0))
    for person in behind:
        await due(office, person, timedelta(days=1))
    for person in ahead:
        await due(office, person, timedelta(minutes=50))
    await post.start("tick", office)
    await until(partial(is_told, post, office, at_once[0]), every=0.02, within=60)
    await step(office, -timedelta(hours=1))
    for person in behind:
        await due(office, person, timedelta(seconds=2))
    await until(partial(are_told, post, office, behind), every=0.1)
    assert not any([await is_told(post, office, person) for person in ahead])
    await step(office, timedelta(hours=1))
    await until(partial(are_told, post, office, people), every=0.1)
    await step(office, timedelta(0))
    [row] = await office.rows(
        "SELECT count(*) AS attempts, min(extract(epoch FROM a.started_at - m.due_at)) AS earliest FROM attempts a"
        " JOIN messages m ON m.id = a.message_id WHERE m.county_id = :county"
    )
    assert (row.attempts, row.earliest >= -1) == (len(people), True)
    assert [(await post.told(office, person)).copies for person in people] == [1] * len(people)


async def step(office: Office, offset: timedelta) -> None:
    """Set the clock that the database tells everybody, at once and while work is under way."""
    await office.run("UPDATE clock SET clock_offset = :offset", offset=offset)


async def are_told(post: Post, office: Office, people: Sequence[Person]) -> bool:
    return all([await is_told(post, office, person) for person in people])


async def due(office: Office, person: Person, wait: timedelta) -> None:
    await office.run(
        "UPDATE messages SET due_at = surround_now() + :wait"
        " WHERE county_id = :county AND kind = 'invitation' AND person_id = :person",
        person=person.id,
        wait=wait,
    )


async def is_told(post: Post, office: Office, person: Person) -> bool:
    return (await post.told(office, person)).state == "sent"
