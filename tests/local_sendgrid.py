"""A local SendGrid to talk to: the real application behind a real socket, and bodies to send it."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import orjson
import uvicorn

from newsletter.sandbox.app import create_app
from newsletter.sandbox.server import listening
from newsletter.sandbox.store import MessageStore

KEY = {"Authorization": "Bearer SG.test.key"}
JSON = {"Content-Type": "application/json"}


def letter(*addresses: str, **changes: Any) -> dict[str, Any]:
    """Return a valid body with one personalization an address; ``changes`` replace or add top-level fields."""
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

    def send(self, body: object, headers: Mapping[str, str] = KEY) -> httpx.Response:
        return self.post(orjson.dumps(body), {**JSON, **headers})

    def post(self, content: bytes | Iterator[bytes], headers: Mapping[str, str]) -> httpx.Response:
        return httpx.post(f"{self.url}/v3/mail/send", content=content, headers=dict(headers), timeout=20)

    def get(self, path: str, headers: Mapping[str, str] = KEY) -> httpx.Response:
        return httpx.get(self.url + path, headers=dict(headers))


@contextmanager
def running(path: Path, **options: Any) -> Iterator[Site]:
    """Run the application on a free port until the block ends."""
    with listening("127.0.0.1", 0) as (listener, url), MessageStore(path) as store:
        config = uvicorn.Config(create_app(store, **options), log_config=None, lifespan="off")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield Site(url, store)
        finally:
            server.should_exit = True
            thread.join()
