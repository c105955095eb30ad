"""The names of backgrounds: those of their files, and for ever the address of their topic."""

import re
import unicodedata
from collections.abc import Iterable

FOLDER = "backgrounds"
SUFFIX = ".md"
MAX_NAME = 80  # characters
_NAME = re.compile(r"[^\W_][\w-]*")
WHAT_A_NAME_IS = "A name is made of letters, digits, hyphens and underscores, such as leap-second."


def is_name(name: str) -> bool:
    """Say whether a background may be called that."""
    return len(name) <= MAX_NAME and _NAME.fullmatch(name) is not None


def same_name(name: str) -> str:
    """Return a name as it is compared: a name's letters are its own, however a file system writes them."""
    return unicodedata.normalize("NFC", name)


def twin_of(name: str, names: Iterable[str]) -> str:
    """Return another name that differs from this one only in its capitals, or nothing."""
    return next((other for other in names if other != name and other.casefold() == name.casefold()), "")


def background_corrected(issue: str) -> str:
    """Return the name of the background that the issue of an id corrects; nothing for any other issue."""
    folder, _, rest = issue.partition("/")  # no other issue's id holds a slash
    return rest.rpartition(".correction-")[0] if folder == FOLDER else ""
