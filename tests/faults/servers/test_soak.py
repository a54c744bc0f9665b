"""Each plug pulled alone, some for long, and all of them at random: `make soak`, which prints how long each recovery took.

`SOAK_SEED=<number>` repeats the random part with its choices; the instants are those of the machine.
"""

import asyncio
import os
import random
import secrets
import signal
from time import monotonic

import pytest

from tests.faults.servers.county import PROCESSES, UsedCounty

pytestmark = [pytest.mark.soak, pytest.mark.xdist_group("plugs")]

MINUTES_OF_CHANCE = 4
REST = 21.0
"""The runner gives up on what falls four times in a minute; chance leaves each in peace for so long."""


async def whole(used: UsedCounty) -> None:
    counts = await used.is_whole()
    used.say("  " + ", ".join(f"{count} {what}" for what, count in counts.items()))


@pytest.mark.parametrize("name", [*PROCESSES, "valkey", "postgres"])
async def test_one_is_killed_in_mid_drain(used: UsedCounty, name: str) -> None:
    async with used.in_use():
        await used.book(30)
        pid = used.stack.pid(name)
        used.kill(name)
        await used.back(name, pid)
    await used.recovered(f"kill -9 {name}")
    await whole(used)


@pytest.mark.parametrize("name", PROCESSES)
async def test_one_is_frozen_for_longer_than_its_leases_and_wakes(used: UsedCounty, name: str) -> None:
    async with used.in_use():
        await used.book(20)
        with used.frozen(name):
            await asyncio.sleep(25)
    await used.recovered(f"{name} frozen for 25 s")
    await whole(used)


async def test_valkey_is_flushed_in_mid_drain(used: UsedCounty) -> None:
    async with used.in_use():
        for _ in range(20):
            await used.book(5)
            with used.valkey() as valkey:
                valkey.flushall()
            used.pulled()
    await used.recovered("FLUSHALL, twenty times in mid-drain")
    await whole(used)


@pytest.mark.parametrize("seconds", [60, 600])
async def test_valkey_is_away_and_work_goes_on(used: UsedCounty, seconds: int) -> None:
    until = monotonic() + seconds
    async with used.in_use(pause=1.0):
        with used.away("valkey"):
            while monotonic() < until:
                await used.book(5)
                await asyncio.sleep(5)
    await used.recovered(f"Valkey away for {seconds} s")
    await whole(used)


async def test_mail_leaves_while_valkey_is_away(used: UsedCounty) -> None:
    with used.away("valkey"):
        await used.book(20)
        seconds = await used.settled(what="Valkey away", publishing=False)
        used.say(f"twenty bookings while Valkey is away: {seconds:.1f} s until the last mail")
    await used.recovered("and when it is back")
    await whole(used)


async def test_valkey_is_frozen(used: UsedCounty) -> None:
    async with used.in_use(pause=1.0):
        with used.frozen("valkey"):
            await asyncio.sleep(60)
    await used.recovered("Valkey stopped for 60 s")
    await whole(used)


async def test_valkey_pauses_its_clients(used: UsedCounty) -> None:
    async with used.in_use(pause=1.0):
        with used.valkey() as valkey:
            valkey.client_pause(60_000)
        await asyncio.sleep(60)
        used.pulled()
    await used.recovered("CLIENT PAUSE 60000 ALL")
    await whole(used)


async def test_valkey_is_full(used: UsedCounty) -> None:
    async with used.in_use(pause=1.0):
        with used.valkey() as valkey:
            valkey.config_set("maxmemory", "1")
            await asyncio.sleep(30)
            valkey.config_set("maxmemory", "0")
            used.pulled()
    await used.recovered("Valkey full for 30 s")
    await whole(used)


async def test_valkey_holds_keys_of_the_wrong_type(used: UsedCounty) -> None:
    async with used.in_use():
        for _ in range(30):
            used.confuse_valkey()
            await used.book(5)
    await used.recovered("keys of the wrong type, thirty times")
    await whole(used)


async def test_postgresql_is_frozen(used: UsedCounty) -> None:
    async with used.in_use(pause=1.0):
        with used.frozen("postgres"):
            await asyncio.sleep(20)
    await used.recovered("PostgreSQL and its sessions stopped for 20 s")
    await whole(used)


async def test_postgresql_stops_at_once(used: UsedCounty) -> None:
    async with used.in_use():
        await used.book(20)
        pid = used.stack.pid("postgres")
        used.kill("postgres", signal.SIGQUIT)
        await used.back("postgres", pid)
    await used.recovered("PostgreSQL stopped by -m immediate")
    await whole(used)


async def test_postgresql_ends_every_session_again_and_again(used: UsedCounty) -> None:
    ended = 0
    async with used.in_use():
        for _ in range(60):
            ended += await asyncio.to_thread(used.terminate_sessions)
            await asyncio.sleep(0.5)
    await used.recovered(f"{ended} sessions ended by pg_terminate_backend within 30 s")
    await whole(used)


async def test_everything_at_random(used: UsedCounty) -> None:
    seed = int(os.environ.get("SOAK_SEED") or secrets.randbelow(1_000_000))
    used.say(f"SOAK_SEED={seed}")
    chance = random.Random(seed)
    rested: dict[str, float] = {}
    done: dict[str, int] = {}
    until = monotonic() + MINUTES_OF_CHANCE * 60
    async with used.in_use():
        while monotonic() < until:
            name = chance.choice([*PROCESSES, "valkey", "postgres"])
            plug = chance.choice(PLUGS)
            for_seconds = chance.uniform(0.5, 8.0)
            await asyncio.sleep(chance.uniform(0.2, 4.0))
            await asyncio.sleep(max(0.0, rested.get(name, 0.0) - monotonic()))
            rested[name] = monotonic() + REST
            await plug(used, name, for_seconds)
            done[plug.__name__] = done.get(plug.__name__, 0) + 1
    await used.recovered(f"{MINUTES_OF_CHANCE} minutes of chance ({done})")
    await whole(used)


async def killed(used: UsedCounty, name: str, _: float) -> None:
    pid = used.stack.pid(name)
    used.kill(name)
    await used.back(name, pid)


async def frozen(used: UsedCounty, name: str, seconds: float) -> None:
    with used.frozen(name):
        await asyncio.sleep(seconds)


async def flushed(used: UsedCounty, name: str, seconds: float) -> None:
    _ = name, seconds
    with used.valkey() as valkey:
        valkey.flushall()
    used.pulled()


async def confused(used: UsedCounty, name: str, seconds: float) -> None:
    _ = name, seconds
    used.confuse_valkey()


async def cut(used: UsedCounty, name: str, seconds: float) -> None:
    _ = name, seconds
    await asyncio.to_thread(used.terminate_sessions)


PLUGS = (killed, killed, killed, frozen, flushed, confused, cut)
