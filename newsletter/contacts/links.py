"""Signed links: one short token says who, from which mailing, and for what purpose alone.

Three forms are followed for good; docs/decisions/0021 says why. A token of the third form, which mails carry
now, is 40 characters, the URL-safe base64 of 30 bytes:

    1   the form (3) in the upper half, the purpose in the lower
    1   the key's id, so that the right one is found among those that were replaced
    2   the day after which it opens nothing, counted since 1970; 0 for never
    6   the reader's id
    4   the mailing's id
    16  the purpose's part of one keyed BLAKE2b over key id, day, mailing and reader

One of the second form differs in its form (2) and its signature: a part of one HMAC-SHA512. One of the first
form is 43 characters: reader and mailing, eight bytes each, and 16 bytes of an HMAC-SHA256 over the purpose
and those.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Literal, NamedTuple

Purpose = Literal["unsubscribe", "view", "preferences"]

DAY = 86_400_000_000  # microseconds
NEVER = 0

_ID_BYTES, _MAC_BYTES = 6, 16
_LENGTH, _FIRST_LENGTH = 40, 43
_RAW_BYTES = 30
_FORM = 3
_READERS, _MAILINGS = 1 << 48, 1 << 32  # ids that fit into six bytes, and into four
_SECOND_CONTEXT = b"newsletter links 2\0"  # nothing else signed with this key begins so
_PERSON = b"newsletter links"  # nothing else is signed with this key and BLAKE2b
_PLACES: dict[Purpose, int] = {"unsubscribe": 0, "view": 1, "preferences": 2}  # of a part in the signature
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


@lru_cache(maxsize=64)
def key_id(key: bytes) -> int:
    """Return the number from 0 to 255 by which tokens name their key; it says nothing of the key."""
    return hmac.digest(key, b"newsletter key id\0", "sha256")[0]


class Signer:
    """Sign one mailing's links for its readers, all purposes at once. ``last_day`` counts since 1970.

    Ids that the third form has no room for, which no database comes to by counting, get the first form, and
    no last day.
    """

    def __init__(self, key: bytes, mailing: int, *, last_day: int = NEVER) -> None:
        self._key, self._mailing = key, mailing
        start = bytes((key_id(key),)) + last_day.to_bytes(2, "big")
        end = min(mailing, _MAILINGS - 1).to_bytes(4, "big")
        self._begun = _begun(key, start + end)
        unsigned = bytes(_ID_BYTES), end, bytes(_MAC_BYTES)
        self._unsigned = b"".join(
            b"".join((bytes((_FORM << 4 | place,)), start, *unsigned)) for place in _PLACES.values()
        )

    def __call__(self, reader: int) -> Tokens:
        """Return tokens for a URL's path: letters, digits, ``-`` and ``_`` only, 40 characters each."""
        return Tokens(*(token for [token] in self.all_of((reader,))))

    def all_of(self, readers: Sequence[int]) -> AllTokens:
        """Return the tokens of many readers, at least one, each purpose's in the readers' order."""
        if self._mailing >= _MAILINGS or max(readers) >= _READERS:
            first = (FirstSigner(self._key, purpose, self._mailing) for purpose in _PLACES)
            return AllTokens(*([sign(reader) for reader in readers] for sign in first))
        ids = [reader.to_bytes(_ID_BYTES, "big") for reader in readers]
        begin = self._begun.copy
        signatures = []
        for reader in ids:
            signature = begin()
            signature.update(reader)
            signatures.append(signature.digest())
        return self._tokens(b"".join(ids), b"".join(signatures))

    def _tokens(self, ids: bytes, signatures: bytes) -> AllTokens:
        count = len(ids) // _ID_BYTES
        raw = bytearray(self._unsigned * count)
        length, parts = len(self._unsigned), len(_PLACES) * _MAC_BYTES
        # The same byte of all readers at a time: there are fewer bytes in a token than readers.
        for place in _PLACES.values():
            start = place * _RAW_BYTES + 4
            for at in range(_ID_BYTES):
                raw[start + at :: length] = ids[at::_ID_BYTES]
            start = (place + 1) * _RAW_BYTES - _MAC_BYTES
            for at in range(_MAC_BYTES):
                raw[start + at :: length] = signatures[place * _MAC_BYTES + at :: parts]
        # 30 bytes are 40 characters with none left over, so all of them are encoded at once.
        tokens = _cut(count * len(_PLACES))(base64.urlsafe_b64encode(raw).decode())
        return AllTokens(*(tokens[place :: len(_PLACES)] for place in _PLACES.values()))


def _begun(key: bytes, start: bytes) -> "hashlib.blake2b":
    """Return a signature that has taken in all but the reader's id, to be copied for each reader."""
    short = key if len(key) <= hashlib.blake2b.MAX_KEY_SIZE else hashlib.blake2b(key).digest()
    return hashlib.blake2b(start, key=short, digest_size=len(_PLACES) * _MAC_BYTES, person=_PERSON)


@lru_cache(maxsize=8)  # nearly all batches are of one size
def _cut(count: int) -> Callable[[str], tuple[str, ...]]:
    """Return what cuts a text into so many tokens, at least two: one call takes half the time of so many."""
    return itemgetter(*(slice(at * _LENGTH, (at + 1) * _LENGTH) for at in range(count)))


class FirstSigner:
    """Sign one mailing's links for one purpose in the first form, as mailings frozen with it go on."""

    def __init__(self, key: bytes, purpose: Purpose, mailing: int) -> None:
        self._key, self._purpose, self._mailing = key, purpose, mailing.to_bytes(8, "big")

    def __call__(self, reader: int) -> str:
        """Return a token for a URL's path: letters, digits, ``-`` and ``_`` only, 43 characters."""
        body = reader.to_bytes(8, "big") + self._mailing
        raw = base64.urlsafe_b64encode(body + _first_mac(self._key, self._purpose, body))
        return raw[:_FIRST_LENGTH].decode()


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
    form, place = divmod(raw[0], 16)
    if form not in _SIGNATURES or place != _PLACES[purpose] or raw[1] != key_id(key):
        return None
    body, mac = raw[1:-_MAC_BYTES], raw[-_MAC_BYTES:]
    whole = _SIGNATURES[form](key, body)
    if not hmac.compare_digest(mac, whole[place * _MAC_BYTES : (place + 1) * _MAC_BYTES]):
        return None
    last_day = int.from_bytes(raw[2:4], "big")
    if last_day != NEVER and purpose != "unsubscribe" and today > last_day:
        return None
    return Reference(int.from_bytes(raw[4:10], "big"), int.from_bytes(raw[10:14], "big"))


def _second_signature(key: bytes, body: bytes) -> bytes:
    return hmac.digest(key, _SECOND_CONTEXT + body, "sha512")


def _third_signature(key: bytes, body: bytes) -> bytes:
    start, reader, mailing = body[:3], body[3:9], body[9:]
    whole = _begun(key, start + mailing)
    whole.update(reader)
    return whole.digest()


_SIGNATURES = {2: _second_signature, _FORM: _third_signature}


def _verify_first(key: bytes, purpose: Purpose, raw: bytes) -> Reference | None:
    body, mac = raw[:-_MAC_BYTES], raw[-_MAC_BYTES:]
    if not hmac.compare_digest(mac, _first_mac(key, purpose, body)):
        return None
    return Reference(reader=int.from_bytes(body[:8], "big"), mailing=int.from_bytes(body[8:], "big"))


def _first_mac(key: bytes, purpose: Purpose, body: bytes) -> bytes:
    return hmac.digest(key, purpose.encode() + b"\0" + body, "sha256")[:_MAC_BYTES]
