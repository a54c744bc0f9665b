"""The reading grade of sentences whose grade is known, and of texts that have none."""

import pytest

from services.network.domain.reading_level import _english_syllables, _spanish_syllables, grade

# Words, sentences and syllables counted by hand, as they are spoken, and put into the two formulas.
KNOWN = [
    ("The cat sat on the mat. The dog ran to the cat.", "en", 0.0),
    ("Rick drinks at night. Then he hits Dana. Mateo sees it and he is scared.", "en", 0.5),
    (
        "The agency is concerned that continued intoxication and domestic violence will inevitably endanger the psychological"
        " development of the children.",
        "en",
        20.4,
    ),
    ("El papá toma los viernes. El niño tiene miedo. La abuela lo cuida.", "es", 0.2),
    (
        "La institución considera preocupante la reiterada intoxicación alcohólica del progenitor durante la permanencia de los"
        " menores en el domicilio familiar.",
        "es",
        9.3,
    ),
]


@pytest.mark.parametrize(("text", "language", "known"), KNOWN)
def test_a_known_sentence_has_its_known_grade(text: str, language: str, known: float) -> None:
    found = grade(text, language)
    assert found == pytest.approx(known, abs=0.7)


@pytest.mark.parametrize(
    ("word", "known"),
    [("cat", 1), ("drinks", 1), ("mother", 2), ("safe", 1), ("table", 2), ("houses", 2), ("worried", 2), ("wanted", 2), ("hurt", 1),
     ("places", 2), ("family", 3), ("danger", 2), ("alcohol", 3), ("scared", 1), ("the", 1), ("people", 2)],
)  # fmt: skip
def test_syllables_of_everyday_english(word: str, known: int) -> None:
    assert _english_syllables(word) == known


@pytest.mark.parametrize(
    ("word", "known"),
    [("niño", 2), ("día", 2), ("leer", 2), ("cuida", 2), ("que", 1), ("guerra", 2), ("peligro", 3), ("abuela", 3), ("familia", 3),
     ("y", 1)],
)  # fmt: skip
def test_syllables_of_everyday_spanish(word: str, known: int) -> None:
    assert _spanish_syllables(word) == known


@pytest.mark.parametrize(
    ("text", "language"),
    [("Too short to say.", "en"), ("", "en"), ("… !!", "es"), ("Một câu dài hơn bảy chữ thì vẫn không có quy tắc", "vi")],
)
def test_where_nothing_can_be_said_nothing_is(text: str, language: str) -> None:
    assert grade(text, language) is None


def test_a_region_changes_nothing() -> None:
    text = KNOWN[3][0]
    assert grade(text, "es-MX") == grade(text, "es")
