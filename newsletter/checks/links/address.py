"""Addresses of links, judged without asking any server: whether they lead anywhere, for everyone."""

import ipaddress
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import SplitResult, quote, unquote, urlsplit

from newsletter.checks.visible.scan import compiled

_REMEMBERED = 20_000  # addresses: several checks look at each, one check after the other
SCHEMES = ("http", "https", "mailto")
PICTURE_ENDINGS = (".jpg", ".jpeg", ".png", ".gif", ".webp", ".heic")

_HOST = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*\.?", re.IGNORECASE)
_LONGEST_MAILBOX = 254  # characters, RFC 5321 4.5.3.1.3
_LONGEST = 2_083  # characters of an address that every browser opens
_MAILBOX = re.compile(r"[^\s@,;]+@[^\s@,;]+\.[^\s@,;]+")
_LOCAL_ENDINGS = (".localhost", ".local", ".internal", ".lan", ".home.arpa", ".test", ".invalid")
# Joiners (U+200C, U+200D) are left alone after letters that take them: Persian, Indic, emoji.
_INVISIBLE = re.compile(
    "[\u00a0\u00ad\u034f\u061c\u115f\u1160\u180e\u2000-\u200b\u200e\u200f\u2028-\u202f\u205f-\u206f\u3000\ufe00-\ufe0f"
    "\ufeff\ufff9-\ufffb]|(?<![^\x00-\u024f])[\u200c\u200d]"
)
_SHOWN_ADDRESS = (
    "(?:https?://|www\\.)[!-;=?-~\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]{1,2000}[!-;=?-~]"
    "|[\\w.+-]{0,64}[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]{0,3}@[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]{0,3}"
    "[\\w-]{1,64}[\\w.\u00ad\u200b-\u200f\u2060-\u206f\ufeff-]{0,128}\\.[\\w\u00ad\u200b\u2060\ufeff]{2,}"
)
_QUOTES = tuple("\"'“”„«‘’")


@lru_cache(maxsize=_REMEMBERED)
def parts_of(href: str) -> SplitResult | None:
    """Return the parts of an address; None for one that cannot be read."""
    try:
        parts = urlsplit(href)
        _ = parts.hostname, parts.port  # both are read late, and may be refused only then
    except ValueError:
        return None
    return parts


@lru_cache(maxsize=_REMEMBERED)
def host_of(href: str) -> str:
    """Return the server of an address in lower case; empty without one."""
    parts = parts_of(href)
    return (parts.hostname or "").lower().rstrip(".") if parts else ""


@lru_cache(maxsize=_REMEMBERED)
def fault_of(href: str) -> str:
    """Return what is wrong with an address, as the end of a sentence; empty when nothing is."""
    if len(href) > _LONGEST:
        return f"has an address of {len(href):,} characters, and not every browser opens over {_LONGEST:,}"
    parts = parts_of(href)
    if not href.strip():
        return "has no address"
    if parts is None:
        return "has an address that cannot be read"
    if parts.scheme not in SCHEMES:
        return _scheme_fault(href, parts)
    if parts.scheme == "mailto":
        names = [name for name in unquote(parts.path).split(",") if name.strip()]
        good = bool(names) and all(_is_mailbox(name.strip()) for name in names)
        return "" if good else "names no e-mail address"
    if not parts.hostname:
        return "names no server"
    if parts.hostname in SCHEMES:
        return "has the beginning of an address twice"
    if _ip(parts.hostname) is None and not _HOST.fullmatch(parts.hostname):
        return "names a server that cannot exist"
    return ""


def _is_mailbox(text: str) -> bool:
    return len(text) <= _LONGEST_MAILBOX and _MAILBOX.fullmatch(text) is not None


def _scheme_fault(href: str, parts: SplitResult) -> str:
    if href.startswith("#"):
        return "points within the page, where many mail programs cannot go"
    if unquote(href)[:1] in _QUOTES and "//" in href:
        return "has quotation marks around its address"
    if parts.scheme and "." not in parts.scheme:
        return f"begins with “{parts.scheme}:”, which not every mail program opens"
    return "has no https:// before it, so it leads nowhere from a mail"


def _ip(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def is_local(host: str) -> bool:
    """Say whether a server's name or number leads nowhere from another network."""
    address = _ip(host)
    if address is not None:
        return not address.is_global
    return "." not in host or host.endswith(_LOCAL_ENDINGS)


def hidden_character(href: str, source: str) -> str:
    """Return the first invisible character of an address as its code point; empty without one.

    One that the source itself writes as %E2%80%8B is meant.
    """
    address = ".".join(_readable(label) for label in unquote(href).split("."))
    for found in _INVISIBLE.finditer(address):
        escaped = quote(found[0])
        if found[0] in source or escaped.casefold() not in source.casefold():
            return f"U+{ord(found[0]):04X} ({unicodedata.name(found[0], 'a control character')})"
    return ""


def _readable(label: str) -> str:
    """Return a server's name as it was written, before it was encoded for the net (RFC 3492)."""
    before, mark, encoded = label.rpartition("xn--")
    if not mark:
        return label
    name = re.match("[A-Za-z0-9-]*", encoded)
    try:
        return (
            before
            + (name[0] if name else "").encode().decode("punycode")
            + encoded[name.end() if name else 0 :]
        )
    except UnicodeError:
        return label


def broken_addresses(text: str) -> Iterator[str]:
    """Yield addresses in running text that an invisible character takes apart."""
    if _INVISIBLE.search(text):
        for found in compiled(_SHOWN_ADDRESS).finditer(text):
            if _INVISIBLE.search(found[0]):
                yield found[0]
