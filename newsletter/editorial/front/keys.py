"""The keys of the front matter: lines of ``key: value``, each key known, each once."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from newsletter.editorial.faults import Faults
from newsletter.editorial.front.values import TEXT_KEYS, Entry, UnreadableValue, read_value
from newsletter.editorial.invisible import tidy, without_ends, without_start
from newsletter.editorial.names import nearest

KEYS = ("subject", "preheader", "by", "date", "number", "language", "correction", "ignore")
FENCE = "---"
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LINE = re.compile(r"(?P<key>[^:：#\n]{1,80}?)[ \t]{0,20}[:：](?P<rest>.*)", re.DOTALL)
_MEANT = re.compile(r"\W{0,5}(?P<key>[A-Za-z]{2,20})\W{1,9}(?P<rest>.*)", re.DOTALL)
_ELSEWHERE: Mapping[str, str] = {  # what other programs call the same
    "title": "subject",
    "headline": "subject",
    "description": "preheader",
    "preview": "preheader",
    "summary": "preheader",
    "author": "by",
    "authors": "by",
    "lang": "language",
    # and what writers call it in their own languages
    "betreff": "subject",
    "titel": "subject",
    "titre": "subject",
    "sujet": "subject",
    "objet": "subject",
    "asunto": "subject",
    "assunto": "subject",
    "oggetto": "subject",
    "título": "subject",
    "vorschau": "preheader",
    "datum": "date",
    "fecha": "date",
    "data": "date",
    "autor": "by",
    "auteur": "by",
    "sprache": "language",
    "langue": "language",
    "idioma": "language",
}
_NAME = re.compile(r"[A-Za-z]\w*([ -]\w+){0,2}")


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys that a kind of file may have, and ``first``, the one that none does without.

    Those of ``texts`` hold a sentence, those of ``lists`` a line or several; ``elsewhere`` has what other
    programs call a key.
    """

    names: tuple[str, ...]
    first: str
    texts: frozenset[str]
    lists: frozenset[str] = frozenset()
    elsewhere: Mapping[str, str] = field(default_factory=dict, hash=False)


OF_AN_ISSUE = Keys(KEYS, "subject", frozenset(TEXT_KEYS), elsewhere=_ELSEWHERE)


@dataclass(slots=True)
class FrontMatter:
    """Keys as written, the line each stands on, and the first line of the brief below, counted from 0.

    ``unreadable`` are keys that are there, but with a fault that keeps their value from being read. ``whole``
    is False when the front matter could not be read to its end: a key that seems missing may only be unread.
    ``keys`` are those that may be there.
    """

    values: dict[str, str] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    unreadable: set[str] = field(default_factory=set)
    body: int = 0
    whole: bool = True
    keys: Keys = OF_AN_ISSUE


def key_of(line: str, keys: Keys = OF_AN_ISSUE) -> tuple[str, str] | None:
    """Return the key and the rest of a line that begins with one at the left edge; None for another line.

    A key that is known may be in capitals, between straight quotes, hold invisible characters, have a
    full-width colon after it or no space; a name that is not known needs the space, or every address would
    be a key.
    """
    if line[:1] in (" ", "\t"):
        return None
    found = _LINE.match(without_start(line))
    if not found:
        return None
    name = unicodedata.normalize("NFKC", tidy(found["key"])).strip("\"'")
    if name.casefold() in keys.names:
        return name.casefold(), found["rest"]
    spaced = not found["rest"] or found["rest"][0].isspace()
    return (name, found["rest"]) if spaced and _NAME.fullmatch(name) else None


def is_known(line: str, keys: Keys = OF_AN_ISSUE) -> bool:
    """Say whether a line begins with one of the known keys."""
    found = key_of(line, keys)
    return found is not None and found[0] in keys.names


def read_keys(lines: Sequence[str], first: int, front: FrontMatter, faults: Faults) -> None:
    """Read the lines between the fences into ``front``; ``first`` is the number of the first, from 1."""
    keys = front.keys
    for entry in _entries(_from_left(lines), first, front, faults):
        if entry.key in front.lines:
            _report_twice(entry, front, faults)
            continue
        front.lines[entry.key] = entry.line
        if entry.key not in keys.names:
            _report_unknown(entry, front, faults)
        else:
            _take(entry, front, faults)


def _take(entry: Entry, front: FrontMatter, faults: Faults) -> None:
    if _report_key_below(entry, front, faults):
        return
    try:
        value = (
            "\n".join([entry.rest, *entry.more])  # so that each keeps its line
            if entry.key in front.keys.lists
            else read_value(entry, faults, sentence=entry.key in front.keys.texts)
        )
    except UnreadableValue:
        front.unreadable.add(entry.key)
        return
    if value is not None:
        front.values[entry.key] = value


def _from_left(lines: Sequence[str]) -> list[str]:
    """Return lines without the indentation of the first one: in YAML all keys may be indented alike."""
    written = next((line for line in lines if line.strip() and not line.startswith("#")), "")
    indent = written[: len(written) - len(written.lstrip(" "))]
    return [line.removeprefix(indent) for line in lines]


def _entries(lines: Sequence[str], first: int, front: FrontMatter, faults: Faults) -> Iterator[Entry]:
    entry: Entry | None = None
    for number, line in enumerate(lines, first):
        found = key_of(line, front.keys)
        if found:
            if entry:
                yield entry
            entry = Entry(found[0], number, found[1])
        elif entry and (line[:1] in (" ", "\t") or not line or entry.is_open or entry.takes_item(line)):
            entry.add(line)
        elif tidy(line) and not line.startswith("#"):
            _report_no_key(line, number, entry, front, faults)
    if entry:
        yield entry


# ── faults ──────────────────────────────────────────────────────────────────────────────────────────────


def _report_no_key(line: str, number: int, entry: Entry | None, front: FrontMatter, faults: Faults) -> None:
    words = without_ends(line)
    meant = _MEANT.match(words)
    if meant and meant["key"].casefold() in front.keys.names:
        key = meant["key"].casefold()
        front.unreadable.add(key)
        hint = f"Write: {key}: {meant['rest'][:200]}"
    elif entry and entry.key in front.keys.lists:
        front.unreadable.add(entry.key)
        hint = f"If it is one more of “{entry.key}”, write: - {words[:200]}"
    elif entry:
        front.unreadable.add(entry.key)
        whole = " ".join(f"{'' if entry.is_block else without_ends(entry.rest)} {words}".split())
        hint = f"If it goes on with the line above, write all on one line: {entry.key}: {whole[:200]}"
    else:
        hint = f"Write “key: value”. Known keys are: {', '.join(front.keys.names)}."
    faults.add("front-broken", number, f"“{words[:60]}” begins with no key of the front matter.", hint)


def _report_key_below(entry: Entry, front: FrontMatter, faults: Faults) -> bool:
    """Note a key that is indented below a plain value: to take it into that value would hide it."""
    if entry.is_held:
        return False
    for number, line in enumerate(entry.more, entry.line + 1):
        key = key_of(line.strip(), front.keys)
        if key and key[0] in front.keys.names:
            front.unreadable |= {entry.key, key[0]}
            faults.add(
                "front-value",
                number,
                f"“{key[0]}” is indented, so it seems to belong to “{entry.key}” above it.",
                f"If it is a key, begin it at the very left; if not, write “{entry.key}” on one line.",
            )
            return True
    return False


def _report_twice(entry: Entry, front: FrontMatter, faults: Faults) -> None:
    faults.add(
        "front-key-twice",
        entry.line,
        f"“{entry.key[:60]}” stands here a second time; the first is on line {front.lines[entry.key]}.",
        "Keep one of them.",
    )


def _report_unknown(entry: Entry, front: FrontMatter, faults: Faults) -> None:
    keys = front.keys
    near = nearest(entry.key, keys.names) or keys.elsewhere.get(entry.key.casefold())
    if near:
        front.unreadable.add(near)  # it is there, only misspelt: one fault, not two
    faults.add(
        "front-key-unknown",
        entry.line,
        f"“{entry.key[:60]}” is no key of the front matter.",
        f"{f'Did you mean “{near}”? ' if near else ''}Known are: {', '.join(keys.names)}.",
    )


# ── read ────────────────────────────────────────────────────────────────────────────────────────────────


def date_in(text: str) -> date | None:
    """Return the day that is written as 2026-01-12; None for anything else."""
    try:
        return date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:  # the 31st of February
        return None


def read_date(front: FrontMatter, faults: Faults) -> date | None:
    """Return the issue's date, written as 2026-01-12; None without one."""
    text = front.values.get("date")
    if text is None:
        return None
    found = date_in(text)
    if found is None:
        faults.add("front-value", front.lines["date"], f"“{text}” is no date.", "Write it as 2026-01-12.")
    return found


def read_number(front: FrontMatter, faults: Faults) -> int | None:
    """Return the issue's number; None without one."""
    text = front.values.get("number")
    if text is None:
        return None
    if re.fullmatch(r"[0-9]{1,9}", text):
        return int(text)
    faults.add("front-value", front.lines["number"], f"“{text}” is no issue number.", "Write digits: 214.")
    return None


def read_language(front: FrontMatter, usual: str, faults: Faults) -> str:
    """Return the issue's language tag (BCP 47), or the publication's."""
    text = front.values.get("language", usual)
    if text != usual and not _LANGUAGE.fullmatch(text):
        faults.add(
            "front-value", front.lines["language"], f"“{text}” is no language.", "Write a tag: en, pt-BR, ar."
        )
    return text
