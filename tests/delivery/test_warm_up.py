"""A new sender's first days."""

from datetime import date, timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from newsletter.delivery.warm_up import MOST, ceiling

START = date(2026, 12, 1)


def on(age: int, first: int = 500, growth: float = 1.5) -> int:
    """Return the ceiling so many days after the first."""
    return ceiling(START + timedelta(days=age), start=START, first=first, growth=growth)


def test_the_ceiling_begins_at_the_first_and_grows_each_day() -> None:
    assert [on(age) for age in range(5)] == [500, 750, 1125, 1687, 2531]


def test_nobody_is_mailed_before_the_first_day() -> None:
    assert on(-1) == on(-400) == 0


def test_without_growth_every_day_is_as_the_first() -> None:
    assert on(0, growth=1.0) == on(3000, growth=1.0) == 500


def test_growth_is_reckoned_as_it_was_written() -> None:
    assert on(1, first=100, growth=1.15) == 115  # 114.99999999999999 in binary


def test_ten_million_are_the_most() -> None:
    assert on(24) == 8_417_056
    assert on(25) == MOST
    assert on(1_000_000, growth=10.0) == MOST
    assert on(0, first=20_000_000) == MOST


@given(
    st.integers(min_value=0, max_value=500),
    st.integers(min_value=1, max_value=10_000),
    st.decimals(min_value=1, max_value=10, places=2),
)
def test_the_ceiling_is_the_exact_product_rounded_down(age: int, first: int, growth: object) -> None:
    exact = int(first * Fraction(str(growth)) ** age)
    assert on(age, first, float(str(growth))) == min(MOST, exact)
