"""A new sender's first days."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.delivery.warm_up import MOST, ceiling, days_needed

START = date(2026, 12, 1)


def on(age: int, first: int = 500, growth: float = 1.5) -> int:
    """Return the ceiling so many days after the first."""
    return ceiling(START + timedelta(days=age), start=START, first=first, growth=growth)


def needed(readers: int, age: int = 0, first: int = 500, growth: float = 1.5, mailed_today: int = 0) -> int:
    day = START + timedelta(days=age)
    return days_needed(readers, day=day, start=START, first=first, growth=growth, mailed_today=mailed_today)


def test_the_ceiling_begins_at_the_first_and_grows_each_day() -> None:
    assert [on(age) for age in range(5)] == [500, 750, 1125, 1687, 2531]


def test_nobody_is_mailed_before_the_first_day() -> None:
    assert on(-1) == on(-400) == 0


def test_without_growth_each_day_is_as_the_first() -> None:
    assert on(0, growth=1.0) == on(3000, growth=1.0) == 500


def test_growth_is_reckoned_as_it_was_written() -> None:
    assert on(1, first=100, growth=1.15) == 115  # 114.99999999999999 in binary


def test_ten_million_are_the_most() -> None:
    assert on(24) == 8_417_056
    assert on(25) == MOST
    assert on(1_000_000, growth=10.0) == MOST
    assert on(0, first=20_000_000) == MOST


@settings(max_examples=100, deadline=None)
@given(
    st.integers(min_value=0, max_value=500),
    st.integers(min_value=1, max_value=10_000),
    st.decimals(min_value=1, max_value=10, places=2),
)
def test_the_ceiling_is_the_exact_product_rounded_down(age: int, first: int, growth: object) -> None:
    exact = int(first * Fraction(str(growth)) ** age)
    assert on(age, first, float(str(growth))) == min(MOST, exact)


@pytest.mark.parametrize(
    ("readers", "days"), [(0, 0), (-5, 0), (1, 1), (500, 1), (501, 2), (1250, 2), (1251, 3), (2375, 3)]
)
def test_days_are_counted_from_today(readers: int, days: int) -> None:
    assert needed(readers) == days


def test_days_on_the_way_begin_at_that_days_ceiling() -> None:
    assert needed(1125, age=2) == 1
    assert needed(1126, age=2) == 2


def test_whoever_was_mailed_today_has_used_up_a_part() -> None:
    assert needed(400, mailed_today=100) == 1
    assert needed(401, mailed_today=100) == 2
    assert needed(750, mailed_today=9_999) == 2


def test_days_before_the_first_are_waited_for() -> None:
    assert needed(500, age=-1) == 2
    assert needed(500, age=-3) == 4
    assert needed(501, age=-3) == 5


def test_a_long_way_is_reckoned_at_once() -> None:
    assert needed(1_000_000_000, first=1, growth=1.0) == 1_000_000_000
    assert needed(MOST * 1000, age=25) == 1000


@settings(max_examples=60, deadline=None)
@given(
    st.integers(min_value=1, max_value=50_000),
    st.integers(min_value=-5, max_value=8),
    st.integers(min_value=200, max_value=5_000),
    st.sampled_from([1.0, 1.1, 1.25, 2.0, 10.0]),
    st.integers(min_value=0, max_value=6_000),
)
def test_on_the_day_told_the_ceilings_reach_and_the_day_before_they_do_not(
    readers: int, age: int, first: int, growth: float, mailed: int
) -> None:
    days = needed(readers, age, first, growth, mailed)
    rooms = [on(age + each, first, growth) for each in range(days)]
    rooms[0] = max(0, rooms[0] - mailed)
    assert sum(rooms) >= readers
    assert sum(rooms[:-1]) < readers
