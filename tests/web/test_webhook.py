"""Reports: believed when signed, answered 204 when stored, and refused in words the provider acts on."""

import base64
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

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
    with read(world.house.engine) as connection:
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
    return world.house.clock.now() // 1_000_000


def _post(world: "World", body: bytes, *, signing: Signing = SENDGRID, age: int = 0) -> httpx.Response:
    return world.client.post(PLACE, content=body, headers=signing.headers(body, _seconds(world) - age))


def _events(world: "World") -> int:
    with read(world.house.engine) as connection:
        return len(connection.execute(select(event.c.id)).all())


def test_a_signed_report_is_stored_and_acted_on(world: "World") -> None:
    body = orjson.dumps([_report(world, ANA, "delivered"), _report(world, ANA, "spamreport")])
    answer = _post(world, body)
    assert (answer.status_code, answer.content) == (204, b"")
    assert _events(world) == 2
    world.send("second")
    proof = publish.status(world.house, "second")
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
    assert [each.status_code for each in refused] == [403] * len(refused)
    assert _events(world) == 0


@pytest.mark.parametrize("body", [b"", b"not JSON", b"{}", b"[1]", b"[[]]", b'[{"a":'])
def test_what_is_signed_but_no_list_of_reports_is_refused_as_unreadable(world: "World", body: bytes) -> None:
    assert _post(world, body).status_code == 400


def test_the_same_post_five_times_at_once_counts_once(world: "World") -> None:
    body = orjson.dumps([_report(world, ANA, "delivered"), _report(world, "bob@example.org", "bounce")])
    headers = SENDGRID.headers(body, _seconds(world))
    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(lambda _: world.client.post(PLACE, content=body, headers=headers), range(5)))
    assert {each.status_code for each in answers} == {204}
    assert _events(world) == 2
    proof = publish.status(world.house, "first")
    assert proof is not None
    assert dict(proof.reported) == {"delivered": 1, "bounce": 1}


def _too_much() -> Iterator[bytes]:
    yield from (b" " * 100_000 for _ in range(200))


def test_more_than_ten_megabytes_are_refused_whatever_the_length_says(world: "World") -> None:
    told = world.client.post(PLACE, content=b" " * 10_000_001)
    try:
        untold = world.client.post(PLACE, content=_too_much()).status_code
    except httpx.TransportError:
        untold = 413  # the answer came, and the end, before all was written
    assert (told.status_code, untold) == (413, 413)
    assert _post(world, b" " * 9_999_990 + b"[]").status_code == 204


def test_without_a_key_nothing_is_believed_and_the_setting_is_named(make_world: Callable[..., Any]) -> None:
    with make_world(webhook_keys=()) as world:
        assert _post(world, b"[]").status_code == 403
        assert any("webhook_keys" in each for each in world.said)


def test_only_posts_are_taken(world: "World") -> None:
    assert world.client.get(PLACE).status_code == 405


def test_a_locked_database_asks_for_the_post_again_and_then_takes_it(make_world: Callable[..., Any]) -> None:
    with make_world(webhook_keys=(SENDGRID.public,), wait_for_lock=0.1) as world:
        body = orjson.dumps([_report(world, ANA, "delivered")])
        held, go = threading.Event(), threading.Event()

        def hold() -> None:
            with write(world.house.engine):
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
            body = orjson.dumps([_report(world, ANA, "bounce")])  # she is in the request on the wire
            assert _post(world, body).status_code == 204

        world.post.meanwhile = report
        world.send("second")
        proof = publish.status(world.house, "second")
        assert proof is not None
        assert proof.state == "paused"
        assert "“second” was paused: newsletter status second says why." in world.said


def test_what_is_said_of_refusals_holds_no_address_and_comes_once_a_minute(world: "World") -> None:
    body = orjson.dumps([_report(world, ANA, "bounce")])
    for _ in range(20):
        world.client.post(PLACE, content=body)
    refusals = [each for each in world.said if "refused" in each]
    assert len(refusals) == 1
    assert ANA not in "".join(world.said)
    assert SENDGRID.public not in "".join(world.said)
