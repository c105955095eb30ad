"""HTML for inside MJML text, written so that the compiler leaves every word and value as it is."""

import re

_INNER_TAG = re.compile(r"<[A-Za-z][\w:-]*+\s(?:[^<>\"']++|\"[^\"]*+\"|'[^']*+')*+>")
_VALUE = re.compile(r"=\s*(?:\"([^\"]*)\"|'([^']*)')")
_COMMENT = re.compile(r"(<!--.*?-->)", re.DOTALL)
_SPACE_LEFT_OUT = re.compile(r">\n(?=\s*<)")


def repair(content: str) -> str:
    """Return HTML for inside ``mj-text`` that the compiler will not damage. Comments stay as they are."""
    if "<!--" not in content:
        return _repair_part(content)
    parts = _COMMENT.split(content)  # every second one is a comment
    return "".join(part if n % 2 else _repair_part(part) for n, part in enumerate(parts))


def _repair_part(content: str) -> str:
    if "\n" in content:
        content = _SPACE_LEFT_OUT.sub(">&#10;", content)
    return _INNER_TAG.sub(lambda match: repair_tag(match[0]), content)


def repair_tag(tag: str) -> str:
    """Return a tag with its values in double quotes, ASCII alone, no backslash."""
    if tag.isascii() and "\\" not in tag and "'" not in tag:
        return tag
    return _VALUE.sub(lambda m: f'="{_repair_value(m[1] if m[1] is not None else m[2])}"', tag)


def _repair_value(value: str) -> str:
    value = value.replace("\\", "&#92;").replace('"', "&quot;")
    return value if value.isascii() else "".join(c if c.isascii() else f"&#{ord(c)};" for c in value)
