"""Mail arrived: it is stored and committed before the other side hears 250."""

import asyncio
from collections.abc import Iterable

from services.notify.gateways.inbox import Inbox, ParsedMail
from services.notify.jobs.sending import ACTOR
from services.notify.use_cases.store_inbound import store_mail
from shared import logs
from shared.db.unit import Trace, Units
from shared.settings import County


class Mailroom:
    """Takes in mail to the counties' mailboxes."""

    def __init__(self, units: Units, counties: Iterable[County], url: str, *, vouched_by: str = "") -> None:
        """Listen at `url`, once run."""
        self._units = units
        self._county_of = {county.mailbox.lower(): county for county in counties}
        self._inbox = Inbox(url, list(self._county_of), self.deliver, vouched_by=vouched_by)

    @property
    def port(self) -> int:
        """The port in use."""
        return self._inbox.port

    async def run(self, stop: asyncio.Event) -> None:
        """Listen until told to stop."""
        await self._inbox.start()
        logs.get().info("inbox.listening", port=self._inbox.port)
        try:
            await stop.wait()
        finally:
            await self._inbox.stop()

    async def deliver(self, mail: ParsedMail, raw: bytes) -> None:
        """Store one mail; whoever delivers it twice is told the same."""
        county = self._county_of[mail.mailbox]
        async with self._units.open(county.id, ACTOR, Trace("", "")) as unit:
            stored = await store_mail(unit, mail, raw)
        logs.get().info("inbox.stored", is_new=stored is not None)
