"""What an approver signs."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import examples

from newsletter.delivery.manifest import (
    Manifest,
    canonical,
    differences,
    digest,
    envelope_digest,
    may_send,
    new_key,
    public_of,
    short,
    sign,
    verify,
)
from newsletter.errors import SettingsError

# RFC 8032, section 7.1, the first test vector: a private key and the public one it makes.
SEED = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
PUBLIC = "nlpub_11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
KEY = new_key(SEED)
OTHER = new_key(bytes(range(32)))
MANIFEST = Manifest(
    issue="2026-01-12-olá",
    kind="first",
    variants={"members": "ab12", "everyone": "cd34"},
    list="weekly",
    provider="sandbox",
    audience_at=1_768_201_200_000_001,
    readers=1180,
    excluded={"unsubscribed": 6, "bounce": 2},
    envelope="ef56",
)
BYTES = canonical(MANIFEST)


def test_a_manifest_has_one_form() -> None:
    assert BYTES.decode() == (
        '{"audience_at":"2026-01-12T07:00:00.000001Z","corrects":null,"envelope":"ef56",'
        '"excluded":{"bounce":2,"unsubscribed":6},"issue":"2026-01-12-olá","kind":"first","list":"weekly",'
        '"provider":"sandbox","readers":1180,"requested_by":"","send_at":null,'
        '"variants":{"everyone":"cd34","members":"ab12"},"wrong":[]}'
    )


def test_a_manifest_names_the_version_of_each_background_and_nothing_where_there_is_none() -> None:
    with_one = canonical(replace(MANIFEST, backgrounds={"leap-second": "ef", "brexit": "01"})).decode()
    assert with_one == BYTES.decode().replace(
        '"corrects":null', '"backgrounds":{"brexit":"01","leap-second":"ef"},"corrects":null'
    )


def test_the_order_in_which_values_were_given_is_no_matter() -> None:
    other = replace(
        MANIFEST,
        variants={"everyone": "cd34", "members": "ab12"},
        excluded={"bounce": 2, "unsubscribed": 6},
    )
    assert canonical(other) == BYTES
    assert digest(other) == digest(MANIFEST)


@pytest.mark.parametrize(
    "change",
    [
        {"issue": "other"}, {"kind": "correction"}, {"variants": {"everyone": "cd34"}}, {"list": "daily"},
        {"provider": "sendgrid"}, {"audience_at": 0}, {"readers": 1181}, {"excluded": {}}, {"envelope": "0"},
        {"corrects": "ab12"}, {"send_at": 0}, {"backgrounds": {"leap-second": "ab12"}},
    ],
    ids=lambda change: next(iter(change)),
)  # fmt: skip
def test_each_value_changes_the_digest(change: dict[str, object]) -> None:
    assert digest(replace(MANIFEST, **change)) != digest(MANIFEST)  # type: ignore[arg-type]


def test_a_digest_is_short_for_people() -> None:
    assert len(digest(MANIFEST)) == 64
    assert short("3f9a12bc77d0e1") == "3f9a-12bc-77d0"


def test_an_envelope_has_a_digest_whatever_its_order() -> None:
    assert envelope_digest({"a": "1", "b": "2"}) == envelope_digest({"b": "2", "a": "1"})
    assert envelope_digest({"a": "1", "b": "2"}) != envelope_digest({"a": "12", "b": ""})


def test_a_private_key_makes_the_public_one_of_the_standard() -> None:
    assert KEY.startswith("nlkey_")
    assert public_of(KEY) == PUBLIC


def test_a_signature_is_verified_with_the_public_key() -> None:
    assert verify(PUBLIC, BYTES, sign(KEY, BYTES))


def test_a_signature_by_another_or_over_something_else_is_wrong() -> None:
    assert not verify(PUBLIC, BYTES, sign(OTHER, BYTES))
    assert not verify(PUBLIC, BYTES + b" ", sign(KEY, BYTES))
    assert not verify(PUBLIC, canonical(replace(MANIFEST, readers=1181)), sign(KEY, BYTES))


def test_a_signature_made_for_another_purpose_approves_nothing() -> None:
    from base64 import urlsafe_b64encode

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    bare = Ed25519PrivateKey.from_private_bytes(SEED).sign(BYTES)
    assert not verify(PUBLIC, BYTES, urlsafe_b64encode(bare).rstrip(b"=").decode())


@settings(max_examples=examples(60))
@given(st.text(max_size=90), st.integers(min_value=0, max_value=85))
def test_no_damaged_signature_is_right(text: str, at: int) -> None:
    right = sign(KEY, BYTES)
    damaged = right[:at] + text + right[at + 1 :]
    assert verify(PUBLIC, BYTES, damaged) == (damaged == right)


@settings(max_examples=examples(50))
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=200))
def test_any_seed_makes_a_pair(seed: bytes, data: bytes) -> None:
    key = new_key(seed)
    assert verify(public_of(key), data, sign(key, data))


@pytest.mark.parametrize("seed", [b"", b"x" * 31, b"x" * 33])
def test_a_key_is_made_of_32_bytes(seed: bytes) -> None:
    with pytest.raises(ValueError, match="32 random bytes"):
        new_key(seed)


@pytest.mark.parametrize(
    "text", ["", "nlkey_", KEY[:-1], KEY + "A", KEY + "=", KEY[:-1] + "é", KEY[6:], " " + KEY]
)
def test_a_private_key_that_cannot_be_read_is_refused_without_quoting_it(text: str) -> None:
    with pytest.raises(SettingsError) as caught:
        sign(text, BYTES)
    assert "private key cannot be read" in str(caught.value)
    assert "nlkey_ and 43 letters" in str(caught.value)
    assert KEY[6:20] not in str(caught.value)


def test_a_private_key_among_the_public_ones_is_named_and_not_quoted() -> None:
    with pytest.raises(SettingsError, match="private key stands where a public one belongs") as caught:
        verify(KEY, BYTES, sign(KEY, BYTES))
    assert "draw a new pair" in str(caught.value)
    assert KEY[6:20] not in str(caught.value)


def test_a_public_key_cannot_sign() -> None:
    with pytest.raises(SettingsError, match="public key stands where a private one belongs"):
        sign(PUBLIC, BYTES)


def test_a_public_key_that_cannot_be_read_is_no_wrong_signature() -> None:
    with pytest.raises(SettingsError, match="public key cannot be read"):
        verify(PUBLIC[:-2], BYTES, sign(KEY, BYTES))


def test_only_leavers_may_change_the_count() -> None:
    assert may_send(100, 100)
    assert may_send(100, 99)
    assert not may_send(100, 101)


def test_leavers_alone_make_no_difference() -> None:
    later = replace(MANIFEST, readers=1179, excluded={"unsubscribed": 7})
    assert differences(BYTES, MANIFEST) == ()
    assert differences(BYTES, later) == ()


def test_what_is_no_longer_as_approved_is_named() -> None:
    later = replace(MANIFEST, readers=1181, variants={"everyone": "cd34"}, send_at=1, audience_at=1)
    assert differences(BYTES, later) == ("audience_at", "readers", "send_at", "variants")


def test_a_value_that_only_one_side_knows_is_a_difference() -> None:
    more = json.dumps({**json.loads(BYTES), "footer": "x"}).encode()
    less = json.dumps({key: value for key, value in json.loads(BYTES).items() if key != "envelope"}).encode()
    none = json.dumps({key: value for key, value in json.loads(BYTES).items() if key != "readers"}).encode()
    assert differences(more, MANIFEST) == ("footer",)
    assert differences(less, MANIFEST) == ("envelope",)
    assert differences(none, MANIFEST) == ("readers",)
