"""A brief becomes an email in every subscriber's inbox: everyone once, nobody twice, with a proof."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from conftest import BRIEF, Publication, rows
from pace import FOREVER
from strict_sendgrid import StrictSendGrid


@pytest.fixture
def server() -> Iterator[StrictSendGrid]:
    with StrictSendGrid() as running:
        yield running


@pytest.fixture
def ready(publication: Publication, server: StrictSendGrid) -> Publication:
    publication.settings(host=server.url)
    publication.subscribe(25, pending=3, unsubscribed=2)
    return publication


def test_everyone_confirmed_gets_it_once_and_the_proof_adds_up(
    ready: Publication, server: StrictSendGrid
) -> None:
    ran = ready.run("send", "first", "--yes", "--json")
    assert ran.exit_code == 0, ran.stderr
    proof = ran.json
    assert (proof["candidates"], proof["accepted"], proof["pending"], proof["unknown"]) == (30, 25, 0, 0)
    assert proof["excluded"] == {"unconfirmed": 3, "unsubscribed": 2}
    assert proof["state"] == "finished"
    assert server.problems == []
    assert set(server.accepted) == {f"reader{n}@example.org" for n in range(25)}
    assert set(server.accepted.values()) == {1}


def test_sending_again_mails_nobody_again(ready: Publication, server: StrictSendGrid) -> None:
    ready.run("send", "first", "--yes")
    again = ready.run("send", "first", "--yes", "--json")
    assert again.exit_code == 0
    assert again.json["accepted"] == 25
    assert set(server.accepted.values()) == {1}


def test_a_later_send_mails_those_who_joined_since_and_says_so_first(
    ready: Publication, server: StrictSendGrid
) -> None:
    ready.run("send", "first", "--yes")
    ready.subscribe(29, pending=3, unsubscribed=2)
    ran = ready.run("send", "first", "--yes", "--json")
    assert "4 readers of “readers” who joined since" in ran.stderr
    assert ran.json["accepted"] == 29
    assert ran.json["candidates"] == 34
    assert len(server.accepted) == 29
    assert set(server.accepted.values()) == {1}


def test_only_missing_keeps_the_first_audience(ready: Publication, server: StrictSendGrid) -> None:
    ready.run("send", "first", "--yes")
    ready.subscribe(29, pending=3, unsubscribed=2)
    ran = ready.run("send", "first", "--yes", "--only-missing", "--json")
    assert ran.exit_code == 0, ran.stderr
    assert ran.json["accepted"] == 25
    assert len(server.accepted) == 25


@pytest.mark.slow
def test_a_second_list_does_not_mail_twice_who_is_on_both(ready: Publication, server: StrictSendGrid) -> None:
    ready.run("send", "first", "--yes")
    more = ready.root / "more.csv"
    more.write_text("email\nreader1@example.org\nnew@example.org\n")
    ready.run("subscribers", "import", str(more), "--list", "others")
    ran = ready.run("send", "first", "--list", "others", "--yes", "--json")
    assert ran.exit_code == 0, ran.stderr
    assert ran.json["accepted"] == 26
    assert set(server.accepted.values()) == {1}


def test_a_dry_run_sends_nothing(ready: Publication, server: StrictSendGrid) -> None:
    ran = ready.run("send", "first", "--dry-run", "--json")
    assert ran.exit_code == 0
    assert ran.json["readers"] == 25
    assert not server.requests
    assert ready.run("status", "first").exit_code == 1


def test_without_yes_and_without_a_terminal_nothing_is_sent(
    ready: Publication, server: StrictSendGrid
) -> None:
    ran = ready.run("send", "first")
    assert ran.exit_code == 2
    assert not server.requests


def test_a_test_goes_to_the_editors_alone_and_counts_for_no_proof(
    ready: Publication, server: StrictSendGrid
) -> None:
    ran = ready.run("send", "first", "--test", "Editor@Example.org")
    assert ran.exit_code == 0, ran.stderr
    assert list(server.accepted) == ["editor@example.org"]
    assert ready.run("send", "first", "--yes", "--json").json["accepted"] == 25


@pytest.mark.slow
def test_an_issue_changed_after_sending_began_is_refused_with_the_choice(
    ready: Publication, server: StrictSendGrid
) -> None:
    ready.run("send", "first", "--yes")
    ready.brief("first", BRIEF.replace("kitchen", "bathroom"))
    ready.subscribe(27, pending=3, unsubscribed=2)
    refused = ready.run("send", "first", "--yes")
    assert refused.exit_code == 1
    assert "--as-sent" in refused.stderr
    assert len(server.accepted) == 25
    assert ready.run("send", "first", "--yes", "--as-sent", "--json").json["accepted"] == 27
    assert "bathroom" not in server.requests[-1]["content"][0]["value"]


def test_each_readers_unsubscribe_link_is_their_own_and_the_same_everywhere(
    ready: Publication, server: StrictSendGrid
) -> None:
    ready.run("send", "first", "--yes")
    links = set()
    for request in server.requests:
        for personalization in request["personalizations"]:
            link = personalization["headers"]["List-Unsubscribe"].strip("<>")
            assert link == "https://news.example.org/u/" + personalization["substitutions"]["-nl.U-"]
            links.add(link)
        assert all("https://news.example.org/u/-nl.U-" in part["value"] for part in request["content"])
    assert len(links) == 25


def test_a_refused_reader_holds_up_nobody_else_whether_named_or_not(
    publication: Publication,
) -> None:
    with StrictSendGrid(refuse={"reader3@example.org"}, refuse_unnamed={"reader17@example.org"}) as server:
        publication.settings(host=server.url)
        publication.subscribe(25)
        ran = publication.run("send", "first", "--yes", "--json")
        assert ran.exit_code == 0, ran.stderr
        assert (ran.json["accepted"], ran.json["rejected"]) == (23, 2)
        assert set(server.accepted.values()) == {1}
    who = rows(publication.run("recipients", "first", "--state", "rejected").stdout)
    assert sorted(row["email"] for row in who) == ["reader17@example.org", "reader3@example.org"]
    assert all(row["reason"] for row in who)


@pytest.mark.slow
def test_a_later_send_leaves_the_rejected_alone_and_only_missing_tries_them_again(
    publication: Publication,
) -> None:
    with StrictSendGrid(refuse={"reader3@example.org"}) as server:
        publication.settings(host=server.url)
        publication.subscribe(25)
        publication.run("send", "first", "--yes")
        again = publication.run("send", "first", "--yes", "--json")
        assert (again.json["accepted"], again.json["rejected"]) == (24, 1)
        publication.subscribe(26)
        joined = publication.run("send", "first", "--yes", "--json")
        assert "1 reader of “readers” who joined since" in joined.stderr
        assert (joined.json["accepted"], joined.json["rejected"], joined.json["candidates"]) == (25, 1, 26)
        server.refuse = set()
        missing = publication.run("send", "first", "--yes", "--only-missing", "--json")
        assert (missing.json["accepted"], missing.json["rejected"]) == (26, 0), missing.stderr
        assert set(server.accepted.values()) == {1}


def test_recipients_lists_everyone_with_a_state_and_a_reason(ready: Publication) -> None:
    ready.run("send", "first", "--yes")
    who = rows(ready.run("recipients", "first").stdout)
    assert len(who) == 30
    assert {row["reason"] for row in who if row["state"] == "excluded"} == {"unconfirmed", "unsubscribed"}
    assert all(row["at"] and row["message_id"] for row in who if row["state"] == "accepted")


def test_a_suppressed_reader_is_left_out_with_the_reason(ready: Publication, server: StrictSendGrid) -> None:
    assert ready.run("suppressions", "add", "reader5@example.org", "--reason", "bounce").exit_code == 0
    ran = ready.run("send", "first", "--yes", "--json")
    assert ran.json["excluded"] == {"bounce": 1, "unconfirmed": 3, "unsubscribed": 2}
    assert "reader5@example.org" not in server.accepted


def test_resuming_under_another_provider_is_refused(publication: Publication) -> None:
    with StrictSendGrid(status=401) as server:
        publication.settings(host=server.url)
        publication.subscribe(5)
        stopped = publication.run("send", "first", "--yes", "--json")
        assert stopped.exit_code == 3
        assert (stopped.json["state"], stopped.json["pending"]) == ("paused", 5)
        assert "resume" in stopped.stderr
    publication.settings(provider="sandbox")
    refused = publication.run("resume", "first")
    assert refused.exit_code == 1
    assert "counts for no other" in refused.stderr


def test_no_key_is_said_before_anything_begins(publication: Publication) -> None:
    publication.settings(host="http://127.0.0.1:9")
    publication.subscribe(1)
    ran = publication.run("send", "first", "--yes", environment={"SENDGRID_API_KEY": ""})
    assert ran.exit_code == 1
    assert "SENDGRID_API_KEY" in ran.stderr


@pytest.mark.parametrize("key", ["from_email", "reply_to"])
def test_a_sender_that_is_no_address_is_refused_before_anything_is_frozen(
    ready: Publication, server: StrictSendGrid, key: str
) -> None:
    wrong = {f"NEWSLETTER_PUBLICATION__{key.upper()}": "not an address"}
    refused = ready.run("send", "first", "--yes", environment=wrong)
    assert refused.exit_code == 1
    assert key in refused.stderr
    assert ready.run("send", "first", "--yes", "--json").json["accepted"] == 25


def test_an_issue_half_sent_to_one_list_is_not_silently_continued_for_another(
    publication: Publication,
) -> None:
    with StrictSendGrid(faults=["401"]) as server:
        publication.settings(host=server.url, batch_size=30)
        publication.subscribe(25)
        assert publication.run("send", "first", "--list", "readers", "--yes").exit_code == 3
        publication.run("subscribers", "add", "new@example.org", "--list", "others")
        refused = publication.run("send", "first", "--list", "others", "--yes")
        assert refused.exit_code == 1
        assert "newsletter resume first" in refused.stderr
        assert not server.accepted


def test_a_list_on_which_nobody_may_be_mailed_is_said_and_accounted_for(
    publication: Publication, server: StrictSendGrid
) -> None:
    publication.settings(host=server.url)
    publication.subscribe(0, pending=4)
    ran = publication.run("send", "first", "--yes", "--json")
    assert ran.exit_code == 0
    assert "nobody on “readers” may be mailed, so there is nothing to do" in ran.stderr
    assert (ran.json["candidates"], ran.json["excluded"]) == (4, {"unconfirmed": 4})
    assert not server.requests


@pytest.mark.slow
def test_a_send_whose_listener_leaves_goes_on_to_the_end(ready: Publication, server: StrictSendGrid) -> None:
    send = [sys.executable, "-m", "newsletter", "send", "first", "--yes"]
    process = subprocess.Popen(
        send,
        cwd=ready.root,
        env={**os.environ, "SENDGRID_API_KEY": "SG.test.key"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    assert process.stderr is not None
    process.stderr.close()
    assert process.wait(FOREVER) == 0
    assert len(server.accepted) == 25


@pytest.mark.slow
def test_two_sends_at_once_one_wins_and_the_other_says_so(ready: Publication) -> None:
    from newsletter.config import load_settings
    from newsletter.wiring import Wiring

    with Wiring(load_settings(ready.root / "newsletter.toml")).sender_lock():
        ran = ready.run("send", "first", "--yes")
    assert ran.exit_code == 1
    assert "Another process is sending" in ran.stderr
