"""Sign links in tests, in each form."""

import base64
import hmac
from typing import get_args

from newsletter.contacts.links import FirstSigner, Purpose, Signer, key_id


def token(key: bytes, purpose: Purpose, reader: int, mailing: int, *, last_day: int = 0) -> str:
    """Return a token as newsletter signs it."""
    signed: str = getattr(Signer(key, mailing, last_day=last_day)(reader), purpose)
    return signed


def second_token(key: bytes, purpose: Purpose, reader: int, mailing: int, *, last_day: int = 0) -> str:
    """Return a token of the second form, which is only followed now."""
    ids = reader.to_bytes(6, "big") + mailing.to_bytes(4, "big")
    body = bytes([key_id(key)]) + last_day.to_bytes(2, "big") + ids
    whole = hmac.digest(key, b"newsletter links 2\0" + body, "sha512")
    place = get_args(Purpose).index(purpose)
    raw = bytes([0x20 + place]) + body + whole[16 * place : 16 * place + 16]
    return base64.urlsafe_b64encode(raw).decode()


def first_token(key: bytes, purpose: Purpose, reader: int, mailing: int) -> str:
    """Return a token of the first form, as mailings frozen by earlier versions hold it."""
    return FirstSigner(key, purpose, mailing)(reader)
