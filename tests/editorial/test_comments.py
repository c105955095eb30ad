"""HTML comments: notes that no reader gets. All other HTML is text."""

import pytest
from editorial.briefs import FIRST_LINE_OF_NOW, fault, faults_if_any, now, parse, section, words
from hypothesis import given
from hypothesis import strategies as st

LINE = FIRST_LINE_OF_NOW
BEFORE = "The last word is due by 2035.\n"


def shown(text: str) -> str:
    return words(section(parse(now(text)), "now").body).removeprefix(BEFORE)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("<!-- one -->\n\nText.", "Text.\n"),
        ("Text <!-- a --> more.", "Text more.\n"),
        ("Text<!-- a -->more.", "Textmore.\n"),
        ("<!-- a\n\nb -->\n\nText", "Text\n"),
        ("<!-- a\n\n# b\n\nc --> Text after\nmore", "Text after more\n"),
        ("<!-- a --> Text", "Text\n"),
        ("Text\n<!-- x\n\ny -->\nafter", "Text\nafter\n"),
        ("<!--[if mso]>x<![endif]-->\n\nText", "Text\n"),
        ("<!--> Text", "Text\n"),
        ("<!-- a --> <!-- b -->\n\nText", "Text\n"),
        ("> <!-- q -->\n> Text", "Text\n"),
        ("- Text\n<!-- x -->\n- more", "Text \nmore\n"),
        ("| Text <!-- n --> | b |\n|---|---|\n| c | d |", "Text \nb\nc\nd\n"),
        ("*Text <!-- a* b -->more*", "Text more\n"),
        ("<!-- {{ broken -->Text", "Text\n"),
        ("<!-- ![a](b -->Text", "Text\n"),
        ("Text\n\n<!-- [a]: https://example.org -->", "Text\n"),
    ],
)
def test_a_comment_is_left_out_and_nothing_else(text: str, left: str) -> None:
    assert shown(text) == left


@pytest.mark.parametrize("text", ["`<!-- code -->`", "```\n<!-- code -->\n```"])
def test_in_code_a_comment_is_text(text: str) -> None:
    issue = parse(now(text))
    assert issue.comments == ()
    assert "<!-- code -->" in "".join(
        token.content for token in section(issue, "now").body if token.type != "paragraph_open"
    )


def test_a_comment_is_kept_for_the_checks_with_its_lines() -> None:
    first = "Text <!-- one\ntwo --> more <!-- three -->\n\n<!-- four\n\nfive -->\n\n# X <!-- six -->\n\n"
    issue = parse(now(first + "**Background:** a <!-- seven -->\n\n**What’s going on now:** b"))
    assert [(comment.text, comment.line, comment.last) for comment in issue.comments] == [
        ("one two", LINE, LINE + 1),
        ("three", LINE + 1, LINE + 1),
        ("four five", LINE + 3, LINE + 5),
        ("six", LINE + 7, LINE + 7),
        ("seven", LINE + 9, LINE + 9),
    ]


def test_lines_below_a_comment_keep_their_numbers() -> None:
    issue = parse(
        now(
            "Text <!-- one\ntwo -->\n{{ first_name }} <!-- a\nb --> {{ name }}\n\n<!-- c\n\nd --> {{ email }}"
        )
    )
    assert [use.line for use in issue.fields] == [LINE + 2, LINE + 3, LINE + 7]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Text <!-- open", LINE),
        ("<!-- open\n\nText", LINE),
        ("Text\n<!-- a\n\nb", LINE + 1),
        ("Text <!-- a\n\nb --> more", LINE),
        ("<!-- a\n\n## not this <!-- b -->", LINE),
        ("[a <!-- b](https://example.org) c", LINE),
    ],
)
def test_a_comment_without_its_end_is_an_error_for_nobody_knows_how_far_it_goes(text: str, line: int) -> None:
    found = fault(now(text), "brief-comment-open")
    assert found.line == line
    assert "<!--" in found.message


_piece = st.sampled_from(
    ["<!--", "-->", "note", "\n", "\n\n", "> ", "- ", "`", "# ", "|", "[a](", "![", "]", "* "]
)


@given(st.lists(_piece, max_size=20))
def test_no_text_shows_a_comment(pieces: list[str]) -> None:
    text = now("".join(pieces))
    if not faults_if_any(text):
        for token in section(parse(text), "now").body:
            for child in token.children or ():
                assert "<!--" not in child.content or child.type == "code_inline"


@pytest.mark.slow
@pytest.mark.parametrize(
    "text", ["<!--", "<!---->", "<!-- -->\n\n", "<!--\n\n", "a <!--\n", "<!-- a\n\nb --> t\n\n"]
)
def test_a_megabyte_of_comments_is_read_or_refused(text: str) -> None:
    faults_if_any(now(text * (990_000 // len(text))))
