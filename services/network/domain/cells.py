"""Cells of a table that somebody opens in a spreadsheet: none of them begins what it would take for a formula."""

import unicodedata

_BEGINS_FORMULA = frozenset("=+-@\t\r\n＝＋－＠﹢﹣﹦﹫−")
_UNSEEN = frozenset({"Cf", "Cc", "Zs", "Zl", "Zp", "Mn"})


def neutral(text: str) -> str:
    """Return the text with an apostrophe before it where a spreadsheet would calculate; what is stored stays as it is.

    The signs count in full width too, and behind characters that nobody sees (API §1.3; Primero fixed this twice).
    """
    seen = next((character for character in text if unicodedata.category(character) not in _UNSEEN), "")
    begins = {text[:1], seen} - {""}
    return f"'{text}" if begins & _BEGINS_FORMULA else text
