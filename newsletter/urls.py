"""Base URLs that settings hold: what one is, and whether it leads to this machine."""

from ipaddress import ip_address
from urllib.parse import urlsplit


def is_loopback(url: str) -> bool:
    """Say whether a base URL is of this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def base_url(value: str) -> str:
    """Return a base URL, or nothing, without a trailing slash. Raises ValueError for what is none."""
    if value and (urlsplit(value).scheme not in {"http", "https"} or not urlsplit(value).hostname):
        raise ValueError(f"“{value}” is no base URL; write one like https://news.example.org")
    return value.rstrip("/")
