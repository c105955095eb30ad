"""Links: that they lead somewhere, for everyone, and say where."""

import re
from collections.abc import Iterator
from urllib.parse import unquote

from newsletter.checks.links.address import (
    PICTURE_ENDINGS,
    broken_addresses,
    fault_of,
    hidden_character,
    host_of,
    is_local,
    parts_of,
)
from newsletter.checks.reading import Link
from newsletter.checks.registry import CheckedIssue, Remark, check
from newsletter.checks.visible.scan import compiled
from newsletter.checks.words.links import POINTING, SHORTENERS, VAGUE

_TO_COME = (
    r"(?:^|[/=#?&.:\[])(TODO|TK(?:TK)*|FIXME|TBD|TBC|X{3,}|INSERT[-_]?\w{0,30}|LINK|URL|YOUR[-_]\w{1,30})"
    r"(?:$|[/?#&.\]])"
)
_WORD = r"[^\W_]+(?:-[^\W_]+)*"
_ADDRESS_HINT = "Write a whole address: https://example.org/page, or mailto:name@example.org."
# What word processors and other systems export a footnote, and the way back from it, as.
_NOTE_LINK = re.compile(r"#_?(?:ftn|fn|footnote|endnote|edn|note|cite|ref)", re.IGNORECASE)
_NOTE_HINT = (
    "For a footnote write [^1] here, and on a line of its own what it says: [^1]: The count was 51 to 49."
)
_PICTURE_HINT = (
    "To show the picture, begin with an exclamation mark, on a line of its own: ![what it shows](file.jpg)."
)


def _named(link: Link) -> str:
    return f"“{link.text[:60]}”" if link.text else f"to {link.href[:80]}"


def _hint(href: str) -> str:
    if _NOTE_LINK.match(href):
        return _NOTE_HINT
    picture = "//" not in href and href.casefold().endswith(PICTURE_ENDINGS)
    return _PICTURE_HINT if picture else _ADDRESS_HINT


@check("link-form", "error")
def link_form(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for a link that cannot lead anywhere from a mail."""
    for link in checked.links:
        if hidden := hidden_character(link.href, checked.source):
            yield Remark(
                link.line,
                f"The address of the link {_named(link)} holds an invisible character, {hidden}.",
                "Type the address again, or copy it from the page's address line.",
                cause=_cause(link),
            )
        elif fault := fault_of(link.href):
            yield Remark(
                link.line,
                f"The link {_named(link)} {fault}.",
                _hint(link.href),
                cause=_cause(link),
            )
    linked = {link.text for link in checked.links}
    for text, line in checked.prose:
        for address in broken_addresses(text):
            if address in linked:
                continue
            hidden = hidden_character(address, checked.source)
            yield Remark(
                line,
                f"An address here holds an invisible character, {hidden}.",
                "Type the address again, or copy it from the page's address line.",
            )


@check("link-unfinished", "warning")
def link_unfinished(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for an address with a placeholder such as TODO."""
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
        host = host_of(link.href)
        if host and not fault_of(link.href) and is_local(host):
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
        parts = parts_of(link.href)
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
        if _scheme(link.href) == "http" and not fault_of(link.href) and not is_local(host_of(link.href)):
            yield Remark(
                link.line,
                f"The link {_named(link)} is http://, which others on the way can read and change.",
                "Try the same address with https://.",
                cause=_cause(link),
            )


def _scheme(href: str) -> str:
    parts = parts_of(href)
    return parts.scheme if parts else ""


@check("link-shortened", "warning")
def link_shortened(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for links through shorteners, which hide where they lead and which filters distrust."""
    for link in checked.links:
        host = host_of(link.href).removeprefix("www.")
        if host in SHORTENERS:
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
        if is_vague(link.text) and not _names_site(_plainly(link.text), link.href):
            yield Remark(
                link.line,
                f"The link text “{link.text}” does not say where it leads.",
                "Make the words the link that name the page: “the treaty's text”.",
            )


def is_vague(text: str) -> bool:
    """Say whether a link's text says nothing when read alone: a pointing phrase, or pointing words only."""
    said = _plainly(text)
    words = compiled(_WORD).findall(said)
    return said in VAGUE or (len(words) > 1 and POINTING.issuperset(words))


def _plainly(text: str) -> str:
    return text.casefold().replace("’", "'").strip(" .:…!?→»>›()[]")


@check("link-text-twice", "warning")
def link_text_twice(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for two links of one text that lead to different pages: a list of links cannot tell them apart."""
    first: dict[str, Link] = {}
    for link in checked.links:
        text = _plainly(link.text)
        if not text or is_vague(text) or text.isdigit() or link.bare or _names_site(text, link.href):
            continue
        before = first.setdefault(text, link)
        if _page(before.href) != _page(link.href):
            yield Remark(
                link.line,
                f"The link “{link.text[:60]}” leads elsewhere than the one of the same text "
                f"{'before it' if before.line == link.line else f'on line {before.line}'}.",
                "Let each text say which page it is: “the report of 2024”, “the report of 2025”.",
                cause=f"text of link: {text}",
            )


def _names_site(text: str, href: str) -> bool:
    """Say whether a text is the name of the site it leads to, as of a source: “Reuters”, “The Guardian”."""
    name = "".join(letter for letter in text if letter.isalnum())
    return len(name) > 1 and name in host_of(href).replace("-", "")


def _page(href: str) -> str:
    """Return what names a page in an address: no fragment, campaign, www. or slash at the end."""
    parts = parts_of(href)
    if parts is None or parts.scheme == "mailto":
        return href.casefold()
    wanted = "&".join(sorted(pair for pair in parts.query.split("&") if not pair.startswith("utm_")))
    return f"{host_of(href).removeprefix('www.')}{parts.path.rstrip('/')}?{wanted}"
