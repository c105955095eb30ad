"""The zoo of CSV files: every row is taken or refused with its line, and no file is half read unsaid."""

import csv
import io
from pathlib import Path
from typing import get_args

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.audience.cells import guard, unguard
from newsletter.audience.fields import MAX_ATTRIBUTES
from newsletter.audience.lines import text_lines
from newsletter.audience.rows import Reason, Refused, Row, Table
from newsletter.errors import AudienceError


def read(data: bytes | str, size: int = 7) -> tuple[list[Row | Refused], Table]:
    raw = data.encode() if isinstance(data, str) else data
    table = Table("readers.csv")
    pieces = [raw[start : start + size] for start in range(0, len(raw), size)]
    return list(table.rows(text_lines(pieces, file="readers.csv"))), table


def taken(data: bytes | str) -> list[tuple[int, str, str]]:
    return [(row.line, row.email, row.name) for row in read(data)[0] if isinstance(row, Row)]


def refused(data: bytes | str) -> list[tuple[int, str]]:
    return [(row.line, row.reason) for row in read(data)[0] if isinstance(row, Refused)]


PLAIN = [(2, "ann@example.com", "Ann"), (3, "bob@example.com", "Bob")]


@pytest.mark.parametrize(
    "data",
    [
        "email,name\nann@example.com,Ann\nbob@example.com,Bob\n",
        "email,name\nann@example.com,Ann\nbob@example.com,Bob",
        "\ufeffemail,name\nann@example.com,Ann\nbob@example.com,Bob\n",
        "Name;E-MAIL\r\nAnn;ann@example.com\r\nBob;bob@example.com\r\n",
        "name\tEmail Address\nAnn\tann@example.com\nBob\tbob@example.com\n",
        "full name,Mail\rAnn,ann@example.com\rBob,bob@example.com\r",
        '"email","name"\n"ann@example.com","Ann"\n"bob@example.com","Bob"\n',
        "email,name,,\nann@example.com,Ann,,\nbob@example.com,Bob,,,,\n",
        '\ufeff"email";"name"\nann@example.com;Ann\nbob@example.com;Bob\n',
        "email,name\n ANN@example.com ,  Ann \nbob@example.com,B\x00o\x07b\n",
    ],
)
def test_the_same_readers_in_many_spellings(data: str) -> None:
    assert taken(data) == PLAIN


def test_excels_own_first_line_names_the_delimiter() -> None:
    assert taken("sep=;\nemail;name\nann@example.com;Ann\n") == [(3, "ann@example.com", "Ann")]


def test_a_quoted_line_break_keeps_the_count_of_lines() -> None:
    data = 'email,name,note\nann@example.com,Ann,"one\ntwo"\n\nbad,x,y\n'
    rows, _ = read(data)
    assert isinstance(rows[0], Row)
    assert orjson.loads(rows[0].attrs) == {"note": "one two"}
    assert refused(data) == [(5, "invalid address")]


def test_extra_columns_are_attributes_and_empty_cells_are_not_there() -> None:
    rows, table = read("email,Home Town,Plan\nann@example.com,Oslo,\n")
    assert isinstance(rows[0], Row)
    assert orjson.loads(rows[0].attrs) == {"home_town": "Oslo"}
    assert table.attributes == {"Home Town": "home_town", "Plan": "plan"}


def test_columns_that_cannot_be_told_apart_are_named_or_numbered() -> None:
    _, table = read("email,City,city,Город,mail,unsubscribe_url\n")
    assert table.attributes == {"City": "city", "city": "city_2", "Город": "column_4"}
    assert table.ignored == ["mail", "unsubscribe_url"]


@pytest.mark.parametrize(
    ("cell", "status"),
    [
        ("", "confirmed"),
        ("Subscribed", "confirmed"),
        ("PENDING", "pending"),
        ("unsubscribed", "unsubscribed"),
    ],
)
def test_the_status_column_is_followed(cell: str, status: str) -> None:
    rows, _ = read(f"email,status\nann@example.com,{cell}\n")
    assert isinstance(rows[0], Row)
    assert rows[0].status == status


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",Ann", "no address"),
        ("ann,Ann", "invalid address"),
        ('"""ann lee""@example.com",Ann', "invalid address"),
        ("a\x00nn@example.com,Ann", "invalid address"),
        ("ann@example.com,Lee, Ann", "too many cells"),
        ("ann@example.com,Ann,bounced", "too many cells"),
        ("ann@example.com," + "x" * 140_000, "broken quotation"),
        ('"ann@example.com,Ann', "broken quotation"),
    ],
)
def test_a_bad_row_costs_itself_alone(row: str, reason: str) -> None:
    data = f"email,name\nfirst@example.com,F\n{row}\nlast@example.com,L\n"
    assert refused(data) == [(3, reason)]
    assert taken(data) == [(2, "first@example.com", "F"), (4, "last@example.com", "L")]


def test_a_status_nobody_knows_is_refused_rather_than_mailed() -> None:
    assert refused("email,status\nann@example.com,bounced\n") == [(2, "unknown status")]


def test_values_that_would_break_a_request_are_refused_and_long_names_cut() -> None:
    half = MAX_ATTRIBUTES // 2
    data = (
        f"email,name,note\nann@example.com,{'n' * 300},{'x' * half}\nbob@example.com,Bob,{'x' * (half + 1)}\n"
    )
    rows, table = read(data)
    assert isinstance(rows[0], Row)
    assert len(rows[0].name) == 100
    assert table.shortened == 1
    assert refused(data) == [(3, "values too long")]


def test_an_open_quotation_mark_never_swallows_the_rest() -> None:
    body = "".join(f"reader{n}@example.com,R\n" for n in range(500))
    data = 'email,name\n"open@example.com,Open\n' + body
    assert refused(data) == [(2, "broken quotation")]
    assert len(taken(data)) == 500


def test_quotation_marks_within_a_line_are_read_leniently() -> None:
    assert taken('email,name\nann@example.com,"Ann" Lee\nbob@example.com,Bob "the" B\n') == [
        (2, "ann@example.com", "Ann Lee"),
        (3, "bob@example.com", 'Bob "the" B'),
    ]


def test_formula_cells_are_text_and_come_back_from_an_export_unchanged() -> None:
    cell = "=cmd|' /C calc'!A0"
    assert taken(f"email,name\nann@example.com,{cell}\n") == [(2, "ann@example.com", cell)]
    assert taken(f"email,name\nann@example.com,{guard(cell)}\n") == [(2, "ann@example.com", cell)]


@given(st.text())
def test_guarding_is_undone_exactly_and_leaves_no_formula(cell: str) -> None:
    assert unguard(guard(cell)) == cell
    assert guard(cell)[:1] not in {"=", "+", "-", "@", "\t", "\r"}


@pytest.mark.parametrize(
    ("data", "line", "sentence"),
    [
        (b"", None, "empty"),
        (b"\xef\xbb\xbf", None, "empty"),
        (b"\n\n\r\n", None, "empty"),
        ("email,name\nann@example.com,Ann\nbob@example.com,Zoë\n".encode("latin-1"), 3, "not UTF-8"),
        ("email,name\r\nann@example.com,Zoë\r\n".encode("cp1252"), 2, "not UTF-8"),
        (b"email,name\nann@example.com,Ann\n\xc3", 3, "not UTF-8"),
        (b"name|mail\nAnn|ann@example.com\n", 1, "“email”"),
        (b"ann@example.com,Ann\nbob@example.com,Bob\n", 1, "“email”"),
        (b"email" + b",x" * 300, 1, "columns"),
        (b"email\n" + b"x" * 1_000_010, 2, "longer"),
    ],
)
def test_a_file_that_is_wrong_as_a_whole_is_refused_with_its_line(
    data: bytes, line: int | None, sentence: str
) -> None:
    with pytest.raises(AudienceError, match=sentence) as caught:
        read(data, size=60_000)
    assert (caught.value.file, caught.value.line) == ("readers.csv", line)
    assert caught.value.hint or "longer" in sentence or "columns" in sentence


@pytest.mark.parametrize("data", ["email".encode("utf-16"), b"PK\x03\x04\x14\x00\xff", b"%PDF-1.7\n"])
def test_other_formats_are_called_by_their_name(data: bytes) -> None:
    with pytest.raises(AudienceError) as caught:
        read(data, size=60_000)
    assert "CSV UTF-8" in caught.value.hint


def test_a_file_of_refused_rows_can_be_corrected_and_imported() -> None:
    assert taken("line,reason,email,name\n7,no address: …,ann@example.com,Ann\n") == [
        (2, "ann@example.com", "Ann")
    ]


_cell = st.text(st.sampled_from("ab@.,;\"'\n\r\t =é😀\x00\x85"), max_size=8) | st.sampled_from(
    ["ann@example.com", "bob@example.com", "=1+1", "pending"]
)


@settings(max_examples=150)
@given(st.lists(st.lists(_cell, min_size=1, max_size=4), max_size=8), st.sampled_from(",;\t"))
def test_rows_a_csv_writer_wrote_are_all_accounted_for(rows: list[list[str]], delimiter: str) -> None:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(["email", "name", "status"])
    writer.writerows(rows)
    found, _ = read(out.getvalue())
    assert len(found) == sum(1 for row in rows if any(row))


@settings(max_examples=150)
@given(st.text(st.sampled_from('ab@.,"\n\r;'), max_size=60), st.integers(1, 9))
def test_no_text_breaks_the_reader_and_the_size_of_pieces_makes_no_difference(text: str, size: int) -> None:
    data = "email,name\n" + text
    assert read(data, size=size)[0] == read(data, size=1_000)[0]


@settings(max_examples=100)
@given(st.binary(max_size=60))
def test_no_bytes_bring_anything_but_an_error_that_names_the_file(data: bytes) -> None:
    caught: list[AudienceError] = []
    try:
        read(b"email\n" + data)
    except AudienceError as error:
        caught.append(error)
    assert all(error.file == "readers.csv" for error in caught)


def test_every_reason_is_explained_to_editors() -> None:
    text = (Path(__file__).parents[2] / "docs" / "subscribers.md").read_text()
    assert all(f"| {reason} |" in text for reason in get_args(Reason))
