"""Sign links in tests, in either form."""

from newsletter.contacts.links import FirstSigner, Purpose, Signer


def token(key: bytes, purpose: Purpose, reader: int, mailing: int, *, last_day: int = 0) -> str:
    """Return a token as newsletter signs it."""
    signed: str = getattr(Signer(key, mailing, last_day=last_day)(reader), purpose)
    return signed


def first_token(key: bytes, purpose: Purpose, reader: int, mailing: int) -> str:
    """Return a token of the first form, as mailings frozen by earlier versions hold it."""
    return FirstSigner(key, purpose, mailing)(reader)
