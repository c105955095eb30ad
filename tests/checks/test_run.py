"""All checks together: their order, what they do without a mail, and with any text at all."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from newsletter.checks import CheckFacts, registered, run_checks
from newsletter.checks.registry import check
from newsletter.editorial import Labels, parse_issue
from newsletter.errors import IssueError
from newsletter.rendering import RenderedMessage

ROOT = Path(__file__).parent.parent.parent
PICTURES = sorted((ROOT / "issues").rglob("*.jpg")) + sorted((ROOT / "issues").rglob("*.png"))


def test_findings_come_by_line_and_those_about_the_whole_mail_last(look: Callable[..., Any]) -> None:
    sound = look()
    changes = [
        ("Nobody had expected one", "TK"),
        ("preheader: Sixty", "preheader: The river that came back, sixty"),
        ("https://example.org/dam", "dam.html"),
    ]
    found = look(*changes, mail=None)
    assert sound == ()
    assert [finding.line for finding in found] == [3, 9, 13]
    whole = look(*changes, mail=RenderedMessage("", "", "", "", ()))
    assert whole[:3] == found
    assert {finding.line for finding in whole[3:]} == {None}


def test_without_a_mail_only_the_brief_is_spoken_of(look: Callable[..., Any]) -> None:
    assert look(mail=None) == ()


def test_every_finding_names_the_file_and_says_what_to_do(look: Callable[..., Any]) -> None:
    found = look(("Salmon below a weir, seen from the bank", ""), ("https://example.org/dam", "dam"))
    assert {finding.place for finding in found} == {
        "issues/2026-02-02-river.md:9",
        "issues/2026-02-02-river.md:11",
    }
    assert all(finding.hint for finding in found)


def test_two_checks_of_one_code_are_refused() -> None:
    taken = registered()[0]
    with pytest.raises(ValueError, match=taken.code):
        check(taken.code, "error")(taken.look)


_piece = st.one_of(
    st.text(max_size=30),
    st.sampled_from([
        "[a](b)", "[](", "![x](y.jpg)", "\n\n![](<>)\n\n", "<https://a.b>", "https://[", "{{ name }}",
        "[x](//@:)", "|a|b|\n|-|-|\n|[x](mailto:)|", "*|A|*", "31 June 2026", "…", "> ", "- ", "`",
        "[x](http://[::1]:99999)",
    ]),
)  # fmt: skip


@given(st.lists(_piece, max_size=12))
def test_any_text_that_can_be_read_can_be_checked(pieces: list[str]) -> None:
    text = (
        f"---\nsubject: s\n---\n# h\n\n**Background:** b\n\n**What’s going on now:** n\n\n{''.join(pieces)}\n"
    )
    try:
        issue = parse_issue(text, issue_id="any", file="any.md", labels=Labels())
    except IssueError:
        return
    lines = text.count("\n") + 1
    for finding in run_checks(issue, CheckFacts()):
        assert finding.line is None or 1 <= finding.line <= lines


def test_a_new_brief_is_reported_as_still_without_words(publication: Any) -> None:
    publication.run("new", "The river that came back", "-o", "issues/river.md")
    ran = publication.run("check", "river")
    assert ran.exit_code == 1
    assert ran.stdout.count("error text-unwritten") == 2


@pytest.mark.parametrize("picture", PICTURES, ids=lambda path: path.name)
def test_an_example_picture_is_wide_and_light(picture: Path) -> None:
    with Image.open(picture) as opened:
        assert opened.width == 1280
    assert picture.stat().st_size < 120_000
