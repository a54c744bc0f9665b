"""Any process and any server of a county in use is lost, and half a minute later nothing is missing and nothing is there twice.

The compact round; `test_soak.py` has each fault alone, for long, and at random.
"""

import asyncio
import signal

import pytest

from tests.faults.servers.county import PROCESSES, UsedCounty

pytestmark = pytest.mark.xdist_group("plugs")


async def test_every_process_is_killed_in_turn_while_mail_leaves(used: UsedCounty) -> None:
    async with used.in_use():
        await used.book(10)
        for name in PROCESSES:
            pid = used.stack.pid(name)
            used.kill(name)
            await used.back(name, pid)
    await used.recovered("kill -9 of every process")
    await used.is_whole()


async def test_valkey_is_emptied_confused_full_and_killed(used: UsedCounty) -> None:
    async with used.in_use():
        await used.book(10)
        with used.valkey() as valkey:
            valkey.flushall()
            used.confuse_valkey()
            await used.book(5)
            valkey.config_set("maxmemory", "1")
            await used.book(5)
            valkey.config_set("maxmemory", "0")
            await used.book(5)
            pid = used.stack.pid("valkey")
            valkey.flushall()
        used.kill("valkey")
        await used.back("valkey", pid)
    await used.recovered("Valkey emptied, confused, full, killed and empty")
    await used.is_whole()


async def test_postgresql_ends_its_sessions_and_itself(used: UsedCounty) -> None:
    async with used.in_use():
        for _ in range(10):
            await asyncio.to_thread(used.terminate_sessions)
            await asyncio.sleep(0.2)
        pid = used.stack.pid("postgres")
        used.kill("postgres", signal.SIGQUIT)  # pg_ctl stop -m immediate
        await used.back("postgres", pid)
    await used.recovered("PostgreSQL's sessions ended, itself stopped at once")
    await used.is_whole()
