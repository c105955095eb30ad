"""Counts, spans, instants and commands read as a person would write them."""

import shlex
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.instants import rfc3339, shown
from newsletter.sentences import command, count_of, span


@pytest.mark.parametrize(
    ("count", "words", "expected"),
    [
        (0, ("reader",), "0 readers"),
        (1, ("reader",), "1 reader"),
        (2, ("reader",), "2 readers"),
        (1_200_000, ("row",), "1,200,000 rows"),
        (1, ("address is", "addresses are"), "1 address is"),
        (3, ("address is", "addresses are"), "3 addresses are"),
    ],
)
def test_a_count_agrees_with_its_noun(count: int, words: tuple[str, ...], expected: str) -> None:
    assert count_of(count, *words) == expected


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, "0 s"),
        (0.4, "0 s"),
        (1, "1 s"),
        (59.6, "1 min"),
        (90, "1 min 30 s"),
        (119, "1 min 59 s"),
        (120, "2 min"),
        (599, "9 min 59 s"),
        (629, "10 min"),
        (631, "11 min"),
        (3599, "1 h"),
        (5400, "1 h 30 min"),
        (86_399, "1 day"),
        (2 * 86_400 + 3 * 3600 + 1799, "2 days 3 h"),
        (12 * 86_400 + 13 * 3600, "13 days"),
    ],
)
def test_a_span_is_rounded_to_what_matters_at_its_size(seconds: float, expected: str) -> None:
    assert span(seconds) == expected


@given(st.integers(1, 400 * 86_400))
def test_a_span_is_never_off_by_more_than_a_twentieth(seconds: int) -> None:
    sizes = {"s": 1, "min": 60, "h": 3600, "day": 86_400, "days": 86_400}
    words = span(seconds).split()
    given = sum(int(n) * sizes[unit] for n, unit in zip(words[::2], words[1::2], strict=True))
    assert abs(given - seconds) <= max(0.5, seconds / 20)


@given(st.lists(st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0")), min_size=1))
def test_a_command_is_read_by_a_shell_as_it_was_meant(words: list[str]) -> None:
    assert shlex.split(command(*words)) == ["newsletter", *words]


@given(st.datetimes(datetime(1970, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC)))  # noqa: DTZ001
def test_an_instant_in_json_is_rfc_3339_to_the_second_and_people_read_the_same(moment: datetime) -> None:
    at = round((moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()) * 1_000_000 + moment.microsecond
    written = rfc3339(at)
    assert written.endswith("Z")
    assert len(written) == len("2026-01-12T08:30:00Z")
    assert shown(at) == written.replace("T", " ").replace("Z", " UTC")
