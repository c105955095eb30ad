"""Entries: a JSON object in a cell, as other systems keep what they know of a reader, into fields."""

from collections.abc import Iterator
from typing import Any

import orjson

from newsletter.contacts.fields import BUILT_IN, RESERVED, clean, field_name

_TAKEN = frozenset({*BUILT_IN, *RESERVED, "status"})
MAX_ENTRIES = 100  # of one object


def entries_of(cell: str, *, otherwise: str) -> Iterator[tuple[str, str]]:
    """Yield the fields and texts of an object; the whole cell as the field ``otherwise`` where it is none.

    A value that is itself an object or a list stays JSON. What would be an address, a name or one of the
    newsletter's own links is left out: the columns tell those.
    """
    try:
        found: Any = orjson.loads(cell)
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        if found is None and (text := clean(cell)):
            yield otherwise, text
        return
    for key, value in list(found.items())[:MAX_ENTRIES]:
        name, text = field_name(key), _text(value)
        if name and text and name not in _TAKEN:
            yield name, text


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list) and all(isinstance(entry, str) for entry in value):
        return clean(", ".join(value))
    return clean(orjson.dumps(value).decode())
