"""The key that signs what the local SendGrid reports, kept next to its file."""

import base64
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter.errors import SettingsError
from newsletter.files.atomic import write_whole

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey


def key_file(sandbox: Path) -> Path:
    """Return where the key of the local SendGrid over the file ``sandbox`` lies."""
    return sandbox.with_suffix(".key")


def public_key(sandbox: Path) -> str:
    """Return the public key as SendGrid shows it, DER in Base64; the private one is made if there is none.

    Raises SettingsError when the key cannot be read, made or understood.
    """
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    key = private_key(sandbox).public_key()
    return base64.b64encode(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


def private_key(sandbox: Path) -> "EllipticCurvePrivateKey":
    """Return the ECDSA P-256 key that signs, made when first needed. Raises SettingsError as public_key."""
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    path = key_file(sandbox)
    try:
        if not path.exists():
            _make(path)
        key = load_pem_private_key(path.read_bytes(), password=None)
    except OSError as error:
        raise SettingsError(
            f"The local SendGrid's signing key cannot be kept: {error.strerror}.", file=str(path)
        ) from error
    except (ValueError, TypeError) as error:
        raise _damaged(path) from error
    if not isinstance(key, EllipticCurvePrivateKey) or not isinstance(key.curve, SECP256R1):
        raise _damaged(path)
    return key


def sign(key: "EllipticCurvePrivateKey", timestamp: str, body: bytes) -> str:
    """Return the signature of one POST: ECDSA with SHA-256 over timestamp and raw body, DER in Base64."""
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
    from cryptography.hazmat.primitives.hashes import SHA256

    return base64.b64encode(key.sign(timestamp.encode() + body, ECDSA(SHA256()))).decode()


def _damaged(path: Path) -> SettingsError:
    return SettingsError(
        "The local SendGrid's signing key is damaged.", file=str(path), hint="Delete it to have one made."
    )


def _make(path: Path) -> None:
    """Put a new key at ``path`` whole, unless another process was first."""
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    pem = generate_private_key(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with suppress(FileExistsError):  # the other one's is as good
        write_whole(path, pem, private=True, new=True, durable=True)
