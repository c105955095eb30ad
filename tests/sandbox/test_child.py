"""The child: up when its URL is said, gone when its sender is, and true to every 202."""

import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import orjson
import psutil
import pytest
from local_sendgrid import JSON, KEY, letter
from pace import FOREVER

from newsletter.errors import SettingsError, StoreError
from newsletter.listening import listening
from newsletter.sandbox.file.messages import MessageStore
from newsletter.sandbox.server.process import serve, start_child

SENDER = """
import sys
from pathlib import Path
from newsletter.sandbox.server.process import start_child
child = start_child(Path(sys.argv[1]))
print(child.url, child.pid, flush=True)
sys.stdin.read()
"""


def post(url: str, *addresses: str) -> httpx.Response:
    return httpx.post(
        f"{url}/v3/mail/send",
        content=orjson.dumps(letter(*addresses)),
        headers={**KEY, **JSON},
        timeout=FOREVER,
    )


@contextmanager
def sender(path: Path) -> Iterator[tuple["subprocess.Popen[str]", str, psutil.Process]]:
    """Run a process that has a child of its own."""
    process = subprocess.Popen(
        [sys.executable, "-c", SENDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin
    assert process.stdout
    try:
        url, pid = process.stdout.readline().split()
        yield process, url, psutil.Process(int(pid))
    finally:
        process.kill()
        process.stdin.close()
        process.stdout.close()
        process.wait()


@pytest.mark.slow
def test_it_answers_at_once_and_is_gone_when_closed(tmp_path: Path) -> None:
    with start_child(tmp_path / "sandbox.db") as child:
        assert child.url.startswith("http://127.0.0.1:")
        assert post(child.url, "ann@example.org").status_code == 202
        process = psutil.Process(child.pid)
    assert not process.is_running()
    with MessageStore(tmp_path / "sandbox.db") as store:
        assert store.counts().total == 1


@pytest.mark.slow
def test_a_relative_path_means_the_senders_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with start_child(Path("here.db")) as child:
        assert post(child.url).status_code == 202
    assert (tmp_path / "here.db").exists()


@pytest.mark.slow
def test_modules_lying_about_in_the_senders_folder_are_not_taken_for_pythons(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "socket.py").write_text("raise SystemExit('not this one')")
    monkeypatch.chdir(tmp_path)
    with start_child(tmp_path / "sandbox.db") as child:
        assert post(child.url).status_code == 202


def test_a_file_it_cannot_use_is_the_starters_error(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="nowhere") as caught:
        start_child(tmp_path / "nowhere" / "sandbox.db")
    assert caught.value.hint


@pytest.mark.slow
def test_it_does_not_outlive_a_sender_that_is_killed(tmp_path: Path) -> None:
    with sender(tmp_path / "sandbox.db") as (process, url, child):
        assert post(url, "ann@example.org").status_code == 202
        process.kill()
        assert child.wait(timeout=FOREVER) is None or not child.is_running()
    with MessageStore(tmp_path / "sandbox.db") as store:
        assert store.counts().total == 1


@pytest.mark.slow
def test_it_does_not_outlive_a_sender_killed_in_the_middle_of_a_request(tmp_path: Path) -> None:
    with sender(tmp_path / "sandbox.db") as (process, url, child):
        host, port = url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as half:
            half.sendall(
                b"POST /v3/mail/send HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer k\r\n"
                b"Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"
            )
            process.kill()
            half.close()
            child.wait(timeout=FOREVER)


@pytest.mark.slow
@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_being_told_to_end_is_the_senders_affair(tmp_path: Path, sign: signal.Signals) -> None:
    with start_child(tmp_path / "sandbox.db") as child:
        os.kill(child.pid, sign)
        assert post(child.url, "ann@example.org").status_code == 202
        os.kill(child.pid, sign)
        assert post(child.url, "bea@example.org").status_code == 202
        assert os.getpgid(child.pid) != os.getpgid(0)


@pytest.mark.slow
@pytest.mark.parametrize("way", ["closed", "killed"])
def test_every_202_is_in_the_file_however_it_ends(tmp_path: Path, way: str) -> None:
    child = start_child(tmp_path / "sandbox.db")
    accepted: list[str] = []
    enough = threading.Event()

    def send(name: str) -> None:
        with httpx.Client(timeout=FOREVER, verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)) as client:
            for number in range(10_000):
                addresses = [f"{name}{number}-{n}@example.org" for n in range(200)]
                try:
                    answer = client.post(
                        f"{child.url}/v3/mail/send",
                        content=orjson.dumps(letter(*addresses)),
                        headers={**KEY, **JSON},
                    )
                except httpx.TransportError:
                    return
                assert answer.status_code == 202
                accepted.append(answer.headers["X-Message-Id"])
                if len(accepted) > 10:
                    enough.set()

    threads = [threading.Thread(target=send, args=[name]) for name in "abc"]
    for thread in threads:
        thread.start()
    assert enough.wait(timeout=FOREVER)
    if way == "killed":
        os.kill(child.pid, signal.SIGKILL)
    child.close()
    for thread in threads:
        thread.join()
    with MessageStore(tmp_path / "sandbox.db") as store:
        kept: dict[str, int] = {}
        for message in store.everything():
            kept[message.message_id] = kept.get(message.message_id, 0) + 1
    assert set(accepted) <= kept.keys()
    assert set(kept.values()) == {200}, "a request is kept whole or not at all"


def test_a_port_in_use_is_said_with_what_to_do(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        with pytest.raises(SettingsError, match=r"in use") as caught:
            serve(tmp_path / "sandbox.db", "127.0.0.1", taken.getsockname()[1])
        assert "--port 0" in caught.value.hint


def test_a_host_that_is_not_this_machines_is_said(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"192\.0\.2\.1"):
        serve(tmp_path / "sandbox.db", "192.0.2.1", 0)


def test_an_address_of_all_is_told_as_one_a_browser_can_open() -> None:
    with listening("0.0.0.0", 0, who="The local SendGrid") as (_, url):  # noqa: S104  (what the test is about)
        assert url.startswith("http://127.0.0.1:")


@pytest.mark.slow
def test_ctrl_c_ends_the_one_for_people_quietly(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from newsletter.sandbox.server.process import serve;"
        "serve(Path(sys.argv[1]), '127.0.0.1', 0, ready=lambda url: print(url, flush=True))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path / "sandbox.db")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    url = process.stdout.readline().strip()
    assert post(url, "ann@example.org").status_code == 202
    assert post(url, "not an address").status_code == 400
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=FOREVER)
    assert (process.returncode, out, err) == (0, "", "")
