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
"""Seconds for every command and every answer, where a server's patience is what a test is about."""


@pytest.fixture
async def post(deployment: Deployment, mail: MailSink, texts: TextStub, tmp_path: Path) -> AsyncIterator[Post]:  # noqa: F811
    """notify's sending side as processes."""
    made = Post(deployment, mail, texts, tmp_path)
    yield made
    await made.close()


@pytest.fixture
async def hasty(office: Office) -> AsyncIterator[Office]:  # noqa: F811
    """An office that waits for nobody longer than half a second."""
    async with aiohttp.ClientSession() as session:
        server = SmtpServer(
            host="127.0.0.1",
            port=office.mail.port,
            tls="none",
            command_seconds=LIMIT,
            content_seconds=LIMIT,
            final_reply_seconds=LIMIT,
        )
        account = SmsAccount(
            api_url=office.settings.sms_api_url, account="AC1", secret="x", callback_url=CALLBACK, request_seconds=LIMIT
        )
        office.senders = Senders(server)
        provider = SmsProvider(account, session, sending=office.settings.sending)
        office.dispatch = Dispatch(office.units, office.settings, office.senders, provider)
        office.ticker = office.new_ticker()
        yield office
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
