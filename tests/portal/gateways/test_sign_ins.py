"""Whoever signs in while their sign-ins are being ended is ended then, or can be ended afterwards."""

import time
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

from redis.asyncio import ConnectionPool, Redis

from services.portal.gateways.sign_ins import SignIn, SignIns

KEY = bytes(range(32))


class Interrupted(Redis):
    """A client between whose commands something else happens, each time."""

    def __init__(self, meanwhile: Callable[[], Awaitable[object]], pool: ConnectionPool) -> None:
        """Speak over a pool's connections."""
        super().__init__(connection_pool=pool)
        self._meanwhile = meanwhile

    async def execute_command(self, *words: Any, **options: Any) -> Any:
        """Send a command, and let the other thing happen before its answer is looked at."""
        answer = await super().execute_command(*words, **options)  # type: ignore[no-untyped-call]
        await self._meanwhile()
        return answer


def a_sign_in(*, session: str) -> SignIn:
    """A sign-in of somebody whom no other test knows."""
    return SignIn(
        county="alder",
        staff_id=uuid4().hex,
        name="Amy Stone",
        access_token="",
        access_until=0,
        refresh_token="",
        id_token="",
        signed_in_at=time.time(),
        csrf="",
        session=session,
    )


async def test_who_signs_in_while_their_sign_ins_are_being_ended_can_be_ended_afterwards(redis: Redis) -> None:
    sign_ins, amy = SignIns(redis, KEY), a_sign_in(session="")
    words = [await sign_ins.add(amy)]

    async def sign_in() -> None:
        words.append(await sign_ins.add(amy))

    await SignIns(Interrupted(sign_in, redis.connection_pool), KEY).end_all(amy.county, staff_id=amy.staff_id)
    assert len(words) > 1
    assert await sign_ins.find(words[0]) is None
    await sign_ins.end_all(amy.county, staff_id=amy.staff_id)
    assert [await sign_ins.find(word) for word in words] == [None] * len(words)


async def test_a_sign_in_during_which_all_are_ended_can_be_ended_afterwards(redis: Redis) -> None:
    sign_ins, amy = SignIns(redis, KEY), a_sign_in(session=uuid4().hex)

    async def end() -> None:
        await sign_ins.end_all(amy.county, staff_id=amy.staff_id, session=amy.session)

    word = await SignIns(Interrupted(end, redis.connection_pool), KEY).add(amy)
    await end()
    assert await sign_ins.find(word) is None
