"""When a mailing begins, in an editor's words and back."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from samples import examples

from newsletter.delivery.schedule import MAX_DAYS, describe, parse_span, parse_when
from newsletter.errors import UsageError

LISBON = "Europe/Lisbon"
SECOND = 1_000_000
MINUTE, HOUR, DAY = 60 * SECOND, 3600 * SECOND, 86_400 * SECOND


def at(text: str, zone: str = LISBON) -> int:
    """Return a local time as an instant; an offset in the text wins."""
    moment = datetime.fromisoformat(text)
    local = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))
    return int(local.timestamp()) * SECOND


NOW = at("2026-11-22 21:48")  # a Sunday


def when(text: str, now: int = NOW, zone: str = LISBON) -> int:
    return parse_when(text, now=now, zone=zone)


def refusal(text: str, now: int = NOW, zone: str = LISBON) -> str:
    with pytest.raises(UsageError) as caught:
        when(text, now, zone)
    return str(caught.value)


@pytest.mark.parametrize(
    ("words", "local"),
    [
        ("tomorrow 7:00", "2026-11-23 07:00"),
        ("Tomorrow,  at 07:00", "2026-11-23 07:00"),
        ("tomorrow 7 am", "2026-11-23 07:00"),
        ("tomorrow 12am", "2026-11-23 00:00"),
        ("tomorrow 12:30 pm", "2026-11-23 12:30"),
        ("today 22:00", "2026-11-22 22:00"),
        ("22:00", "2026-11-22 22:00"),
        ("monday 7:00", "2026-11-23 07:00"),
        ("Sat 18:30", "2026-11-28 18:30"),
        ("thurs 0:00", "2026-11-26 00:00"),
        ("sunday 22:00", "2026-11-22 22:00"),
        ("sunday 21:00", "2026-11-29 21:00"),
        ("2026-12-01 07:00", "2026-12-01 07:00"),
        ("2026-12-01 7:00", "2026-12-01 07:00"),
        ("2026-12-01T07:00", "2026-12-01 07:00"),
        ("2026-12-01T07:00:15", "2026-12-01 07:00:15"),
        ("2026-12-01T07:00Z", "2026-12-01 07:00+00:00"),
        ("2026-12-01T07:00:00.000Z", "2026-12-01 07:00+00:00"),
        ("2026-12-01 07:00 -0330", "2026-12-01 07:00-03:30"),
        ("2026-12-01T07:00+05:45", "2026-12-01 07:00+05:45"),
        ("2027-07-01 07:00", "2027-07-01 07:00"),
        ("in 20m", "2026-11-22 22:08"),
        ("in 1h 30 minutes", "2026-11-22 23:18"),
        ("now", "2026-11-22 21:48"),
    ],
)
def test_words_name_an_instant_in_the_publications_own_time(words: str, local: str) -> None:
    assert when(words) == at(local)


def test_the_day_is_the_publications_and_not_greenwichs() -> None:
    now = at("2026-11-23 08:00", "Pacific/Auckland")  # still Sunday in Europe
    assert when("monday 9:00", now, "Pacific/Auckland") == at("2026-11-23 09:00", "Pacific/Auckland")


def test_a_time_that_is_past_is_refused_and_tomorrow_offered() -> None:
    assert "“7:00” is past: it is 2026-11-22 21:48 now.\n  Write “tomorrow 7:00”" in refusal("7:00")
    assert "Write “tomorrow 7:00”" in refusal("today at 7:00")
    for words in ("2026-11-22 21:46", "2026-11-22T21:46Z", "2020-01-01 07:00", "0001-01-01 00:00"):
        assert "is past" in refusal(words)


def test_the_offer_made_for_a_past_time_is_understood() -> None:
    offered = refusal("today, at 7:00 am").partition("Write “")[2].partition("”")[0]
    assert when(offered) == at("2026-11-23 07:00")


def test_half_a_minute_late_is_now_and_two_minutes_are_past() -> None:
    assert when("21:48", NOW + 30 * SECOND) == NOW + 30 * SECOND
    assert when("sunday 21:48", NOW + 30 * SECOND) == NOW + 30 * SECOND
    assert "is past" in refusal("21:48", NOW + 2 * MINUTE)


def test_more_than_a_year_ahead_is_refused() -> None:
    assert when("2027-11-23 21:48") == at("2027-11-23 21:48")
    for words in ("2027-11-23 21:49", "2027-11-24T07:00+00:00", "2206-12-01 07:00", "9999-12-31T23:59-14:00"):
        assert "more than 366 days ahead" in refusal(words)


@pytest.mark.parametrize(
    ("words", "zone", "now", "before", "after"),
    [
        ("2027-03-28 01:30", LISBON, "2027-03-27 12:00", "2027-03-28 00:59", "2027-03-28 02:00"),
        ("tomorrow 1:00", LISBON, "2027-03-27 12:00", "2027-03-28 00:59", "2027-03-28 02:00"),
        ("sunday 2:30", "America/New_York", "2027-03-12 12:00", "2027-03-14 01:59", "2027-03-14 03:00"),
        ("2:15", "Australia/Lord_Howe", "2026-10-04 00:00", "2026-10-04 01:59", "2026-10-04 02:30"),
        ("2011-12-30 12:00", "Pacific/Apia", "2011-12-29 12:00", "2011-12-29 23:59", "2011-12-31 00:00"),
    ],
)
def test_a_time_that_clocks_leave_out_is_refused_with_its_neighbours(
    words: str, zone: str, now: str, before: str, after: str
) -> None:
    message = refusal(words, at(now, zone), zone)
    assert f"does not occur in {zone}" in message
    assert f"The nearest times are {before} and {after}." in message


def test_a_time_that_clocks_show_twice_is_refused_with_both_offsets() -> None:
    message = refusal("2027-10-31 01:30", at("2027-10-30 12:00"))
    assert f"occurs twice in {LISBON}" in message
    assert "2027-10-31T01:30+01:00 is the first, 2027-10-31T01:30+00:00 the second" in message


def test_both_offers_for_a_repeated_time_are_understood_and_an_hour_apart() -> None:
    now = at("2027-10-30 12:00")
    assert when("2027-10-31T01:30+00:00", now) - when("2027-10-31T01:30+01:00", now) == HOUR


def test_a_repeated_time_whose_first_is_past_is_the_second() -> None:
    now = at("2027-10-31T01:10+00:00")
    assert when("1:30", now) == at("2027-10-31T01:30+00:00")
    assert when("sunday 1:30", now) == at("2027-10-31T01:30+00:00")


@pytest.mark.parametrize("words", ["25:00", "7:60", "24:00", "7:00:60"])
def test_a_time_no_clock_shows_is_refused(words: str) -> None:
    assert "is no time of day" in refusal(words)


@pytest.mark.parametrize("words", ["13 pm", "0:30 am"])
def test_an_hour_beyond_half_a_day_is_refused_before_am_and_pm(words: str) -> None:
    assert "no hour from 1 to 12" in refusal(words)


def test_a_day_no_calendar_has_is_refused() -> None:
    assert "There is no day 2027-02-29." in refusal("2027-02-29 07:00")


def test_an_offset_without_a_date_is_refused() -> None:
    assert "has an offset but no date" in refusal("tomorrow 7:00+01:00")


@pytest.mark.parametrize(
    "words",
    ["", "soon", "7", "tomorrow", "2026-12-01", "su 7:00", "someday 7:00", "1.12.2026 7:00", "7:00 +15:00",
     "7:00 tomorrow", "٧:00", "2026-12-01T07:00:00.1234567Z", "x" * 500],
)  # fmt: skip
def test_what_is_not_understood_is_refused_with_examples(words: str) -> None:
    message = refusal(words)
    assert "is not understood as a time" in message
    assert "“tomorrow 7:00”" in message
    assert len(message) < 300


@pytest.mark.parametrize(
    ("words", "seconds"),
    [("10m", 600), ("90s", 90), ("1h30m", 5400), ("24h", 86_400), ("1s", 1), (" 1 Hour 5 min 2 secs", 3902)],
)
def test_a_span_is_read(words: str, seconds: int) -> None:
    assert parse_span(words) == seconds * SECOND


@pytest.mark.parametrize("words", ["0m", "24h1s", "0h 0m 0s", "100000m"])
def test_a_span_too_short_or_too_long_is_refused(words: str) -> None:
    with pytest.raises(UsageError, match="between one second and 24 hours"):
        parse_span(words)


@pytest.mark.parametrize(
    "words", ["", "10", "m", "1.5h", "-5m", "30m1h", "10m10m", "ten minutes", "9999999s"]
)
def test_what_is_no_span_is_refused_with_examples(words: str) -> None:
    with pytest.raises(UsageError, match="“1h30m”"):
        parse_span(words)


@pytest.mark.parametrize(
    ("local", "words"),
    [
        ("2026-11-23 07:00", "tomorrow, Mon 23 Nov 2026, 07:00 (Europe/Lisbon), in 9 h 12 min"),
        ("2026-11-22 22:00", "today, Sun 22 Nov 2026, 22:00 (Europe/Lisbon), in 12 min"),
        ("2026-11-22 23:48", "today, Sun 22 Nov 2026, 23:48 (Europe/Lisbon), in 2 h"),
        ("2026-11-22 21:48", "today, Sun 22 Nov 2026, 21:48 (Europe/Lisbon), now"),
        ("2026-11-21 20:47", "yesterday, Sat 21 Nov 2026, 20:47 (Europe/Lisbon), 1 day 1 h ago"),
        ("2026-12-02 07:00", "Wed 2 Dec 2026, 07:00 (Europe/Lisbon), in 9 days 9 h"),
        ("2027-10-31 01:30+01:00", "Sun 31 Oct 2027, 01:30+01:00 (Europe/Lisbon), in 342 days"),
        ("2027-10-31 01:30+00:00", "Sun 31 Oct 2027, 01:30+00:00 (Europe/Lisbon), in 342 days"),
    ],
)
def test_an_instant_is_shown_with_day_time_zone_and_distance(local: str, words: str) -> None:
    assert describe(at(local), NOW, LISBON) == words


ZONES = st.sampled_from([
    "UTC", LISBON, "America/New_York", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kathmandu",
    "Africa/Casablanca", "Pacific/Chatham", "Antarctica/Troll", "America/Nuuk", "Pacific/Kiritimati",
])  # fmt: skip
INSTANTS = st.integers(min_value=int(datetime(2024, 1, 1, tzinfo=UTC).timestamp()) * SECOND,
                       max_value=int(datetime(2036, 1, 1, tzinfo=UTC).timestamp()) * SECOND)  # fmt: skip
AHEAD = st.integers(min_value=0, max_value=MAX_DAYS * 1440)


@given(INSTANTS, AHEAD, ZONES)
def test_an_instant_written_with_its_offset_comes_back(now: int, minutes: int, zone: str) -> None:
    then = now // MINUTE * MINUTE + minutes * MINUTE
    local = datetime.fromtimestamp(then // SECOND, ZoneInfo(zone))
    assert when(local.isoformat(timespec="minutes"), now, zone) == max(then, now)


@given(INSTANTS, AHEAD, ZONES)
def test_a_local_time_is_what_clocks_will_show_or_is_refused(now: int, minutes: int, zone: str) -> None:
    local = datetime.fromtimestamp(now // SECOND, ZoneInfo(zone)).replace(tzinfo=None, second=0, fold=0)
    wall = local + timedelta(minutes=minutes)
    first, second = (wall.replace(tzinfo=ZoneInfo(zone), fold=fold) for fold in (0, 1))
    changing = first.utcoffset() != second.utcoffset()
    try:
        found = when(f"{wall:%Y-%m-%d %H:%M}", now, zone)
    except UsageError as error:
        refused = str(error)
    else:
        refused = ""
    if refused:
        assert changing or "366 days" in refused
        return
    assume(found > now)
    assert f"{wall:%H:%M}" in describe(found, now, zone)
    assert datetime.fromtimestamp(found // SECOND, ZoneInfo(zone)).replace(tzinfo=None, fold=0) == wall


@given(
    INSTANTS, ZONES, st.one_of(st.text(max_size=30), st.from_regex(r"[a-z0-9 :tz+.-]{0,25}", fullmatch=True))
)
def test_any_words_are_a_time_to_come_or_a_usage_error(now: int, zone: str, words: str) -> None:
    try:
        found = when(words, now, zone)
    except UsageError:
        return
    assert now <= found <= now + MAX_DAYS * DAY


@settings(max_examples=examples(60))
@given(INSTANTS, ZONES, st.sampled_from(["monday", "tue", "wed", "thursday", "fri", "saturday", "sunday"]),
       st.integers(min_value=4, max_value=20))  # fmt: skip
def test_a_weekday_is_within_the_next_seven_days(now: int, zone: str, day: str, hour: int) -> None:
    found = when(f"{day} {hour}:00", now, zone)
    local = datetime.fromtimestamp(found // SECOND, ZoneInfo(zone))
    assert local.strftime("%A").lower().startswith(day[:3]) or found == now
    assert found - now < 7 * DAY + 2 * HOUR
