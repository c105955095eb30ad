"""A theme's values: colours, type, measures and words, from small TOML files next to the templates."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from newsletter.errors import RenderError
from newsletter.rendering.publication import Templates

DEFAULT = "default"
_COLOUR = re.compile("#[0-9a-fA-F]{6}")
_VARIABLE = re.compile(r"var\(--([a-z0-9-]+)\)")
_SIDE = re.compile(r"\b(left|right)\b")
_CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)

Values = dict[str, Any]


@dataclass(
    frozen=True, eq=False
)  # one object for each source, so that what is made from it can be kept with it
class Theme:
    """One theme: ``values`` are theme.toml's sections, ``words`` one section of words.toml a language."""

    name: str
    values: Mapping[str, Mapping[str, Any]]
    words: Mapping[str, Mapping[str, Any]]

    def words_for(self, language: str) -> Mapping[str, Any]:
        """Return the phrases in a language; English for each that the theme lacks."""
        return {**self.words["en"], **self.words.get(language.lower().partition("-")[0], {})}

    def date_in(self, language: str, day: date | None) -> str:
        """Return a date as that language writes it; ISO 8601 where the theme does not know."""
        if day is None:
            return ""
        words = self.words.get(language.lower().partition("-")[0])
        if words is None or not {"date", "months"} <= words.keys():
            return day.isoformat()
        return str(words["date"]).format(day=day.day, month=words["months"][day.month - 1], year=day.year)


def theme_sources(templates: Templates, name: str) -> tuple[tuple[str, str], ...]:
    """Return the TOML files of a theme with their text: the default's first, the theme's own over them."""
    names = [
        f"{theme}/{file}" for theme in dict.fromkeys((DEFAULT, name)) for file in ("theme.toml", "words.toml")
    ]
    return tuple((file, source) for file in names if (source := templates(file)) is not None)


def read_theme(name: str, sources: tuple[tuple[str, str], ...]) -> Theme:
    """Return the theme. Raises RenderError with file and line for broken TOML or a wrong colour."""
    values: Values = {}
    words: Values = {}
    for file, source in sources:
        content = _toml(file, source)
        _merge(values if file.endswith("theme.toml") else words, content)
        for section in ("light", "dark"):
            _check_colours(file, source, section, content.get(section, {}))
    if "light" not in values or "en" not in words:
        raise RenderError(
            "The theme's values are missing.",
            file=f"{name}/theme.toml",
            hint="A theme needs default/theme.toml and default/words.toml; its own may change their values.",
        )
    return Theme(name, values, words)


def _toml(file: str, source: str) -> Values:
    try:
        return tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        raise RenderError(
            f"This is not TOML: {error}.", file=file, line=int(line[1]) if line else None
        ) from error


def _merge(into: Values, content: Values) -> None:
    for key, value in content.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        else:
            into[key] = value


def _check_colours(file: str, source: str, section: str, colours: Mapping[str, Any]) -> None:
    for key, value in colours.items():
        if not isinstance(value, str) or not _COLOUR.fullmatch(value):
            raise RenderError(
                f"[{section}] {key} is {value!r}, which is no colour mail clients agree on.",
                file=file,
                line=_line_of(source, section, key),
                hint='Write six hexadecimal digits after a #, as in "#9a2a1c".',
            )


def _line_of(source: str, section: str, key: str) -> int | None:
    current = ""
    for number, line in enumerate(source.splitlines(), 1):
        if heading := re.match(r"\s*\[([^\]]+)\]", line):
            current = heading[1].strip()
        elif current == section and re.match(rf'\s*"?{re.escape(key)}"?\s*=', line):
            return number
    return None


def resolve_css(file: str, source: str, theme: Theme, *, rtl: bool) -> str:
    """Return a theme's CSS with ``var(--name)`` replaced, comments gone, mirrored when ``rtl``.

    ``--ink`` is ``[light] ink``, ``--dark-ink`` is ``[dark] ink``; other sections' keys are used as they are.
    No mail client can be trusted with custom properties, so none is left. Raises RenderError with the line.
    """
    known = _variables(theme)

    def value(match: re.Match[str]) -> str:
        if match[1] not in known:
            raise RenderError(
                f"The theme has no value {match[1]}.",
                file=file,
                line=source.count("\n", 0, match.start()) + 1,
                hint=f"Known are: {', '.join(sorted(known))}.",
            )
        return known[match[1]]

    css = _VARIABLE.sub(value, source)
    lines = (line.strip() for line in _CSS_COMMENT.sub("", css).splitlines())
    css = "\n".join(line for line in lines if line)
    return _SIDE.sub(lambda side: "right" if side[0] == "left" else "left", css) if rtl else css


def _variables(theme: Theme) -> dict[str, str]:
    found = {}
    for section, content in theme.values.items():
        prefix = "dark-" if section == "dark" else ""
        found.update({prefix + key.replace("_", "-"): str(value) for key, value in content.items()})
    return found


@lru_cache(maxsize=32)
def under(prefix: str, css: str) -> str:
    """Return CSS rules (no at-rules) that hold only below ``prefix``, as ``[data-ogsc]`` of Outlook.com."""
    rules = []
    for rule in css.split("}"):
        selectors, brace, body = rule.partition("{")
        if brace:
            scoped = ",".join(f"{prefix} {selector.strip()}" for selector in selectors.split(","))
            rules.append(f"{scoped}{{{body.strip()}}}")
    return "\n".join(rules)
