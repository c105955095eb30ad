"""Read the damaged and the sound briefs in ``damaged/``: what was changed, and what has to be said of it."""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from letters import BUNDLED, PUBLICATION

from newsletter.checks import CheckFacts, PictureFacts, run_checks
from newsletter.editorial import Issue, Labels, parse_issue
from newsletter.errors import Finding, IssueError
from newsletter.rendering import PictureInfo, RenderedMessage
from newsletter.rendering.render import render

FOLDER = Path(__file__).parent / "damaged" / "brief"
LABELS = Labels(
    background=(
        *(
            "Background",
            "خلفية",
            "רקע",
            "Hintergrund",
            "Contexte",
            "Contexto",
            "背景",
            "Контекст",
            "Ιστορικό",
        ),
        *("Contesto", "Achtergrond"),
    ),
    now=(
        *("What’s going on now", "ما يحدث الآن", "מה קורה עכשיו", "Was gerade passiert", "Ce qui se passe"),
        *("Qué está pasando", "O que está acontecendo", "いま起きていること", "最新进展", "Что происходит"),
        *("Τι συμβαίνει τώρα", "Che cosa succede", "Wat er nu speelt"),
    ),
)
USUAL = PictureFacts(True, 1280, 720, 90_000)
MISSING = ("oak-night.jpg",)


@dataclass(frozen=True)
class Brief:
    """One brief: its name, its text, what is known of its pictures."""

    name: str
    text: str
    pictures: Mapping[str, PictureFacts] = field(default_factory=dict)

    @property
    def day(self) -> str:
        """Return the brief's own date, which is the day it is checked on."""
        found = re.search(r"^date: (\S+)$", self.text, re.MULTILINE)
        return found[1] if found else "2026-03-05"


@dataclass(frozen=True)
class Damaged:
    """A brief with one fault: the code under which it has to be found, and the line, if it is one place's."""

    brief: Brief
    code: str
    line: int | None

    def is_found_by(self, finding: Finding) -> bool:
        """Return whether a finding is what the case was made for."""
        return finding.code == self.code and self.line in (None, finding.line)


def good() -> dict[str, Brief]:
    """Return the sound briefs by name."""
    blocks = re.split(r"^==== (.+)\n", (FOLDER / "good.txt").read_text("utf-8"), flags=re.MULTILINE)[1:]
    return {
        name: Brief(name, text.rstrip("\n") + "\n")
        for name, text in zip(blocks[::2], blocks[1::2], strict=True)
    }


def damaged() -> Iterator[Damaged]:
    """Yield the damaged briefs with what is expected of them."""
    table = (FOLDER / "expected.tsv").read_text("utf-8").splitlines()
    rows = list(csv.reader(table, delimiter="\t"))[1:]
    expected = {name: (code, None if line == "-" else int(line)) for name, code, line in rows}
    for brief, _line in edited():
        yield Damaged(brief, *expected.pop(brief.name))
    assert not expected, f"expected.tsv names no case of damaged.txt: {', '.join(expected)}"


def edited() -> Iterator[tuple[Brief, int]]:
    """Yield each damaged brief with the line where its fault was put in."""
    sound = good()
    blocks = re.split(r"^== (.+)\n", (FOLDER / "damaged.txt").read_text("utf-8"), flags=re.MULTILINE)[1:]
    for head, change in zip(blocks[::2], blocks[1::2], strict=True):
        name, host, *pictures = (part.strip() for part in head.split("|"))
        old, new, marked = _change(change)
        text = sound[host].text
        assert text.count(old) or not old, f"{name}: {host} does not hold {old!r}"
        at = text.index(old) if old else text.index(pictures[0].partition("=")[0])
        facts = {title: size for title, size in map(_picture, ";".join(pictures).split(";")) if title}
        damaged_text = text[:at] + new + text[at + len(old) :]
        yield Brief(name, damaged_text, facts), damaged_text[:at].count("\n") + 1 + marked


def clean() -> Iterator[tuple[str, str]]:
    """Yield the sound paragraphs, each with its language."""
    for line in (FOLDER / "clean.txt").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            found = re.match(r"\[([a-z]+)\] ", line)
            yield (found[1], line[found.end() :]) if found else ("en", line)


def within(paragraph: str, language: str) -> tuple[Brief, int]:
    """Return a brief in that language with the paragraph in it, and the paragraph's line.

    One that quotes in its own language's marks stands in a brief without quotations: many languages have no
    sound brief here, and German has two systems of marks.
    """
    brief = next(
        (brief for brief in good().values() if f"\nlanguage: {language}" in brief.text), good()["ferry"]
    )
    text = brief.text
    if f"\nlanguage: {language}" not in text and language != "en":
        text = text.replace("\ndate:", f"\nlanguage: {language}\ndate:", 1)
    if language != "en" and re.search("[“”„«»]", paragraph):
        text = re.sub("[“”„«»]", "", text)
    text = f"{text}\n{paragraph}\n"
    return Brief(paragraph[:40], text), text.count("\n")


def read(brief: Brief) -> Issue:
    """Parse a brief.

    Raises:
        IssueError: when it cannot be read.
    """
    name = f"{brief.day}-{brief.name}"
    return parse_issue(brief.text, issue_id=name, file=f"issues/{name}.md", labels=LABELS)


def findings(brief: Brief, message: RenderedMessage | None = None) -> tuple[Finding, ...]:
    """Return what reading and checking a brief finds, as ``newsletter check`` reports it."""
    try:
        issue = read(brief)
    except IssueError as error:
        return tuple(error.findings)
    pictures = {
        picture.src: brief.pictures.get(picture.src, USUAL)
        for picture in issue.pictures
        if picture.src not in MISSING
    }
    return run_checks(issue, CheckFacts(pictures, date.fromisoformat(brief.day)), message)


def rendered(brief: Brief) -> RenderedMessage:
    """Return a brief's mail, by the bundled theme."""
    issue = read(brief)
    pictures = {
        picture.src: PictureInfo(f"https://tide.example.org/pictures/{picture.src}", 1280, 720)
        for picture in issue.pictures
    }
    return render(issue, PUBLICATION, BUNDLED, pictures=pictures)


def _change(text: str) -> tuple[str, str, int]:
    """Return what is taken out, what is put in, and which line of that the finding is expected at."""
    lines = text.rstrip("\n").split("\n") if text.strip() else []
    old = [line[1:] for line in lines if line.startswith("-")]
    new = [line for line in lines if line[:1] in ("+", ">")]
    marked = next((index for index, line in enumerate(new) if line.startswith(">")), 0)
    return "\n".join(old), "\n".join(line[1:] for line in new), marked


def _picture(text: str) -> tuple[str, PictureFacts]:
    name, _, size = text.strip().partition("=")
    width, height, count = (int(number) for number in re.findall(r"\d+", size)) if size else (0, 0, 0)
    return name, PictureFacts(True, width, height, count)
