"""The key that signs reports."""

import base64
import os
import threading
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key
from pace import FOREVER

from newsletter.errors import SettingsError
from newsletter.sandbox.behaviour.keys import key_file, private_key, public_key, sign


def test_a_key_is_made_when_first_asked_for_and_stays(tmp_path: Path) -> None:
    sandbox = tmp_path / "sandbox.db"
    first = public_key(sandbox)
    assert public_key(sandbox) == first
    assert key_file(sandbox) == tmp_path / "sandbox.key"
    assert key_file(sandbox).read_bytes().startswith(b"-----BEGIN PRIVATE KEY-----")
    assert [path.name for path in tmp_path.iterdir()] == ["sandbox.key"]


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX's")
def test_the_key_is_its_owners_alone(tmp_path: Path) -> None:
    public_key(tmp_path / "sandbox.db")
    assert (tmp_path / "sandbox.key").stat().st_mode & 0o777 == 0o600


def test_many_that_ask_at_once_get_the_same(tmp_path: Path) -> None:
    start, got = threading.Barrier(8, timeout=FOREVER), list[tuple[int, str]]()

    def ask() -> None:
        for number in range(30):
            start.wait()
            got.append((number, public_key(tmp_path / f"sandbox-{number}.db")))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 8 * 30
    assert len(set(got)) == 30


def test_a_signature_fits_the_public_key_as_sendgrid_shows_it(tmp_path: Path) -> None:
    sandbox = tmp_path / "sandbox.db"
    key = load_der_public_key(base64.b64decode(public_key(sandbox)))
    assert isinstance(key, EllipticCurvePublicKey)
    assert isinstance(key.curve, SECP256R1)
    signature = base64.b64decode(sign(private_key(sandbox), "1800000000", b"[]"))
    key.verify(signature, b"1800000000[]", ECDSA(SHA256()))


@pytest.mark.parametrize(
    "content", [b"", b"no key", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"]
)
def test_a_damaged_key_is_said_with_what_to_do(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "sandbox.key").write_bytes(content)
    with pytest.raises(SettingsError, match="damaged") as caught:
        public_key(tmp_path / "sandbox.db")
    assert "Delete it" in caught.value.hint


def test_a_folder_that_does_not_exist_is_said(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"cannot be kept"):
        public_key(tmp_path / "nowhere" / "sandbox.db")
