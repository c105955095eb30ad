"""How long work says how far it is: a function that the caller hands in and the work calls."""

from typing import Protocol


class Progress(Protocol):
    """Called as work goes on, with a step's name, how much of it is done, and of how much (0: unknown)."""

    def __call__(self, step: str, done: int, of: int, /) -> None:
        """Take note of how far a step is."""


def silent(_step: str, _done: int, _of: int) -> None:
    """Show nothing: the progress of work that nobody watches."""
