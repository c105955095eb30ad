"""Task lists: ``- [ ]`` (or ``- []``) and ``- [x]`` as a box, since no form works in a mail."""

import re
from collections.abc import Sequence

from markdown_it.rules_core import StateCore
from markdown_it.token import Token

_TASK = re.compile(r"\[([ \u00a0xX]?)\][ \t\u00a0]+(?=\S)")


def tick_tasks(state: StateCore) -> None:
    """Write the box of each item that begins as a task; a rule of markdown-it's core."""
    for position, token in enumerate(state.tokens):
        if token.type == "inline" and token.content.startswith("[") and _begins_item(state.tokens, position):
            found = _TASK.match(token.content)
            if found:
                box = "☐" if not found[1].strip() else "☑"
                token.content = f"{box} {token.content[found.end() :]}"
                state.tokens[position - 2].meta = {"task": True}


def _begins_item(tokens: Sequence[Token], position: int) -> bool:
    return position > 1 and tokens[position - 2].type == "list_item_open"
