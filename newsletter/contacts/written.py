"""Addresses as people write them: taken out of what they came wrapped in, or refused with what was meant.

What can only be packaging is taken off: ``mailto:``, ``Name <a@b>``, quotation marks, invisible characters,
punctuation at the end. Where a letter would have to be changed, the address is refused and the probable one
named: a wrong guess would mail a stranger.
"""

import html
import re
import unicodedata
from typing import Literal, NamedTuple
from urllib.parse import unquote

from newsletter.contacts.address import normalise
from newsletter.errors import AudienceError

MAX_LOCAL_PART = 64  # RFC 5321, 4.5.3.1.1; providers refuse a longer one, and any that is not ASCII
MAX_CELL = 1_000  # characters, of a cell that is looked through for addresses

Unfit = Literal["invalid address", "several addresses", "not mailable"]
Packaging = Literal[
    "mailto:", "a name and angle brackets", "quotation marks", "brackets", "invisible characters",
    "punctuation at the end", "the same address twice",
]  # fmt: skip

_SCHEME = re.compile(r"(?:mailto|smtp|e-?mail)\s*:\s*(?://)?\s*", re.IGNORECASE)
_NAMED = re.compile(r"([^<>]*)<([^<>]*@[^<>]*)>?")
_HALF = re.compile(r"[^<>]*@[^<>]*>")
_PAIRS = {'"': '"', "'": "'", "“": "”", "„": "“", "”": "”", "‘": "’", "’": "’", "«": "»", "`": "`", "´": "´"}
_BRACKETS = {"(": ")", "[": "]", "{": "}"}
_END = ".,;:/\\"
# Zero-width and direction marks. A joiner between two letters beyond ASCII is spelling, as in Persian.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe00-\ufe0f\ufeff]"
    "|(?<![^\x00-\x7f])[\u200c\u200d]|[\u200c\u200d](?![^\x00-\x7f])"
)
_FOUND = re.compile(r"[^\s<>()\[\]{},;:\"“”„«»|/\\=?&]+@[^\s<>()\[\]{},;:\"“”„«»|/\\=?&@]+")
_AT = re.compile(r"\s*[\[({]\s*at\s*[\])}]\s*|\s+at\s+|\s*＠\s*", re.IGNORECASE)
_DOT = re.compile(r"\s*[\[({]\s*(?:dot|punkt|punto|point)\s*[\])}]\s*|\s+dot\s+", re.IGNORECASE)
# Mailboxes that many people have, and whose endings many people forget.
_WELL_KNOWN = (
    "gmail.com",
    "hotmail.com",
    "outlook.com",
    "yahoo.com",
    "icloud.com",
    "aol.com",
    "web.de",
    "gmx.de",
)


class Written(NamedTuple):
    """An address as it was written: its one form, what was taken off, and the name that stood by it."""

    email: str
    packaging: tuple[Packaging, ...] = ()
    name: str = ""


class UnreadableAddress(AudienceError):
    """Refuse what is no address to mail; ``instead`` is the one that was probably meant."""

    def __init__(self, message: str, *, reason: Unfit, instead: str = "") -> None:
        super().__init__(message)
        self.reason = reason
        self.instead = instead


def read_address(text: str) -> Written:
    """Return the one address that a cell holds, and what was taken off it.

    Raises UnreadableAddress for a cell that holds none or several.
    """
    if len(text) > MAX_CELL:
        raise UnreadableAddress(
            f"The cell holds {len(text):,} characters, no address.", reason="invalid address"
        )
    bare, packaging, name = _unwrapped(text)
    try:
        return Written(normalise(bare), packaging, name)
    except AudienceError as error:
        return _found_within(text, bare, packaging, error)


def _found_within(text: str, bare: str, packaging: tuple[Packaging, ...], error: AudienceError) -> Written:
    """Return the address that a cell says twice; raise UnreadableAddress for all else."""
    found = _addresses(text)
    different = list(dict.fromkeys(found))
    if len(different) > 1:
        message = f"The cell holds {len(different)} addresses: {' and '.join(different[:3])}. A row has one."
        raise UnreadableAddress(message, reason="several addresses") from None
    if len(found) > 1 and not _FOUND.sub("", text).replace("mailto", "").strip(" []()<>:;,|/\"'"):
        return Written(found[0], (*packaging, "the same address twice"))
    # A single word before the address may well be the first half of it: “ann lee@example.com”.
    alone = len(different) == 1 and not re.match(r"\s*\w+\s+\S+@", text)
    instead = _meant(bare) or (different[0] if alone else "")
    raise UnreadableAddress(error.message, reason="invalid address", instead=instead) from None


def _unwrapped(text: str) -> tuple[str, tuple[Packaging, ...], str]:
    """Return the text without its packaging, the kinds of it in order of meeting, and the name next to it."""
    kinds: dict[Packaging, None] = {}
    name, text = "", text.strip()
    if _INVISIBLE.search(text):
        text = _INVISIBLE.sub("", text).strip()
        kinds["invisible characters"] = None
    while text:
        kind, inner, shown_name = _outer_layer(text)
        if kind is None:
            break
        kinds[kind] = None
        name, text = name or shown_name, inner
    return text, tuple(kinds), name


def _outer_layer(text: str) -> tuple[Packaging | None, str, str]:
    """Take one layer off: its kind, what is inside, and a name that stood by it."""
    scheme = _SCHEME.match(text)
    if scheme:
        return "mailto:", unquote(text[scheme.end() :].partition("?")[0]).strip(), ""
    named = _NAMED.fullmatch(text)
    if named:
        outside = named.group(1).strip().strip("\"'“”„«»‘’").strip()
        return _named(outside, named.group(2).strip(), text)
    if _HALF.fullmatch(text):
        return "brackets", text[:-1].strip(), ""
    for pairs, kind in ((_PAIRS, "quotation marks"), (_BRACKETS, "brackets")):
        if len(text) > 1 and pairs.get(text[0]) == text[-1]:
            return kind, text[1:-1].strip(), ""  # type: ignore[return-value]  # both kinds are in the literal
    if text[-1] in _END and "@" in text:
        return "punctuation at the end", text.rstrip(_END + " "), ""
    return None, text, ""


def _named(outside: str, inside: str, text: str) -> tuple[Packaging | None, str, str]:
    if not outside:
        return "brackets", inside, ""
    if "@" not in outside:
        return "a name and angle brackets", inside, outside
    same = outside.lower() == inside.lower().removeprefix("mailto:")
    return ("a name and angle brackets", inside, "") if same else (None, text, "")


def _addresses(text: str) -> list[str]:
    found = []
    for candidate in _FOUND.findall(_INVISIBLE.sub("", text)) if "@" in text else ():
        try:
            found.append(normalise(candidate.strip(".'’`")))
        except AudienceError:
            continue
    return found


def check_mailable(email: str) -> None:
    """Raise UnreadableAddress when the provider would refuse what is before a normalised address's @-sign."""
    local = email.rpartition("@")[0]
    if len(local) > MAX_LOCAL_PART:
        message = f"The provider takes {MAX_LOCAL_PART} characters before the @-sign; here are {len(local)}."
        raise UnreadableAddress(message, reason="not mailable")
    if not local.isascii():
        odd = next(letter for letter in local if not letter.isascii())
        message = f"The provider takes no letters such as “{odd}” before the @-sign, only plain ASCII."
        raise UnreadableAddress(message, reason="not mailable", instead=_meant(email))


def _meant(text: str) -> str:
    """Return the address that was probably meant by what is none; "" when that is anybody's guess."""
    plain = (
        unicodedata.normalize("NFKC", html.unescape(unquote(text))).replace("’", "'").strip("<>()[]\"'“” ")
    )
    plain = re.sub(r"\s*([@.])\s*", r"\1", _DOT.sub(".", _AT.sub("@", plain)))
    local, at, domain = re.sub("@+", "@", plain).rpartition("@")
    domain = re.sub(r"[.,;:]+", ".", re.sub(r"\s*[,;:]\s*", ".", domain)).strip(".-")
    local = re.sub(r"\.{2,}", ".", local).strip(".,;:")
    return _if_address(f"{local}{at}{_with_ending(domain)}")


def _with_ending(domain: str) -> str:
    known = (name for name in _WELL_KNOWN if domain.lower() in (name.replace(".", ""), name.split(".")[0]))
    return next(known, domain)


def _if_address(text: str) -> str:
    try:
        email = normalise(text)
    except AudienceError:
        return ""
    local = email.rpartition("@")[0]
    return email if local.isascii() and len(local) <= MAX_LOCAL_PART else ""
