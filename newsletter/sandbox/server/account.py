"""The account behind the local SendGrid: which keys it knows, what they may do, how often."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field

# Keys that begin so are always known and may do everything but one thing: send mail, or ask what became of
# it, which at SendGrid is bought separately.
NO_MAIL_SEND = "SG.no-mail-send"
NO_ACTIVITY = "SG.no-activity"
_LACKING = {NO_MAIL_SEND: "mail.send", NO_ACTIVITY: "email_activity.read"}

SCOPES = (
    "mail.send",
    "mail.batch.create",
    "mail.batch.read",
    "user.scheduled_sends.create",
    "user.scheduled_sends.read",
    "user.scheduled_sends.update",
    "user.scheduled_sends.delete",
    "email_activity.read",
    "suppression.create",
    "suppression.read",
    "suppression.delete",
    "asm.groups.suppressions.read",
    "user.webhooks.event.settings.read",
)


@dataclass(frozen=True, slots=True)
class Account:
    """Know one key, or take any when ``api_key`` is None."""

    api_key: str | None = None

    def scopes(self, authorization: str | None) -> tuple[str, ...] | None:
        """Return what the key in an ``Authorization`` header may do; None when it is missing or wrong."""
        kind, _, key = (authorization or "").partition(" ")
        if kind.lower() != "bearer" or not key or key != key.strip() or " " in key:
            return None
        for beginning, lacking in _LACKING.items():
            if key.startswith(beginning):
                return tuple(scope for scope in SCOPES if scope != lacking)
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
