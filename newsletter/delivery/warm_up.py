"""A new sender's first days: mailbox providers trust one whose mail grows slowly, not one who begins big."""

from datetime import date
from decimal import Decimal

MOST = 10_000_000  # readers a day: the curve is flat from there


def ceiling(day: date, *, start: date, first: int, growth: float) -> int:
    """Return how many readers may be mailed on a day: at first ``first``, each day ``growth`` times as many.

    None before ``start``, ten million at most. ``first`` is at least 1, ``growth`` at least 1.
    """
    return _ceiling((day - start).days, first, growth)


def days_needed(
    readers: int, *, day: date, start: date, first: int, growth: float, mailed_today: int = 0
) -> int:
    """Return on which day, counted from ``day`` as 1, the last of ``readers`` is mailed; 0 without readers.

    ``mailed_today`` readers have used up a part of the first day's ceiling. Days before ``start`` count, too:
    they are waited for.
    """
    if readers <= 0:
        return 0
    age = (day - start).days
    left = readers - max(0, _ceiling(age, first, growth) - mailed_today)
    waiting = max(0, -age - 1)  # days to come on which nobody is mailed
    age, days = age + waiting, 1 + waiting
    while left > 0:
        age, days = age + 1, days + 1
        today = _ceiling(age, first, growth)
        if growth == 1 or today == MOST:
            return days + (left - 1) // today
        left -= today
    return days


def _ceiling(age: int, first: int, growth: float) -> int:
    if age < 0:
        return 0
    # As written in the settings: 1.15 is a little less as a float, and 100 times it would be 114 readers.
    factor = Decimal(str(growth))
    # Checked by its logarithm first, because a year's growth has more digits than a number can hold.
    if factor.log10() * age >= 7:
        return MOST
    return min(MOST, int(first * factor**age))
