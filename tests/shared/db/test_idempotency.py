"""One effect for one key: whatever is repeated, doubled or undone."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, select, text

from shared.db import idempotency
from shared.db.erasure import destroy_words
from shared.db.idempotency import REPLIES, Fresh, InProgress, Mismatch, Replay, Request
from shared.db.sealing import SealBroken
from shared.db.unit import Units
from shared.kernel.sealed import KeyKind, KeyOf
from tests.shared.db.conftest import STAFF, Open

BODY = '{"given_name": "Inés"}'.encode()
REPLY = Replay(201, {"Location": "/v1/people/per_1"}, BODY, frozenset({"people.read"}))


@pytest.fixture
def request_() -> Request:
    """A POST under a key of its own."""
    return Request(caller="staff-7", route="POST /v1/people", key=uuid4().hex, fingerprint=bytes(32))


async def answer(opened: Open, request: Request, all_claimed: asyncio.Barrier | None = None) -> idempotency.Claim:
    """Claim, and complete what is fresh as soon as all have claimed."""
    all_claimed = all_claimed or asyncio.Barrier(1)
    async with opened() as unit:
        claim = await idempotency.claim(unit, request)
        if isinstance(claim, Fresh):
            await all_claimed.wait()
            await idempotency.complete(unit, request, REPLY)
            return claim
    await all_claimed.wait()
    return claim


async def test_a_repeat_gets_the_same_reply(opened: Open, request_: Request) -> None:
    assert await answer(opened, request_) == Fresh()
    assert await answer(opened, request_) == REPLY
    assert await answer(opened, request_) == REPLY


async def test_a_key_used_for_something_else_is_a_mismatch(opened: Open, request_: Request) -> None:
    await answer(opened, request_)
    assert await answer(opened, replace(request_, fingerprint=bytes(31) + b"1")) == Mismatch()


async def test_a_key_belongs_to_its_caller_and_route(opened: Open, request_: Request) -> None:
    await answer(opened, request_)
    assert await answer(opened, replace(request_, caller="staff-8")) == Fresh()
    assert await answer(opened, replace(request_, route="POST /v1/cases")) == Fresh()
    assert await answer(opened, replace(request_, key="another-key")) == Fresh()


async def test_a_key_belongs_to_its_county(opened: Open, units: Units, request_: Request) -> None:
    await answer(opened, request_)
    async with units.open(uuid4(), STAFF) as unit:
        assert await idempotency.claim(unit, request_) == Fresh()


async def test_of_many_at_once_one_is_fresh_and_none_waits(opened: Open, request_: Request) -> None:
    all_claimed = asyncio.Barrier(8)
    async with asyncio.timeout(20):
        claims = await asyncio.gather(*(answer(opened, request_, all_claimed) for _ in range(8)))
    assert claims.count(Fresh()) == 1
    assert claims.count(InProgress()) == 7
    assert await answer(opened, request_) == REPLY


async def test_an_effect_that_was_undone_leaves_its_key_free(opened: Open, request_: Request) -> None:
    async def fail() -> None:
        async with opened() as unit:
            await idempotency.claim(unit, request_)
            await idempotency.complete(unit, request_, REPLY)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    assert await answer(opened, request_) == Fresh()


async def test_a_kept_reply_lies_sealed_in_its_place(
    opened: Open, request_: Request, county: UUID, behind_the_wall: Connection
) -> None:
    await answer(opened, request_)
    kept = behind_the_wall.scalar(select(REPLIES.c.reply).where(REPLIES.c.county_id == county))
    assert kept is not None
    assert b"given_name" not in kept
    behind_the_wall.execute(text("UPDATE replies_given SET key = 'moved' WHERE county_id = :county"), {"county": county})
    behind_the_wall.commit()
    with pytest.raises(SealBroken):
        await answer(opened, replace(request_, key="moved"))


async def test_destroyed_words_are_not_replayed_and_the_effect_is_not_repeated(opened: Open, request_: Request) -> None:
    await answer(opened, request_)
    async with opened() as unit:
        await destroy_words(unit, KeyOf(KeyKind.PERSON, uuid4()))
    assert await answer(opened, request_) == Replay(201, {}, b"")


async def test_keys_are_kept_for_seven_days(opened: Open, request_: Request, county: UUID, behind_the_wall: Connection) -> None:
    await answer(opened, request_)
    await answer(opened, replace(request_, key="a-newer-one"))
    behind_the_wall.execute(
        REPLIES.update()
        .where(REPLIES.c.county_id == county, REPLIES.c.key == request_.key)
        .values(created_at=REPLIES.c.created_at - timedelta(days=7, seconds=1))
    )
    behind_the_wall.commit()
    async with opened() as unit:
        assert await idempotency.sweep(unit) == 1
    assert await answer(opened, request_) == Fresh()
    assert await answer(opened, replace(request_, key="a-newer-one")) == REPLY
