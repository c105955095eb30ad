"""Reports: believed when signed, answered 204 when stored, and refused in words the provider acts on."""

import base64
import json
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from select import select as wait_for_any
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx
import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pace import FOREVER
from sqlalchemy import select

from newsletter import publish
from newsletter.delivery.reports import PauseAt
from newsletter.store.database import read, write
from newsletter.store.tables import attempt, event

if TYPE_CHECKING:
    from conftest import World

ANA = "ana@example.org"
PLACE = "/webhooks/sendgrid"


class Signing:
    """A key pair as SendGrid has one."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        public = self._key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        self.public = base64.b64encode(public).decode()

    def headers(self, body: bytes, at: int) -> dict[str, str]:
        signature = self._key.sign(str(at).encode() + body, ec.ECDSA(SHA256()))
        return {
            "X-Twilio-Email-Event-Webhook-Signature": base64.b64encode(signature).decode(),
            "X-Twilio-Email-Event-Webhook-Timestamp": str(at),
            "Content-Type": "application/json",
        }


SENDGRID, OLD = Signing(), Signing()


@pytest.fixture
def world(make_world: Callable[..., Any]) -> Iterator["World"]:
    """A world that believes two keys."""
    with make_world(webhook_keys=(SENDGRID.public, OLD.public)) as made:
        yield made


def _report(world: "World", email: str, kind: str, **more: object) -> dict[str, object]:
    with read(world.context.engine) as connection:
        latest = connection.scalars(select(attempt.c.id).order_by(attempt.c.posted_at)).all()[-1]
    return {
        "email": email,
        "event": kind,
        "timestamp": _seconds(world),
        "sg_event_id": f"{kind}-{email}",
        "nl_attempt": latest,
        "nl_reader": str(world.id_of(email)),
        **more,
    }


def _seconds(world: "World") -> int:
    return world.context.clock.now() // 1_000_000


def _post(world: "World", body: bytes, *, signing: Signing = SENDGRID, age: int = 0) -> httpx.Response:
    return world.client.post(PLACE, content=body, headers=signing.headers(body, _seconds(world) - age))


def _events(world: "World") -> int:
    with read(world.context.engine) as connection:
        return len(connection.execute(select(event.c.id)).all())


def test_a_signed_report_is_stored_and_acted_on(world: "World") -> None:
    body = orjson.dumps([_report(world, ANA, "delivered"), _report(world, ANA, "spamreport")])
    answer = _post(world, body)
    assert (answer.status_code, answer.content) == (204, b"")
    assert _events(world) == 2
    world.send("second")
    proof = publish.status(world.context, "second")
    assert proof is not None
    assert dict(proof.excluded) == {"complaint": 1}


def test_both_keys_of_a_rotation_count(world: "World") -> None:
    body = orjson.dumps([_report(world, ANA, "delivered")])
    assert _post(world, body, signing=OLD).status_code == 204


def test_forged_changed_unsigned_and_stale_posts_are_refused(world: "World") -> None:
    body = orjson.dumps([_report(world, ANA, "spamreport")])
    signed = SENDGRID.headers(body, _seconds(world))
    refused = [
        _post(world, body, signing=Signing()),
        world.client.post(PLACE, content=body + b" ", headers=signed),
        world.client.post(PLACE, content=body[:-1], headers=signed),
        world.client.post(PLACE, content=body),
        world.client.post(PLACE, content=b""),
        _post(world, body, age=26 * 3600),
        _post(world, body, age=-3600),
    ]
    assert [answer.status_code for answer in refused] == [403] * len(refused)
    assert _events(world) == 0


@pytest.mark.parametrize("body", [b"", b"not JSON", b"{}", b"[1]", b"[[]]", b'[{"a":'])
def test_what_is_signed_but_no_list_of_reports_is_refused_as_unreadable(world: "World", body: bytes) -> None:
    assert _post(world, body).status_code == 400


def test_strange_events_cost_the_others_of_a_post_nothing(world: "World") -> None:
    good = [_report(world, ANA, "delivered"), _report(world, "bob@example.org", "bounce")]
    ghost = {**good[0], "nl_attempt": "f" * 20}
    strange = [
        b'{"event":"open","x":' + b"9" * 6_000 + b"}",
        b'{"event":"bounce","x":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"event":' + b"[" * 1_000 + b"]" * 1_000 + b"}",
        b'{"event": tru}',
        json.dumps({**ghost, "nl_issue": "\ud800"}).encode(),
        json.dumps({**ghost, "nl_issue": "a\0b", "timestamp": 1}).encode(),
        json.dumps({**ghost, "reason": "x" * 1_000_000, "event": "bounce"}).encode(),
        b"9" * 6_000,
    ]
    body = b"[" + b",".join([*strange[:4], *map(orjson.dumps, good), *strange[4:]]) + b"]"
    assert _post(world, body).status_code == 204
    assert _events(world) == len(strange) + len(good)
    assert _post(world, body).status_code == 204
    assert _events(world) == len(strange) + len(good)
    proof = publish.status(world.context, "first")
    assert proof is not None
    assert dict(proof.reported) == {"delivered": 1, "bounce": 1}


def test_the_same_post_five_times_at_once_counts_once(world: "World") -> None:
    body = orjson.dumps([_report(world, ANA, "delivered"), _report(world, "bob@example.org", "bounce")])
    headers = SENDGRID.headers(body, _seconds(world))
    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(lambda _: world.client.post(PLACE, content=body, headers=headers), range(5)))
    assert {answer.status_code for answer in answers} == {204}
    assert _events(world) == 2
    proof = publish.status(world.context, "first")
    assert proof is not None
    assert dict(proof.reported) == {"delivered": 1, "bounce": 1}


def _too_much() -> Iterator[bytes]:
    yield from (b" " * 100_000 for _ in range(200))


def test_more_than_ten_megabytes_are_refused_whatever_the_length_says(world: "World") -> None:
    headers = SENDGRID.headers(b"", _seconds(world))
    declared = _post(world, b" " * 10_000_001)
    undeclared = world.client.post(PLACE, content=_too_much(), headers=headers)
    assert (declared.status_code, undeclared.status_code) == (413, 413)
    assert _post(world, b" " * 9_999_990 + b"[]").status_code == 204


def _head(world: "World", headers: Mapping[str, str], *, length: int = 9_900_000) -> bytes:
    lines = [f"POST {PLACE} HTTP/1.1", "Host: site", f"Content-Length: {length}"]
    return "\r\n".join([*lines, *(f"{name}: {value}" for name, value in headers.items()), "", ""]).encode()


@contextmanager
def _wire(world: "World", said: bytes) -> Iterator[socket.socket]:
    where = urlsplit(str(world.client.base_url))
    with socket.create_connection((where.hostname, where.port), timeout=60) as wire:
        wire.sendall(said)
        yield wire


@pytest.mark.parametrize(
    "changes",
    [
        {"X-Twilio-Email-Event-Webhook-Signature": ""},
        {"X-Twilio-Email-Event-Webhook-Signature": "bm9uZQ=="},
        {"X-Twilio-Email-Event-Webhook-Signature": "not base64!"},
        {"X-Twilio-Email-Event-Webhook-Timestamp": ""},
        {"X-Twilio-Email-Event-Webhook-Timestamp": "0"},
        {"X-Twilio-Email-Event-Webhook-Timestamp": "9999999999"},
        {"X-Twilio-Email-Event-Webhook-Timestamp": "soon"},
    ],
)
def test_a_signature_or_time_that_cannot_be_right_is_refused_before_any_of_the_body(
    world: "World", changes: dict[str, str]
) -> None:
    headers = {**SENDGRID.headers(b"[]", _seconds(world)), **changes}
    with _wire(world, _head(world, headers)) as wire:  # and not a byte of the body
        assert b" 403 " in wire.recv(4096)


def test_bodies_held_back_by_strangers_make_way_for_the_providers(world: "World") -> None:
    stranger = _head(world, Signing().headers(b"", _seconds(world)))
    with ExitStack() as stack:
        wires = [stack.enter_context(_wire(world, stranger)) for _ in range(4)]
        for wire in wires:  # all but the last bytes: together far more than there is room for
            threading.Thread(target=_send_quietly, args=[wire, b" " * 9_800_000], daemon=True).start()
        body = orjson.dumps([_report(world, ANA, "delivered", reason="x" * 700_000)])
        assert _post(world, body).status_code == 204
        answered, _, _ = wait_for_any(wires, [], [], FOREVER)  # the others wait on for half a minute
        assert answered
        assert all(b" 503 " in wire.recv(4096) for wire in answered)
    assert _events(world) == 1


def _send_quietly(wire: socket.socket, content: bytes) -> None:
    with suppress(OSError):
        wire.sendall(content)


@pytest.mark.slow
def test_a_slow_post_of_the_providers_is_taken(world: "World") -> None:
    body = orjson.dumps([_report(world, ANA, "delivered")])

    def slowly() -> Iterator[bytes]:
        for place in range(0, len(body), 20):
            threading.Event().wait(0.05)
            yield body[place : place + 20]

    headers = SENDGRID.headers(body, _seconds(world))
    assert world.client.post(PLACE, content=slowly(), headers=headers).status_code == 204
    assert _events(world) == 1


@pytest.mark.slow
def test_a_body_that_does_not_come_in_time_is_given_up(make_world: Callable[..., Any]) -> None:
    with make_world(webhook_keys=(SENDGRID.public,), patience=0.2) as world:
        headers = SENDGRID.headers(b"[]", _seconds(world))
        with _wire(world, _head(world, headers) + b"[") as wire:
            assert b" 408 " in wire.recv(4096)


def test_while_a_post_of_many_events_is_taken_in_readers_leave(make_world: Callable[..., Any]) -> None:
    resting, go = threading.Event(), threading.Event()

    def rest(_seconds: float) -> None:
        resting.set()
        go.wait(30)

    with make_world(webhook_keys=(SENDGRID.public,), rest=rest, wait_for_lock=0.1) as world:
        one = _report(world, ANA, "click")
        body = orjson.dumps([{**one, "url": f"https://example.org/{n}"} for n in range(2_500)])
        with ThreadPoolExecutor(1) as pool:
            posted = pool.submit(_post, world, body)
            assert resting.wait(30)
            assert world.client.post(world.post.path(ANA, "u")).status_code == 200
            assert world.statuses(ANA)["morning"] == "unsubscribed"
            assert not posted.done()  # acknowledged only once all is in
            assert 0 < _events(world) < 2_500
            go.set()
            assert posted.result().status_code == 204
        assert _events(world) == 2_500
        assert _post(world, body).status_code == 204
        assert _events(world) == 2_500


def test_without_a_key_nothing_is_believed_and_the_setting_is_named(make_world: Callable[..., Any]) -> None:
    with make_world(webhook_keys=()) as world:
        assert _post(world, b"[]").status_code == 403
        assert any("webhook_keys" in sentence for sentence in world.said)


def test_only_posts_are_taken(world: "World") -> None:
    answer = world.client.get(PLACE)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


def test_a_locked_database_asks_for_the_post_again_and_then_takes_it(make_world: Callable[..., Any]) -> None:
    with make_world(webhook_keys=(SENDGRID.public,), wait_for_lock=0.1) as world:
        body = orjson.dumps([_report(world, ANA, "delivered")])
        held, go = threading.Event(), threading.Event()

        def hold() -> None:
            with write(world.context.engine):
                held.set()
                go.wait(FOREVER)

        holder = threading.Thread(target=hold)
        holder.start()
        held.wait(FOREVER)
        refused = _post(world, body)
        go.set()
        holder.join()
        assert refused.status_code == 503
        assert _events(world) == 0
        assert _post(world, body).status_code == 204
        assert _events(world) == 1


def test_a_pause_by_reports_is_told(make_world: Callable[..., Any]) -> None:
    with make_world(webhook_keys=(SENDGRID.public,), pause=PauseAt(0.05, 0.003, 1)) as world:
        for n in range(30):
            world.join(f"reader{n}@example.org")

        def report() -> None:
            world.post.meanwhile = lambda: None
            body = orjson.dumps([_report(world, ANA, "bounce")])  # who is in the request on the wire
            assert _post(world, body).status_code == 204

        world.post.meanwhile = report
        world.send("second")
        proof = publish.status(world.context, "second")
        assert proof is not None
        assert proof.state == "paused"
        assert "“second” was paused. See why: newsletter status second" in world.said


def test_what_is_said_of_refusals_holds_no_address_and_comes_once_a_minute(world: "World") -> None:
    body = orjson.dumps([_report(world, ANA, "bounce")])
    for _ in range(20):
        world.client.post(PLACE, content=body)
    refusals = [sentence for sentence in world.said if "refused" in sentence]
    assert len(refusals) == 1
    assert ANA not in "".join(world.said)
    assert SENDGRID.public not in "".join(world.said)
