"""Settings: newsletter.toml, then the environment. Nothing else reads either."""

import os
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, create_model, field_validator

from newsletter.contacts.names import Titles
from newsletter.delivery.provider_kind import OwnSettings, ProviderKind
from newsletter.errors import SettingsError
from newsletter.paths import SETTINGS_FILE
from newsletter.registry import kind_named, kinds
from newsletter.sentences import why_unread
from newsletter.urls import base_url
from newsletter.variables import SECRETS, Fields, merged, misspelt, nearest

MAX_BYTES = 1_000_000
MOST_READERS = 1000  # of a batch: what one answer that never comes leaves open


class _Section(BaseModel):
    # Settings validate all sections at once, so most never need a validator of their own.
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class PublicationSettings(_Section):
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


class LabelSettings(_Section):
    """The phrases put before a story's sections."""

    background: tuple[str, ...] = ("Some shit you should know before you dig in", "Background")
    now: tuple[str, ...] = ("What’s going on now",)
    extra: tuple[str, ...] = ("What’s next", "Another view", "Go deeper")


class DeliverySettings(_Section):
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
def _delivery_with(providers: tuple[ProviderKind, ...]) -> type[DeliverySettings]:
    """Return the model of [delivery] with the keys of these providers, but for their secrets."""
    keys: dict[str, Any] = {
        key: (field.annotation, field)
        for kind in providers
        for key, field in kind.settings.model_fields.items()
        if key not in kind.secrets
    }
    return create_model("DeliverySettings", __base__=DeliverySettings, **keys)


def _delivery(values: Mapping[str, Any]) -> DeliverySettings:
    return _delivery_with(kinds()).model_validate(values)


class WarmUpSettings(_Section):
    """How many readers a day a new sender may mail: so many on the first day, and each day more."""

    start: date | None = None
    first: int = Field(default=500, ge=1)
    growth: float = Field(default=1.5, ge=1, le=10)


class ApprovalSettings(_Section):
    """Who may approve an issue, by their public keys, and whether one must."""

    required: bool = False
    approvers: dict[str, str] = {}


class CheckSettings(_Section):
    """What `newsletter check` shall not tell of any issue."""

    ignore: tuple[str, ...] = ()  # codes of warnings and notices, as docs/checks.md lists them


class DatabaseSettings(_Section):
    """Where the list and the ledger live."""

    url: str = "sqlite:///newsletter.db"


class Settings(BaseModel):
    """All settings, frozen. ``root`` is newsletter.toml's (``file``'s) folder, where relative paths start."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    publication: PublicationSettings = Field(default_factory=PublicationSettings)
    labels: LabelSettings = Field(default_factory=LabelSettings)
    checks: CheckSettings = Field(default_factory=CheckSettings)
    delivery: DeliverySettings = Field(default_factory=lambda: _delivery({}))
    database: DatabaseSettings = Field(default_factory=DatabaseSettings)
    warm_up: WarmUpSettings = Field(default_factory=WarmUpSettings)
    approval: ApprovalSettings = Field(default_factory=ApprovalSettings)
    root: Path = Path()
    file: Path | None = None
    provider_secrets: dict[str, SecretStr] = {}
    secret_key: SecretStr = SecretStr("")
    secret_keys_old: SecretStr = SecretStr("")
    approval_key: SecretStr = SecretStr("")

    @field_validator("delivery", mode="before")
    @classmethod
    def _with_every_provider(cls, values: object) -> object:
        return _delivery(values) if isinstance(values, dict) else values

    @property
    def provider_kind(self) -> ProviderKind:
        """Return the description of the provider that is chosen."""
        return kind_named(self.delivery.provider)

    @property
    def provider_settings(self) -> OwnSettings:
        """Return the chosen provider's own settings."""
        return self.settings_of(self.provider_kind)

    def settings_of(self, kind: ProviderKind) -> OwnSettings:
        """Return a provider's own settings, whether it is the chosen one or not."""
        model = kind.settings
        given = {**self.delivery.model_dump(), **self.provider_secrets}
        return model.model_validate({key: given[key] for key in model.model_fields if key in given})

    @property
    def batch_size(self) -> int:
        """Return how many readers a request is for: as set, and as the provider takes."""
        return min(self.delivery.batch_size, self.provider_kind.properties.most_recipients)

    @property
    def stays_here(self) -> bool:
        """Say whether no mail can leave the machine."""
        return self.provider_settings.stays_here

    @property
    def provider_identity(self) -> str:
        """Name whose acceptance the ledger records; one provider's never counts for another."""
        return self.provider_settings.identity

    @property
    def site_url(self) -> str:
        """Return the readers' site, or where it would be on this machine."""
        return self.publication.site_url or "http://localhost:8000"

    @property
    def database_url(self) -> str:
        """Return the database's URL with a relative SQLite path made absolute."""
        path = self.sqlite_path
        query = self.database.url.partition("?")[2]
        return f"sqlite:///{path}{'?' if query else ''}{query}" if path else self.database.url

    @property
    def sqlite_path(self) -> Path | None:
        """Return the SQLite file, or None when the database is another."""
        scheme, _, rest = self.database.url.partition("?")[0].partition("://")
        if scheme.split("+")[0] != "sqlite":
            return None
        return self.root / (rest.removeprefix("/") or "newsletter.db")

    @property
    def state_folder(self) -> Path:
        """Return the folder for what lies next to the database: key, lock, the local SendGrid's file."""
        return self.sqlite_path.parent if self.sqlite_path else self.root


def wants_colour(*, terminal: bool) -> bool:
    """Say whether a person wants colours: on a terminal, unless the environment says otherwise.

    The order is that of Python's own messages: NO_COLOR, FORCE_COLOR (0 is no), a TERM that is dumb.
    """
    forced = os.environ.get("FORCE_COLOR", "").lower()
    if os.environ.get("NO_COLOR") or forced in {"0", "false"}:
        return False
    return bool(forced) or (terminal and not is_dumb_terminal())


def is_dumb_terminal() -> bool:
    """Say whether the terminal can do no more than print, as an editor's own or a log."""
    return os.environ.get("TERM") == "dumb"


def editor_command() -> str:
    """Return the command of the person's editor, with its arguments, or nothing."""
    visual = "" if is_dumb_terminal() else os.environ.get("VISUAL", "")
    return visual.strip() or os.environ.get("EDITOR", "").strip()


def environment_with(settings: Mapping[str, str]) -> dict[str, str]:
    """Return this process's environment with ``settings`` in place of its own, for a command it starts."""
    return {**os.environ, **settings}


def find_file(start: Path) -> Path | None:
    """Return the newsletter.toml of this folder or the nearest above it."""
    folder = start.resolve()
    return next(
        (place / SETTINGS_FILE for place in (folder, *folder.parents) if (place / SETTINGS_FILE).is_file()),
        None,
    )


def load_settings(file: Path | None = None, *, start: Path | None = None, required: bool = True) -> Settings:
    """Return the settings of the publication in ``start`` (this folder) or above it, or of ``file``.

    Raises SettingsError with every fault: an unreadable file, an unknown or misspelt name with the nearest
    known one, a value out of range.
    """
    path = file or find_file(start or Path.cwd())
    if path is None and required:
        raise SettingsError(
            f"There is no {SETTINGS_FILE} here or in any folder above.",
            hint="Go to your publication's folder, or make one: newsletter init DIR",
        )
    values = _read(path) if path else {}
    fields, secrets = _fields(), _provider_secrets()
    faults = [*misspelt(os.environ, fields, secrets), *_unknown(values)]
    if not faults:
        place = {"root": path.parent.resolve(), "file": path.resolve()} if path else {"root": Path.cwd()}
        try:
            return Settings.model_validate({**merged(values, os.environ, fields, secrets), **place})
        except ValidationError as error:
            faults = [_sentence(fault["loc"], fault["msg"], fault["input"]) for fault in error.errors()]
    raise SettingsError("\n  ".join(faults), file=str(path or "environment"))


def _read(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise SettingsError("The file is far too large for settings.", file=str(path))
        return tomllib.loads(data.decode("utf-8-sig"))
    except FileNotFoundError as error:
        raise SettingsError("There is no such file.", file=str(path)) from error
    except UnicodeDecodeError as error:
        raise SettingsError("The file is not UTF-8.", file=str(path), hint="Save it as UTF-8.") from error
    except OSError as error:
        raise SettingsError(why_unread(error), file=str(path)) from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"The file is not TOML: {error}.", file=str(path)) from error


def _sections() -> Mapping[str, type[_Section]]:
    return {
        "publication": PublicationSettings,
        "labels": LabelSettings,
        "checks": CheckSettings,
        "delivery": _delivery_with(kinds()),
        "database": DatabaseSettings,
        "warm_up": WarmUpSettings,
        "approval": ApprovalSettings,
    }


def _fields() -> Fields:
    """Return every setting that the file may hold, with its value if it does not."""
    return {
        section: {key: field.default for key, field in model.model_fields.items()}
        for section, model in _sections().items()
    }


def _provider_secrets() -> Mapping[str, str]:
    return {key: variable for kind in kinds() for key, variable in kind.secrets.items()}


def _unknown(values: Mapping[str, Any]) -> Iterator[str]:
    sections = _sections()
    for section, content in values.items():
        if section not in sections:
            yield f"[{section}] is no section.{nearest(section, sections)}"
        elif not isinstance(content, dict):
            yield f"{section} is a section: write [{section}] on a line of its own."
        else:
            known = sections[section].model_fields
            for key in content.keys() - known.keys():
                yield f"[{section}] {key} is no setting.{_secret(key) or nearest(key, known)}"


def _secret(key: str) -> str:
    name = {**SECRETS, **_provider_secrets()}.get(key)
    return f" Secrets are read from the environment alone: {name}." if name else ""


def _sentence(location: tuple[int | str, ...], message: str, value: object) -> str:
    section, *rest = (str(part) for part in location)
    name = f"[{section}] {'.'.join(rest)}".rstrip()
    return f"{name}: {message.removeprefix('Value error, ')}" + (
        "" if "secret" in name or "key" in name or isinstance(value, dict) else f" (it is {value!r})"
    )
