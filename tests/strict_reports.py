"""What the strict server tells a webhook: signed events about every reader it took, and searches for them.

Written from SendGrid's documents, on nothing of the project's own code.
"""

import base64
import http.client
import json
import queue
import random
import re
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

Report = dict[str, Any]
KINDS = ("processed", "delivered")
ATTEMPT = re.compile(r"unique_args\[(['\"])nl_attempt\1\]\s*=\s*(['\"])([0-9a-f]+)\2")


class Reports:
    """Make events of what was accepted, keep them, and post them signed, on a thread of its own.

    ``times`` posts every event so often, ``shuffle`` in any order, ``at_once`` to a post. A post that is not
    answered with 2xx comes again. Without a webhook nothing is posted until ``post_to``. ``has_search`` says
    that the account may search its mail, which SendGrid sells.
    """

    def __init__(
        self,
        webhook: str = "",
        *,
        times: int = 1,
        shuffle: bool = False,
        at_once: int = 500,
        seed: int = 0,
        has_search: bool = False,
    ) -> None:
        self.webhook = webhook
        self.events: list[Report] = []
        self.messages: dict[str, list[Report]] = {}  # by attempt, as /v3/messages shows them
        self.posts: list[tuple[int, int]] = []  # how each post was answered, how many events it held
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._times, self._shuffle, self._at_once = times, shuffle, at_once
        self._chance = random.Random(seed)  # noqa: S311
        self._waiting: queue.SimpleQueue[list[Report] | None] = queue.SimpleQueue()
        self.has_search = has_search
        self._thread = threading.Thread(target=self._post_all, name="strict-reports", daemon=True)

    @property
    def public_key(self) -> str:
        """Return the key that verifies the posts, as SendGrid shows it: base64 of DER."""
        shown = self._key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return base64.b64encode(shown).decode()

    def signed(self, body: bytes, *, at: float | None = None) -> dict[str, str]:
        """Return the headers of a post: ECDSA over the timestamp and the raw body."""
        timestamp = str(int(time.time() if at is None else at))
        signature = self._key.sign(timestamp.encode() + body, ec.ECDSA(SHA256()))
        return {
            "Content-Type": "application/json",
            "X-Twilio-Email-Event-Webhook-Signature": base64.b64encode(signature).decode(),
            "X-Twilio-Email-Event-Webhook-Timestamp": timestamp,
        }

    def take(self, payload: dict[str, Any], message_id: str) -> None:
        """Note an accepted request: its readers' events, and what a search will find."""
        made = [
            _report(payload, recipient, place, kind, message_id)
            for place, recipient in enumerate(payload["personalizations"])
            for kind in KINDS
        ]
        self.events += made
        attempt = payload.get("custom_args", {}).get("nl_attempt", "")
        self.messages[attempt] = [
            _found(payload, report) for report in made if report["event"] == "delivered"
        ]
        if self.webhook:
            self._waiting.put(made)

    def search(self, query: str) -> tuple[int, bytes]:
        """Answer ``GET /v3/messages?query=…``."""
        if not self.has_search:
            return 403, b'{"errors":[{"message":"access forbidden","field":null}]}'
        asked = parse_qs(urlsplit(query).query)
        found = ATTEMPT.search(asked.get("query", [""])[0])
        if not found or not 1 <= int(asked.get("limit", ["10"])[0]) <= 1000:
            return 400, b'{"errors":[{"message":"invalid query","field":"query"}]}'
        shown = self.messages.get(found.group(3), [])[: int(asked.get("limit", ["10"])[0])]
        return 200, json.dumps({"messages": shown}).encode()

    @property
    def all_taken(self) -> bool:
        """Say whether everything so far was posted and answered with 2xx."""
        taken = sum(events for status, events in self.posts if 200 <= status < 300)
        return taken == len(self.events) * self._times

    def start(self) -> None:
        """Begin to post what is accepted from now on."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread; what is unposted stays so."""
        self.webhook = ""
        self._waiting.put(None)
        self._thread.join()

    def bodies(self, *, but: Callable[[Report], bool] = lambda _: False) -> list[bytes]:
        """Return the events so far as the bodies of posts, repeated and shuffled as asked, some left out."""
        return self._bodies([event for event in self.events if not but(event)])

    def post_to(self, webhook: str) -> None:
        """Post everything so far, now, until each post is answered with 2xx; then go on with what comes."""
        self.webhook = webhook
        for body in self.bodies():
            self._post_until_taken(body)

    def _bodies(self, events: Sequence[Report]) -> list[bytes]:
        all_of_them = list(events) * self._times
        if self._shuffle:
            self._chance.shuffle(all_of_them)
        starts = range(0, len(all_of_them), self._at_once)
        return [json.dumps(all_of_them[start : start + self._at_once]).encode() for start in starts]

    def _post_all(self) -> None:
        while (made := self._waiting.get()) is not None:
            for body in self._bodies(made):
                self._post_until_taken(body)

    def _post_until_taken(self, body: bytes) -> None:
        while self.webhook:
            with suppress(OSError, http.client.HTTPException):
                status = self.post(body, self.signed(body))
                self.posts.append((status, body.count(b'"event"')))
                if 200 <= status < 300:
                    return
            time.sleep(0.05)

    def post(self, body: bytes, headers: dict[str, str]) -> int:
        """Put one post on the wire and return its status."""
        where = urlsplit(self.webhook)
        connection = http.client.HTTPConnection(where.netloc, timeout=600)
        try:
            connection.request("POST", where.path, body, headers)
            return connection.getresponse().status
        finally:
            connection.close()


def _report(
    payload: dict[str, Any], recipient: dict[str, Any], place: int, kind: str, message_id: str
) -> Report:
    args = {**payload.get("custom_args", {}), **recipient.get("custom_args", {})}
    event = {
        "email": recipient["to"][0]["email"],
        "timestamp": int(time.time()),
        "smtp-id": f"<{message_id}@strict.invalid>",
        "event": kind,
        "sg_event_id": base64.urlsafe_b64encode(f"{kind}-{place}-{message_id}".encode()).decode(),
        "sg_message_id": f"{message_id}.recvd-6d5c-1-{place:X}.0",
    }
    return {**args, **event, **({"response": "250 OK"} if kind == "delivered" else {})}


def _found(payload: dict[str, Any], report: Report) -> Report:
    return {
        "from_email": payload["from"]["email"],
        "msg_id": report["sg_message_id"],
        "subject": payload["subject"],
        "to_email": report["email"],
        "status": "delivered",
        "opens_count": 0,
        "clicks_count": 0,
        "last_event_time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(report["timestamp"])),
    }
