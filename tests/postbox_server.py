"""A server that takes a list of messages and answers for each by itself."""

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

import orjson

TAKEN = ("taken", "lost, taken")


class PostboxServer:
    """Takes every message but those of ``says``: what it says of an address, one request after another.

    It says *taken*, *later*, *refused*, or that it *lost* count of one that it took (*lost, taken*) or not.
    ``before_answering`` is called with the number of a request that was acted on, the first being 1.
    """

    def __init__(
        self,
        says: Mapping[str, list[str]] = {},
        before_answering: Callable[[int], None] = lambda number: None,
    ) -> None:
        self.says = {email: list(words) for email, words in says.items()}
        self.accepted: Counter[str] = Counter()
        self.requests: list[list[dict[str, Any]]] = []
        self.answers: list[list[dict[str, str]]] = []
        self.before_answering = before_answering
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def take(self, messages: list[dict[str, Any]]) -> list[dict[str, str]]:
        with self._lock:
            self.requests.append(messages)
            number = len(self.requests)
            answers = [self._answer(message["to"]) for message in messages]
            self.answers.append(answers)
        self.before_answering(number)
        return answers

    def _answer(self, email: str) -> dict[str, str]:
        status = self.says[email].pop(0) if self.says.get(email) else "taken"
        self.accepted[email] += status in TAKEN
        return {"status": status, "id": f"id of {email}", "why": f"no {email.partition('@')[0]} lives here"}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        own = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers["Authorization"] != "right":
                    self.send_error(401)
                    return
                answer = orjson.dumps(own.take(orjson.loads(body)))
                self.send_response(200)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        return Handler
