"""How sending slows, stops and goes on."""

from newsletter.delivery.outcomes import Accepted, AccountRefused, NotAccepted, Outcome, Refused, Unknown
from newsletter.delivery.policy import GIVE_UP_AFTER, PAUSE_AFTER, PROBE_AFTER, Pace, after, backoff


def _after_all(outcomes: list[Outcome], *, probe: bool = False) -> Pace:
    pace = Pace()
    for outcome in outcomes:
        pace = after(pace, outcome, probe=probe or pace.probing)
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
        pace = after(pace, Unknown("timed out"), probe=False)
    assert pace.probing
    assert not pace.pause


def test_an_acceptance_ends_the_probing() -> None:
    assert not _after_all([Unknown("x")] * PROBE_AFTER + [Accepted("m")]).probing


def test_a_refused_account_pauses_at_once() -> None:
    assert "credit" in _after_all([AccountRefused("no credit left")]).pause


def test_a_provider_that_takes_nothing_for_long_pauses() -> None:
    assert not _after_all([NotAccepted("refused")] * (GIVE_UP_AFTER - 1)).pause
    assert _after_all([NotAccepted("refused")] * GIVE_UP_AFTER).pause


def test_a_refused_reader_says_nothing_about_the_pace() -> None:
    assert _after_all([Refused("bad address")] * 100) == Pace()


def test_waiting_doubles_up_to_a_minute_unless_the_provider_names_a_time() -> None:
    assert [backoff(n, None) for n in (1, 2, 3, 7, 50)] == [1, 2, 4, 60, 60]
    assert backoff(1, 12.5) == 12.5
    assert backoff(1, -3) == 0
