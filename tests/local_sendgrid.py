"""A local SendGrid to talk to: the real application behind a real socket, and bodies to send it."""

import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import httpx
import orjson
import uvicorn
from pace import FOREVER
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from newsletter.listening import listening
from newsletter.sandbox.file.messages import MessageStore
from newsletter.sandbox.server.app import Options, create_app

KEY = {"Authorization": "Bearer SG.test.key"}
JSON = {"Content-Type": "application/json"}


def letter(*addresses: str, **changes: Any) -> dict[str, Any]:
    """Return a valid body, a personalization an address; ``changes`` replace or add top-level fields."""
    body = {
        "personalizations": [
            {
                "to": [{"email": email, "name": f"Reader {index}"}],
                "headers": {
                    "List-Unsubscribe": f"<https://news.example.org/u/{index}>",
                    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
                },
                "substitutions": {"-nl.name-": f"Reader {index}", "-nl.name.h-": f"Reader &lt;{index}&gt;"},
                "custom_args": {"nl_reader": str(index)},
            }
            for index, email in enumerate(addresses or ["ann@example.org"])
        ],
        "from": {"email": "news@example.org", "name": "Dig In"},
        "subject": "The kilogram is gone",
        "content": [
            {"type": "text/plain", "value": "Hello -nl.name-, here is the news."},
            {"type": "text/html", "value": "<p>Hello -nl.name.h-, here is the news.</p>"},
        ],
        "custom_args": {"nl_issue": "first", "nl_batch": "1"},
    }
    return {**body, **changes}


@dataclass(frozen=True)
class Site:
    """A running local SendGrid."""

    url: str
    store: MessageStore
    client: httpx.Client

    def send(self, body: object, headers: Mapping[str, str] = KEY) -> httpx.Response:
        return self.post(orjson.dumps(body), {**JSON, **headers})

    def post(self, content: bytes | Iterator[bytes], headers: Mapping[str, str]) -> httpx.Response:
        return self.client.post(f"{self.url}/v3/mail/send", content=content, headers=dict(headers))

    def get(self, path: str, headers: Mapping[str, str] = KEY) -> httpx.Response:
        return self.client.get(self.url + path, headers=dict(headers))


class Stage:
    """A server on a free port whose application each test replaces: starting one takes far longer."""

    def __init__(self) -> None:
        self._app: ASGIApp = Response(status_code=503)
        self.url = ""
        self.client = httpx.Client(timeout=FOREVER, verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)

    @contextmanager
    def running(self) -> Iterator[Self]:
        """Answer until the block ends."""
        with listening("127.0.0.1", 0, who="The local SendGrid") as (listener, self.url), self.client:
            config = uvicorn.Config(self, log_config=None, lifespan="off", timeout_graceful_shutdown=5)
            server = uvicorn.Server(config)
            thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
            thread.start()
            try:
                yield self
            finally:
                server.should_exit = True
                thread.join()

    @contextmanager
    def site(self, path: Path, **options: Any) -> Iterator[Site]:
        """Be a local SendGrid over this file until the block ends."""
        with MessageStore(path) as store:
            self._app = create_app(store, Options(**options))
            yield Site(self.url, store, self.client)
