"""Who may read the preview: pages of its own, in a browser on this machine, and nothing else.

A page elsewhere can make a browser ask this server for anything: by a name of its own that it points at
this machine (DNS rebinding), by an image, a script, a frame, a stream or a form. Each is refused before it is
looked at, and what is answered says that no other page may embed or read it.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})
_OURS = frozenset({"same-origin", "none"})  # “none” is a person: an address typed, a bookmark
PAGE_RULES = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# The letter may style itself and show pictures of ours: it runs nothing, sends nothing, fetches nothing else.
# Our page may look into it (allow-same-origin), which without scripts gives the letter itself nothing.
_LETTER_RULES = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src {pictures}; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'self'; sandbox allow-same-origin"
)
_SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # with none at all a browser says of no form which page it is on
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}


def letter_rules(*, pictures: bool) -> Mapping[str, str]:
    """Return the headers of a letter in a frame, with pictures or without."""
    rules = _LETTER_RULES.format(pictures="'self' data:" if pictures else "'none'")
    return {"Content-Security-Policy": rules, "X-Frame-Options": "SAMEORIGIN"}


class Guard:
    """Refuse what is not asked for by a page of ours or a person, and mark every answer as private."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                _mark(MutableHeaders(scope=message))
            await send(message)

        why = refusal(scope["method"], Headers(scope=scope))
        app = PlainTextResponse(f"{why}\n", 403) if why else self._app
        await app(scope, receive, sending)


def _mark(headers: MutableHeaders) -> None:
    for name, value in _SAFE.items():
        headers[name] = value
    headers.setdefault("Content-Security-Policy", PAGE_RULES)
    headers.setdefault("X-Frame-Options", "DENY")
    headers.setdefault("Cache-Control", "no-store")


def refusal(method: str, headers: Headers) -> str:
    """Say why a request is refused, or nothing.

    The host has to be this machine's own name; who asks has to be a page of the same origin, or a person who
    opens one. What changes anything has to say its origin.
    """
    host = headers.get("host", "")
    if _name(host) not in HOSTS:
        return "The preview answers to localhost and 127.0.0.1 alone."
    origin = headers.get("origin")
    if origin is not None and origin != f"http://{host}":
        return "Another site may not read the preview."
    if method not in {"GET", "HEAD"}:
        return "" if origin is not None else "A form has to say which page it is on."
    site, opened = headers.get("sec-fetch-site"), headers.get("sec-fetch-mode") == "navigate"
    followed = opened and headers.get("sec-fetch-dest") == "document"  # a link: nobody else can read where to
    if site is not None and site not in _OURS and not followed:
        return "Another site may not read the preview."
    return ""


def _name(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
