"""Find newsletter.toml and read it, the environment over it: all faults at once, each with its way out."""

import os
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from newsletter.config.sections import (
    ApprovalSettings,
    CheckSettings,
    DatabaseSettings,
    LabelSettings,
    PreviewSettings,
    PublicationSettings,
    SettingsSection,
    WarmUpSettings,
    delivery_with,
)
from newsletter.config.settings import Settings
from newsletter.errors import SettingsError
from newsletter.paths import SETTINGS_FILE
from newsletter.registry import kinds
from newsletter.sentences import why_unread
from newsletter.variables import SECRETS, Fields, merged, misspelt, nearest

MAX_BYTES = 1_000_000


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


def _sections() -> Mapping[str, type[SettingsSection]]:
    return {
        "publication": PublicationSettings,
        "labels": LabelSettings,
        "checks": CheckSettings,
        "preview": PreviewSettings,
        "delivery": delivery_with(kinds()),
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
    said = message.removeprefix("Value error, ").replace("a valid tuple", 'a list, as ["this", "that"]')
    return f"{name}: {said}" + (
        "" if "secret" in name or "key" in name or isinstance(value, dict) else f" (it is {value!r})"
    )
