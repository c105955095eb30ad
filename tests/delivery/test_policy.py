"""How sending slows, stops and goes on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.delivery.outcomes import Accepted, AccountRefused, NotAccepted, Outcome, Refused, Unknown
from newsletter.delivery.policy import (
    DOUBT_AFTER,
    GIVE_UP_AFTER,
    MOST,
    PAUSE_AFTER,
    PROBE_AFTER,
    SEVERAL,
    Doubt,
    Pace,
    after,
    backoff,
    gist,
)


def _after_all(outcomes: list[Outcome], *, probe: bool = False) -> Pace:
    pace = Pace()
    for outcome in outcomes:
        pace = after(pace, outcome, probe=probe or pace.probing, readers=10)
    return pace


def test_scattered_unclear_answers_stop_nothing() -> None:
    pace = _after_all([Unknown("timed out"), Accepted("m")] * 50)
    assert not pace.probing
    assert not pace.pause


def test_a_run_of_unclear_answers_slows_to_single_probes_and_then_pauses() -> None:
    assert _after_all([Unknown("timed out")] * PROBE_AFTER).probing
    assert not _after_all([Unknown("timed out")] * (PROBE_AFTER + PAUSE_AFTER - 1)).pause
    assert "timed out" in _after_all([Unknown("timed out")] * (PROBE_AFTER + PAUSE_AFTER)).pause


def test_unclear_answers_to_requests_already_on_the_wire_are_no_probes() -> None:
    pace = Pace()
    for _ in range(20):
        pace = after(pace, Unknown("timed out"), probe=False, readers=10)
    assert pace.probing
    assert not pace.pause


def test_an_acceptance_ends_the_probing() -> None:
    assert not _after_all([Unknown("x")] * PROBE_AFTER + [Accepted("m")]).probing


def test_a_refused_account_pauses_at_once() -> None:
    assert "credit" in _after_all([AccountRefused("no credit left")]).pause


def test_a_provider_that_takes_nothing_for_long_pauses() -> None:
    assert not _after_all([NotAccepted("refused")] * (GIVE_UP_AFTER - 1)).pause
    assert _after_all([NotAccepted("refused")] * GIVE_UP_AFTER).pause


NAMED = Refused("bad address", ((3, "bad address"),))
NAMELESS = Refused("Bad Request")


def _asked_alone(pace: Pace, outcomes: list[Outcome]) -> Pace:
    for outcome in outcomes:
        pace = after(pace, outcome, probe=True, readers=1)
    return pace


def test_scattered_refusals_that_name_a_reader_change_nothing() -> None:
    assert _after_all([NAMED, Accepted("m")] * 100) == Pace()


@pytest.mark.parametrize("refusal", [NAMED, Refused("too large", too_large=True)])
def test_a_row_of_refusals_with_something_to_blame_is_doubted_in_the_end(refusal: Refused) -> None:
    assert not _after_all([refusal] * (DOUBT_AFTER - 1)).doubt
    assert _after_all([refusal] * DOUBT_AFTER).doubt


@pytest.mark.parametrize(
    "refusal",
    [
        NAMELESS,
        Refused("bad", ((10, "past the end"), (1200, "far past the end"))),
        Refused("bad", tuple((place, "bad") for place in range(10))),
    ],
)
def test_a_refusal_that_blames_nobody_or_everybody_is_doubted_at_once(refusal: Refused) -> None:
    assert _after_all([refusal]).doubt


def test_the_same_words_for_several_readers_alone_pause_with_those_words() -> None:
    doubted = _after_all([NAMELESS])
    refusals: list[Outcome] = [Refused(f"reader{n}@example.org: Bad Request {n}") for n in range(SEVERAL)]
    assert not _asked_alone(doubted, refusals[:-1]).pause
    assert "Bad Request 4" in _asked_alone(doubted, refusals).pause


def test_different_words_for_many_readers_alone_pause_too() -> None:
    doubted = _after_all([NAMELESS])
    refusals: list[Outcome] = [Refused("No, " + "very " * n + "much no") for n in range(MOST)]
    assert not _asked_alone(doubted, refusals[:-1]).pause
    assert _asked_alone(doubted, refusals).pause


def test_one_accepted_ends_the_doubt_and_makes_the_next_more_patient() -> None:
    found = _asked_alone(_after_all([NAMELESS]), [NAMELESS, NAMELESS, Accepted("m")])
    assert (found.doubt, found.found) == (None, 2)
    doubted = after(found, NAMELESS, probe=False, readers=10)
    assert not _asked_alone(doubted, [NAMELESS] * (SEVERAL + 1)).pause
    assert _asked_alone(doubted, [NAMELESS] * (SEVERAL + 2)).pause


def test_however_many_were_found_the_patience_has_an_end() -> None:
    pace = Pace(found=10_000, doubt=Doubt())
    assert _asked_alone(pace, [NAMELESS] * MOST).pause


def test_an_answer_to_what_was_on_the_wire_when_the_doubt_began_decides_nothing() -> None:
    doubted = _after_all([NAMELESS])
    assert after(doubted, Accepted("m"), probe=False, readers=10).doubt == doubted.doubt
    assert after(doubted, NAMELESS, probe=False, readers=1).doubt == doubted.doubt


def test_others_than_the_refused_batch_are_tried_before_sending_stops() -> None:
    pace = _asked_alone(_after_all([NAMELESS]), [NAMELESS] * (SEVERAL - 1))
    assert pace.doubt
    assert pace.doubt.elsewhere
    assert not Doubt().elsewhere


@pytest.mark.parametrize(
    ("reason", "other"),
    [
        ("No mail to ann@example.org", "No mail to ben@example.org"),
        ("Entry 12 is bad", "Entry 7 is bad"),
        ("Reference 4f2a-99: bad", "Reference 88bc-01: bad"),
        ('The value "Ann" is odd', 'The value "Ben O’Neill" is odd'),
        ("The name “Ann” is odd", "The name “Ben Lee” is odd"),
        ("We cannot mail (an address) now", "We cannot mail ben@example.org now"),
    ],
)
def test_what_differs_by_reader_makes_no_difference(reason: str, other: str) -> None:
    assert gist(reason) == gist(other) != ""


def test_other_words_are_other_words() -> None:
    assert gist("Bad Request") != gist("Too many requests")


@given(st.text())
def test_the_gist_of_anything_is_its_own_gist(text: str) -> None:
    assert gist(gist(text)) == gist(text)


def test_waiting_doubles_up_to_a_minute_unless_the_provider_names_a_time() -> None:
    assert [backoff(n, None) for n in (1, 2, 3, 7, 50)] == [1, 2, 4, 60, 60]
    assert backoff(1, 12.5) == 12.5
    assert backoff(1, -3) == 0
