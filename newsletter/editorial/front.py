"""Front matter: the few keys between two lines of ``---`` at the top of an issue file."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

import yaml
from yaml.events import Event, MappingEndEvent, MappingStartEvent, ScalarEvent

from newsletter.editorial.faults import Faults
from newsletter.editorial.names import suggestion
from newsletter.editorial.source import is_text

KEYS = ("subject", "preheader", "by", "date", "number", "language", "correction")
FENCE = "---"
MAX_FRONT = 50_000  # characters: YAML takes a hundred times as long to read as the brief below does
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_EXAMPLE = "Begin the file with three lines: ---, then “subject: …”, then --- again."


@dataclass(slots=True)
class FrontMatter:
    """Keys as written, the line each stands on, and the first line of the brief below, counted from 0.

    ``whole`` is False when the front matter could not be read to its end, so that what is absent may only
    be unread.
    """

    values: dict[str, str] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    body: int = 0
    whole: bool = True


def read_front(lines: list[str], faults: Faults) -> FrontMatter:
    """Return the front matter of a file's lines. What is wrong with it is added to ``faults``."""
    first = next((at for at, line in enumerate(lines) if line.strip()), 0)
    if not lines or lines[first].rstrip() != FENCE:
        faults.add("front-missing", first + 1, "The file has no front matter, so no subject.", _EXAMPLE)
        return FrontMatter(whole=False, body=first)
    start = first + 1
    end = _end(lines, start, faults)
    front = FrontMatter(body=min(end + 1, len(lines)))
    text = "\n".join(lines[start:end])
    if len(text) > MAX_FRONT:
        _tell_long(len(text), first + 1, faults)
        front.whole = False
    else:
        _read_yaml(text, start, front, faults)
    return front


def _tell_long(length: int, line: int, faults: Faults) -> None:
    faults.add(
        "front-long",
        line,
        f"The front matter has {length:,} characters; at most {MAX_FRONT:,} are allowed.",
        "Close it with a line of three hyphens (---) right after its keys; the text comes below.",
    )


def _end(lines: list[str], start: int, faults: Faults) -> int:
    """Return the closing fence; without one the front matter is taken to end at the first empty line."""
    for at in range(start, len(lines)):
        if lines[at].rstrip() == FENCE:
            return at
    faults.add(
        "front-open", start, "The front matter has no end.", "Close it with a line of three hyphens: ---"
    )
    return next((at for at in range(start, len(lines)) if not lines[at].strip()), len(lines))


def _read_yaml(text: str, offset: int, front: FrontMatter, faults: Faults) -> None:
    """Read YAML as events, not as objects: values stay as written, and no nesting can run deep."""
    try:
        _read_entries(yaml.parse(text, Loader=yaml.SafeLoader), offset, front, faults)
    except yaml.YAMLError as error:
        front.whole = False
        mark = error.problem_mark if isinstance(error, yaml.MarkedYAMLError) else None
        faults.add(
            "front-broken",
            offset + 1 + (mark.line if mark else 0),
            f"The front matter is not valid YAML: {getattr(error, 'problem', None) or 'it cannot be read'}.",
            'Write each key as “key: value”; put "…" around a value with a colon or a sign at its start.',
        )


def _read_entries(events: Iterator[Event], offset: int, front: FrontMatter, faults: Faults) -> None:
    depth, key = 0, None
    for event in events:
        line = offset + 1 + (event.start_mark.line if event.start_mark else 0)
        if isinstance(event, MappingEndEvent):
            depth -= 1
        elif depth == 0 and isinstance(event, MappingStartEvent):
            depth = 1
        elif depth == 1 and isinstance(event, ScalarEvent) and not (event.anchor or event.tag):
            key = _entry(key, event, line, front, faults)
        elif depth == 1 or isinstance(event, ScalarEvent):
            _tell_not_text(front, key, line, faults)
            return


def _entry(key: str | None, event: ScalarEvent, line: int, front: FrontMatter, faults: Faults) -> str | None:
    """Take a scalar as the next key, or as the value of ``key``; return the key that waits for its value."""
    if key is None:
        _take_key(event.value, line, front, faults)
        return str(event.value)
    value = re.sub(r"[ \t\n]+", " ", event.value).strip(" ")
    if not is_text(value):
        faults.add(
            "front-value", line, f"“{key}” holds a control character.", "Leave the backslash escape out."
        )
    elif value not in ("", "~", "null") or event.style:
        front.values.setdefault(key, value)
    return None


def _take_key(key: str, line: int, front: FrontMatter, faults: Faults) -> None:
    if key in front.lines:
        faults.add(
            "front-key-twice",
            line,
            f"“{key}” stands here a second time; the first is on line {front.lines[key]}.",
            "Keep one of them.",
        )
        return
    front.lines[key] = line
    if key not in KEYS:
        faults.add(
            "front-key-unknown",
            line,
            f"“{key[:60]}” is no key of the front matter.",
            f"{suggestion(key, KEYS)}Known are: {', '.join(KEYS)}.",
        )


def _tell_not_text(front: FrontMatter, key: str | None, line: int, faults: Faults) -> None:
    front.whole = False
    about = f"The value of “{key}”" if key else "The front matter"
    faults.add(
        "front-value",
        line,
        f"{about} is not plain text.",
        'Write “key: value”; put "…" around a value that begins with {, [, *, & or !.',
    )


def read_date(front: FrontMatter, faults: Faults) -> date | None:
    """Return the issue's date, written as 2026-01-12; None without one."""
    text = front.values.get("date")
    if text is None:
        return None
    found = _date(text)
    if found is None:
        faults.add("front-value", front.lines["date"], f"“{text}” is no date.", "Write it as 2026-01-12.")
    return found


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:  # the 31st of February
        return None


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
