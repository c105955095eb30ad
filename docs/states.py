"""Print the ledger's states and transitions into architecture.md, from ``newsletter/delivery/states.py``.

Run it after a change there: python docs/states.py
"""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from newsletter.delivery.states import (
    BatchTransition,
    MailingTransition,
    SubscriptionTransition,
    Transition,
)

PAGE = Path(__file__).parent / "architecture.md"
BEGIN, END = "<!-- printed by docs/states.py -->\n", "<!-- end of what is printed -->\n"


def printed() -> str:
    """Return a diagram and a table for each kind of row that has states."""
    return "\n".join(
        f"{title}\n\n{_diagram(transitions)}\n{_table(transitions)}"
        for title, transitions in (
            ("**Transitions of a mailing**", MailingTransition),
            ("**Transitions of a batch**", BatchTransition),
            ("**Transitions of a subscription**", SubscriptionTransition),
        )
    )


def _diagram(transitions: Iterable[Transition]) -> str:
    causes: dict[tuple[str, str], list[str]] = defaultdict(list)
    for transition in transitions:
        for before in transition.before:
            causes[before, transition.after].append(_word(transition))
    lines = [f"    {before} --> {after}: {', '.join(words)}" for (before, after), words in causes.items()]
    return "\n".join(["```mermaid", "stateDiagram-v2", *lines, "```", ""])


def _table(transitions: Iterable[Transition]) -> str:
    rows = [
        f"| {_word(transition)} | {', '.join(transition.before)} | {transition.after} | {transition.when} |"
        for transition in transitions
    ]
    return "\n".join(["| cause | from | to | when |", "|---|---|---|---|", *rows, ""])


def _word(transition: Transition) -> str:
    return transition.name.lower().replace("_", " ")


def with_print(page: str) -> str:
    """Return the page with what is printed now between its two marks."""
    before, rest = page.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}{printed()}{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(with_print(PAGE.read_text()))
