"""How a host is reached: plainly, over TLS, through a proxy; and answers whose head has to be whole."""

import base64
import io
import ssl
import urllib.request
from collections.abc import Callable, Mapping
from functools import partial
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection, IncompleteRead
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from newsletter.errors import SettingsError

Where = tuple[str, int]  # a host's name and a port


class WholeHead(HTTPResponse):
    """An answer whose head came to its end: http.client takes one that was cut for a short one."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fp = self._lines = _Lines(self.fp.detach())

    def begin(self) -> None:
        """Read the head. Raises IncompleteRead, too."""
        super().begin()
        if self._lines.last not in {b"\r\n", b"\n"}:
            raise IncompleteRead(self._lines.last)


class _Lines(io.BufferedReader):
    """What comes over a connection, and the last line that was read of it."""

    last = b""

    def readline(self, size: int | None = -1, /) -> bytes:
        self.last = super().readline(size)
        return self.last


class Proxy(NamedTuple):
    """Where a proxy listens, and what it is told of who asks."""

    where: Where
    headers: Mapping[str, str]


def connector(host: str, timeout_seconds: float, *, trust_environment: bool) -> Callable[[], HTTPConnection]:
    """Return what makes a connection to a base URL's host, not yet connected.

    It is never made again by itself: that could send half a request to nobody. Plain http is for this
    machine, so it knows no proxy. Raises SettingsError for a proxy that is not spoken to in plain http.
    """
    parts = urlsplit(host)
    name = parts.hostname or ""
    if parts.scheme == "http":
        new = partial(HTTPConnection, name, parts.port or 80, timeout=timeout_seconds)
    else:
        # Reading all certificates takes 20 ms and more: once is enough.
        tls = _tls(trust_environment=trust_environment)
        proxy = _proxy(name) if trust_environment else None
        new = partial(_over_tls, (name, parts.port or 443), proxy, context=tls, timeout=timeout_seconds)

    def connection() -> HTTPConnection:
        made = new()
        made.auto_open = 0
        made.response_class = WholeHead
        return made

    return connection


def _over_tls(where: Where, proxy: Proxy | None, **options: Any) -> HTTPConnection:
    if proxy is None:
        return HTTPSConnection(*where, **options)
    connection = HTTPSConnection(*proxy.where, **options)
    connection.set_tunnel(*where, proxy.headers)
    return connection


def _tls(*, trust_environment: bool) -> ssl.SSLContext:
    from newsletter.http import httpx  # it brings the certificates along, for systems that have none

    context: ssl.SSLContext = httpx.create_ssl_context(trust_env=trust_environment)
    context.set_alpn_protocols(["http/1.1"])
    return context


def _proxy(name: str) -> Proxy | None:
    """Return the environment's proxy for an https host, if it names one."""
    proxies = urllib.request.getproxies()
    url = proxies.get("https") or proxies.get("all")
    if not url or urllib.request.proxy_bypass(name):
        return None
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        where = parts.hostname or "", parts.port or 80
        usable = parts.scheme == "http" and parts.hostname
    except ValueError:  # no port, or a bracket that does not end
        usable = None
    if not usable:
        raise SettingsError(
            "The proxy in HTTPS_PROXY or ALL_PROXY cannot be used for SendGrid.",
            hint="Name one that is spoken to over http, such as http://proxy.example.org:3128.",
        )
    headers = {}
    if parts.username is not None:
        known_as = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        headers["Proxy-Authorization"] = f"Basic {base64.b64encode(known_as.encode()).decode()}"
    return Proxy(where, headers)
