"""Signed links: which reader they are about, and for what purpose alone."""

import base64
import hashlib
from collections.abc import Callable
from typing import get_args

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from signed import first_token, second_token, token

from newsletter.contacts.links import Purpose, Reference, Signer, key_id, tokens_in, verify

KEY = b"a key of thirty-two bytes or more"
TODAY = 20_786
PURPOSES: tuple[Purpose, ...] = get_args(Purpose)
Form = Callable[[bytes, Purpose, int, int], str]

FORMS = pytest.mark.parametrize(
    ("form", "largest", "length"),
    [
        (token, (2**48 - 1, 2**32 - 1), 40),
        (second_token, (2**48 - 1, 2**32 - 1), 40),
        (first_token, (2**63 - 1, 2**63 - 1), 43),
    ],
)

_keys = st.binary(min_size=1, max_size=300)
_share = st.floats(0, 1)


def follows(key: bytes, purpose: Purpose, link: str, today: int = TODAY) -> Reference | None:
    return verify(key, purpose, link, today=today)


@FORMS
@given(reader=_share, mailing=_share)
@example(0, 0)
@example(1, 1)
def test_a_link_says_who_and_from_which_mailing(
    form: Form, largest: tuple[int, int], length: int, reader: float, mailing: float
) -> None:
    ids = int(reader * largest[0]), int(mailing * largest[1])
    for purpose in PURPOSES:
        link = form(KEY, purpose, *ids)
        assert len(link) == length
        assert follows(KEY, purpose, link) == Reference(*ids)
        assert [other for other in PURPOSES if follows(KEY, other, link)] == [purpose]


@pytest.mark.parametrize(("reader", "mailing"), [(2**48, 1), (2**63 - 1, 1), (1, 2**32), (2**48, 2**63 - 1)])
def test_ids_that_the_third_form_has_no_room_for_get_links_all_the_same(reader: int, mailing: int) -> None:
    signed = Signer(KEY, mailing).all_of((7, reader))
    for purpose in PURPOSES:
        for number, link in zip((7, reader), getattr(signed, purpose), strict=True):
            assert tokens_in(link) == [link]
            found = [follows(KEY, other, link) for other in PURPOSES]
            assert [reference for reference in found if reference] == [Reference(number, mailing)]
            assert follows(KEY, purpose, link) == Reference(number, mailing)


@FORMS
@given(key=_keys, reader=st.integers(0, 2**48 - 1))
@example(b"k" * 63, 7)
@example(b"k" * 64, 7)
@example(b"k" * 65, 7)  # longer than a key of BLAKE2b, or a block of SHA-256: the key's hash is taken then
@example(b"k" * 127, 7)
@example(b"k" * 128, 7)
@example(b"k" * 129, 7)  # and than one of SHA-512
def test_a_key_of_any_length_opens_what_it_signed_and_no_part_of_it_does(
    form: Form, largest: tuple[int, int], length: int, key: bytes, reader: int
) -> None:
    link = form(key, "unsubscribe", reader, 3)
    assert follows(key, "unsubscribe", link) == Reference(reader, 3)
    assert follows(key + b"k", "unsubscribe", link) is None
    for block in (64, 128):
        if len(key) > block:
            assert follows(key[:block], "unsubscribe", link) is None


@FORMS
@given(place=st.integers(0, 42), letter=st.sampled_from("Aa0-_"))
def test_a_changed_link_is_refused(
    form: Form, largest: tuple[int, int], length: int, place: int, letter: str
) -> None:
    link = form(KEY, "unsubscribe", 7, 9)
    changed = link[:place] + letter + link[place + 1 :]
    assert (follows(KEY, "unsubscribe", changed) is not None) == (changed == link)


@given(st.text(max_size=60))
def test_any_text_is_refused_without_an_error(text: str) -> None:
    assert follows(KEY, "unsubscribe", text) is None


@FORMS
def test_another_key_opens_nothing(form: Form, largest: tuple[int, int], length: int) -> None:
    link = form(KEY, "unsubscribe", 1, 2)
    same_id = next(key for key in map(b"another %d".__mod__, range(10_000)) if key_id(key) == key_id(KEY))
    assert follows(b"another", "unsubscribe", link) is None
    assert follows(same_id, "unsubscribe", link) is None


@pytest.mark.parametrize("form", [token, second_token])
def test_a_link_opens_nothing_after_its_last_day_but_to_unsubscribe(form: Callable[..., str]) -> None:
    for purpose in PURPOSES:
        link = form(KEY, purpose, 1, 2, last_day=TODAY)
        assert follows(KEY, purpose, link, TODAY) == Reference(1, 2)
        late = follows(KEY, purpose, link, TODAY + 1)
        assert late == (Reference(1, 2) if purpose == "unsubscribe" else None)
        longer = bytearray(base64.urlsafe_b64decode(link))
        longer[3] += 1
        assert follows(KEY, purpose, base64.urlsafe_b64encode(longer).decode()) is None


def test_no_form_passes_for_another() -> None:
    for form in (token, second_token):
        raw = base64.urlsafe_b64decode(form(KEY, "view", 7, 9))
        for other in range(16):
            changed = bytes([other << 4 | raw[0] & 15]) + raw[1:]
            opened = follows(KEY, "view", base64.urlsafe_b64encode(changed).decode())
            assert (opened is not None) == (changed == raw)


@pytest.mark.parametrize("key", [KEY, b"k" * 65])
def test_the_parts_of_one_signature_are_as_written_down_for_good(key: bytes) -> None:
    """The layout, made here from its description alone."""
    start, reader, mailing = bytes([key_id(key)]) + bytes(2), (7).to_bytes(6, "big"), (9).to_bytes(4, "big")
    short = key if len(key) <= 64 else hashlib.blake2b(key).digest()
    signed = start + mailing + reader
    whole = hashlib.blake2b(signed, key=short, digest_size=48, person=b"newsletter links").digest()
    for place, purpose in enumerate(PURPOSES):
        raw = bytes([0x30 + place]) + start + reader + mailing + whole[16 * place : 16 * place + 16]
        assert token(key, purpose, 7, 9) == base64.urlsafe_b64encode(raw).decode()


# Made under KEY by the code before the second form: they lie in readers' mailboxes and are followed for good.
OF_THE_FIRST_FORM: dict[tuple[Purpose, int, int], str] = {
    ("unsubscribe", 1, 1): "AAAAAAAAAAEAAAAAAAAAAVMS25xY-KQSCtAGZNGRVIY",
    ("unsubscribe", 123456, 42): "AAAAAAAB4kAAAAAAAAAAKihe1nXVjSrCwC8gw9ouzyI",
    ("unsubscribe", 2**63 - 1, 2**63 - 1): "f_________9__________2VVLdGobsfPmxXoJvkbmtk",
    ("view", 1, 1): "AAAAAAAAAAEAAAAAAAAAASyLKSIw8p7kWdPlqYSMXH4",
    ("view", 123456, 42): "AAAAAAAB4kAAAAAAAAAAKtf-57pb6neCpoB2mB9Ky1s",
    ("view", 2**63 - 1, 2**63 - 1): "f_________9__________0C9i36He0f_Evjuf5YbzBc",
    ("preferences", 1, 1): "AAAAAAAAAAEAAAAAAAAAASX7x0TwNKyHci4wNVYwOks",
    ("preferences", 123456, 42): "AAAAAAAB4kAAAAAAAAAAKtP0CDW5yG3o_5dI8b0PpGo",
    ("preferences", 2**63 - 1, 2**63 - 1): "f_________9__________3QvQr8uC-e26ABm5seBj7M",
}


# Made under KEY by the code before the third form.
OF_THE_SECOND_FORM: dict[tuple[Purpose, int, int], str] = {
    ("unsubscribe", 1, 1): "IFUAAAAAAAAAAQAAAAGTEpi4tOKJwBIygo00OnUA",
    ("unsubscribe", 123456, 42): "IFUAAAAAAAHiQAAAACpo3COUH-1RcLNnvro6q3Tw",
    ("unsubscribe", 2**48 - 1, 2**32 - 1): "IFUAAP____________9nkqXXndoLRYxlqAUDai3F",
    ("view", 1, 1): "IVUAAAAAAAAAAQAAAAGcm4Z36SqT2OAS2sT4oGhU",
    ("view", 123456, 42): "IVUAAAAAAAHiQAAAACpf9KrwWABssREkKPcz05MN",
    ("view", 2**48 - 1, 2**32 - 1): "IVUAAP____________-N0QuoHReO2j8IhUW02Oo6",
    ("preferences", 1, 1): "IlUAAAAAAAAAAQAAAAGpPqP6lQ3Rhru76lWxNlM9",
    ("preferences", 123456, 42): "IlUAAAAAAAHiQAAAACop1A6qz6ZpjRVtQxp9gCR5",
    ("preferences", 2**48 - 1, 2**32 - 1): "IlUAAP____________96A4nd_bA4Hc8-WlhTKj2q",
}


@pytest.mark.parametrize(("about", "link"), [*OF_THE_FIRST_FORM.items(), *OF_THE_SECOND_FORM.items()])
def test_a_link_of_an_earlier_version_is_followed_for_good(
    about: tuple[Purpose, int, int], link: str
) -> None:
    purpose, reader, mailing = about
    assert follows(KEY, purpose, link, today=2**16) == Reference(reader, mailing)
    assert not any(follows(KEY, other, link) for other in PURPOSES if other != purpose)


@pytest.mark.parametrize(("about", "link"), OF_THE_FIRST_FORM.items())
def test_a_mailing_frozen_with_whole_links_goes_on_with_the_same_ones(
    about: tuple[Purpose, int, int], link: str
) -> None:
    assert first_token(KEY, *about) == link
