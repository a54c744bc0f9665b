"""The whole log applied again, from its first position on, changes no row and sends nothing (R11)."""

from collections.abc import AsyncIterator

import pytest

from tests.faults.link.county import Link
from tests.faults.link.histories import ZONE, History, announce
from tests.support.processes import Running, until
from tests.support.sinks.mail import MailSink
from tests.support.sinks.texts import TextStub

SECRET = "a-provider-secret"
HISTORIES = 6


class Outside:
    """A mail server and an SMS provider, and how much each has got."""

    def __init__(self) -> None:
        """Not listening yet."""
        self.mail, self.texts = MailSink(), TextStub(secret=SECRET)

    @property
    def settings(self) -> dict[str, str]:
        """What lets notify send to it by itself, without Celery."""
        return {
            "SURROUND_SENDING": "sandbox",
            "SURROUND_SMTP_URL": f"smtp://127.0.0.1:{self.mail.port}",
            "SURROUND_SMS_API_URL": f"http://127.0.0.1:{self.texts.port}",
            "SURROUND_SMS_ACCOUNT": "AC1",
            "SURROUND_SMS_SECRET": SECRET,
            "SURROUND_SMS_CALLBACK_URL": "https://notify.example.org",
            "SURROUND_CELERY_REDIS_URL": "redis://127.0.0.1:9/0",
        }

    def got(self) -> tuple[int, int]:
        """How many mails and texts."""
        return len(self.mail.mails), len(self.texts.texts)


@pytest.fixture
async def outside() -> AsyncIterator[Outside]:
    """Somebody else's servers."""
    made = Outside()
    await made.mail.start()
    await made.texts.start()
    yield made
    await made.texts.stop()
    await made.mail.stop()


class Told:
    """notify, once network and meetings have told it much."""

    def __init__(self, link: Link, outside: Outside) -> None:
        """Nothing is told yet."""
        self.link, self.outside = link, outside
        self.last = {"network": 0, "meetings": 0}

    async def tell(self, producer: str, history: History, begin: int, end: int) -> None:
        """Announce some of a history."""
        told = getattr(history, producer)[begin:end]
        await announce(self.link.deployment.units(producer), self.link.deployment.county_id, told)
        self.last[producer] += len(told)

    async def in_the_morning(self) -> None:
        """Let it be ten in the morning for notify: these people's nights would hold texts back."""
        await self.link.ask(
            "notify",
            "UPDATE clock SET clock_offset ="
            " (date_trunc('day', now() AT TIME ZONE :zone) + interval '1 day 10 hours') AT TIME ZONE :zone - now()",
            zone=ZONE,
        )

    async def notify(self) -> Running:
        """Start it, all in one process."""
        return await self.link.deployment.start("notify", "all", **self.outside.settings)

    async def is_quiet(self) -> bool:
        """Whether all is applied, nothing is due or soon asked again, and what notify announced of it is on its own stream.

        The two logs arrive on their own: a message whose person network has not told of yet waits two seconds, as one does that a
        server has put off. The reminders of these histories are due in years.
        """
        cursors = {row.producer: row.position for row in await self.link.ask("notify", "SELECT producer, position FROM cursors")}
        due = (
            "SELECT 1 FROM messages WHERE state IN ('claimed', 'sending')"
            " OR state = 'pending' AND due_at <= surround_now() + interval '1 minute' LIMIT 1"
        )
        unpublished = "SELECT 1 FROM log WHERE published IS FALSE LIMIT 1"
        return cursors == self.last and not [row for query in (due, unpublished) for row in await self.link.ask("notify", query)]

    async def everything(self) -> dict[str, list[str]]:
        """Every row of every table but the cursors."""
        tables = await self.link.ask(
            "notify", "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'cursors'"
        )
        return {
            name: [row[0] for row in await self.link.ask("notify", f"SELECT t::text FROM {name} t ORDER BY 1")]  # noqa: S608  our own tables
            for (name,) in tables
        }


async def test_applying_the_whole_log_again_changes_nothing_and_sends_nothing(link: Link, outside: Outside) -> None:
    told = Told(link, outside)
    histories = [History(seed) for seed in range(HISTORIES)]
    for producer in ("network", "meetings"):
        await link.deployment.start(producer, "relay")
    await told.in_the_morning()
    notify = await told.notify()
    for history in histories:
        await told.tell("network", history, 0, 100)
        await told.tell("meetings", history, 0, 1)
    await until(told.is_quiet)
    for history in histories:
        await told.tell("meetings", history, 1, 100)
    await until(told.is_quiet)
    await notify.stop()
    before, got = await told.everything(), outside.got()
    assert sum(got) >= HISTORIES
    assert before["log"], "what it announced is among what must not be announced again"
    await link.ask("notify", "UPDATE cursors SET position = 0, event_id = NULL")
    again = await told.notify()
    await until(told.is_quiet)
    await again.stop()
    after = await told.everything()
    assert {name for name in before if after[name] != before[name]} == {"applied"}
    assert len(after["applied"]) > len(before["applied"]), "it was applied again, and only its newest facts were news"
    assert outside.got() == got
