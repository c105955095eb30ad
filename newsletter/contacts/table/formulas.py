"""Formulas: cells that a spreadsheet would run, made harmless, and as they were when a file comes back.

A spreadsheet may split lines at another mark than the file's own, so what follows a separator, a quotation
mark or a line's end inside a cell can begin a cell there too. An apostrophe before it turns it into text; it
goes again on the way back (OWASP, “CSV Injection”).
"""

import re

_STARTS = "=+\\-@\uff1d\uff0b\uff0d\uff20"  # full-width signs too: spreadsheets of East Asia run them
_AFTER = ',;|\t\r\n\x0b\x0c\x85\u2028\u2029"'
_FORMULA = re.compile(rf"(?:\A|(?<=[{_AFTER}]))(?='*[{_STARTS}]|(?<![^{_AFTER}])'*[\t\r])")
_GUARDED = re.compile(rf"(?:\A|(?<=[{_AFTER}]))'(?='*[{_STARTS}\t\r])")


def guard(cell: str) -> str:
    """Return a cell in which no spreadsheet finds a formula."""
    return _FORMULA.sub("'", cell)


def unguard(cell: str) -> str:
    """Return a cell without the apostrophes that ``guard`` put in."""
    return _GUARDED.sub("", cell) if "'" in cell else cell
