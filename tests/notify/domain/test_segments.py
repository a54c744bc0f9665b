"""Counting segments the way a network cuts them."""

import pytest

from services.notify.domain.segments import Encoding, Segments, count, is_gsm, plain_gsm


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Segments(Encoding.GSM7, 0, 1)),
        ("a" * 160, Segments(Encoding.GSM7, 160, 1)),
        ("a" * 161, Segments(Encoding.GSM7, 161, 2)),
        ("a" * 306, Segments(Encoding.GSM7, 306, 2)),
        ("a" * 307, Segments(Encoding.GSM7, 307, 3)),
        ("€" * 80, Segments(Encoding.GSM7, 160, 1)),
        ("€" * 81, Segments(Encoding.GSM7, 162, 2)),
        ("ñéüà¿¡", Segments(Encoding.GSM7, 6, 1)),
        ("á" * 70, Segments(Encoding.UCS2, 70, 1)),
        ("á" * 71, Segments(Encoding.UCS2, 71, 2)),
        ("🙂" * 35, Segments(Encoding.UCS2, 70, 1)),
        ("🙂" * 36, Segments(Encoding.UCS2, 72, 2)),
    ],
)
def test_a_text_costs_so_many_segments(text: str, expected: Segments) -> None:
    assert count(text) == expected


def test_an_escaped_pair_is_never_cut_in_two() -> None:
    assert count("a" * 152 + "€" + "a" * 151).count == 2
    assert count("a" * 152 + "€" + "a" * 152).count == 3


def test_a_surrogate_pair_is_never_cut_in_two() -> None:
    assert count("á" * 66 + "🙂" + "á" * 66).count == 3


def test_spanish_is_written_plainly_and_keeps_what_the_alphabet_has() -> None:
    assert (
        plain_gsm("Sábado: ¿viene? Reunión, mañana a las 5:00 p.\u202fm. “sí”")
        == 'Sabado: ¿viene? Reunion, mañana a las 5:00 p. m. "si"'
    )
    assert is_gsm(plain_gsm("ÁÍÓÚáíóú—…’"))


def test_what_has_no_plain_form_is_left_alone() -> None:
    assert plain_gsm("家") == "家"
