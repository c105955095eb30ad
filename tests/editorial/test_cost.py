"""What reading costs: for whatever a file holds, no more than a few times what prose of its size does.

Times are the process's own, and the bound is a multiple of what this machine takes for ordinary prose. Texts
are a tenth as long as the longest file, and may take a tenth of its steps: what takes longer than in
proportion shows at that size, too.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from functools import cache

import pytest
from editorial.briefs import FRONT, STORY, fault, faults_if_any, now, parse
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import examples

from newsletter.editorial import Labels
from newsletter.editorial.importing.importer import import_text
from newsletter.editorial.markdown.steps import MAX_STEPS
from newsletter.editorial.parse import IssueReading, read_issue
from newsletter.editorial.source import MAX_BYTES
from newsletter.errors import IssueError

PARAGRAPH = (
    "The [harbour board](https://example.org/board) met on *Tuesday* and voted **12 to 3** to keep the old "
    "crane, which had stood since 1889. Nobody's view of it changed much; “we like it”, said a neighbour. "
) * 3
BLOCKS = (
    "- one thing\n- another *thing*\n- a [third](https://example.org)\n\n> quoted\n\na | b\n--|--\nc | d\n\n"
)
SIZE = MAX_BYTES // 10
TIMES = 8  # as much as prose of this size: all steps are two and a half times what prose takes of them


def _filled(unit: str, size: int = SIZE) -> str:
    return unit * (size // len(unit.encode()))


def _read(text: str) -> None:
    with suppress(IssueError):
        read_issue(text, "long", "long.md", IssueReading(Labels(), max_steps=MAX_STEPS // 10))


def _import(text: str) -> None:
    with suppress(IssueError):
        import_text(text, file="page.txt", labels=Labels(), today=date(2026, 1, 12))


def _cost(read: Callable[[str], object], text: str) -> float:
    began = time.process_time()
    read(text)
    return time.process_time() - began


@cache
def _prose() -> float:
    """Return the seconds of processor that prose takes here."""
    return min(_cost(_read, now(_filled(PARAGRAPH + "\n\n"))) for _ in range(3))


def _soon(read: Callable[[str], object], text: str) -> bool:
    """Say whether a text costs no more than a few times what prose does, at a busy moment too."""
    if _cost(read, text) < TIMES * _prose():
        return True
    prose = now(_filled(PARAGRAPH + "\n\n"))
    return any(_cost(read, text) < TIMES * _cost(_read, prose) for _ in range(2))


def _growing(make: Callable[[int], str]) -> str:
    pieces, size = list[str](), 0
    while size < SIZE:
        pieces.append(make(len(pieces)))
        size += len(pieces[-1].encode())
    return "".join(pieces)


UNITS = [
    "[", "![", "<![CDATA[", "<!--", "`", "*", "_", "> ", "- ", "1. ", "(", '"', "&#", "\\", "|", "<a ",
    "[a](", "![a](", "*a ", "**a", "[[[]]]", "a_", "*_", "[a]", "[a][", '[a](b "', "[](<", "{{", "{{ a ",
    '{{ a or "', "{%", "a\n\n", "[\n\n", "- a\n\n", "> a\n\n", ">" * 15 + "a\n\n", "- " * 10 + "a\n",
    "a|b\n-|-\n", "`a`", "&amp;", "[a]: b\n", '[a]: b "c\n', "# a\n", "## Backgroun\n", "![](a.jpg)\n\n",
    "![a](b", "-nl. \n", "<http://a.b>", "https://a.b ", "*a* ", "\\*", "\r", "a  \n", "    a\n\n",
    "```\n", "\u00a0", "a\u0301\u0316", "ﷺ", "[a](b) ", "https://", "www.", "www.a.bc ", "https://a.b/((",
    "• a\n", "o\ta\n", "    - a\n", "(1) a\n", "i) a\n", "— a\n", "字\n", "**字。**字",
    "~", "~~a ", "[^", "[^1]: a\n", "- [ ] a\n",
]  # fmt: skip
WHOLES = {
    "a quote and many lazy lines": "> " * 19 + _filled("a\n"),
    "a list and much within it": "- " * 15 + "a\n" + _filled("\n" + " " * 30 + "a\n"),
    "lines of many quotes": _filled(">" * 21 + "a\n"),
    "brackets far apart": _filled("[" + "a*" * 50),
    "pictures far apart": _filled("![" + "a\n" * 50),
    "brackets opened, then closed": "[" * 45_000 + "]" * 45_000,
    "stars opened, then closed": "*" * 45_000 + "a" + "*" * 45_000,
    "runs of backticks, each longer": _growing(lambda n: "`" * (n % 1_400 + 1) + "a"),
    "as many links as fit": _growing(lambda n: f"[a{n}](http://b.c/{n}) "),
    "as many definitions as fit": _growing(lambda n: f"[a{n}]: http://b.c/{n}\n"),
    "a long address, used again and again": f"[a]: http://b.c/{'x' * 30_000}\n\n{_filled('[a] ', 60_000)}",
    "a table of a thousand columns": "|a" * 1_000
    + "|\n"
    + "|-" * 1_000
    + "|\n"
    + _filled("|b" * 1_000 + "|\n"),
    "tables that are filled up": _filled("|a" * 99 + "|\n" + "|-" * 99 + "|\n" + "a\n" * 60 + "\n"),
    "a list in a list in a list": _growing(lambda n: "  " * (n % 1_400) + "- a\n"),
    "as many defaults as fit": _growing(lambda n: f'{{{{ first_name or "x{n}" }}}} '),
    "as many fields that nobody has as fit": _growing(lambda n: f"{{{{ f{n} }}}}\n\n"),
    "as many stories as fit": _growing(lambda n: f"# a{n}\n\nBackgroun: a\n\n"),
    "a line of NUL bytes": "\0" * SIZE,
    "notes that refer to one another": "a[^0]\n\n" + _growing(lambda n: f"[^{n}]: b[^{n + 1}]\n\n"),
    "notes within notes": _filled("[^a]:"),
    "one note, referred to again and again": "[^1]: a\n\n" + _filled("[^1] "),
    "a note's name without an end": "[^1]: a\n\n[^" + "a" * SIZE,
    "pasted items, each deeper": _growing(lambda n: "  " * n + "• a\n"),
    "a bare address without an end": "https://a.b/" + "a" * SIZE,
    "marks on one letter": "a" + "\u0301\u0316" * 20_000,
    "a headline of marks": "# a" + "\u0301\u0316" * 20_000,
}


@pytest.mark.slow
def test_a_megabyte_of_ordinary_text_is_read() -> None:
    for unit in (PARAGRAPH + "\n\n", PARAGRAPH + "\n\n" + BLOCKS, "word " * 100 + "\n\n"):
        parse(now(_filled(unit, MAX_BYTES - 1_000)))


def test_where_there_is_too_much_markup_reading_stops_and_says_on_which_line() -> None:
    found = fault(now("Sound.\n\n" * 20 + "[" * 900_000), "brief-too-dense")
    assert found.line == now("Sound.\n\n" * 20 + "@").split("\n").index("@") + 1
    assert "split the file" in found.hint


def test_front_matter_without_an_end_is_not_read_through_a_megabyte() -> None:
    found = fault("---\nsubject: " + _filled("word ") + "\n---\n" + STORY, "front-long")
    assert (found.line, "three hyphens" in found.hint) == (1, True)


def test_more_pictures_than_any_mail_has_are_refused_at_the_first_that_is_too_many() -> None:
    before = now("@").split("\n").index("@")
    found = fault(now("![a](b.jpg)\n\n" * 501), "brief-pictures-many")
    assert found.line == before + 1_001
    assert not faults_if_any(now("![a](b.jpg)\n\n" * 500))


@pytest.mark.slow
@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("after", ["", "\n", "\n\n"])
def test_anything_is_read_or_refused_about_as_soon_as_prose(unit: str, after: str) -> None:
    assert _soon(_read, now(_filled(unit + after)))


@pytest.mark.slow
@pytest.mark.parametrize("text", WHOLES.values(), ids=WHOLES)
def test_what_is_built_to_be_slow_is_read_or_refused_about_as_soon_as_prose(text: str) -> None:
    assert _soon(_read, now(text))


MARKUP = st.text("[]()!*_`<>&#;\"'\\|{}%-+=~:.1a \n", min_size=1, max_size=12)


@pytest.mark.slow
@settings(max_examples=examples(40))
@given(MARKUP, MARKUP, st.integers(1, 400))
def test_any_markup_is_read_or_refused_about_as_soon_as_prose(unit: str, between: str, times: int) -> None:
    assert _soon(_read, now(_filled(unit * times + between)))


FRONTS = [
    "[",
    "{",
    "- ",
    "a: ",
    "&a ",
    "*a ",
    "? ",
    "'",
    '"',
    "|\n",
    "# ",
    "!!a ",
    "\n",
    "a: b\n",
    "a: &a [*a]\n",
]


@pytest.mark.parametrize("unit", FRONTS)
def test_front_matter_of_anything_is_read_or_refused_about_as_soon_as_prose(unit: str) -> None:
    text = f"---\nsubject: {_filled(unit, 49_000)}\n---\n{STORY}"
    assert _soon(_read, text)


LINES = [
    "A\n", "a\n", "a\n\n", "img000" + "a1" * 500 + "!\n", "IMG_" + "0" * 3_000 + "!\n",
    "-a_b" * 400 + "\n", "already a subscriber log in\n", "Background: a\n", "[", "&#", "{{", "#", "1. ",
    ":", "\u200b", "a\u0301\u0316", "ab12-" * 9 + "\n", "menu\n", "\\", "_a", "a_",
    "sign up to " * 8 + "\n", "©\n", "Ａ：", "https://a.b ", "https://",
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("unit", LINES)
def test_any_web_page_is_imported_about_as_soon_as_prose_is_read(unit: str) -> None:
    assert _soon(_import, _filled(unit))


def test_what_is_left_out_of_a_page_is_kept_as_comments_only_as_long_as_a_brief_can_hold_them() -> None:
    foot = "".join(f"SIGN UP {n}\n" for n in range(5_000))
    made = import_text(f"A headline\n\nProse.\n\n{foot}", file="p", labels=Labels(), today=date(2026, 1, 12))
    whys = {note.why for note in made.notes if note.what == "left out"}
    assert len(whys) == 2
    assert any("too long for the brief's top" in why for why in whys)
    assert "front-long" not in {finding.code for finding in faults_if_any(made.markdown)}


def test_a_front_matter_as_long_as_is_allowed_is_read() -> None:
    parse(f"{FRONT.removesuffix('---' + chr(10))}{'# a note' + chr(10)}{'#' * 49_000}\n---\n{STORY}")
