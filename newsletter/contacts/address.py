"""Addresses: one form for one mailbox, and a reason for what is none.

The whole address is kept in lower case. Strictly only the domain is case-blind (RFC 5321, 2.4), but mailbox
providers do not tell ``Ann@`` from ``ann@``, while lists do hold both, and nobody may be mailed twice.
An internationalised domain is kept as people read it; ``on_the_wire`` gives its ASCII form.
"""

import re
import unicodedata

from newsletter.errors import AudienceError

MAX_LENGTH = 254  # RFC 5321, 4.5.3.1.3, as corrected by RFC 3696's errata

# What comes along when an address is copied from a page or a spreadsheet, besides white space.
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
_EDGES = " \t\r\n\f\v\x00\u00a0\u202f" + _INVISIBLE

# Plain addresses, which are nearly all. What it does not take goes the slow way, so it need not be complete.
_PLAIN = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:(?!..--)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?!(?:arpa|local|onion)\Z)[a-z]{2,63}",
    re.ASCII,
)

# RFC 2606 sets these names aside for tests. They reach nobody and so harm nobody, but email-validator refuses
# them: a word of the same length stands in while it looks.
_SET_ASIDE = {".test": ".text", ".invalid": ".example", ".localhost": ".localpart"}


def plain(text: str) -> str:
    """Return a plain address in its one form; "" for what is none or must be looked at closely."""
    address = text.lower()
    return address if len(address) <= MAX_LENGTH and _PLAIN.fullmatch(address) and text.isascii() else ""


def normalise(text: str) -> str:
    """Return an address in the one form that is stored and compared.

    Raises AudienceError with the reason in plain words when it is no address mail can be sent to. Quoted
    local parts, display names and bracketed IP addresses are refused. Nothing is looked up in the DNS.
    """
    address = text.strip(_EDGES)
    return plain(address) or _normalise_slowly(address)


def _normalise_slowly(text: str) -> str:
    from email_validator import EmailNotValidError, validate_email

    if not text:
        raise AudienceError("There is no address.")
    if len(text) > MAX_LENGTH:
        raise AudienceError(f"The address is too long: {len(text)} characters, {MAX_LENGTH} are allowed.")
    text, ending = _with_stand_in(text)
    try:
        address = validate_email(text, check_deliverability=False, allow_smtputf8=True).normalized
    except EmailNotValidError as error:
        raise AudienceError(str(error)) from error
    except (ValueError, IndexError) as error:  # the validator's own slips on hostile text
        raise AudienceError("The address cannot be read.") from error
    if ending:
        address = address[: -len(ending)] + ending
    return _lower(address)


def _with_stand_in(text: str) -> tuple[str, str]:
    for ending, stand_in in _SET_ASIDE.items():
        if text.lower().endswith(ending):
            return text[: -len(ending)] + stand_in, ending
    return text, ""


def _lower(address: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", address).lower())


def on_the_wire(address: str) -> str:
    """Return a normalised address with its domain in ASCII (IDNA), as providers take it."""
    if address.isascii():
        return address
    local, _, domain = address.rpartition("@")
    if domain.isascii():
        return address
    import idna

    return f"{local}@{idna.encode(domain, uts46=True).decode('ascii')}"
