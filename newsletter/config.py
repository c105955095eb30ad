"""Settings: newsletter.toml, then the environment. Nothing else reads either."""

import os
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from newsletter.contacts.names import Titles
from newsletter.errors import SettingsError
from newsletter.sentences import why_unread
from newsletter.variables import SECRETS, merged, misspelt, nearest

FILE_NAME = "newsletter.toml"
MAX_BYTES = 1_000_000
SANDBOX = "sandbox"  # whose mail certainly reached nobody
SENDGRID_HOSTS = {"global": "https://api.sendgrid.com", "eu": "https://api.eu.sendgrid.com"}


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


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
    wordmark: str = ""  # the name as a picture, beside newsletter.toml; and the one for a dark page
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
        return _base_url(value)


class LabelSettings(_Section):
    """The phrases put before a story's sections."""

    background: tuple[str, ...] = ("Some shit you should know before you dig in", "Background")
    now: tuple[str, ...] = ("What’s going on now",)
    extra: tuple[str, ...] = ("What’s next", "Another view", "Go deeper")


class DeliverySettings(_Section):
    """How mail leaves."""

    provider: Literal["sandbox", "sendgrid"] = "sandbox"
    sendgrid_host: str = ""
    residency: Literal["global", "eu"] = "global"
    batch_size: int = Field(default=1000, ge=1, le=1000)  # SendGrid's limit of personalizations a request
    threads: int = Field(default=4, ge=1, le=64)
    rate_per_second: float = Field(default=0, ge=0)  # recipients; 0 is as fast as the provider takes them
    timeout_seconds: float = Field(default=30, gt=0, le=600)
    webhook_keys: tuple[str, ...] = Field(default=(), max_length=2)  # public; two in a rotation
    webhook_lag_minutes: float = Field(default=30, ge=0)  # how long the provider's reports may take
    unknown: Literal["hold", "resend", "drop"] = "hold"  # when reports show that nothing was taken
    grace_minutes: float = Field(default=60, ge=0)  # how late a scheduled issue may still begin
    pause_at_bounces: float = Field(default=0.05, ge=0, le=1)  # share of the mails reported on; 0 never
    pause_at_complaints: float = Field(default=0.003, ge=0, le=1)
    pause_after: int = Field(default=200, ge=1)  # mails reported on before a share means anything

    @field_validator("sendgrid_host")
    @classmethod
    def _host(cls, value: str) -> str:
        if value and urlsplit(value).scheme == "http" and not is_loopback(value):
            raise ValueError("plain http is for loopback only; use https")
        return _base_url(value)


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

    publication: PublicationSettings = PublicationSettings()
    labels: LabelSettings = LabelSettings()
    checks: CheckSettings = CheckSettings()
    delivery: DeliverySettings = DeliverySettings()
    database: DatabaseSettings = DatabaseSettings()
    warm_up: WarmUpSettings = WarmUpSettings()
    approval: ApprovalSettings = ApprovalSettings()
    root: Path = Path()
    file: Path | None = None
    sendgrid_api_key: SecretStr = SecretStr("")
    secret_key: SecretStr = SecretStr("")
    secret_keys_old: SecretStr = SecretStr("")
    approval_key: SecretStr = SecretStr("")

    @property
    def sendgrid_host(self) -> str:
        """Return the base URL that requests go to."""
        return self.delivery.sendgrid_host or SENDGRID_HOSTS[self.delivery.residency]

    @property
    def stays_here(self) -> bool:
        """Say whether no mail can leave the machine: the local SendGrid, or a loopback host."""
        return self.delivery.provider == "sandbox" or is_loopback(self.sendgrid_host)

    @property
    def provider_identity(self) -> str:
        """Name whose acceptance the ledger records; one provider's never counts for another."""
        if self.delivery.provider == "sandbox":
            return SANDBOX
        if self.sendgrid_host in SENDGRID_HOSTS.values():
            return "sendgrid"
        return (
            "sendgrid on loopback"
            if self.stays_here
            else f"sendgrid at {urlsplit(self.sendgrid_host).netloc}"
        )

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
        """Return the folder for what lies beside the database: key, lock, the local SendGrid's file."""
        return self.sqlite_path.parent if self.sqlite_path else self.root


def is_loopback(url: str) -> bool:
    """Say whether a base URL is of this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _base_url(value: str) -> str:
    if value and (urlsplit(value).scheme not in {"http", "https"} or not urlsplit(value).hostname):
        raise ValueError(f"“{value}” is no base URL; write one like https://news.example.org")
    return value.rstrip("/")


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
        (each / FILE_NAME for each in (folder, *folder.parents) if (each / FILE_NAME).is_file()), None
    )


def load_settings(file: Path | None = None, *, start: Path | None = None, required: bool = True) -> Settings:
    """Return the settings of the publication in ``start`` (this folder) or above it, or of ``file``.

    Raises SettingsError with every fault: an unreadable file, an unknown or misspelt name with the nearest
    known one, a value out of range.
    """
    path = file or find_file(start or Path.cwd())
    if path is None and required:
        raise SettingsError(
            f"There is no {FILE_NAME} here or in any folder above.",
            hint="Go to your publication's folder, or make one: newsletter init DIR",
        )
    values = _read(path) if path else {}
    faults = [*misspelt(os.environ, _FIELDS), *_unknown(values)]
    if not faults:
        place = {"root": path.parent.resolve(), "file": path.resolve()} if path else {"root": Path.cwd()}
        try:
            return Settings.model_validate({**merged(values, os.environ, _FIELDS), **place})
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


_SECTIONS: Mapping[str, type[_Section]] = {
    "publication": PublicationSettings,
    "labels": LabelSettings,
    "checks": CheckSettings,
    "delivery": DeliverySettings,
    "database": DatabaseSettings,
    "warm_up": WarmUpSettings,
    "approval": ApprovalSettings,
}
# Every setting that the file may hold, with its value if it does not.
_FIELDS = {
    section: {key: field.default for key, field in model.model_fields.items()}
    for section, model in _SECTIONS.items()
}


def _unknown(values: Mapping[str, Any]) -> Iterator[str]:
    for section, content in values.items():
        if section not in _SECTIONS:
            yield f"[{section}] is no section.{nearest(section, _SECTIONS)}"
        elif not isinstance(content, dict):
            yield f"{section} is a section: write [{section}] on a line of its own."
        else:
            known = _SECTIONS[section].model_fields
            for key in content.keys() - known.keys():
                yield f"[{section}] {key} is no setting.{_secret(key) or nearest(key, known)}"


def _secret(key: str) -> str:
    name = SECRETS.get(key)
    return f" Secrets are read from the environment alone: {name}." if name else ""


def _sentence(location: tuple[int | str, ...], message: str, value: object) -> str:
    section, *rest = (str(part) for part in location)
    name = f"[{section}] {'.'.join(rest)}".rstrip()
    return f"{name}: {message.removeprefix('Value error, ')}" + (
        "" if "secret" in name or "key" in name or isinstance(value, dict) else f" (it is {value!r})"
    )
