"""Links: that they lead somewhere, for everyone, and say where."""

import ipaddress
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import SplitResult, quote, unquote, urlsplit

from newsletter.checks.reading import Link
from newsletter.checks.registry import CheckedIssue, Remark, check
from newsletter.checks.visible.scan import compiled

_REMEMBERED = 20_000  # addresses: several checks look at each, one check after the other
SCHEMES = ("http", "https", "mailto")

_HOST = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*\.?", re.IGNORECASE)
_LONGEST_MAILBOX = 254  # characters, RFC 5321 4.5.3.1.3
_LONGEST = 2_083  # characters of an address that every browser opens
_MAILBOX = re.compile(r"[^\s@,;]+@[^\s@,;]+\.[^\s@,;]+")
_LOCAL_ENDINGS = (".localhost", ".local", ".internal", ".lan", ".home.arpa", ".test", ".invalid")
_SHORTENERS = {
    "bit.ly", "buff.ly", "cutt.ly", "goo.gl", "is.gd", "ow.ly", "rb.gy", "rebrand.ly", "shorturl.at",
    "t.co", "tiny.cc", "tinyurl.com",
}  # fmt: skip
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
_TO_COME = (
    r"(?:^|[/=#?&.:\[])(TODO|TK(?:TK)*|FIXME|TBD|TBC|X{3,}|INSERT[-_]?\w{0,30}|LINK|URL|YOUR[-_]\w{1,30})"
    r"(?:$|[/?#&.\]])"
)
_VAGUE = {
    "click", "click here", "click this", "click this link", "details", "find out more", "here",
    "learn more", "link", "more", "more info", "read more", "see here", "see more", "this", "this link",
    "this page", "aquí", "haga clic aquí", "leer más", "cliquez ici", "ici", "lire la suite",
    "clique aqui", "aqui", "leia mais", "hier", "hier klicken", "mehr", "weiterlesen", "clicca qui",
    "qui", "leggi di più", "klik hier", "lees meer",
}  # fmt: skip


@lru_cache(maxsize=_REMEMBERED)
def _split(href: str) -> SplitResult | None:
    try:
        parts = urlsplit(href)
        _ = parts.hostname, parts.port  # both are read late, and may be refused only then
    except ValueError:
        return None
    return parts


@lru_cache(maxsize=_REMEMBERED)
def _host(href: str) -> str:
    parts = _split(href)
    return (parts.hostname or "").lower().rstrip(".") if parts else ""


@lru_cache(maxsize=_REMEMBERED)
def _fault(href: str) -> str:
    """Return what is wrong with an address, as the end of a sentence; empty when nothing is."""
    if len(href) > _LONGEST:
        return f"has an address of {len(href):,} characters, and not every browser opens over {_LONGEST:,}"
    parts = _split(href)
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


def _is_local(host: str) -> bool:
    address = _ip(host)
    if address is not None:
        return not address.is_global
    return "." not in host or host.endswith(_LOCAL_ENDINGS)


def _hidden(href: str, source: str) -> str:
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


def _named(link: Link) -> str:
    return f"“{link.text[:60]}”" if link.text else f"to {link.href[:80]}"


_QUOTES = tuple("\"'“”„«‘’")
_ADDRESS_HINT = "Write a whole address: https://example.org/page, or mailto:name@example.org."
# What word processors and other systems export a footnote, and the way back from it, as.
_NOTE_LINK = re.compile(r"#_?(?:ftn|fn|footnote|endnote|edn|note|cite|ref)", re.IGNORECASE)
_NOTE_HINT = (
    "For a footnote write [^1] here, and on a line of its own what it says: [^1]: The count was 51 to 49."
)


_PICTURE_HINT = (
    "To show the picture, begin with an exclamation mark, on a line of its own: ![what it shows](file.jpg)."
)


def _hint(href: str) -> str:
    if _NOTE_LINK.match(href):
        return _NOTE_HINT
    picture = "//" not in href and href.casefold().endswith(
        (".jpg", ".jpeg", ".png", ".gif", ".webp", ".heic")
    )
    return _PICTURE_HINT if picture else _ADDRESS_HINT


@check("link-form", "error")
def link_form(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for a link that cannot lead anywhere from a mail."""
    for link in checked.links:
        if hidden := _hidden(link.href, checked.issue.source):
            yield Remark(
                link.line,
                f"The address of the link {_named(link)} holds an invisible character, {hidden}.",
                "Type the address again, or copy it from the page's address line.",
                cause=_cause(link),
            )
        elif fault := _fault(link.href):
            yield Remark(
                link.line,
                f"The link {_named(link)} {fault}.",
                _hint(link.href),
                cause=_cause(link),
            )
    linked = {link.text for link in checked.links}
    for text, line in checked.prose:
        for address in _broken_addresses(text):
            if address in linked:
                continue
            yield Remark(
                line,
                f"An address here holds an invisible character, {_hidden(address, checked.issue.source)}.",
                "Type the address again, or copy it from the page's address line.",
            )


def _broken_addresses(text: str) -> Iterator[str]:
    """Yield addresses in running text that an invisible character takes apart."""
    if _INVISIBLE.search(text):
        for found in compiled(_SHOWN_ADDRESS).finditer(text):
            if _INVISIBLE.search(found[0]):
                yield found[0]


@check("link-unfinished", "warning")
def link_unfinished(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for an address in which a word such as TODO stands for what is to come."""
    for link in checked.links:
        if found := compiled(_TO_COME).search(unquote(link.href)):
            yield Remark(
                link.line,
                f"“{found[1]}” in the address of the link {_named(link)} looks as if it were still to come.",
                "Put the page's whole address there.",
                cause=_cause(link),
            )


def _cause(link: Link) -> str:
    return f"address on {link.line}: {link.href}"


@check("link-local", "error")
def link_local(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for a link to a machine that only the editor reaches."""
    for link in checked.links:
        host = _host(link.href)
        if host and not _fault(link.href) and _is_local(host):
            yield Remark(
                link.line,
                f"The link {_named(link)} leads to “{host}”, which readers cannot reach.",
                "Use the page's public address.",
                cause=_cause(link),
            )


@check("link-password", "error")
def link_password(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for a name or password in a link's address, which every reader would get."""
    for link in checked.links:
        parts = _split(link.href)
        if parts and parts.scheme != "mailto" and "@" in parts.netloc:
            yield Remark(
                link.line,
                f"The link {_named(link)} carries a user name or password in its address.",
                "Take out all between “//” and “@”.",
                cause=_cause(link),
            )


@check("link-plain-http", "warning")
def link_plain_http(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for a link without encryption."""
    for link in checked.links:
        if link.href.startswith("http://") and not _fault(link.href) and not _is_local(_host(link.href)):
            yield Remark(
                link.line,
                f"The link {_named(link)} is http://, which others on the way can read and change.",
                "Try the same address with https://.",
                cause=_cause(link),
            )


@check("link-shortened", "warning")
def link_shortened(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for links through shorteners, which hide where they lead and which filters distrust."""
    for link in checked.links:
        host = _host(link.href).removeprefix("www.")
        if host in _SHORTENERS:
            yield Remark(
                link.line,
                f"The link {_named(link)} goes through {host}, which hides where it leads.",
                "Use the address it leads to; filters trust that more, too.",
                cause=_cause(link),
            )


@check("link-empty", "error")
def link_empty(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for a link without text. One around a picture has the picture's alt text, checked there."""
    around = {(picture.href, picture.line) for picture in checked.pictures}
    for link in checked.links:
        if not link.text and (link.href, link.line) not in around:
            yield Remark(
                link.line,
                f"The link to {link.href[:80]} has no text: nobody can see or hear it.",
                "Write its text between the brackets.",
            )


@check("link-vague", "warning")
def link_vague(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for link texts that say nothing when read alone, as screen readers list them."""
    for link in checked.links:
        if link.text.casefold().strip(" .:…!→»>") in _VAGUE:
            yield Remark(
                link.line,
                f"The link text “{link.text}” does not say where it leads.",
                "Make the words the link that name the page: “the treaty's text”.",
            )
