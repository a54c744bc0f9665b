"""The box as one value: what lives in it, made from settings, started and stopped together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp

from deploy.local.sandbox.changes import Changes
from deploy.local.sandbox.clock import Clock
from deploy.local.sandbox.identity import Provider
from deploy.local.sandbox.mailboxes import Mailboxes, Postman, listen
from deploy.local.sandbox.phones import Phones
from deploy.local.sandbox.settings import Settings


@dataclass(frozen=True, slots=True)
class Box:
    """The outside world: its mail, its phones, its time and its people."""

    settings: Settings
    changes: Changes
    clock: Clock
    mailboxes: Mailboxes
    postman: Postman
    phones: Phones
    provider: Provider


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Box]:
    """Open the box with its SMTP server listening; everything in it is forgotten when it closes."""
    changes = Changes()
    clock = Clock(settings.databases)
    mailboxes = Mailboxes(changes, clock.now)
    async with aiohttp.ClientSession() as http:
        phones = Phones(
            changes,
            clock.now,
            http,
            account=settings.sms_account,
            secret=settings.sms_secret,
            callback_base=settings.sms_callback_base,
        )
        server = await listen(mailboxes, settings.host, settings.smtp_port)
        try:
            yield Box(
                settings=settings,
                changes=changes,
                clock=clock,
                mailboxes=mailboxes,
                postman=Postman(mailboxes, clock.now, host=settings.inbox_host, port=settings.inbox_port),
                phones=phones,
                provider=Provider(settings),
            )
        finally:
            server.close()
            await phones.finish()
