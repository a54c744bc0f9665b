"""notify on a real PostgreSQL, as the role it runs as, with a mail server and an SMS provider that follow a script."""

from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import uuid4

import aiohttp
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from services.notify.gateways.sms import SmsAccount, SmsProvider
from services.notify.gateways.smtp import Senders, SmtpServer
from services.notify.jobs.sending import Dispatch
from services.notify.settings import NotifySettings
from shared.db.engine import make_engine
from shared.db.unit import Units
from shared.settings import Sending, ServiceSettings
from tests.notify.office import WRAPPING_KEY, Office
from tests.support.databases import Database, DatabaseOf
from tests.support.limits import WIDE
from tests.support.servers import Servers
from tests.support.sinks.mail import MailSink
from tests.support.sinks.texts import TextStub
from tests.support.tokens import Issuers, a_county

CALLBACK = "https://notify.example.org"


@pytest.fixture(scope="session")
def database(database_of: DatabaseOf) -> Database:
    """notify's migrated database."""
    return database_of("notify")


@pytest.fixture(scope="session")
async def engine(database: Database) -> AsyncIterator[AsyncEngine]:
    """A pool of the running role."""
    engine = make_engine(database.app_url, pool_size=30)
    yield engine
    await engine.dispose()


@pytest.fixture(scope="session")
async def owner(database: Database) -> AsyncIterator[AsyncEngine]:
    """A pool past every wall, for looking."""
    engine = create_async_engine(database.owner_url)
    yield engine
    await engine.dispose()


@pytest.fixture(scope="session")
async def issuers() -> AsyncIterator[Issuers]:
    """Two identity providers and the deployment's own."""
    made = Issuers()
    await made.start()
    yield made
    await made.stop()


@pytest.fixture(scope="session")
def units(engine: AsyncEngine) -> Units:
    """The transactions of notify."""
    return Units(engine, service="notify", wrapping_key=WRAPPING_KEY)


@pytest.fixture
async def mail() -> AsyncIterator[MailSink]:
    """Somebody else's mail server."""
    sink = MailSink()
    await sink.start()
    yield sink
    await sink.stop()


@pytest.fixture
async def texts() -> AsyncIterator[TextStub]:
    """The SMS provider."""
    stub = TextStub(secret="a-provider-secret")
    await stub.start()
    yield stub
    await stub.stop()


@pytest.fixture
def settings(servers: Servers, database: Database, issuers: Issuers, mail: MailSink, texts: TextStub) -> NotifySettings:
    """notify's settings, for a county of the test's own and its neighbour."""
    alder = replace(a_county(uuid4(), issuers.alder), mailbox=f"meetings-{uuid4().hex[:8]}@alder.test")
    birch = replace(a_county(uuid4(), issuers.birch), sms_number="+15005550007")
    service = ServiceSettings(
        service="notify",
        listen_host="127.0.0.1",
        listen_port=0,
        database_url=database.app_url,
        owner_database_url=database.owner_url,
        redis_url=servers.redis_url,
        wrapping_key=WRAPPING_KEY,
        counties=(alder, birch),
        system=issuers.system_client,
        sending=Sending.SANDBOX,
        urls={
            "network": "http://network.test",
            "meetings": "http://meetings.test",
            "notify": "https://notify.example.org",
            "portal": "https://portal.example.org",
        },
        limits=WIDE,
    )
    return NotifySettings(
        service=service,
        celery_redis_url=servers.redis_url,
        smtp_url=f"smtp://127.0.0.1:{mail.port}",
        sms_api_url=f"http://127.0.0.1:{texts.port}",
        sms_account="AC1",
        sms_secret=texts.secret,
        sms_callback_url=CALLBACK,
        inbox_url="smtp://127.0.0.1:0",
        inbox_vouched_by="mx.alder.test",
    )


@pytest.fixture
async def office(
    engine: AsyncEngine, owner: AsyncEngine, units: Units, settings: NotifySettings, mail: MailSink, texts: TextStub
) -> AsyncIterator[Office]:
    """A county's notify, with nothing in it."""
    account = SmsAccount(
        api_url=settings.sms_api_url, account=settings.sms_account, secret=settings.sms_secret, callback_url=CALLBACK
    )
    senders = Senders(
        SmtpServer(host="127.0.0.1", port=mail.port, tls="none", command_seconds=10, content_seconds=10, final_reply_seconds=10)
    )
    async with aiohttp.ClientSession() as session:
        provider = SmsProvider(account, session, sending=settings.sending)
        dispatch = Dispatch(units, settings, senders, provider)
        yield Office(engine, owner, units, settings.service.counties[0], settings, dispatch, senders, mail, texts)
        await senders.close()
