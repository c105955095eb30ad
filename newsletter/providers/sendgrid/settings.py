"""SendGrid's own settings: keys of [delivery] in newsletter.toml, and its API key from the environment."""

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr

from newsletter.delivery.provider_kind import OwnSettings
from newsletter.errors import SettingsError
from newsletter.urls import base_url, is_loopback

GLOBAL_HOST = "https://api.sendgrid.com"
EU_HOST = "https://api.eu.sendgrid.com"  # for accounts whose data stays in the EU


def _host(value: str) -> str:
    if value and urlsplit(value).scheme == "http" and not is_loopback(value):
        raise ValueError("plain http is for loopback only; use https")
    return base_url(value)


class SendGridSettings(OwnSettings):
    """Where SendGrid is reached, and what proves that a report is its own."""

    sendgrid_host: Annotated[str, AfterValidator(_host)] = ""
    residency: Literal["global", "eu"] = "global"
    webhook_keys: tuple[str, ...] = Field(default=(), max_length=2)  # public; two in a rotation
    sendgrid_api_key: SecretStr = SecretStr("")

    @property
    def host(self) -> str:
        """Return the base URL that requests go to."""
        return self.sendgrid_host or (EU_HOST if self.residency == "eu" else GLOBAL_HOST)

    @property
    def stays_here(self) -> bool:
        """Say whether no mail can leave the machine: a loopback host."""
        return is_loopback(self.host)

    @property
    def identity(self) -> str:
        """Name whose acceptance the ledger records; another server's never counts for SendGrid's."""
        if self.host in (GLOBAL_HOST, EU_HOST):
            return "sendgrid"
        return "sendgrid on loopback" if self.stays_here else f"sendgrid at {urlsplit(self.host).netloc}"

    @property
    def report_keys(self) -> tuple[str, ...]:
        """Return the public keys of SendGrid's webhook."""
        return self.webhook_keys

    def insist_complete(self) -> None:
        """Make sure that there is a key. Raises SettingsError."""
        if not self.sendgrid_api_key.get_secret_value():
            raise SettingsError(
                "SENDGRID_API_KEY is not set.",
                hint="Put a key that may send mail in the environment; it is never read from a file.",
            )
