"""Signed links: which reader they are about, and for what purpose alone."""

from hypothesis import example, given
from hypothesis import strategies as st

from newsletter.contacts.links import Purpose, Reference, Signer, verify

KEY = b"a key of thirty-two bytes or more"


def sign(key: bytes, purpose: Purpose, reader: int, mailing: int) -> str:
    return Signer(key, purpose, mailing)(reader)


_ids = st.integers(0, 2**63 - 1)


@given(_ids, _ids)
def test_a_link_says_who_and_from_which_mailing(reader: int, mailing: int) -> None:
    token = sign(KEY, "unsubscribe", reader, mailing)
    assert len(token) == 43
    assert verify(KEY, "unsubscribe", token) == Reference(reader, mailing)


@given(st.binary(min_size=1, max_size=300), _ids)
@example(b"k" * 63, 7)
@example(b"k" * 64, 7)
@example(b"k" * 65, 7)  # longer than a block of SHA-256: HMAC then takes the key's hash (RFC 2104, section 2)
@example(b"k" * 128, 7)
@example(b"k" * 129, 7)
def test_a_key_of_any_length_opens_what_it_signed_and_no_part_of_it_does(key: bytes, reader: int) -> None:
    token = sign(key, "unsubscribe", reader, 3)
    assert verify(key, "unsubscribe", token) == Reference(reader, 3)
    assert verify(key + b"k", "unsubscribe", token) is None
    if len(key) > 64:
        assert verify(key[:64], "unsubscribe", token) is None


def test_a_link_opens_nothing_but_its_purpose() -> None:
    assert verify(KEY, "view", sign(KEY, "unsubscribe", 1, 2)) is None


@given(st.integers(0, 42), st.sampled_from("Aa0-_"))
def test_a_changed_link_is_refused(place: int, letter: str) -> None:
    token = sign(KEY, "unsubscribe", 7, 9)
    changed = token[:place] + letter + token[place + 1 :]
    found = verify(KEY, "unsubscribe", changed)
    # The last letter carries two bits that mean nothing.
    assert found is None or changed == token or place == 42


@given(st.text(max_size=60))
def test_any_text_is_refused_without_an_error(text: str) -> None:
    assert verify(KEY, "unsubscribe", text) is None


def test_another_key_opens_nothing() -> None:
    assert verify(b"another", "unsubscribe", sign(KEY, "unsubscribe", 1, 2)) is None
