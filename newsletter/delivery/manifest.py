"""What somebody who approves an issue signs: the hash of what will be sent, to which list and how many.

A manifest has one form as bytes, so that the same values give the same signature on any machine. Signatures
are Ed25519 (RFC 8032); keys and signatures are base64url without padding (RFC 4648), keys with a prefix that
tells a public one from a private one.
"""

import binascii
import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta

import orjson

from newsletter.delivery.frozen import FrozenMailing
from newsletter.errors import SettingsError

PUBLIC_PREFIX = "nlpub_"
PRIVATE_PREFIX = "nlkey_"
SEED_BYTES = 32
_PURPOSE = b"newsletter approval 1\n"  # inside what is signed: a key used elsewhere too approves nothing here
_LATER = ("backgrounds", "right")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What will be sent, and to how many.

    ``variants`` maps each variant's name to its rendered message's digest, ``excluded`` each reason to a
    count of readers; ``envelope`` is the digest of what all mails share (see ``envelope_digest``).
    ``audience_at`` and ``send_at`` are microseconds since 1970, UTC. ``corrects`` is the issue that a
    correction puts right, ``wrong`` the mailings that carried the wrong version. ``backgrounds`` maps the
    name of each living background to its version's digest; ``right`` are the mailings that carried the right
    one. The fields' names are signed too, so they stay.
    """

    issue: str
    kind: str
    variants: Mapping[str, str]
    list: str
    provider: str
    audience_at: int
    readers: int
    excluded: Mapping[str, int] = field(default_factory=dict)
    envelope: str = ""
    corrects: str | None = None
    send_at: int | None = None
    requested_by: str = ""
    wrong: tuple[int, ...] = ()
    backgrounds: Mapping[str, str] = field(default_factory=dict)
    right: tuple[int, ...] = ()


def manifest_of(frozen: FrozenMailing, list_key: str, readers: int, excluded: Mapping[str, int]) -> Manifest:
    """Return the manifest of a frozen mailing, its audience as it counts now."""
    return Manifest(
        issue=frozen.issue,
        kind=frozen.kind,
        variants={"everyone": frozen.message.digest},
        list=list_key,
        provider=frozen.provider,
        audience_at=frozen.audience_at,
        readers=readers,
        excluded=dict(excluded),
        envelope=envelope_digest(frozen.envelope.sender),
        corrects=frozen.corrects,
        send_at=frozen.send_at,
        requested_by=frozen.requested_by,
        wrong=frozen.wrong_mailings,
        backgrounds={background.name: background.digest for background in frozen.backgrounds},
        right=frozen.right_mailings,
    )


def canonical(manifest: Manifest) -> bytes:
    """Return a manifest's one form: JSON in UTF-8 with sorted keys and no spaces; instants in ISO 8601.

    What came later stands in it only where there is any, so that what was signed before still holds.
    """
    values = {field.name: getattr(manifest, field.name) for field in fields(Manifest)}
    values = {name: value for name, value in values.items() if value or name not in _LATER}
    values |= {"variants": dict(manifest.variants), "excluded": dict(manifest.excluded)}
    values["audience_at"] = _moment(manifest.audience_at)
    values["send_at"] = None if manifest.send_at is None else _moment(manifest.send_at)
    return orjson.dumps(values, option=orjson.OPT_SORT_KEYS)


def digest(manifest: Manifest) -> str:
    """Return the SHA-256 of a manifest's canonical bytes, in hexadecimal."""
    return hashlib.sha256(canonical(manifest)).hexdigest()


def short(whole: str) -> str:
    """Return a digest's beginning as two people read it to each other: ``3f9a-12bc-77d0``.

    It has 48 bits: enough to see that two screens show one manifest, too few to check a forger's.
    """
    return "-".join(whole[at : at + 4] for at in (0, 4, 8))


def envelope_digest(envelope: Mapping[str, str]) -> str:
    """Return the SHA-256 of what all mails of a mailing share, such as the sender, in hexadecimal."""
    return hashlib.sha256(orjson.dumps(dict(envelope), option=orjson.OPT_SORT_KEYS)).hexdigest()


def differences(approved: bytes, current: Manifest) -> tuple[str, ...]:
    """Return the names of the values that are no longer as approved, in order.

    Who left since is no difference: ``readers`` is named only when it grew, ``excluded`` never. ``approved``
    are the canonical bytes that were signed, the signature verified.
    """
    before: dict[str, object] = orjson.loads(approved)
    after: dict[str, object] = orjson.loads(canonical(current))
    known = {field.name for field in fields(Manifest)} | set(before)
    changed = {name for name in known if before.get(name) != after.get(name)} - {"excluded"}
    count = before.get("readers")
    if isinstance(count, int) and may_send(count, current.readers):
        changed.discard("readers")
    return tuple(sorted(changed))


def may_send(approved_readers: int, readers_now: int) -> bool:
    """Say whether the count allows sending what was approved: afterwards only leavers may change it."""
    return readers_now <= approved_readers


def new_key(seed: bytes) -> str:
    """Return the private key, as text, that 32 random bytes make. Raises ValueError for another length."""
    if len(seed) != SEED_BYTES:
        raise ValueError(f"a key is made of {SEED_BYTES} random bytes")
    return PRIVATE_PREFIX + _text(seed)


def public_of(private_key: str) -> str:
    """Return the public key, as text, of a private one. Raises SettingsError when it cannot be read."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    seed = _key_bytes(private_key, PRIVATE_PREFIX)
    return PUBLIC_PREFIX + _text(Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw())


def sign(private_key: str, manifest: bytes) -> str:
    """Return the signature over a manifest's canonical bytes, as text.

    Raises SettingsError when the key cannot be read.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    seed = _key_bytes(private_key, PRIVATE_PREFIX)
    return _text(Ed25519PrivateKey.from_private_bytes(seed).sign(_PURPOSE + manifest))


def verify(public_key: str, manifest: bytes, signature: str) -> bool:
    """Say whether a signature over a manifest's bytes is by the owner of a key.

    Raises SettingsError when the key cannot be read; a signature that cannot be read is a wrong one.
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    key = Ed25519PublicKey.from_public_bytes(_key_bytes(public_key, PUBLIC_PREFIX))
    signed = _bytes(signature)
    if signed is None:
        return False
    try:
        key.verify(signed, _PURPOSE + manifest)
    except InvalidSignature:
        return False
    return True


def _moment(at: int) -> str:
    moment = _EPOCH + timedelta(microseconds=at)
    return moment.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes | None:
    """Return what base64url stands for; None unless it is exactly what ``_text`` writes."""
    try:
        data = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (ValueError, binascii.Error):
        return None
    return data if _text(data) == text else None


def _key_bytes(text: str, prefix: str) -> bytes:
    """Return a key's bytes. The error about a bad one never quotes it: it may be somebody's private key."""
    public = prefix == PUBLIC_PREFIX
    kind, other = ("public", "private") if public else ("private", "public")
    if text.startswith(PRIVATE_PREFIX if public else PUBLIC_PREFIX):
        raise SettingsError(
            f"A {other} key stands where a {kind} one belongs.",
            hint=f"The {kind} key begins with {prefix}."
            + (" Have the approver draw a new pair: this one has been shown." if public else ""),
        )
    data = _bytes(text.removeprefix(prefix)) if text.startswith(prefix) else None
    if data is None or len(data) != SEED_BYTES:
        raise SettingsError(
            f"An approver's {kind} key cannot be read.",
            hint=f"It is {prefix} and 43 letters, digits, hyphens or underscores; copy it whole.",
        )
    return data
