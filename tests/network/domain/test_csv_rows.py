"""A file is read as it is, or refused with the line; nothing in it is guessed."""

from io import BytesIO

import pytest

from services.network.domain.csv_rows import MAX_CELL, Record, Unreadable, read_header, read_records

KNOWN = frozenset({"external_id", "given_name", "phone"})
NEEDED = frozenset({"external_id"})


def records(text: str | bytes) -> list[Record]:
    """Read a whole file."""
    raw = text.encode() if isinstance(text, str) else text
    return list(read_records(BytesIO(raw)))


def place_of(text: str | bytes) -> tuple[str, int, str | None]:
    """Return how a file is refused."""
    with pytest.raises(Unreadable) as caught:
        records(text)
    return caught.value.code, caught.value.line, caught.value.column


def test_cells_are_text_whatever_they_look_like() -> None:
    assert records('external_id,given_name\n007,"Ana, ""la abuela"""\r\n')[1].cells == ("007", 'Ana, "la abuela"')


def test_a_quoted_cell_may_run_over_lines_and_the_next_record_knows_its_own_line() -> None:
    assert [each.line for each in records('a,b\n1,"x\ny\nz"\n2,w\n')] == [1, 2, 5]


def test_a_mark_at_the_beginning_is_not_part_of_the_first_column() -> None:
    assert records(b"\xef\xbb\xbfexternal_id\n1\n")[0].cells == ("external_id",)


def test_blank_lines_are_no_records() -> None:
    assert [each.cells for each in records("a\n\n1\n\n")] == [("a",), ("1",)]


def test_a_line_with_too_few_cells_is_kept_as_one_that_does_not_fit() -> None:
    assert [each.fits for each in records("a,b\n1\n2,3\n4,5,6\n")] == [True, False, True, False]


def test_a_byte_that_is_no_utf_8_is_named_with_its_line() -> None:
    assert place_of(b"a,b\n1,M\xfcller\n") == ("csv_encoding", 2, "byte 4")


def test_a_zero_byte_or_a_lone_carriage_return_is_a_control_character() -> None:
    assert place_of("a\nA\0na\n") == ("control_characters", 2, None)
    assert place_of("a,b\n1,x\ry\n") == ("control_characters", 2, None)


def test_an_open_quote_is_not_read_to_the_end_of_the_file_in_silence() -> None:
    assert place_of('a,b\n1,2\n3,"x\n4,5\n') == ("csv_unterminated_quote", 3, None)


def test_a_quote_that_closes_in_the_middle_of_a_cell_is_refused() -> None:
    assert place_of('a,b\n1,"x"y\n') == ("csv_unterminated_quote", 2, None)


def test_a_cell_beyond_the_limit_is_refused_and_one_at_it_is_read() -> None:
    assert len(records(f"a\n{'x' * MAX_CELL}\n")[1].cells[0]) == MAX_CELL
    assert place_of(f"a\n{'x' * (MAX_CELL + 1)}\n") == ("csv_field_too_large", 2, None)


@pytest.mark.parametrize(
    ("header", "code", "column"),
    [
        ("nombre;relacion", "csv_header_unknown", "1"),
        ("external_id,given_name,External_Id", "csv_header_unknown", "3"),
        ("external_id,phone,phone", "csv_duplicate_header", "phone"),
        ("given_name,phone", "csv_header_unknown", "external_id"),
        ("", "csv_header_unknown", "external_id"),
    ],
)
def test_a_first_line_that_names_other_columns_is_refused(header: str, code: str, column: str) -> None:
    found = records(f"{header}\n")
    with pytest.raises(Unreadable) as caught:
        read_header(found[0] if found else None, known=KNOWN, needed=NEEDED)
    assert (caught.value.code, caught.value.line, caught.value.column) == (code, 1, column)


def test_columns_may_stand_in_any_order() -> None:
    assert read_header(records("phone,external_id\n")[0], known=KNOWN, needed=NEEDED) == ("phone", "external_id")
