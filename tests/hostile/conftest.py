"""What every folder of hostile inputs may ask for."""

import pytest

from tests.hostile.wire import Listening


@pytest.fixture
def listening(capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> Listening:
    """What is logged and counted while the test runs."""
    return Listening(capsys, caplog)
