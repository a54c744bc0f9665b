"""No cell that leaves is a formula to a spreadsheet, whatever it hides behind."""

import pytest

from services.network.domain.cells import neutral


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1 916", "-2", "@SUM(A1)", "\t=1+1", "\r=1", "\n=1", "＝1+1", "＋1", "－1", "＠x", " =1", "\u200b=1", "\ufeff@x",
     "\u00a0\u200d＝1", "\u2212 1"],
)  # fmt: skip
def test_what_a_spreadsheet_would_calculate_begins_with_an_apostrophe(text: str) -> None:
    assert neutral(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Ana", "O'Neil", "a=b", "1+1", "李", "ana@example.org", " "])
def test_other_text_leaves_as_it_is(text: str) -> None:
    assert neutral(text) == text
