"""The front matter of a background: its title, its review, its sources, what changed, its former names."""

import re
from collections.abc import Iterator
from datetime import date

from newsletter.backgrounds.names import WHAT_A_NAME_IS, is_name, same_name
from newsletter.editorial.faults import Faults
from newsletter.editorial.front import FrontMatter, Keys, date_in
from newsletter.editorial.invisible import tidy
from newsletter.editorial.issue import Source
from newsletter.editorial.parse import plain_value

KEYS = Keys(
    names=("title", "reviewed", "sources", "changed", "formerly"),
    first="title",
    texts=frozenset({"title", "reviewed", "changed"}),
    lists=frozenset({"sources"}),
    elsewhere={
        "headline": "title",
        "subject": "title",
        "titel": "title",
        "titre": "title",
        "título": "title",
        "review": "reviewed",
        "date": "reviewed",
        "source": "sources",
        "links": "sources",
        "change": "changed",
        "changes": "changed",
        "new": "changed",
        "correction": "changed",
        "aliases": "formerly",
        "was": "formerly",
    },
)
MAX_TITLE = 150  # characters, as of a subject
MAX_REVIEW = 120
MAX_CHANGED = 300  # it is read at a glance, in the card's foot
MAX_SOURCES = 50

_REVIEW = re.compile(r"(?P<day>[^\s,;，、]+)(?:[\s,;，、–—-]|[Bb]y\s)*(?P<who>.*)")
_PERSON = re.compile(r"\W*[^\W\d_]")  # no hour, no second day
_BULLET = re.compile(r"\s*(?:[-*+•]\s+|\d{1,2}[.)]\s+)?")
_SIGN = r"[^\s<>\"“”]"  # of an address; quotation marks stand around one
_URL = re.compile(rf"(?P<url>https?://[^\s/.<>\"“”]+\.{_SIGN}*[^\s<>\"“”,;.])", re.IGNORECASE)
_LINK = re.compile(r"\[(?P<text>[^\]]*)\]\((?P<url>https?://[^\s()]+(?:\([^\s()]*\)[^\s()]*)*)\)")
_AROUND = ' \t:：<>"“”,;'  # of a source's words, where its address is taken out
_EXAMPLE = "reviewed: 2026-06-20, Ana Ruiz"


def read_title(front: FrontMatter, faults: Faults) -> str:
    """Return the title; every background has one."""
    title = plain_value(front, "title", MAX_TITLE, faults)
    if "title" not in front.lines and front.whole and "title" not in front.unreadable:
        faults.add(
            "background-title",
            1,
            "The front matter has no title.",
            "Write “title: ” and what the background is about, such as: title: Leap seconds",
        )
    return title


def read_review(front: FrontMatter, faults: Faults) -> tuple[date, str]:
    """Return when it was reviewed, and who reviewed it; every background says so."""
    written = plain_value(front, "reviewed", MAX_REVIEW, faults)
    line = front.lines.get("reviewed", 1)
    if not written:
        if "reviewed" not in front.lines and front.whole and "reviewed" not in front.unreadable:
            faults.add(
                "background-review",
                line,
                "The front matter does not say when the text was reviewed, and who did it.",
                f"Write the day, a comma and who it was: {_EXAMPLE}",
            )
        return date.min, ""
    found = _REVIEW.match(written)
    day, who = (date_in(found["day"]), found["who"]) if found else (None, "")
    if day is None:
        faults.add(
            "front-value",
            line,
            f"“{written[:60]}” does not begin with the day of a review.",
            f"Write it as 2026-06-20, then a comma and who it was: {_EXAMPLE}",
        )
    elif not _PERSON.match(who):
        faults.add(
            "background-review",
            line,
            f"“{written[:60]}” says when, but not who did it.",
            f"Write who it was after a comma: reviewed: {day}, Ana Ruiz",
        )
    return day or date.min, who


def read_sources(front: FrontMatter, faults: Faults) -> tuple[Source, ...]:
    """Return the sources: an address a line, with or without words before it."""
    written = front.values.get("sources", "").split("\n")
    first = front.lines.get("sources", 1)
    found = []
    for line, text in enumerate(written, start=first):
        if tidy(text) and not text.lstrip().startswith("#"):
            found += [source for source in [_source(text, line, faults)] if source]
    if len(found) > MAX_SOURCES:
        faults.add(
            "front-value",
            first,
            f"There are {len(found)} sources; at most {MAX_SOURCES} are kept.",
            "Keep those that the text rests on.",
        )
    return tuple(found)


def _source(written: str, line: int, faults: Faults) -> Source | None:
    text = _BULLET.sub("", written, count=1).strip()
    link = _LINK.search(text)
    addresses = [link] if link and _URL.fullmatch(link["url"]) else [*_URL.finditer(text)]
    if len(addresses) != 1:
        holds = f"{len(addresses)} addresses" if addresses else "no whole address of a page"
        faults.add(
            "front-value",
            line,
            f"“{text[:60]}” holds {holds}.",
            "Write one source a line, below “sources:”, each after “- ”: its address, or words, a colon and "
            "the address, such as: - The resolution: https://example.org/text",
        )
        return None
    found = addresses[0]
    around = (text[: found.start()], link["text"] if link else "", text[found.end() :])
    words = (part.strip(_AROUND) for part in around if re.search(r"\w", part))
    return Source(", ".join(words), found["url"])


def read_former_names(front: FrontMatter, name: str, faults: Faults) -> tuple[str, ...]:
    """Return the names that the background had before."""
    written = [tidy(text) for text in front.values.get("formerly", "").strip("[]").split(",")]
    names = tuple(dict.fromkeys(same_name(text.strip("\"'").removesuffix(".md")) for text in written if text))
    for wrong in _wrong_names(names, name):
        faults.add(
            "front-value",
            front.lines["formerly"],
            f"“{wrong[:60]}” is this background's own name."
            if wrong == name
            else f"“{wrong[:60]}” is no name of a background.",
            "Write the names it had before, with commas between them." if wrong == name else WHAT_A_NAME_IS,
        )
    return names


def _wrong_names(names: tuple[str, ...], own: str) -> Iterator[str]:
    return (name for name in names if name == own or not is_name(name))
