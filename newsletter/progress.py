"""Progress: how a long step says how far it is."""

from collections.abc import Callable

Progress = Callable[[str, int, int], None]  # a step's name, how much is done, of how much (0: unknown)


def silent(_step: str, _done: int, _of: int) -> None:
    """Show nobody how far it is."""
