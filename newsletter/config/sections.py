"""The sections of newsletter.toml: each key with its type, its bounds and its value if nobody sets it."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, create_model, field_validator

from newsletter.config.editors import AUTO, checked_editor
from newsletter.contacts.titles import Titles
from newsletter.delivery.provider_kind import ProviderKind
from newsletter.registry import kinds
from newsletter.urls import base_url

MOST_READERS = 1000  # of a batch: what one answer that never comes leaves open


class SettingsSection(BaseModel):
    """One section: no key but its own."""

    # Settings validate all sections at once, so most never need a validator of their own.
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class PublicationSettings(SettingsSection):
    """Who writes: the named newsletter."""

    name: str = "Newsletter"
    from_name: str = ""
    from_email: str = ""
    reply_to: str = ""
    postal_address: str = ""
    site_url: str = ""
    language: str = "en"
    theme: str = "default"
    wordmark: str = ""  # the name as a picture, next to newsletter.toml; and the one for a dark page
    wordmark_dark: str = ""
    time_zone: str = "UTC"
    titles: Titles = "drop"  # how who is listed as “Dr. Ana” is greeted by first name

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ValueError, OSError, KeyError) as error:
            raise ValueError(f"“{value}” is no time zone; write one like Europe/Lisbon") from error
        return value

    @field_validator("site_url")
    @classmethod
    def _web_address(cls, value: str) -> str:
        return base_url(value)


class LabelSettings(SettingsSection):
    """The phrases put before a story's sections."""

    background: tuple[str, ...] = ("Some shit you should know before you dig in", "Background")
    now: tuple[str, ...] = ("What’s going on now",)
    extra: tuple[str, ...] = ("What’s next", "Another view", "Go deeper")


class DeliverySettings(SettingsSection):
    """How mail leaves. The section holds the settings of every provider too."""

    provider: str = "sandbox"
    batch_size: int = Field(default=MOST_READERS, ge=1, le=MOST_READERS)
    threads: int = Field(default=4, ge=1, le=64)
    rate_per_second: float = Field(default=0, ge=0)  # recipients; 0 is as fast as the provider takes them
    timeout_seconds: float = Field(default=30, gt=0, le=600)
    webhook_lag_minutes: float = Field(default=30, ge=0)  # how long the provider's reports may take
    unknown: Literal["hold", "resend", "drop"] = "hold"  # when reports show that nothing was taken
    grace_minutes: float = Field(default=60, ge=0)  # how late a scheduled issue may still begin
    pause_at_bounces: float = Field(default=0.05, ge=0, le=1)  # share of the mails reported on; 0 never
    pause_at_complaints: float = Field(default=0.003, ge=0, le=1)
    pause_after: int = Field(default=200, ge=1)  # mails reported on before a share means anything

    @field_validator("provider")
    @classmethod
    def _known_provider(cls, value: str) -> str:
        names = [f"'{kind.name}'" for kind in kinds()]
        if f"'{value}'" not in names:
            raise ValueError(f"Input should be {', '.join(names[:-1])} or {names[-1]}")
        return value


@cache
def delivery_with(providers: tuple[ProviderKind, ...]) -> type[DeliverySettings]:
    """Return the model of [delivery] with the keys of these providers, but for their secrets."""
    keys: dict[str, Any] = {
        key: (field.annotation, field)
        for kind in providers
        for key, field in kind.settings.model_fields.items()
        if key not in kind.secrets
    }
    return create_model("DeliverySettings", __base__=DeliverySettings, **keys)


def delivery_of(values: Mapping[str, Any]) -> DeliverySettings:
    """Return the settings of [delivery] that are given, with the keys of every provider."""
    return delivery_with(kinds()).model_validate(values)


class WarmUpSettings(SettingsSection):
    """How many readers a day a new sender may mail: so many on the first day, and each day more."""

    start: date | None = None
    first: int = Field(default=500, ge=1)
    growth: float = Field(default=1.5, ge=1, le=10)


class ApprovalSettings(SettingsSection):
    """Who may approve an issue, by their public keys, and whether one must."""

    required: bool = False
    approvers: dict[str, str] = {}


class CheckSettings(SettingsSection):
    """What `newsletter check` shall not tell of any issue, and lengths in place of the checks' own."""

    ignore: tuple[str, ...] = ()  # codes of warnings and notices, as docs/checks.md lists them
    clients: tuple[str, ...] = ()  # mail programs that have to show every letter, by caniemail's names
    subject_characters: int | None = Field(default=None, ge=1)
    headline_characters: int | None = Field(default=None, ge=1)
    background_words: int | None = Field(default=None, ge=1)
    paragraph_sentences: int | None = Field(default=None, ge=1)
    alt_characters: int | None = Field(default=None, ge=1)
    picture_bytes: int | None = Field(default=None, ge=1)
    background_days: int | None = Field(default=None, ge=1)  # how long a living background's review holds


class PreviewSettings(SettingsSection):
    """How `newsletter preview` opens a line in the editor: a name, or an address with {path} and {line}."""

    editor: str = AUTO

    @field_validator("editor")
    @classmethod
    def _known_editor(cls, value: str) -> str:
        return checked_editor(value)


class DatabaseSettings(SettingsSection):
    """Where the list and the ledger live."""

    url: str = "sqlite:///newsletter.db"
