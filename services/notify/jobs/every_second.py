"""The ticker: claims what is due, hands it over, and drains it itself when nobody else does. Any number of them may run.

It runs at a commit that planned something, and every second. The row lock gives exclusion, not a leader.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import groupby
from uuid import UUID

from services.notify.domain.messages import Lane
from services.notify.jobs.on_batch_claimed import TASK, arguments_of
from services.notify.jobs.sending import ACTOR, Batch, Dispatch, unbegun
from services.notify.jobs.waking import run_woken
from services.notify.storage.claims import Claimed
from services.notify.storage.messages import CHANNEL
from services.notify.use_cases.claim_due import LANES, claim_due, release_expired
from shared import fault, logs
from shared.db.unit import Units
from shared.jobs.factory import Carrier

BATCH = 25
CLAIM = 100
"""Of each lane at a time: less than one worker sends in a quarter of a lease."""

UNBEGUN_LIMIT = 400
"""So many messages may be held that nobody has started; the rest stays due, for other tickers or later."""

WATCH_SECONDS = 5.0
SOON_SECONDS = 0.25
"""After a round that found something due the next one comes so soon: more mostly follows, and a worker has begun some of it."""

_AT_ONCE = 4


@dataclass(slots=True, eq=False)
class _Watched:
    """A batch that waits to be started, here or where it was handed over to, and when the watchdog takes it."""

    batch: Batch
    lane: Lane
    until: float
    is_elsewhere: bool
    sending: asyncio.Task[int] | None = field(default=None)


class Ticker:
    """Moves due messages of every county towards the door."""

    def __init__(
        self,
        units: Units,
        counties: Iterable[UUID],
        dispatch: Dispatch,
        carrier: Carrier | None,
        *,
        new_lease: Callable[[], UUID],
        watch_seconds: float = WATCH_SECONDS,
    ) -> None:
        """Without a carrier every batch is sent in this process."""
        self._units = units
        self._counties = tuple(counties)
        self._dispatch = dispatch
        self._carrier = carrier
        self._new_lease = new_lease
        self._watch_seconds = watch_seconds
        self._watched: list[_Watched] = []
        self._woken = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """Tick until told to stop, then finish what this process itself is sending."""
        await run_woken(self._units.engine, CHANNEL, self.tick, stop, name="ticker", woken=self._woken)
        await asyncio.gather(*(each.sending for each in self._watched if each.sending), return_exceptions=True)

    async def tick(self) -> bool:
        """Do one round over the counties; say whether there is more to do at once."""
        await self.watch()
        more = False
        for county_id in self._counties:
            try:
                more = await self._visit(county_id) or more
            except Exception as error:  # what is wrong with one county's rows must not silence another's
                logs.get().error("ticker.county_passed_over", county_id=str(county_id), exc_info=error)
        await self.watch()
        return more and self._room() > 0

    async def _visit(self, county_id: UUID) -> bool:
        """Take back what the dead held, take what is due as far as there is room, and hand it on; say whether there is more."""
        lease, most = self._new_lease(), min(CLAIM, self._room())
        async with self._units.open(county_id, ACTOR) as unit:
            await release_expired(unit)
            taken = await claim_due(unit, lease=lease, most=most) if most > 0 else []
        claimed = [each for each in taken if not each.message.has_ended]
        fault.here("ticker.after_claim_before_enqueue")
        if claimed:
            asyncio.get_running_loop().call_later(SOON_SECONDS, self._woken.set)
        for lane, found in groupby(sorted(claimed, key=_by_lane), key=lambda each: each.message.lane):
            await self._hand_over(county_id, lane, list(found), lease)
        # What ended here counts: after an outage what is due now stands behind all that is too late.
        return any(count >= most for count in Counter(each.message.lane for each in taken).values())

    async def watch(self) -> None:
        """Send in this process what nobody has started in time, the urgent first, and forget what somebody has."""
        self._watched = [each for each in self._watched if not (each.sending and each.sending.done())]
        await self._forget_begun()
        now = time.monotonic()
        for each in sorted(self._unsent(), key=lambda each: LANES.index(each.lane)):
            if now >= each.until and self._sending() < _AT_ONCE:
                if each.is_elsewhere:
                    logs.get().info("ticker.takes_over", count=len(each.batch.ids))
                each.sending = asyncio.create_task(self._send(each.batch))

    async def _forget_begun(self) -> None:
        """Ask once for each county which of the messages that were handed over nobody has started yet."""
        elsewhere = [each for each in self._unsent() if each.is_elsewhere]
        for county_id in {each.batch.county_id for each in elsewhere}:
            async with self._units.open(county_id, ACTOR) as unit:
                left = await unbegun(unit, [each.batch for each in elsewhere if each.batch.county_id == county_id])
            begun = [each for each in elsewhere if each.batch.county_id == county_id and not left.intersection(each.batch.ids)]
            self._watched = [each for each in self._watched if each not in begun]

    async def _send(self, batch: Batch) -> int:
        try:
            return await self._dispatch.send_batch(batch)
        except Exception as error:  # its leases lapse, and it is given out again
            logs.get().error("ticker.batch_broke_off", count=len(batch.ids), exc_info=error)
            return 0
        finally:
            self._woken.set()

    async def drained(self) -> None:
        """Wait until everything that this process is sending has ended."""
        while any(each.sending for each in self._watched):
            await asyncio.gather(*(each.sending for each in self._watched if each.sending), return_exceptions=True)
            await self.watch()

    async def _hand_over(self, county_id: UUID, lane: Lane, claimed: list[Claimed], lease: UUID) -> None:
        for start in range(0, len(claimed), BATCH):
            part = claimed[start : start + BATCH]
            batch = Batch(county_id, tuple(each.message.id for each in part), lease, part[0].traceparent)
            taken = self._carrier is not None and await self._carrier.hand_over(
                TASK, lane=lane.value, arguments=arguments_of(batch), traceparent=batch.traceparent
            )
            fault.here("ticker.after_enqueue")
            # What was surely not taken need not be waited for; whoever begins first has it.
            until = time.monotonic() + (self._watch_seconds if taken else 0.0)
            self._watched.append(_Watched(batch, lane, until, is_elsewhere=taken))

    def _unsent(self) -> list[_Watched]:
        return [each for each in self._watched if each.sending is None]

    def _room(self) -> int:
        return UNBEGUN_LIMIT - sum(len(each.batch.ids) for each in self._unsent())

    def _sending(self) -> int:
        return sum(1 for each in self._watched if each.sending is not None)


def _by_lane(claimed: Claimed) -> str:
    return claimed.message.lane.value
