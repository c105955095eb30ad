"""The account behind the local SendGrid: which keys it knows, what they may do, how often."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field

# A key that begins so is always known and may do everything but send mail.
NO_MAIL_SEND = "SG.no-mail-send"

SCOPES = ("mail.send", "mail.batch.create", "mail.batch.read", "user.scheduled_sends.read")


@dataclass(frozen=True, slots=True)
class Account:
    """Know one key, or take any when ``api_key`` is None."""

    api_key: str | None = None

    def scopes(self, authorization: str | None) -> tuple[str, ...] | None:
        """Return what the key in an ``Authorization`` header may do; None when it is missing or wrong."""
        kind, _, key = (authorization or "").partition(" ")
        if kind.lower() != "bearer" or not key or key != key.strip() or " " in key:
            return None
        if key.startswith(NO_MAIL_SEND):
            return tuple(scope for scope in SCOPES if scope != "mail.send")
        if self.api_key is not None and not hmac.compare_digest(key.encode(), self.api_key.encode()):
            return None
        return SCOPES


@dataclass(slots=True)
class RateLimit:
    """Allow so many requests in each second of ``clock``, which counts seconds since 1970."""

    per_second: int
    clock: Callable[[], float]
    _second: int = field(default=0, init=False)
    _used: int = field(default=0, init=False)

    def take(self) -> tuple[bool, dict[str, str]]:
        """Count one request; return whether it may pass, and the headers that tell how things stand."""
        second = int(self.clock())
        if second != self._second:
            self._second, self._used = second, 0
        allowed = self._used < self.per_second
        self._used += allowed
        return allowed, {
            "X-RateLimit-Limit": str(self.per_second),
            "X-RateLimit-Remaining": str(self.per_second - self._used),
            "X-RateLimit-Reset": str(second + 1),
        }
