"""Faults on demand: what the wire shows, what is kept, and what our own sender makes of each."""

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import httpx
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from local_sendgrid import JSON, KEY, Site, letter
from pace import FOREVER, stretched

from newsletter.delivery.outcomes import Accepted, AccountRefused, NotAccepted, Outcome, Unknown
from newsletter.errors import UsageError
from newsletter.providers.sendgrid.client import SendGridProvider, Server
from newsletter.sandbox.behaviour.faults import FAULTS, Fault, FaultPlan, in_words, parse_fault, read_faults

pytestmark = pytest.mark.slow

TIMEOUT = 1.0


def plan(site: Site, document: object, **headers: str) -> httpx.Response:
    return site.client.post(f"{site.url}/faults", json=document, headers=headers)


@pytest.fixture
def sender(site: Site) -> Iterator[Callable[[], Outcome]]:
    """Send one mail through our own client, which waits no longer than a second."""
    provider = SendGridProvider(
        Server(api_key="SG.test.key", host=site.url, timeout_seconds=stretched(TIMEOUT), threads=2),
        identity="sandbox",
    )
    yield lambda: provider.post(orjson.dumps(letter()), lambda _: None)
    site.client.delete(f"{site.url}/faults")
    provider.close()


@pytest.mark.parametrize(
    ("name", "outcome", "kept"),
    [
        ("accept-then-time-out", Unknown, 1),
        ("cut-answer", Unknown, 1),
        ("429", NotAccepted, 0),
        ("429-reset", NotAccepted, 0),
        ("5xx", Unknown, 0),
        ("accept-then-5xx", Unknown, 1),
        ("redirect", AccountRefused, 0),
        ("garbage", Unknown, 1),
    ],
)
def test_a_fault_meets_one_request_and_the_sender_knows_it_for_what_it_is(
    site: Site, sender: Callable[[], Outcome], name: str, outcome: type, kept: int
) -> None:
    assert plan(site, [name]).status_code == 200
    assert isinstance(sender(), outcome)
    assert site.store.counts().total == kept
    assert isinstance(sender(), Accepted)
    assert site.store.counts().total == kept + 1
    assert site.get("/faults").json()["done"] == {name: 1}


def test_every_fault_has_its_case_above() -> None:
    covered = {
        "accept-then-time-out", "cut-answer", "429", "429-reset", "5xx", "accept-then-5xx", "slow",
        "redirect", "garbage",
    }  # fmt: skip
    assert covered == FAULTS.keys()


def test_only_a_reset_says_how_long_to_wait(site: Site, sender: Callable[[], Outcome]) -> None:
    plan(site, ["429", "429-reset"])
    first = sender()
    began = time.time()
    second = sender()
    took = time.time() - began
    assert isinstance(first, NotAccepted)
    assert first.retry_after is None
    assert isinstance(second, NotAccepted)
    assert second.retry_after is not None
    assert 1 - took < second.retry_after <= 2  # two whole seconds from the one it is in


def test_a_slow_answer_comes_after_its_seconds(site: Site) -> None:
    plan(site, {"fault": "slow", "seconds": 0.3})
    began = time.monotonic()
    assert site.send(letter()).status_code == 202
    assert time.monotonic() - began >= 0.3


@pytest.mark.slow
def test_a_slow_answer_beyond_the_deadline_is_unknown_and_comes_late(site: Site) -> None:
    provider = SendGridProvider(
        Server(api_key="SG.test.key", host=site.url, timeout_seconds=0.4, threads=1), identity="sandbox"
    )
    plan(site, {"fault": "slow", "seconds": stretched(1)})
    late, came = list[Outcome](), threading.Event()

    def note(outcome: Outcome) -> None:
        late.append(outcome)
        came.set()

    assert isinstance(provider.post(orjson.dumps(letter()), note), Unknown)
    assert came.wait(FOREVER)
    provider.close()
    assert isinstance(late[0], Accepted)


def test_garbage_comes_whole_and_cannot_be_read(site: Site) -> None:
    plan(site, ["garbage"])
    with pytest.raises(httpx.DecodingError):
        site.send(letter())


def test_a_cut_answer_breaks_off_after_a_202(site: Site) -> None:
    plan(site, ["cut-answer"])
    with pytest.raises(httpx.RemoteProtocolError, match="peer closed"):
        site.send(letter())


def test_a_client_kept_waiting_is_let_go_with_what_was_planned(site: Site) -> None:
    plan(site, ["accept-then-time-out"])
    failed = threading.Event()

    def send() -> None:
        with suppress(httpx.RemoteProtocolError):
            site.send(letter())
            return
        failed.set()

    thread = threading.Thread(target=send)
    thread.start()
    while site.get("/faults").json()["done"] == {} or site.store.counts().total == 0:
        assert thread.is_alive()
    while thread.is_alive():
        site.client.delete(f"{site.url}/faults")
        thread.join(0.1)
    assert failed.is_set()


def test_counted_faults_stand_in_line(site: Site) -> None:
    plan(site, [{"fault": "5xx", "count": 2}, "429"])
    assert site.get("/faults").json()["next"] == [{"fault": "5xx", "count": 2}, {"fault": "429", "count": 1}]
    assert [site.send(letter()).status_code for _ in range(4)] == [500, 500, 429, 202]


def test_a_share_depends_on_its_seed_alone() -> None:
    def met(seed: int) -> list[bool]:
        faults = FaultPlan([Fault("5xx", share=0.05, seed=seed)])
        return [faults.draw() is not None for _ in range(2_000)]

    assert met(1) == met(1)
    assert met(1) != met(2)
    assert 60 < sum(met(1)) < 140


def test_what_is_planned_can_be_called_off(site: Site) -> None:
    plan(site, [{"fault": "5xx", "share": 1.0}, "429"])
    assert site.client.delete(f"{site.url}/faults").json() == {"next": [], "shares": [], "done": {}}
    assert site.send(letter()).status_code == 202


def test_a_request_that_would_be_refused_is_refused_whatever_is_planned(site: Site) -> None:
    plan(site, ["accept-then-time-out", "garbage"])
    assert site.send(letter("no address")).status_code == 400
    assert site.send(letter(mail_settings={"sandbox_mode": {"enable": True}})).status_code == 200
    assert site.send(letter(), {}).status_code == 401


@pytest.mark.parametrize(
    "document",
    [
        "no-such-fault", [1], {}, {"fault": ["5xx"]}, {"fault": "5xx", "count": 0},
        {"fault": "5xx", "count": 1.5}, {"fault": "5xx", "count": True}, {"fault": "5xx", "share": 2},
        {"fault": "5xx", "share": "x"}, {"fault": "5xx", "share": 0.1, "count": 1},
        {"fault": "slow", "seconds": -1}, {"fault": "slow", "seconds": None}, {"fault": "5xx", "seed": "x"},
        {"fault": "5xx", "other": 1}, None,
    ],
)  # fmt: skip
def test_what_is_no_fault_is_refused_and_nothing_is_planned(site: Site, document: object) -> None:
    answer = site.client.post(f"{site.url}/faults", content=orjson.dumps(document), headers=JSON)
    assert answer.status_code == 400
    assert site.get("/faults").json()["next"] == []


def test_only_json_from_this_machine_plans_anything(site: Site) -> None:
    form = site.client.post(f"{site.url}/faults", content=b'["5xx"]', headers={"Content-Type": "text/plain"})
    assert form.status_code == 415
    assert plan(site, ["5xx"], Host="rebound.example").status_code == 421
    assert site.client.post(f"{site.url}/faults", content=b"{", headers=JSON).status_code == 400
    assert site.send(letter()).status_code == 202


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("429", Fault("429")),
        ("5xx:3", Fault("5xx", count=3)),
        ("accept-then-time-out:0.05", Fault("accept-then-time-out", share=0.05)),
        ("garbage:5%", Fault("garbage", share=0.05)),
        ("slow=20", Fault("slow", seconds=20)),
        ("slow=0.5:2", Fault("slow", count=2, seconds=0.5)),
    ],
)
def test_a_fault_is_written_in_a_word(text: str, fault: Fault) -> None:
    assert parse_fault(text) == fault
    assert in_words(fault).startswith(fault.name)


@given(st.text(max_size=20) | st.from_regex(r"(5xx|slow)(=[0-9.]{1,5})?(:[0-9.%]{1,8})?", fullmatch=True))
def test_any_text_is_a_fault_or_is_refused(text: str) -> None:
    with suppress(UsageError):
        assert parse_fault(text).name in FAULTS


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from([*FAULTS, "x"]),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["fault", "count", "share", "seed", "seconds", "x"]), inner, max_size=4
            )
        ),
        max_leaves=6,
    )
)
def test_any_document_is_faults_or_refused(document: object) -> None:
    try:
        planned = read_faults(document)
    except UsageError:
        return
    assert all(fault.name in FAULTS for fault in planned)


def test_a_client_that_is_never_answered_is_let_go_when_the_server_ends(tmp_path: Path) -> None:
    """The server for people is asked to end as Ctrl-C does, with a request still hanging."""
    program = (
        "import sys; from pathlib import Path; from newsletter.sandbox.behaviour.faults import Fault;"
        "from newsletter.sandbox.server.app import Options;"
        "from newsletter.sandbox.server.process import serve;"
        "faults = [Fault('accept-then-time-out'), Fault('cut-answer')];"
        "serve(Path(sys.argv[1]), '127.0.0.1', 0, Options(faults=faults),"
        " ready=lambda url: print(url, flush=True))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path / "sandbox.db")],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout
    host, port = process.stdout.readline().strip().removeprefix("http://").split(":")
    body = orjson.dumps(letter())
    head = (
        f"POST /v3/mail/send HTTP/1.1\r\nHost: localhost\r\nAuthorization: {KEY['Authorization']}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with ExitStack() as stack:
        hanging, cut = (
            stack.enter_context(socket.create_connection((host, int(port)), timeout=FOREVER))
            for _ in range(2)
        )
        hanging.sendall(head.encode() + body)
        while not _kept(f"http://{host}:{port}", 1):
            pass
        cut.sendall(head.encode() + body)
        received = b""
        while chunk := cut.recv(4096):
            received += chunk
        assert received.startswith(b"HTTP/1.1 202")
        assert received.endswith(b"\r\n\r\n{")
        process.terminate()
        began = time.monotonic()
        out, err = process.communicate(timeout=FOREVER)
    assert time.monotonic() - began < stretched(4)
    assert (out, err) == ("", "")


def _kept(url: str, least: int) -> bool:
    return len(httpx.get(f"{url}/v3/messages", headers=KEY).json()["messages"]) >= least
