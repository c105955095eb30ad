"""The readers' site as a web application."""

import traceback
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from newsletter.errors import StoreError
from newsletter.web.monitoring import Monitoring
from newsletter.web.pages import Pages
from newsletter.web.readers import Readers
from newsletter.web.request_body import RequestBodies, SmallBodies
from newsletter.web.site import Site
from newsletter.web.webhook import Webhooks


def create_app(site: Site) -> Starlette:
    """Return the application over what is handed in, which stays the caller's to close.

    Raises RenderError when a page's template is missing or cannot be read.
    """
    pages, monitoring = Pages(site.load, site.imprint), Monitoring(site)

    async def answer_error(_request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        answer = pages.message(status)
        answer.headers.update((error.headers if isinstance(error, HTTPException) else None) or {})
        if "Allow" in answer.headers:  # from a set, so in another order each time
            answer.headers["Allow"] = ", ".join(sorted(answer.headers["Allow"].split(", ")))
        return answer

    async def answer_store_error(_request: Request, error: Exception) -> Response:
        monitoring.say("database", str(error))
        answer = pages.message(503)
        answer.headers["Retry-After"] = "60"
        return answer

    async def answer_nobody(_request: Request, _error: Exception) -> Response:
        return Response(status_code=400)

    bodies = RequestBodies()
    posts = frozenset(endpoint.reports.path for endpoint in site.endpoints)
    app = Starlette(
        routes=[
            *Readers(site, pages, bodies).routes(),
            *Webhooks(site, monitoring, bodies).routes(),
            *monitoring.routes(),
        ],
        middleware=[
            Middleware(_Unexpected, pages=pages, monitoring=monitoring),
            Middleware(SmallBodies, but=posts, refusal=pages.message(413)),
        ],
        exception_handlers={
            HTTPException: answer_error,
            StoreError: answer_store_error,
            ClientDisconnect: answer_nobody,
        },
    )
    app.router.redirect_slashes = False  # a redirect would name whatever host the request did
    return app


class _Unexpected:
    """Answer what was not expected to fail, and say where it did.

    Not its words: a server's log would hold them with a reader's address or a link in them.
    """

    def __init__(self, app: ASGIApp, *, pages: Pages, monitoring: Monitoring) -> None:
        self._app = app
        self._pages = pages
        self._monitoring = monitoring

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def sending(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except Exception as error:  # noqa: BLE001  (whatever it is, no traceback goes to the log)
            place = _place(error)
            self._monitoring.say(place, f"A page failed: {type(error).__name__} at {place}.")
            if not begun:
                await self._pages.message(500)(scope, receive, send)


def _place(error: Exception) -> str:
    *_, last = traceback.extract_tb(error.__traceback__)
    return f"{Path(last.filename).name}:{last.lineno}"
