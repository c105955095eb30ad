"""The providers that [delivery] provider may name. A further one is a line here, or ``register``."""

from collections.abc import Callable

from newsletter.delivery.provider_kind import ProviderKind
from newsletter.providers.sendgrid.kind import SENDGRID
from newsletter.sandbox.kind import SANDBOX

_KINDS: dict[str, ProviderKind] = {kind.name: kind for kind in (SANDBOX, SENDGRID)}


def register(kind: ProviderKind) -> Callable[[], object]:
    """Let settings choose a provider of another package; return what takes it back.

    Do it before settings are read.
    """
    _KINDS[kind.name] = kind

    def take_back() -> None:
        del _KINDS[kind.name]

    return take_back


def kinds() -> tuple[ProviderKind, ...]:
    """Return all that can be chosen."""
    return tuple(_KINDS.values())


def kind_named(name: str) -> ProviderKind:
    """Return the one that is called so. Raises KeyError."""
    return _KINDS[name]
