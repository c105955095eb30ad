"""The events SendGrid reports of a message, as its Event Webhook writes them. Values alone."""

import base64
import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from newsletter.sandbox.behaviour.outcomes import (
    DROPPED,
    DROPS,
    INVALID,
    OUTCOMES,
    REFUSED_BY_POLICY,
    UNKNOWN_RECIPIENT,
    Outcome,
    outcome_of,
)
from newsletter.sandbox.file.message import Processed

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


def outcome(message: Processed) -> Outcome:
    """Return what becomes of a message."""
    return DROPPED if message.dropped else outcome_of(message.email)


def reports_of(message: Processed, delivery: int = 0) -> Iterator[dict[str, Any]]:
    """Yield a message's events in order; another ``delivery`` of the same ones changes their ``sg_event_id``.

    Custom arguments stand at the top level, where they never hide a field of SendGrid's own. The report of a
    late bounce lacks ``sg_message_id``, as SendGrid's does.
    """
    for step in outcome(message).steps:
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


def _own_reason(message: Processed) -> str:
    return DROPS[INVALID] if outcome(message) is OUTCOMES["invalid"] else DROPS["bounces"]


def _event_id(message: Processed, step: str, delivery: int) -> str:
    text = f"{message.message_id} {message.row} {step} {delivery}"
    digest = hashlib.blake2b(text.encode(), digest_size=16).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
