"""The table is whole: every row is sent by a test or listed with its reason, and none is both."""

import importlib
from pathlib import Path

from tests.hostile.mapping import LISTED, SENT
from tests.hostile.rows import ROWS, TRIED

HERE = Path(__file__).parent


def test_every_row_is_sent_or_listed_and_none_is_both() -> None:
    assert set(SENT) | set(LISTED) == set(ROWS)
    assert not set(SENT) & set(LISTED)
    assert all(len(reason) > 20 for reason in LISTED.values())


def test_every_row_that_is_sent_has_a_test() -> None:
    for file in HERE.glob("*/test_*.py"):
        importlib.import_module(f"tests.hostile.{file.parent.name}.{file.stem}")
    assert set(SENT) == TRIED
