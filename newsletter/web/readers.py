"""What readers open: leave a list, a mail in the browser, its pictures."""

import asyncio
import re
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from newsletter.audience.links import Purpose, Reference
from newsletter.loaders import MEDIA_TYPES
from newsletter.readership import leaving
from newsletter.readership.leaving import Choices, Standing
from newsletter.store.database import read
from newsletter.store.mailings import picture_of
from newsletter.web.body import read_body
from newsletter.web.pages import PRIVATE, SAFE, Pages
from newsletter.web.site import Site

MAX_FORM = 64 * 1024  # bytes; a mail program sends 26 (RFC 8058, section 3.2)

_LIST = re.compile(rb"list=([0-9]{1,18})")  # as a browser writes our own form
_PICTURE = re.compile(r"([0-9a-f]{64})(\.[a-z]{1,5})")
_FOR_EVER = "public, max-age=31536000, immutable"  # another picture has another name
_PICTURE_RULES = {
    **SAFE,
    "Cache-Control": _FOR_EVER,
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "cross-origin",  # a mail program on the web shows it, too
}


class Readers:
    """Answer readers, from the database alone."""

    def __init__(self, site: Site, pages: Pages, writers: asyncio.Semaphore) -> None:
        self._site = site
        self._pages = pages
        self._writers = writers
        self._mail_rules = {**PRIVATE, "Content-Security-Policy": _mail_rules(site.site_url)}

    def routes(self) -> list[BaseRoute]:
        """Return the addresses that stand in mails; they stay as they are for years."""
        return [
            Route("/u/{token}", self.ask, methods=["GET"]),
            Route("/u/{token}", self.leave, methods=["POST"]),
            Route("/p/{token}", self.lists, methods=["GET"]),
            Route("/p/{token}", self.leave_list, methods=["POST"]),
            Route("/v/{token}", self.view, methods=["GET"]),
            Route("/pictures/{name}", self.picture, methods=["GET"]),
            Route("/style.css", self.style, methods=["GET"]),
        ]

    def ask(self, request: Request) -> Response:
        """Show the one button; a scanner that opens every link changes nothing by it."""
        return self._told(
            leaving.standing(self._site.engine, self._link(request, "unsubscribe")), "leave.html"
        )

    async def leave(self, request: Request) -> Response:
        """Take the reader off the list, for a person's click or a mail program's (RFC 8058).

        The body says nothing that the link does not: it is read, bounded, and left aside. No cookie is asked
        for and the answer is no redirect, since a mail program follows none.
        """
        link = self._link(request, "unsubscribe")
        await read_body(request, limit=MAX_FORM, seconds=self._site.patience)
        site = self._site
        async with self._writers:
            standing = await run_in_threadpool(leaving.leave, site.engine, link, now=site.now)
        return self._told(standing, "left.html")

    def _told(self, standing: Standing, page_of_test: str) -> Response:
        template = {"subscribed": "leave.html", "left": "left.html", "erased": "erased.html"}
        test = standing.state == "test"
        titles = list(dict.fromkeys(map(self._title, standing.lists)))
        return self._pages.page(page_of_test if test else template[standing.state], lists=titles, test=test)

    def _title(self, title: str) -> str:
        # Never a list's name, which is for editors: a list without a title is the publication itself.
        return title or self._site.facts.name

    def lists(self, request: Request) -> Response:
        """Show the lists a reader is on, each with its button."""
        return self._chosen(leaving.choices(self._site.engine, self._link(request, "preferences")))

    async def leave_list(self, request: Request) -> Response:
        """Take the reader off the list that the pressed button names."""
        link = self._link(request, "preferences")
        form = await read_body(request, limit=MAX_FORM, seconds=self._site.patience)
        found = _LIST.fullmatch(form)
        if found is None:
            raise HTTPException(400)
        site, list_id = self._site, int(found[1])
        return self._chosen(
            await run_in_threadpool(leaving.leave_list, site.engine, link, list_id, now=site.now)
        )

    def _chosen(self, found: Choices) -> Response:
        if found.state == "erased":
            return self._pages.page("erased.html")
        lists = [(list_id, self._title(title)) for list_id, title in found.lists]
        return self._pages.page("lists.html", lists=lists, test=found.state == "test")

    def view(self, request: Request) -> Response:
        """Show a mail exactly as this reader got it."""
        link = self._link(request, "view")
        site = self._site
        html = leaving.mail_as_received(
            site.engine, link, key=site.keys[0], site_url=site.site_url, titles=site.titles
        )
        if html is None:
            raise HTTPException(404)
        return Response(html, media_type="text/html", headers=self._mail_rules)

    def _link(self, request: Request, purpose: Purpose) -> Reference:
        link = leaving.follow(self._site.keys, purpose, request.path_params["token"])
        if link is None:
            raise HTTPException(404)
        return link

    def picture(self, request: Request) -> Response:
        """Return a picture as it was mailed."""
        name = _PICTURE.fullmatch(request.path_params["name"])
        if name is None or name[2] not in MEDIA_TYPES:
            raise HTTPException(404)
        with read(self._site.engine) as connection:
            found = picture_of(connection, name[1])
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


def _mail_rules(site_url: str) -> str:
    """Return what a mail may do in the browser: style itself, show pictures, open links. It runs nothing."""
    parts = urlsplit(site_url)
    own = f"{parts.scheme}://{parts.netloc}"
    return (
        f"default-src 'none'; style-src 'unsafe-inline'; img-src 'self' https: {own}; "
        "form-action 'none'; base-uri 'none'; frame-ancestors 'none'; "
        "sandbox allow-popups allow-popups-to-escape-sandbox"
    )
