"""Send one batch of claimed messages: the same coroutine in a Celery worker and in the ticker's watchdog.

Nothing here decides anything. Rows are looked at again and their attempts committed, then sockets are touched, then each result is
recorded; a lease is kept alive as long as that takes, and lapses by itself if this process dies.
"""

import asyncio
import os
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from uuid import UUID

from services.notify.domain.delivery import Fate, Outcome
from services.notify.domain.messages import Message, Phase, State, Way
from services.notify.gateways.sms import SmsProvider
from services.notify.gateways.smtp import BeforeDot, Senders
from services.notify.jobs.together import Together
from services.notify.settings import NotifySettings
from services.notify.storage import claims
from services.notify.storage.claims import pass_dot, pass_dots
from services.notify.use_cases.begin_attempts import Outlet, Ready, begin_attempts
from services.notify.use_cases.record_attempt import is_plainly_sent, record_attempt, record_sent
from shared import fault, logs
from shared.db.outage import is_outage
from shared.db.unit import Actor, Trace, Unit, Units

ACTOR = Actor("service", "notify")
RENEW_SECONDS = 5.0
DOTS_TOGETHER = 8
MOST_DOTS = 8
"""So many commits of dots may be under way at once: no more than there are connections to write them on."""

MARKS_TOGETHER = 25
RECORD_SECONDS = 60.0
RECORD_AGAIN_SECONDS = 0.5
"""How long, and how often, a database that is away is asked to take a result."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Messages of one county held under one lease."""

    county_id: UUID
    ids: tuple[UUID, ...]
    lease: UUID
    traceparent: str = ""


@dataclass(frozen=True, slots=True)
class _Ended:
    """How one attempt ended, and the trace of what caused the message."""

    message: Message
    outcome: Outcome
    trace: Trace


class Dispatch:
    """The way out of this process: mail over kept connections, texts over one HTTP session. Either may be absent.

    Dots that wait at the same moment share a commit, up to `dots_together` of them: each is committed before it leaves, as if it
    were alone. So do the marks of messages that were accepted.
    """

    def __init__(
        self,
        units: Units,
        settings: NotifySettings,
        mail: Senders | None,
        texts: SmsProvider | None,
        *,
        dots_together: int = DOTS_TOGETHER,
    ) -> None:
        """Nothing is opened here."""
        self._units = units
        self._settings = settings
        self._mail = mail
        self._texts = texts
        counties = settings.service.counties
        at_once = MOST_DOTS // dots_together
        self._dots = {
            county.id: Together(partial(self._pass_dots, county.id), most=dots_together, at_once=at_once) for county in counties
        }
        self._marks = {county.id: Together(partial(self._mark, county.id), most=MARKS_TOGETHER) for county in counties}

    async def send_batch(self, batch: Batch) -> int:
        """Send those of these messages that are still due and still held, and return how many attempts were made."""
        fault.here("send.on_receipt")
        trace = Trace(batch.lease.hex, batch.traceparent)
        ready = await self._begin(batch, trace)
        if not ready:
            return 0
        fault.here("send.after_attempt_before_connect")
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

    async def _begin(self, batch: Batch, trace: Trace) -> list[Ready]:
        """Record that attempts begin. One that cannot be begun holds up no other: its lease lapses, in time it is missed."""
        try:
            async with self._units.open(batch.county_id, ACTOR, trace) as unit:
                ready = await begin_attempts(unit, batch.ids, lease=batch.lease, outlet=self._outlet(batch.county_id))
                fault.here("send.before_attempt_commit")
            return ready
        except Exception as error:  # whatever one message is made of, the others must leave
            if len(batch.ids) == 1:
                logs.get().error("message.cannot_begin", message_id=str(batch.ids[0]), exc_info=error)
                return []
        alone = [await self._begin(replace(batch, ids=(each,)), trace) for each in batch.ids]
        return [ready for each in alone for ready in each]

    async def _send(self, batch: Batch, ready: Ready, trace: Trace, waiting: set[UUID]) -> None:
        message = ready.message
        try:
            outcome = await self._hand_over(ready, partial(self._pass_dot, batch.county_id, message))
            fault.here("send.after_result_before_mark")
            state = await self._record(batch.county_id, _Ended(message, outcome, trace))
        finally:
            waiting.discard(message.id)
        _log(message, outcome, state)

    async def _pass_dot(self, county_id: UUID, message: Message) -> bool:
        """Commit that the dot may leave, beside others. One that does not pass there is asked for alone: its row may be in hand."""
        with suppress(Exception):
            if await self._dots[county_id].ask(message):
                return True
        async with self._units.open(county_id, ACTOR) as unit:
            return await pass_dot(unit, message)

    async def _pass_dots(self, county_id: UUID, asked: Sequence[Message]) -> list[bool]:
        passed = await pass_dots(self._units, county_id, asked)
        return [message.id in passed for message in asked]

    async def _record(self, county_id: UUID, ended: _Ended) -> State:
        """Record the common end beside others, and anything odd alone."""
        if is_plainly_sent(ended.outcome):
            with suppress(Exception):
                if await self._marks[county_id].ask(ended):
                    return State.SENT
        give_up = asyncio.get_running_loop().time() + RECORD_SECONDS
        while True:
            try:
                async with self._units.open(county_id, ACTOR, ended.trace) as unit:
                    return await record_attempt(unit, ended.message, ended.outcome, jitter=_chance())
            except Exception as error:
                # What a server has said is known here alone: lost, a mail that arrived would be of unknown fate.
                if not is_outage(error) or asyncio.get_running_loop().time() > give_up:
                    raise
            await asyncio.sleep(RECORD_AGAIN_SECONDS)

    async def _mark(self, county_id: UUID, ended: Sequence[_Ended]) -> list[bool]:
        async with self._units.open(county_id, ACTOR) as unit:
            marked = await record_sent(unit, [(each.message, each.outcome, each.trace) for each in ended])
        return [each.message.id in marked for each in ended]

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
                    await claims.renew(unit, tuple(waiting), lease=batch.lease)

    def _outlet(self, county_id: UUID) -> Outlet:
        return Outlet(
            county=self._settings.service.county(county_id),
            sending=self._settings.sending,
            portal_url=self._settings.portal_url,
            entropy=os.urandom,
        )


async def unbegun(unit: Unit, batches: Collection[Batch]) -> set[UUID]:
    """Return the messages of batches of one county that nobody has started."""
    ids = [message_id for batch in batches for message_id in batch.ids]
    return await claims.list_unbegun(unit, ids, leases={batch.lease for batch in batches})


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
