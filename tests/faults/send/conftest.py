"""A post office of processes, with a mail server and an SMS provider that follow a script."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.faults.send.post import SECRET, Post
from tests.support.processes import Deployment
from tests.support.sinks.mail import MailSink
from tests.support.sinks.texts import TextStub


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
    stub = TextStub(secret=SECRET)
    await stub.start()
    yield stub
    await stub.stop()


@pytest.fixture
async def post(deployment: Deployment, mail: MailSink, texts: TextStub, tmp_path: Path) -> AsyncIterator[Post]:
    """notify's sending side."""
    made = Post(deployment, mail, texts, tmp_path)
    yield made
    await made.close()
