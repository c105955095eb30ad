"""Lines that begin with a bullet or a number are a list, however they were pasted; tasks show their box."""

import pytest
from letters import brief, read, story, written

from newsletter.checks.reading import passages


def text(markdown: str) -> str:
    return written(markdown)[1]


@pytest.mark.parametrize("bullet", "•‣⁃◦●○▪▫■□◆◇▸➢➤❖\uf0b7\uf0a7")
@pytest.mark.parametrize("gap", [" ", "\t", "\u00a0\u00a0", ""])
def test_any_bullet_makes_a_list(bullet: str, gap: str) -> None:
    html, shown = written(f"Three things:\n{bullet}{gap}The lock.\n{bullet}{gap}A ribbon.")
    assert html == "<p>Three things:</p><ul><li>The lock.</li><li>A ribbon.</li></ul>"
    assert shown == "Three things:\n\n- The lock.\n- A ribbon."


@pytest.mark.parametrize(
    ("pasted", "shown"),
    [
        # Word for Windows and the Mac, Google Docs, Pages, a web page, Outlook's symbol fonts
        ("•\tThe lock.\no\tIts key.\n•\tA ribbon.", "- The lock.\n  - Its key.\n- A ribbon."),
        ("\t•\tThe lock.\n\t\t◦\tIts key.\n\t•\tA ribbon.", "- The lock.\n  - Its key.\n- A ribbon."),
        ("    • The lock.\n        • Its key.\n    • A ribbon.", "- The lock.\n  - Its key.\n- A ribbon."),
        ("·\u00a0\u00a0\u00a0The lock.\n·\u00a0\u00a0\u00a0A ribbon.", "- The lock.\n- A ribbon."),
        ("• The lock.\no Its key.\n• A ribbon.", "- The lock.\n  - Its key.\n- A ribbon."),
        ("o   The lock.\no   A ribbon.", "- The lock.\n- A ribbon."),
        ("§\tThe lock.\n§\tA ribbon.", "- The lock.\n- A ribbon."),
        ("Ø\tThe lock.\nØ\tA ribbon.", "- The lock.\n- A ribbon."),
        ("•\tThe lock.\n\no\tIts key.\n\n•\tA ribbon.", "- The lock.\n  - Its key.\n\n- A ribbon."),
        ("\u00a0\u00a0•\u00a0The lock.\n\u00a0\u00a0•\u00a0A ribbon.", "- The lock.\n- A ribbon."),
        ("・項目一\n・項目二", "- 項目一\n- 項目二"),
        ("1.\tFirst\n2.\tSecond", "1. First\n2. Second"),
        ("\t1.\tFirst\n\t2.\tSecond", "1. First\n2. Second"),
        ("1.\u00a0First\n2.\u00a0Second", "1. First\n2. Second"),
        ("We saw:\n2) second\n3) third", "We saw:\n\n2. second\n3. third"),
        ("Three things:\n    - one\n    - two", "Three things:\n\n- one\n- two"),
        ("    * one\n    * two", "- one\n- two"),
        ("-\u00a0one\n-\u00a0two", "- one\n- two"),
        ("- one\n  ◦ inner\n- two", "- one\n  - inner\n- two"),
        ("> • one\n> • two", "> - one\n> - two"),
        ("1\\. It opens \\- again\\.", "1. It opens - again."),
    ],
)  # fmt: skip
def test_what_word_processors_paste_comes_out_as_lists(pasted: str, shown: str) -> None:
    assert text(pasted) == shown


@pytest.mark.parametrize(
    "row",
    [
        "Mon • Tue • Wed",
        "• Mon • Tue • Wed",
        "Mon • Tue • Wed • Thu • Fri • Sat • Sun • and so on until the line ends\n• and begins again • here",
        "• • •",
        "···",
        "•",
        "The price is\n    - as the board says - too high.",
        "o tempora, o mores",
        "o prefeito disse que\no rio abre",
        "C\n• C major".replace("\n• ", " • "),
    ],
)
def test_a_bullet_that_only_divides_makes_no_list(row: str) -> None:
    assert "<li>" not in written(f"Begin.\n\n{row}")[0]


def test_a_line_below_an_item_belongs_to_it_if_it_was_broken_by_hand_and_not_otherwise() -> None:
    long = (
        "• The lock at the northern end of the harbour is mended at last, and\nopens.\n• Two.\nThat was all."
    )
    assert written(long)[0] == (
        "<ul><li>The lock at the northern end of the harbour is mended at last, and\nopens.</li>"
        "<li>Two.</li></ul><p>That was all.</p>"
    )


def test_items_hold_markup_links_and_fields() -> None:
    html, _ = written("• **One** [two](https://example.org)\n• `three` {{ first_name }}")
    assert html.startswith(
        '<ul><li><strong>One</strong> <a href="https://example.org">two</a></li><li><code>'
    )
    assert "{{" not in html


def test_checks_know_the_line_of_each_item() -> None:
    issue = read(brief(story(now="Begin.\n\nThree:\n• one\n• two\n\n• three")))
    found = {passage.text: passage.line for passage in passages(issue.stories[0].parts[1])}
    source = issue.source.split("\n")
    assert {words: source[line - 1] for words, line in found.items()} == {
        "Begin.": "Begin.", "Three:": "Three:", "one": "• one", "two": "• two", "three": "• three",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("- [ ] open\n- [x] done\n- [X] too", "- ☐ open\n- ☑ done\n- ☑ too"),
        ("1. [ ] open\n2. [x] done", "1. ☐ open\n2. ☑ done"),
        ("• [ ] open\n• [x] done", "- ☐ open\n- ☑ done"),
        ("* [ ] **bold**\n\n* [x] [link](https://example.org)", "- ☐ bold\n\n- ☑ link <https://example.org>"),
        ("- outer\n  - [ ] inner", "- outer\n  - ☐ inner"),
        ("- [] open\n- [y] none", "- ☐ open\n- [y] none"),
        ("- [x](https://example.org) is a link", "- x <https://example.org> is a link"),
        ("[ ] no item", "[ ] no item"),
    ],
)
def test_a_task_shows_its_box(markdown: str, shown: str) -> None:
    html, words = written(markdown)
    assert words == shown
    assert "<input" not in html
    assert html.count('class="task"') == words.count("☐") + words.count("☑")
