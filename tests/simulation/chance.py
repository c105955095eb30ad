"""The one source of chance: every choice of a simulated world is a number drawn here, and kept.

The same seed draws the same numbers, so that a world is replayed by its seed; and any list of numbers can be
drawn again instead, so that a failing world is made smaller by making its list of choices smaller. 0 is
always the choice of least interest: no fault, the same actor again, the first of several.
"""

import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Chance:
    """Draw numbers by a seed, or those of a list and 0 after its end."""

    def __init__(self, seed: int | None = None, choices: Sequence[int] = ()) -> None:
        self._random = None if seed is None else random.Random(seed)  # noqa: S311  (chance, no secret)
        self._given = iter(choices)
        self.drawn: list[int] = []

    def below(self, bound: int) -> int:
        """Return a number from 0 to ``bound - 1``."""
        if self._random is None:
            number = min(next(self._given, 0), bound - 1)
        else:
            number = int(self._random.random() * bound)
        self.drawn.append(number)
        return number

    def happens(self, percent: float) -> bool:
        """Say whether something happens that happens so often."""
        return percent > 0 and self.below(10_000) >= 10_000 - percent * 100

    def pick(self, things: Sequence[T]) -> T:
        """Return one of several things."""
        return things[self.below(len(things))]
