"""Dates are read as other systems write them; those that could mean two days are dates without an instant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.contacts.consent.dates import instant, is_date, iso


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2018-02-12 10:54:27", "2018-02-12T10:54:27Z"),
        ("2023-01-01 10:00:00.1 +0000 UTC", "2023-01-01T10:00:00.100000Z"),
        ("2024-01-15T10:00:00.000Z", "2024-01-15T10:00:00Z"),
        ("2024-01-15T10:00:00+02:00", "2024-01-15T08:00:00Z"),
        ("2024-01-15", "2024-01-15T00:00:00Z"),
        ("Jan 5, 2024", "2024-01-05T00:00:00Z"),
        ("5 March 2024", "2024-03-05T00:00:00Z"),
        ("1700000000", "2023-11-14T22:13:20Z"),
        ("1700000000123", "2023-11-14T22:13:20.123000Z"),
    ],
)
def test_a_date_is_read_as_an_instant(text: str, at: str) -> None:
    found = instant(text)
    assert found is not None
    assert iso(found) == at
    assert is_date(text)


@pytest.mark.parametrize("text", ["01/02/2024", "3/4/24 10:30 PM", "1.2.2024", "Monday, 5 Feb 2024"])
def test_a_date_whose_day_is_open_is_a_date_without_an_instant(text: str) -> None:
    assert is_date(text)
    assert instant(text) is None


@pytest.mark.parametrize(
    "text", ["", "foo", "12", "2024-13-01", "0000-00-00", "1970-01-01", "9999-12-31", "yes", "1" * 400]
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert instant(text) is None


@given(st.text(max_size=70))
def test_no_text_breaks_it(text: str) -> None:
    is_date(text)
    instant(text)


@given(st.integers(min_value=86_400_000_000, max_value=7_258_118_399_999_999))
def test_an_instant_written_is_read_back_to_the_microsecond(at: int) -> None:
    assert instant(iso(at)) == at
