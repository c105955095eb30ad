"""The events SendGrid reports of a message, as its Event Webhook writes them. Values alone."""

import base64
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from newsletter.sandbox.behaviour.simulated import (
    DROPPED,
    DROPS,
    INVALID,
    OUTCOMES,
    REFUSED_BY_POLICY,
    UNKNOWN_RECIPIENT,
    Outcome,
    outcome_of,
)

_IP = "127.0.0.1"
_BOUNCE = {
    "event": "bounce",
    "type": "bounce",
    "reason": UNKNOWN_RECIPIENT,
    "status": "5.1.1",
    "bounce_classification": "Invalid Address",
    "ip": _IP,
    "tls": 1,
}
# What each step adds to the fields that all events have.
_DETAILS: Mapping[str, Mapping[str, Any]] = {
    "processed": {"event": "processed"},
    "delivered": {"event": "delivered", "response": "250 OK", "ip": _IP, "tls": 1},
    "deferred": {"event": "deferred", "response": "450 4.2.1 Try again later.", "attempt": "1"},
    "bounce": _BOUNCE,
    "late bounce": _BOUNCE,
    "blocked": {
        **_BOUNCE,
        "type": "blocked",
        "reason": REFUSED_BY_POLICY,
        "status": "5.7.1",
        "bounce_classification": "Reputation",
    },
    "dropped": {"event": "dropped", "reason": "Bounced Address", "status": "5.0.0"},
    "spamreport": {"event": "spamreport"},
    "unsubscribe": {"event": "unsubscribe"},
}


@dataclass(frozen=True, slots=True)
class Reported:
    """What events tell of a message. ``at`` is seconds since 1970; ``dropped`` is why it was, if it was."""

    row: int
    position: int
    message_id: str
    email: str
    at: int
    custom_args: Mapping[str, str]
    categories: tuple[str, ...] = ()
    dropped: str = ""

    @property
    def sg_message_id(self) -> str:
        """Return the id of this one message, which begins with that of its request."""
        return f"{self.message_id}.recvd-sandbox-{self.row:x}.{self.position}"

    @property
    def outcome(self) -> Outcome:
        """Return what becomes of it."""
        return DROPPED if self.dropped else outcome_of(self.email)


def reports_of(message: Reported, delivery: int = 0) -> Iterator[dict[str, Any]]:
    """Yield a message's events in order; another ``delivery`` of the same ones changes their ``sg_event_id``.

    Custom arguments stand at the top level, where they never hide a field of SendGrid's own. The report of a
    late bounce lacks ``sg_message_id``, as SendGrid's does.
    """
    for step in message.outcome.steps:
        event = {
            **message.custom_args,
            "email": message.email,
            "timestamp": message.at,
            "smtp-id": f"<{message.message_id}.{message.row}@sandbox.invalid>",
            "sg_event_id": _event_id(message, step, delivery),
            "sg_message_id": message.sg_message_id,
            **_DETAILS[step],
        }
        if step == "dropped":
            event["reason"] = message.dropped or _own_reason(message)
        elif step == "late bounce":
            del event["sg_message_id"]
        if message.categories:
            event["category"] = list(message.categories)
        yield event


def _own_reason(message: Reported) -> str:
    return DROPS[INVALID] if message.outcome is OUTCOMES["invalid"] else DROPS["bounces"]


def _event_id(message: Reported, step: str, delivery: int) -> str:
    text = f"{message.message_id} {message.row} {step} {delivery}"
    digest = hashlib.blake2b(text.encode(), digest_size=16).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
