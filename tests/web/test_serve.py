"""The command, as an operator runs it: a process that says where it answers, and ends when told."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import psutil
import pytest
from pace import FOREVER, until
from signed import token
from strict_sendgrid import StrictSendGrid

from newsletter.config import load_settings
from newsletter.contacts.links import Signer
from newsletter.providers.sendgrid.reports.webhook import SIGNATURE_HEADER, TIMESTAMP_HEADER
from newsletter.sandbox.behaviour.keys import private_key, sign
from newsletter.wiring import Wiring

if TYPE_CHECKING:
    from conftest import Publication

PATIENCE = FOREVER
SIEGE = Path(__file__).parent.parent / "siege.py"


@contextmanager
def _serving(
    publication: "Publication", *words: str, env: "Mapping[str, str] | None" = None
) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    command = [sys.executable, "-m", "newsletter", "serve", "--port", "0", *words]
    process = subprocess.Popen(command, cwd=publication.root, env=env, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        found = re.search(r"http://\S+", process.stderr.readline())
        assert found
        yield process, found[0]
    finally:
        process.kill()
        process.communicate(timeout=PATIENCE)


@pytest.mark.slow
@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_answers_where_it_says_and_ends_when_told(
    publication: "Publication", sign: signal.Signals
) -> None:
    publication.settings(provider="sandbox")
    with _serving(publication) as (process, url):
        assert httpx.get(f"{url}/health").json() == {"status": "ok"}
        assert httpx.get(f"{url}/u/nonsense").status_code == 404
        process.send_signal(sign)
        _, rest = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0
    assert "Traceback" not in rest
    assert "nonsense" not in rest


@pytest.mark.slow
@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGHUP])
def test_what_it_is_answering_when_told_to_end_it_answers(
    publication: "Publication", sign: signal.Signals
) -> None:
    publication.settings(provider="sandbox")
    publication.subscribe(2)
    assert publication.run("send", "first", "--yes").exit_code == 0
    key = Wiring(load_settings(publication.root / "newsletter.toml")).secret_key
    body = b"List-Unsubscribe=One-Click"
    with _serving(publication) as (process, url):
        host, port = url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=PATIENCE) as reader:
            head = f"POST /u/{token(key, 'unsubscribe', 1, 1)} HTTP/1.1\r\nHost: {host}\r\n"
            form = f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
            reader.sendall((head + form).encode() + body[:5])
            assert httpx.get(f"{url}/health").status_code == 200  # it has read the head by now
            process.send_signal(sign)
            until(lambda: not _listens(host, int(port)))
            reader.sendall(body[5:])
            assert reader.recv(4096).startswith(b"HTTP/1.1 200")
        _, rest = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0
    assert "Traceback" not in rest
    counts = json.loads(publication.run("lists", "--json").stdout)[0]
    assert counts["unsubscribed"] == 1


def _listens(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=PATIENCE).close()
    except ConnectionError:
        return False
    return True


@pytest.mark.slow
def test_told_not_to_hear_a_closing_terminal_it_goes_on(publication: "Publication") -> None:
    publication.settings(provider="sandbox")
    deaf = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # inherited, as from nohup
    try:
        with _serving(publication) as (process, url):
            signal.signal(signal.SIGHUP, deaf)
            process.send_signal(signal.SIGHUP)
            for _ in range(3):
                assert httpx.get(f"{url}/health").status_code == 200
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=PATIENCE)
            assert process.returncode == 0
    finally:
        signal.signal(signal.SIGHUP, deaf)


@pytest.mark.slow
@pytest.mark.parametrize("signalled", ["the site alone", "everybody at once"])
def test_a_send_that_it_started_ends_cleanly_with_it(publication: "Publication", signalled: str) -> None:
    with StrictSendGrid(latency=1.5) as server:  # longer than the site takes to end, and tells its sender
        publication.settings(host=server.url, batch_size=2, threads=2)
        publication.subscribe(200)
        scheduled = publication.run("send", "first", "--at", "in 1s", "--no-wait", "--yes")
        assert scheduled.exit_code == 0, scheduled.stderr
        environment = {**os.environ, "SENDGRID_API_KEY": "SG.test.key"}
        with _serving(publication, env=environment) as (process, _):
            until(lambda: server.posts > 2)
            processes = [psutil.Process(process.pid)]
            if signalled == "everybody at once":  # as a service manager does
                processes += processes[0].children(recursive=True)
                assert len(processes) == 2
            for running in processes:
                running.send_signal(signal.SIGTERM)
            _, rest = process.communicate(timeout=PATIENCE)
            assert process.returncode == 0, rest
        assert "Traceback" not in rest
        assert re.search(r"newsletter (--config \S+ )?resume first", rest)
        proof = publication.run("status", "first", "--json").json
        assert (proof["unknown"], proof["accepted"]) == (0, len(server.accepted))
        assert 0 < len(server.accepted) < 200
        server.latency = 0
        assert publication.run("resume", "first", "--json").json["accepted"] == 200
        assert set(server.accepted.values()) == {1}


@pytest.mark.slow
def test_a_send_finds_the_site_by_the_page_of_its_probe(publication: "Publication") -> None:
    publication.settings(provider="sandbox")
    with _serving(publication) as (_, url):
        text = (publication.root / "newsletter.toml").read_text()
        site = text.replace("https://news.example.org", url)
        (publication.root / "newsletter.toml").write_text(site)
        Wiring(load_settings(publication.root / "newsletter.toml")).insist_site_answers()


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells a process's peak memory")
def test_besieged_it_answers_readers_takes_reports_stays_small_and_lets_go(
    publication: "Publication",
) -> None:
    publication.settings(provider="sandbox")
    with (
        _serving(publication) as (process, url),
        _besieging(url) as siege,
        httpx.Client(timeout=60) as reader,
    ):
        link = f"{url}/u/{token((publication.root / 'newsletter.key').read_bytes(), 'unsubscribe', 0, 0)}"
        assert _report(publication, reader, url) == 204
        assert reader.get(link).status_code == 200
        while siege.poll() is None:  # it ends once the site has ended each of its connections
            assert reader.get(link).status_code == 200
        peak = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{process.pid}/status").read_text())
        assert peak
        assert int(peak[1]) * 1024 < 150_000_000
        assert siege.stdout
        became = json.loads(siege.stdout.read())
    assert (became.pop("silent", 0), became.pop("dripping", 0)) == (300, 40)
    assert became.keys() <= {"post 403", "post 503", "post cut off"}
    assert sum(became.values()) == 40


@contextmanager
def _besieging(url: str) -> Iterator["subprocess.Popen[str]"]:
    """Besiege the site until the block ends, which begins once all of it is under way."""
    host, _, port = url.removeprefix("http://").partition(":")
    with subprocess.Popen(
        [sys.executable, str(SIEGE), host, port], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as siege:
        try:
            assert siege.stdout
            assert siege.stdout.readline() == "holding\n"
            yield siege
        finally:
            siege.kill()


def _report(publication: "Publication", reader: httpx.Client, url: str) -> int:
    """Post a report as the local SendGrid signs it."""
    body, at = b'[{"event": "delivered"}]' + b" " * 700_000, str(int(time.time()))
    headers = {
        SIGNATURE_HEADER: sign(private_key(publication.root / "sandbox.db"), at, body),
        TIMESTAMP_HEADER: at,
    }
    return reader.post(f"{url}/webhooks/sendgrid", content=body, headers=headers).status_code


LOADED_LATER = """
import asyncio, pathlib, sys
import httpx
from newsletter.config import load_settings
from newsletter.web.app import create_app
from newsletter.web.server import site_of
from newsletter.wiring import Wiring

site = site_of(Wiring(load_settings(pathlib.Path("newsletter.toml"))), print)
app = create_app(site)
before = set(sys.modules)

async def ask():
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        for method, path in zip(sys.argv[1::2], sys.argv[2::2]):
            print((await client.request(method, path)).status_code)

asyncio.run(ask())
print(sorted(name for name in set(sys.modules) - before if name.startswith("newsletter")))
"""


@pytest.mark.slow
def test_all_that_answers_is_loaded_at_the_start_so_that_an_upgrade_in_its_place_breaks_no_page(
    publication: "Publication",
) -> None:
    publication.settings(provider="sandbox")
    publication.subscribe(1)
    assert publication.run("send", "first", "--yes").exit_code == 0
    signed = Signer(Wiring(load_settings(publication.root / "newsletter.toml")).secret_key, 1)(1)
    pages = [
        *("GET", f"/v/{signed.view}", "GET", f"/p/{signed.preferences}", "GET", f"/u/{signed.unsubscribe}"),
        *("POST", f"/u/{signed.unsubscribe}", "GET", "/health", "GET", "/metrics", "GET", "/nothing"),
    ]
    ran = subprocess.run(
        [sys.executable, "-c", LOADED_LATER, *pages], cwd=publication.root, capture_output=True, text=True
    )
    assert ran.stdout.split("\n")[:-1] == [*["200"] * 6, "404", "[]"], ran.stderr


def test_a_port_in_use_is_said_so(publication: "Publication") -> None:
    publication.settings(provider="sandbox")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ran = publication.run("serve", "--port", str(taken.getsockname()[1]))
    assert ran.exit_code == 1
    assert "The readers’ site cannot listen on 127.0.0.1" in ran.stderr


def test_a_damaged_webhook_key_is_said_before_the_site_starts(publication: "Publication") -> None:
    publication.settings(provider="sandbox", extra='webhook_keys = ["nonsense"]\n')
    ran = publication.run("serve", "--port", "0")
    assert ran.exit_code == 1
    assert "webhook_keys: key 1" in ran.stderr


def test_a_missing_secret_key_is_said_where_mail_would_be_real(publication: "Publication") -> None:
    publication.settings(provider="sendgrid")
    ran = publication.run("serve", "--port", "0")
    assert ran.exit_code == 1
    assert "NEWSLETTER_SECRET_KEY" in ran.stderr
