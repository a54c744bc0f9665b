"""Send one batch of claimed messages: the same coroutine in a Celery worker and in the ticker's watchdog.

Nothing here decides anything. Rows are looked at again and their attempts committed, then sockets are touched, then each result is
recorded; a lease is kept alive as long as that takes, and lapses by itself if this process dies.
"""

import asyncio
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from services.notify.domain.delivery import Fate, Outcome
from services.notify.domain.messages import Message, Phase, State, Way
from services.notify.gateways.sms import SmsProvider
from services.notify.gateways.smtp import BeforeDot, Senders
from services.notify.settings import NotifySettings
from services.notify.storage import messages
from services.notify.use_cases.begin_attempts import Outlet, Ready, begin_attempts
from services.notify.use_cases.record_attempt import pass_dot, record_attempt
from shared import logs
from shared.db.unit import Actor, Trace, Unit, Units

ACTOR = Actor("service", "notify")
RENEW_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Batch:
    """Messages of one county held under one lease."""

    county_id: UUID
    ids: tuple[UUID, ...]
    lease: UUID
    traceparent: str = ""


class Dispatch:
    """The way out of this process: mail over kept connections, texts over one HTTP session. Either may be absent."""

    def __init__(self, units: Units, settings: NotifySettings, mail: Senders | None, texts: SmsProvider | None) -> None:
        """Nothing is opened here."""
        self._units = units
        self._settings = settings
        self._mail = mail
        self._texts = texts

    async def send_batch(self, batch: Batch) -> int:
        """Send those of these messages that are still due and still held, and return how many attempts were made."""
        trace = Trace(batch.lease.hex, batch.traceparent)
        async with self._units.open(batch.county_id, ACTOR, trace) as unit:
            ready = await begin_attempts(unit, batch.ids, lease=batch.lease, outlet=self._outlet(batch.county_id))
        if not ready:
            return 0
        waiting = {each.message.id for each in ready}
        renewing = asyncio.create_task(self._keep_lease(batch, waiting))
        try:
            results = await asyncio.gather(*(self._send(batch, each, trace, waiting) for each in ready), return_exceptions=True)
        finally:
            renewing.cancel()
            with suppress(asyncio.CancelledError):
                await renewing
        for error in results:
            if isinstance(error, BaseException):
                # The row says where it stands; its lease lapses, and it is given out again or called unknown.
                logs.get().warning("sending.broke_off", cause=type(error).__name__)
        return len(ready)

    async def _send(self, batch: Batch, ready: Ready, trace: Trace, waiting: set[UUID]) -> None:
        message = ready.message

        async def before_dot() -> bool:
            async with self._units.open(batch.county_id, ACTOR, trace) as unit:
                return await pass_dot(unit, message)

        try:
            outcome = await self._hand_over(ready, before_dot)
            async with self._units.open(batch.county_id, ACTOR, trace) as unit:
                state = await record_attempt(unit, message, outcome, jitter=_chance())
        finally:
            waiting.discard(message.id)
        _log(message, outcome, state)

    async def _hand_over(self, ready: Ready, before_dot: BeforeDot) -> Outcome:
        envelope = ready.envelope
        if ready.message.way is Way.SMS and self._texts is not None:
            return await self._texts.send(envelope.sender, envelope.recipient, envelope.sms, before_dot)
        if ready.message.way is Way.EMAIL and self._mail is not None:
            return await self._mail.send(envelope.sender, envelope.recipient, envelope.mail, before_dot)
        return Outcome(fate=Fate.TRY_LATER, phase=Phase.BEGUN, reason="no_provider")

    async def _keep_lease(self, batch: Batch, waiting: set[UUID]) -> None:
        while waiting:
            await asyncio.sleep(RENEW_SECONDS)
            with suppress(Exception):  # a renewal that fails is made up for by the next, or the lease lapses
                async with self._units.open(batch.county_id, ACTOR) as unit:
                    await messages.renew(unit, tuple(waiting), lease=batch.lease)

    def _outlet(self, county_id: UUID) -> Outlet:
        return Outlet(
            county=self._settings.service.county(county_id),
            sending=self._settings.sending,
            portal_url=self._settings.portal_url,
            entropy=os.urandom,
        )


async def unbegun(unit: Unit, batch: Batch) -> Sequence[UUID]:
    """Return the messages of a batch that nobody has started."""
    return await messages.list_claimed_unbegun(unit, lease=batch.lease, ids=batch.ids)


def _chance() -> float:
    return int.from_bytes(os.urandom(4), "big") / 2**32


def _log(message: Message, outcome: Outcome, state: State) -> None:
    logs.get().info(
        "message.attempted",
        message_id=str(message.id),
        kind=message.kind.value,
        way=message.way.value,
        attempt=message.attempt,
        fate=outcome.fate.value,
        code=outcome.code,
        state=state.value,
    )
