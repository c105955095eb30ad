"""Addresses that stand bare in a text are links, to their last letter and no further; nothing else is."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from letters import written

from newsletter.rendering.html.inline import visible_text

_TAG = re.compile("<[^<>]*>")  # a table may keep a word on its line


def links(markdown: str) -> list[tuple[str, str]]:
    html, _ = written(markdown)
    return [(href, _TAG.sub("", label)) for href, label in re.findall(r'<a href="([^"]*)">(.*?)</a>', html)]


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("See https://example.org.", "https://example.org"),
        ("See https://example.org/a_b_c, and more", "https://example.org/a_b_c"),
        ("(https://example.org/a)", "https://example.org/a"),
        ("https://en.wikipedia.org/wiki/Leap_(second)", "https://en.wikipedia.org/wiki/Leap_(second)"),
        ("(see https://en.wikipedia.org/wiki/Leap_(second))", "https://en.wikipedia.org/wiki/Leap_(second)"),
        ("“https://example.org/x”", "https://example.org/x"),
        ("Is it https://example.org/x?", "https://example.org/x"),
        ("https://example.org/?q=1#top!", "https://example.org/?q=1#top"),
        ("**https://example.org/a** bold", "https://example.org/a"),
        ("~~https://example.org/a~~", "https://example.org/a"),
        ("https://example.org/*a*", "https://example.org/*a"),
        ("HTTPS://EXAMPLE.ORG/A", "HTTPS://EXAMPLE.ORG/A"),
        ("http://localhost:8000/x", "http://localhost:8000/x"),
        ("请看https://example.org/a。下一句", "https://example.org/a"),
        ("（https://example.org/a）", "https://example.org/a"),
        ("请看https://example.org/a的页面", "https://example.org/a"),
        ("見よ「https://example.org/a」と", "https://example.org/a"),
        ("https://example.org/a…", "https://example.org/a"),
        ("https://example.org/a—and on", "https://example.org/a"),
        ("| https://example.org/a | b |\n|---|---|\n| c | d |", "https://example.org/a"),
        ("- https://example.org/a\n- b", "https://example.org/a"),
        ("<https://example.org/a>", "https://example.org/a"),
    ],
)
def test_an_address_becomes_a_link_of_its_own_letters(text: str, address: str) -> None:
    ((href, label),) = links(text)
    assert label == address
    assert href.casefold() == address.casefold()


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("See www.example.org.", "www.example.org"),
        ("www.example.org/a_b?c=d, then", "www.example.org/a_b?c=d"),
        ("请看www.example.org/a。下一句", "www.example.org/a"),
        ("WWW.Example.org", "WWW.Example.org"),
        ("(www.example.co.uk/x)", "www.example.co.uk/x"),
    ],
)
def test_an_address_that_begins_with_www_leads_to_https(text: str, address: str) -> None:
    ((href, label),) = links(text)
    assert (href.casefold(), label) == (f"https://{address}".casefold(), address)
    assert address in written(text)[1]
    assert "<https" not in written(text)[1]


@pytest.mark.parametrize(
    "text",
    [
        "README.md and example.org and notes.txt",
        "ana@example.org",
        "`https://example.org`",
        "```\nhttps://example.org\n```",
        "https\\://example.org",
        "xhttps://example.org",
        "https:// example.org",
        "the www. of it",
        "www.example",
        "a.www.example.org",
        "ftp://example.org",
        "https://example.org/?e={{ email }}",
        "3://4",
        "[half a link](https://example.org/a(b",
    ],
)
def test_what_is_no_address_for_sure_stays_text(text: str) -> None:
    assert links(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "[a label](https://example.org/a)",
        "[https://example.org/a](https://example.org/a)",
        "[see www.example.org](https://example.org/a)",
        "[a][b]\n\n[b]: https://example.org/a",
    ],
)
def test_links_as_markdown_has_them_stay_one_link(text: str) -> None:
    assert [href for href, _ in links(text)] == ["https://example.org/a"]


def test_an_entity_in_an_address_is_its_character_as_it_is_in_text() -> None:
    ((href, label),) = links("https://example.org/?a=1&amp;b=2")
    assert href == label == "https://example.org/?a=1&amp;b=2"  # as HTML writes one ampersand


@given(
    st.text("https://w.aé字。)]*_~&;\\{}<> ", max_size=40).map(
        lambda text: "https://a.example/" + re.sub(r"\{+", "{", text)  # two would begin a merge field
    )
)
def test_no_letter_is_lost_around_an_address(text: str) -> None:
    html, words = written(f"Begin.\n\n{text}")
    for letter in "aé字":
        assert visible_text(html).count(letter) >= text.count(letter)
        assert words.count(letter) >= text.count(letter)
