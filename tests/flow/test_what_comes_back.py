"""The whole way round: mail goes out, reports come back to the site, and the next issue goes by them."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from conftest import Publication, rows
from pace import until

SIMULATED = ("bounce", "blocked", "complaint", "deferred", "dropped", "unsubscribe", "invalid")


@contextmanager
def _serving(publication: Publication) -> Iterator[str]:
    """Run the readers' site on a free port, as a process of its own; yield its URL."""
    process = subprocess.Popen(
        [sys.executable, "-m", "newsletter", "serve", "--port", "0"],
        cwd=publication.root,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        found = re.search(r"http://\S+", process.stderr.readline())
        assert found, process.stderr.read()
        yield found.group()
    finally:
        process.terminate()
        process.wait()
        if process.stderr:
            process.stderr.close()


def _reported(publication: Publication, issue: str) -> dict[str, int]:
    found = publication.run("status", issue, "--json").json.get("reported", {})
    assert isinstance(found, dict)
    return found


@pytest.mark.slow
def test_each_simulated_outcome_leads_to_its_suppression_and_the_next_proof_says_so(
    publication: Publication,
) -> None:
    publication.settings(provider="sandbox")
    publication.brief("second")
    publication.subscribe(5)
    for name in SIMULATED:
        assert (
            publication.run("subscribers", "add", f"{name}@example.org", "--list", "readers").exit_code == 0
        )
    with _serving(publication) as url:
        here = {"NEWSLETTER_PUBLICATION__SITE_URL": url}
        sent = publication.run("send", "first", "--yes", "--json", environment=here)
        assert (sent.exit_code, sent.json["accepted"]) == (0, 12)
        expected = {
            "processed": 10, "delivered": 8, "bounce": 1, "blocked": 1, "deferred": 1,
            "dropped": 2, "complaint": 1, "unsubscribe": 1,
        }  # fmt: skip
        until(lambda: _reported(publication, "first") == expected)
    suppressed = rows(publication.run("suppressions").stdout)
    assert {entry["email"].partition("@")[0]: entry["reason"] for entry in suppressed} == {
        "bounce": "bounce",
        "complaint": "complaint",
        "dropped": "bounce",
        "invalid": "invalid",
        "unsubscribe": "unsubscribed",
    }
    recipients = _recipients(publication, "first")
    reported = {recipient["email"].partition("@")[0]: recipient["reported"] for recipient in recipients}
    assert {name: reported[name] for name in SIMULATED} == {
        "bounce": "bounce",
        "blocked": "blocked",
        "complaint": "complaint",
        "deferred": "delivered",
        "dropped": "dropped",
        "unsubscribe": "delivered",
        "invalid": "dropped",
    }
    second = publication.run("send", "second", "--yes", "--json").json
    assert second["accepted"] == 7
    assert second["excluded"] == {"bounce": 2, "complaint": 1, "invalid": 1, "unsubscribed": 1}


def _recipients(publication: Publication, issue: str) -> list[dict[str, str]]:
    return [dict(row) for row in rows(publication.run("recipients", issue).stdout)]


@pytest.mark.slow
def test_one_click_in_the_mail_that_was_sent_leaves_the_list_and_a_look_does_not(
    publication: Publication,
) -> None:
    publication.settings(provider="sandbox")
    publication.brief("second")
    publication.subscribe(3)
    with _serving(publication) as url:
        here = {"NEWSLETTER_PUBLICATION__SITE_URL": url}
        publication.run("send", "first", "--yes", environment=here)
        from newsletter.sandbox.file.messages import MessageStore

        with MessageStore(publication.root / "sandbox.db") as store:
            mail = next(mail for mail in store.everything() if mail.email == "reader1@example.org")
        link = mail.headers["List-Unsubscribe"].strip("<>")
        assert link.startswith(f"{url}/u/")
        assert httpx.get(link).status_code == 200
        assert publication.run("send", "second", "--dry-run", "--json").json["readers"] == 3
        answer = httpx.post(link, data={"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
        proof = publication.run("send", "second", "--yes", "--json", environment=here).json
        assert (proof["accepted"], proof["excluded"]) == (2, {"unsubscribed": 1})
