"""The inbox: what each reader got, page by page. Nothing is loaded from elsewhere.

All of it works without scripts; the one of ours shows new mail as it comes and gives a mail its full height.
"""

import ipaddress
import re
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from email.message import EmailMessage
from functools import cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from newsletter.instants import rfc3339
from newsletter.rendering.html.schemes import in_scheme
from newsletter.sandbox.behaviour import schedule
from newsletter.sandbox.behaviour.reports import reports_of
from newsletter.sandbox.file.message import Processed
from newsletter.sandbox.file.messages import Kept, Listed, MessageStore
from newsletter.sandbox.inbox.eml import as_email, as_eml
from newsletter.sandbox.inbox.html import preview, with_local_pictures
from newsletter.sandbox.inbox.states import state_in_words

if TYPE_CHECKING:
    from jinja2 import Environment

Picture = Callable[[str], tuple[str, bytes] | None]

_PAGE_RULES = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; "
    "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# A mail may style itself and show our own pictures; it runs nothing, sends nothing and fetches nothing else.
# Our page may measure it (allow-same-origin), which without scripts gives the mail itself nothing.
_MAIL_RULES = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src {pictures}; form-action 'none'; "
    "base-uri 'none'; frame-ancestors 'self'; sandbox allow-same-origin"
)
_SAFE = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}

_PICTURE_NAME = re.compile(r"[0-9a-f]{64}\.[a-z0-9]{1,5}")
_PARTS = ("html", "text", "headers", "source")
# How a mail may be looked at: each choice's name in an address, and its values, the usual one first.
_CHOICES = {"width": ("desktop", "phone"), "scheme": ("light", "dark"), "images": ("on", "off")}


def no_picture(_name: str) -> tuple[str, bytes] | None:
    """Know no picture."""
    return None


class Inbox:
    """Show a store's messages to a person."""

    def __init__(
        self,
        store: MessageStore,
        picture: Picture,
        hosts: Sequence[str],
        clock: Callable[[], float] = time.time,
        zone: str = "UTC",
    ) -> None:
        self._zone = zone
        self._store = store
        self._clock = clock
        self._picture = picture
        self._hosts = frozenset(host.lower() for host in hosts)

    def routes(self) -> list[BaseRoute]:
        """Return the pages, each guarded against names that do not mean this machine."""
        pages = {
            "/": self._list,
            "/messages/{number:int}": self._message,
            "/messages/{number:int}/{part}": self._message,
            "/messages/{number:int}.eml": self._eml,
            "/mail/{number:int}": self._mail,
            "/pictures/{name}": self._show_picture,
            "/newest": self._newest,
            "/style.css": _own_file("style.css", "text/css"),
            "/inbox.js": _own_file("inbox.js", "text/javascript"),
        }
        return [Route(path, self._guarded(page), methods=["GET"]) for path, page in pages.items()]

    def _guarded(self, page: Callable[[Request], Response]) -> Callable[[Request], Any]:
        async def answer(request: Request) -> Response:
            if not self.is_ours(request.url.hostname or ""):
                raise HTTPException(421)
            return await run_in_threadpool(page, request)

        return answer

    def is_ours(self, name: str) -> bool:
        """Say whether a host name means this machine."""
        # A foreign page can point a name of its own at this machine (DNS rebinding) and would read the inbox.
        name = name.strip("[]").lower()
        if name == "localhost" or name.endswith(".localhost") or name in self._hosts:
            return True
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return True

    def _list(self, request: Request) -> Response:
        search = request.query_params.get("q", "").strip()[:254]
        number = request.query_params.get("page", "1")
        self._release_due()
        page = self._store.messages(search, int(number) if number.isdecimal() and len(number) < 10 else 1)
        return self._page(
            "list.html",
            search=search,
            page=page,
            counts=self._store.counts(),
            previews={
                message.id: preview(message.html, message.text)
                for message in self._store.numbered([line.id for line in page.messages])
            },
        )

    def _newest(self, _request: Request) -> Response:
        """Return the newest message's number and state, by which a page knows that it is stale."""
        self._release_due()
        newest = self._store.newest()
        said = f"{newest.id} {_state(newest)}" if newest else "0"
        return Response(said, media_type="text/plain", headers={**_SAFE, "Cache-Control": "no-store"})

    def _message(self, request: Request) -> Response:
        self._release_due()
        kept = self._found(request)
        message = kept.message
        part = request.path_params.get("part", "html" if message.html else "text")
        if part not in _PARTS:
            raise HTTPException(404)
        mail = as_email(message)
        return self._page(
            "message.html",
            message=message,
            kept=kept,
            chosen=_chosen(request),
            choices=_CHOICES,
            state=state_in_words(message.email, kept.disposition, kept.held),
            events=_events(kept.processed),
            part=part,
            parts=_PARTS,
            headers=_header_lines(mail) if part == "headers" else (),
            source=as_eml(message).decode("utf-8", "replace") if part == "source" else "",
        )

    def _mail(self, request: Request) -> Response:
        """Return the mail's own HTML, for the frame, as the chosen client shows it."""
        chosen = _chosen(request)
        html = with_local_pictures(self._found(request).message.html)
        rules = _MAIL_RULES.format(pictures="'self' data:" if chosen["images"] == "on" else "'none'")
        return Response(
            in_scheme(html, dark=chosen["scheme"] == "dark"),
            media_type="text/html",
            headers={**_SAFE, "Content-Security-Policy": rules},
        )

    def _eml(self, request: Request) -> Response:
        message = self._found(request).message
        name = f"{message.message_id}-{message.id}.eml"
        return Response(
            as_eml(message),
            media_type="message/rfc822",
            headers={**_SAFE, "Content-Disposition": f'attachment; filename="{name}"'},
        )

    def _show_picture(self, request: Request) -> Response:
        name = request.path_params["name"]
        found = self._picture(name) if _PICTURE_NAME.fullmatch(name) else None
        if found is None:
            raise HTTPException(404)
        media_type, content = found
        rules = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox"}
        return Response(content, media_type=media_type, headers={**_SAFE, **rules})

    def _page(self, template: str, **values: Any) -> Response:
        return _page(template, zone=self._zone, **values)

    def _found(self, request: Request) -> Kept:
        number = request.path_params["number"]
        kept = self._store.kept(number) if number < 2**63 else None
        if kept is None:
            raise HTTPException(404)
        return kept

    def _release_due(self) -> None:
        schedule.release_due(self._store.file, int(self._clock() * 1_000_000))


def _chosen(request: Request) -> dict[str, str]:
    """Return how a mail is to be looked at; what is not known counts as the usual way."""
    asked = request.query_params
    return {
        name: asked[name] if asked.get(name) in values else values[0] for name, values in _CHOICES.items()
    }


def page_of_error(status: int) -> Response:
    """Return the page that says why there is nothing to see."""
    said = {
        404: "There is no such page or message.",
        405: "This page can only be read.",
        421: "The inbox answers only to localhost, an IP address or the host it was started with.",
    }
    return _page("error.html", status, said=said.get(status, "That did not work."))


def _state(line: Listed) -> str:
    return state_in_words(line.email, line.disposition, line.held)


def _events(processed: Processed | None) -> list[tuple[str, int, str]]:
    """Return what is reported of a message: each event, its time in microseconds, and the words with it."""
    return [
        (_event_name(event), event["timestamp"] * 1_000_000, event.get("reason") or event.get("response", ""))
        for event in (reports_of(processed) if processed else ())
    ]


def _event_name(event: dict[str, Any]) -> str:
    if event["event"] == "bounce":
        late = "" if "sg_message_id" in event else ", reported late"
        return ("blocked" if event["type"] == "blocked" else "bounce") + late
    return {"spamreport": "reported as spam"}.get(event["event"], str(event["event"]))


def _header_lines(mail: EmailMessage) -> list[tuple[str, str]]:
    return [(name, str(value)) for name, value in mail.items()]


def _own_file(name: str, media_type: str) -> Callable[[Request], Response]:
    def answer(_request: Request) -> Response:
        source, *_ = _environment().loader.get_source(_environment(), name)  # type: ignore[union-attr]
        return Response(source, media_type=media_type, headers={**_SAFE, "Cache-Control": "no-cache"})

    return answer


def _page(template: str, status: int = 200, **values: object) -> Response:
    text = _environment().get_template(template).render(values)
    headers = {**_SAFE, "Content-Security-Policy": _PAGE_RULES, "Cache-Control": "no-store"}
    return Response(text, status, media_type="text/html", headers=headers)


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("newsletter.sandbox", "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["moment"] = _moment
    environment.filters["instant"] = rfc3339
    environment.filters["state"] = _state
    environment.filters["number"] = lambda value: f"{value:,}"
    return environment


def _moment(microseconds: int, zone: str) -> str:
    """Return an instant as the publication's clocks show it: 2026-01-12 07:00:00."""
    return datetime.fromtimestamp(microseconds // 1_000_000, ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M:%S")
