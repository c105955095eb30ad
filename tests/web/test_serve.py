"""The command, as an operator runs it: a process that says where it answers, and ends by Ctrl-C."""

import json
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from newsletter.audience.links import Signer
from newsletter.config import load_settings
from newsletter.providers.sendgrid.webhook import SIGNATURE_HEADER, TIMESTAMP_HEADER
from newsletter.sandbox.keys import private_key, sign
from newsletter.wiring import Wiring

if TYPE_CHECKING:
    from conftest import Publication

PATIENCE = 30
SIEGE = Path(__file__).parent.parent / "siege.py"


@contextmanager
def _serving(publication: "Publication", *words: str) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    command = [sys.executable, "-m", "newsletter", "serve", "--port", "0", *words]
    process = subprocess.Popen(command, cwd=publication.root, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        found = re.search(r"http://\S+", process.stderr.readline())
        assert found
        yield process, found[0]
    finally:
        process.kill()
        process.communicate(timeout=PATIENCE)


@pytest.mark.slow
def test_it_answers_where_it_says_and_ends_by_ctrl_c(publication: "Publication") -> None:
    publication.settings(provider="sandbox")
    with _serving(publication) as (process, url):
        assert httpx.get(f"{url}/health").json() == {"status": "ok"}
        assert httpx.get(f"{url}/u/nonsense").status_code == 404
        process.send_signal(signal.SIGINT)
        _, rest = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0
    assert "Traceback" not in rest
    assert "nonsense" not in rest


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
        link = f"{url}/u/{Signer((publication.root / 'newsletter.key').read_bytes(), 'unsubscribe', 0)(0)}"
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
