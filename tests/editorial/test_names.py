"""A headline becomes part of a file's name."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.editorial import slug


@pytest.mark.parametrize(
    ("headline", "name"),
    [
        ("Caracas opens the cells", "caracas-opens-the-cells"),
        ("It’s *over*: São Paulo, Łódź & Ørsted", "its-over-sao-paulo-lodz-orsted"),
        ("../../etc/passwd", "etc-passwd"),
        ("الساعات لن تُصحَّح", "الساعات-لن-تُصحَّح"),
        ("時計 2035", "時計-2035"),
        ("🚀", "issue"),
        ("", "issue"),
        ("word " * 30, "word-" * 11 + "word"),
    ],
)
def test_a_headline_as_a_name(headline: str, name: str) -> None:
    assert slug(headline) == name


@given(st.text(max_size=200))
def test_any_text_gives_a_name_that_any_file_system_takes(text: str) -> None:
    name = slug(text)

    assert 1 <= len(name) <= 60
    assert not re.search(r"[/\\\s\x00.:*?\"<>|]", name)
    assert slug(text) == name
