"""Monitoring of the site: whether it answers, figures for Prometheus, and sentences for its operator."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from newsletter.delivery.clock import SECOND
from newsletter.delivery.states import MailingState
from newsletter.errors import StoreError
from newsletter.upkeep import check_database, figures
from newsletter.web.site import Site

if TYPE_CHECKING:
    from prometheus_client import Metric

LATEST = (
    20  # mailings whose issues have labels of their own; more labels would cost a monitor memory for ever
)
QUIET_SECONDS = 60  # a stranger who asks again and again fills no log


class Monitoring:
    """Count what the site does, and publish it; readers are numbers here, never addresses."""

    def __init__(self, site: Site) -> None:
        from prometheus_client import CollectorRegistry, Counter

        self._site = site
        self._said: dict[str, int] = {}
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(_Ledger(site))
        self._posts = Counter(
            "newsletter_webhook_posts",
            "Posts to the webhook since the site was started, by what became of them.",
            ["result"],
            registry=self._registry,
        )

    def routes(self) -> list[BaseRoute]:
        """Return the endpoints for monitors."""
        return [
            Route("/health", self.health, methods=["GET"]),
            Route("/metrics", self.metrics, methods=["GET"]),
        ]

    def posted(self, result: str) -> None:
        """Count a post to the webhook."""
        self._posts.labels(result).inc()

    def say(self, subject: str, sentence: str) -> None:
        """Tell the operator, about one subject once a minute at most, and the first line alone.

        What follows in a database's own words may hold a row, and that an address.
        """
        now = self._site.now()
        if now - self._said.get(subject, -QUIET_SECONDS * SECOND) >= QUIET_SECONDS * SECOND:
            self._said[subject] = now
            self._site.say(sentence.partition("\n")[0])

    def health(self, _request: Request) -> Response:
        """Answer 200 when the database answers, else 503."""
        try:
            check_database(self._site.engine)
        except StoreError as error:
            self.say("health", str(error))
            return JSONResponse({"status": "the database does not answer"}, 503, headers=_NEVER_KEPT)
        return JSONResponse({"status": "ok"}, headers=_NEVER_KEPT)

    def metrics(self, _request: Request) -> Response:
        """Return the figures in Prometheus' text format."""
        from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

        headers = {**_NEVER_KEPT, "Content-Type": CONTENT_TYPE_LATEST}
        return Response(generate_latest(self._registry), headers=headers)


_NEVER_KEPT = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


class _Ledger:
    """Read the ledger whenever a monitor asks."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def collect(self) -> Iterable["Metric"]:
        """Yield the gauges."""
        found = figures(self._site.engine, latest=LATEST)
        states = {state.value: found.mailings.get(state, 0) for state in MailingState}
        yield _gauge("newsletter_mailings", "Mailings by state.", ["state"], _single(states))
        yield _gauge(
            "newsletter_readers",
            f"Readers by issue and state, of the latest {LATEST} mailings; pending: at most so many.",
            ["issue", "state"],
            found.readers.items(),
        )
        yield _gauge(
            "newsletter_reported_readers",
            "Readers with at least one report of a kind, a mailing each.",
            ["kind"],
            _single(found.reported),
        )
        yield _gauge(
            "newsletter_alarm_readers",
            "Readers with an alarm: something that should never happen, and did.",
            ["issue", "kind"],
            found.alarms.items(),
        )
        yield _gauge(
            "newsletter_suppressions",
            "Addresses never mailed, by reason.",
            ["reason"],
            _single(found.suppressions),
        )


_Rows = Iterable[tuple[tuple[str, ...], int]]


def _single(counts: Mapping[str, int]) -> _Rows:
    return (((name,), n) for name, n in counts.items())


def _gauge(name: str, said: str, labels: list[str], rows: _Rows) -> "Metric":
    from prometheus_client.core import GaugeMetricFamily

    gauge = GaugeMetricFamily(name, said, labels=labels)
    for values, n in rows:
        gauge.add_metric(values, n)
    return gauge
