"""What comes in several pages is shown as one: a column for each kind, a line for each person and question."""

from datetime import date

from services.portal.domain.shared_words import Column, Score, Series, Statement, joined_columns, joined_lines


def a_worry(id: str) -> Statement:
    return Statement(id=id, kind="danger", text="Drinks", number=1, etag='"1"')


def a_line(question: str, *days: int, danger_id: str | None = None) -> Series:
    scores = tuple(Score(id=str(day), score=4, said_on=date(2027, 3, day)) for day in days)
    return Series(person_id="per_1", danger_id=danger_id, question=question, answers=scores)


def test_a_column_goes_on_in_the_next_page() -> None:
    first = (Column(kind="harm"), Column(kind="danger", items=(a_worry("1"), a_worry("2"))))
    second = (Column(kind="harm"), Column(kind="danger", items=(a_worry("3"),)))
    assert [(one.kind, [each.id for each in one.items]) for one in joined_columns((*first, *second))] == [
        ("harm", []),
        ("danger", ["1", "2", "3"]),
    ]


def test_a_line_goes_on_in_the_next_page_and_reads_as_it_was_last_asked() -> None:
    found = joined_lines((a_line("how safe?", 1, 2), a_line("", 1, danger_id="stm_1"), a_line("How  safe?", 3)))
    assert [(one.question, [each.id for each in one.answers]) for one in found] == [("How  safe?", ["1", "2", "3"]), ("", ["1"])]
