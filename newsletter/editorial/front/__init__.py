"""Front matter: the few keys between two lines of ``---`` at the top of an issue file."""

from newsletter.editorial.front.fences import MAX_FRONT, read_front
from newsletter.editorial.front.keys import (
    FENCE,
    KEYS,
    FrontMatter,
    Keys,
    date_in,
    read_date,
    read_language,
    read_number,
)

__all__ = [
    "FENCE",
    "KEYS",
    "MAX_FRONT",
    "FrontMatter",
    "Keys",
    "date_in",
    "read_date",
    "read_front",
    "read_language",
    "read_number",
]
