"""Each rule on the rendered mail fires on a mail broken by hand, and is silent where it only looks broken."""

import os
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from time import process_time
from typing import Any

import pytest
from checks import damage
from checks.broken import BROKEN, SOUND
from conftest import Publication
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.checks import CheckFacts, SpamReport, run_checks
from newsletter.checks.mail.clients import LOSSES
from newsletter.checks.mail.support import CLIENTS, CSS
from newsletter.errors import Finding
from newsletter.rendering import RenderedMessage

Codes = Callable[..., list[tuple[str, int | None]]]


def _shown(value: object) -> str:
    return str(value)[:70]


@pytest.mark.parametrize(("code", "change"), BROKEN, ids=_shown)
def test_a_broken_mail_is_found_without_a_line_and_nothing_else_is_said(
    codes: Codes, mail: RenderedMessage, code: str, change: tuple[str, str]
) -> None:
    assert mail.html.count(change[0]) == 1
    found = codes(mail=replace(mail, html=mail.html.replace(*change)))
    assert set(found) == {(code, None)}


@pytest.mark.parametrize("change", SOUND, ids=_shown)
def test_a_mail_that_only_looks_broken_is_passed_over(
    codes: Codes, mail: RenderedMessage, change: tuple[str, str]
) -> None:
    assert change[0] in mail.html
    assert codes(mail=replace(mail, html=mail.html.replace(*change))) == []


def _found(change: tuple[str, str], mail: RenderedMessage, **facts: Any) -> list[Finding]:
    """Return what the checks of the mail find in the sound mail after a change."""
    issue = damage.read(damage.good()["ferry"])
    found = run_checks(issue, CheckFacts(**facts), replace(mail, html=mail.html.replace(*change)))
    return [finding for finding in found if finding.code.startswith(("mail-", "sender-"))]


def test_only_the_chosen_mail_programs_have_to_know_the_css(mail: RenderedMessage) -> None:
    flex = ("<p>You", '<p style="display:flex">You')
    assert [finding.code for finding in _found(flex, mail)] == ["mail-css"]
    assert "Outlook (Windows)" in _found(flex, mail, clients=("outlook",))[0].message
    assert _found(flex, mail, clients=("apple-mail", "gmail", "outlook.macos")) == []


def test_a_mail_program_that_nobody_knows_is_named(mail: RenderedMessage) -> None:
    (found,) = _found(("<p>", "<p>"), mail, clients=("gmail", "gmial"))
    assert "gmial" in found.message
    assert "apple-mail" in found.hint


def test_every_feature_that_is_looked_for_is_one_of_caniemails() -> None:
    assert {loss.feature for loss in LOSSES} <= set(CSS)
    assert {len(letters) for letters in CSS.values()} == {len(CLIENTS)}


def test_a_large_mail_says_what_takes_the_room(mail: RenderedMessage) -> None:
    styled = "<p style='margin:0'>x</p>".replace("'", '"') * 4_000
    (found,) = _found(("<p>You", f"{styled}<p>You"), mail, addresses={})[:1]
    assert found.code == "mail-large"
    assert re.search(r"Its bytes: 68,000 style attributes, [\d,]+ other tags, [\d,]+ text", found.hint)


@pytest.mark.parametrize(
    "address",
    [
        *(
            "no-reply@a.org",
            "noreply@a.org",
            "do_not_reply@a.org",
            "donotreply+7@a.org",
            "news-noreply@a.org",
        ),
        *("nicht-antworten@a.org", "ne-pas-repondre@a.org", "no.responder@a.org", "noreply2@a.org"),
    ],
)
def test_an_address_that_takes_no_answers_is_found(mail: RenderedMessage, address: str) -> None:
    (found,) = _found(("<p>", "<p>"), mail, addresses={"from_email": address, "reply_to": ""})
    assert (found.code, found.line) == ("sender-no-reply", None)


@pytest.mark.parametrize(
    "address", ["news@a.org", "noah@a.org", "reply@a.org", "norepublica@a.org", "no@reply.org", ""]
)
def test_an_address_that_only_looks_like_one_is_passed_over(mail: RenderedMessage, address: str) -> None:
    assert _found(("<p>", "<p>"), mail, addresses={"from_email": address}) == []


def test_the_reasons_of_a_spam_filter_are_given_by_their_weight(mail: RenderedMessage) -> None:
    reasons = ((0.1, "HTML_MESSAGE"), (1.8, "SHOUTING"), (2.4, "BLOCKED"))
    (found,) = _found(("<p>", "<p>"), mail, spam=SpamReport("SpamAssassin", 4.3, 5.0, reasons))
    assert "4.3 points; 5 make it spam" in found.message
    assert "BLOCKED (2.4), SHOUTING (1.8)." in found.hint
    assert _found(("<p>", "<p>"), mail, spam=SpamReport("SpamAssassin", 0.4, 5.0, reasons)) == []


SAID = """\
X-Spam-Status: No, score=3.1

Content analysis details:   (3.1 points, 5.0 required)

 pts rule name              description
---- ---------------------- --------------------------------------------------
-0.0 NO_RELAYS              Informational: message was not relayed via SMTP
 3.1 SHOUTING               Subject is all capitals
"""


def test_the_command_asks_the_spam_filter_of_this_machine_only_when_told_to(
    publication: Publication, tmp_path: Path
) -> None:
    program, asked = tmp_path / "spamassassin", tmp_path / "asked"
    program.write_text(f"#!/bin/sh\necho \"$@\" > {asked}\ncat >> {asked}\ncat << 'END'\n{SAID}\nEND\n")
    program.chmod(0o755)
    path = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    publication.run("check", "first", environment=path)
    assert not asked.exists()
    ran = publication.run("check", "first", "--spam", environment=path)
    assert "mail-spam: SpamAssassin gives the mail 3.1 points; 5 make it spam." in " ".join(
        ran.stdout.split()
    )
    words = asked.read_text()
    assert words.startswith("--local --test-mode\n")
    assert "Subject: The kilogram is gone" in words
    assert "-nl." not in words


def test_without_a_spam_filter_the_command_says_so_and_how_to_get_one(
    publication: Publication, tmp_path: Path
) -> None:
    ran = publication.run("check", "first", "--spam", environment={"PATH": str(tmp_path)})
    assert ran.exit_code == 2
    assert "SpamAssassin is not on this machine" in " ".join(ran.stderr.split())


def test_the_publications_sender_and_its_choice_of_mail_programs_are_checked(
    publication: Publication,
) -> None:
    extra = '\n[checks]\nclients = ["gmial"]\n'
    publication.settings(extra=extra)
    settings = publication.root / "newsletter.toml"
    settings.write_text(settings.read_text().replace("news@example.org", "no-reply@example.org"))
    said = publication.run("check", "first").stdout
    assert "sender-no-reply" in said
    assert "gmial" in said


PIECES = st.sampled_from(
    [
        *(
            "<p>",
            "</p>",
            "<table>",
            "<tr><td>",
            "</table>",
            "<li>",
            "<a href='#a'>",
            "</a>",
            "<h2>",
            "</div>",
        ),
        *(
            "<img src=x>",
            "<style>",
            "</style>",
            "<!--",
            "-->",
            "words",
            "\x00",
            "p{color:#fff}",
            "@media(",
            "}",
        ),
        *(
            '<p style="color:rgb(1,2">',
            '<p style="font:x/y;width:calc(">',
            "<body>",
            "<html lang=en>",
            "{",
            "&",
        ),
        *(
            '<b class="a b" id=a>',
            "#a .b>c~d+e:not(f){",
            "<a href='",
            "<v:rect>",
            "<![endif]",
            "<svg>",
            "é",
            "字",
        ),
    ]
)


@pytest.mark.slow
@settings(max_examples=40)
@given(st.lists(PIECES, max_size=40))
def test_no_html_is_too_odd_to_be_checked(pieces: list[str]) -> None:
    issue = damage.read(damage.good()["ferry"])
    run_checks(issue, CheckFacts(), RenderedMessage("A", "B", "".join(pieces), "words", ()))


def test_many_links_in_one_paragraph_take_little_more_than_their_number(mail: RenderedMessage) -> None:
    def cost(count: int) -> float:
        links = "<a href='#a' style='text-decoration:none'>Now</a> you " * count
        html = mail.html.replace("<p>You", f"<p>{links}You")
        began = process_time()
        run_checks(damage.read(damage.good()["ferry"]), CheckFacts(), replace(mail, html=html))
        return process_time() - began

    cost(50)
    few, many = min(cost(100) for _ in range(3)), min(cost(800) for _ in range(3))
    assert many < 24 * few
