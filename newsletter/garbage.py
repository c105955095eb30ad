"""When Python looks for garbage: seldom while a command starts, as usual while it works, not as it ends."""

import gc

_USUAL = gc.get_threshold()


def collect_seldom() -> None:
    """Look seldom: what a command imports stays for its life, and looking costs a twelfth of the start."""
    gc.set_threshold(200_000, 50, 100)


def collect_as_usual() -> None:
    """Look as often as Python does, among what is made from now on: long work must not keep its garbage.

    What was loaded by now stays, and each thorough look through it takes 30 ms and more.
    """
    gc.freeze()
    gc.set_threshold(*_USUAL)


def end_without_collecting() -> None:
    """Leave what is still in memory to the system, which takes it all back when the process ends.

    Python would look through every module's objects for garbage as it exits: a sixth of a short command.
    What must be closed is closed by its block, and what is registered to run at exit still runs.
    """
    gc.freeze()
