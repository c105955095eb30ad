"""The local SendGrid as a provider: SendGrid's client, and a server of our own on this machine."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter.delivery.properties import Properties
from newsletter.delivery.provider_kind import ProviderKind, Surroundings
from newsletter.providers.sendgrid.kind import SENDGRID
from newsletter.providers.sendgrid.settings import SendGridSettings

if TYPE_CHECKING:
    from newsletter.delivery.provider import Provider

NAME = "sandbox"  # whose mail certainly reached nobody
KEY = "SG.local.sandbox"
PROPERTIES = Properties(
    "the local SendGrid",
    looks_up=True,
    lists_suppressions=True,
    delivers=False,
    records="SendGrid's activity page",
)


class SandboxSettings(SendGridSettings):
    """Those of SendGrid, whose reports still count, without its host and its key."""

    @property
    def identity(self) -> str:
        """Name whose acceptance the ledger records."""
        return NAME

    @property
    def stays_here(self) -> bool:
        """Say whether no mail can leave the machine."""
        return True

    def insist_complete(self) -> None:
        """Need nothing."""


@contextmanager
def open_sandbox(_own: SandboxSettings, around: Surroundings) -> Iterator["Provider"]:
    """Run the local SendGrid as a process of its own for as long as it is needed."""
    from newsletter.providers.sendgrid.client import SendGridProvider, Server
    from newsletter.sandbox.server.process import start_child

    with start_child(sandbox_file(Path(around.folder)), webhook=around.webhook) as child:
        provider = SendGridProvider(
            Server(
                api_key=KEY, host=child.url, timeout_seconds=around.timeout_seconds, threads=around.threads
            ),
            identity=NAME,
            properties=PROPERTIES,
        )
        with closing(provider):
            yield provider


def sandbox_file(folder: Path) -> Path:
    """Return the local SendGrid's own file in a folder."""
    return folder / "sandbox.db"


SANDBOX = ProviderKind(
    name=NAME,
    properties=PROPERTIES,
    settings=SandboxSettings,
    open_provider=open_sandbox,
    secrets=SENDGRID.secrets,
    reports=SENDGRID.reports,
)
