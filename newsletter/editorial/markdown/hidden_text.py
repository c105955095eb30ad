"""Words that Markdown hides without saying so: no reader would see them, so the editor is told."""

from collections.abc import Sequence

from markdown_it.rules_block.table import escapedSplit
from markdown_it.token import Token

from newsletter.editorial.faults import Faults


def note_hidden_references(tokens: Sequence[Token], env: dict[str, object], faults: Faults) -> None:
    """Note link definitions (``[name]: https://…``) that nothing in the brief refers to."""
    references = env.get("references")
    if not isinstance(references, dict):
        return
    used = {child.meta.get("label") for token in tokens for child in token.children or ()}
    hidden = [reference["map"][0] for label, reference in references.items() if label not in used]
    twice = env.get("duplicate_refs")
    hidden += [reference["map"][0] for reference in twice] if isinstance(twice, list) else []
    for line in hidden:
        faults.add(
            "brief-reference-unused",
            line + 1,
            "Markdown reads this line as a link's address which nothing in the brief uses, and hides it.",
            "Use it as [words][name], delete it, or put a backslash before its first bracket to show it.",
        )


def note_hidden_cells(tokens: Sequence[Token], text: str, faults: Faults) -> None:
    """Note rows of a top-level table with more cells than its head: Markdown drops the rest."""
    if not any(token.type == "table_open" for token in tokens):
        return
    lines = text.split("\n")
    columns = 0
    for token in tokens:
        if token.type == "table_open":
            columns = 0
        elif token.type == "th_open":
            columns += 1
        elif token.type == "tr_open" and token.level == 2 and columns and token.map:
            _report_row(lines[token.map[0]], columns, token.map[0] + 1, faults)


def _report_row(row: str, columns: int, line: int, faults: Faults) -> None:
    cells = escapedSplit(row.strip())
    cells = cells[1:] if cells and not cells[0] else cells
    cells = cells[:-1] if cells and not cells[-1] else cells
    if any(cell.strip() for cell in cells[columns:]):
        faults.add(
            "brief-table-row",
            line,
            f"This row has {len(cells)} cells, but the table's head has {columns}; the rest would be lost.",
            "Give the head as many cells, or put a backslash before a | that is meant as such.",
        )
