"""A sender killed without warning, at random, and started again: nobody twice, nobody unaccounted for."""

import os
import signal
import subprocess
import sys

import pytest
from conftest import Publication
from pace import FOREVER, until
from strict_sendgrid import StrictSendGrid

READERS = 400


def _start(publication: Publication) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "newsletter", "send", "first", "--yes", "--json"],
        cwd=publication.root,
        env={**os.environ, "SENDGRID_API_KEY": "SG.test.key"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _until_accepted(server: StrictSendGrid, count: int, process: subprocess.Popen[bytes]) -> None:
    until(lambda: len(server.accepted) >= count or process.poll() is not None)


@pytest.mark.slow
def test_killed_again_and_again_nobody_gets_it_twice_and_everyone_is_accounted_for(
    publication: Publication,
) -> None:
    with StrictSendGrid(latency=0.03) as server:
        publication.settings(host=server.url, batch_size=10, threads=4)
        publication.subscribe(READERS)
        for kill_after in (1, 60, 150, 260, 330):
            process = _start(publication)
            _until_accepted(server, kill_after, process)
            process.send_signal(signal.SIGKILL)
            process.wait()
            assert set(server.accepted.values()) <= {1}
        last = publication.run("resume", "first", "--json")
        proof = last.json
        assert proof["pending"] == 0
        assert proof["candidates"] == READERS == proof["accepted"] + proof["unknown"]  # type: ignore[operator]
        assert last.exit_code == (3 if proof["unknown"] else 0)
        assert set(server.accepted.values()) == {1}
        unknown = publication.run("recipients", "first", "--state", "unknown").stdout.splitlines()[1:]
        listed = {line.split(",")[0] for line in unknown}
        everyone = {f"reader{n}@example.org" for n in range(READERS)}
        assert everyone - set(server.accepted) <= listed


@pytest.mark.slow
def test_ctrl_c_finishes_what_is_on_the_wire_and_says_how_to_go_on(publication: Publication) -> None:
    with StrictSendGrid(latency=0.1, answered=2) as server:
        publication.settings(host=server.url, batch_size=10, threads=2, timeout=FOREVER)
        publication.subscribe(READERS)
        process = subprocess.Popen(
            [sys.executable, "-m", "newsletter", "send", "first", "--yes"],
            cwd=publication.root,
            env={**os.environ, "SENDGRID_API_KEY": "SG.test.key"},
            stderr=subprocess.PIPE,
        )
        until(lambda: server.posts == 4)
        process.send_signal(signal.SIGINT)
        server.release()
        _, shown = process.communicate(timeout=FOREVER)
        assert process.returncode == 3, shown
        assert b"newsletter resume first" in shown
        assert b"Traceback" not in shown
        proof = publication.run("resume", "first", "--json").json
        assert (proof["accepted"], proof["unknown"], proof["state"]) == (READERS, 0, "finished")
        assert set(server.accepted.values()) == {1}


@pytest.mark.slow
def test_an_answer_that_never_comes_is_unknown_and_never_sent_again_blindly(
    publication: Publication,
) -> None:
    with StrictSendGrid(accept_then_hang={"reader12@example.org"}) as server:
        publication.settings(host=server.url, timeout=0.5)
        publication.subscribe(25)
        ran = publication.run("send", "first", "--yes", "--json")
        assert ran.exit_code == 3
        assert (ran.json["accepted"], ran.json["unknown"]) == (15, 10)
        again = publication.run("send", "first", "--yes", "--json")
        assert again.json["unknown"] == 10
        assert set(server.accepted.values()) == {1}
