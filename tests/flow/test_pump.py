"""The ledger's harder moments, through a real server: faults on the wire, limits, late answers."""

import json
from collections.abc import Sequence

import pytest
from conftest import Publication, Ran
from strict_sendgrid import Fault, StrictSendGrid

pytestmark = pytest.mark.slow


def _send(publication: Publication, server: StrictSendGrid, **settings: object) -> Ran:
    publication.settings(host=server.url, **settings)  # type: ignore[arg-type]
    publication.subscribe(30)
    return publication.run("send", "first", "--yes", "--json")


@pytest.mark.slow
@pytest.mark.parametrize(
    "faults",
    [
        ["429"],
        [Fault(status=429, headers={"X-RateLimit-Reset": "1"})],
        ["reset_mid_body"],
    ],
)
def test_what_was_certainly_not_taken_goes_again(
    publication: Publication, faults: Sequence[Fault | str]
) -> None:
    with StrictSendGrid(faults=faults) as server:
        ran = _send(publication, server)
        assert ran.exit_code in (0, 3), ran.stderr
        assert ran.json["accepted"] + ran.json["unknown"] == 30  # type: ignore[operator]
        assert set(server.accepted.values()) == {1}


@pytest.mark.parametrize(
    "fault",
    [
        "accept_then_500",
        "accept_then_reset",
        "accept_then_close",
        "accept_then_cut",
        "accept_then_garbage",
        "500",
    ],
)
def test_an_unclear_answer_is_unknown_and_stays_so(publication: Publication, fault: str) -> None:
    with StrictSendGrid(faults=[fault]) as server:
        ran = _send(publication, server)
        assert ran.exit_code == 3
        assert (ran.json["accepted"], ran.json["unknown"], ran.json["pending"]) == (20, 10, 0)
        assert "--state unknown" in ran.stderr
        again = publication.run("send", "first", "--yes", "--json")
        assert (again.json["accepted"], again.json["unknown"]) == (20, 10)
        assert set(server.accepted.values()) == {1}


@pytest.mark.parametrize("fault", ["401", "403", "redirect", "sandbox_mode", "404"])
def test_a_refused_account_pauses_and_resume_goes_on(publication: Publication, fault: str) -> None:
    with StrictSendGrid(faults=[fault] * 2) as server:
        ran = _send(publication, server)
        assert ran.exit_code == 3
        assert ran.json["state"] == "paused"
        assert ran.json["note"]
        on = publication.run("resume", "first", "--json")
        if on.exit_code == 3:  # the second of the two faults
            on = publication.run("resume", "first", "--json")
        assert (on.json["accepted"], on.json["state"]) == (30, "finished")
        assert set(server.accepted.values()) == {1}


def test_a_batch_that_is_too_large_is_split(publication: Publication) -> None:
    with StrictSendGrid(faults=["413"]) as server:
        ran = _send(publication, server)
        assert ran.exit_code == 0, ran.stderr
        assert ran.json["accepted"] == 30
        assert len(server.requests) >= 5


def _naming(*places: int) -> Fault:
    errors = [{"message": "Bad address", "field": f"personalizations.{place}.to.0.email"} for place in places]
    return Fault(status=400, body=json.dumps({"errors": errors}).encode())


@pytest.mark.parametrize("places", [(10,), (1200,), (9999,), (10, 11, 12), (500, 1200)])
def test_a_refusal_that_names_a_place_past_the_end_rejects_nobody(
    publication: Publication, places: tuple[int, ...]
) -> None:
    with StrictSendGrid(faults=[None, _naming(*places)]) as server:
        ran = _send(publication, server, threads=1)
        assert (ran.exit_code, ran.json["accepted"], ran.json["rejected"]) == (0, 30, 0), ran.stderr


def test_a_place_past_the_end_does_not_keep_the_named_reader_from_being_rejected(
    publication: Publication,
) -> None:
    with StrictSendGrid(faults=[None, _naming(3, 10, 1200)]) as server:
        ran = _send(publication, server, threads=1)
        assert (ran.exit_code, ran.json["accepted"], ran.json["rejected"]) == (0, 29, 1), ran.stderr
        named = server.requests[1]["personalizations"][3]["to"][0]["email"]
        assert named in publication.run("recipients", "first", "--state", "rejected").stdout


def test_a_provider_that_is_down_all_along_leaves_everyone_pending(publication: Publication) -> None:
    with StrictSendGrid(status=500) as server:
        ran = _send(publication, server, batch_size=2, threads=1)
        proof = ran.json
        assert ran.exit_code == 3
        assert proof["state"] == "paused"
        # Three unclear answers, then three single probes; the rest was never put at risk.
        assert (proof["unknown"], proof["pending"]) == (12, 18)
        assert not server.accepted


def test_a_late_acceptance_decides_what_was_unknown(publication: Publication) -> None:
    slow = Fault("drip", accept=True, delay=0.01)
    with StrictSendGrid(faults=[slow]) as server:
        ran = _send(publication, server, timeout=0.3, threads=1, batch_size=10)
        assert ran.exit_code in (0, 3)
        assert set(server.accepted.values()) == {1}
        assert ran.json["accepted"] + ran.json["unknown"] == 30  # type: ignore[operator]


def test_the_rate_is_kept_across_threads(publication: Publication) -> None:
    with StrictSendGrid() as server:
        publication.settings(host=server.url, batch_size=5, threads=4, extra="rate_per_second = 40\n")
        text = (publication.root / "newsletter.toml").read_text()
        assert "rate_per_second" in text
        publication.subscribe(30)
        import time

        began = time.monotonic()
        ran = publication.run("send", "first", "--yes", "--json")
        assert ran.json["accepted"] == 30
        # The first batch goes at once, five more wait an eighth of a second each.
        assert time.monotonic() - began > 0.6


def test_who_unsubscribes_during_the_send_is_not_mailed(publication: Publication) -> None:
    with StrictSendGrid(faults=["401"]) as server:
        _send(publication, server, batch_size=30)
        publication.run("subscribers", "remove", "reader7@example.org", "--list", "readers")
        on = publication.run("resume", "first", "--json")
        assert (on.json["accepted"], on.json["candidates"]) == (29, 30)
        assert on.json["excluded"] == {"unsubscribed": 1}
        assert "reader7@example.org" not in server.accepted


def test_who_joins_during_the_send_does_not_slip_in(publication: Publication) -> None:
    with StrictSendGrid(faults=["401"]) as server:
        _send(publication, server, batch_size=30)
        publication.run("subscribers", "add", "late@example.org", "--list", "readers")
        on = publication.run("resume", "first", "--json")
        assert (on.json["accepted"], on.json["candidates"]) == (30, 30)
        assert "late@example.org" not in server.accepted
