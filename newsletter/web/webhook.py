"""Where the provider reports to: raw bytes in, stored reports out, and an answer it acts on.

It posts again for a day until it is answered 2xx, so that answer is given only after the commit.
"""

import asyncio
from collections.abc import Mapping

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from newsletter.delivery.clock import SECOND
from newsletter.errors import StoreError
from newsletter.providers.sendgrid.webhook import (
    MAX_BYTES,
    Forged,
    Stale,
    Unreadable,
    WebhookError,
    read_reports,
)
from newsletter.readership.reports import Taken, take_reports
from newsletter.web.body import read_body
from newsletter.web.site import Site
from newsletter.web.watch import Watch

_Refusal = WebhookError | StoreError | HTTPException

# How a refusal is counted, and answered.
_ANSWERS: tuple[tuple[type[Exception], str, int], ...] = (
    (Forged, "forged", 403),
    (Stale, "stale", 403),
    (Unreadable, "unreadable", 400),
    (StoreError, "not_stored", 503),
)


class Webhook:
    """Take in what SendGrid reports."""

    def __init__(self, site: Site, watch: Watch, writers: asyncio.Semaphore) -> None:
        self._site = site
        self._watch = watch
        self._writers = writers

    def routes(self) -> list[BaseRoute]:
        """Return the one endpoint."""
        return [Route("/webhooks/sendgrid", self.answer, methods=["POST"])]

    async def answer(self, request: Request) -> Response:
        """Answer 204 once stored; 403 when forged or stale; 400, 408 and 413 by its body; 503: post again."""
        try:
            self._insist_keys()
            body = await read_body(request, limit=MAX_BYTES, seconds=self._site.patience)
            async with self._writers:
                taken = await run_in_threadpool(self._take, body, request.headers)
        except (WebhookError, StoreError, HTTPException) as error:
            return self._refused(error)
        self._watch.posted("stored")
        for issue in taken.paused:
            self._watch.say(f"paused {issue}", f"“{issue}” was paused: newsletter status {issue} says why.")
        return Response(status_code=204)

    def _insist_keys(self) -> None:
        if not self._site.webhook_keys:
            raise Forged("No report can be believed: [delivery] webhook_keys is not set.")

    def _take(self, body: bytes, headers: Mapping[str, str]) -> Taken:
        site = self._site
        reports = read_reports(body, headers, site.webhook_keys, now=site.now() / SECOND)
        return take_reports(site.engine, reports, now=site.now, pause=site.pause)

    def _refused(self, error: _Refusal) -> Response:
        if isinstance(error, HTTPException):
            result, status, why, headers = "body", error.status_code, error.detail, error.headers
        else:
            result, status = next((name, code) for kind, name, code in _ANSWERS if isinstance(error, kind))
            why, headers = str(error), None
        self._watch.posted(result)
        self._watch.say(result, f"A post to the webhook was refused ({status}): {why}")
        return Response(status_code=status, headers=headers)
