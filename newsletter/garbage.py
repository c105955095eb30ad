"""How often Python looks for garbage: seldom while a command starts, as usual while it works."""

import gc

_USUAL = gc.get_threshold()


def collect_seldom() -> None:
    """Look seldom: what a command imports stays for its life, and looking costs a twelfth of the start."""
    gc.set_threshold(100_000, 50, 100)


def collect_as_usual() -> None:
    """Look as often as Python does: long work must not keep its garbage."""
    gc.set_threshold(*_USUAL)
