"""A server of pages that are there, gone, moved, slow or rude, and what it was asked."""

import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PLAIN = {"/here": 200, "/gone": 404, "/down": 503, "/people-only": 403}
SENDS_ON = {
    "/moved": (301, "/here"),
    "/for-now": (302, "/here"),
    "/both": (301, "/for-now"),
    "/round": (302, "/round"),
    "/inside": (302, "http://inside.example.net/secret"),
    "/no-address": (302, "http://[::nowhere/"),
    "/odd-name": (302, "http://pages\x01.example.net/"),
    "/colours": (301, "/here?\x1b[31m\xc3\xbc"),
    "/file": (302, "file:///etc/passwd"),
}


class Pages(ThreadingHTTPServer):
    """The server; ``asked`` has each request's method, path, Host and User-Agent."""

    daemon_threads = True

    def __init__(self, secured: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        if secured:
            self.socket = secured.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        self.asked: list[tuple[str, str, str, str]] = []
        self.over = threading.Event()
        self.now = self.most = 0
        self.lock = threading.Lock()

    @property
    def port(self) -> int:
        """Return the port it listens on."""
        return int(self.server_address[1])

    def methods(self, path: str) -> list[str]:
        """Return the methods by which a path was asked for, in order."""
        return [method for method, asked, _, _ in self.asked if asked == path]


class _Handler(BaseHTTPRequestHandler):
    server: Pages

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        server, agent = self.server, self.headers["User-Agent"]
        with server.lock:
            server.asked.append((self.command, self.path, self.headers["Host"], agent))
            server.now += 1
            server.most = max(server.most, server.now)
        try:
            with suppress(OSError):  # who asked may have gone
                self._say()
        finally:
            with server.lock:
                server.now -= 1

    def _say(self) -> None:
        if self.path == "/silent":
            self.server.over.wait(20)
        elif self.path == "/drip":
            while not self.server.over.wait(0.02):
                self.wfile.write(b"X")
                self.wfile.flush()
        elif self.path == "/get-only" and self.command == "HEAD":
            self._end(405)
        elif self.path == "/no-head" and self.command == "HEAD":
            self.close_connection = True
        elif self.path.startswith("/together"):
            time.sleep(0.1)
            self._end(200)
        elif self.path == "/endless":
            self._end(200, length=10**12)
            while not self.server.over.is_set():
                self.wfile.write(b"x" * 65_536)
        elif self.path in SENDS_ON:
            self._end(*SENDS_ON[self.path])
        else:
            self._end(PLAIN.get(self.path, 200))

    def _end(self, status: int, location: str = "", length: int = 0) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(length))
        if location:
            self.send_header("Location", location)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def pages_server(secured: ssl.SSLContext | None = None) -> Iterator[Pages]:
    """Run the server while the block runs; over TLS, if it is ``secured``."""
    server = Pages(secured)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.over.set()
        server.shutdown()
        thread.join()
        server.server_close()
