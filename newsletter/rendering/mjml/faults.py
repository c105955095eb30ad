"""What is wrong with MJML, and where: also when the compiler itself does not say."""

import re

from newsletter.rendering.mjml.repair import repair
from newsletter.rendering.mjml.rules import ENDING

INNER_NAME = re.compile(r"<(/?)([A-Za-z][\w:-]*)(?:\"[^\"]*\"|'[^']*'|[^<>\"'])*?(/?)>")
VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
)
_POSITION = re.compile(r"(\d+):\d+\s*$")


class MjmlFault(Exception):
    """Say what is wrong with MJML, and at which character of it."""

    def __init__(self, message: str, offset: int, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
        self.hint = hint


def explain(source: str, message: str) -> MjmlFault:
    """Find which element the compiler stumbled over: it names a byte of the repaired source, or nothing."""
    elements = re.finditer(rf"<({'|'.join(ENDING)})\b[^>]*(?<!/)>(.*?)</\1>", source, re.DOTALL)
    for element in elements:
        if element[1] == "mj-style":
            continue
        fault = _trial(element[2])
        if fault is not None:
            return MjmlFault(
                f"The HTML in <{element[1]}> is not well-formed ({fault[0]}).",
                element.start(2) + fault[1],
                "Close every element, quote every attribute, and write &lt; for a < in text.",
            )
    return MjmlFault(f"The compiler refuses it: {message}.", 0)


_TRIAL = "<mjml><mj-body><mj-section><mj-column><mj-text>"


def _trial(content: str) -> tuple[str, int] | None:
    from mjml import mjml2html

    try:
        mjml2html(f"{_TRIAL}{repair(content)}</mj-text></mj-column></mj-section></mj-body></mjml>", fonts={})
    except ValueError as error:
        position = _POSITION.search(str(error))
        reason = str(error).replace(" in root template", "")
        if position is None:
            return reason, _first_bad(content)
        reached = len(
            repair(content).encode()[: max(0, int(position[1]) - len(_TRIAL))].decode(errors="ignore")
        )
        return reason.partition(" at position")[0], _before_repair(content, reached)
    return None


def _before_repair(content: str, reached: int) -> int:
    low, high = 0, len(content)
    while low < high:
        middle = (low + high) // 2
        if len(repair(content[:middle])) < reached:
            low = middle + 1
        else:
            high = middle
    return min(low, len(content) - 1) if content else 0


def _first_bad(content: str) -> int:
    """Return where HTML stops being well-formed: a < that begins no tag, or what is never closed."""
    bare = re.search(
        r"<(?!/?[A-Za-z][\w:-]*(?:\s+[\w:-]+(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'))?)*\s*/?>|!--)", content
    )
    if bare:
        return bare.start()
    unclosed: list[tuple[str, int]] = []
    for tag in INNER_NAME.finditer(content):
        if tag[1] and unclosed and unclosed[-1][0] == tag[2]:
            unclosed.pop()
        elif not tag[1] and not tag[3] and tag[2].lower() not in VOID:
            unclosed.append((tag[2], tag.start()))
    return unclosed[-1][1] if unclosed else 0
