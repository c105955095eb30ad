"""The provider against real servers: each way a request can go, and what is known of it afterwards."""

import logging
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from pace import FOREVER, stretched
from provider_samples import ENVELOPE, TAGS, columns, reader
from strict_sendgrid import Fault, StrictSendGrid

from newsletter.delivery.outcomes import Accepted, AccountRefused, NotAccepted, Outcome, Refused, Unknown
from newsletter.errors import DeliveryError, SettingsError
from newsletter.providers.sendgrid.client import SendGridProvider, Server

KEY = "SG.secret-key.of-a-test"


@contextmanager
def provider(host: str, *, timeout: float = FOREVER, now: float = 0.0) -> Iterator[SendGridProvider]:
    made = _provider(host, timeout=timeout, now=now)
    try:
        yield made
    finally:
        made.close()


def _provider(host: str, *, timeout: float = FOREVER, now: float = 0.0) -> SendGridProvider:
    return SendGridProvider(
        Server(api_key=KEY, host=host, timeout_seconds=timeout, threads=4),
        identity="test",
        wall_clock=lambda: now,
    )


def request(made: SendGridProvider, *numbers: int, attempt: str = "a1") -> bytes:
    recipients = columns([reader(n) for n in numbers or (1, 2, 3)])
    return made.prepare(ENVELOPE, TAGS)(recipients, batch="1", attempt=attempt)


def never(outcome: Outcome) -> None:
    raise AssertionError(f"late: {outcome}")


def outcome_of(fault: str | Fault | None, *, timeout: float = FOREVER, **server: object) -> Outcome:
    with StrictSendGrid(faults=[fault], **server) as running, provider(running.url, timeout=timeout) as made:  # type: ignore[arg-type]
        return made.post(request(made), lambda _: None)


def test_what_is_accepted_reached_every_reader_of_a_strict_server() -> None:
    with StrictSendGrid() as server, provider(server.url) as made:
        outcome = made.post(request(made), never)
    assert outcome == Accepted("strict00000001")
    assert server.accepted == {f"reader{n}@example.org": 1 for n in (1, 2, 3)}
    assert server.problems == []
    assert server.headers[0]["authorization"] == f"Bearer {KEY}"
    assert server.headers[0]["user-agent"].startswith("sendgrid/")


def test_one_connection_serves_request_after_request() -> None:
    with StrictSendGrid() as server, provider(server.url) as made:
        for n in range(10):
            assert isinstance(made.post(request(made, attempt=f"a{n}"), never), Accepted)
    assert (server.posts, server.connections) == (10, 1)


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("401", AccountRefused),
        ("403", AccountRefused),
        ("404", AccountRefused),
        ("redirect", AccountRefused),
        ("sandbox_mode", AccountRefused),
        ("400_unnamed", Refused),
        ("413", Refused),
        ("429", NotAccepted),
        ("reset_mid_body", NotAccepted),
        ("500", Unknown),
        ("503_html", Unknown),
        ("accept_then_500", Unknown),
        ("accept_then_reset", Unknown),
        ("accept_then_close", Unknown),
        ("accept_then_cut", Unknown),
        ("accept_then_garbage", Unknown),
        ("reset", Unknown),
    ],
)
def test_each_way_to_go_wrong_is_told_apart(fault: str, expected: type[Outcome]) -> None:
    # Larger than what a system buffers for a connection, so that a body can break off half way.
    with StrictSendGrid(faults=[fault]) as server, provider(server.url) as made:
        outcome = made.post(
            _large(made) if fault in {"reset_mid_body", "early_413"} else request(made), never
        )
    assert type(outcome) is expected
    if isinstance(outcome, Accepted | NotAccepted | Refused):
        assert not server.accepted


def _large(made: SendGridProvider) -> bytes:
    return b" " * 20_000_000 + request(made)


@pytest.mark.parametrize("status", [302, 307, 308])
def test_a_redirect_is_never_followed(status: int) -> None:
    away = Fault(status=status, headers={"Location": "/v3/scopes"})
    with StrictSendGrid(faults=[away]) as server, provider(server.url) as made:
        made.post(request(made), never)
    assert (server.posts, len(server.headers)) == (1, 1)
    assert not server.accepted


def test_a_413_that_comes_before_the_body_was_read_took_nothing() -> None:
    with StrictSendGrid(faults=["early_413"]) as server, provider(server.url) as made:
        outcome = made.post(_large(made), never)
    assert isinstance(outcome, Refused | NotAccepted)  # the reset that follows may overtake the answer


def test_an_error_that_comes_before_the_body_was_read_took_nothing() -> None:
    with StrictSendGrid(faults=[Fault("early", status=503)]) as server, provider(server.url) as made:
        outcome = made.post(_large(made), never)
    assert isinstance(outcome, NotAccepted)


def test_a_202_without_a_message_id_is_accepted() -> None:
    assert outcome_of(Fault(accept=True, headers={"X-Message-Id": ""})) == Accepted("")


def test_429_waits_until_the_moment_the_answer_names() -> None:
    fault = Fault(status=429, headers={"X-RateLimit-Reset": "1020"})
    with StrictSendGrid(faults=[fault]) as server, provider(server.url, now=1000.0) as made:
        assert made.post(request(made), never) == NotAccepted("SendGrid asks to wait (429).", 20.0)


def test_a_refused_reader_is_named_by_their_place() -> None:
    refused = {"reader2@example.org", "reader3@example.org"}
    with StrictSendGrid(refuse=refused) as server, provider(server.url) as made:
        outcome = made.post(request(made), never)
    assert isinstance(outcome, Refused)
    assert outcome.entries == ((1, "Refused (an address)"), (2, "Refused (an address)"))
    assert not server.accepted


def test_a_request_over_30_mb_is_not_even_tried() -> None:
    with StrictSendGrid() as server, provider(server.url) as made:
        outcome = made.post(b" " * 30_000_001, never)
    assert isinstance(outcome, Refused)
    assert outcome.too_large
    assert server.posts == 0


def test_nobody_listening_is_not_accepted() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with provider(f"http://127.0.0.1:{port}") as made:
        outcome = made.post(request(made), never)
    assert isinstance(outcome, NotAccepted)
    assert "No connection to 127.0.0.1" in outcome.reason


def test_a_name_nobody_knows_is_not_accepted() -> None:
    with provider("https://no-such-host.invalid") as made:
        outcome = made.post(request(made), never)
    assert isinstance(outcome, NotAccepted)
    assert "no-such-host.invalid" in outcome.reason


def test_a_server_that_speaks_no_tls_is_not_accepted() -> None:
    with StrictSendGrid() as server, provider(_with_tls(server), timeout=0.3) as made:
        outcome = made.post(request(made), never)
    assert isinstance(outcome, NotAccepted)
    assert server.posts == 0


def _with_tls(server: StrictSendGrid) -> str:
    return server.url.replace("http:", "https:")


def test_silence_ends_at_the_deadline_as_unknown() -> None:
    short = stretched(0.2)
    assert outcome_of("accept_then_hang", timeout=short) == Unknown(
        f"SendGrid gave no answer within {short:g} seconds."
    )


def test_an_answer_that_drips_does_not_outlast_the_deadline() -> None:
    assert isinstance(outcome_of("accept_then_drip", timeout=stretched(0.2)), Unknown)


def test_a_server_that_stops_reading_half_way_took_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf, provider(_url(deaf), timeout=0.3) as made:
        outcome = made.post(_large(made), never)
    assert isinstance(outcome, NotAccepted)


def _url(listening: socket.socket) -> str:
    return f"http://127.0.0.1:{listening.getsockname()[1]}"


def test_a_late_answer_is_handed_over_once() -> None:
    handed_over: list[Outcome] = []
    arrived = threading.Event()

    def late(outcome: Outcome) -> None:
        handed_over.append(outcome)
        arrived.set()

    with StrictSendGrid(answered=0) as server, provider(server.url, timeout=stretched(0.2)) as made:
        assert isinstance(made.post(request(made), late), Unknown)
        server.release()
        assert arrived.wait(FOREVER)
    assert handed_over == [Accepted("strict00000001")]


def test_a_late_refusal_is_handed_over_too() -> None:
    arrived: list[Outcome] = []
    done = threading.Event()
    short = stretched(0.2)
    with StrictSendGrid(answered=0, faults=["429"]) as server, provider(server.url, timeout=short) as made:
        assert isinstance(made.post(request(made), lambda it: (arrived.append(it), done.set())[0]), Unknown)
        server.release()
        assert done.wait(FOREVER)
    assert isinstance(arrived[0], NotAccepted)


def test_closing_while_an_answer_is_late_neither_waits_nor_reports() -> None:
    short = stretched(0.2)
    with StrictSendGrid(faults=["accept_then_hang"]) as server, provider(server.url, timeout=short) as made:
        assert isinstance(made.post(request(made), never), Unknown)
    _until_no_request_runs()


def _until_no_request_runs() -> None:
    for thread in threading.enumerate():
        if thread.name == "sendgrid-request":
            thread.join(FOREVER)
            assert not thread.is_alive()


def test_a_connection_the_server_closed_between_requests_costs_nobody_the_mail() -> None:
    closing = Fault(accept=True, headers={"Connection": "close"})
    with StrictSendGrid(faults=[closing] * 3) as server, provider(server.url) as made:
        for n in range(3):
            assert isinstance(made.post(request(made, attempt=f"a{n}"), never), Accepted)
    assert set(server.accepted.values()) == {3}


@pytest.mark.slow
def test_sixteen_threads_with_one_provider_mix_nothing_up() -> None:
    with (
        StrictSendGrid(latency=0.005, refuse={"reader77@example.org"}) as server,
        provider(server.url) as made,
    ):

        def one(n: int) -> Outcome:
            return made.post(request(made, n, 1000 + n, attempt=f"a{n}"), never)

        with ThreadPoolExecutor(16) as pool:
            outcomes = list(pool.map(one, range(200)))
    assert [n for n, outcome in enumerate(outcomes) if not isinstance(outcome, Accepted)] == [77]
    assert len({outcome.message_id for outcome in outcomes if isinstance(outcome, Accepted)}) == 199
    assert len(server.accepted) == 398
    assert set(server.accepted.values()) == {1}
    assert server.problems == []
    for payload, headers in zip(server.requests, server.headers, strict=True):
        assert headers["content-length"].isdigit()
        first, second = (person["custom_args"]["nl_reader"] for person in payload["personalizations"])
        assert payload["custom_args"]["nl_attempt"] == f"a{first}"
        assert int(second) == 1000 + int(first)


def test_neither_the_key_nor_an_address_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        outcomes = [outcome_of(None), outcome_of("500"), outcome_of(None, refuse={"reader2@example.org"})]
    assert caplog.records
    for text in (caplog.text, repr(outcomes)):
        assert "secret-key" not in text
        assert "reader1@" not in text
        assert "reader2@" not in text


def test_proxies_in_the_environment_do_not_catch_what_stays_on_the_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://proxy.invalid:3128")
    assert isinstance(outcome_of(None), Accepted)


@pytest.mark.parametrize(
    "host",
    [
        "http://api.sendgrid.com",
        "http://127.evil.example",
        "http://localhost.example.org",
        "ftp://127.0.0.1",
        "api.sendgrid.com",
        "",
        "https://",
        "https://name:word@api.sendgrid.com",
        "https://a..b",
        "https://api.sendgrid.com:99999",
        "https://[::1",
        "https://api.sendgrid.com/?x=1",
    ],
)
def test_a_host_that_is_none_or_would_carry_the_key_in_the_open_is_refused(host: str) -> None:
    with pytest.raises(SettingsError, match="sendgrid_host") as refused, provider(host):
        pass
    assert "word" not in str(refused.value)


@pytest.mark.parametrize(
    "host", ["http://localhost:1", "http://127.8.0.1:1/", "http://[::1]:1", "https://x.org"]
)
def test_plain_http_is_for_this_machine(host: str) -> None:
    with provider(host) as made:
        assert made.identity == "test"


@pytest.mark.parametrize("key", ["", "  ", "SG.line\nbreak", "SG.ünicode", "SG.with space"])
def test_a_key_no_header_can_carry_is_refused_without_being_shown(key: str) -> None:
    with pytest.raises(SettingsError, match="SENDGRID_API_KEY") as refused:
        SendGridProvider(
            Server(api_key=key, host="http://127.0.0.1", timeout_seconds=1, threads=1), identity="x"
        )
    assert "break" not in str(refused.value)
    assert "with space" not in str(refused.value)


def test_a_loopback_host_is_not_asked_for_scopes() -> None:
    with provider("http://127.0.0.1:9") as made:
        made.check_account()


def test_an_account_that_cannot_be_reached_is_said_before_anything_is_sent() -> None:
    unreachable = pytest.raises(DeliveryError, match=r"no-such-host\.invalid")
    with provider("https://no-such-host.invalid") as made, unreachable as caught:
        made.check_account()
    assert "Nothing was sent" in caught.value.hint
