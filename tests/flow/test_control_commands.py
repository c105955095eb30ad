"""Scheduling, stopping, approving, correcting and reconciling as an editor types them."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import BRIEF, Publication
from pace import FOREVER
from strict_sendgrid import StrictSendGrid

pytestmark = pytest.mark.slow

APPROVAL = """
[approval]
required = true

[approval.approvers]
ana = "{ana}"
ben = "{ben}"
"""


@pytest.fixture
def local(publication: Publication) -> Publication:
    """A publication of 25 readers that mails through the local SendGrid."""
    publication.settings(provider="sandbox")
    publication.subscribe(25)
    return publication


def test_scheduled_without_waiting_it_says_when_and_who_sends_it(local: Publication) -> None:
    ran = local.run("send", "first", "--at", "in 30m", "--no-wait", "--yes", "--json")
    assert (ran.exit_code, ran.json["state"], ran.json["pending"]) == (0, "scheduled", 25)
    assert str(ran.json["send_at"]).endswith("Z")
    assert "newsletter cancel first" in ran.stderr
    assert "newsletter serve" in ran.stderr
    again = local.run("send", "first", "--at", "in 40m", "--no-wait", "--yes")
    assert (again.exit_code, "scheduled already" in again.stderr) == (2, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--at", "2001-01-01 07:00"], "past"),
        (["--at", "soon"], "tomorrow 7:00"),
        (["--undo-window", "never"], "10m"),
        (["--at", "7:00", "--undo-window", "10m"], "one of them"),
        (["--test", "me@example.org", "--at", "tomorrow 7:00"], "at once"),
    ],
)
def test_a_time_that_cannot_be_is_refused_with_what_would_do(
    local: Publication, words: list[str], said: str
) -> None:
    ran = local.run("send", "first", "--yes", *words)
    assert ran.exit_code == 2
    assert said in ran.stderr
    assert local.run("status").stderr.strip() == "No issue was sent yet."


def test_cancelled_before_its_time_it_is_as_if_it_had_never_been(local: Publication) -> None:
    local.run("send", "first", "--at", "in 30m", "--no-wait", "--yes")
    cancelled = local.run("cancel", "first", "--json")
    assert (cancelled.exit_code, cancelled.json["excluded"]) == (0, {"cancelled": 25})
    assert "nobody was mailed" in cancelled.stderr
    assert local.run("cancel", "first").exit_code == 1
    local.brief("first", BRIEF.replace("kitchen", "bathroom"))
    assert local.run("send", "first", "--yes", "--json").json["accepted"] == 25


@pytest.mark.slow
def test_ctrl_c_within_the_undo_window_undoes_it(publication: Publication) -> None:
    with StrictSendGrid() as server:
        publication.settings(host=server.url)
        publication.subscribe(25)
        process = subprocess.Popen(
            [sys.executable, "-m", "newsletter", "send", "first", "--undo-window", "10m", "--yes", "--json"],
            cwd=publication.root,
            env={**os.environ, "SENDGRID_API_KEY": "SG.test.key"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("Waiting"):
                break
        process.send_signal(signal.SIGINT)
        out, shown = process.communicate(timeout=FOREVER)
        assert process.returncode == 0, shown
        assert "Undone: nobody was mailed." in shown
        assert '"state": "cancelled"' in out
        assert server.posts == 0


def test_paused_an_issue_stays_so_until_it_is_resumed(local: Publication) -> None:
    local.run("send", "first", "--at", "in 30m", "--no-wait", "--yes")
    paused = local.run("pause", "first", "--json")
    assert (paused.exit_code, paused.json["state"]) == (0, "paused")
    assert "paused by" in str(paused.json["note"])
    assert local.run("pause", "first").exit_code == 1


def _keys(local: Publication) -> tuple[str, str]:
    made = local.run("approve", "--new-key").stdout
    private, public = re.search(r"=(nlkey_\S+)", made), re.search(r'"(nlpub_\S+)"', made)
    assert private
    assert public
    return private[1], public[1]


def test_a_second_person_approves_with_their_own_key_and_only_then_it_leaves(local: Publication) -> None:
    ana, ben = _keys(local), _keys(local)
    local.settings(provider="sandbox", extra=APPROVAL.format(ana=ana[1], ben=ben[1]))
    asked = local.run("send", "first", "--yes", "--json", environment={"NEWSLETTER_APPROVAL_KEY": ana[0]})
    assert (asked.exit_code, asked.json["state"]) == (3, "held")
    assert "newsletter approve first" in asked.stderr
    assert local.run("resume", "first").exit_code == 1
    own = local.run("approve", "first", "--yes", environment={"NEWSLETTER_APPROVAL_KEY": ana[0]})
    assert (own.exit_code, "second person" in own.stderr) == (1, True)
    approved = local.run("approve", "first", "--yes", environment={"NEWSLETTER_APPROVAL_KEY": ben[0]})
    assert approved.exit_code == 0, approved.stderr
    assert "to 25 readers of “readers”" in approved.stderr
    assert "Nobody’s kitchen scale has noticed." in approved.stderr
    assert local.run("resume", "first", "--json").json["accepted"] == 25


def test_a_key_that_is_none_is_said_without_being_repeated(local: Publication) -> None:
    local.run("send", "first", "--at", "in 30m", "--no-wait", "--yes")
    ran = local.run("approve", "first", "--yes", environment={"NEWSLETTER_APPROVAL_KEY": "hushhush"})
    assert ran.exit_code == 1
    assert "hushhush" not in ran.stderr
    assert local.run("approve", "first", "--yes").exit_code == 1
    assert local.run("approve").exit_code == 2


def test_a_correction_is_planned_sent_and_shown_next_to_what_it_corrects(local: Publication) -> None:
    local.run("send", "first", "--yes")
    local.brief(
        "first", BRIEF.replace("number: 7", "number: 7\ncorrection: It was 2019, not 2018, as all know.")
    )
    shown = local.run("correct", "first", "--dry-run")
    assert "to 25 readers of “readers” who got the wrong version" in shown.stderr
    sent = local.run("correct", "first", "--yes", "--json")
    assert (sent.exit_code, sent.json["issue"], sent.json["accepted"]) == (0, "first.correction-1", 25)
    status = local.run("status", "first", "--json").json
    assert (status["issue"], status["accepted"]) == ("first", 25)
    assert [proof["issue"] for proof in status["corrections"]] == ["first.correction-1"]  # type: ignore[attr-defined]
    assert local.run("recipients", "first.correction-1").stdout.count("accepted") == 25


def test_what_is_unknown_is_held_with_its_reason_until_somebody_who_knows_says_so(
    publication: Publication,
) -> None:
    with StrictSendGrid(accept_then_hang={"reader12@example.org"}) as server:
        publication.settings(host=server.url, timeout=0.5)
        publication.subscribe(25)
        assert publication.run("send", "first", "--yes").exit_code == 3
        held = publication.run("reconcile", "first", "--json")
        assert (held.exit_code, held.json["unknown"]) == (3, 10)
        assert "too early" in held.stderr
        assert "Run it again after" in held.stderr
        assert publication.run("reconcile", "first", "--accepted").exit_code == 2
        assert publication.run("reconcile", "first", "--accepted", "--not-accepted").exit_code == 2
        assert publication.run("reconcile", "first", "--policy", "maybe").exit_code == 2
        because = ["--accepted", "--because", "The activity page lists them"]
        shown = publication.run("reconcile", "first", *because, "--json")
        assert (shown.exit_code, shown.json["unknown"], shown.json["accepted"]) == (0, 0, 25)
        assert "The activity page lists them" in publication.run("status", "first").stderr


def test_one_reader_is_answered_for_alone(local: Publication, tmp_path: Path) -> None:
    local.run("send", "first", "--yes")
    one = local.run("recipients", "first", "--address", "Reader3@example.org")
    assert one.stdout.splitlines()[1].startswith("reader3@example.org,accepted")
    assert len(one.stdout.splitlines()) == 2
    nobody = local.run("recipients", "first", "--address", "stranger@example.org")
    assert (nobody.exit_code, nobody.stdout) == (1, "")
    assert "subscribers show" in nobody.stderr
