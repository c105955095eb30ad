"""What is reported: the right events, signed, in posts of a size, again until they are taken."""

import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import orjson
import pytest
from local_sendgrid import JSON, KEY, Site, letter
from pace import FOREVER, stretched
from posts import read_reports

from newsletter.errors import SettingsError
from newsletter.sandbox.behaviour.keys import public_key
from newsletter.sandbox.behaviour.reporter import MAX_POST, Reporter, Reporting, in_posts
from newsletter.sandbox.file import report_queue
from newsletter.sandbox.server.process import start_child

pytestmark = pytest.mark.slow

if TYPE_CHECKING:
    from tests.sandbox.conftest import Webhook

NOW = 1_800_000_000_000_000


@contextmanager
def reporting(
    site: Site, url: str, repeat: int = 0, shuffle: int | None = None, **options: Any
) -> Iterator[Reporter]:
    reporter = Reporter(site.store, Reporting(url, repeat, shuffle), **options)
    reporter.start()
    try:
        yield reporter
    finally:
        reporter.close()


@contextmanager
def nobody_there() -> Iterator[str]:
    """Lend the address of a port that is taken, so that no other program gets it, and that nobody answers."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}/"


def names(events: list[dict[str, Any]], email: str) -> list[str]:
    return [
        f"{event['event']} {event['type']}" if "type" in event else event["event"]
        for event in events
        if event["email"] == email
    ]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("ann@example.org", ["processed", "delivered"]),
        ("bounce@example.org", ["processed", "bounce bounce"]),
        ("Bounce+17@example.net", ["processed", "bounce bounce"]),
        ("blocked@example.org", ["processed", "bounce blocked"]),
        ("complaint@example.org", ["processed", "delivered", "spamreport"]),
        ("deferred+x+y@example.org", ["processed", "deferred", "delivered"]),
        ("dropped@example.org", ["dropped"]),
        ("invalid@example.org", ["dropped"]),
        ("unsubscribe@example.org", ["processed", "delivered", "unsubscribe"]),
        ("latebounce@example.org", ["processed", "delivered", "bounce bounce"]),
        ("bounced@example.org", ["processed", "delivered"]),
        ("bounce.x@example.org", ["processed", "delivered"]),
    ],
)
def test_an_address_brings_the_reports_it_simulates(
    site: Site, webhook: "Webhook", address: str, expected: list[str]
) -> None:
    site.send(letter(address))
    with reporting(site, webhook.url):
        events = webhook.wait_for(len(expected))
    assert names(events, address.lower()) == expected


def test_an_event_carries_the_custom_arguments_at_the_top_and_sendgrids_own_fields(
    site: Site, webhook: "Webhook"
) -> None:
    body = letter("ann@example.org", categories=["news"])
    body["custom_args"]["nl_attempt"] = "ab" * 10
    message_id = site.send(body).headers["X-Message-Id"]
    with reporting(site, webhook.url):
        _, delivered = webhook.wait_for(2)
    assert delivered["event"] == "delivered"
    assert delivered["response"] == "250 OK"
    assert delivered["sg_message_id"].startswith(f"{message_id}.recvd-")
    assert delivered["smtp-id"].startswith("<")
    assert delivered["category"] == ["news"]
    assert isinstance(delivered["timestamp"], int)
    assert {name: delivered[name] for name in ("nl_issue", "nl_batch", "nl_attempt", "nl_reader")} == {
        "nl_issue": "first",
        "nl_batch": "1",
        "nl_attempt": "ab" * 10,
        "nl_reader": "0",
    }


def test_a_custom_argument_never_hides_a_field_of_sendgrids_own(site: Site, webhook: "Webhook") -> None:
    site.send(letter("ann@example.org", custom_args={"event": "bounce", "email": "else@example.org"}))
    with reporting(site, webhook.url):
        events = webhook.wait_for(2)
    assert names(events, "ann@example.org") == ["processed", "delivered"]


def test_a_late_bounce_lacks_the_message_id(site: Site, webhook: "Webhook") -> None:
    site.send(letter("latebounce@example.org"))
    with reporting(site, webhook.url):
        events = webhook.wait_for(3)
    assert ["sg_message_id" in event for event in events] == [True, True, False]


def test_a_post_is_signed_over_its_timestamp_and_raw_bytes(site: Site, webhook: "Webhook") -> None:
    site.send(letter("ann@example.org", "bounce@example.org"))
    with reporting(site, webhook.url):
        webhook.wait_for(4)
    (post,) = webhook.taken
    keys = [public_key(site.store.path)]
    reports = read_reports(post.body, post.headers, keys, now=time.time())
    assert [report.kind for report in reports] == ["processed", "delivered", "processed", "bounce"]
    with pytest.raises(Exception, match="fits no key"):
        read_reports(post.body + b" ", post.headers, keys, now=time.time())


@pytest.mark.slow
def test_a_webhook_that_refuses_is_tried_again_and_gets_everything(site: Site, webhook: "Webhook") -> None:
    webhook.answers = [500, 404]
    site.send(letter("ann@example.org"))
    with reporting(site, webhook.url):
        assert names(webhook.wait_for(2), "ann@example.org") == ["processed", "delivered"]
    assert len(webhook.refused) == 2
    assert report_queue.count(site.store.file) == 0


def test_what_nobody_took_is_there_for_the_next_run(site: Site, webhook: "Webhook") -> None:
    site.send(letter("ann@example.org", "bea@example.org"))
    with nobody_there() as url, reporting(site, url):
        pass
    assert report_queue.count(site.store.file) == 2
    with reporting(site, webhook.url):
        assert Counter(event["event"] for event in webhook.wait_for(4)) == {"processed": 2, "delivered": 2}
    assert report_queue.count(site.store.file) == 0


def test_what_was_reported_is_not_reported_again(site: Site, webhook: "Webhook") -> None:
    site.send(letter("ann@example.org"))
    with reporting(site, webhook.url):
        webhook.wait_for(2)
    site.send(letter("bea@example.org"))
    with reporting(site, webhook.url):
        webhook.wait_for(4)
    assert Counter(event["email"] for event in webhook.events) == {"ann@example.org": 2, "bea@example.org": 2}


def test_two_over_one_file_share_the_work(site: Site, webhook: "Webhook") -> None:
    for number in range(30):
        site.send(letter(f"r{number}@example.org"))
    with reporting(site, webhook.url), reporting(site, webhook.url):
        webhook.wait_for(60)
    assert len(webhook.events) == 60
    assert len({event["sg_event_id"] for event in webhook.events}) == 60


def test_a_post_holds_at_most_768_kb_and_nothing_is_lost_between_posts(
    site: Site, webhook: "Webhook"
) -> None:
    arguments = {"nl_issue": "first", "note": "n" * 1_000}
    site.send(letter(*(f"r{n}@example.org" for n in range(1_000)), custom_args=arguments))
    with reporting(site, webhook.url):
        events = webhook.wait_for(2_000)
    assert len(webhook.taken) > 2
    assert max(len(post.body) for post in webhook.taken) <= MAX_POST
    assert len({(event["email"], event["event"]) for event in events}) == 2_000


def test_an_event_larger_than_a_post_goes_alone() -> None:
    small, large = b"1", b'"' + b"a" * MAX_POST + b'"'
    assert list(in_posts([small, large, small])) == [b"[1]", b"[" + large + b"]", b"[1]"]
    assert list(in_posts([])) == []


def test_repeats_come_under_other_event_ids_and_shuffling_changes_the_order_alone(
    site: Site, webhook: "Webhook"
) -> None:
    site.send(letter(*(f"r{n}@example.org" for n in range(50))))
    with reporting(site, webhook.url, repeat=2, shuffle=7):
        events = webhook.wait_for(300)
    counted = Counter((event["email"], event["event"]) for event in events)
    assert len(counted) == 100
    assert set(counted.values()) == {3}
    assert len({event["sg_event_id"] for event in events}) == 300
    order = [event["email"] for event in events[:100]]
    assert order != sorted(order, key=order.index)
    assert order != [f"r{n // 2}@example.org" for n in range(100)]


def test_a_day_old_report_is_given_up(make_site: Callable[..., Site]) -> None:
    site = make_site(clock=lambda: NOW / 1e6)
    site.send(letter("ann@example.org"))
    file = site.store.file
    assert report_queue.waiting(file, NOW)
    assert report_queue.lease(file, NOW + report_queue.KEEP + 1, NOW + report_queue.KEEP + 2) == []
    assert report_queue.count(file) == 0


def test_a_span_of_one_that_died_is_free_again_when_its_lease_is_over(
    make_site: Callable[..., Site],
) -> None:
    site = make_site(clock=lambda: NOW / 1e6)
    site.send(letter("ann@example.org"))
    file = site.store.file
    (span,) = report_queue.lease(file, NOW, NOW + report_queue.LEASE)
    assert report_queue.lease(file, NOW + 1, NOW + report_queue.LEASE) == []
    assert report_queue.lease(file, NOW + report_queue.LEASE, NOW + 2 * report_queue.LEASE) == [span]


def test_mail_is_answered_while_the_webhook_takes_its_time(site: Site, webhook: "Webhook") -> None:
    webhook.gate.clear()
    with reporting(site, webhook.url):
        for number in range(5):
            assert site.send(letter(f"r{number}@example.org")).status_code == 202
        assert webhook.events == []
        webhook.gate.set()
        assert len(webhook.wait_for(10)) == 10


@pytest.mark.parametrize(
    "url", ["", "localhost:8000", "ftp://x/", "http://", "http://x:y/", "http://é.example/", "http://x/ y"]
)
def test_what_is_no_web_address_is_refused(site: Site, url: str) -> None:
    with pytest.raises(SettingsError, match="no webhook's address"):
        Reporter(site.store, Reporting(url))


def post(url: str, *addresses: str) -> int:
    body = orjson.dumps(letter(*addresses))
    return httpx.post(
        f"{url}/v3/mail/send", content=body, headers={**KEY, **JSON}, timeout=FOREVER
    ).status_code


def test_a_child_hands_over_what_it_has_before_it_ends(tmp_path: Path, webhook: "Webhook") -> None:
    with start_child(tmp_path / "sandbox.db", webhook=webhook.url) as child:
        assert post(child.url, *(f"r{n}@example.org" for n in range(100))) == 202
    assert len(webhook.events) == 200


@pytest.mark.slow
def test_a_child_whose_webhook_is_dead_ends_at_once_and_leaves_it_to_the_next(
    tmp_path: Path, webhook: "Webhook"
) -> None:
    with nobody_there() as url:
        with start_child(tmp_path / "sandbox.db", webhook=url) as child:
            assert post(child.url, "ann@example.org") == 202
            began = time.monotonic()
        assert time.monotonic() - began < stretched(2)
    with start_child(tmp_path / "sandbox.db", webhook=webhook.url):
        webhook.wait_for(2)


@pytest.mark.slow
def test_a_child_whose_webhook_hangs_ends_within_seconds(tmp_path: Path, webhook: "Webhook") -> None:
    webhook.gate.clear()
    with start_child(tmp_path / "sandbox.db", webhook=webhook.url) as child:
        assert post(child.url, "ann@example.org") == 202
        began = time.monotonic()
    assert time.monotonic() - began < stretched(6)
