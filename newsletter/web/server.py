"""Run the readers' site until Ctrl-C, SIGTERM or SIGHUP."""

import socket
from collections.abc import Callable
from typing import TYPE_CHECKING

import uvicorn

from newsletter.delivery.reports import PauseAt
from newsletter.listening import listening, quiet_config, run_until_stopped
from newsletter.web.app import create_app
from newsletter.web.connection_limits import ConnectionLimits, connections_at_most, limited
from newsletter.web.site import Imprint, Say, Site

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from newsletter.wiring import Wiring

FINISH_SECONDS = 10  # for what was asked before it was to end
BACKLOG = 128


def run_site(
    wiring: "Wiring", host: str, port: int, say: Say, *, ready: Callable[[], None] = lambda: None
) -> None:
    """Run the readers' site until Ctrl-C, SIGTERM or SIGHUP. Port 0 picks a free one.

    ``say`` is told where it answers, and ``ready`` is called once it does.

    Raises SettingsError when the host or port cannot be had, or a key is missing or damaged; StoreError when
    the database cannot be used; RenderError when a page's template cannot be.
    """
    with listening(host, port, who="The readers’ site") as (listener, url):
        site = site_of(wiring, say)

        def answers() -> None:
            _welcome(site, url)
            ready()

        server = _Server(create_app(site), answers, ConnectionLimits(connections=connections_at_most()))
        run_until_stopped(server, listener)


def site_of(wiring: "Wiring", say: Say) -> Site:
    """Return what the site is made of, from the settings. Raises SettingsError, StoreError."""
    own, delivery = wiring.settings.publication, wiring.settings.delivery
    return Site(
        engine=wiring.engine,
        keys=wiring.link_keys,
        imprint=Imprint(own.name, own.language, own.postal_address),
        site_url=wiring.settings.site_url,
        now=wiring.clock.now,
        load=wiring.templates,
        endpoints=wiring.endpoints(),
        pause=PauseAt(delivery.pause_at_bounces, delivery.pause_at_complaints, delivery.pause_after),
        say=say,
        titles=own.titles,
    )


def _welcome(site: Site, url: str) -> None:
    site.say(f"Readers’ site: {url}  (Ctrl-C ends it)")
    if site.site_url != url:
        site.say(f"Links in mails begin with {site.site_url}, so that address has to lead here.")
    for endpoint in site.endpoints:
        if endpoint.webhook is None:
            setting = endpoint.reports.setting
            site.say(f"{setting} is not set, so what the provider reports is refused.")


class _Server(uvicorn.Server):
    """Say when the server listens."""

    def __init__(self, app: "Starlette", ready: Callable[[], None], limits: ConnectionLimits) -> None:
        config = quiet_config(
            app,
            finish_seconds=FINISH_SECONDS,
            http=limited(limits),
            backlog=min(BACKLOG, limits.connections),  # so many are let in at a time, before any is ended
            proxy_headers=False,
            lifespan="off",
            ws="none",
        )
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()
