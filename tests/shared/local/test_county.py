"""The sample county's loader."""

from datetime import date
from pathlib import Path

from deploy.local.county import day_of_the_load


def test_a_load_that_is_run_again_asks_for_the_same_days(tmp_path: Path) -> None:
    first = day_of_the_load(tmp_path)
    assert day_of_the_load(tmp_path) == first
    (tmp_path / "sample-day").write_text("2026-03-02", encoding="utf-8")
    assert day_of_the_load(tmp_path) == date(2026, 3, 2)
