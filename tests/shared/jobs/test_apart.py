"""Reading apart: what never ends is ended, what ends badly says so, and nobody else waits for it."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from shared.jobs.apart import Apart, Unread

READERS = "tests.shared.jobs.sample_readers"
Make = Callable[..., Apart]


@pytest.fixture
def apart() -> Iterator[Make]:
    """Make readers that are closed in the end."""
    made: list[Apart] = []

    def make(function: str, *, at_once: int = 1, patience: float = 2.0) -> Apart:
        made.append(Apart(f"{READERS}:{function}", at_once=at_once, patience=patience))
        return made[-1]

    yield make
    for each in made:
        each.close()


def children() -> set[int]:
    """Return the processes that this one has started and not taken leave of; a zombie is one of them."""
    found = set[int]()
    for task in Path("/proc/self/task").iterdir():
        with suppress(FileNotFoundError, ProcessLookupError):  # a thread that has ended since has no children
            found.update(int(pid) for pid in (task / "children").read_text("ascii").split())
    return found


async def test_an_answer_comes_back_from_a_process_that_is_kept_and_knows_nothing_of_us(
    apart: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SURROUND_WRAPPING_KEY", "a secret")
    reader = apart("count")
    first = await reader.read(b"x" * 2_000_000, zone="America/Los_Angeles")
    second = await reader.read(b"")
    assert (first["octets"], first["zone"], second["octets"]) == (2_000_000, "America/Los_Angeles", 0)
    assert first["pid"] == second["pid"] != os.getpid()
    assert set(first["names"]) <= {"PATH", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "LC_CTYPE"}
    assert first["files"] <= 4  # its way to us, two that lead nowhere, and the folder it looked into


@pytest.mark.parametrize(
    ("function", "cause", "patience"),
    [
        ("waits_for_ever", "too_long", 1.0),
        ("burns_for_ever", "too_long", 1.0),
        ("takes_all_memory", "MemoryError", 20.0),
        ("goes_too_deep", "RecursionError", 20.0),
        ("is_always_killed", "killed", 20.0),
    ],
)
async def test_what_never_ends_is_ended_and_the_next_is_read(apart: Make, function: str, cause: str, patience: float) -> None:
    reader = apart(function, patience=patience)
    with pytest.raises(Unread) as unread:
        await reader.read(b"]")
    assert unread.value.cause == cause
    assert await apart("count").read(b"abc")


async def test_processor_time_is_limited_too(apart: Make) -> None:
    with pytest.raises(Unread, match="too_much_processor_time"):
        await apart("burns_for_ever", patience=60).read(b"")


async def test_others_do_not_wait_for_a_bomb(apart: Make) -> None:
    reader = apart("by_what_it_is_told", at_once=2, patience=60)
    await asyncio.gather(reader.read(b"one"), reader.read(b"two"))
    bomb = asyncio.create_task(reader.read(b"wait"))
    async with asyncio.timeout(20):
        for _ in range(20):
            assert (await reader.read(b"abc"))["octets"] == 3
    assert not bomb.done()
    reader.close()
    with pytest.raises(Unread, match="closed"):
        await bomb


async def test_a_reader_that_somebody_else_killed_says_nothing_about_what_it_read(apart: Make, tmp_path: Path) -> None:
    assert await apart("is_killed_once").read(b"", mark=str(tmp_path / "mark")) == "read"


async def test_a_reader_that_died_while_it_rested_is_replaced(apart: Make) -> None:
    reader = apart("count")
    first = (await reader.read(b""))["pid"]
    os.kill(first, 9)
    assert (await reader.read(b""))["pid"] != first


async def test_no_process_and_no_zombie_stays(apart: Make) -> None:
    before = children()
    reader = apart("by_what_it_is_told", at_once=2, patience=0.5)
    await asyncio.gather(*(reader.read(each) for each in (b"wait", b"a", b"take", b"b")), return_exceptions=True)
    reader.close()
    assert children() <= before


async def test_whoever_asks_after_closing_starts_anew(apart: Make) -> None:
    before = children()
    reader = apart("count", patience=20)
    await reader.read(b"")
    reader.close()
    assert (await reader.read(b"abc"))["octets"] == 3
    reader.close()
    assert children() <= before


async def test_closing_does_not_wait_for_a_bomb(apart: Make) -> None:
    reader = apart("by_what_it_is_told", patience=60)
    await reader.read(b"")
    bomb = asyncio.create_task(reader.read(b"wait"))
    await asyncio.sleep(0)
    async with asyncio.timeout(20):
        while not bomb.done():
            reader.close()
            await asyncio.sleep(0.01)
    with pytest.raises(Unread, match="closed"):
        await bomb


def test_a_process_ends_with_the_one_that_started_it() -> None:
    program = (
        "import asyncio, os\nfrom shared.jobs.apart import Apart\n"
        f"print(asyncio.run(Apart('{READERS}:count').read(b''))['pid'], flush=True)\nos._exit(137)\n"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False, timeout=60)
    assert told.returncode == 137
    deadline = time.monotonic() + 10
    while Path(f"/proc/{int(told.stdout)}").exists() and time.monotonic() < deadline:
        time.sleep(0.01)  # polled: it is not our child
    assert not Path(f"/proc/{int(told.stdout)}").exists()


async def test_an_ordinary_reading_costs_little(apart: Make) -> None:
    reader = apart("count")
    await reader.read(b"")
    took = []
    for _ in range(200):
        begun = time.perf_counter()
        await reader.read(b"x" * 10_000)
        took.append(time.perf_counter() - begun)
    assert min(took) < 0.01  # the quickest, whatever else the machine does
