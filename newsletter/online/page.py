"""One page: asked with HEAD, then with GET where that is not answered well, from redirect to redirect."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote, unquote, urljoin, urlsplit

from newsletter.checks import PageAnswer
from newsletter.online.exchange import Asked, Target, exchange
from newsletter.online.guard import NotAsked, Resolve, address_of, is_public, resolve

REDIRECTS = 5
PAGE_SECONDS = 10.0
_SENDS_ON = (301, 302, 303, 307, 308)
_FOR_GOOD = (301, 308)
_REFUSALS = 400
_AS_WRITTEN = "/%:=&?~#+!$,;'@()*[]-._"  # characters of a path that stay as they are


@dataclass(frozen=True, slots=True)
class Network:
    """How servers are found and asked. ``agent`` is how we introduce ourselves."""

    agent: str
    find: Resolve = resolve
    allows: Callable[[str], bool] = is_public


def ask_page(network: Network, url: str, seconds: float = PAGE_SECONDS) -> PageAnswer:
    """Return what becomes of a reader who opens this address, found out within so many seconds."""
    until = time.monotonic() + seconds
    at, for_good = url, True
    try:
        for hop in range(REDIRECTS + 1):
            asked = _ask(network, at, until)
            if asked.status not in _SENDS_ON or not asked.location:
                return PageAnswer(asked.status, moved_to=at if hop and for_good else "")
            for_good = for_good and asked.status in _FOR_GOOD
            at = _joined(at, asked.location)
    except NotAsked as reason:
        return PageAnswer(0, problem=_with_place(str(reason), url, at))
    return PageAnswer(0, problem=f"it sends on more than {REDIRECTS} times")


def _joined(at: str, location: str) -> str:
    """Return the address that a page sends on to, as browsers write it: bytes that no address holds encoded.

    So nothing that a server sends reaches a terminal. Raises NotAsked for what is no address.
    """
    try:
        return urljoin(at, quote(location.encode("latin-1", "replace"), safe=_AS_WRITTEN))
    except ValueError as error:
        raise NotAsked("it sends on to an address that cannot be read") from error


def _with_place(reason: str, url: str, at: str) -> str:
    return reason if at == url else f"it sends on to {at[:80]}, and {reason}"


def _ask(network: Network, url: str, until: float) -> Asked:
    target = _target(network, url)
    try:
        asked = exchange(target, "HEAD", network.agent, until - time.monotonic())
    except NotAsked:
        if time.monotonic() >= until:
            raise
    else:
        if asked.status < _REFUSALS:
            return asked
    return exchange(target, "GET", network.agent, until - time.monotonic())


def _target(network: Network, url: str) -> Target:
    """Return which server to ask. Raises NotAsked for an address of no page, or of none that may be asked."""
    try:
        parts = urlsplit(url)
        secure, host = parts.scheme == "https", unquote(parts.hostname or "")
        port = parts.port or (443 if secure else 80)
    except ValueError as error:
        raise NotAsked("that address cannot be read") from error
    if parts.scheme not in ("http", "https") or not host:
        raise NotAsked("that is no page")
    if not host.isprintable() or " " in host:
        raise NotAsked("that address cannot be read")
    path = quote(parts.path or "/", safe=_AS_WRITTEN)
    query = f"?{quote(parts.query, safe=_AS_WRITTEN)}" if parts.query else ""
    return Target(host, port, address_of(host, port, network.find, network.allows), path + query, secure)
