"""Signed links: which reader they are about, and for what purpose alone."""

import base64
import hashlib
from collections.abc import Callable
from typing import get_args

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from signed import first_token, token

from newsletter.contacts.links import Purpose, Reference, key_id, verify

KEY = b"a key of thirty-two bytes or more"
TODAY = 20_786
PURPOSES: tuple[Purpose, ...] = get_args(Purpose)
Form = Callable[[bytes, Purpose, int, int], str]

FORMS = pytest.mark.parametrize(
    ("form", "largest", "length"),
    [(token, (2**48 - 1, 2**32 - 1), 40), (first_token, (2**63 - 1, 2**63 - 1), 43)],
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


@FORMS
@given(key=_keys, reader=st.integers(0, 2**48 - 1))
@example(b"k" * 63, 7)
@example(b"k" * 64, 7)
@example(b"k" * 65, 7)  # longer than a block of SHA-256: HMAC then takes the key's hash (RFC 2104, section 2)
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


def test_a_link_opens_nothing_after_its_last_day_but_to_unsubscribe() -> None:
    for purpose in PURPOSES:
        link = token(KEY, purpose, 1, 2, last_day=TODAY)
        assert follows(KEY, purpose, link, TODAY) == Reference(1, 2)
        late = follows(KEY, purpose, link, TODAY + 1)
        assert late == (Reference(1, 2) if purpose == "unsubscribe" else None)
        longer = bytearray(base64.urlsafe_b64decode(link))
        longer[3] += 1
        assert follows(KEY, purpose, base64.urlsafe_b64encode(longer).decode()) is None


def test_the_parts_of_one_signature_are_as_written_down_for_good() -> None:
    """The layout, made here from its description alone."""
    key = KEY.ljust(128, b"\0")
    body = bytes([key_id(KEY)]) + bytes(2) + (7).to_bytes(6, "big") + (9).to_bytes(4, "big")
    inner = hashlib.sha512(bytes(byte ^ 0x36 for byte in key) + b"newsletter links 2\0" + body).digest()
    whole = hashlib.sha512(bytes(byte ^ 0x5C for byte in key) + inner).digest()
    for place, purpose in enumerate(("unsubscribe", "view", "preferences")):
        raw = bytes([0x20 + place]) + body + whole[16 * place : 16 * place + 16]
        assert token(KEY, purpose, 7, 9) == base64.urlsafe_b64encode(raw).decode()  # type: ignore[arg-type]


# Made under KEY by the code before the second form: they lie in readers' mailboxes and are followed for good.
OF_EARLIER_VERSIONS: dict[tuple[Purpose, int, int], str] = {
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


@pytest.mark.parametrize(("about", "link"), OF_EARLIER_VERSIONS.items())
def test_a_link_of_an_earlier_version_is_followed_for_good(
    about: tuple[Purpose, int, int], link: str
) -> None:
    purpose, reader, mailing = about
    assert follows(KEY, purpose, link, today=2**16) == Reference(reader, mailing)
    assert first_token(KEY, purpose, reader, mailing) == link  # so half-sent mailings end as they began
    assert not any(follows(KEY, other, link) for other in PURPOSES if other != purpose)
