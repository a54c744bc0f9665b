"""The database goes away between a mail's last byte and its mark; what the mail server said is kept until it can be written."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from shared.events.network import Channel
from tests.notify.office import Office
from tests.support.databases import Database
from tests.support.servers import Servers
from tests.support.sinks.mail import Say


@asynccontextmanager
async def away(servers: Servers, database: Database) -> AsyncIterator[None]:
    """Let nobody into a database, and put out who is in it."""
    name = database.name
    server = create_async_engine(servers.url("postgres"), isolation_level="AUTOCOMMIT")
    async with server.connect() as connection:
        await connection.execute(text(f"ALTER DATABASE {name} CONNECTION LIMIT 0"))
        try:
            await connection.execute(
                text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name AND usename = 'notify_app'"),
                {"name": name},
            )
            yield
        finally:
            await connection.execute(text(f"ALTER DATABASE {name} CONNECTION LIMIT -1"))
    await server.dispose()


async def test_a_mail_that_was_accepted_while_the_database_was_away_is_sent_and_not_unknown(
    office: Office, servers: Servers, database: Database
) -> None:
    person = await office.known(Channel.EMAIL)
    await office.book(person)
    office.mail.replies = {**office.mail.replies, "DOT": Say("250 stored", after=1.0)}
    await office.ticker.tick()
    async with asyncio.timeout(20):
        while not office.mail.mails:  # noqa: ASYNC110  the sink tells nobody
            await asyncio.sleep(0.01)
    async with away(servers, database):
        await asyncio.sleep(1.5)  # the mail server's word comes while nobody can write it down
    async with asyncio.timeout(20):
        await office.ticker.drained()
    assert [state for _, _, state in await office.states("invitation")] == ["sent"]
    attempts = await office.rows("SELECT fate, late FROM attempts WHERE county_id = :county")
    assert [(each.fate, each.late) for each in attempts] == [("accepted", False)]
    assert len(office.mail.to(person.mail)) == 1
