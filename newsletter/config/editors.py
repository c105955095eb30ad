"""Text editors that open a file at a line when a browser follows an address of theirs."""

import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from newsletter.environment import editor_command

AUTO, NONE = "auto", "none"
USUAL = "vscode"

# The addresses that these editors register themselves for, or (sublime) that a plugin of theirs does.
EDITORS: Mapping[str, str] = {
    "vscode": "vscode://file/{path}:{line}",
    "vscodium": "vscodium://file/{path}:{line}",
    "cursor": "cursor://file/{path}:{line}",
    "windsurf": "windsurf://file/{path}:{line}",
    "zed": "zed://file/{path}:{line}",
    "sublime": "subl://open?url=file:///{path}&line={line}",
    "textmate": "txmt://open?url=file:///{path}&line={line}",
    "bbedit": "x-bbedit://open?url=file:///{path}&line={line}",
    "macvim": "mvim://open?url=file:///{path}&line={line}",
    "idea": "idea://open?file=/{path}&line={line}",
    "pycharm": "pycharm://open?file=/{path}&line={line}",
}
# The programs that VISUAL or EDITOR may name.
_PROGRAMS = {
    "code": "vscode",
    "codium": "vscodium",
    "cursor": "cursor",
    "windsurf": "windsurf",
    "zed": "zed",
    "subl": "sublime",
    "mate": "textmate",
    "bbedit": "bbedit",
    "mvim": "macvim",
    "idea": "idea",
    "pycharm": "pycharm",
}
_ADDRESS = re.compile(r"(?!javascript|vbscript|data|https?:)[a-z][a-z0-9+.-]*:\S*\{path\}\S*")


def checked_editor(value: str) -> str:
    """Return the setting as it is. Raises ValueError for neither a name nor an address with ``{path}``."""
    if value in (AUTO, NONE, *EDITORS) or _ADDRESS.fullmatch(value):
        return value
    names = ", ".join((AUTO, NONE, *EDITORS))
    raise ValueError(f"write one of {names}, or an address with {{path}} in it: {EDITORS[USUAL]}")


def editor_address(setting: str, path: Path, line: int | None) -> str:
    """Return the address that opens a file at a line in the chosen editor; "" for ``none``.

    ``auto`` is the editor that VISUAL or EDITOR names, if it is one of these, else Visual Studio Code.
    """
    if setting == NONE:
        return ""
    name = _guessed() if setting == AUTO else setting
    whole = quote(path.as_posix().lstrip("/"))
    return EDITORS.get(name, name).replace("{path}", whole).replace("{line}", str(line or 1))


def _guessed() -> str:
    words = editor_command().split()
    return _PROGRAMS.get(Path(words[0]).name if words else "", USUAL)
