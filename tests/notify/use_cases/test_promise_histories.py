"""Whatever becomes of a promise, in whatever order and however often it is heard: one live set of rows a turn, and no other."""

import random
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.notify.use_cases.plan_entry import of_promise, plan_entry
from shared.events.entries import Method, Notice
from shared.events.network import CommitmentChanged, CommitmentEnded, CommitmentOffered, PromiseRevision
from tests.notify.office import Office
from tests.notify.promises import Promised, promise, turns_from, whole_hours

SEEDS = range(6)
CHANGES = ("without", "without", "restore", "pause", "resume", "end", "confirm")


def history(chance: random.Random, first: Promised) -> list[tuple[Promised, PromiseRevision]]:
    """Facts of one promise in the order in which network announces them, each with how it then stands."""
    all_turns = first.turns
    stands = first._next()
    told = [(stands, stands.fact(CommitmentOffered, stands.entry(Notice.OFFER)))]
    steps: list[str] = ["confirm", *chance.choices(CHANGES, k=7)]
    for minute, step in enumerate(steps, start=1):
        if stands.state == "withdrawn":
            break
        changes = changed(chance, stands, step, all_turns)
        if not changes:
            continue
        stands = stands._next(**changes)
        over = stands.state == "withdrawn"
        notice = Notice.ENDED if over else Notice.CONFIRMED if step == "confirm" else Notice.CHANGED
        entry = stands.entry(notice, method=Method.CANCEL if over else Method.REQUEST)
        at = datetime.now(first.turns[0].starts_at.tzinfo) + timedelta(seconds=minute)
        told.append((stands, stands.fact(CommitmentEnded if over else CommitmentChanged, entry, at=at)))
    return told


def changed(chance: random.Random, stands: Promised, step: str, all_turns: tuple[Any, ...]) -> dict[str, Any]:
    """What a step changes; nothing where it does not fit how the promise stands."""
    possible: dict[str, dict[str, Any]] = {"end": {"state": "withdrawn"}}
    possible |= {"confirm": {"state": "active"}} if stands.state == "offered" else {}
    possible |= {"pause": {"state": "paused"}} if stands.state == "active" else {}
    possible |= {"resume": {"state": "active"}} if stands.state == "paused" else {}
    if stands.state == "active" and len(stands.turns) > 1:
        gone = chance.choice(stands.turns)
        left = tuple(turn for turn in stands.turns if turn != gone)
        possible["without"] = {"turns": left, "excluded": (*stands.excluded, gone.starts_local)}
    if stands.state == "active" and stands.excluded:
        possible["restore"] = {"turns": all_turns, "excluded": ()}
    return possible.get(step, {})


@pytest.mark.parametrize("seed", SEEDS)
async def test_any_history_leaves_one_live_set_of_rows_for_the_turns_that_are_due(office: Office, seed: int) -> None:
    chance = random.Random(seed)
    kim = await office.known(name="Kim")
    told = history(chance, promise(office, kim, *turns_from(whole_hours(days=3), count=4)))
    heard = [fact for _, fact in told]
    for place, fact in enumerate(told):
        await hear(office, fact[1])
        for again in chance.sample(heard[: place + 1], k=min(place + 1, 2)):
            await hear(office, again)
    stands = told[-1][0]
    due = stands.turns if stands.state == "active" else ()
    rows = await office.rows(
        "SELECT kind, turn_starts_at, revision FROM messages WHERE county_id = :county AND state = 'pending'"
        " AND turn_starts_at IS NOT NULL ORDER BY turn_starts_at, kind"
    )
    # Somebody without a number or mailbox is phoned before a turn, and not after it.
    assert [(row.kind, row.turn_starts_at, row.revision) for row in rows] == [
        ("turn_reminder", turn.starts_at, stands.revision) for turn in due
    ]
    [entry] = await office.rows("SELECT revision, standing, status FROM entries WHERE county_id = :county")
    over = stands.state == "withdrawn"
    assert (entry.revision, entry.standing, entry.status) == (stands.revision, stands.state, "cancelled" if over else "live")
    odd = await office.rows(
        "SELECT 1 FROM messages WHERE county_id = :county AND (finished_at IS NULL) <> (state IN ('pending', 'claimed', 'sending'))"
    )
    assert odd == []


async def hear(office: Office, fact: PromiseRevision) -> None:
    async with office.unit() as unit:
        await plan_entry(unit, of_promise(fact, None, position=fact.revision), cause=uuid4())
