"""The command, as an operator runs it: a process that says where it answers, and ends by Ctrl-C."""

import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx
import pytest
from pace import FOREVER

from newsletter.config import load_settings
from newsletter.wiring import Wiring

if TYPE_CHECKING:
    from conftest import Publication

PATIENCE = FOREVER


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
