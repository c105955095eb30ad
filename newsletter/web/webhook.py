"""Where a provider reports to: raw bytes in, stored reports out, and an answer it acts on.

It posts again for a day until it is answered 2xx, so that answer is given only after the commit.
"""

import asyncio
from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from newsletter.delivery.clock import SECOND
from newsletter.delivery.webhook import Endpoint, Forged, Stale, Unreadable, Webhook, WebhookError
from newsletter.errors import StoreError
from newsletter.readership.reports import Taken, take_reports
from newsletter.sentences import command
from newsletter.web.monitoring import Monitoring
from newsletter.web.request_body import RequestBodies
from newsletter.web.site import Site

_Refusal = WebhookError | StoreError | HTTPException

# How a refusal is counted, and answered.
_ANSWERS: tuple[tuple[type[Exception], str, int], ...] = (
    (Forged, "forged", 403),
    (Stale, "stale", 403),
    (Unreadable, "unreadable", 400),
    (StoreError, "not_stored", 503),
)

# Posts that are taken in at once: the database takes one at a time, and readers who leave come in between.
TAKERS = 2


class Webhooks:
    """Take in what providers report."""

    def __init__(self, site: Site, monitoring: Monitoring, bodies: RequestBodies) -> None:
        self._site = site
        self._monitoring = monitoring
        self._bodies = bodies
        self._takers = asyncio.Semaphore(TAKERS)

    def routes(self) -> list[BaseRoute]:
        """Return an endpoint for each provider that reports."""
        return [
            Route(endpoint.reports.path, partial(self.answer, endpoint), methods=["POST"])
            for endpoint in self._site.endpoints
        ]

    async def answer(self, endpoint: Endpoint, request: Request) -> Response:
        """Answer 204 once stored; 403 when forged or stale; 400, 408 and 413 by its body; 503: post again."""
        try:
            taken = await self._take(endpoint, request)
        except (WebhookError, StoreError, HTTPException) as error:
            return self._refused(error)
        self._monitoring.posted("stored")
        for issue in taken.paused:
            self._monitoring.say(
                f"paused {issue}", f"“{issue}” was paused. See why: {command('status', issue)}"
            )
        return Response(status_code=204)

    async def _take(self, endpoint: Endpoint, request: Request) -> Taken:
        site, webhook = self._site, endpoint.webhook
        if webhook is None:
            raise Forged(f"No report can be believed: {endpoint.reports.setting} is not set.")
        verifier = webhook.verifier(request.headers, now=site.now() / SECOND)
        async with self._bodies.of(request, limit=webhook.max_bytes, seconds=site.patience) as body:
            await body.read(verifier.update)
            verifier.insist()
            async with self._takers:
                return await run_in_threadpool(self._store, webhook, body.whole())

    def _store(self, webhook: Webhook, body: bytes) -> Taken:
        site = self._site
        events = webhook.events(body, now=site.now() / SECOND)
        return take_reports(site.engine, events, now=site.now, pause=site.pause, rest=site.rest)

    def _refused(self, error: _Refusal) -> Response:
        if isinstance(error, HTTPException):
            result, status, why, headers = "body", error.status_code, error.detail, error.headers
        else:
            result, status = next((name, code) for kind, name, code in _ANSWERS if isinstance(error, kind))
            why, headers = str(error), None
        self._monitoring.posted(result)
        self._monitoring.say(result, f"A post to the webhook was refused ({status}): {why}")
        return Response(status_code=status, headers=headers)
