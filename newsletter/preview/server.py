"""Run the preview until Ctrl-C, SIGTERM or SIGHUP."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import uvicorn

from newsletter.errors import SettingsError
from newsletter.listening import listening, quiet_config, run_until_stopped
from newsletter.preview.app import create_app
from newsletter.preview.live import Text
from newsletter.preview.watching import Watcher
from newsletter.preview.workspace import Workspace

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from starlette.applications import Starlette

HOST = "127.0.0.1"
PORT = 8010
_NEXT = 20  # ports that are tried when nobody named one
FINISH_SECONDS = 3

Say = Callable[[str], None]


def run_preview(
    workspace: Workspace, source: str | Text | None, port: int | None, *, say: Say, ready: Say
) -> None:
    """Run the preview of a publication until it is told to end.

    ``source`` is what its first page shows, None all issues. Without a ``port`` the first free one from 8010
    on is taken. ``say`` is told where it answers, ``ready`` gets that address once it does.

    Raises NewsletterError when there is no such issue, SettingsError when the port cannot be had.
    """
    key = "" if source is None else workspace.add(source)
    with _listening(port) as (listener, url):
        address = f"{url}/{quote(key)}"

        def answers() -> None:
            say(f"Preview: {address}  (Ctrl-C ends it)")
            ready(address)

        run_until_stopped(PreviewServer(workspace, key, answers), listener)


def source_of(name: str) -> str | Text:
    """Return what a name means: a text to be made a brief of if it is a file that ends with .txt."""
    path = Path(name)
    is_text = path.suffix.lower() == ".txt" and path.is_file()
    return Text(name, file=path.resolve()) if is_text else name


@contextmanager
def _listening(port: int | None) -> Iterator[tuple[socket.socket, str]]:
    if port is None:
        port = next(filter(_is_free, range(PORT, PORT + _NEXT)), PORT)
    with listening(HOST, port, who="The preview") as found:
        yield found


def _is_free(port: int) -> bool:
    try:
        with listening(HOST, port, who="The preview"):
            return True
    except SettingsError:
        return False


class PreviewServer(uvicorn.Server):
    """Say when the server listens, and end the streams of open pages before it waits for answers."""

    def __init__(self, workspace: Workspace, key: str, ready: Callable[[], None]) -> None:
        app = create_app(workspace, _living(workspace, key))
        config = quiet_config(
            app, finish_seconds=FINISH_SECONDS, proxy_headers=False, lifespan="on", ws="none"
        )
        super().__init__(config)
        self._workspace = workspace
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._workspace.changes.end()
        await super().shutdown(sockets)


def _living(workspace: Workspace, key: str) -> "Callable[[Starlette], AbstractAsyncContextManager[None]]":
    """Return what lives as long as the application: the watcher, and what the first page will need."""

    @asynccontextmanager
    async def lifespan(_app: "Starlette") -> AsyncIterator[None]:
        loop = asyncio.get_running_loop()
        watcher = Watcher(
            workspace.wiring.settings.root,
            workspace.files,
            lambda paths: _from_thread(loop, workspace, paths),
        )
        watcher.start()
        warm = loop.run_in_executor(None, workspace.warm, key)
        try:
            yield
        finally:
            await warm
            await asyncio.to_thread(watcher.stop)

    return lifespan


def _from_thread(loop: asyncio.AbstractEventLoop, workspace: Workspace, paths: frozenset[Path]) -> None:
    loop.call_soon_threadsafe(workspace.saved, paths)
