"""A new sender's first days: mailbox providers trust one whose mail grows slowly, not one who begins big."""

from datetime import date
from decimal import Decimal

MOST = 10_000_000  # readers a day: the curve is flat from there


def ceiling(day: date, *, start: date, first: int, growth: float) -> int:
    """Return how many readers may be mailed on a day: at first ``first``, each day ``growth`` times as many.

    None before ``start``, ten million at most. ``first`` is at least 1, ``growth`` at least 1.
    """
    age = (day - start).days
    if age < 0:
        return 0
    # As written in the settings: 1.15 is a little less as a float, and 100 times it would be 114 readers.
    factor = Decimal(str(growth))
    # Checked by its logarithm first, because a year's growth has more digits than a number can hold.
    if factor.log10() * age >= 7:
        return MOST
    return min(MOST, int(first * factor**age))
