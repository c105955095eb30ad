"""What an import says of a file: to a person line by line, to a program as a document."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from newsletter.cli.terminal.output import say
from newsletter.contacts.table.columns import MAX_COLUMNS
from newsletter.delivery.states import SubscriptionState
from newsletter.sentences import count_of

COLUMNS_SHOWN = 20  # one by one

if TYPE_CHECKING:
    from newsletter import FileReport, ImportReport
    from newsletter.contacts.table.occurrences import Occurrences
    from newsletter.contacts.table.row import RejectedRow


def show(report: "ImportReport") -> None:
    """Show what became of every row, and what was done to the values in them."""
    if report.list_made:
        say(f"The list “{report.list_name}” is new.")
    for line in _of_files(report):
        say(line)
    say(f"{_rows(report.rows)} of {report.file}:")
    for text, count, lines in _outcomes(report):
        say(f"  {count:>10,}  {text}{_where(count, lines)}")
    for file in report.files:
        for rejected in file.rejected_rows:
            say(f"line {rejected.line}: {rejected.sentence}")
        for line in (*_of_columns(file), *_of_addresses(file), *_of_values(file)):
            say(line)
    for line in (*_of_suppressions(report), *_of_earlier_values(report)):
        say(line)
    for file in report.files:
        if file.rejected_file:
            how = " with the same options" if file.choices.fields or file.choices.ignored else ""
            say(
                f"The refused rows are in {file.rejected_file}: correct them there and import that file{how}."
            )


def _of_files(report: "ImportReport") -> Iterator[str]:
    if report.skipped:
        yield f"Files without readers were skipped: {_named(report.skipped)}."
    for file in report.files:
        for line in (*_of_the_platform(file), *_of_the_encoding(file)):
            yield line if len(report.files) == 1 else f"{file.name}: {line}"


def _outcomes(report: "ImportReport") -> list[tuple[str, int, list[int]]]:
    new = report.merged.joined_as
    rows: list[tuple[str, int, list[int]]] = [
        ("new on the list", new[SubscriptionState.CONFIRMED], []),
        ("new on the list, yet to confirm", new[SubscriptionState.PENDING], []),
        ("new on the list, paused", new[SubscriptionState.PAUSED], []),
        ("new on the list as unsubscribed, never mailed", new[SubscriptionState.UNSUBSCRIBED], []),
        ("new on the list as never to be mailed", new["suppressed"], []),
        ("on the list already", report.known, []),
        ("no longer mailed: left, bounced or complained, as this file says", *_count(report.stopped)),
        ("repeated an address: its last row counts", report.repeated, []),
        ("left the list before: not put back on it", *_count(report.left)),
        ("suppressed, never mailed", *_count(report.suppressed)),
        ("erased before: not taken in", *_count(report.merged.erased)),
        ("erased addresses of an export: never taken in", report.erased, []),
    ]
    rows += [(f"refused: {why}", *_count(tally)) for why, tally in sorted(report.rejected.items())]
    return [row for row in rows if row[1]]


def _count(tally: "Occurrences") -> tuple[int, list[int]]:
    return tally.count, tally.lines


def _of_the_platform(file: "FileReport") -> Iterator[str]:
    layout = file.table.layout
    if layout.whole:
        yield "This is an export of newsletter: states, dates and consent are kept as they were."
    elif layout.platform:
        yield f"The columns are those of {layout.platform}."
    columns = [file.table.header[place] for place in layout.consent_columns if not layout.whole]
    if columns:
        yield f"Who may be mailed is read from {_named(columns)}."
    dated = {place for place, _, _ in layout.consent.dates}
    if left_out := [file.table.header[place] for place in layout.left_out if place not in dated]:
        yield f"Left out, since only that platform uses it: {_named(left_out)}."
    if layout.consent.everyone:
        yield f"Everyone in it was taken as {layout.consent.everyone}."
    for headings, rows in file.table.disagreeing.items():
        where = _where(rows.count, rows.lines)
        yield f"{_named(headings)} disagree in {_rows(rows.count)}; the stricter counts{where}."


def _named(headings: Sequence[str]) -> str:
    shown = [f"“{heading}”" for heading in headings[:20]]
    more = f" and {len(headings) - 20:,} more" if len(headings) > 20 else ""
    return ", ".join(shown) + more


def _rows(count: int) -> str:
    return count_of(count, "row")


def _of_suppressions(report: "ImportReport") -> Iterator[str]:
    for reason, count in sorted(report.merged.suppressions.items()):
        addresses = count_of(count, "address is", "addresses are")
        yield f"{addresses} never mailed from now on, on any list: {reason}."


def _of_earlier_values(report: "ImportReport") -> Iterator[str]:
    if report.overfull.count:
        where = _where(report.overfull.count, report.overfull.lines)
        readers = count_of(report.overfull.count, "reader")
        yield f"{readers} kept their earlier values; the new ones do not fit{where}."


def _of_the_encoding(file: "FileReport") -> Iterator[str]:
    encoding = file.encoding
    shown = f" It reads “{encoding.sample}”; if that looks wrong, name the right one: --encoding NAME"
    shown = shown if encoding.sample else ""
    if encoding.fallback:
        yield f"The file is UTF-8, and the lines that are not were read as {encoding.title}.{shown}"
    elif encoding.name != "utf-8" and not encoding.given:
        yield f"The file was read as {encoding.title}.{shown}"


def _of_columns(file: "FileReport") -> Iterator[str]:
    columns = file.table.columns
    for header, name in islice(columns.attributes.items(), COLUMNS_SHOWN):
        yield f"The column “{header}” is the merge field {name}."
    if len(columns.attributes) > COLUMNS_SHOWN:
        more = count_of(
            len(columns.attributes) - COLUMNS_SHOWN, "more column is a merge field", "more columns are"
        )
        yield f"{more}; --json lists them all."
    for header, why in columns.ignored.items():
        yield f"The column “{header}” was not taken: {why}."
    if columns.beyond:
        some = ", ".join(f"“{header}”" for header in columns.beyond[:3])
        more = ", …" if len(columns.beyond) > 3 else ""
        yield (
            f"{count_of(len(columns.beyond), 'column was', 'columns were')} left out: {MAX_COLUMNS} are "
            f"taken at most: {some}{more}. To take one of them, ignore others: --ignore-column NAME"
        )
    unnamed = file.table.unnamed
    if unnamed.count:
        where = _where(unnamed.count, unnamed.lines)
        rows = count_of(unnamed.count, "row has", "rows have")
        yield f"{rows} a value in a column without a name, which was not taken{where}."


def _of_addresses(file: "FileReport") -> Iterator[str]:
    table = file.table
    if table.unwrapped:
        kinds = ", ".join(f"{kind} ({count:,})" for kind, count in table.unwrapped.most_common())
        yield f"Taken off addresses: {kinds}."
    for header, count in table.second.items():
        where = count_of(count, "address comes", "addresses come")
        yield f"{where} from the column “{header}”, where the columns before it are empty."


def _of_values(file: "FileReport") -> Iterator[str]:
    table = file.table
    if table.shortened:
        names = count_of(
            table.shortened,
            "name was longer than a mail can carry and was cut",
            "names were longer than a mail can carry and were cut",
        )
        yield f"{names}."
    for name, left_out in table.left_out.items():
        where = _where(left_out.count, left_out.lines)
        rows = _rows(left_out.count)
        yield f"{name} was too long for a mail in {rows} and left out there; the readers were taken{where}."


def _where(count: int, lines: list[int]) -> str:
    if not lines:
        return ""
    more = ", …" if count > len(lines) else ""
    return f" (line{'s' if count > 1 else ''} {', '.join(map(str, lines))}{more})"


def document(report: "ImportReport") -> Mapping[str, Any]:
    """Return the report as JSON has it."""
    return {
        "file": report.file,
        "list": report.list_name,
        "list_made": report.list_made,
        "rows": report.rows,
        "joined": report.joined,
        "joined_as": dict(sorted(report.merged.joined_as.items())),
        "known": report.known,
        "repeated": report.repeated,
        "left": _tally(report.left),
        "stopped": _tally(report.stopped),
        "suppressed": _tally(report.suppressed),
        "newly_suppressed": dict(sorted(report.merged.suppressions.items())),
        "erased": _tally(report.merged.erased),
        "erased_addresses": report.erased,
        "refused": {why: _tally(tally) for why, tally in sorted(report.rejected.items())},
        "refused_file": None if report.rejected_file is None else str(report.rejected_file),
        "attributes": dict(report.attributes),
        "ignored_columns": list(report.ignored),
        "kept_earlier_values": _tally(report.overfull),
        "files": list(map(_file_document, report.files)),
        **_file_document(report.files[0]),
    }


def _file_document(file: "FileReport") -> dict[str, Any]:
    table = file.table
    layout = table.layout
    return {
        "name": file.name,
        "encoding": file.encoding.title,
        "platform": layout.platform or None,
        "consent_columns": [] if layout.whole else [table.header[place] for place in layout.consent_columns],
        "disagreeing_columns": [
            {"columns": list(columns), **_tally(rows)} for columns, rows in table.disagreeing.items()
        ],
        "refused_rows": list(map(_rejected, file.rejected_rows)),
        "columns_left_out": list(table.columns.beyond),
        "unnamed_columns": _tally(table.unnamed),
        "unwrapped": dict(table.unwrapped),
        "second_addresses": dict(table.second),
        "names_shortened": table.shortened,
        "values_left_out": {name: _tally(left_out) for name, left_out in table.left_out.items()},
    }


def _tally(tally: "Occurrences") -> Mapping[str, Any]:
    return {"count": tally.count, "lines": tally.lines}


def _rejected(row: "RejectedRow") -> Mapping[str, Any]:
    return {
        "line": row.line,
        "reason": row.reason,
        "value": row.value,
        "detail": row.detail,
        "instead": row.instead or None,
    }
