"""Make a failing world smaller: fewer choices and lower ones, as long as the same thing goes wrong.

After the end of a list every choice is 0, the one of least interest, so that a shorter list is a quieter
world.
"""

import time
from collections.abc import Callable, Iterator, Sequence

Choices = tuple[int, ...]


class OutOfTime(Exception):
    """There was no time left to try more."""


class Shrinking:
    """Look for the smallest list of choices with which it ``still_fails``, until there is no time left."""

    def __init__(
        self, choices: Sequence[int], still_fails: Callable[[Choices], bool], *, until: float
    ) -> None:
        """Begin with choices that fail; ``until`` is an instant of ``time.monotonic``."""
        self.best = _without_end(choices)
        self.tried = 0
        self._still_fails = still_fails
        self._until = until
        self._seen = {self.best}

    def run(self) -> Choices:
        """Return the smallest choices found."""
        try:
            while self._round():
                pass
        except OutOfTime:
            pass
        return self.best

    def _round(self) -> bool:
        """Try everything once; say whether anything helped."""
        before = self.best
        self._cut_off_the_end()
        # Zeros leave all later choices what they were; without a choice, each later one is another's.
        for size in _sizes(len(self.best)):
            self._walk(size, lambda at, size: self.best[:at] + (0,) * size + self.best[at + size :])
        for size in _sizes(len(self.best)):
            self._walk(size, lambda at, size: self.best[:at] + self.best[at + size :])
        self._lower()
        return self.best != before

    def _cut_off_the_end(self) -> None:
        keep = len(self.best) // 2
        while keep > 0 and self._take(self.best[:-keep]):
            keep = len(self.best) // 2
        while keep > 0:
            if not (keep < len(self.best) and self._take(self.best[:-keep])):
                keep //= 2

    def _walk(self, size: int, changed: Callable[[int, int], Choices]) -> None:
        """Change one stretch of choices after another, from the end."""
        at = len(self.best) - size
        while at >= 0:
            self._take(changed(at, size))
            at = min(at, len(self.best)) - size

    def _lower(self) -> None:
        for at in range(len(self.best) - 1, -1, -1):
            if at >= len(self.best):
                continue
            for number in _lower_numbers(self.best[at]):
                if at < len(self.best) and self._take((*self.best[:at], number, *self.best[at + 1 :])):
                    break

    def _take(self, choices: Choices) -> bool:
        """Take other choices if the same thing still goes wrong with them."""
        choices = _without_end(choices)
        if choices in self._seen:
            return False
        if time.monotonic() > self._until:
            raise OutOfTime
        self._seen.add(choices)
        self.tried += 1
        if not self._still_fails(choices):
            return False
        self.best = choices
        return True


def _without_end(choices: Sequence[int]) -> Choices:
    """Return choices without the zeros at their end, which make no difference."""
    end = len(choices)
    while end and not choices[end - 1]:
        end -= 1
    return tuple(choices[:end])


def _sizes(length: int) -> Iterator[int]:
    size = length // 2
    while size:
        yield size
        size //= 2


def _lower_numbers(number: int) -> Iterator[int]:
    """Yield lower numbers that are worth a try, the lowest first."""
    tried = {0, 1, number // 2, number - 1}
    yield from sorted(lower for lower in tried if 0 <= lower < number)
