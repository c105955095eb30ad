"""What the postbox reports: a list of what became of messages, with a token that only it and we know."""

import hmac
from collections.abc import Mapping, Sequence

import orjson

from newsletter.delivery.clock import SECOND
from newsletter.delivery.events import Event
from newsletter.delivery.webhook import Forged, Unreadable, Verifier


class PostboxWebhook:
    """Take what the postbox posts."""

    max_bytes = 100_000

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = keys

    def verifier(self, headers: Mapping[str, str], *, now: float) -> Verifier:
        """Judge a post by the token in its headers; its age says nothing here."""
        said = headers.get("authorization", "").encode()
        if not any(hmac.compare_digest(said, key.encode()) for key in self._keys):
            raise Forged("The post has no token of ours.")
        return _Proved()

    def events(self, body: bytes, *, now: float) -> list[Event]:
        """Return what became of each message."""
        try:
            return [_event(report, int(now * SECOND)) for report in orjson.loads(body)]
        except (orjson.JSONDecodeError, TypeError, KeyError) as error:
            raise Unreadable("The post is no list of reports.") from error


class _Proved:
    """Need nothing of the body: the token is the whole proof."""

    def update(self, piece: bytes) -> None:
        """Take in the next bytes."""

    def insist(self) -> None:
        """Know already."""


def _event(report: Mapping[str, str], now: int) -> Event:
    reader = int(report["reader"])
    key = f"{report['attempt']}.{reader}.{report['became']}".encode()
    kind = "delivered" if report["became"] == "delivered" else "bounce"
    return Event(key, kind, now, report["to"], report["attempt"], reader, report["id"], alone=True)
