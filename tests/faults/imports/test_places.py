"""A process dies while a county's file is taken in; its successor goes on, and every line has counted once."""

import asyncio
import random

import pytest

from services.network.domain.imports import ROWS_A_BLOCK
from tests.faults.imports.roster import COUNTS, FAULTS, FILE, GOOD, SIZE, Roster
from tests.support.processes import until


@pytest.mark.parametrize(
    ("fault", "there"),
    [
        ("import.before_chunk_commit:3", 2 * ROWS_A_BLOCK),
        ("import.after_chunk_commit:2", 2 * ROWS_A_BLOCK),
    ],
)
async def test_a_ticker_that_dies_in_a_file_is_followed_by_one_that_goes_on_where_it_was(
    roster: Roster, fault: str, there: int
) -> None:
    await roster.api()
    sent = await roster.sent()
    await (await roster.ticker(fault)).died()
    assert await roster.people() == there, "whole chunks and nothing else"

    await roster.ticker()
    order = await roster.ends(sent.location)
    assert order["status"] == "succeeded"
    assert {name: order[name] for name in COUNTS} == COUNTS
    assert await roster.report(order) == FAULTS
    await roster.check()


async def test_tickers_that_die_at_every_chunk_come_to_the_end_all_the_same(roster: Roster) -> None:
    await roster.api()
    sent = await roster.sent()
    for there in (ROWS_A_BLOCK, 2 * ROWS_A_BLOCK, SIZE):
        await (await roster.ticker("import.before_chunk_commit")).died()
        await (await roster.ticker("import.after_chunk_commit")).died()
        assert await roster.people() == there
    order = await roster.ends(sent.location)
    assert {name: order[name] for name in COUNTS} == COUNTS
    assert await roster.report(order) == FAULTS
    await roster.check()


async def test_a_ticker_that_froze_in_a_chunk_and_wakes_when_it_is_done_takes_nobody_twice(roster: Roster) -> None:
    await roster.api()
    sent = await roster.sent()
    frozen = await roster.ticker("import.after_chunk_commit:1:freeze")
    await frozen.froze()
    await roster.ticker()
    await roster.ends(sent.location)
    frozen.wake()
    again = await roster.sent(key="sent-again")
    order = await roster.ends(again.location)
    assert (order["unchanged"], order["created"]) == (SIZE, 0)
    await roster.check()
    assert frozen.is_alive()


@pytest.mark.parametrize("options", [{"dry_run": "true"}, {"all_or_nothing": "true"}], ids=lambda each: next(iter(each)))
async def test_what_is_to_change_nothing_changes_nothing_whoever_dies(roster: Roster, options: dict[str, str]) -> None:
    await roster.api()
    sent = await roster.sent(**options)
    await (await roster.ticker("import.before_chunk_commit")).died()
    await roster.ticker()
    order = await roster.ends(sent.location)
    assert (order["rejected"], order["repeated"]) == (2, 1)
    assert await roster.report(order) == FAULTS
    await roster.check(people=0)


async def test_all_or_nothing_is_all_when_its_ticker_dies_at_the_end(roster: Roster) -> None:
    await roster.api()
    sent = await roster.sent(GOOD, all_or_nothing="true")
    await (await roster.ticker("import.before_chunk_commit")).died()
    assert await roster.people() == 0
    await roster.ticker()
    order = await roster.ends(sent.location)
    assert (order["status"], order["created"]) == ("succeeded", SIZE)
    await roster.check()


@pytest.mark.parametrize(("place", "kept"), [("api.before_commit", 0), ("api.after_commit_before_response", 1)])
async def test_a_file_whose_answer_was_lost_may_be_sent_again_and_is_one_import(roster: Roster, place: str, kept: int) -> None:
    dying = await roster.api(place)
    assert await roster.send() is None
    await dying.died()
    assert len(await roster.ask("SELECT id FROM imports")) == kept
    await roster.api()
    first, second = await roster.sent(), await roster.sent()
    assert first.location == second.location
    await roster.ticker()
    order = await roster.ends(first.location)
    assert {name: order[name] for name in COUNTS} == COUNTS
    assert len(await roster.ask("SELECT id FROM imports")) == 1
    await roster.check()


async def test_another_file_under_the_same_key_is_refused_and_changes_nothing(roster: Roster) -> None:
    await roster.api()
    sent = await roster.sent()
    for forged in (FILE.replace("Ana7,", "Eve7,"), GOOD):
        refused = await roster.send(forged)
        assert refused is not None
        assert (refused.status, refused.json["code"]) == (422, "idempotency_key_reused")
    await roster.ticker()
    await roster.ends(sent.location)
    again = await roster.send(GOOD)
    assert again is not None
    assert again.status == 422, "nor once the import has ended"
    await roster.check()


async def test_one_file_sent_many_times_at_once_is_one_import(roster: Roster) -> None:
    await roster.api()
    answers = await asyncio.gather(*(roster.send() for _ in range(5)), *(roster.send(key=f"another-{n}") for n in range(3)))
    taken = [each for each in answers if each is not None and each.status == 202]
    assert len({each.location for each in taken}) == 1
    # A file is as old as its request, and one that began earlier may be read later: then it is the stale one.
    assert {each.json["code"] for each in answers if each is not None and each.status != 202} <= {
        "import_running",
        "idempotency_in_progress",
        "stale_import",
    }
    assert len(await roster.ask("SELECT id FROM imports")) == 1
    await roster.ticker()
    await roster.ends(taken[0].location)
    await roster.check()


async def test_kills_at_random_take_every_line_once(roster: Roster) -> None:
    chance = random.Random(4)
    await roster.api()
    sent = await roster.sent()
    running = [await roster.ticker(), await roster.ticker()]

    async def everybody_is_there_although_one_is_killed() -> bool:
        victim = chance.randrange(len(running))
        running[victim].kill()
        await running[victim].ended()
        running[victim] = await roster.ticker()
        await running[victim].started()  # on a slow machine it would otherwise be killed again before it has begun
        return await roster.people() == SIZE

    await until(everybody_is_there_although_one_is_killed, within=90, every=0.7)
    order = await roster.ends(sent.location)
    assert {name: order[name] for name in COUNTS} == COUNTS
    assert await roster.report(order) == FAULTS
    await roster.check()
