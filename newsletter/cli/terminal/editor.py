"""The editor of the person at the terminal, opened on a file."""

import shlex
import sys
from pathlib import Path

from newsletter.cli.terminal.output import is_terminal, warn


def edit(path: Path) -> bool:
    """Open a file in the person's editor and wait for it; say whether that went well."""
    from newsletter.environment import editor_command

    editor = editor_command()
    if not editor or not (is_terminal(sys.stdin) and is_terminal(sys.stdout)):
        return False
    problem = _run(editor, path)
    if problem:
        warn(f"The editor “{editor}” could not be used: {problem}. VISUAL or EDITOR names it.")
    return not problem


def _run(editor: str, path: Path) -> str:
    """Run an editor, written as a shell reads it; return why that failed, or nothing."""
    import subprocess

    try:
        done = subprocess.run([*shlex.split(editor), str(path)], check=False)  # noqa: S603  (the person's own)
    except (OSError, ValueError) as error:
        return getattr(error, "strerror", None) or str(error)
    return f"it ended with {done.returncode}" if done.returncode else ""
