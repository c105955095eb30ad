"""Labels: the phrases a publication puts before a section, found however an editor types them."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from markdown_it.token import Token

from newsletter.editorial.invisible import NOT_SEEN
from newsletter.editorial.issue import SectionKind

_QUOTES = str.maketrans({**dict.fromkeys("‘’‚‛ʼ′`´", "'"), **dict.fromkeys("“”„‟″", '"')})
_INVISIBLE = re.compile(f"[{NOT_SEEN}]")
_LONGER_AS_TYPED = 40  # characters that no-break spaces, doubled spaces and the like may add to a label


@dataclass(frozen=True)
class Labels:
    """A publication's labels. The first of each kind is the one that hints and new briefs show."""

    background: tuple[str, ...] = ("Some shit you should know before you dig in", "Background")
    now: tuple[str, ...] = ("What’s going on now",)
    extra: tuple[str, ...] = ("What’s next", "Another view", "Go deeper")

    def kind_of(self, text: str) -> SectionKind | None:
        """Return the kind of section that a label begins, or None when the text is no label.

        Case, a trailing colon, straight or curly quotes and apostrophes, no-break and repeated spaces make
        no difference.
        """
        # Evening out a text of a megabyte may take minutes, and no label is nearly as long.
        return _index(self).get(folded(text)) if len(text) <= 4 * _longest(self) else None

    def run_in(self, text: str) -> tuple[SectionKind, str, int] | None:
        """Return kind, label and where the text continues, if it begins with a label and a colon."""
        for found in re.finditer("[:：]", text[: _longest(self)]):
            label = text[: found.start()].strip()
            kind = self.kind_of(label)
            if kind:
                return kind, label, found.end()
        return None

    @property
    def all(self) -> tuple[str, ...]:
        """Return every label: background's, now's, the extra ones."""
        return (*self.background, *self.now, *self.extra)


@lru_cache(maxsize=64)
def _index(labels: Labels) -> dict[str, SectionKind]:
    index: dict[str, SectionKind] = {folded(phrase): "extra" for phrase in labels.extra}
    index |= {folded(phrase): "now" for phrase in labels.now}
    index |= {folded(phrase): "background" for phrase in labels.background}
    index.pop("", None)
    return index


@lru_cache(maxsize=64)
def _longest(labels: Labels) -> int:
    return max(map(len, labels.all), default=0) + _LONGER_AS_TYPED


def folded(label: str) -> str:
    """Return a label as it is compared: case, quotes, spaces and a trailing colon evened out."""
    even = unicodedata.normalize("NFKC", _INVISIBLE.sub("", label).translate(_QUOTES)).casefold()
    return " ".join(even.split()).rstrip(": ")


def split_run_in(children: Sequence[Token], labels: Labels) -> tuple[SectionKind, str, list[Token]] | None:
    """Return kind, label as written and what is left of a paragraph that begins with a label and a colon.

    The label may be emphasised, the colon in or outside the emphasis. None when there is no label.
    """
    found = labels.run_in("".join(_leading_text(children)))
    if found is None:
        return None
    kind, label, end = found
    return kind, label, _trimmed(_after(children, end))


def _leading_text(children: Sequence[Token]) -> Iterator[str]:
    """Yield the text before anything but emphasis: a label is never a link, code or a merge field."""
    for token in children:
        if token.type == "text":
            yield token.content
        elif token.type in ("softbreak", "hardbreak"):
            yield "" if token.hidden else " "
        elif token.tag not in ("em", "strong") and token.type != "footnote_ref":
            return


def _after(children: Sequence[Token], end: int) -> list[Token]:
    """Return the tokens without the first ``end`` characters of text; emphasis stays balanced."""
    left: list[Token] = []
    for token in children:
        if end and token.type in ("softbreak", "hardbreak"):
            end -= not token.hidden
        elif end and token.type == "text":
            cut = min(end, len(token.content))
            end -= cut
            left.append(token.copy(content=token.content[cut:]))
        else:
            left.append(token)
    return left


def _trimmed(children: Sequence[Token]) -> list[Token]:
    """Drop what is empty once the label is gone, and white space before the first word."""
    left: list[Token] = []
    begun = False
    for token in children:
        if not begun and token.type in ("softbreak", "hardbreak"):
            continue
        if token.type == "text" and not (token.content if begun else token.content.strip()):
            continue
        emptied = token.tag in ("em", "strong") and token.nesting == -1
        if emptied and left and left[-1].nesting == 1 and left[-1].tag == token.tag:
            left.pop()
            continue
        first = not begun and token.type == "text"
        begun = begun or token.nesting == 0
        left.append(token.copy(content=token.content.lstrip()) if first else token)
    return left
