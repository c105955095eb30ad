"""What tells the versions of a background apart, and how they differ.

A version is a title and its words: blanks, line ends and comments make no other one, nor do a new review, a
new source or another line on what changed.
"""

import difflib
import hashlib
import re
import unicodedata
from collections.abc import Collection, Sequence

from newsletter.editorial.issue import Comment

_COMMENT = re.compile(r"<!--(.*?)-->", re.DOTALL)
_AROUND = 2  # lines shown before and after a difference


def digest_of(title: str, text: str) -> str:
    """Return the SHA-256 by which a version is known, in hexadecimal; its text is without comments."""
    return hashlib.sha256(f"{_even(title)}\n{_even(text)}".encode()).hexdigest()


def without_comments(text: str, comments: Collection[Comment]) -> str:
    """Return a text without the comments that were found in it; others stand in code."""
    known = {comment.text for comment in comments}
    return _COMMENT.sub(lambda found: "" if " ".join(found[1].split()) in known else found[0], text).strip()


def _even(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def difference(before: tuple[str, str], after: tuple[str, str]) -> Sequence[str]:
    """Return what changed between two versions, each a title and a text, as lines of a unified diff.

    Paragraphs are broken at their sentences first, so that one other word does not show a whole paragraph.
    """
    lines = difflib.unified_diff(_sentences(*before), _sentences(*after), lineterm="", n=_AROUND)
    return [line for line in lines if not line.startswith(("---", "+++"))]


_SENTENCE = re.compile(r"(?<=[.!?…。！？])[”’\")\]]*\s+(?=\S)")
_PROSE = re.compile(r"[^\W_]|[*_“\"'(\[]")


def _sentences(title: str, text: str) -> list[str]:
    """Return a version as lines to compare: the title, then a sentence or a line of markup each."""
    found = [title, ""]
    for block in re.split(r"\n[ \t]*\n", text.strip()):
        if _PROSE.match(block):
            found += _SENTENCE.sub("\n", " ".join(block.split())).split("\n")
        else:
            found += block.split("\n")
        found.append("")
    return found[:-1]
