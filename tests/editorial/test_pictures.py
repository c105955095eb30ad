"""Pictures stand on lines of their own."""

import pytest
from editorial.briefs import FIRST_LINE_OF_NOW, FRONT, fault, faults, now, parse, section

from newsletter.editorial import Picture


def test_a_picture_between_sections_is_a_part_of_the_story() -> None:
    issue = parse(
        f"{FRONT}# A\n\nBackground: x\n\n![One](1.jpg)\n\n![Two](2.jpg)\n\nWhat’s going on now: y\n"
    )

    assert [getattr(part, "src", "") for part in issue.stories[0].parts] == ["", "1.jpg", "2.jpg", ""]
    assert [picture.line for picture in issue.pictures] == [8, 10]


def test_a_picture_within_a_section_stays_between_its_paragraphs() -> None:
    issue = parse(now("![One](1.jpg)\n\nMore text."))

    types = [token.type for token in section(issue, "now").body if token.level == 0 and token.nesting != -1]
    assert types == ["paragraph_open", "picture", "paragraph_open"]
    assert [picture.src for picture in issue.pictures] == ["1.jpg"]


@pytest.mark.parametrize(
    ("written", "picture"),
    [
        ("![A *tall* clock](a.jpg)", Picture("a.jpg", "A tall clock", "", "", FIRST_LINE_OF_NOW)),
        ('![A](a.jpg "Photo: Own")', Picture("a.jpg", "A", "Photo: Own", "", FIRST_LINE_OF_NOW)),
        (
            "[![A](a.jpg)](https://b.example)",
            Picture("a.jpg", "A", "", "https://b.example", FIRST_LINE_OF_NOW),
        ),
        ("![A](<my clock.jpg>)", Picture("my clock.jpg", "A", "", "", FIRST_LINE_OF_NOW)),
        (
            "![A](https://b.example/a%20b.jpg)",
            Picture("https://b.example/a%20b.jpg", "A", "", "", FIRST_LINE_OF_NOW),
        ),
        ("![](a.jpg)", Picture("a.jpg", "", "", "", FIRST_LINE_OF_NOW)),
        ("![A][1]\n\n[1]: a.jpg", Picture("a.jpg", "A", "", "", FIRST_LINE_OF_NOW)),
    ],
)
def test_a_picture_is_read_with_text_caption_and_link(written: str, picture: Picture) -> None:
    assert parse(now(written)).pictures == (picture,)


def test_pictures_on_lines_that_touch_are_one_each() -> None:
    found = parse(now("![A](a.jpg)\n![B](b.jpg)")).pictures

    assert [(picture.src, picture.line - FIRST_LINE_OF_NOW) for picture in found] == [
        ("a.jpg", 0),
        ("b.jpg", 1),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "See ![A](a.jpg) here",
        "- ![A](a.jpg)",
        "> ![A](a.jpg)",
        "### ![A](a.jpg)",
        "# ![A](a.jpg)",
        "![A](a.jpg){{ name }}",
    ],
)
def test_a_picture_amid_text_is_an_error_with_its_line(text: str) -> None:
    assert [finding.line for finding in faults(now(text)) if finding.code == "brief-picture-in-text"] == [
        FIRST_LINE_OF_NOW
    ]


@pytest.mark.parametrize(
    ("written", "src", "caption"),
    [
        ("![A](my clock.jpg)", "my clock.jpg", ""),
        ("![A]( my clock.JPG )", "my clock.JPG", ""),
        ('![A](my clock.jpg "The clock in May")', "my clock.jpg", "The clock in May"),
        ("![A](my clock.jpg “The clock in May”)", "my clock.jpg", "The clock in May"),
        ("![A](clock.jpg „Die Uhr im Mai“)", "clock.jpg", "Die Uhr im Mai"),
        ("![A](clock.jpg «L’horloge en mai»)", "clock.jpg", "L’horloge en mai"),
        ("![A](clock.jpg ”Klockan i maj”)", "clock.jpg", "Klockan i maj"),
        ("![A](clock.jpg ‘The clock’s face’)", "clock.jpg", "The clock’s face"),
        ("![A](Photo (1).jpeg)", "Photo (1).jpeg", ""),
        ("![A](Screenshot 2026-01-12 at 9.41.00 AM.png)", "Screenshot 2026-01-12 at 9.41.00 AM.png", ""),
        ("![A](100% of it.jpg)", "100% of it.jpg", ""),
        ("![A](städte/der turm.jpg)", "städte/der turm.jpg", ""),
    ],
)
def test_a_file_name_with_spaces_needs_no_brackets(written: str, src: str, caption: str) -> None:
    assert parse(now(f"One\n\n{written}")).pictures == (
        Picture(src, "A", caption, "", FIRST_LINE_OF_NOW + 2),
    )


def test_a_linked_picture_whose_name_has_spaces_is_read() -> None:
    [picture] = parse(now("[![A *tall* clock](my clock.jpg)](https://b.example)")).pictures

    assert (picture.src, picture.alt, picture.href) == ("my clock.jpg", "A tall clock", "https://b.example")


@pytest.mark.parametrize(
    "written", ["![A clock](my clock)", "![A clock](https://b.example/my clock.jpg)", "![A](a.jpg b.jpg c)"]
)
def test_what_cannot_be_read_as_a_picture_is_an_error_that_says_how_to_write_it(written: str) -> None:
    found = fault(now(f"One\n\n{written}"), "brief-picture-broken")

    assert found.line == FIRST_LINE_OF_NOW + 2
    assert "<…>" in found.hint
