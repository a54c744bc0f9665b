"""Tickers and workers killed and frozen at any instruction while people are told: nothing is lost, and nobody is told twice."""

import asyncio
import random
from dataclasses import dataclass, field

import pytest

from shared.events.network import Channel
from tests.faults.send.post import FINAL, Post
from tests.notify.office import Office, Person
from tests.support.processes import WITHIN, Running, until

SEED, SECONDS = 20270314, 60.0
LIKELY = 0.7
"""How often the plug is pulled; otherwise a process stands still, for a moment or past its lease, and wakes."""


@dataclass
class Crew:
    """So many tickers and workers, each of which has a successor as soon as it is gone."""

    post: Post
    office: Office
    chance: random.Random
    words: list[str]
    running: list[Running] = field(default_factory=list)
    waking: list[asyncio.Task[None]] = field(default_factory=list)
    killed: int = 0
    frozen: int = 0

    async def begin(self) -> None:
        """Start everybody."""
        for word in self.words:
            self.running.append(await self.post.start(word, self.office, celery=2))

    async def suffer(self) -> None:
        """Let one of them die, or stand still for a while."""
        place = self.chance.randrange(len(self.words))
        victim = self.running[place]
        if self.chance.random() < LIKELY:
            victim.kill()
            await victim.ended()
            self.killed += 1
        else:
            victim.freeze()
            self.waking.append(asyncio.create_task(self._wake(victim, self.chance.choice([2.0, 25.0]))))
            self.frozen += 1
        self.running[place] = await self.post.start(self.words[place], self.office, celery=2)

    async def _wake(self, frozen: Running, after: float) -> None:
        """Let one that stood still go on, and end when it has finished what it had begun."""
        await asyncio.sleep(after)
        frozen.wake()
        assert await frozen.stop() == 0


@pytest.mark.soak
@pytest.mark.parametrize("count", [1, 2, 4])
async def test_whoever_is_killed_or_frozen_at_any_moment_everybody_is_told_once_or_it_is_said_to_be_unknown(
    post: Post, count: int
) -> None:
    office, chance = post.county(), random.Random(SEED + count)
    crew = Crew(post, office, chance, ["tick", "worker"] * count)
    await crew.begin()
    people: list[Person] = []
    loop = asyncio.get_running_loop()
    end = loop.time() + SECONDS
    while loop.time() < end:
        invited = [await office.known(chance.choice([Channel.EMAIL, Channel.SMS])) for _ in range(20)]
        await office.book(*invited)
        people += invited
        await asyncio.sleep(chance.random())
        await crew.suffer()
    recovered = await until(lambda: post.are_quiet(office), within=WITHIN, every=0.2)
    await asyncio.gather(*crew.waking)
    for each in crew.running:
        assert await each.stop() == 0
    await until(lambda: post.are_quiet(office), every=0.2)
    told = [await post.told(office, person) for person in people]
    unknown = [each for each in told if each.state == "unknown"]
    print(  # noqa: T201  what make soak reports
        f"{count} of each: {crew.killed} killed, {crew.frozen} frozen, {len(people)} people, {len(unknown)} unknown,"
        f" quiet {recovered:.1f} s after the last"
    )
    assert {each.state for each in told} <= FINAL
    assert all(each.copies == 1 for each in told if each.state == "sent")
    assert all(each.copies <= 1 for each in unknown)
    assert {each.state for each in told} <= {"sent", "unknown"}
    await post.check(office)
