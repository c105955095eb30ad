"""Names of picture files as they are written and as they are on disk: equal, or nearly."""

import difflib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from urllib.parse import unquote

_SUFFIX = re.compile(r"\.(jpe?g|png|gif|webp|avif|hei[cf]|tiff?|bmp|svg)$", re.IGNORECASE)
_QUOTES = str.maketrans("‘’“”", "''\"\"")
_NEAR = 0.75  # of a name has to be the same before it is offered
_OFFERED = 2


@lru_cache(maxsize=10_000)  # a folder's names are compared with every name that is searched there
def alike(name: str) -> str:
    """Return what two names of one file have in common, however systems and programs spell it.

    Case, composed or decomposed accents (NFC, NFD), percent-encoding, no-break and repeated spaces, invisible
    characters and curly quotes make no difference.
    """
    plain = unicodedata.normalize("NFKC", unquote(name)).casefold().translate(_QUOTES)
    visible = "".join(letter for letter in plain if unicodedata.category(letter) != "Cf")
    return unicodedata.normalize("NFKC", " ".join(visible.split()))


def parts_of(source: str) -> list[str]:
    """Return the folders and the file that a brief names, whichever slash it is written with."""
    return [part for part in source.replace("\\", "/").split("/") if part not in ("", ".")]


def matching(wanted: str, names: Iterable[str]) -> list[str]:
    """Return those of some names that are ``wanted`` in another spelling; only it when it is among them."""
    names = list(names)
    if wanted in names:
        return [wanted]
    key = alike(wanted)
    return [name for name in names if alike(name) == key]


def offers(wanted: str, paths: Sequence[str]) -> list[str]:
    """Return the pictures among some paths that ``wanted`` may have meant, the nearest first, at most two."""
    pictures = [path for path in sorted(paths) if _SUFFIX.search(path)]
    by_name = {path: alike(_last(path)) for path in pictures}
    key = alike(_last(wanted))
    same = [path for path, name in by_name.items() if name == key]
    stem = _SUFFIX.sub("", key)
    same += [path for path, name in by_name.items() if path not in same and _SUFFIX.sub("", name) == stem]
    near = difflib.get_close_matches(key, by_name.values(), n=_OFFERED, cutoff=_NEAR)
    return (same or [path for name in dict.fromkeys(near) for path in pictures if by_name[path] == name])[
        :_OFFERED
    ]


def _last(path: str) -> str:
    return (parts_of(path) or [""])[-1]
