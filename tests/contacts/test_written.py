"""Addresses as people write them: out of their packaging, never corrected, and what was meant is said."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import examples

from newsletter.contacts.address import normalise
from newsletter.contacts.written import UnreadableAddress, Written, check_mailable, read_address
from newsletter.errors import AudienceError


@pytest.mark.parametrize(
    ("written", "packaging"),
    [
        ("mailto:ann@example.com", ["mailto:"]),
        ("MAILTO:Ann@Example.com?subject=Hi&cc=bob@example.com", ["mailto:"]),
        ("mailto:ann%40example.com", ["mailto:"]),
        ("E-Mail: ann@example.com", ["mailto:"]),
        ("SMTP:ann@example.com", ["mailto:"]),
        ("<ann@example.com>", ["brackets"]),
        ("<ann@example.com", ["brackets"]),
        ("ann@example.com>", ["brackets"]),
        ("(ann@example.com)", ["brackets"]),
        ("[ann@example.com]", ["brackets"]),
        ("<mailto:ann@example.com>", ["brackets", "mailto:"]),
        ("ann@example.com.", ["punctuation at the end"]),
        ("ann@example.com,", ["punctuation at the end"]),
        ("ann@example.com ;", ["punctuation at the end"]),
        ("ann@example.com.,;", ["punctuation at the end"]),
        ("'ann@example.com'", ["quotation marks"]),
        ("“ann@example.com”", ["quotation marks"]),
        ("„ann@example.com“", ["quotation marks"]),
        ("«ann@example.com»", ["quotation marks"]),
        ("''ann@example.com''", ["quotation marks"]),
        ("\u200bann@example.com", ["invisible characters"]),
        ("ann@exa\u200bmple.com", ["invisible characters"]),
        ("ann\u00ad@example.com", ["invisible characters"]),
        ("\u202aann@example.com\u202c", ["invisible characters"]),
        ("ann@example.com\ufeff", ["invisible characters"]),
        ("ann@example.com; ANN@example.com", ["the same address twice"]),
        ("[ann@example.com](mailto:ann@example.com)", ["the same address twice"]),
        (" ann@example.com\u00a0", []),
    ],
)
def test_packaging_is_taken_off_and_named(written: str, packaging: list[str]) -> None:
    assert read_address(written) == Written("ann@example.com", tuple(packaging))


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Ann Lee <ann@example.com>", "Ann Lee"),
        ('"Lee, Ann" <ann@example.com>', "Lee, Ann"),
        ("Ann <mailto:ann@example.com>", "Ann"),
        ("ann@example.com <ann@example.com>", ""),
        ("Ann Lee<ann@example.com>;", "Ann Lee"),
    ],
)
def test_the_name_next_to_an_address_is_kept(written: str, name: str) -> None:
    found = read_address(written)
    assert (found.email, found.name) == ("ann@example.com", name)
    assert "a name and angle brackets" in found.packaging


@pytest.mark.parametrize(
    ("written", "instead"),
    [
        ("ann@gmail,com", "ann@gmail.com"),
        ("ann@example;com", "ann@example.com"),
        ("ann @example.com", "ann@example.com"),
        ("ann@ example. com", "ann@example.com"),
        ("ann@@example.com", "ann@example.com"),
        ("ann(at)example.com", "ann@example.com"),
        ("ann [at] example [dot] com", "ann@example.com"),
        ("ann at example dot com", "ann@example.com"),
        ("ann@example..com", "ann@example.com"),
        ("ann..lee@example.com", "ann.lee@example.com"),
        (".ann.@example.com", "ann@example.com"),
        ("ann@gmail", "ann@gmail.com"),
        ("ann@gmailcom", "ann@gmail.com"),
        ("ann＠example．com", "ann@example.com"),
        ("ann&#64;example.com", "ann@example.com"),
        ("ann@example.com (old)", "ann@example.com"),
        ("do not mail ann@example.com", "ann@example.com"),
        # anybody's guess:
        ("ann lee@example.com", ""),
        ("ann", ""),
        ("ann@example", ""),
        ("ann@exam_ple.com", ""),
        ("@example.com", ""),
        ("x" * 5_000, ""),
        ("@" * 900, ""),
    ],
)
def test_what_would_need_another_letter_is_refused_with_what_was_probably_meant(
    written: str, instead: str
) -> None:
    with pytest.raises(UnreadableAddress) as caught:
        read_address(written)
    assert (caught.value.reason, caught.value.instead) == ("invalid address", instead)


@pytest.mark.parametrize(
    "written",
    [
        "a@example.com, b@example.com",
        "a@example.com;b@example.com",
        "a@example.com b@example.com",
        "a@example.com ::: b@example.com",
        "a@example.com/b@example.com",
        "a@example.com\nb@example.com",
        "a@example.com <b@example.com>",
    ],
)
def test_two_addresses_in_a_cell_are_refused_with_both_named(written: str) -> None:
    with pytest.raises(UnreadableAddress, match=r"a@example\.com and b@example\.com") as caught:
        read_address(written)
    assert caught.value.reason == "several addresses"


@pytest.mark.parametrize(
    ("email", "instead"),
    [("a" * 65 + "@example.com", ""), ("josé@example.com", ""), ("o’brien@example.ie", "o'brien@example.ie")],
)
def test_what_the_provider_would_refuse_is_known_before(email: str, instead: str) -> None:
    with pytest.raises(UnreadableAddress, match="The provider takes") as caught:
        check_mailable(email)
    assert caught.value.instead == instead


@pytest.mark.parametrize("email", ["a" * 64 + "@example.com", "ann@bücher.example"])
def test_what_the_provider_takes_is_let_through(email: str) -> None:
    check_mailable(email)


_SIGNS = [
    "<",
    ">",
    "mailto:",
    '"',
    "'",
    ".",
    ",",
    ";",
    " ",
    "\u200b",
    "(",
    ")",
    "[",
    "]",
    " at ",
    "@",
    "é",
    "x",
]
_pieces = st.sampled_from(["ann@example.com", "bob@example.com", *_SIGNS])


@settings(max_examples=examples(300))
@given(st.lists(_pieces, max_size=8).map("".join) | st.text(max_size=40))
def test_whatever_is_written_is_an_address_that_stands_in_it_or_is_refused(written: str) -> None:
    try:
        found = read_address(written)
    except UnreadableAddress as error:
        meant = error.instead
        assert not meant or normalise(meant) == meant
        return
    assert normalise(found.email) == found.email
    assert read_address(found.email) == Written(found.email)


@given(st.emails())
def test_what_is_an_address_already_is_taken_as_it_is(email: str) -> None:
    try:
        plain = normalise(email)
    except AudienceError:
        return
    assert read_address(email) == Written(plain)
