"""Names: the nearest one to a misspelt one, and a file's name from a headline."""

import difflib
import re
import unicodedata
from collections.abc import Iterable

SLUG_LENGTH = 60
_NO_BASE_LETTER = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
)


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that looks most like ``name``, or None when none does."""
    folded = {name.casefold(): name for name in known}
    found = difflib.get_close_matches(name.casefold()[:200], folded, n=1, cutoff=0.6)
    return folded[found[0]] if found else None


def suggestion(name: str, known: Iterable[str]) -> str:
    """Return “Did you mean …?” with a space after it, or an empty text."""
    near = nearest(name, known)
    return f"Did you mean “{near}”? " if near else ""


def slug(text: str) -> str:
    """Return a headline as part of a file's name: lower case, words joined by hyphens, at most 60 characters.

    Latin letters lose their accents; a headline in another script keeps its letters. Without a letter or
    digit in it the answer is ``issue``.
    """
    lower = text.lower().translate(_NO_BASE_LETTER)
    plain = unicodedata.normalize("NFKD", lower).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", re.sub(r"['’]", "", plain))
    if not any(character.isalpha() for word in words for character in word):
        words = _words_of_any_script(lower) or words
    return _shorten("-".join(words)) or "issue"


def _words_of_any_script(text: str) -> list[str]:
    """Split at everything except letters, marks and digits: a mark is part of a letter in many scripts."""
    kept = (c if unicodedata.category(c)[0] in "LMN" else " " for c in unicodedata.normalize("NFC", text))
    return "".join(kept).split()


def _shorten(name: str) -> str:
    if len(name) <= SLUG_LENGTH:
        return name
    whole_words = name[: SLUG_LENGTH + 1].rpartition("-")[0]
    return whole_words or name[:SLUG_LENGTH]
