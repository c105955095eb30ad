"""No cell of an export can be run by a spreadsheet, whatever mark it splits lines at; and each comes back."""

import csv
import io
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from newsletter.contacts.table.formulas import guard, unguard

SIGNS = "=+-@＝＋－＠"
TEXTS = st.text(st.sampled_from([*SIGNS, *",;|\t\r\n\"' 1aé"]), max_size=12)


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "＝1+1",
        "x;=1+1",
        "x\t=1",
        'x"=1',
        "x,@a",
        "a\n=1",
        "'=1",
        "\t=1",
        "a|=1",
    ],
)
def test_a_formula_at_the_start_of_any_cell_is_guarded(cell: str) -> None:
    assert guard(cell) != cell
    assert unguard(guard(cell)) == cell


@pytest.mark.parametrize(
    "cell", ["Ann", "Anna - Maria", "1-2", "a=b", "it's", "'tis", "a; b", "x@example.com", ""]
)
def test_what_is_no_formula_stays_as_it_is(cell: str) -> None:
    assert guard(cell) == cell
    assert unguard(cell) == cell


@given(TEXTS)
@example("';=")
@example(";'=")
@example("\t\t=")
def test_every_cell_comes_back_as_it_was(cell: str) -> None:
    assert unguard(guard(cell)) == cell


@given(TEXTS, st.sampled_from([",", ";", "\t", "|"]), st.booleans())
def test_no_cell_of_a_line_begins_with_a_formula_however_it_is_split(
    cell: str, separator: str, quotes: bool
) -> None:
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n").writerow(["x@example.com", guard(cell)])
    for line in re.split(r"[\n\r]", out.getvalue()):
        rows = csv.reader([line], delimiter=separator) if quotes else [line.split(separator)]
        for row in rows:
            for found in row:
                assert not found.strip('"')[:1] or found.strip('"')[0] not in SIGNS
