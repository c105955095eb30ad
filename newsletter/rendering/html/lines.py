"""The line of the brief on each piece of a letter, so that a preview can show where a finding is.

Only a preview asks for it: what readers are sent never holds any.
"""

import re
from collections.abc import Iterable

LINE = "data-line"  # the attribute
_NAME = re.compile(r"<[a-z][a-z0-9]*")


def with_line(html: str, line: int) -> str:
    """Return HTML whose first element says its line; what begins with none stays as it is."""
    name = _NAME.match(html)
    return f'{name[0]} {LINE}="{line}"{html[name.end() :]}' if name else html


def with_picture_lines(html: str, places: Iterable[tuple[str, int]]) -> str:
    """Return a letter in which each picture says its line.

    ``places`` are the pictures' addresses, as they stand in the HTML, and lines, in the order of the letter.
    """
    written, position = [], 0
    for address, line in places:
        found = html.find(f' src="{address}"', position)
        if found >= 0:
            written.append(f'{html[position:found]} {LINE}="{line}"')
            position = found
    return "".join([*written, html[position:]])
