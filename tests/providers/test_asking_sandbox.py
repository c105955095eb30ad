"""Asking the local SendGrid what it took and who it no longer mails, and reading what it reports."""

import time
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from local_sendgrid import Stage
from pace import FOREVER
from posts import read_reports
from provider_samples import ENVELOPE, TAGS, columns, reader

from newsletter.delivery.evidence import HasMail, HasNoMail
from newsletter.delivery.outcomes import Accepted
from newsletter.delivery.provider import Recipient
from newsletter.delivery.reports import consequence
from newsletter.providers.sendgrid.client import SendGridProvider, Server
from newsletter.sandbox.behaviour.keys import private_key, public_key, sign
from newsletter.sandbox.behaviour.reports import reports_of
from newsletter.sandbox.file.message import Processed

ATTEMPT = "0123456789abcdef0123"
SECOND = 1_000_000


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with Stage().running() as running:
        yield running


@pytest.fixture
def provider(stage: Stage, tmp_path: Path) -> Iterator[SendGridProvider]:
    with stage.site(tmp_path / "sandbox.db") as site:
        made = SendGridProvider(
            Server(api_key="SG.test.key", host=site.url, timeout_seconds=FOREVER, threads=1),
            identity="sandbox",
        )
        yield made
        made.close()


def to(number: int, email: str) -> Recipient:
    return reader(number)._replace(email=email)


def test_what_was_taken_is_found_by_its_attempt_and_nothing_else_is(provider: SendGridProvider) -> None:
    request = provider.prepare(ENVELOPE, TAGS)(columns([reader(1), reader(2)]), batch="1", attempt=ATTEMPT)
    taken = provider.post(request, pytest.fail)
    assert isinstance(taken, Accepted)
    assert provider.look_up(ATTEMPT) == HasMail(taken.message_id)
    assert provider.look_up("f" * 20) == HasNoMail()


def test_addresses_that_simulate_an_outcome_come_back_as_suppressions(provider: SendGridProvider) -> None:
    names = ["bounce", "complaint", "invalid", "unsubscribe", "blocked", "deferred", "fine"]
    readers = [to(n, f"{name}@example.org") for n, name in enumerate(names, 1)]
    request = provider.prepare(ENVELOPE, TAGS)(columns(readers), batch="1", attempt=ATTEMPT)
    assert isinstance(provider.post(request, pytest.fail), Accepted)
    until = (int(time.time()) + 5) * SECOND
    assert {
        suppression.email.partition("@")[0]: suppression.reason
        for suppression in provider.suppressions(0, until)
    } == {
        "bounce": "bounce",
        "complaint": "complaint",
        "invalid": "invalid",
        "unsubscribe": "unsubscribed",
    }


@pytest.mark.parametrize(
    ("name", "kinds", "acts"),
    [
        ("bounce", ["processed", "bounce"], 1),
        ("latebounce", ["processed", "delivered", "bounce"], 1),
        ("blocked", ["processed", "blocked"], 0),
        ("complaint", ["processed", "delivered", "complaint"], 1),
        ("deferred", ["processed", "deferred", "delivered"], 0),
        ("dropped", ["dropped"], 1),
        ("invalid", ["dropped"], 1),
        ("unsubscribe", ["processed", "delivered", "unsubscribe"], 1),
        ("ann", ["processed", "delivered"], 0),
    ],
)
def test_its_reports_are_read_and_ask_for_the_right_thing(
    tmp_path: Path, name: str, kinds: list[str], acts: int
) -> None:
    sandbox = tmp_path / "sandbox.db"
    ids = {"nl_attempt": ATTEMPT, "nl_reader": "7"}
    message = Processed(3, 1, "abcDEF", f"{name}@example.org", 1_790_000_000, ids)
    shown = public_key(sandbox)
    found = []
    for delivery in (0, 1):
        body = orjson.dumps(list(reports_of(message, delivery)))
        headers = {
            "X-Twilio-Email-Event-Webhook-Signature": sign(private_key(sandbox), "1790000000", body),
            "X-Twilio-Email-Event-Webhook-Timestamp": "1790000000",
        }
        found.append(read_reports(body, headers, (shown,), now=1_790_000_060))
    assert [event.kind for event in found[0]] == kinds
    assert found[0] == found[1]
    assert sum(consequence(event) is not None for event in found[0]) == acts
    assert {(event.attempt, event.reader) for event in found[0]} == {(ATTEMPT, 7)}
    assert {event.message_id for event in found[0]} <= {"abcDEF", ""}
