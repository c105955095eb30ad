"""Footnotes: taken from where they are, numbered as they are referred to, put at a story's end."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from newsletter.editorial.faults import Faults

_MAY_HOLD = re.compile(r"\[\^[^\s\]]{1,100}\]:")
_REFERENCE = re.compile(r"\[\^[^\s\]]{1,100}\]")
_WHERE_TO = "Put the reference into the section's text."


@dataclass(frozen=True, slots=True)
class Note:
    """A note as it was written: its block tokens and its line, counted from 1."""

    label: str
    tokens: tuple[Token, ...]
    line: int


def may_hold_notes(text: str) -> bool:
    """Say whether a text defines a note anywhere: without one, ``[^1]`` is text."""
    return _MAY_HOLD.search(text) is not None


def read_notes(parser: MarkdownIt) -> None:
    """Let a parser read footnotes: ``[^1]`` in a text and ``[^1]: …`` as a block."""
    from mdit_py_plugins.footnote import footnote_plugin

    footnote_plugin(parser, inline=False, move_to_end=False)
    parser.inline.ruler.at("footnote_ref", _reference)


def _reference(state: StateInline, silent: bool) -> bool:
    from mdit_py_plugins.footnote.index import footnote_ref

    if state.src[state.pos] != "[" or state.env.get("in_picture"):
        return False
    if not _REFERENCE.match(state.src, state.pos, state.posMax):  # the library looks on to the text's end
        return False
    return footnote_ref(state, silent)


def take_notes(tokens: Sequence[Token], faults: Faults) -> tuple[list[Token], dict[str, Note]]:
    """Return the tokens without the notes, and the notes by label.

    A note in a quote or a list is taken out as well. A second one with the same label is a fault.
    """
    left: list[Token] = []
    notes: dict[str, Note] = {}
    open_notes: list[tuple[Token, list[Token]]] = []
    for token in tokens:
        if token.type == "footnote_reference_open":
            open_notes.append((token, []))
        elif token.type == "footnote_reference_close":
            opening, inside = open_notes.pop()
            _take(opening, inside, notes, faults)
        elif open_notes:
            token.level -= open_notes[-1][0].level + 1
            open_notes[-1][1].append(token)
        else:
            left.append(token)
    return left, notes


def _take(opening: Token, inside: list[Token], notes: dict[str, Note], faults: Faults) -> None:
    label = str(opening.meta["label"])
    line = opening.map[0] + 1 if opening.map else 1
    if label in notes:
        faults.add(
            "brief-note-twice",
            line,
            f"There are two notes “[^{label}]:”; the first is on line {notes[label].line}.",
            "Give this one a name of its own, here and where the text refers to it.",
        )
    elif not inside:
        faults.add(
            "brief-note-empty", line, f"The note “[^{label}]:” has no text.", "Write it after the colon."
        )
    notes.setdefault(label, Note(label, tuple(inside), line))


@dataclass(slots=True)
class Notes:
    """The notes of an issue, numbered as its stories refer to them."""

    known: Mapping[str, Note]
    faults: Faults
    _numbers: dict[str, int] = field(default_factory=dict)
    _uses: dict[str, int] = field(default_factory=dict)
    _refused: set[str] = field(default_factory=set)

    def number(self, tokens: Iterable[Token]) -> list[Note]:
        """Number the references in tokens, those within their notes too; return the notes that are new."""
        found: list[Note] = []
        waiting = [*_references(tokens)]
        for token in waiting:
            label = str(token.meta["label"])
            note = self.known[label]
            if label not in self._numbers:
                self._numbers[label] = len(self._numbers) + 1
                found.append(note)
                waiting += _references(note.tokens)
            self._uses[label] = self._uses.get(label, 0) + 1
            token.meta = {"number": self._numbers[label], "use": self._uses[label]}
        return found

    def refuse(self, tokens: Iterable[Token], what: str, line: int) -> None:
        """Report references where none can be: a headline, for example, is also shown in lists of stories."""
        for token in _references(tokens):
            self._refused.add(str(token.meta["label"]))
            self.faults.add("brief-note-misplaced", line, f"A note is referred to in {what}.", _WHERE_TO)

    def report_unused(self) -> None:
        """Report notes that no text refers to, which no reader would see."""
        for label, note in self.known.items():
            if label not in self._numbers and label not in self._refused:
                self.faults.add(
                    "brief-note-unused",
                    note.line,
                    f"Nothing in the text refers to the note “[^{label}]:”, so no reader would see it.",
                    f"Write [^{label}] where it belongs, or delete it.",
                )

    def blocks(self, notes: Iterable[Note]) -> Iterator[Token]:
        """Yield the tokens of notes as shown at a story's end, each with its number."""
        yield Token("footnote_block_open", "", 1, block=True)
        for note in notes:
            place = [note.line - 1, note.line]
            anchor = Token("footnote_anchor", "", 0)
            anchor.meta = {"number": self._numbers[note.label], "uses": self._uses[note.label]}
            yield Token("footnote_open", "", 1, map=place, level=1, block=True, meta=dict(anchor.meta))
            for token in _with_anchor(note.tokens, anchor, place):
                token.level += 2
                yield token
            yield Token("footnote_close", "", -1, level=1, block=True)
        yield Token("footnote_block_close", "", -1, block=True)


def _with_anchor(tokens: Sequence[Token], anchor: Token, place: list[int]) -> Iterator[Token]:
    """Yield a note's tokens with its number before the first word, in a paragraph of its own if need be."""
    if not tokens or tokens[0].type != "paragraph_open":
        yield Token("paragraph_open", "p", 1, map=place, block=True)
        yield Token("inline", "", 0, map=place, level=1, children=[anchor], block=True)
        yield Token("paragraph_close", "p", -1, block=True)
        yield from tokens
        return
    opening, inline, *rest = tokens
    inline.children = [anchor, *(inline.children or ())]
    yield from (opening, inline, *rest)


def _references(tokens: Iterable[Token]) -> Iterator[Token]:
    for token in tokens:
        for child in token.children or ():
            if child.type == "footnote_ref":
                yield child
