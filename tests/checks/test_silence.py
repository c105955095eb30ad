"""What looks like a fault and is none: a check that cries wolf is a bug."""

from collections.abc import Callable

import pytest

from newsletter.checks.reading import sentences

Codes = Callable[..., list[tuple[str, int | None]]]

NOW = "Eleven fish passed the counter. Nobody had expected one."
TARGET = "https://example.org/dam"
ALT = "Salmon below a weir, seen from the bank"


@pytest.mark.parametrize(
    "words",
    [
        "The `TODO` list and `*|FNAME|*`, `https://example.org` and `[a](https://a b)` are code.",
        "Prices rose by 50% and names by 10%, from a low [sic] of ${5}.",
        "They came on Sunday, 1 February 2026, as on May 25, 1977.",
        "The deed of Thursday, 4 October 1582 is older than our calendar.",
        "Ask [the office](mailto:a@example.org?subject=Fish%20count), or [both](mailto:a@b.org,b@b.org).",
        "See [the page (PDF)](https://en.wikipedia.org/wiki/Salmon_(fish)).",
        "See [the port](https://example.org:8443/a?b=c&d=e#f) and [München](https://münchen.example/fluß).",
        "See [a numbered server](https://8.8.8.8/) and [a dotted one](https://example.org./).",
        "Read more about it [in the ministry’s count](https://example.org/count).",
        "It’s a café, a naïve façade, “quoted” – and Ångström’s.",
        "TKO in round two; a TODOS menu.",
    ],
)
def test_words_that_only_look_like_a_fault(codes: Codes, words: str) -> None:
    assert codes((NOW, words)) == []


@pytest.mark.parametrize(
    "alt",
    ["Facade of a decade", "Map of the delta in 1931", "The dam, 1931-2025", "A photo album, open", "Bee"],
)
def test_alt_texts_that_only_look_like_a_file_name(codes: Codes, alt: str) -> None:
    assert codes((ALT, alt)) == []


def test_a_subject_of_a_few_capitals_is_not_shouting(codes: Codes) -> None:
    for subject in ("NATO, EU, UN", "USA", "Reading the river", "COP31: what was agreed"):
        assert codes(("subject: The river that came back", f"subject: '{subject}'")) == []


def test_a_linked_picture_needs_no_other_link_text(codes: Codes) -> None:
    picture = f'![{ALT}](salmon.jpg "The weir in May. Photo: own")'
    assert codes((picture, f"[{picture}](https://example.org/weir)")) == []


def test_a_linked_pictures_address_is_checked_like_any_other(codes: Codes) -> None:
    picture = f'![{ALT}](salmon.jpg "The weir in May. Photo: own")'
    assert codes((picture, f"[{picture}](weir.html)")) == [("link-form", 11)]


def test_a_link_over_two_lines_is_reported_where_it_begins(codes: Codes) -> None:
    words = "Eleven fish\npassed, says [the\ncount](count.html), and\n[another](other.html)."
    assert codes((NOW, words)) == [("link-form", 14), ("link-form", 16)]


def test_a_link_in_a_table_a_list_and_a_quote_is_reported_with_its_line(codes: Codes) -> None:
    words = "Eleven.\n\n| a |\n|---|\n| [x](a.html) |\n\n- one\n- [y](b.html)\n\n> [z](c.html)"
    assert codes((NOW, words)) == [("link-form", 17), ("link-form", 20), ("link-form", 22)]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("One", 1),
        ("One. Two! Three?", 3),
        ("“One.” “Two.” (Three.)", 3),
        ("Dr. Ruiz of the U.S. Senate met J. R. Smith at No. 10, approx. at noon.", 1),
        ("It weighs 2.5 kg. That is all.", 2),
        ("Wait... what? Yes.", 2),
        ("一つ。二つ。", 2),
        ("He left. 2019 began.", 2),
    ],
)
def test_sentences_are_counted_as_a_reader_would(text: str, count: int) -> None:
    assert sentences(text) == count
