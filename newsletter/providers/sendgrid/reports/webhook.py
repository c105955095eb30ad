"""SendGrid's Event Webhook: bytes that came in, proved to be SendGrid's, as events."""

import base64
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING

from newsletter.delivery.clock import SECOND
from newsletter.delivery.events import Event
from newsletter.delivery.webhook import Forged, Stale
from newsletter.errors import SettingsError
from newsletter.providers.sendgrid.reports.events import event_of
from newsletter.providers.sendgrid.reports.posted import read_list

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

SIGNATURE_HEADER = "X-Twilio-Email-Event-Webhook-Signature"
TIMESTAMP_HEADER = "X-Twilio-Email-Event-Webhook-Timestamp"
MAX_BYTES = 10_000_000  # SendGrid posts at most about 768 kB
MAX_EVENTS = 100_000
# SendGrid posts for 24 hours until it is answered, and nowhere says that it signs each try anew: a narrower
# bound could lose a day's reports. A report that is played again within it is known by its key.
MAX_AGE_SECONDS = 25 * 3600
MAX_AHEAD_SECONDS = 5 * 60  # clocks differ; a post from further in the future could be kept for later use


class EventWebhook:
    """Take what SendGrid's Event Webhook posts."""

    max_bytes = MAX_BYTES

    def __init__(self, keys: Sequence[str]) -> None:
        """Believe what any of these public keys signed: base64 of DER, as SendGrid shows them.

        Raises SettingsError for one that is none.
        """
        self._keys = tuple(_public_key(key, place) for place, key in enumerate(keys, 1))

    def verifier(self, headers: Mapping[str, str], *, now: float) -> "Signature":
        """Judge a post by its headers, named in any case; ``now`` is seconds since 1970.

        Raises Forged or Stale.
        """
        return Signature(headers, self._keys, now=now)

    def events(self, body: bytes, *, now: float) -> list[Event]:
        """Return the events of a post that is known to be SendGrid's, in its order.

        An event is never refused for what it holds, and never costs another. Raises Unreadable when there is
        no list of them.
        """
        at = int(now * SECOND)
        return [event_of(report, now=at) for report in read_list(body, at_most=MAX_EVENTS)]


class Signature:
    """A post's claim to be SendGrid's: judged by its headers at once, and by its body as that comes in."""

    def __init__(
        self, headers: Mapping[str, str], keys: Sequence["EllipticCurvePublicKey"], *, now: float
    ) -> None:
        timestamp = _header(headers, TIMESTAMP_HEADER)
        self._keys = keys
        self._signature = _well_formed(timestamp, _header(headers, SIGNATURE_HEADER), self._keys)
        _insist_fresh(timestamp, now)
        self._hash = sha256(timestamp.encode("ascii"))

    def update(self, piece: bytes) -> None:
        """Take in the next bytes of the body, raw as they came."""
        self._hash.update(piece)

    def insist(self) -> None:
        """Make sure that a key signed this timestamp and this body. Raises Forged."""
        digest = self._hash.digest()
        if not any(_fits(key, self._signature, digest) for key in self._keys):
            raise Forged(
                "The post's signature fits no key.", hint="Compare [delivery] webhook_keys with SendGrid's."
            )


def _public_key(text: str, place: int) -> "EllipticCurvePublicKey":
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    try:
        key = load_der_public_key(base64.b64decode("".join(text.split()), validate=True))
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, EllipticCurvePublicKey) or not isinstance(key.curve, SECP256R1):
        raise SettingsError(
            f"[delivery] webhook_keys: key {place} is no public key of SendGrid's webhook.",
            hint="Copy the verification key from SendGrid's Mail Settings, Event Webhook.",
        )
    return key


def _header(headers: Mapping[str, str], name: str) -> str:
    wanted = name.lower()
    return next((value.strip() for key, value in headers.items() if key.lower() == wanted), "")


def _well_formed(timestamp: str, signature: str, keys: Sequence["EllipticCurvePublicKey"]) -> bytes:
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

    if not keys:
        raise Forged(
            "No key is set, so no report can be believed.",
            hint="Put SendGrid's verification key into [delivery] webhook_keys.",
        )
    if not timestamp or not signature:
        raise Forged("The post is not signed.", hint="Switch on the Signed Event Webhook at SendGrid.")
    try:
        raw = base64.b64decode(signature, validate=True)
        decode_dss_signature(raw)
        timestamp.encode("ascii")
    except ValueError:
        raise Forged("The post's signature cannot be read.") from None
    return raw


def _fits(key: "EllipticCurvePublicKey", signature: bytes, digest: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
    from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
    from cryptography.hazmat.primitives.hashes import SHA256

    try:
        key.verify(signature, digest, ECDSA(Prehashed(SHA256())))
    except InvalidSignature:
        return False
    return True


def _insist_fresh(timestamp: str, now: float) -> None:
    if not (timestamp.isdecimal() and len(timestamp) < 12):
        raise Stale("The post's timestamp is no number of seconds.")
    age = now - int(timestamp)
    if age > MAX_AGE_SECONDS:
        raise Stale(f"The post was signed {age / 3600:.0f} hours ago.", hint="Check this machine's clock.")
    if age < -MAX_AHEAD_SECONDS:
        raise Stale(f"The post was signed {-age:.0f} s in the future.", hint="Check this machine's clock.")
