"""What a person sees on a terminal: words whole, commands to copy, colours, questions, progress."""

import re
from collections.abc import Mapping

import pytest
from conftest import Publication
from hypothesis import given
from hypothesis import strategies as st
from terminals import CTRL_C, ESCAPES, Terminal

from newsletter.cli.terminal.layout import laid_out
from newsletter.cli.terminal.progress import progress_of
from newsletter.widths import display_width

WORDS = st.text(st.characters(categories=["Lu", "Ll", "Nd", "Po", "Lo"], exclude_characters="`"), min_size=1)


@given(st.lists(WORDS, min_size=1, max_size=30), st.integers(20, 120))
def test_words_stay_whole_and_lines_within_the_width(words: list[str], width: int) -> None:
    text = " ".join(words)
    lines = laid_out(text, width).split("\n")
    assert " ".join(" ".join(lines).split()) == " ".join(text.split())
    assert all(display_width(line) <= width or len(line.split()) == 1 for line in lines)


@pytest.mark.parametrize("width", [1, 20, 40, 80, 400])
@pytest.mark.parametrize(
    "command",
    [
        "newsletter resume 2026-01-12-prisoners",
        "newsletter recipients 'an issue of a long name with spaces in it, and more' --state unknown",
        'python3 -c "import secrets; print(secrets.token_urlsafe(32))"',
        "newsletter --config '/srv/news letters/newsletter.toml' check issues/2026-11-16-kilogram.md",
        "newsletter sandbox",
    ],
)
def test_a_command_to_copy_has_a_line_of_its_own_at_any_width(command: str, width: int) -> None:
    said = f"12 readers are still to be mailed. Go on with: {command}\nA line after it."
    lines = [line.strip() for line in laid_out(said, width).split("\n")]
    assert command in lines
    assert lines[-1] in {"A line after it.", "it."}


@pytest.mark.parametrize(
    "line",
    [
        "$ .venv/bin/newsletter send 2026-11-16-kilogram --list demo --yes",
        "$ newsletter reconcile 2026-11-16-kilogram --policy resend",
        "  .venv/bin/newsletter sandbox",
        "  cd 'my letters of this year' && newsletter sandbox",
        "  /usr/bin/python3.12 -m newsletter sandbox",
    ],
)
def test_a_line_that_is_a_command_is_left_whole_at_any_width(line: str) -> None:
    assert laid_out(line, 20) == line


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("one `newsletter serve --port 8000` two", "one\n`newsletter serve --port 8000`\ntwo"),
        ("  12,345  were refused as not yet so", "  12,345  were refused\n          as not yet so"),
        ("    a hint that goes on and on and on", "    a hint that goes on\n    and on and on"),
        ("中文 中文 中文 中文 中文 中文", "中文 中文 中文 中文\n中文 中文"),
        ("https://example.org/a/very/long/address stays", "https://example.org/a/very/long/address\nstays"),
        ("a\n\nb", "a\n\nb"),
    ],
)  # fmt: skip
def test_a_line_is_wrapped_where_its_sense_allows(text: str, expected: str) -> None:
    assert laid_out(text, 24 if "12,345" in text or "hint" in text else 20) == expected


@pytest.mark.parametrize(
    ("environment", "coloured"),
    [
        ({}, True),
        ({"NO_COLOR": "1"}, False),
        ({"NO_COLOR": ""}, True),
        ({"TERM": "dumb"}, False),
        ({"TERM": "dumb", "FORCE_COLOR": "1"}, True),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
        ({"FORCE_COLOR": "0"}, False),
    ],
)
@pytest.mark.slow
def test_errors_have_colour_on_a_terminal_unless_the_environment_says_otherwise(
    publication: Publication, environment: Mapping[str, str], coloured: bool
) -> None:
    seen = Terminal(publication.root, environment=environment).run("check", "no-such-issue")
    assert "Error: There is no issue" in seen.text
    assert bool(ESCAPES.search(seen.raw)) == coloured


@pytest.mark.parametrize(("force", "coloured"), [("", False), ("0", False), ("1", True), ("3", True)])
def test_elsewhere_there_is_no_colour_unless_it_is_forced(
    publication: Publication, force: str, coloured: bool
) -> None:
    ran = publication.run("check", "no-such-issue", environment={"FORCE_COLOR": force})
    assert bool(ESCAPES.search(ran.stderr)) == coloured
    assert "There is no issue" in ran.stderr


@pytest.mark.parametrize(
    ("step", "done", "of", "words"),
    [
        ("sending", 3, 12_000, ("Sending", "3 of 12,000 readers")),
        ("sending", 588, 588, ("Sending", "all 588 readers")),
        ("sending", 1, 1, ("Sending", "1 of 1 reader")),
        ("planning", 50_000, 0, ("Planning", "50,000 readers")),
        ("waiting", 1, 120, ("Waiting", "1 min 59 s left")),
        ("reconciling", 1, 3, ("Reconciling", "1 of 3 requests")),
        ("Storing", 1, 2, ("Storing", "1 of 2 rows")),
        ("Reading", 120, 120, ("Reading", "1 of 1 kB")),
        ("Reading", 1_500_000, 12_000_000, ("Reading", "1.5 of 12.0 MB")),
        ("suppressions read", 1, 0, ("Reading suppressions", "1 entry")),
        ("suppressions read", 7, 0, ("Reading suppressions", "7 entries")),
    ],
)
def test_progress_says_what_it_counts(step: str, done: int, of: int, words: tuple[str, str]) -> None:
    assert progress_of(step, done, of) == words


@pytest.mark.parametrize(
    "words",
    [
        ["import", "none.txt"],
        ["subscribers", "import", "none.csv", "--list", "readers"],
        ["--config", "none.toml", "lists"],
    ],
)
def test_a_file_that_is_not_there_is_told_in_plain_words(publication: Publication, words: list[str]) -> None:
    ran = publication.run(*words)
    assert ran.exit_code == 1
    assert ": There is no such file." in ran.stderr
    assert "directory" not in ran.stderr


@pytest.mark.slow
@pytest.mark.parametrize("command", ["sandbox", "serve"])
def test_after_ctrl_c_the_shell_begins_on_a_line_of_its_own(publication: Publication, command: str) -> None:
    publication.settings(provider="sandbox")
    seen = Terminal(publication.root).run(command, "--port", "0", answers=[("Ctrl-C", CTRL_C)])
    assert seen.exit_code == 0
    assert seen.text.endswith("\n\n")


@pytest.mark.slow
def test_a_wait_says_once_how_long_it_will_be(publication: Publication) -> None:
    publication.settings(provider="sandbox")
    publication.subscribe(3)
    asked = [("[y/N]", "y\n"), ("s left", CTRL_C)]
    seen = Terminal(publication.root).run("send", "first", "--undo-window", "90s", answers=asked)
    waiting = [line for line in re.split(r"[\r\n]", seen.text) if line.startswith("Waiting")]
    assert waiting
    assert all(line.rstrip().endswith(" left") for line in waiting)
