"""SIGTERM and SIGHUP end what sends as Ctrl-C does: nothing unknown, nobody twice, the way on shown."""

import os
import pty
import random
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
from conftest import BRIEF, Publication
from strict_sendgrid import StrictSendGrid

pytestmark = pytest.mark.slow

PATIENCE = 60
PIECES, KILLS = 5, 10  # fifty in all
READERS = 400
SIGNS = [signal.SIGTERM, signal.SIGHUP]


def start(publication: Publication, *words: str, **how: Any) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "newsletter", *words],
        cwd=publication.root,
        env={**os.environ, "SENDGRID_API_KEY": "SG.test.key", "PYTHONUNBUFFERED": "1"},
        **{"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "text": True, **how},
    )


def until(happened: Callable[[], object], process: "subprocess.Popen[str]") -> None:
    """Wait for something, or for the end of the process."""
    deadline = time.monotonic() + PATIENCE
    while not happened() and process.poll() is None:
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.002)


def said(process: "subprocess.Popen[str]", word: str) -> None:
    """Wait until a line begins with a word."""
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith(word):
            return
    raise AssertionError(f"it never said {word}")


@pytest.mark.parametrize("piece", range(PIECES))
def test_ended_by_signals_at_random_moments_nothing_is_unknown_and_nobody_mailed_twice(
    publication: Publication, piece: int
) -> None:
    seed = secrets.randbits(32)
    print(f"seed {seed}")  # shown when it fails; put it in place of the line above
    chance = random.Random(seed)  # noqa: S311
    with StrictSendGrid(latency=0.03, keep_bodies=False) as server:
        publication.settings(host=server.url, batch_size=4, threads=3)
        publication.subscribe(READERS)
        kills = 0
        while kills < KILLS:
            kills += _ended_by_a_signal(publication, server, chance)
            assert set(server.accepted.values()) <= {1}
            proof = publication.run("status", "first", "--json")
            if proof.exit_code == 0:  # else it was ended before there was a mailing
                assert proof.json["unknown"] == 0
                assert proof.json["accepted"] == len(server.accepted)
        last = publication.run("send", "first", "--yes", "--json").json
        assert (last["accepted"], last["state"]) == (READERS, "finished")
        assert set(server.accepted.values()) == {1}


def _ended_by_a_signal(publication: Publication, server: StrictSendGrid, chance: random.Random) -> bool:
    """Send, end it by a signal after so many requests and moments, and return whether it was running."""
    process = start(publication, "send", "first", "--yes")
    with process:
        enough = server.posts + chance.randrange(8)
        if chance.random() < 0.8:
            until(lambda: server.posts > enough, process)
            time.sleep(chance.uniform(0, 0.06))
        else:
            time.sleep(chance.uniform(0, 1.0))
        running = process.poll() is None
        sign = chance.choice(SIGNS)
        process.send_signal(sign)
        _, shown = process.communicate(timeout=PATIENCE)
    assert "Traceback" not in shown
    if "was never sent" in shown:  # before there was anything to go on with
        assert process.returncode == 1, shown
        assert "newsletter send first" in shown
    elif "Stopped." in shown and "finished" not in shown:
        assert process.returncode == 3, shown
        assert "newsletter resume first" in shown
    else:  # by the system while Python starts, or before there was anything to go on with, or at its end
        # Interrupted in an `exec`, as dataclasses use it while modules load, Python ends by SIGINT itself.
        assert process.returncode in (-sign, -signal.SIGINT, 130, 1, 0), (process.returncode, shown)
    return running


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("command", ["send", "resume", "correct"])
def test_what_is_on_the_wire_is_finished_and_the_way_on_shown(
    publication: Publication, command: str, sign: signal.Signals
) -> None:
    with StrictSendGrid(faults=["401"] if command == "resume" else []) as server:
        publication.settings(host=server.url, batch_size=5, threads=2)
        publication.subscribe(100)
        issue, before = "first", 0
        if command != "send":
            publication.run("send", "first", "--yes")
        if command == "correct":
            text = BRIEF.replace("number: 7", "number: 7\ncorrection: It was 2019, not 2018, as all know.")
            publication.brief("first", text)
            issue, before = "first.correction-1", 1
        posts, server.latency = server.posts, 0.1
        words = ["resume", "first"] if command == "resume" else [command, "first", "--yes"]
        process = start(publication, *words)
        until(lambda: server.posts > posts + 3, process)
        process.send_signal(sign)
        _, shown = process.communicate(timeout=PATIENCE)
        assert process.returncode == 3, shown
        assert f"newsletter resume {issue}" in shown
        proof = publication.run("status", issue, "--json").json
        assert proof["unknown"] == 0
        assert sum(times == before + 1 for times in server.accepted.values()) == proof["accepted"]
        server.latency = 0
        assert publication.run("resume", issue, "--json").json["accepted"] == 100
        assert set(server.accepted.values()) == {before + 1}


@pytest.mark.parametrize("sign", SIGNS)
def test_within_the_undo_window_it_undoes(publication: Publication, sign: signal.Signals) -> None:
    with StrictSendGrid() as server:
        publication.settings(host=server.url)
        publication.subscribe(25)
        process = start(publication, "send", "first", "--undo-window", "10m", "--yes")
        said(process, "Waiting")
        process.send_signal(sign)
        _, shown = process.communicate(timeout=PATIENCE)
        assert (process.returncode, "Undone: nobody was mailed." in shown) == (0, True), shown
        assert publication.run("status", "first", "--json").json["state"] == "cancelled"
        assert server.posts == 0


@pytest.mark.parametrize("sign", SIGNS)
def test_waiting_for_its_time_it_leaves_the_issue_scheduled(
    publication: Publication, sign: signal.Signals
) -> None:
    with StrictSendGrid() as server:
        publication.settings(host=server.url)
        publication.subscribe(25)
        process = start(publication, "send", "first", "--at", "in 30m", "--yes")
        said(process, "Waiting")
        process.send_signal(sign)
        _, shown = process.communicate(timeout=PATIENCE)
        assert process.returncode == 3, shown
        assert "newsletter resume first" in shown
        assert publication.run("status", "first", "--json").json["state"] == "scheduled"
        assert server.posts == 0


def test_a_signal_that_was_to_be_ignored_stays_ignored(publication: Publication) -> None:
    with StrictSendGrid(latency=0.05) as server:
        publication.settings(host=server.url)
        publication.subscribe(60)
        process = start(
            publication,
            "send", "first", "--yes",
            preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN),
        )  # fmt: skip
        until(lambda: server.posts > 1, process)
        process.send_signal(signal.SIGHUP)
        _, shown = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, shown
        assert len(server.accepted) == 60


def test_a_terminal_that_is_closed_ends_it_cleanly(publication: Publication) -> None:
    with StrictSendGrid(latency=0.1) as server:
        publication.settings(host=server.url, batch_size=5)
        publication.subscribe(200)
        terminal, end = pty.openpty()
        process = start(
            publication, "send", "first", "--yes", stdin=end, stdout=end, stderr=end, start_new_session=True,
            preexec_fn=lambda: _control(end),
        )  # fmt: skip
        os.close(end)
        until(lambda: server.posts > 4, process)
        os.close(terminal)
        assert process.wait(PATIENCE) == 3
        proof = publication.run("status", "first", "--json").json
        assert (proof["unknown"], proof["accepted"]) == (0, len(server.accepted))
        assert 0 < len(server.accepted) < 200


def _control(terminal: int) -> None:
    """Make a terminal the one whose closing ends the process."""
    import fcntl
    import termios

    fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)


def test_a_second_signal_ends_it_at_once(publication: Publication) -> None:
    with StrictSendGrid(accept_then_hang={f"reader{n}@example.org" for n in range(60)}) as server:
        publication.settings(host=server.url, timeout=120)
        publication.subscribe(60)
        process = start(publication, "send", "first", "--yes")
        until(lambda: server.posts >= 2, process)
        process.send_signal(signal.SIGTERM)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.5)  # it waits for what is on the wire
        process.send_signal(signal.SIGTERM)
        _, shown = process.communicate(timeout=PATIENCE)
        assert process.returncode == 3, shown
        assert "got no clear answer" in shown or "newsletter resume" in shown


def test_ended_together_with_the_local_sendgrid_nothing_is_unknown(publication: Publication) -> None:
    publication.settings(provider="sandbox", batch_size=2)
    publication.subscribe(400)
    process = start(publication, "send", "first", "--yes")
    said(process, "Sending")
    everyone = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
    assert len(everyone) == 2
    for running in reversed(everyone):
        running.send_signal(signal.SIGTERM)
    _, shown = process.communicate(timeout=PATIENCE)
    assert process.returncode == 3, shown
    proof = publication.run("status", "first", "--json").json
    assert proof["unknown"] == 0
    assert 0 < int(str(proof["accepted"])) < 400
    assert publication.run("resume", "first", "--json").json["accepted"] == 400


@pytest.mark.parametrize(("end", "code"), [("raise SystemExit(3)", 3), ("pass", 0)])
def test_an_interrupt_that_was_handled_while_a_module_loaded_changes_no_exit_code(
    tmp_path: Path, end: str, code: int
) -> None:
    (tmp_path / "interrupted.py").write_text(f"""\
from newsletter.cli.stopping import ended_by_signals
with ended_by_signals():
    try:
        exec("raise KeyboardInterrupt")  # as within a dataclass that is being made
    except KeyboardInterrupt:
        pass
    {end}
""")
    paths = os.pathsep.join([str(tmp_path), *filter(None, sys.path)])
    ran = subprocess.run([sys.executable, "-m", "interrupted"], env={**os.environ, "PYTHONPATH": paths})
    assert ran.returncode == code
