"""The local SendGrid as a web application: the endpoints of its v3 API, and the inbox."""

import inspect
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import cast

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from newsletter.errors import StoreError, UsageError
from newsletter.sandbox.behaviour import schedule
from newsletter.sandbox.behaviour.faults import Fault, FaultPlan, read_faults
from newsletter.sandbox.behaviour.keys import public_key
from newsletter.sandbox.file.messages import MessageStore
from newsletter.sandbox.inbox.pages import Inbox, Picture, no_picture
from newsletter.sandbox.server import email_activity
from newsletter.sandbox.server.account import Account, RateLimit
from newsletter.sandbox.server.mail_send import MAX_BODY, MailSend
from newsletter.sandbox.server.responses import (
    document_of,
    error,
    json_answer,
    refusal,
    unauthorised,
    whole_number,
)
from newsletter.sandbox.server.scheduled_sends import Batches
from newsletter.sandbox.server.suppression_lists import SuppressionLists

__all__ = ["MAX_BODY", "Options", "create_app"]

MAX_MESSAGES = 1_000  # of one answer of /v3/messages

Endpoint = Callable[[Request], Response] | Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Options:
    """How a local SendGrid answers.

    ``api_key`` None takes any well-formed key. ``requests_per_second`` answers 429 beyond it. ``faults`` meet
    the first requests of mail. ``hosts`` are further names the inbox may be asked for by; it shows the time
    as the clocks of ``zone`` do, and gets a picture's media type and bytes from ``picture`` by its name,
    ``<64 hexadecimal digits>.<ext>``. ``clock`` counts seconds since 1970.
    """

    api_key: str | None = None
    requests_per_second: int | None = None
    faults: Sequence[Fault] = ()
    hosts: Sequence[str] = ()
    zone: str = "UTC"
    picture: Picture = no_picture
    clock: Callable[[], float] = time.time


USUAL = Options()


def create_app(
    store: MessageStore, options: Options = USUAL, *, accepted: Callable[[], None] = lambda: None
) -> Starlette:
    """Return the application over a store, which stays the caller's to close.

    ``accepted`` is called after each request of mail that was kept. Its ``state.end`` lets go of clients that
    are never to be answered.
    """
    clock, limit = options.clock, None
    if options.requests_per_second is not None:
        limit = RateLimit(options.requests_per_second, clock)
    faults, account = FaultPlan(options.faults), Account(options.api_key)
    mail_send = MailSend(store, account, limit, clock, faults, accepted)
    inbox = Inbox(store, options.picture, options.hosts, clock, options.zone)
    app = Starlette(
        routes=[
            Route("/v3/mail/send", mail_send.send, methods=["POST"]),
            *Api(store, account, clock).routes(),
            *FaultControl(faults, mail_send.let_go, inbox.is_ours).routes(),
            *inbox.routes(),
        ],
        exception_handlers={HTTPException: _not_served, StoreError: _store_failed},
    )
    app.state.end = mail_send.let_go
    return app


class Api:
    """Answer as SendGrid's v3 API does, for all but mail itself."""

    def __init__(self, store: MessageStore, account: Account, clock: Callable[[], float]) -> None:
        self._store = store
        self._account = account
        self._clock = clock
        self._lists = SuppressionLists(store, clock)
        self._batches = Batches(store, clock)

    def routes(self) -> list[BaseRoute]:
        """Return the endpoints; each asks for the scope that SendGrid asks for."""
        lists, batches = self._lists, self._batches
        scheduled = "/v3/user/scheduled_sends"
        table: list[tuple[str, str, Endpoint, str]] = [
            ("GET", "/v3/messages", self.messages, "email_activity.read"),
            ("GET", "/v3/messages/{msg_id}", self.message, "email_activity.read"),
            ("POST", "/v3/mail/batch", batches.make, "mail.batch.create"),
            ("GET", "/v3/mail/batch/{batch_id}", batches.check, "mail.batch.read"),
            ("POST", scheduled, batches.hold, "user.scheduled_sends.create"),
            ("GET", scheduled, batches.held, "user.scheduled_sends.read"),
            ("GET", f"{scheduled}/{{batch_id}}", batches.held_one, "user.scheduled_sends.read"),
            ("PATCH", f"{scheduled}/{{batch_id}}", batches.change, "user.scheduled_sends.update"),
            ("DELETE", f"{scheduled}/{{batch_id}}", batches.end_hold, "user.scheduled_sends.delete"),
            ("GET", "/v3/suppression/{list}", lists.page, "suppression.read"),
            ("DELETE", "/v3/suppression/{list}", lists.remove, "suppression.delete"),
            ("GET", "/v3/suppression/{list}/{email}", lists.one, "suppression.read"),
            ("DELETE", "/v3/suppression/{list}/{email}", lists.remove_one, "suppression.delete"),
            ("GET", "/v3/asm/suppressions", lists.of_groups, "asm.groups.suppressions.read"),
            ("POST", "/v3/asm/suppressions/global", lists.unsubscribe, "suppression.create"),
            ("GET", "/v3/asm/suppressions/global/{email}", lists.unsubscribed, "suppression.read"),
            ("DELETE", "/v3/asm/suppressions/global/{email}", lists.resubscribe, "suppression.delete"),
            ("GET", "/v3/user/webhooks/event/settings/signed", self.key, "user.webhooks.event.settings.read"),
        ]
        by_path: dict[str, dict[str, tuple[Endpoint, str]]] = {}
        for method, path, endpoint, scope in table:
            by_path.setdefault(path, {})[method] = endpoint, scope
        return [
            Route("/v3/scopes", self.scopes, methods=["GET"]),
            Route("/health", self.health, methods=["GET"]),
            *(Route(path, self._let_in(ways), methods=list(ways)) for path, ways in by_path.items()),
        ]

    def _let_in(self, ways: dict[str, tuple[Endpoint, str]]) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            endpoint, scope = ways["GET" if request.method == "HEAD" else request.method]
            refused = refusal(self._account, request, scope)
            if refused is not None:
                return refused
            if inspect.iscoroutinefunction(endpoint):
                return cast(Response, await endpoint(request))
            return cast(Response, await run_in_threadpool(endpoint, request))

        return answer

    async def scopes(self, request: Request) -> Response:
        """List what the key may do."""
        scopes = self._account.scopes(request.headers.get("authorization"))
        return unauthorised() if scopes is None else json_answer(200, {"scopes": scopes})

    async def health(self, _request: Request) -> Response:
        """Say that the server answers."""
        return json_answer(200, {"status": "ok"})

    def messages(self, request: Request) -> Response:
        """Find messages by a query, newest first."""
        query = request.query_params.get("query", "")
        try:
            limit = whole_number(request, "limit", 10, 1, MAX_MESSAGES)
            terms = email_activity.parse_query(query) if query else []
        except email_activity.BadQuery as fault:
            return error(400, str(fault))
        except ValueError:
            return error(400, "limit must be greater than 0 and less than or equal to 1000", "limit")
        self._release_due()
        return json_answer(200, {"messages": email_activity.find(self._store.file, terms, limit or 10)})

    def message(self, request: Request) -> Response:
        """Return one message with its events."""
        self._release_due()
        found = email_activity.one(self._store.file, request.path_params["msg_id"])
        return json_answer(200, found) if found else error(404, "not found", "message_id")

    def key(self, _request: Request) -> Response:
        """Return the public key that reports are signed with."""
        return json_answer(200, {"public_key": public_key(self._store.path)})

    def _release_due(self) -> None:
        schedule.release_due(self._store.file, int(self._clock() * 1_000_000))


class FaultControl:
    """Let a person who runs a drill plan faults: ``/faults`` is no part of SendGrid's API."""

    def __init__(self, faults: FaultPlan, let_go: Callable[[], None], is_ours: Callable[[str], bool]) -> None:
        self._faults = faults
        self._let_go = let_go
        self._is_ours = is_ours

    def routes(self) -> list[BaseRoute]:
        """Return the one endpoint."""
        return [Route("/faults", self.answer, methods=["GET", "POST", "DELETE"])]

    async def answer(self, request: Request) -> Response:
        """Show what is planned; POST adds to it, DELETE clears it and lets go of clients that wait."""
        if not self._is_ours(request.url.hostname or ""):
            raise HTTPException(421)
        if request.method == "DELETE":
            self._faults.clear()
            self._let_go()
        elif request.method == "POST":
            # A page from elsewhere can post a form here unasked, but never JSON.
            if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
                return error(415, "Content-Type should be application/json.")
            try:
                self._faults.add(read_faults(await document_of(request)))
            except UsageError as fault:
                return error(400, str(fault))
            except ValueError:
                return error(400, "The body is not JSON.")
        return json_answer(200, self._faults.state())


async def _not_served(request: Request, fault: Exception) -> Response:
    status = fault.status_code if isinstance(fault, HTTPException) else 500
    headers = fault.headers if isinstance(fault, HTTPException) else None
    if request.url.path.startswith("/v3/"):
        answer = error(status, {404: "not found", 405: "method not allowed"}.get(status, "bad request"))
    else:
        from newsletter.sandbox.inbox.pages import page_of_error

        answer = page_of_error(status)
    answer.headers.update(headers or {})
    return answer


async def _store_failed(request: Request, fault: Exception) -> Response:
    if request.url.path.startswith("/v3/"):
        return error(500, str(fault))
    return Response(str(fault), 500, media_type="text/plain")
