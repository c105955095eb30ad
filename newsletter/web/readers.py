"""What readers open: leave a list, a mail in the browser, its pictures."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.convertors import Convertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from newsletter.contacts.links import Purpose, Reference
from newsletter.pictures import MEDIA_TYPES
from newsletter.readership import leaving
from newsletter.readership.as_received import mail_as_received
from newsletter.readership.leaving import LinkStanding, Preferences
from newsletter.web.pages import PRIVATE, SAFE, Pages
from newsletter.web.request_body import MAX_SMALL, RequestBodies
from newsletter.web.site import Site

# Requests that write at once. While the database is locked they wait for it, and all further ones for them:
# threads are left for those who only read, health among them.
WRITERS = 8
WAITING = 108  # requests that write or wait for it: each holds a connection, and readers need some, too

_LIST = re.compile(rb"list=([0-9]{1,18})")  # as a browser writes our own form
_PICTURE = re.compile(r"([0-9a-f]{64})(\.[a-z]{1,5})")
_FOR_EVER = "public, max-age=31536000, immutable"  # another picture has another name
_PICTURE_RULES = {
    **SAFE,
    "Cache-Control": _FOR_EVER,
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "cross-origin",  # a mail program on the web shows it, too
}


class _Mangled(Convertor[str]):
    """All of an address to its end, slashes and line breaks too: the links know where a token ends."""

    regex = r"[\s\S]*"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("mangled", _Mangled())


class Readers:
    """Answer readers, from the database alone."""

    def __init__(self, site: Site, pages: Pages, bodies: RequestBodies) -> None:
        self._site = site
        self._pages = pages
        self._bodies = bodies
        self._writers = asyncio.Semaphore(WRITERS)
        self._waiting = 0  # those who write included
        self._mail_rules = {**PRIVATE, "Content-Security-Policy": _mail_rules(site.site_url)}

    def routes(self) -> list[BaseRoute]:
        """Return the addresses that stand in mails; they stay as they are for years."""
        return [
            Route("/u/{token:mangled}", _by_method(self.ask, self.leave), methods=["GET", "POST"]),
            Route("/p/{token:mangled}", _by_method(self.lists, self.leave_list), methods=["GET", "POST"]),
            Route("/v/{token:mangled}", self.view, methods=["GET"]),
            Route("/pictures/{name}", self.picture, methods=["GET"]),
            Route("/style.css", self.style, methods=["GET"]),
        ]

    def ask(self, request: Request) -> Response:
        """Show the one button; a scanner that opens every link changes nothing by it."""
        return self._page_of(
            leaving.standing(self._site.engine, self._link(request, "unsubscribe")), "leave.html"
        )

    async def leave(self, request: Request) -> Response:
        """Take the reader off the list, for a person's click or a mail program's (RFC 8058).

        The body says nothing that the link does not: it is read, bounded, and left aside. No cookie is asked
        for and the answer is no redirect, since a mail program follows none.
        """
        link = self._link(request, "unsubscribe")
        await self._form(request)
        site = self._site
        async with self._turn():
            standing = await run_in_threadpool(leaving.leave, site.engine, link, now=site.now)
        return self._page_of(standing, "left.html")

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        """Wait for the right to write, with few others at a time. Raises HTTPException 503 if many wait."""
        if self._waiting >= WAITING:
            raise HTTPException(503, headers={"Retry-After": "60"})
        self._waiting += 1
        try:
            async with self._writers:
                yield
        finally:
            self._waiting -= 1

    async def _form(self, request: Request) -> bytes:
        async with self._bodies.of(request, limit=MAX_SMALL, seconds=self._site.patience) as body:
            await body.read()
            return body.whole()

    def _page_of(self, standing: LinkStanding, page_of_test: str) -> Response:
        template = {"subscribed": "leave.html", "left": "left.html", "erased": "erased.html"}
        test = standing.state == "test"
        titles = list(dict.fromkeys(map(self._title, standing.lists)))
        return self._pages.page(page_of_test if test else template[standing.state], lists=titles, test=test)

    def _title(self, title: str) -> str:
        # Never a list's name, which is for editors: a list without a title is the publication itself.
        return title or self._site.imprint.name

    def lists(self, request: Request) -> Response:
        """Show the lists a reader is on, each with its button."""
        return self._lists_page(leaving.choices(self._site.engine, self._link(request, "preferences")))

    async def leave_list(self, request: Request) -> Response:
        """Take the reader off the list that the pressed button names."""
        link = self._link(request, "preferences")
        found = _LIST.fullmatch(await self._form(request))
        if found is None:
            raise HTTPException(400)
        site, list_id = self._site, int(found[1])
        async with self._turn():
            choices = await run_in_threadpool(leaving.leave_list, site.engine, link, list_id, now=site.now)
        return self._lists_page(choices)

    def _lists_page(self, found: Preferences) -> Response:
        if found.state == "erased":
            return self._pages.page("erased.html")
        lists = [(list_id, self._title(title)) for list_id, title in found.lists]
        return self._pages.page("lists.html", lists=lists, test=found.state == "test")

    def view(self, request: Request) -> Response:
        """Show a mail exactly as this reader got it."""
        link = self._link(request, "view")
        site = self._site
        html = mail_as_received(
            site.engine, link, key=site.keys[0], site_url=site.site_url, titles=site.titles
        )
        if html is None:
            raise HTTPException(404)
        return Response(html, media_type="text/html", headers=self._mail_rules)

    def _link(self, request: Request, purpose: Purpose) -> Reference:
        site = self._site
        link = leaving.follow(site.keys, purpose, request.path_params["token"], now=site.now())
        if link is None:
            raise HTTPException(404)
        return link

    def picture(self, request: Request) -> Response:
        """Return a picture as it was mailed."""
        name = _PICTURE.fullmatch(request.path_params["name"])
        if name is None or name[2] not in MEDIA_TYPES:
            raise HTTPException(404)
        found = leaving.picture_as_mailed(self._site.engine, name[1])
        if found is None or found[0] != MEDIA_TYPES[name[2]]:
            raise HTTPException(404)
        return Response(found[1], media_type=found[0], headers=_PICTURE_RULES)

    def style(self, _request: Request) -> Response:
        """Return the pages' style sheet."""
        return Response(
            self._pages.style,
            media_type="text/css",
            headers={**SAFE, "Cache-Control": "public, max-age=3600"},
        )


def _by_method(
    show: Callable[[Request], Response], change: Callable[[Request], Awaitable[Response]]
) -> Callable[[Request], Awaitable[Response]]:
    """Return one endpoint for a page and its button, so that a refusal of other methods names both."""

    async def answer(request: Request) -> Response:
        return await (change(request) if request.method == "POST" else run_in_threadpool(show, request))

    return answer


def _mail_rules(site_url: str) -> str:
    """Return what a mail may do in the browser: style itself, show pictures, open links. It runs nothing."""
    parts = urlsplit(site_url)
    own = f"{parts.scheme}://{parts.netloc}"
    return (
        f"default-src 'none'; style-src 'unsafe-inline'; img-src 'self' https: {own}; "
        "form-action 'none'; base-uri 'none'; frame-ancestors 'none'; "
        "sandbox allow-popups allow-popups-to-escape-sandbox"
    )
