"""When a mailing begins: an editor's words as an instant, and an instant as words for an editor.

Instants are microseconds since 1970, UTC. Words are of the publication's local time, so a day on which clocks
change has times that do not occur and times that occur twice: both are refused rather than guessed at.
"""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from newsletter.delivery.clock import SECOND
from newsletter.errors import UsageError
from newsletter.sentences import span

MAX_DAYS = 366  # ahead; a year more is a slip of the pen
MAX_SPAN_HOURS = 24
SLACK = 60 * SECOND  # 7:00, typed half a minute later, still means now

_MINUTE, _HOUR, _DAY = 60 * SECOND, 3600 * SECOND, 86_400 * SECOND
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Not strftime's, which follow the machine's locale.
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WHEN = re.compile(
    r"(?:(?P<day>[a-z]+|[0-9]{4}-[0-9]{2}-[0-9]{2})(?:t|,? (?:at )?))?"
    r"(?P<hour>[0-9]{1,2})(?::(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:\.(?P<fraction>[0-9]{1,6}))?)?)?"
    r"(?: ?(?P<half>am|pm))?(?: ?(?P<offset>z|[+-](?:0[0-9]|1[0-4]):?[0-5][0-9]))?"
)
_SPAN = re.compile(
    r"(?:([0-9]{1,6}) ?(?:h|hrs?|hours?))? ?(?:([0-9]{1,6}) ?(?:m|mins?|minutes?))? ?"
    r"(?:([0-9]{1,6}) ?(?:s|secs?|seconds?))?"
)
_EXAMPLES = (
    "Write “7:00”, “tomorrow 7:00”, “monday 18:30”, “2026-12-01 07:00”, “2026-12-01T07:00+01:00” or “in 20m”."
)


def parse_when(text: str, *, now: int, zone: str) -> int:
    """Return the instant that an editor's words name, in microseconds since 1970, UTC.

    Words are a time of day, alone or after today, tomorrow, a weekday or a date (ISO 8601, with an offset or
    in the local time of ``zone``), “now”, or “in” and a span. A weekday is the next one to come, today
    included; a time up to a minute ago is now. Raises UsageError for a time that is past, over 366 days
    ahead, left out or repeated when clocks change, or not understood.
    """
    words = _tidy(text)
    if words == "now":
        return now
    if words.startswith("in "):
        return now + parse_span(words.removeprefix("in "))
    found = _WHEN.fullmatch(words)
    if not found or not (found["minute"] or found["half"]):
        raise _not_understood(text)
    clock = _time_of_day(found, text)
    place = ZoneInfo(zone)
    if found["offset"]:
        return _fixed(found, clock, text, now, place)
    day = _day(found["day"] or "today", clock, text, now, place)
    _refuse_far_days(day, text, now, place)
    return _checked(_the_one(datetime.combine(day, clock), text, now, place), text, now, place)


def parse_span(text: str) -> int:
    """Return a span of time such as “10m”, “90s” or “1h30m” in microseconds.

    Raises UsageError for one under a second or over 24 hours, or not understood.
    """
    found = _SPAN.fullmatch(_tidy(text))
    if not found or not any(found.groups()):
        raise UsageError(f"“{_short(text)}” is no span of time.", hint="Write “10m”, “90s” or “1h30m”.")
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    length = hours * _HOUR + minutes * _MINUTE + seconds * SECOND
    if not SECOND <= length <= MAX_SPAN_HOURS * _HOUR:
        raise UsageError(
            f"“{_short(text)}” is not between one second and {MAX_SPAN_HOURS} hours.",
            hint="For a later time write a day and a time, such as “monday 7:00”.",
        )
    return length


def describe(at: int, now: int, zone: str) -> str:
    """Return an instant as people read it: the day, the local time and its zone, and how far away it is."""
    place = ZoneInfo(zone)
    local = _local(at, place)
    days = (local.date() - _local(now, place).date()).days
    near = {-1: "yesterday, ", 0: "today, ", 1: "tomorrow, "}.get(days, "")
    weekday = _WEEKDAYS[local.weekday()][:3].capitalize()
    day = f"{weekday} {local.day} {_MONTHS[local.month - 1]} {local.year}"
    return f"{near}{day}, {_clock(local, place)} ({zone}), {_distance(at - now)}"


def _tidy(text: str) -> str:
    return " ".join(text.lower().split())


def _short(text: str) -> str:
    return " ".join(text.split())[:60]


def _not_understood(text: str) -> UsageError:
    return UsageError(f"“{_short(text)}” is not understood as a time.", hint=_EXAMPLES)


def _time_of_day(found: re.Match[str], text: str) -> time:
    hour, minute, second = (int(found[part] or 0) for part in ("hour", "minute", "second"))
    if found["half"]:
        if not 1 <= hour <= 12:
            raise UsageError(f"“{_short(text)}” has no hour from 1 to 12 before “{found['half']}”.")
        hour = hour % 12 + (12 if found["half"] == "pm" else 0)
    try:
        return time(hour, minute, second, int((found["fraction"] or "0").ljust(6, "0")))
    except ValueError as error:
        raise UsageError(
            f"“{_short(text)}” is no time of day.", hint="Write hours from 0 to 23 and minutes from 00 to 59."
        ) from error


def _day(word: str, clock: time, text: str, now: int, place: tzinfo) -> date:
    today = _local(now, place).date()
    if word in ("today", "tomorrow"):
        return today + timedelta(days=word == "tomorrow")
    if word[0].isdigit():
        return _date(word)
    # “mon”, “tues” and “thurs” are weekdays as well; two letters could be two of them.
    weekday = next((at for at, name in enumerate(_WEEKDAYS) if len(word) > 2 and name.startswith(word)), None)
    if weekday is None:
        raise _not_understood(text)
    day = today + timedelta(days=(weekday - today.weekday()) % 7)
    instants = _instants(datetime.combine(day, clock), place)
    over = bool(instants) and max(instants) < now - SLACK
    return day + timedelta(days=7 if over else 0)


def _date(word: str) -> date:
    try:
        return date.fromisoformat(word)
    except ValueError as error:
        raise UsageError(f"There is no day {word}.", hint="Look the date up in a calendar.") from error


def _fixed(found: re.Match[str], clock: time, text: str, now: int, place: ZoneInfo) -> int:
    if not (found["day"] or "")[:1].isdigit():
        raise UsageError(
            f"“{_short(text)}” has an offset but no date.", hint="Write both: 2026-12-01T07:00+01:00."
        )
    day = _date(found["day"])
    _refuse_far_days(day, text, now, place)
    offset = found["offset"].replace(":", "")
    hours, minutes = (0, 0) if offset == "z" else (int(offset[1:3]), int(offset[3:5]))
    east = timedelta(hours=hours, minutes=minutes)
    zone = timezone(-east if offset[0] == "-" else east)
    return _checked(_micros(datetime.combine(day, clock, zone)), text, now, place)


def _refuse_far_days(day: date, text: str, now: int, place: tzinfo) -> None:
    """Refuse by the date alone what lies at the calendar's ends, where an instant cannot be reckoned."""
    days = (day - _local(now, place).date()).days
    if days > MAX_DAYS + 2:
        raise _too_far(text)
    if days < -2:
        raise _past(text, now, place)


def _the_one(wall: datetime, text: str, now: int, place: ZoneInfo) -> int:
    """Return the one instant at which clocks show ``wall``; of two the later one, once the first is past."""
    instants = _instants(wall, place)
    if not instants:
        before, after = _around_gap(wall, place)
        raise UsageError(
            f"“{_short(text)}” does not occur in {place.key}: clocks go forward over it.",
            hint=f"The nearest times are {before:%Y-%m-%d %H:%M} and {after:%Y-%m-%d %H:%M}.",
        )
    to_come = [instant for instant in instants if instant >= now - SLACK]
    if len(to_come) == 2:
        first, second = (_local(instant, place).isoformat(timespec="minutes") for instant in to_come)
        raise UsageError(
            f"“{_short(text)}” occurs twice in {place.key}: clocks go back over it.",
            hint=f"Write it with its offset: {first} is the first, {second} the second.",
        )
    return (to_come or instants)[-1]


def _instants(wall: datetime, place: tzinfo) -> list[int]:
    """Return when clocks show ``wall``: once as a rule, never or twice on a day on which they change."""
    both = {_micros(wall.replace(tzinfo=place, fold=fold)) for fold in (0, 1)}
    return [
        instant for instant in sorted(both) if _local(instant, place).replace(tzinfo=None, fold=0) == wall
    ]


def _around_gap(wall: datetime, place: tzinfo) -> tuple[datetime, datetime]:
    """Return the last minute that clocks show before they go forward over ``wall``, and the first after."""
    # Read with the offset from before the change the time lies after it, and the other way round (PEP 495).
    low, high = (_micros(wall.replace(tzinfo=place, fold=fold)) // SECOND for fold in (1, 0))
    offset = _local(low * SECOND, place).utcoffset()
    while high - low > 1:
        middle = (low + high) // 2
        same = _local(middle * SECOND, place).utcoffset() == offset
        low, high = (middle, high) if same else (low, middle)
    return _local(high * SECOND - _MINUTE, place), _local(high * SECOND, place)


def _checked(at: int, text: str, now: int, place: tzinfo) -> int:
    if at < now - SLACK:
        raise _past(text, now, place)
    if at > now + MAX_DAYS * _DAY:
        raise _too_far(text)
    return max(at, now)


def _past(text: str, now: int, place: tzinfo) -> UsageError:
    found = _WHEN.fullmatch(_tidy(text))
    of_today = found is not None and found["day"] in (None, "today")
    when = (
        _tidy(text).removeprefix("today").removeprefix(",").strip().removeprefix("at ")
        if of_today
        else "7:00"
    )
    return UsageError(
        f"“{_short(text)}” is past: it is {_local(now, place):%Y-%m-%d %H:%M} now.",
        hint=f"Write “tomorrow {when}”, or another time to come.",
    )


def _too_far(text: str) -> UsageError:
    return UsageError(
        f"“{_short(text)}” is more than {MAX_DAYS} days ahead.", hint="Is the year right? Write a nearer day."
    )


def _micros(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _local(at: int, place: tzinfo) -> datetime:
    return (_EPOCH + timedelta(microseconds=at)).astimezone(place)


def _clock(local: datetime, place: tzinfo) -> str:
    wall = local.replace(tzinfo=None, fold=0)
    if len(_instants(wall, place)) == 2:
        return local.isoformat(timespec="minutes").partition("T")[2]
    return f"{wall:%H:%M}"


def _distance(ahead: int) -> str:
    seconds = abs(ahead) // SECOND
    if not seconds:
        return "now"
    return f"in {span(seconds)}" if ahead > 0 else f"{span(seconds)} ago"
