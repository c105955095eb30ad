"""Tables, as a brief has them."""

from collections.abc import Iterator

from newsletter.checks.reading import sections
from newsletter.checks.registry import CheckedIssue, Remark, check
from newsletter.rendering.html.tables import rows_of, table_at


@check("table-headers", "warning")
def table_headers(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for tables none of whose columns has a name."""
    for _story, section in sections(checked.issue):
        for position, token in enumerate(section.body):
            if token.type == "table_open" and not any(rows_of(table_at(section.body, position))[0]):
                yield Remark(
                    token.map[0] + 1 if token.map else section.line,
                    "None of this table's columns has a name.",
                    "Name them in its first row: programs that read aloud say the name with each cell.",
                )
