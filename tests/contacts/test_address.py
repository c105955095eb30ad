"""Addresses: one form for one mailbox, and a reason for what is no address."""

import string
import unicodedata

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import examples

from newsletter.contacts.address import normalise, on_the_wire
from newsletter.errors import AudienceError


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("ann@example.com", "ann@example.com"),
        ("  Ann.Smith+News@Example.COM\n", "ann.smith+news@example.com"),
        ("\ufeff\u200bann@example.com\u00a0", "ann@example.com"),
        ("o'brien@example.ie", "o'brien@example.ie"),
        ("Jürgen@BÜCHER.example", "jürgen@bücher.example"),
        ("ann@xn--bcher-kva.example", "ann@bücher.example"),
        ("用户@例子.广告", "用户@例子.广告"),
        ("cafe\u0301@example.com", "caf\u00e9@example.com"),
        ("ann@mail.test", "ann@mail.test"),
        ("ü@mail.invalid", "ü@mail.invalid"),
        ("ann@box.localhost", "ann@box.localhost"),
    ],
)
def test_one_mailbox_has_one_form(written: str, kept: str) -> None:
    assert normalise(written) == kept


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("", "no address"),
        ("ann", "@-sign"),
        ("ann@localhost", "period"),
        ("ann@@example.com", "invalid characters"),
        ("ann..lee@example.com", "two periods"),
        (".ann@example.com", "period"),
        ("ann@-example.com", "hyphen"),
        ("ann@exa_mple.com", "invalid characters"),
        ("ann@example.c0m2", "top-level"),
        ("ann@ab--cd.com", "dashes"),
        ("Ann <ann@example.com>", "display name"),
        ('"ann lee"@example.com', "Quoting"),
        ("ann@[192.0.2.1]", "bracketed"),
        ("ann@printer.local", "reserved"),
        ("ann\x00@example.com", "invalid characters"),
        ("ann@example.com, bob@example.com", "invalid characters"),
        ("\u202eann@example.com", "unsafe"),
        ("a" * 250 + "@example.com", "too long"),
        ("a" * 100_000, "too long"),
        ("ann@" + "a" * 64 + ".com", "so many characters"),
        ("=cmd|' /C calc'!A0", "@-sign"),
    ],
)
def test_what_is_no_address_is_refused_with_its_reason(written: str, reason: str) -> None:
    with pytest.raises(AudienceError, match=reason):
        normalise(written)


def _slow_verdict(text: str) -> bool:
    try:
        validate_email(text, check_deliverability=False, allow_smtputf8=True, test_environment=True)
    except EmailNotValidError:
        return False
    return True


def _verdict(text: str) -> bool:
    try:
        normalise(text)
    except AudienceError:
        return False
    return True


_local = st.text(string.ascii_letters + string.digits + ".+-_'\"!#@ ", max_size=20)
_domain = st.text(string.ascii_letters + string.digits + ".-_", max_size=20)
_ending = st.sampled_from(["", ".com", ".co.uk", ".museum", ".local", ".arpa", ".c1", ".xn--p1ai", ".test"])


@settings(max_examples=examples(300))
@given(st.builds(lambda local, domain, ending: f"{local}@{domain}{ending}", _local, _domain, _ending))
def test_the_fast_way_agrees_with_the_validator(text: str) -> None:
    stripped = text.strip()
    if not stripped.endswith("@.test"):  # the validator lets the bare name pass in tests
        assert _verdict(text) == _slow_verdict(stripped)


@pytest.mark.slow
@settings(max_examples=examples(200))
@given(
    st.text(max_size=30)
    | st.emails()
    | st.builds("{}@{}.example".format, st.text(max_size=8), st.text(max_size=8))
)
def test_normalising_twice_changes_nothing_and_any_text_has_a_verdict(text: str) -> None:
    if _verdict(text):
        once = normalise(text)
        assert normalise(once) == once
        assert unicodedata.is_normalized("NFC", once)
        assert len(once.encode()) <= 254 or not once.isascii()


def test_the_wire_takes_the_domain_in_ascii_and_the_rest_as_it_is() -> None:
    assert on_the_wire("ann@example.com") == "ann@example.com"
    assert on_the_wire("ann@bücher.example") == "ann@xn--bcher-kva.example"
    assert on_the_wire("ünn@example.com") == "ünn@example.com"
