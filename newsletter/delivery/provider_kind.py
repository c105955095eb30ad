"""What a provider says of itself before it is opened: its name, what it can do, its own settings.

Everything else asks these values. A provider is one folder that makes a ``ProviderKind`` and a line in the
registry.
"""

from abc import abstractmethod
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import BaseModel, ConfigDict

from newsletter.delivery.properties import Properties
from newsletter.delivery.webhook import Reports

if TYPE_CHECKING:
    from newsletter.delivery.provider import Provider


class OwnSettings(BaseModel):
    """A provider's own settings, made from its keys of [delivery] and its secrets."""

    model_config = ConfigDict(frozen=True, defer_build=True)  # only the chosen provider's are ever validated

    @property
    @abstractmethod
    def identity(self) -> str:
        """Name whose acceptance the ledger records; one provider's never counts for another."""

    @property
    def stays_here(self) -> bool:
        """Say whether no mail can leave the machine."""
        return False

    @property
    def report_keys(self) -> tuple[str, ...]:
        """Return the keys that prove a report to be its own; none where no report is believed."""
        return ()

    def insist_complete(self) -> None:
        """Make sure that nothing it needs is missing. Raises SettingsError."""


class Surroundings(NamedTuple):
    """What a provider is opened with, next to its own settings.

    ``timeout_seconds`` is one request's hard total, ``threads`` how many post at once, ``folder`` where it
    may keep files, and ``webhook`` where a server on this machine may report to; None where there is none.
    """

    timeout_seconds: float
    threads: int
    folder: PurePath
    webhook: str | None = None


Open = Callable[[Any, Surroundings], AbstractContextManager["Provider"]]


@dataclass(frozen=True, slots=True)
class ProviderKind:
    """One provider that settings may choose.

    ``name`` is the value of [delivery] provider. ``settings`` is the model of its own keys in [delivery], and
    ``secrets`` the environment variable of each of its keys that is read from there alone. ``open_provider``
    takes an instance of the model. ``reports`` says where it reports; None when it never does.
    """

    name: str
    properties: Properties
    settings: type[OwnSettings]
    open_provider: Open
    secrets: Mapping[str, str] = field(default_factory=dict, hash=False)
    reports: Reports | None = None
