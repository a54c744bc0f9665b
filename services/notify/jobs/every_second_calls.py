"""The caller: claims the calls to county systems that are due, makes them, and records what they came to.

It makes them itself and hands nothing to Celery (ADR 0011): a slow endpoint holds one of a few places here, and no message waits
behind it. Any number of callers may run; a row's lease gives exclusion, and the same webhook-id makes a second call harmless.
"""

import asyncio
import os
from collections import Counter
from collections.abc import Callable, Iterable
from uuid import UUID

from services.notify.domain.webhooks import Delivery, DeliveryState, Endpoint, signature, signing
from services.notify.gateways.webhooks import post
from services.notify.jobs.sending import ACTOR
from services.notify.jobs.waking import run_woken
from services.notify.storage import webhooks
from services.notify.storage.webhooks import CHANNEL
from services.notify.use_cases.manage_webhooks import KEY
from services.notify.use_cases.record_call import record_call
from shared import fault, logs
from shared.db.unit import Units
from shared.settings import Sending

AT_ONCE = 16
"""Calls under way in this process; what is over it stays due."""

A_COUNTY = 8
"""Of which one county's: its slow endpoints do not hold up another's."""


class Caller:
    """Moves due calls of every county to their endpoints."""

    def __init__(self, units: Units, counties: Iterable[UUID], sending: Sending, *, new_lease: Callable[[], UUID]) -> None:
        """Where nothing may leave, what is due ends as suppressed."""
        self._units = units
        self._counties = tuple(counties)
        self._sending = sending
        self._new_lease = new_lease
        self._under_way: dict[asyncio.Task[None], UUID] = {}
        self._woken = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """Call until told to stop, then let the calls under way end."""
        await run_woken(self._units.engine, CHANNEL, self.round, stop, name="caller", woken=self._woken)
        await self.drained()

    async def round(self) -> bool:
        """Begin the calls that are due and have a place; say whether there may be more at once."""
        more = False
        for county_id in self._counties:
            try:
                more = await self._visit(county_id) or more
            except Exception as error:  # what is wrong with one county's rows must not silence another's
                logs.get().error("caller.county_passed_over", county_id=str(county_id), exc_info=error)
        return more

    async def drained(self) -> None:
        """Wait until the calls under way have ended."""
        while self._under_way:
            await asyncio.wait(list(self._under_way))

    async def _visit(self, county_id: UUID) -> bool:
        room = min(AT_ONCE - len(self._under_way), A_COUNTY - Counter(self._under_way.values())[county_id])
        if self._sending is Sending.OFF:
            async with self._units.open(county_id, ACTOR) as unit:
                await webhooks.end_open(unit, DeliveryState.SUPPRESSED, reason="sending_off")
            return False
        if room <= 0:
            return False
        lease = self._new_lease()
        async with self._units.open(county_id, ACTOR) as unit:
            claimed = await webhooks.claim(unit, lease=lease, most=room)
            key = unit.county_key(KEY)
        for delivery, endpoint in claimed:
            task = asyncio.create_task(self._call(county_id, delivery, endpoint, key, lease))
            self._under_way[task] = county_id
            task.add_done_callback(self._ended)
        return len(claimed) == room

    def _ended(self, task: "asyncio.Task[None]") -> None:
        del self._under_way[task]
        self._woken.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            logs.get().error("caller.call_broke_off", exc_info=error)  # its lease lapses, and it is made again

    async def _call(self, county_id: UUID, delivery: Delivery, endpoint: Endpoint, key: bytes, lease: UUID) -> None:
        async with self._units.open(county_id, ACTOR) as unit:
            now = unit.now
        body, timestamp = delivery.body.encode(), int(now.timestamp())
        answered = await post(
            endpoint.url,
            body,
            webhook_id=delivery.webhook_id,
            timestamp=timestamp,
            signature=signature(signing(endpoint, key, now=now), webhook_id=delivery.webhook_id, timestamp=timestamp, body=body),
            sending=self._sending,
        )
        fault.here("webhook.after_reply_before_mark")
        async with self._units.open(county_id, ACTOR) as unit:
            jitter = int.from_bytes(os.urandom(2), "big") / 0xFFFF
            state = await record_call(unit, delivery, endpoint, answered, lease=lease, jitter=jitter)
        logs.get().info(
            "webhook.called",
            endpoint_id=str(endpoint.id),
            delivery_id=str(delivery.id),
            type=delivery.type,
            attempt=delivery.attempt,
            status=answered.status,
            reason=answered.reason,
            state=state.value if state else "late",
        )
