"""One value of the front matter: the rest of its line, unless straight quotes or a block hold it together.

What an editor writes after ``subject:`` is a sentence, not data, so no character in it has a meaning of its
own: not ``#``, a colon, ``@``, ``%``, ``[`` or a curly quotation mark. Three forms of YAML are read as such,
since files have them: a value wholly in straight quotes, a block (``>`` or ``|``), lines indented below it.
"""

import re
from dataclasses import dataclass, field
from typing import NoReturn

from newsletter.editorial.faults import Faults
from newsletter.editorial.invisible import without_ends
from newsletter.editorial.source import is_text

TEXT_KEYS = ("subject", "preheader", "by", "correction")  # sentences; the other keys hold a word or a number

_DOUBLE = r'"(?:[^"\\]|\\.)*"'
_SINGLE = r"'(?:[^']|'')*'"
_QUOTED = re.compile(rf"({_DOUBLE}|{_SINGLE})(\s+#(?P<note>.*))?", re.DOTALL)
_ESCAPE = re.compile(r"\\.")
_BLOCK = re.compile(r"[|>][-+0-9]{0,2}(\s+#.*)?")
_LONE_HASH = re.compile(r"(?:^|(?<=\s))#(?=\s|$)")
_COMMENT = re.compile(r"(?:\s|^)#.*", re.DOTALL)
_LIST_ITEM = re.compile(r"-(\s|$)")


class UnreadableValue(Exception):
    """A value's fault was reported already, so what it says is unknown."""


@dataclass(slots=True)
class Entry:
    """A key as written, its line, the rest of that line, and the indented lines below it."""

    key: str
    line: int
    rest: str
    more: list[str] = field(default_factory=list)
    is_open: bool = False  # it begins with a straight quotation mark that has not been closed yet

    def __post_init__(self) -> None:
        start = without_ends(self.rest)
        self.is_open = start.startswith('"') and not _closes(start[1:])

    def add(self, line: str) -> None:
        """Take a line below the key as part of its value."""
        self.more.append(line)
        self.is_open = self.is_open and not _closes(line)

    def takes_item(self, line: str) -> bool:
        """Say whether a line at the left edge is an item of a list that this key begins."""
        return not without_ends(self.rest) and bool(_LIST_ITEM.match(line))

    @property
    def is_block(self) -> bool:
        """Say whether its lines stand indented below a ``>`` or ``|``."""
        return bool(_BLOCK.fullmatch(without_ends(self.rest)))

    @property
    def is_held(self) -> bool:
        """Say whether straight quotes or a block's sign hold its lines together."""
        return self.is_block or without_ends(self.rest).startswith(('"', "'"))

    @property
    def written(self) -> str:
        """Return the value as it stands in the file, over all of its lines."""
        return without_ends("\n".join([self.rest, *self.more]))


def _closes(text: str) -> bool:
    return '"' in _ESCAPE.sub("", text)


def read_value(entry: Entry, faults: Faults, *, sentence: bool) -> str | None:
    """Return an entry's value on one line; None when it is empty. A ``sentence`` may hold any character.

    Raises UnreadableValue once its fault is reported.
    """
    if entry.is_block:
        return _joined("\n".join(entry.more)) or None
    if not entry.is_held:
        _report_lines_below(entry, faults)
    written = entry.written
    if quoted := _QUOTED.fullmatch(written):
        return _unquoted(entry, quoted, faults)
    if entry.is_open:
        _report_open(entry, faults)
    if sentence:
        _report_lone_hash(entry, written, faults)
    else:
        written = _COMMENT.sub("", written).rstrip()
    return None if written in ("", "~", "null") else _joined(written)


def _joined(text: str) -> str:
    return without_ends(re.sub(r"[ \t\n]+", " ", text))


def _unquoted(entry: Entry, quoted: re.Match[str], faults: Faults) -> str | None:
    """Return what is between straight quotes, with YAML's escapes read."""
    import yaml  # takes a tenth of a check's time to import, and few briefs have quotes

    if quoted["note"] and not quoted["note"][0].isspace():
        _report_after_quote(entry, quoted, faults)
    try:
        value = next(
            event.value
            for event in yaml.parse(quoted[1], Loader=yaml.SafeLoader)
            if isinstance(event, yaml.ScalarEvent)
        )
    except yaml.YAMLError:
        _report_escape(entry, quoted[1], faults)
    value = _joined(value)
    if not is_text(value):
        _refuse(
            entry,
            faults,
            f"“{entry.key}” holds a control character, written with a backslash.",
            "Leave the backslash and what belongs to it out.",
        )
    return value


# ── faults ──────────────────────────────────────────────────────────────────────────────────────────────


def _refuse(entry: Entry, faults: Faults, message: str, hint: str) -> NoReturn:
    faults.add("front-value", entry.line, message, hint)
    raise UnreadableValue


def _report_lines_below(entry: Entry, faults: Faults) -> None:
    """Note a list below a key, and an indented line that may be a note: neither is part of a sentence."""
    lines = [without_ends(line) for line in entry.more]
    items = [_LIST_ITEM.sub("", line).strip() for line in lines if _LIST_ITEM.match(line)]
    if items and not without_ends(entry.rest):
        _refuse(
            entry,
            faults,
            f"“{entry.key}” is a list here; it is one line of text.",
            f"Write it on one line: {entry.key}: {', '.join(items)[:200]}",
        )
    notes = [at for at, line in enumerate(lines, entry.line + 1) if line.startswith("#")]
    if notes:
        faults.add(
            "front-value",
            notes[0],
            f"This line begins with # and is indented, so it may be a note or belong to “{entry.key}” above.",
            f"A note begins at the very left. If it belongs to “{entry.key}”, write all of that on one line.",
        )
        raise UnreadableValue


def _report_open(entry: Entry, faults: Faults) -> NoReturn:
    _refuse(
        entry,
        faults,
        f"The quotation mark that “{entry.key}” begins with is never closed.",
        f"Leave it out; no value needs one: {entry.key}: {_joined(entry.written.lstrip(chr(34)))[:200]}",
    )


def _report_after_quote(entry: Entry, quoted: re.Match[str], faults: Faults) -> NoReturn:
    inside = quoted[1][1:-1]
    _refuse(
        entry,
        faults,
        f"“#{quoted['note'][:40]}” stands after the closing quotation mark of “{entry.key}”.",
        "A note stands on a line of its own that begins with #. "
        f"If it belongs to the value, write: {entry.key}: {inside} #{quoted['note'][:150]}",
    )


def _report_escape(entry: Entry, quoted: str, faults: Faults) -> NoReturn:
    _refuse(
        entry,
        faults,
        f"“{entry.key}” holds a backslash that means nothing between straight quotation marks.",
        f"Leave the quotation marks out; no value needs them: {entry.key}: {_joined(quoted[1:-1])[:200]}",
    )


def _report_lone_hash(entry: Entry, written: str, faults: Faults) -> None:
    """Ask about a # between blanks: it may be part of a name, or begin a note nobody else should read."""
    if _LONE_HASH.search(written):
        note = written.partition("#")[2].strip()
        said = "“ # ”" if note else "“#” at its end"
        quoted = _joined(written).replace("\\", "\\\\").replace('"', '\\"')
        faults.add(
            "front-value",
            entry.line,
            f"“{entry.key}” holds {said}: its own words, or a note to yourself?",
            "A note stands on a line of its own that begins with #. "
            f'To keep it as it is, write: {entry.key}: "{quoted[:200]}"',
        )
