"""Two ways to look at sending: a post office of real processes, and notify's own office in this process, with short limits."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.notify.gateways.sms import SmsAccount, SmsProvider
from services.notify.gateways.smtp import Senders, SmtpServer
from services.notify.jobs.sending import Dispatch
from tests.faults.send.post import CALLBACK, Post
from tests.notify.conftest import database, engine, mail, office, owner, settings, texts, units  # noqa: F401  fixtures
from tests.notify.office import Office
from tests.support.processes import Deployment
from tests.support.sinks.mail import MailSink
from tests.support.sinks.texts import TextStub

LIMIT = 0.5
"""Seconds of patience with a server that says nothing, where that is what a test is about."""

LONG_LIMIT = 4.0
"""The same, where the server must have heard something first, or somebody healthy is waited for as well."""

ORDINARY = 10.0
"""Seconds of patience with everybody else: a machine that stands still for a moment must not look like a server that does."""


@pytest.fixture
async def post(deployment: Deployment, mail: MailSink, texts: TextStub, tmp_path: Path) -> AsyncIterator[Post]:  # noqa: F811
    """notify's sending side as processes."""
    made = Post(deployment, mail, texts, tmp_path)
    yield made
    await made.close()


Patience = Callable[..., Awaitable[None]]


@pytest.fixture
async def patience(office: Office) -> AsyncIterator[Patience]:  # noqa: F811
    """Sets for how long the office waits from now on: for a command, for the word after a mail, for the answer about a text."""
    async with aiohttp.ClientSession() as session:

        async def wait(*, command: float = ORDINARY, last_word: float = ORDINARY, request: float = ORDINARY) -> None:
            await office.senders.close()
            port = office.mail.port
            office.senders = Senders(
                SmtpServer(host="127.0.0.1", port=port, tls="none", command_seconds=command, final_reply_seconds=last_word)
            )
            account = SmsAccount(
                api_url=office.settings.sms_api_url, account="AC1", secret="x", callback_url=CALLBACK, request_seconds=request
            )
            provider = SmsProvider(account, session, sending=office.settings.sending)
            office.dispatch = Dispatch(office.units, office.settings, office.senders, provider)
            office.ticker = office.new_ticker()

        yield wait
        await office.senders.close()


Later = Callable[[timedelta], Awaitable[None]]


@pytest.fixture
async def later(owner: AsyncEngine) -> AsyncIterator[Later]:  # noqa: F811
    """Let time pass by the database's clock, which no other test uses meanwhile."""
    passed = timedelta(0)

    async def move(by: timedelta) -> None:
        nonlocal passed
        passed += by
        async with owner.begin() as connection:
            await connection.execute(text("UPDATE clock SET clock_offset = :passed"), {"passed": passed})

    yield move
    await move(-passed)
