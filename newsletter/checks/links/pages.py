"""Whether the pages that links lead to are there: what their servers answered, where somebody asked them."""

from collections.abc import Iterator

from newsletter.checks.links.address import fault_of, host_of, is_local, parts_of
from newsletter.checks.reading import Link
from newsletter.checks.registry import CheckedIssue, PageAnswer, Remark, check

MOST_PAGES = 100  # of one issue that are asked for

_WELL = range(200, 300)
_GONE = (404, 410)
_SERVER_FAULTS = 500


def pages_of(links: tuple[Link, ...]) -> tuple[str, ...]:
    """Return the addresses of pages on other servers that links lead to, each once, without fragments."""
    return tuple(dict.fromkeys(page for link in links if (page := page_of(link.href))))


def page_of(href: str) -> str:
    """Return the address a server is asked for; empty when there is nobody to ask."""
    parts = parts_of(href)
    if parts is None or parts.scheme == "mailto" or fault_of(href):
        return ""
    if is_local(host_of(href)) or "@" in parts.netloc:
        return ""
    return parts._replace(fragment="").geturl()


def _answered(checked: CheckedIssue) -> Iterator[tuple[Link, PageAnswer]]:
    for link in checked.links:
        answer = (checked.facts.pages or {}).get(page_of(link.href))
        if answer:
            yield link, answer


@check("link-unreachable", "warning")
def link_unreachable(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for pages that are not there, or whose server does not answer."""
    answered = list(_answered(checked))
    servers = {host_of(link.href) for link, _ in answered}
    if len(servers) > 1 and all(answer.problem for _, answer in answered):
        yield Remark(
            None,
            f"None of {len(servers):,} servers could be asked; of the first: {answered[0][1].problem}.",
            "Is this machine online? It asks directly, not through a proxy.",
        )
        return
    for link, answer in answered:
        if answer.problem or answer.status in _GONE or answer.status >= _SERVER_FAULTS:
            why = answer.problem or f"its server answered HTTP {answer.status}"
            yield Remark(
                link.line,
                f"The page of the link “{link.text[:60]}” could not be had: {why}.",
                "Open it in a browser; then correct the address, or link to an archived copy.",
                cause=f"page of {link.line}: {link.href}",
            )


@check("link-moved", "notice")
def link_moved(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for pages that have moved for good: the old address will stop working one day."""
    for link, answer in _answered(checked):
        if answer.status in _WELL and answer.moved_to:
            yield Remark(
                link.line,
                f"The page of the link “{link.text[:60]}” has moved for good.",
                f"Link to where it is now: {answer.moved_to[:300]}",
                cause=f"page of {link.line}: {link.href}",
            )


@check("link-unproven", "notice")
def link_unproven(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for pages that servers show to people only, and those that nobody had the time to ask for."""
    for link, answer in _answered(checked):
        refused = not answer.problem and answer.status < _SERVER_FAULTS and answer.status not in _GONE
        if refused and answer.status not in _WELL:
            yield Remark(
                link.line,
                f"The server of the link “{link.text[:60]}” answers HTTP {answer.status} to programs.",
                "Open it in a browser: many servers let only people in.",
                cause=f"page of {link.line}: {link.href}",
            )
    if checked.facts.pages is None:
        return
    pages = pages_of(checked.links)
    left = [page for page in pages if page not in checked.facts.pages]
    if left:
        yield Remark(
            None,
            f"{len(left):,} of {len(pages):,} pages were not asked for: at most {MOST_PAGES} are, and those "
            "within the time there is.",
            f"Look at them yourself, or ask again; the first is {left[0][:200]}",
        )
