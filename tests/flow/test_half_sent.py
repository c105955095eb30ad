"""Mailings that an earlier version froze go on after upgrading, byte for byte as it would have sent them.

``landed/half_sent.sql`` is a database from before links had a second form: “first” stopped after its first
batch, “second” held for being late. ``half_sent.json`` holds what that version then sent when both were
resumed: each request's digest with ATTEMPT for the attempt's id, and its readers' parts, to see what differs.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from scripted import Scripted, Wired

from newsletter import publish, readership
from newsletter.contacts.links import Reference
from newsletter.delivery.frozen import Envelope
from newsletter.delivery.provider import Build, Recipient
from newsletter.providers.sendgrid.sending.request import prepare_requests

LANDED = Path(__file__).parent / "landed"
KEY = b"the key of the version that froze them"


@dataclass
class Recorder(Scripted):
    """A provider that also keeps each request as SendGrid would get it."""

    bodies: list[bytes] = field(default_factory=list)

    def prepare(self, envelope: Envelope, tags: Sequence[str]) -> Build:
        real, scripted = prepare_requests(envelope, tags), super().prepare(envelope, tags)

        def build(recipients: Sequence[Recipient], *, batch: str, attempt: str) -> bytes:
            body = real(recipients, batch=batch, attempt=attempt)
            self.bodies.append(body.replace(attempt.encode(), b"ATTEMPT"))
            return scripted(recipients, batch=batch, attempt=attempt)

        return build


@pytest.fixture
def upgraded(tmp_path: Path) -> Iterator[Wired]:
    """A publication whose database and key are the earlier version's."""
    context = Wired(tmp_path / "publication", Recorder(), batch_size=4)
    root = context.settings.root
    (root / "newsletter.db").unlink()
    with closing(sqlite3.connect(root / "newsletter.db")) as connection:
        connection.executescript((LANDED / "half_sent.sql").read_text(encoding="utf-8"))
    (root / "newsletter.key").write_bytes(KEY)
    yield context
    context.engine.dispose()


def test_half_sent_and_held_mailings_go_on_byte_for_byte(upgraded: Wired) -> None:
    recorded = json.loads((LANDED / "half_sent.json").read_text(encoding="utf-8"))
    upgraded.clock.at = recorded["clock"]  # type: ignore[attr-defined]
    for issue in ("first", "second"):
        proof = publish.resume(upgraded, issue)
        assert (proof.state, proof.accepted) == ("finished", 10)
    post = upgraded.post
    assert isinstance(post, Recorder)
    sent = {_place(json.loads(body)["custom_args"]): body for body in post.bodies}
    expected = {(request["issue"], request["batch"]): request for request in recorded["requests"]}
    assert sorted(sent) == sorted(expected)
    for place, body in sent.items():
        assert json.loads(body)["personalizations"] == expected[place]["personalizations"]
        assert hashlib.sha256(body).hexdigest() == expected[place]["sha256"]


def _place(args: dict[str, Any]) -> tuple[str, str]:
    return args["nl_issue"], args["nl_batch"]


def test_who_joins_later_gets_the_frozen_bytes_and_a_link_of_their_form_that_opens(upgraded: Wired) -> None:
    publish.resume(upgraded, "first")
    readership.add(upgraded.engine, "morning", "kim@example.org", now=upgraded.clock.now)
    publish.send(upgraded, publish.plan_send(upgraded, "first", as_sent=True))
    post = upgraded.post
    assert isinstance(post, Recorder)
    [one] = json.loads(post.bodies[-1])["personalizations"]
    assert one["to"] == [{"email": "kim@example.org"}]
    link = one["substitutions"]["-nl.unsubscribe_url-"]
    assert one["headers"]["List-Unsubscribe"] == f"<{link}>"
    found = readership.follow((KEY,), "unsubscribe", link.rpartition("/")[2], now=upgraded.clock.now())
    assert found == Reference(reader=11, mailing=3)
