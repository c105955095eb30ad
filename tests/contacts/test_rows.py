"""The zoo of CSV files: every row is taken or refused with its line, and no file is half read unsaid."""

import csv
import io
import tracemalloc
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import get_args

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import examples

from newsletter.contacts.fields import MAX_ATTRIBUTES
from newsletter.contacts.table.cells import CellParser
from newsletter.contacts.table.columns import ColumnChoices
from newsletter.contacts.table.formulas import guard, unguard
from newsletter.contacts.table.header import read_header
from newsletter.contacts.table.row import Erased, RejectedRow, RejectionReason, Row
from newsletter.contacts.table.rows import Table
from newsletter.contacts.text.encodings import UTF_8, Encoding, find_encoding
from newsletter.contacts.text.lines import MAX_LINE, text_lines
from newsletter.errors import AudienceError
from newsletter.platforms.layout import Declaration, layout_of


def table_in(
    pieces: Iterable[bytes], encoding: Encoding = UTF_8
) -> tuple[Iterator[Row | RejectedRow | Erased], Table]:
    cells = CellParser(text_lines(pieces, file="readers.csv", encoding=encoding))
    header = read_header(cells, ColumnChoices(), file="readers.csv")
    columns = header.columns
    layout = layout_of(columns.header, columns.given, declared=Declaration(), file="readers.csv")
    table = Table.under(header, layout)
    return table.rows(cells), table


def read(data: bytes | str, size: int = 7) -> tuple[list[Row | RejectedRow | Erased], Table]:
    raw = data.encode() if isinstance(data, str) else data
    pieces = [raw[start : start + size] for start in range(0, len(raw), size)]
    encoding = find_encoding(pieces, file="readers.csv")
    rows, table = table_in(pieces, encoding)
    return list(rows), table


def taken(data: bytes | str) -> list[tuple[int, str, str]]:
    return [(row.line, row.email, row.name) for row in read(data)[0] if isinstance(row, Row)]


def refused(data: bytes | str) -> list[tuple[int, str]]:
    return [(row.line, row.reason) for row in read(data)[0] if isinstance(row, RejectedRow)]


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


@pytest.mark.parametrize(
    "first_line",
    [
        "sep=;",
        "SEP=;",
        '"sep=;"',
        "sep = ;",
        " Sep=; ",
        "\ufeffsep=;",
        '\ufeff"sep=;"',
        "sep=;;;",
        '"sep=;",',
        "sep=;\t",
        "'sep=;'",
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_excels_own_first_line_names_the_delimiter_in_any_form(first_line: str, end: str) -> None:
    data = end.join([first_line, "email;name", "ann@example.com;Ann", ""])
    assert taken(data) == [(3, "ann@example.com", "Ann")]


@pytest.mark.parametrize(
    ("first_line", "mark"), [("sep=|", "|"), ("sep=\t", "\t"), ("sep=\\t", "\t"), ("sep=,", ",")]
)
def test_a_delimiter_that_is_named_is_believed_whatever_it_is(first_line: str, mark: str) -> None:
    data = f"{first_line}\nemail{mark}name\nann@example.com{mark}Ann\n"
    assert taken(data) == [(3, "ann@example.com", "Ann")]


def test_a_delimiter_that_is_named_and_not_used_costs_nothing() -> None:
    assert taken("sep=,\nemail;name\nann@example.com;Ann\n") == [(3, "ann@example.com", "Ann")]


def test_a_column_called_like_that_line_is_a_column() -> None:
    assert taken("sep;email\nx;ann@example.com\n") == [(2, "ann@example.com", "")]


def test_a_heading_may_be_broken_over_lines_in_quotation_marks() -> None:
    data = '"E-mail\naddress","Full\r\nname"\nann@example.com,Ann\n'
    assert taken(data) == [(4, "ann@example.com", "Ann")]


def test_a_quotation_mark_in_the_header_that_opens_nothing_swallows_no_reader() -> None:
    data = 'email,name,height (")\nann@example.com,Ann,70\nbob@example.com,Bob,\n'
    assert taken(data) == PLAIN


def test_nul_bytes_cost_nothing_or_their_row() -> None:
    data = "email,name\nann@example.com,A\x00nn\nbo\x00b@example.com,Bob\ncy@example.com,Cy\x00\n\x00\n"
    assert taken(data) == [(2, "ann@example.com", "Ann"), (4, "cy@example.com", "Cy")]
    assert refused(data) == [(3, "invalid address"), (5, "no address")]


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
    assert table.columns.attributes == {"Home Town": "home_town", "Plan": "plan"}


def test_columns_that_look_alike_are_named_or_numbered() -> None:
    columns = read("email,City,city,CITY,Город,unsubscribe_url\n")[1].columns
    assert columns.attributes == {"City": "city", "city": "city_2", "CITY": "city_3", "Город": "column_5"}
    assert list(columns.ignored) == ["unsubscribe_url"]


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
        ("a@example.com; b@example.com,Ann", "several addresses"),
        ("é@example.com,Ann", "not mailable"),
        ("a" * 65 + "@example.com,Ann", "not mailable"),
        ('"ann@example.com,Ann', "broken quotation"),
    ],
)
def test_a_bad_row_costs_itself_alone(row: str, reason: str) -> None:
    data = f"email,name\nfirst@example.com,F\n{row}\nlast@example.com,L\n"
    assert refused(data) == [(3, reason)]
    assert taken(data) == [(2, "first@example.com", "F"), (4, "last@example.com", "L")]


@pytest.mark.parametrize(
    "row",
    [
        "ann@example.com," + "x" * 1_000_000,
        "ann@example.com," + "x" * 3_000_000,
        "ann@example.com," * 100_000,
        'ann@example.com,"' + "x\\n" * 400_000,
    ],
)
def test_a_row_of_a_million_characters_costs_itself_alone(row: str) -> None:
    data = f"email,name\nfirst@example.com,F\n{row}\nlast@example.com,L\n"
    found, _ = read(data, size=250_007)
    assert [(row.line, getattr(row, "reason", "taken")) for row in found] == [
        (2, "taken"),
        (3, "row too long"),
        (4, "taken"),
    ]


def test_a_status_nobody_knows_is_a_question() -> None:
    _, table = read("email,status\nann@example.com,A\n")
    assert table.layout.consent.questions.open


def test_names_beyond_their_bound_are_cut() -> None:
    rows, table = read(f"email,name\nann@example.com,{'n' * 300}\n")
    assert isinstance(rows[0], Row)
    assert len(rows[0].name) == 100
    assert table.shortened == 1


def test_values_beyond_what_a_mail_carries_are_left_out_the_longest_first_and_cost_nobody_the_mail() -> None:
    rows, table = read(
        f"email,city,note,plan\nann@example.com,Oslo,{'word ' * 310},{'x' * 1_400}\n"
        f"bob@example.com,Rome,{'y' * 140_000},gold\ncy@example.com,Bern,fine,gold\n"
    )
    kept = [orjson.loads(row.attrs) for row in rows if isinstance(row, Row)]
    assert [sorted(attrs) for attrs in kept] == [["city", "plan"], ["city", "plan"], ["city", "note", "plan"]]
    assert {name: (tally.count, tally.lines) for name, tally in table.left_out.items()} == {
        "note": (2, [2, 3])
    }


def test_as_many_values_go_as_must_and_names_stay() -> None:
    part = MAX_ATTRIBUTES // 4 - 10  # takes half the room, counted as it is and again as HTML
    data = f"email,first_name,a,b,c,d\nann@example.com,Ann,{'a' * part},{'b' * (part + 1)},{'c' * part},d\n"
    rows, table = read(data)
    assert isinstance(rows[0], Row)
    assert sorted(orjson.loads(rows[0].attrs)) == ["a", "c", "d", "first_name"]
    assert list(table.left_out) == ["b"]


def test_an_open_quotation_mark_never_swallows_the_rest() -> None:
    body = "".join(f"reader{n}@example.com,R\n" for n in range(2_500))
    data = 'email,name\n"open@example.com,Open\n' + body
    assert refused(data) == [(2, "broken quotation")]
    assert len(taken(data)) == 2_500


def test_a_note_of_many_lines_makes_no_readers_of_what_stands_in_it() -> None:
    note = "\n".join(["Met at the fair.", "boss@example.com,Boss", 'She said ""yes"".'] * 100)
    data = f'email,name,note\nann@example.com,Ann,"{note}"\nbob@example.com,Bob,\n'
    assert [email for _, email, _ in taken(data)] == ["ann@example.com", "bob@example.com"]
    assert refused(data) == []


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
        (b"name|mail\nAnn|ann@example.com\n", 1, "“email”"),
        (b"ann@example.com,Ann\nbob@example.com,Bob\n", 1, "“email”"),
        (b"email," + b"x" * 1_000_010, 1, "more than"),
        ("email\n".encode("utf-16") + b"\x00", 2, "not UTF-16"),
        ("email\r\na@example.com\r\nb".encode("utf-16") + b"\x00\xd8x\x00", 3, "not UTF-16"),
    ],
)
def test_a_file_that_is_wrong_as_a_whole_is_refused_with_its_line(
    data: bytes, line: int | None, sentence: str
) -> None:
    with pytest.raises(AudienceError, match=sentence) as caught:
        read(data, size=60_000)
    assert (caught.value.file, caught.value.line) == ("readers.csv", line)
    assert caught.value.hint


def test_a_row_without_an_end_is_read_in_bounded_memory() -> None:
    def pieces() -> Iterator[bytes]:
        yield b"email,name\nann@example.com,Ann\n"
        for _ in range(200):
            yield b"x" * 1_000_000
        yield b"\nbob@example.com,Bob\n"

    tracemalloc.start()
    rows = list(table_in(pieces())[0])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [type(row) for row in rows] == [Row, RejectedRow, Row]
    assert peak < 30_000_000


@pytest.mark.parametrize("end", ["\r", "\r\n", "\n"])
def test_the_row_after_one_that_is_too_long_is_not_swallowed(end: str) -> None:
    lines = ["email,name", "ann@example.com," + "x" * (MAX_LINE + 500_000), "bob@example.com,Bob", ""]
    data = end.join(lines)
    for size in (1_000_003, 250_000):
        found, _ = read(data, size)
        assert [(row.line, type(row)) for row in found] == [(2, RejectedRow), (3, Row)]


def test_a_file_of_refused_rows_can_be_corrected_and_imported() -> None:
    assert taken("line,reason,email,name\n7,no address: …,ann@example.com,Ann\n") == [
        (2, "ann@example.com", "Ann")
    ]


_cell = st.text(st.sampled_from("ab@.,;\"'\n\r\t =é😀\x00\x85"), max_size=8) | st.sampled_from(
    ["ann@example.com", "bob@example.com", "=1+1", "pending"]
)


@pytest.mark.slow
@settings(max_examples=examples(150))
@given(st.lists(st.lists(_cell, min_size=1, max_size=4), max_size=8), st.sampled_from(",;\t"))
def test_rows_a_csv_writer_wrote_are_all_accounted_for(rows: list[list[str]], delimiter: str) -> None:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(["email", "name", "status"])
    writer.writerows(rows)
    found, _ = read(out.getvalue())
    assert len(found) == sum(1 for row in rows if any(row))


@settings(max_examples=examples(150))
@given(st.text(st.sampled_from('ab@.,"\n\r;'), max_size=60), st.integers(1, 9))
def test_no_text_breaks_the_reader_and_the_size_of_pieces_makes_no_difference(text: str, size: int) -> None:
    data = "email,name\n" + text
    assert read(data, size=size)[0] == read(data, size=1_000)[0]


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
    assert all(f"| {reason} |" in text for reason in get_args(RejectionReason))
