"""A publication whose preview answers on a free port, as the command runs it."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from conftest import Publication
from pace import FOREVER
from starlette.types import ASGIApp

from newsletter.config import load_settings
from newsletter.listening import listening
from newsletter.preview.live import Source
from newsletter.preview.server import HOST, PreviewServer
from newsletter.preview.workspace import Workspace
from newsletter.wiring import Wiring


@dataclass
class Previewing:
    """A preview that runs: its publication, what it holds, where it answers, and its first page."""

    publication: Publication
    workspace: Workspace
    url: str
    client: httpx.Client
    key: str

    @property
    def page(self) -> str:
        """Return the address of the page that it was started for."""
        return f"{self.url}/{self.key}"

    def state(self, key: str = "", **more: str) -> dict[str, object]:
        """Return what a page has to say."""
        answer = self.client.get("/state", params={"of": key or self.key, **more})
        assert answer.status_code == 200, answer.text
        found = answer.json()
        assert isinstance(found, dict)
        return found

    def letter(self, **more: str) -> str:
        """Return the letter as a frame gets it."""
        answer = self.client.get("/letter", params={"of": self.key, **more})
        assert answer.status_code == 200, answer.text
        return answer.text


def workspace_of(publication: Publication) -> Workspace:
    def opened() -> Wiring:
        return Wiring(load_settings(publication.root / "newsletter.toml"))

    return Workspace(opened(), opened)


class Asked:
    """Asks an application of this process, as a browser does that says nothing of who asks."""

    def __init__(self, app: ASGIApp) -> None:
        self._transport = httpx.ASGITransport(app)

    def get(self, path: str, **options: Any) -> httpx.Response:
        return asyncio.run(self._ask("GET", path, **options))

    def post(self, path: str, **options: Any) -> httpx.Response:
        return asyncio.run(self._ask("POST", path, **options))

    async def _ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        async with httpx.AsyncClient(transport=self._transport, base_url="http://127.0.0.1:8010") as client:
            return await client.request(method, path, **options)


@contextmanager
def previewing(publication: Publication, source: Source | None = "first") -> Iterator[Previewing]:
    """Run the preview of a publication until the block ends."""
    workspace, ready = workspace_of(publication), threading.Event()
    key = "" if source is None else workspace.add(source)
    with listening(HOST, 0, who="The test’s preview") as (listener, url):
        server = PreviewServer(workspace, key, ready.set)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            assert ready.wait(FOREVER)
            with httpx.Client(base_url=url, timeout=FOREVER) as client:
                yield Previewing(publication, workspace, url, client, key)
        finally:
            server.should_exit = True
            thread.join()
            workspace.close()
