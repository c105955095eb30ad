"""The preview as a web application, for a browser on this machine."""

import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any
from urllib.parse import parse_qs, quote

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from newsletter.errors import NewsletterError
from newsletter.preview.guard import Guard, letter_rules
from newsletter.preview.live import LivePage, Text
from newsletter.preview.looks import SCHEMES, LetterLook, filled, letter_html
from newsletter.preview.pages import asset, page, page_of_error
from newsletter.preview.state import state_of
from newsletter.preview.workspace import ISSUES, TEXTS, Workspace
from newsletter.publish.overview import overview
from newsletter.publish.previewed import MISSING
from newsletter.publish.rendered import SAMPLES
from newsletter.rendering.html.inversion import RULE, RULE_SINCE

MOST_PASTED = 4_000_000  # bytes of a form: a megabyte of text, each letter of which may take three
# In place of a picture that cannot be used.
_NO_PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="2000" height="1000">'
    '<rect width="2000" height="1000" fill="#8888" stroke="#888" stroke-width="8" stroke-dasharray="40"/>'
    "</svg>"
)

Lifespan = Callable[[Starlette], AbstractAsyncContextManager[None]]


def create_app(workspace: Workspace, lifespan: Lifespan | None = None) -> Starlette:
    """Return the application over a workspace, which stays the caller's to close."""

    async def answer_error(_request: Request, error: Exception) -> Response:
        return page_of_error(error.status_code if isinstance(error, HTTPException) else 500)

    async def answer_refusal(_request: Request, error: Exception) -> Response:
        return page_of_error(400, str(error))

    return Starlette(
        routes=Views(workspace).routes(),
        middleware=[Middleware(Guard)],
        exception_handlers={HTTPException: answer_error, NewsletterError: answer_refusal},
        lifespan=lifespan,
    )


class Views:
    """Everything that the preview answers. Each page is named by its key: ``issues/ID`` or ``texts/KEY``."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def routes(self) -> list[BaseRoute]:
        """Return the addresses."""
        read: Mapping[str, Callable[[Request], Response]] = {
            "/": self._index,
            "/paste": self._paste,
            "/issues/{name:path}": self._issue,
            "/texts/{name}": self._issue,
            "/state": self._state,
            "/letter": self._letter,
            "/part/{part}": self._part,
            "/pictures/{name}": self._picture,
            "/assets/{name}": lambda request: asset(request.path_params["name"]),
        }
        return [
            *(Route(path, _threaded(view), methods=["GET"]) for path, view in read.items()),
            Route("/events", self._events, methods=["GET"]),
            Route("/paste", self._take_text, methods=["POST"]),
            Route("/save", self._save, methods=["POST"]),
        ]

    # ── pages ───────────────────────────────────────────────────────────────────────────────────────────

    def _index(self, _request: Request) -> Response:
        found = overview(self._workspace.wiring)
        return self._page("index.html", overview=found)

    def _paste(self, _request: Request) -> Response:
        return self._page("paste.html")

    def _issue(self, request: Request) -> Response:
        key = request.scope["path"].removeprefix("/")  # decoded once; of url.path a part still is not
        shown = self._found(key)
        is_text = key.startswith(TEXTS)
        return self._page(
            "issue.html",
            key=key,
            name=shown.source.name if isinstance(shown.source, Text) else key.removeprefix(ISSUES),
            is_text=is_text,
            samples=tuple(SAMPLES),
            rule=RULE,
            rule_since=RULE_SINCE,
        )

    def _page(self, template: str, **values: Any) -> Response:
        workspace = self._workspace
        name = workspace.wiring.settings.publication.name
        return page(template, publication=name, run=workspace.run, token=workspace.token, **values)

    # ── what pages ask for ──────────────────────────────────────────────────────────────────────────────

    def _state(self, request: Request) -> Response:
        found = self._found(request.query_params.get("of", ""))
        return JSONResponse(dict(state_of(self._workspace, found, _reader(request))))

    def _letter(self, request: Request) -> Response:
        asked = request.query_params
        shown = self._workspace.shown(self._found(asked.get("of", "")))
        scheme = next((scheme for scheme in SCHEMES if scheme == asked.get("scheme")), SCHEMES[0])
        html = ""
        if shown.letter:
            html = letter_html(self._workspace.wiring, shown.letter, LetterLook(_reader(request), scheme))
        rules = letter_rules(pictures=asked.get("pictures") != "off")
        return Response(html, media_type="text/html", headers=dict(rules))

    def _part(self, request: Request) -> Response:
        shown = self._workspace.shown(self._found(request.query_params.get("of", "")))
        part = request.path_params["part"]
        if part == "brief" and shown.file:
            return _plain(shown.file.data.decode("utf-8", "replace"))
        if shown.letter is None or part not in {"html", "mjml"}:
            raise HTTPException(404)
        if part == "mjml":
            return _plain(shown.letter.mjml)
        return _plain(filled(self._workspace.wiring, shown.letter.message, _reader(request)).html)

    def _picture(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name == MISSING:
            return _image(_NO_PICTURE.encode(), "image/svg+xml")
        picture = self._workspace.picture(name)
        if picture is None:
            raise HTTPException(404)
        return _image(picture.content, picture.media_type)

    async def _events(self, _request: Request) -> Response:
        stream: AsyncIterator[str] = self._workspace.changes.stream(self._workspace.run)
        return StreamingResponse(stream, media_type="text/event-stream")

    # ── what changes something ──────────────────────────────────────────────────────────────────────────

    async def _take_text(self, request: Request) -> Response:
        form = await self._form(request)
        data = form.get("text", "").replace("\r\n", "\n").encode()
        key = await run_in_threadpool(self._workspace.add, Text("a pasted text", data))
        return RedirectResponse(f"/{key}", 303)

    async def _save(self, request: Request) -> Response:
        form = await self._form(request)
        found = self._found(form.get("of", ""))
        if not isinstance(found.source, Text):
            raise HTTPException(404)
        key = await run_in_threadpool(self._workspace.save, found.source)
        return RedirectResponse(f"/{quote(key)}", 303)

    async def _form(self, request: Request) -> Mapping[str, str]:
        """Return a form's fields. Raises HTTPException 403 without this run's token, 413 for too much."""
        pieces, size = [], 0
        async for piece in request.stream():
            pieces.append(piece)
            size += len(piece)
            if size > MOST_PASTED:
                raise HTTPException(413)
        try:
            fields = parse_qs(b"".join(pieces).decode("ascii"), keep_blank_values=True, max_num_fields=10)
        except ValueError as error:
            raise HTTPException(400) from error
        form = {name: values[0] for name, values in fields.items()}
        if not secrets.compare_digest(form.get("token", "").encode(), self._workspace.token.encode()):
            raise HTTPException(403)
        return form

    def _found(self, key: str) -> LivePage:
        found = self._workspace.page(key)
        if found is None:
            raise HTTPException(404)
        return found


def _threaded(view: Callable[[Request], Response]) -> Callable[[Request], Any]:
    async def answer(request: Request) -> Response:
        return await run_in_threadpool(view, request)

    return answer


def _reader(request: Request) -> str | None:
    return request.query_params.get("reader", "").strip()[:254] or None


def _plain(text: str) -> Response:
    return Response(text, media_type="text/plain")


def _image(content: bytes, media_type: str) -> Response:
    rules = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox"}
    return Response(
        content, media_type=media_type, headers={**rules, "Cache-Control": "private, max-age=600"}
    )
