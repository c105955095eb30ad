"""A server's address, as its name says now; one that is not public is refused before any connection.

Otherwise a link, or a page that sends on, could make this machine ask others in its own network (SSRF).
"""

import ipaddress
import socket
from collections.abc import Callable

Resolve = Callable[[str, int], list[str]]

_EMBEDDED = ipaddress.ip_network("64:ff9b::/96")  # an IPv4 address behind a translator, RFC 6052


class NotAsked(Exception):
    """Say why a server is not asked, as the end of a sentence."""


def resolve(host: str, port: int) -> list[str]:
    """Return the addresses that a name has now. Raises OSError when it has none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


def is_public(address: str) -> bool:
    """Say whether an address can be reached from everywhere: no machine's own, no network's inside."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.is_site_local:  # fec0::/10 was an inside's before fc00::/7 was
            return False
        inner = parsed.ipv4_mapped or parsed.sixtofour
        if parsed in _EMBEDDED:
            inner = ipaddress.IPv4Address(int(parsed) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return parsed.is_global and not (parsed.is_multicast or parsed.is_reserved or parsed.is_unspecified)


def address_of(host: str, port: int, find: Resolve, allows: Callable[[str], bool]) -> str:
    """Return the address to connect to. Raises NotAsked without one, or when any is not allowed.

    The connection goes to this very address: a name that says something else a moment later changes nothing.
    """
    try:
        addresses = find(host.encode("idna").decode() if not host.isascii() else host, port)
    except (OSError, UnicodeError) as error:
        raise NotAsked("there is no server of that name") from error
    for address in addresses:
        if not allows(address):
            raise NotAsked(f"its server is {address}, an address that only some network's inside knows")
    if not addresses:
        raise NotAsked("there is no server of that name")
    return addresses[0]
