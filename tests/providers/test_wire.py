"""What a server may write on the wire, byte for byte, and what is made of it."""

import gzip
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager

import pytest
from pace import FOREVER
from provider_samples import ENVELOPE, TAGS, columns, reader

from newsletter.delivery.outcomes import Accepted, AccountRefused, NotAccepted, Outcome, Refused, Unknown
from newsletter.errors import SettingsError
from newsletter.providers.sendgrid.client import SendGridProvider, Server

TAKEN = b"HTTP/1.1 202 Accepted\r\nX-Message-Id: abc\r\nContent-Length: 0\r\n\r\n"
HOST = "https://sendgrid.invalid"


NAMED = b'{"errors":[{"field":"personalizations.0.to","message":"No"}]}'


def encoded(status: int, how: bytes, body: bytes) -> bytes:
    head = b"HTTP/1.1 %d So\r\nX-Message-Id: abc\r\nContent-Encoding: %b\r\nContent-Length: %d\r\n\r\n"
    return head % (status, how, len(body)) + body


class Answering:
    """A server that writes these bytes, one answer a request, and hangs up after each or keeps the line."""

    def __init__(self, answers: Sequence[bytes], *, hang_up: bool = True) -> None:
        self.heads: list[bytes] = []
        self.connections = 0
        self.hung_up = threading.Event()
        self._answers, self._hang_up = iter(answers), hang_up
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.authority = f"127.0.0.1:{self._listening.getsockname()[1]}"

    def serve(self) -> None:
        """Answer until there is no answer left."""
        connection = None
        for answer in self._answers:
            if connection is None:
                connection, _ = self._listening.accept()
                self.connections += 1
            self.heads.append(_one_request(connection))
            connection.sendall(answer)
            if self._hang_up:
                connection.close()
                connection = None
                self.hung_up.set()
        if connection is not None:
            connection.close()
        self._listening.close()


def _one_request(connection: socket.socket) -> bytes:
    with connection.makefile("rb") as coming:
        head = b"".join(iter(coming.readline, b"\r\n"))
        length = next(
            (line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")), b":0"
        )
        coming.read(int(length.partition(b":")[2]))
    return head


@contextmanager
def answering(*answers: bytes, hang_up: bool = True) -> Iterator[Answering]:
    server = Answering(answers, hang_up=hang_up)
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    yield server
    thread.join(FOREVER)


@contextmanager
def provider(host: str) -> Iterator[SendGridProvider]:
    made = SendGridProvider(
        Server(api_key="SG.key", host=host, timeout_seconds=FOREVER, threads=1), identity="test"
    )
    with closing(made):
        yield made


def posted(made: SendGridProvider) -> Outcome:
    request = made.prepare(ENVELOPE, TAGS)(columns([reader(1)]), batch="1", attempt="a")
    return made.post(request, pytest.fail)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        pytest.param(TAKEN, Accepted("abc"), id="plain"),
        pytest.param(b"HTTP/1.1 100 Continue\r\n\r\n" + TAKEN, Accepted("abc"), id="with a word before it"),
        pytest.param(TAKEN.replace(b"1.1", b"1.0"), Accepted("abc"), id="of an old server"),
        pytest.param(b"HTTP/1.1 202 OK\r\nx-message-id: abc\r\n\r\n", Accepted("abc"), id="to the end"),
        pytest.param(
            b"HTTP/1.1 202 OK\r\nX-Message-Id: abc\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
            Accepted("abc"),
            id="in chunks",
        ),
        pytest.param(
            b"HTTP/1.1 202 OK\r\nTransfer-Encoding: chunked\r\n\r\n20\r\n{}", Unknown, id="in chunks, cut"
        ),
        pytest.param(b"HTTP/1.1 202 OK\r\nTransfer-Encoding: chunked\r\n\r\nno\r\n", Unknown, id="no chunks"),
        pytest.param(b"HTTP/1.1 202 OK\r\nContent-Length: 9\r\n\r\n{}", Unknown, id="cut"),
        pytest.param(b"HTTP/1.1 202 OK\r\nX-Message-Id: a", Unknown, id="cut in its head"),
        pytest.param(b"HTTP/1.1 2", Unknown, id="cut in its first line"),
        pytest.param(b"HTTP/1.1 two hundred\r\n\r\n", Unknown, id="without a status"),
        pytest.param(b"HTTP/1.1 202 OK\r\n\r\n" + b" " * 1_100_000, Unknown, id="without end"),
        pytest.param(b"HTTP/1.1 400 No\r\nContent-Length: 9\r\n\r\n{", Refused, id="a refusal, cut"),
        pytest.param(b"HTTP/1.1 401 No\r\n\r\n" + b" " * 1_100_000, AccountRefused, id="no end"),
        pytest.param(b"", Unknown, id="none"),
        pytest.param(encoded(202, b"gzip", gzip.compress(b"{}")), Accepted("abc"), id="compressed"),
        pytest.param(encoded(202, b"gzip", b"{}"), Unknown, id="compressed by nobody's way"),
        pytest.param(encoded(202, b"br", gzip.compress(b"{}")), Unknown, id="compressed in another way"),
        pytest.param(encoded(202, b"br", b""), Accepted("abc"), id="compressed nothing"),
        pytest.param(
            encoded(400, b"gzip", gzip.compress(NAMED)),
            Refused("SendGrid refused the request (400): No", ((0, "No"),)),
            id="a refusal, compressed",
        ),
    ],
)
def test_what_an_answer_says_is_known_however_it_is_written(
    answer: bytes, expected: Outcome | type[Outcome]
) -> None:
    with answering(answer) as server, provider(f"http://{server.authority}") as made:
        outcome = posted(made)
    assert outcome == expected or type(outcome) is expected


def test_a_connection_that_was_closed_while_it_was_idle_is_not_used_again() -> None:
    with answering(TAKEN, TAKEN) as server, provider(f"http://{server.authority}") as made:
        assert posted(made) == Accepted("abc")
        assert server.hung_up.wait(FOREVER)
        assert posted(made) == Accepted("abc")
    assert server.connections == 2


def test_an_answer_that_is_not_read_to_its_end_ends_the_connection() -> None:
    endless = b"HTTP/1.1 401 No\r\nContent-Length: 1200000\r\n\r\n" + b" " * 1_200_000
    with answering(endless, TAKEN) as server, provider(f"http://{server.authority}") as made:
        assert isinstance(posted(made), AccountRefused)
        assert posted(made) == Accepted("abc")


def test_a_request_says_what_the_package_says_and_asks_for_no_encoding() -> None:
    with (
        answering(TAKEN, TAKEN, hang_up=False) as server,
        provider(f"http://{server.authority}/base/") as made,
    ):
        posted(made)
        posted(made)
    assert (server.connections, len(set(server.heads))) == (1, 1)
    start, *lines = server.heads[0].decode().splitlines()
    assert start == "POST /base/v3/mail/send HTTP/1.1"
    headers = dict(line.split(": ", 1) for line in lines)
    assert headers["Host"] == server.authority
    assert headers["Accept-Encoding"] == "identity"
    assert headers["Authorization"] == "Bearer SG.key"
    assert headers["User-Agent"].startswith("sendgrid/")
    assert len(headers) == len(lines)  # none comes twice


Environment = Callable[..., None]


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Environment:
    def put(**values: str) -> None:
        for name in ("HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
            monkeypatch.delenv(name.lower(), raising=False)
        for name, value in values.items():
            monkeypatch.setenv(name, value)

    return put


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_a_proxy_is_asked_with_its_own_password_and_may_refuse(environment: Environment, name: str) -> None:
    refused = b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"
    with answering(refused) as server:
        environment(**{name: f"http://ann:p%40ss@{server.authority}"})
        with provider(HOST) as made:
            outcome = posted(made)
    assert isinstance(outcome, NotAccepted)
    assert "407" in outcome.reason
    start, *lines = server.heads[0].decode().splitlines()
    assert start.startswith("CONNECT sendgrid.invalid:443 ")
    assert "Proxy-Authorization: Basic YW5uOnBAc3M=" in lines
    assert "SG.key" not in server.heads[0].decode()


def test_a_host_that_the_environment_leaves_out_needs_no_proxy(environment: Environment) -> None:
    environment(HTTPS_PROXY="http://127.0.0.1:1", NO_PROXY="elsewhere.example, .invalid")
    with provider(HOST) as made:
        outcome = posted(made)
    assert isinstance(outcome, NotAccepted)
    assert "refused" not in outcome.reason  # by nobody at port 1: the name was looked up instead


@pytest.mark.parametrize(
    "proxy",
    [
        "socks5://proxy.example.org:1080",
        "https://ann:word@proxy.example.org",
        "http://ann:word@proxy.example.org:99999",
        "http://[::1",
        "http://",
    ],
)
def test_a_proxy_that_cannot_be_gone_through_is_said_at_once(environment: Environment, proxy: str) -> None:
    environment(HTTPS_PROXY=proxy)
    with pytest.raises(SettingsError, match="HTTPS_PROXY") as refused, provider(HOST):
        pass
    assert "word" not in str(refused.value)
