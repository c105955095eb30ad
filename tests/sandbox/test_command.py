"""`newsletter sandbox`: a drill as an operator runs it, and what the settings make of it."""

import base64
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from conftest import Publication
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pace import FOREVER

from newsletter.config import load_settings
from newsletter.delivery.webhook import Forged
from newsletter.providers.sendgrid.reports.webhook import SIGNATURE_HEADER, TIMESTAMP_HEADER
from newsletter.sandbox.behaviour.keys import private_key, sign
from newsletter.sandbox.file.messages import MessageStore
from newsletter.wiring import Wiring

if TYPE_CHECKING:
    from tests.sandbox.conftest import Webhook


@contextmanager
def running(publication: Publication, *options: str) -> Iterator[tuple[str, list[str]]]:
    """Run the command; yield its address, and all it says until it listens."""
    process = subprocess.Popen(
        [sys.executable, "-m", "newsletter", "sandbox", "--port", "0", *options],
        cwd=publication.root,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr
    try:
        said = [process.stderr.readline().strip()]
        yield said[0].split()[4], said
    finally:
        process.terminate()
        said += process.stderr.read().splitlines()
        process.stderr.close()
        process.wait(timeout=FOREVER)


def wiring(publication: Publication) -> Wiring:
    return Wiring(load_settings(publication.root / "newsletter.toml"))


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["accept-then-5xx", "cut-answer", "garbage", "accept-then-time-out"])
def test_an_operator_drills_a_fault_and_everyone_is_accounted_for(
    publication: Publication, fault: str
) -> None:
    with running(publication, "--webhook", "", "--fault", fault) as (url, _):
        publication.settings(host=url, timeout=1, threads=1)
        publication.subscribe(25)
        sent = publication.run("send", "first", "--yes", "--json")
        assert (sent.exit_code, sent.json["accepted"], sent.json["unknown"]) == (3, 15, 10)
        reconciled = publication.run("reconcile", "first", "--json")
        assert (reconciled.exit_code, reconciled.json["accepted"], reconciled.json["unknown"]) == (0, 25, 0)
    with MessageStore(publication.root / "sandbox.db") as store:
        assert (store.counts().total, store.counts().twice) == (25, 0)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fault", "exit_code"), [("429-reset:2", 0), ("429", 0), ("slow=0.3:2", 0), ("redirect", 1)]
)
def test_a_fault_that_takes_nothing_or_answers_late_doubles_nobody(
    publication: Publication, fault: str, exit_code: int
) -> None:
    with running(publication, "--webhook", "", "--fault", fault) as (url, _):
        publication.settings(host=url, threads=1)
        publication.subscribe(25)
        sent = publication.run("send", "first", "--yes")
        assert (sent.exit_code != 0) == (exit_code != 0), sent.stderr
        resumed = publication.run("send", "first", "--yes", "--json")
        assert resumed.json["accepted"] == 25
    with MessageStore(publication.root / "sandbox.db") as store:
        assert (store.counts().total, store.counts().twice) == (25, 0)


@pytest.mark.slow
def test_it_says_what_it_will_do_and_reports_where_it_is_told_to(
    publication: Publication, webhook: "Webhook"
) -> None:
    options = ("--webhook", webhook.url, "--fault", "slow=0.1:2", "--repeat", "1", "--shuffle", "3")
    with running(publication, *options) as (url, said):
        publication.settings(host=url, batch_size=1000)
        publication.subscribe(3)
        assert publication.run("send", "first", "--yes").exit_code == 0
        events = webhook.wait_for(12)
    assert {event["nl_issue"] for event in events} == {"first"}
    assert said[1] == f"What becomes of its mail is reported to {webhook.url}"
    assert "slow" in said[2]


@pytest.mark.slow
def test_it_says_that_newsletter_serve_has_to_run_where_it_reports_there_by_itself(
    publication: Publication,
) -> None:
    path = publication.root / "newsletter.toml"
    path.write_text(path.read_text().replace("https://news.example.org", ""))
    with running(publication) as (_, said):
        pass
    assert said[1].startswith("What becomes of its mail is reported while newsletter serve runs, to http://")


def test_a_fault_that_does_not_exist_is_wrong_usage(publication: Publication) -> None:
    ran = publication.run("sandbox", "--port", "0", "--fault", "nonsense")
    assert ran.exit_code == 2
    assert "accept-then-time-out" in ran.stderr


def test_an_address_that_is_no_webhook_is_refused(publication: Publication) -> None:
    ran = publication.run("sandbox", "--port", "0", "--webhook", "example.org")
    assert ran.exit_code == 1
    assert "no webhook's address" in ran.stderr


def test_reports_go_to_the_readers_site_only_where_that_is_on_this_machine(
    publication: Publication,
) -> None:
    assert wiring(publication).local_webhook is None
    text = (publication.root / "newsletter.toml").read_text()
    for site, expected in (
        ("", "http://localhost:8000/webhooks/sendgrid"),
        ("http://127.0.0.1:9000", "http://127.0.0.1:9000/webhooks/sendgrid"),
    ):
        (publication.root / "newsletter.toml").write_text(text.replace("https://news.example.org", site))
        assert wiring(publication).local_webhook == expected


def _believed(publication: Publication, *keys: ec.EllipticCurvePrivateKey) -> list[bool]:
    """Say of each key whether a report that it signed counts."""
    ((endpoint,), found) = wiring(publication).endpoints(), []
    assert endpoint.webhook
    for key in keys:
        headers = {SIGNATURE_HEADER: sign(key, "1790000000", b"[]"), TIMESTAMP_HEADER: "1790000000"}
        verifier = endpoint.webhook.verifier(headers, now=1_790_000_000)
        verifier.update(b"[]")
        try:
            verifier.insist()
        except Forged:
            found.append(False)
        else:
            found.append(True)
    return found


def test_the_sandboxs_own_key_counts_where_mail_stays_here_and_nowhere_else(
    make_publication: Callable[[str], Publication], tmp_path: Path
) -> None:
    publication = make_publication("one")
    own = ec.generate_private_key(ec.SECP256R1())
    public = own.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    keys = (own, private_key(publication.root / "sandbox.db"))
    extra = f'webhook_keys = ["{base64.b64encode(public).decode()}"]\n'
    for provider, host in (("sandbox", ""), ("sendgrid", "http://127.0.0.1:8025")):
        publication.settings(provider=provider, host=host, extra=extra)
        assert _believed(publication, *keys) == [True, True]
    publication.settings(extra=extra)
    assert _believed(publication, *keys) == [True, False]


@pytest.mark.slow
def test_mail_sent_to_the_sandbox_is_reported_to_the_site_on_this_machine(
    publication: Publication, webhook: "Webhook"
) -> None:
    publication.settings(provider="sandbox")
    path = publication.root / "newsletter.toml"
    site = webhook.url.removesuffix("/webhooks/sendgrid")
    path.write_text(path.read_text().replace("https://news.example.org", site))
    publication.subscribe(3)
    assert publication.run("send", "first", "--yes").exit_code == 0
    assert len(webhook.events) == 6
