"""What an import says of a file: to a person line by line, to a program as a document."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

from newsletter.audience.columns import MAX_COLUMNS
from newsletter.cli.console import say

COLUMNS_TOLD = 20  # one by one

if TYPE_CHECKING:
    from newsletter.audience.rows import Occurrences, Refused
    from newsletter.readership import ImportReport
    from newsletter.store.imports import Tally


def tell(report: "ImportReport") -> None:
    """Tell a person what became of every row, and what was done to the values in them."""
    if report.list_made:
        say(f"The list “{report.list_name}” is new.")
    for line in _of_the_encoding(report):
        say(line)
    say(f"{report.rows:,} rows of {report.file}:")
    for text, count, lines in _outcomes(report):
        say(f"  {count:>10,}  {text}{_where(count, lines)}")
    for refused in report.refused_rows:
        say(f"line {refused.line}: {refused.sentence}")
    for line in (*_of_columns(report), *_of_addresses(report), *_of_values(report)):
        say(line)
    if report.refused_file:
        how = " with the same options" if report.table.choices.fields or report.table.choices.ignored else ""
        say(f"The refused rows are in {report.refused_file}: correct them there and import that file{how}.")


def _outcomes(report: "ImportReport") -> list[tuple[str, int, list[int]]]:
    rows: list[tuple[str, int, list[int]]] = [
        ("new on the list", report.joined, []),
        ("on it already", report.known, []),
        ("repeated an address and were folded into its last row", report.repeated, []),
        ("left the list before and stay away", report.left.count, report.left.lines),
        ("suppressed, never mailed", report.suppressed.count, report.suppressed.lines),
    ]
    rows += [(f"refused: {why}", tally.count, tally.lines) for why, tally in sorted(report.refused.items())]
    return [row for row in rows if row[1]]


def _of_the_encoding(report: "ImportReport") -> Iterator[str]:
    encoding = report.encoding
    shown = f" It reads “{encoding.sample}”; if that looks wrong, name the right one: --encoding NAME"
    shown = shown if encoding.sample else ""
    if encoding.fallback:
        yield f"The file is UTF-8, and the lines that are not were read as {encoding.title}.{shown}"
    elif encoding.name != "utf-8" and not encoding.given:
        yield f"The file was read as {encoding.title}.{shown}"


def _of_columns(report: "ImportReport") -> Iterator[str]:
    columns = report.table.columns
    for header, name in islice(report.attributes.items(), COLUMNS_TOLD):
        yield f"The column “{header}” is the merge field {name}."
    if len(report.attributes) > COLUMNS_TOLD:
        yield f"So are {len(report.attributes) - COLUMNS_TOLD} more columns; --json lists them all."
    for header, why in report.ignored.items():
        yield f"The column “{header}” was not taken: {why}."
    if columns.beyond:
        some = ", ".join(f"“{header}”" for header in columns.beyond[:3])
        more = ", …" if len(columns.beyond) > 3 else ""
        yield (
            f"{len(columns.beyond):,} columns were left out, since {MAX_COLUMNS} are taken: {some}{more}. "
            "To take one of them, ignore others: --ignore-column NAME"
        )
    unnamed = report.table.unnamed
    if unnamed.count:
        where = _where(unnamed.count, unnamed.lines)
        rows = "1 row has" if unnamed.count == 1 else f"{unnamed.count:,} rows have"
        yield f"{rows} a value in a column without a name, which was not taken{where}."


def _of_addresses(report: "ImportReport") -> Iterator[str]:
    table = report.table
    if table.unwrapped:
        kinds = ", ".join(f"{kind} ({count:,})" for kind, count in table.unwrapped.most_common())
        yield f"Taken off addresses: {kinds}."
    for header, count in table.second.items():
        where = "1 address comes" if count == 1 else f"{count:,} addresses come"
        yield f"{where} from the column “{header}”, where the columns before it are empty."


def _of_values(report: "ImportReport") -> Iterator[str]:
    table = report.table
    if table.shortened:
        yield f"{table.shortened:,} names were longer than a mail can carry and were cut."
    for name, left_out in table.left_out.items():
        where = _where(left_out.count, left_out.lines)
        rows = "1 row" if left_out.count == 1 else f"{left_out.count:,} rows"
        yield f"{name} was too long for a mail in {rows} and left out there; the readers were taken{where}."
    if report.overfull.count:
        where = _where(report.overfull.count, report.overfull.lines)
        yield f"{report.overfull.count:,} readers kept their earlier values; the new ones do not fit{where}."


def _where(count: int, lines: list[int]) -> str:
    if not lines:
        return ""
    more = ", …" if count > len(lines) else ""
    return f" (line {', '.join(map(str, lines))}{more})"


def document(report: "ImportReport") -> Mapping[str, Any]:
    """Return the report as JSON has it."""
    table = report.table
    return {
        "file": report.file,
        "encoding": report.encoding.title,
        "list": report.list_name,
        "list_made": report.list_made,
        "rows": report.rows,
        "joined": report.joined,
        "known": report.known,
        "repeated": report.repeated,
        "left": _tally(report.left),
        "suppressed": _tally(report.suppressed),
        "refused": {why: _tally(tally) for why, tally in sorted(report.refused.items())},
        "refused_rows": list(map(_refused, report.refused_rows)),
        "refused_file": None if report.refused_file is None else str(report.refused_file),
        "attributes": dict(report.attributes),
        "ignored_columns": list(report.ignored),
        "columns_left_out": list(table.columns.beyond),
        "unnamed_columns": _tally(table.unnamed),
        "unwrapped": dict(table.unwrapped),
        "second_addresses": dict(table.second),
        "names_shortened": table.shortened,
        "values_left_out": {name: _tally(left_out) for name, left_out in table.left_out.items()},
        "kept_earlier_values": _tally(report.overfull),
    }


def _tally(tally: "Tally | Occurrences") -> Mapping[str, Any]:
    return {"count": tally.count, "lines": tally.lines}


def _refused(refused: "Refused") -> Mapping[str, Any]:
    return {
        "line": refused.line,
        "reason": refused.reason,
        "value": refused.value,
        "detail": refused.detail,
        "instead": refused.instead or None,
    }
