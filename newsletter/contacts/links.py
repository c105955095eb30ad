"""Signed links: one short token says who, from which mailing, and for what purpose alone.

Two forms are followed for good; docs/decisions/0021 says why. A token of the second form is 40 characters,
the URL-safe base64 of 30 bytes:

    1   the form (2) in the upper half, the purpose in the lower
    1   the key's id, so that the right one is found among those that were replaced
    2   the day after which it opens nothing, counted since 1970; 0 for never
    6   the reader's id
    4   the mailing's id
    16  the purpose's part of one HMAC-SHA512 over form, key id, day, reader and mailing

One of the first form is 43 characters: reader and mailing, eight bytes each, and 16 bytes of an HMAC-SHA256
over the purpose and those.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple

Purpose = Literal["unsubscribe", "view", "preferences"]

DAY = 86_400_000_000  # microseconds
NEVER = 0

_BODY_BYTES, _MAC_BYTES, _HMAC_BYTES = 13, 16, 64
_RAW_BYTES = 1 + _BODY_BYTES + _MAC_BYTES
_LENGTH, _FIRST_LENGTH = 40, 43
_FORM = 2
_CONTEXT = b"newsletter links 2\0"  # nothing else signed with this key begins so
_PLACES: dict[Purpose, int] = {"unsubscribe": 0, "view": 1, "preferences": 2}  # of 16 bytes each in the HMAC
# 43 letters hold two bits more than 32 bytes do: of four spellings of a token, one was signed.
_LAST_LETTERS = frozenset("AEIMQUYcgkosw048")


@dataclass(frozen=True, slots=True)
class Reference:
    """What a link is about: a reader's id, and the mailing it came in."""

    reader: int
    mailing: int


class Tokens(NamedTuple):
    """One reader's tokens in one mailing, a purpose each."""

    unsubscribe: str
    view: str
    preferences: str


class AllTokens(NamedTuple):
    """Many readers' tokens in one mailing, a purpose each."""

    unsubscribe: Sequence[str]
    view: Sequence[str]
    preferences: Sequence[str]


# What a mail program puts around or into a link: quotes and brackets before it; line breaks, with the "=" of
# quoted-printable (RFC 2045, section 6.7) or invisible; after it anything that could not be more of a token.
_BREAK = r"(?:=?[\s\u00ad\u200b-\u200d\u2060\ufeff]+)"
_LETTER = "[A-Za-z0-9_-]"
_MANGLED = tuple(
    re.compile(rf"[\s\"'<(\[]*((?:{_LETTER}{_BREAK}?){{{length - 1}}}{_LETTER})[_-]*(?!{_LETTER})", re.ASCII)
    for length in (_LENGTH, _FIRST_LENGTH)
)
_NO_LETTER = re.compile(r"[^A-Za-z0-9_-]")

_URL_SAFE = bytes.maketrans(b"+/", b"-_")

_Update = Callable[[], "hashlib._Hash"]


def _begun(key: bytes, context: bytes, name: str) -> tuple[_Update, _Update]:
    """Return how to copy the inner and the outer hash of an HMAC, both begun.

    Both begin with the key (RFC 2104): they go on for each reader, which takes two thirds of the time that
    copying an ``hmac`` object does.
    """
    size = hashlib.new(name).block_size
    block = (key if len(key) <= size else hashlib.new(name, key).digest()).ljust(size, b"\0")
    inner = hashlib.new(name, bytes(byte ^ 0x36 for byte in block) + context)
    outer = hashlib.new(name, bytes(byte ^ 0x5C for byte in block))
    return inner.copy, outer.copy


@lru_cache(maxsize=64)
def key_id(key: bytes) -> int:
    """Return the number from 0 to 255 by which tokens name their key; it says nothing of the key."""
    return hmac.digest(key, b"newsletter key id\0", "sha256")[0]


class Signer:
    """Sign one mailing's links for its readers, all purposes at once. ``last_day`` counts since 1970."""

    def __init__(self, key: bytes, mailing: int, *, last_day: int = NEVER) -> None:
        self._inner, self._outer = _begun(key, _CONTEXT, "sha512")
        self._before = bytes((key_id(key),)) + last_day.to_bytes(2, "big")
        self._after = mailing.to_bytes(4, "big")

    def __call__(self, reader: int) -> Tokens:
        """Return tokens for a URL's path: letters, digits, ``-`` and ``_`` only, 40 characters each."""
        return Tokens(*(token for [token] in self.all_of((reader,))))

    def all_of(self, readers: Sequence[int]) -> AllTokens:
        """Return the tokens of many readers, each purpose's in the readers' order."""
        before, after, begin_inner, begin_outer = self._before, self._after, self._inner, self._outer
        bodies = [before + reader.to_bytes(6, "big") + after for reader in readers]
        macs = []
        for body in bodies:
            inner, outer = begin_inner(), begin_outer()
            inner.update(body)
            outer.update(inner.digest())
            macs.append(outer.digest())
        together = b"".join(bodies), b"".join(macs)
        return AllTokens(*(_tokens(place, *together) for place in _PLACES.values()))


def _tokens(place: int, bodies: bytes, macs: bytes) -> list[str]:
    """Return the tokens of many readers for one purpose, of their bodies and whole HMACs."""
    # The same byte of all readers at a time: there are fewer bytes in a token than readers.
    raw = bytearray((_FORM << 4 | place,)) * (len(macs) // _HMAC_BYTES * _RAW_BYTES)
    for at in range(_BODY_BYTES):
        raw[1 + at :: _RAW_BYTES] = bodies[at::_BODY_BYTES]
    for at in range(_MAC_BYTES):
        raw[1 + _BODY_BYTES + at :: _RAW_BYTES] = macs[place * _MAC_BYTES + at :: _HMAC_BYTES]
    # 30 bytes are 40 characters with none left over, so all of them are encoded at once.
    text = binascii.b2a_base64(raw, newline=False).translate(_URL_SAFE).decode()
    return [text[at : at + _LENGTH] for at in range(0, len(text), _LENGTH)]


class FirstSigner:
    """Sign one mailing's links for one purpose in the first form, as mailings frozen with it go on."""

    def __init__(self, key: bytes, purpose: Purpose, mailing: int) -> None:
        self._inner, self._outer = _begun(key, purpose.encode() + b"\0", "sha256")
        self._mailing = mailing.to_bytes(8, "big")

    def __call__(self, reader: int) -> str:
        """Return a token for a URL's path: letters, digits, ``-`` and ``_`` only, 43 characters."""
        body = reader.to_bytes(8, "big") + self._mailing
        inner, outer = self._inner(), self._outer()
        inner.update(body)
        outer.update(inner.digest())
        raw = binascii.b2a_base64(body + outer.digest()[:_MAC_BYTES], newline=False)
        return raw.translate(_URL_SAFE)[:_FIRST_LENGTH].decode()


def tokens_in(text: str) -> list[str]:
    """Return what may be the token in what is left of a link once a mail program is done with it.

    A token is 40 or 43 characters of its alphabet, so all else is somebody else's: a full stop, a bracket, a
    slash, a line break. What is cut short, or goes on in that alphabet, is no token. There are two where a
    token of 40 is followed by dashes that could be the end of one of 43.
    """
    found = (mangled.match(text) for mangled in _MANGLED)
    return [_NO_LETTER.sub("", match[1]) for match in found if match]


def verify(key: bytes, purpose: Purpose, token: str, *, today: int) -> Reference | None:
    """Return what a token is about, or None when it is forged, cut short, expired or for another purpose.

    ``today`` is the day since 1970. A link to unsubscribe never expires.
    """
    if len(token) not in (_LENGTH, _FIRST_LENGTH) or not token.isascii():
        return None
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    if len(token) == _FIRST_LENGTH:
        return _verify_first(key, purpose, raw) if token[-1] in _LAST_LETTERS else None
    return _verify(key, purpose, raw, today)


def _verify(key: bytes, purpose: Purpose, raw: bytes, today: int) -> Reference | None:
    place = _PLACES[purpose]
    if raw[0] != _FORM << 4 | place or raw[1] != key_id(key):
        return None
    body, mac = raw[1:-_MAC_BYTES], raw[-_MAC_BYTES:]
    whole = hmac.digest(key, _CONTEXT + body, "sha512")
    if not hmac.compare_digest(mac, whole[place * _MAC_BYTES : (place + 1) * _MAC_BYTES]):
        return None
    last_day = int.from_bytes(raw[2:4], "big")
    if last_day != NEVER and purpose != "unsubscribe" and today > last_day:
        return None
    return Reference(int.from_bytes(raw[4:10], "big"), int.from_bytes(raw[10:14], "big"))


def _verify_first(key: bytes, purpose: Purpose, raw: bytes) -> Reference | None:
    body, mac = raw[:-_MAC_BYTES], raw[-_MAC_BYTES:]
    expected = hmac.digest(key, purpose.encode() + b"\0" + body, "sha256")[:_MAC_BYTES]
    if not hmac.compare_digest(mac, expected):
        return None
    return Reference(reader=int.from_bytes(body[:8], "big"), mailing=int.from_bytes(body[8:], "big"))
