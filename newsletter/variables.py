"""Settings in environment variables, given as a mapping: NEWSLETTER_<SECTION>__<KEY>, and the secrets."""

import difflib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from newsletter.errors import SettingsError

PREFIX = "NEWSLETTER_"
SECRETS = {
    "secret_key": "NEWSLETTER_SECRET_KEY",
    "secret_keys_old": "NEWSLETTER_SECRET_KEYS_OLD",
    "approval_key": "NEWSLETTER_APPROVAL_KEY",
}

Fields = Mapping[str, Mapping[str, object]]  # section → key → the value it has when nobody sets it


def merged(
    values: Mapping[str, Any],
    variables: Mapping[str, str],
    fields: Fields,
    provider_secrets: Mapping[str, str] = {},
) -> dict[str, Any]:
    """Return the values of the settings file with those of the variables over them.

    ``provider_secrets`` are variables of providers by their keys; what they hold comes under that name. A
    whole section is written as JSON, and so is a value of one that is a list or a table. Raises SettingsError
    when it is no such JSON.
    """
    given = {name.upper(): text for name, text in variables.items()}
    sections = {section: dict(content) for section, content in values.items()}
    for section, known in fields.items():
        found = _section(section, known, given)
        if found:
            sections[section] = sections.get(section, {}) | found
    theirs = _held(provider_secrets, given)
    return sections | _held(SECRETS, given) | ({"provider_secrets": theirs} if theirs else {})


def _held(secrets: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    return {key: given[name] for key, name in secrets.items() if name in given}


def _section(section: str, known: Mapping[str, object], given: Mapping[str, str]) -> dict[str, Any]:
    name = f"{PREFIX}{section}".upper()
    found: dict[str, Any] = _from_json(name, given[name], dict) if name in given else {}
    for key, default in known.items():
        name = f"{PREFIX}{section}__{key}".upper()
        if name in given:
            found[key] = _value(name, given[name], default)
    return found


def _value(name: str, text: str, default: object) -> object:
    many = dict if isinstance(default, dict) else list if isinstance(default, tuple) else None
    return text if many is None else _from_json(name, text, many)


def _from_json(name: str, text: str, kind: type) -> Any:
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    if not isinstance(value, kind):
        example = '{"name": "value"}' if kind is dict else '["first", "second"]'
        raise SettingsError(f"{name} is not JSON of the form {example}.", file="environment")
    return value


def misspelt(variables: Iterable[str], fields: Fields, provider_secrets: Mapping[str, str]) -> Iterator[str]:
    """Yield a sentence for every variable that looks like a setting and is none."""
    known = {f"{PREFIX}{section}__{key}".upper() for section, keys in fields.items() for key in keys}
    known |= {f"{PREFIX}{section}".upper() for section in fields} | {
        *SECRETS.values(),
        *provider_secrets.values(),
    }
    for name in variables:
        if name.upper().startswith(PREFIX) and name.upper() not in known:
            yield f"{name} in the environment is no setting.{nearest(name.upper(), known)}"


def nearest(name: str, known: Iterable[str]) -> str:
    """Return a sentence with the name that was probably meant, or with all there are."""
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f" Did you mean {close[0]}?" if close else f" Known are: {', '.join(sorted(known))}."
