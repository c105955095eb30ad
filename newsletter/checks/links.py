"""Links: that they lead somewhere, for everyone, and say where."""

import ipaddress
import re
from collections.abc import Collection, Iterator
from functools import lru_cache
from urllib.parse import SplitResult, unquote, urlsplit

from newsletter.checks.reading import Link
from newsletter.checks.registry import Remark, Seen, check

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
_VAGUE = {
    "click", "click here", "click this", "click this link", "details", "find out more", "here",
    "learn more", "link", "more", "more info", "read more", "see here", "see more", "this", "this link",
    "this page", "aquí", "haga clic aquí", "leer más", "cliquez ici", "ici", "lire la suite",
    "clique aqui", "aqui", "leia mais", "hier", "hier klicken", "mehr", "weiterlesen", "clicca qui",
    "qui", "leggi di più", "klik hier", "lees meer",
}  # fmt: skip
_UNREAD = re.compile(r"\[[^\]\n]+\]\(\s*<?(?:https?:|www\.|mailto:)[^\n)]*\)")
_BARE = re.compile(r"https?://[^\s<>“”\"]+")


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
        names = [each for each in unquote(parts.path).split(",") if each.strip()]
        good = bool(names) and all(_is_mailbox(each.strip()) for each in names)
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


def _named(link: Link) -> str:
    return f"“{link.text[:60]}”" if link.text else f"to {link.href[:80]}"


@check("link-form", "error")
def link_form(seen: Seen) -> Iterator[Remark]:
    """Look for a link that cannot lead anywhere from a mail."""
    for link in seen.links:
        fault = _fault(link.href)
        if fault:
            yield Remark(
                link.line,
                f"The link {_named(link)} {fault}.",
                "Write a whole address: https://example.org/page, or mailto:name@example.org.",
            )


@check("link-local", "error")
def link_local(seen: Seen) -> Iterator[Remark]:
    """Look for a link to a machine that only the editor reaches."""
    for link in seen.links:
        host = _host(link.href)
        if host and not _fault(link.href) and _is_local(host):
            yield Remark(
                link.line,
                f"The link {_named(link)} leads to “{host}”, which readers cannot reach.",
                "Use the page's public address.",
            )


@check("link-password", "error")
def link_password(seen: Seen) -> Iterator[Remark]:
    """Look for a name or password in a link's address, which every reader would get."""
    for link in seen.links:
        parts = _split(link.href)
        if parts and parts.scheme != "mailto" and "@" in parts.netloc:
            yield Remark(
                link.line,
                f"The link {_named(link)} carries a user name or password in its address.",
                "Take out all between “//” and “@”.",
            )


@check("link-plain-http", "warning")
def link_plain_http(seen: Seen) -> Iterator[Remark]:
    """Look for a link without encryption."""
    for link in seen.links:
        if link.href.startswith("http://") and not _fault(link.href) and not _is_local(_host(link.href)):
            yield Remark(
                link.line,
                f"The link {_named(link)} is http://, which others on the way can read and change.",
                "Try the same address with https://.",
            )


@check("link-shortened", "warning")
def link_shortened(seen: Seen) -> Iterator[Remark]:
    """Look for links through shorteners, which hide where they lead and which filters distrust."""
    for link in seen.links:
        host = _host(link.href).removeprefix("www.")
        if host in _SHORTENERS:
            yield Remark(
                link.line,
                f"The link {_named(link)} goes through {host}, which hides where it leads.",
                "Use the address it leads to; filters trust that more, too.",
            )


@check("link-empty", "error")
def link_empty(seen: Seen) -> Iterator[Remark]:
    """Look for a link without text. One around a picture has the picture's alt text, checked there."""
    around = {(each.href, each.line) for each in seen.pictures}
    for link in seen.links:
        if not link.text and (link.href, link.line) not in around:
            yield Remark(
                link.line,
                f"The link to {link.href[:80]} has no text: nobody can see or hear it.",
                "Write its text between the brackets.",
            )


@check("link-vague", "warning")
def link_vague(seen: Seen) -> Iterator[Remark]:
    """Look for link texts that say nothing when read alone, as screen readers list them."""
    for link in seen.links:
        if link.text.casefold().strip(" .:…!→»>") in _VAGUE:
            yield Remark(
                link.line,
                f"The link text “{link.text}” does not say where it leads.",
                "Make the words the link that name the page: “the treaty's text”.",
            )


@check("link-bare", "notice")
def link_bare(seen: Seen) -> Iterator[Remark]:
    """Look for addresses shown as they are, which are read aloud letter by letter."""
    bare = [link for link in seen.links if link.bare]
    for link in bare:
        yield Remark(
            link.line,
            f"The link shows its address, {link.text[:60]}, where words would do.",
            "Write [what it is](address).",
        )
    linked = {address for link in bare for address in _addresses(link.text)}
    for address, line in _unlinked(seen, linked):
        yield Remark(line, f"The address {address[:60]} is text, not a link.", "Write [what it is](address).")


def _unlinked(seen: Seen, linked: Collection[str]) -> Iterator[tuple[str, int]]:
    """Yield addresses in running text, with their line, that are no link's."""
    for text, line in seen.prose:
        for address in _addresses(_UNREAD.sub("", text)):
            if address not in linked:
                yield address, line


def _addresses(text: str) -> Iterator[str]:
    return (found.rstrip(".,;:!?)") for found in _BARE.findall(text))


@check("link-unread", "warning")
def link_unread(seen: Seen) -> Iterator[Remark]:
    """Look for what was meant as a link but is text to Markdown, mostly because of a space."""
    for text, line in seen.prose:
        for found in _UNREAD.findall(text):
            yield Remark(
                line,
                f"“{found[:60]}” was meant as a link, but readers would see it as it stands.",
                "Write [words](https://…) with no space in the address.",
            )
